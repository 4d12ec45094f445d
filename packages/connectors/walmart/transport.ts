import {
  type ConnectorContext,
  type HttpResponse,
  type PlatformDetail,
  readJson,
  unquoted,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { learn } from './limits.ts'
import { toRefusal } from './refusals.ts'
import { baseUrl, type Credentials, type Settings, termsOf } from './settings.ts'

export type Context = ConnectorContext<Settings, Credentials>

export type Call = {
  /** Each has a budget: see `limits.ts`. */
  operation: string
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From `/v3/` on, escaped. */
  path: string
  body?: unknown
  /** Sent as a file of a form instead of a JSON body. */
  file?: unknown
  /** A list that is empty is answered 404 by some services: then this is its data. */
  emptyAs?: unknown
  timeoutMs?: number
  /** Its answers may repeat who gets a parcel, and where: no error says anything of their text. */
  isPersonal?: boolean
  /** 0 goes first. */
  priority?: number
  signal?: AbortSignal | undefined
}

export type Answer<T> = {
  data: T
  /** Walmart's clock. */
  date: Date | undefined
  /** What goes into an error made from this answer. */
  detail: PlatformDetail
}

/** Carries one call out and reads its answer. Neither repeats nor waits. @throws the kit's errors */
export type Ask = <T>(call: Call, schema: z.ZodType<T>) => Promise<Answer<T>>

const READ_TIMEOUT_MS = 30_000

export function createTransport(context: Context): Ask {
  const { settings, http } = context
  const send = async (call: Call, requestId: string): Promise<HttpResponse> => {
    const { operation, method, path, signal } = call
    const sent = toBody(call, context)
    const response = await http.send({
      operation,
      method,
      url: `${baseUrl(settings)}${path}`,
      headers: { ...commonHeaders(settings, requestId), ...sent.headers },
      token: { name: 'access', headers: (token) => ({ 'wm_sec.access_token': token }) },
      ...(sent.body !== undefined && { body: sent.body }),
      timeoutMs: call.timeoutMs ?? READ_TIMEOUT_MS,
      ...(call.priority !== undefined && { priority: call.priority }),
      ...(signal !== undefined && { signal }),
    })
    learn(http.budgets, operation, response)
    return response
  }

  return async (call, schema) => {
    // New for each call, and what Walmart's support asks for.
    const requestId = context.uuid()
    const response = await send(call, requestId)
    const { status, date } = response
    const { operation, isPersonal = false } = call
    const detail: PlatformDetail = { status, requestId }
    if (status === 404 && call.emptyAs !== undefined) {
      const refusal = toRefusal(response, { operation: call.operation, requestId })
      // Without a code it is a wrong address or a proxy that speaks, and says nothing about the list.
      if (refusal.platform.code === undefined) throw refusal
      return { data: schema.parse(call.emptyAs), date, detail }
    }
    if (status < 200 || status > 299) throw toRefusal(response, { operation, requestId, isPersonal })
    return {
      data: isPersonal
        ? unquoted(() => readJson(response, schema, operation))
        : readJson(response, schema, operation),
      date,
      detail,
    }
  }
}

/** With blanks as `%20`: not every gateway takes a plus for one. */
export function toQuery(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

/** As queries want moments: in seconds. */
export function toSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** Of every call, the token's own too. */
export function commonHeaders(settings: Settings, requestId: string): Record<string, string> {
  return {
    accept: 'application/json',
    'wm_svc.name': 'Walmart Marketplace',
    'wm_qos.correlation_id': requestId,
    // The other markets share one interface, which is told which of them is meant: the token’s own call too.
    ...termsOf(settings).headers,
  }
}

function toBody(
  { body, file, method }: Call,
  context: Context,
): { headers: Record<string, string>; body?: string } {
  if (file !== undefined) {
    const boundary = `plimsoll-${context.uuid()}`
    return {
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: [
        `--${boundary}`,
        'content-disposition: form-data; name="file"; filename="feed.json"',
        'content-type: application/json',
        '',
        JSON.stringify(file),
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    }
  }
  // Some services answer 415 without it, to a GET too.
  const headers = { 'content-type': 'application/json' }
  if (body !== undefined) return { headers, body: JSON.stringify(body) }
  return method === 'GET' || method === 'DELETE' ? { headers } : { headers, body: '' }
}
