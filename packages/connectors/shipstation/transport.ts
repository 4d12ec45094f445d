import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  isConnectorError,
  readJson,
  statusError,
  Unavailable,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { shareOf, type V1_OPERATIONS, type V2_OPERATIONS } from './limits.ts'
import { toRefusal, waitMsOf } from './refusals.ts'
import { baseUrl, type Credentials, type Settings } from './settings.ts'

export type Context = ConnectorContext<Settings, Credentials>

export type Call = (
  | { api: 'v1'; operation: (typeof V1_OPERATIONS)[number] }
  | { api: 'v2'; operation: (typeof V2_OPERATIONS)[number] }
) & {
  method?: 'GET' | 'POST' | 'DELETE'
  /** `/orders`; of V2 `/v2/inventory`. */
  path: string
  query?: Readonly<Record<string, string | number | boolean | undefined>>
  body?: unknown
  options?: CallOptions | undefined
}

/** One call. Its answer may repeat a recipient's name and address, so no error quotes any answer. */
export async function send(context: Context, call: Call): Promise<HttpResponse> {
  const { api, operation, method = 'GET', path, query = {}, body, options } = call
  const { apiKey, apiSecret, apiKeyV2 } = context.credentials
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString()
  const response = await context.http.send({
    operation,
    method,
    url: `${baseUrl(context.settings, api)}${path}${search === '' ? '' : `?${search}`}`,
    headers: {
      ...(api === 'v1'
        ? { authorization: `Basic ${Buffer.from(`${apiKey}:${apiSecret}`).toString('base64')}` }
        : { 'api-key': apiKeyV2 }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  learnBudget(context, response, call)
  return response
}

/** The same, and its answer in the shape wanted. */
export async function ask<T>(
  context: Context,
  call: Call,
  schema: z.ZodType<T>,
): Promise<{ value: T; response: HttpResponse }> {
  const response = await send(context, call)
  if (response.status !== 200 && response.status !== 201) throw refusalOf(response, call.operation)
  return { value: unquoted(() => readJson(response, schema, call.operation)), response }
}

export function refusalOf(response: HttpResponse, operation: string) {
  return toRefusal(response, operation) ?? statusError(withoutText(response), operation)
}

/**
 * V1 says with every answer how many requests a minute takes and how many are left of this one: other tools of the same
 * keys spend them too, and some plans have more.
 */
function learnBudget({ http }: Context, response: HttpResponse, { api, operation }: Call): void {
  if (response.status === 429) http.budgets.throttled(waitMsOf(response), operation)
  if (api !== 'v1') return
  const limit = Number(response.headers['x-rate-limit-limit'])
  const left = Number(response.headers['x-rate-limit-remaining'])
  if (!Number.isSafeInteger(limit) || limit <= 0 || !Number.isSafeInteger(left) || left < 0) return
  const share = shareOf(limit)
  http.budgets.learnBucket('v1', { ...share, ...(left < share.capacity && { available: left }) })
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
