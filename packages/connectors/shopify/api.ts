import {
  type CallOptions,
  type ConnectorContext,
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Malformed,
  type PlatformDetail,
  readJson,
  statusError,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import {
  type Cost,
  costSchema,
  graphqlErrorSchema,
  isWithheld,
  throttleWaitMs,
  toGraphqlError,
} from './answers.ts'
import type { Operation } from './documents.ts'
import { baseUrl, type Credentials, type Settings } from './settings.ts'

/** Pinned: from this version on `changeFromQuantity` and `@idempotent` are required. */
export const API_VERSION = '2026-10'
export const BUDGET_NAME = 'graphql'

export type Context = ConnectorContext<Settings, Credentials>

export type Answer<T> = {
  data: T
  /** Errors that came beside data: the fields they name are null and say nothing. */
  partial: ConnectorError | undefined
  /** A buyer's data was asked for, and Shopify does not give it to this application: null there says nothing. */
  withheld: boolean
  date: Date | undefined
  /** What goes into an error made from this answer. */
  detail: PlatformDetail
  /** The version that served it; another than ours once ours has expired. */
  servedVersion: string | undefined
  /** Where something that was asked for is to go away: a page that says why. */
  deprecatedReason: string | undefined
}

export type Api = {
  /**
   * Runs a read. Errors beside data are thrown: a null for which there is an error must never be read as absent. But for
   * a buyer's data, which may be withheld from an application for good.
   */
  read<T>(
    operation: Operation,
    variables: object,
    schema: z.ZodType<T>,
    options?: ApiOptions,
  ): Promise<Answer<T>>
  /** Runs a mutation. Errors beside data are handed back, since the mutation may have been carried out. */
  change<T>(
    operation: Operation,
    variables: object,
    schema: z.ZodType<T>,
    options?: ApiOptions,
  ): Promise<Answer<T>>
}
/** `cost` overrides the operation's worst case where the variables make it smaller. */
export type ApiOptions = CallOptions & { priority?: number; cost?: number }

const envelopeSchema = z.object({
  data: z.unknown().optional(),
  errors: z.union([z.array(graphqlErrorSchema), z.string()]).optional(),
  extensions: z.object({ cost: costSchema.optional() }).nullish(),
})

export function createApi(context: Context): Api {
  const url = `${baseUrl(context.settings)}/admin/api/${API_VERSION}/graphql.json`

  const send = (operation: Operation, body: string, options: ApiOptions): Promise<HttpResponse> =>
    context.http.send({
      operation: operation.name,
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      token: { name: 'access', headers: (token) => ({ 'x-shopify-access-token': token }) },
      body,
      cost: options.cost ?? operation.cost,
      ...(options.priority === undefined ? {} : { priority: options.priority }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })

  async function run<T>(
    operation: Operation,
    variables: object,
    schema: z.ZodType<T>,
    options: ApiOptions,
  ): Promise<Answer<T>> {
    const response = await send(operation, JSON.stringify({ query: operation.query, variables }), options)
    if (response.status !== 200) throw toStatusError(response, operation.name)
    const envelope = readJson(response, envelopeSchema, operation.name)
    const cost = envelope.extensions?.cost
    if (cost !== undefined) learn(context, cost)
    const detail = detailOf(response)
    const errors = typeof envelope.errors === 'string' ? [{ message: envelope.errors }] : envelope.errors
    const [first] = errors?.filter((each) => !isWithheld(each)) ?? []
    const error = first === undefined ? undefined : toGraphqlError(first, cost, detail)
    if (error?.kind === 'rate-limited') context.http.budgets.throttled(throttleWaitMs(cost))
    if (envelope.data === undefined || envelope.data === null) {
      throw error ?? new Malformed(`Shopify answered ${operation.name} without data or errors`, response.text)
    }
    const parsed = schema.safeParse(envelope.data)
    if (!parsed.success) {
      // A null where the schema has none is what an error beside data leaves behind.
      if (error !== undefined) throw error
      const issue = parsed.error.issues[0]
      throw new Malformed(
        `Shopify answered ${operation.name} with an unexpected shape at ${issue?.path.join('.')}: ${issue?.message}`,
        response.text,
        true,
        detail,
      )
    }
    const servedVersion = response.headers['x-shopify-api-version']
    const deprecatedReason = response.headers['x-shopify-api-deprecated-reason']
    return {
      data: parsed.data,
      partial: error,
      withheld: errors?.some(isWithheld) === true,
      date: response.date,
      detail,
      servedVersion,
      deprecatedReason,
    }
  }

  return {
    async read(operation, variables, schema, options = {}) {
      const answer = await run(operation, variables, schema, options)
      if (answer.partial !== undefined) throw answer.partial
      return answer
    },
    change: (operation, variables, schema, options = {}) => run(operation, variables, schema, options),
  }
}

/** Steers the budget by what Shopify says is left, which also covers other processes of the same app. */
function learn(context: Context, cost: Cost): void {
  context.http.budgets.learnBucket(BUDGET_NAME, {
    available: cost.throttleStatus.currentlyAvailable,
    capacity: cost.throttleStatus.maximumAvailable,
    refillPerSecond: cost.throttleStatus.restoreRate,
  })
}

function detailOf(response: HttpResponse): PlatformDetail {
  const requestId = response.headers['x-request-id']
  return { status: response.status, ...(requestId === undefined ? {} : { requestId }) }
}

/** Statuses with a meaning of their own at Shopify; the rest as everywhere. */
export function toStatusError(response: HttpResponse, operation: string): ConnectorError {
  const detail = detailOf(response)
  switch (response.status) {
    case 401:
      return new Unauthorized('Shopify refused the access token', detail)
    case 402:
      return new Unauthorized('The shop is frozen: its bill is unpaid', detail)
    case 404:
      // Not a thing that is gone but the shop itself: ids are in the query, never in the path.
      return new Unauthorized('There is no such shop, or it has closed', detail)
    case 423:
      return new Unauthorized('The shop is locked', detail)
    case 403:
      return new Forbidden(`Shopify forbids ${operation}`, scopeIn(response.text), detail)
    case 430:
      return new Unavailable('Shopify held the request back as suspicious (430)', false, detail)
    default:
      return statusError(response, operation)
  }
}

/** The scope that a 403 names ("requires merchant approval for read_orders scope"), or `unknown`. */
function scopeIn(text: string): string {
  return /\b((?:read|write)_[a-z_]+)\b/.exec(text)?.[1] ?? 'unknown'
}
