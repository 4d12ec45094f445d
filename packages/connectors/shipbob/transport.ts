import {
  type CallOptions,
  type ConnectorContext,
  type HttpResponse,
  readJson,
  statusError,
  unquoted,
  withoutText,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { API_VERSION } from './limits.ts'
import { toRefusal } from './refusals.ts'
import { apiUrl, type Credentials, type Settings } from './settings.ts'

export type Context = ConnectorContext<Settings, Credentials>

export type Call = {
  operation: string
  method?: 'GET' | 'POST' | 'DELETE'
  /** Behind the version: `/order`. */
  path: string
  query?: Readonly<Record<string, string | number | undefined>>
  body?: unknown
  /** The channel that it is for. */
  channelId?: number
  /** What a 403 means is missing. */
  scope: string
  options?: CallOptions | undefined
}

/** One call. Its answer may repeat a recipient's name and address, so no error quotes any answer. */
export async function send(context: Context, call: Call): Promise<HttpResponse> {
  const { operation, method = 'GET', path, query = {}, body, channelId, options } = call
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  ).toString()
  const response = await context.http.send({
    operation,
    method,
    url: `${apiUrl(context.settings)}/${API_VERSION}${path}${search === '' ? '' : `?${search}`}`,
    token: { name: 'access', headers: (token) => ({ authorization: `Bearer ${token}` }) },
    headers: {
      ...(channelId !== undefined && { shipbob_channel_id: String(channelId) }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(options?.signal !== undefined && { signal: options.signal }),
  })
  learnBudget(context, response, operation)
  return response
}

/** The same, and its answer in the shape wanted. */
export async function ask<T>(
  context: Context,
  call: Call,
  schema: z.ZodType<T>,
): Promise<{ value: T; response: HttpResponse }> {
  const response = await send(context, call)
  if (response.status !== 200 && response.status !== 201) throw refusalOf(response, call)
  return { value: unquoted(() => readJson(response, schema, call.operation)), response }
}

export function refusalOf(response: HttpResponse, { operation, scope }: Pick<Call, 'operation' | 'scope'>) {
  return toRefusal(response, { operation, scope }) ?? statusError(withoutText(response), operation)
}

/**
 * ShipBob says what is left of the minute in headers of its own; other processes and tools of the same application spend
 * it too. Source: developer.shipbob.com/rate-limit.
 */
function learnBudget({ http }: Context, { status, headers }: HttpResponse, operation: string): void {
  const left = Number(headers['x-remaining-calls'])
  if (headers['x-remaining-calls'] !== undefined && Number.isSafeInteger(left) && left >= 0 && left < 30)
    http.budgets.learnBucket('requests', { available: left })
  const seconds = Number(headers['x-retry-after'])
  if (status === 429 && headers['x-retry-after'] !== undefined && seconds >= 0)
    http.budgets.throttled(seconds * 1_000, operation)
}

/** Of a page's address only what is asked for: never the host, which would be handed the token. */
export function nextCursor(next: string | null | undefined): string | undefined {
  if (next === null || next === undefined || next === '') return undefined
  const mark = next.indexOf('?')
  return mark === -1 ? undefined : next.slice(mark + 1)
}

export function fromCursor(cursor: string | undefined): Record<string, string> | undefined {
  return cursor === undefined ? undefined : Object.fromEntries(new URLSearchParams(cursor))
}
