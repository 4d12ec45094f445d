import { type ConnectorContext, type HttpResponse, readJson } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { type AuthorizationMode, authorize } from './authorization.ts'
import { readEnvelope, toRefusal } from './refusals.ts'
import type { Credentials, Settings } from './settings.ts'

/** An answer with what its headers say. */
export type Answer<T> = {
  data: T
  /** `X-WP-Total`: rows in the whole list; undefined where a proxy drops the header. */
  total: number | undefined
  /** The shop's clock. */
  date: Date | undefined
}

export type Call = {
  operation: string
  method: 'GET' | 'POST'
  /** Below the REST root: `wc/v3/products`. */
  path: string
  query?: Record<string, string>
  body?: unknown
  timeoutMs?: number
  /** 0 goes first. */
  priority?: number
  signal?: AbortSignal | undefined
}

// Cheap hosts take seconds for a page and up to 300 ms for each row of a batch; PHP gives up after 30 to 60 s.
const readTimeoutMs = 30_000
const writeTimeoutMs = 60_000

/** Carries one call out and reads its answer. */
export type Ask = <T>(call: Call, schema: z.ZodType<T>) => Promise<Answer<T>>

/**
 * The way to one shop. Neither repeats nor waits; only how the shop is spoken to (permalinks, authorization) is found
 * out by trying, before anything is carried out.
 * @throws the kit's errors
 */
export function createTransport(context: ConnectorContext<Settings, Credentials>): Ask {
  const { settings, credentials, http } = context
  let mode: AuthorizationMode = settings.url.startsWith('https:') ? 'basic' : 'oauth1'
  // Shops with plain permalinks have no /wp-json; the route then travels in the query.
  let isPlain = false

  const sendOnce = (call: Call): Promise<HttpResponse> => {
    const isOpen = call.path === ''
    const root = isPlain ? `${settings.url}/` : `${settings.url}/wp-json/${call.path}`
    const query = isPlain ? { rest_route: `/${call.path}`, ...call.query } : (call.query ?? {})
    const signed = authorize({
      mode,
      method: call.method,
      url: root,
      query,
      credentials,
      now: context.now(),
      nonce: context.uuid(),
    })
    return http.send({
      operation: call.operation,
      method: call.method,
      // The site index is public; keys that nobody asks for stay at home.
      url: isOpen ? `${root}?${new URLSearchParams(query)}` : signed.url,
      headers: {
        accept: 'application/json',
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...(!isOpen && signed.headers),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      timeoutMs: call.timeoutMs ?? (call.method === 'GET' ? readTimeoutMs : writeTimeoutMs),
      ...(call.priority !== undefined && { priority: call.priority }),
      ...(call.signal !== undefined && { signal: call.signal }),
    })
  }

  const send = async (call: Call): Promise<HttpResponse> => {
    const response = await sendOnce(call)
    if (response.status === 404 && !isPlain && isWebPage(response)) {
      // The web server itself did not know /wp-json, so nothing was carried out.
      isPlain = true
      const again = await sendOnce(call)
      if (again.status < 400 || !isWebPage(again)) return again
      isPlain = false
      return response
    }
    if (mode !== 'basic') return response
    // Many hosts strip the header before PHP sees it, and some proxies do not say that TLS ended at them: WordPress then
    // takes us for a stranger, and nothing was carried out.
    let last = response
    for (const other of ['query', 'proxied'] as const) {
      if (last.status !== 401 || !isHeaderLost(last)) break
      mode = other
      last = await sendOnce(call)
      if (last.status !== 401) return last
    }
    mode = 'basic'
    return response
  }

  const ask = async <T>(call: Call, schema: z.ZodType<T>): Promise<Answer<T>> => {
    const response = await send(call)
    if (response.status < 200 || response.status > 299) throw toRefusal(response, call.operation)
    const total = /^\d{1,15}$/.exec(response.headers['x-wp-total'] ?? '')?.[0]
    return {
      data: readJson(response, schema, call.operation),
      total: total === undefined ? undefined : Number(total),
      date: response.date,
    }
  }
  return ask
}

function isWebPage(response: HttpResponse): boolean {
  return readEnvelope(response.text) === undefined
}

/** "You may not view this": what a stranger is told, where wrong keys would be `authentication_error`. */
function isHeaderLost(response: HttpResponse): boolean {
  return /^woocommerce_rest_cannot_/.test(readEnvelope(response.text)?.code ?? '')
}
