import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  Invalid,
  isConnectorError,
  Malformed,
  type PlatformDetail,
  readJson,
  statusError,
  Unavailable,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { type GraphqlError, graphqlErrorSchema, isThrottle, throttleWaitMs, toRefusal } from './refusals.ts'
import { baseUrl, type Credentials, type Settings } from './settings.ts'

export type Context = ConnectorContext<Settings, Credentials>

/** A document with the credits that it costs at the most. */
export type Operation = { name: string; text: string; cost: number }

const envelope = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(graphqlErrorSchema).nullish(),
})

/** Beside what is asked for: how many credits are left, for all that spend them. */
const quota = z.object({
  user_quota: z
    .object({
      credits_remaining: z.number().nullish(),
      max_available: z.number().nullish(),
      increment_rate: z.number().nullish(),
    })
    .nullish(),
})

/**
 * A read. Any error beside data is thrown: a null for which there is one must never be read as absent.
 * No error quotes an answer: it may repeat a recipient's name and address.
 */
export async function read<T>(
  context: Context,
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  schema: z.ZodType<T>,
  options?: CallOptions,
): Promise<{ data: T; date: Date | undefined }> {
  const { response, data, errors } = await run(context, operation, variables, options)
  const [first] = errors
  if (first !== undefined) throw toRefusal(first, operation.name, response.status, 'read')
  learnQuota(context, data, operation.cost)
  return { data: parse(schema, data, operation, response), date: response.date }
}

/** A mutation. What is refused is handed back, since some refusals say that it is as wanted. */
export async function change<T>(
  context: Context,
  operation: Operation,
  variables: Readonly<Record<string, unknown>>,
  schema: z.ZodType<T>,
  options?: CallOptions,
): Promise<{ kind: 'done'; data: T } | { kind: 'refused'; error: GraphqlError; status: number }> {
  const { response, data, errors } = await run(context, operation, variables, options)
  // What came back was carried out, whatever is said beside it.
  const parsed = schema.safeParse(data)
  if (parsed.success) return { kind: 'done', data: parsed.data }
  const [error] = errors
  if (error !== undefined) return { kind: 'refused', error, status: response.status }
  return { kind: 'done', data: parse(schema, data, operation, response) }
}

async function run(
  context: Context,
  { name, text, cost }: Operation,
  variables: Readonly<Record<string, unknown>>,
  options?: CallOptions,
): Promise<{ response: HttpResponse; data: unknown; errors: GraphqlError[] }> {
  const { settings, http } = context
  const response = await http.send({
    operation: name,
    method: 'POST',
    url: `${baseUrl(settings)}/graphql`,
    token: { name: 'access', headers: (token) => ({ authorization: `Bearer ${token}` }) },
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: text,
      variables: {
        ...variables,
        ...(text.includes('$customer') && { customer: settings.customerAccountId }),
      },
    }),
    cost,
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  if (response.status !== 200) throw statusOf(response, name)
  const { data, errors } = unquoted(() => readJson(response, envelope, name))
  const throttle = errors?.find(isThrottle)
  if (throttle !== undefined) {
    learnThrottle(context, throttle, name)
    throw toRefusal(throttle, name, response.status)
  }
  return { response, data, errors: errors ?? [] }
}

/** A document that it does not take for one (400) is ours being wrong; the rest as everywhere. */
function statusOf(response: HttpResponse, name: string) {
  if (response.status === 400)
    return new Invalid(`${name}: ShipHero refuses the request.`, 'request', { status: 400 })
  return statusError(withoutText(response), name)
}

function parse<T>(schema: z.ZodType<T>, data: unknown, { name }: Operation, { status }: HttpResponse): T {
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const detail: PlatformDetail = { status }
  throw new Malformed(
    `${name}: ${issue?.path.map(String).join('.') || 'data'}: ${issue?.message ?? 'wrong shape'}`,
    '',
    true,
    detail,
  )
}

/** What is told may be from before this very read is paid for: it counts as not yet. */
function learnQuota({ http }: Context, data: unknown, cost: number): void {
  const said = quota.safeParse(data)
  const { credits_remaining, max_available, increment_rate } = (said.success && said.data.user_quota) || {}
  if (typeof credits_remaining !== 'number') return
  http.budgets.learnBucket('credits', {
    available: credits_remaining - cost,
    ...(isPositive(max_available) && { capacity: max_available }),
    ...(isPositive(increment_rate) && { refillPerSecond: increment_rate }),
  })
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && Number.isFinite(value)
}

function learnThrottle({ http }: Context, error: GraphqlError, operation: string): void {
  const { remaining_credits } = error
  if (typeof remaining_credits === 'number' && Number.isFinite(remaining_credits))
    http.budgets.learnBucket('credits', { available: remaining_credits })
  http.budgets.throttled(throttleWaitMs(error), operation)
}

/** What is only looked up for a request says of it, where it fails, that the request itself surely never left. */
export async function beforeItLeaves<T>(looks: () => Promise<T>): Promise<T> {
  try {
    return await looks()
  } catch (error) {
    if (!isConnectorError(error) || (error.kind !== 'unavailable' && error.kind !== 'malformed')) throw error
    throw new Unavailable(error.message, false, { ...error.platform, cause: error })
  }
}
