import { type Dispatcher, Pool, request as undiciRequest } from 'undici'
import type { Budgets } from './budgets.ts'
import { CALL_CLASSES, type CallClass } from './call-classes.ts'
import type { Clock } from './clock.ts'
import { type ErrorKind, Invalid, isConnectorError, KEPT_BACK, Malformed, Unavailable } from './errors.ts'
import { privateAddressCode, publicLookup } from './public-lookup.ts'
import { assertPublicUrl } from './public-url.ts'
import { decodeBody } from './response-body.ts'
import { parseRetryAfterMs } from './status-error.ts'

export type HttpRequest = {
  /**
   * The operation of the contract that it is made for: `setLevels`; where an operation has several ways, one of them:
   * `setLevels.feed`. Budgets of single operations go by it, logs and metrics too.
   */
  operation: string
  method: string
  url: string
  headers?: Record<string, string>
  /** An access token that the connector declares, and the headers that carry it. */
  token?: { name: string; headers(accessToken: string): Record<string, string> }
  body?: string | Uint8Array
  /** True for an answer that is no text (a zipped report): its bytes are then handed over too. */
  wantsBytes?: boolean
  /** From leaving the budget to the last byte of the answer; 15,000 unless given. */
  timeoutMs?: number
  /** Points for cost buckets; 1 unless given. */
  cost?: number
  /** 0 goes first; 5 unless given. Counts only where whoever calls does not say what for. */
  priority?: number
  /** A person typed this address in: as `publicOnly` of the client, for this request. */
  publicOnly?: boolean
  signal?: AbortSignal
}

export type HttpResponse = {
  status: number
  /** Names in lower case; repeated headers joined by a comma. */
  headers: Record<string, string>
  text: string
  /** Where they were asked for; unpacked if the answer says that it is packed. */
  bytes?: Uint8Array
  /** The platform's clock when it answered; undefined when it said none. */
  date: Date | undefined
  /** From leaving the budget to the last byte. */
  durationMs: number
}

/** One call as it may be logged: never a header, a body or a secret of the address. */
export type CallRecord = {
  operation: string
  method: string
  /** Without user name, password, fragment and query values. */
  url: string
  outcome: { status: number } | { error: ErrorKind; sent: boolean }
  durationMs: number
  /** Milliseconds since the epoch, when the call left. */
  at: number
}

/**
 * One call with all that was said, for whoever masks it before it is kept anywhere. `response` is undefined where none
 * came.
 */
export type Exchange = {
  request: HttpRequest
  response: Omit<HttpResponse, 'durationMs'> | undefined
  /** Why there is no answer. */
  error: ErrorKind | undefined
  /** False: it surely never left. */
  sent: boolean
  /** Between asking the budgets and leaving. */
  waitedMs: number
  /** From leaving the budget to the last byte. */
  durationMs: number
  /** Milliseconds since the epoch, when it left. */
  at: number
  purpose: CallClass | undefined
}

export type Http = {
  /**
   * One call, after the budgets allow it. Any status is an answer, redirects too (they are not followed);
   * a 429 also holds back the calls after it for as long as it asks.
   * @throws Unavailable; `sent: false` only when the request surely never left
   * @throws Invalid with field `url` where `publicOnly` is set and the address leads into a private network
   * @throws Malformed when the answer is larger than 32 MiB or cannot be decompressed
   */
  send(request: HttpRequest): Promise<HttpResponse>
  budgets: Budgets
}

/** What a call is for, and for which of the organizations that share its budget. */
export type CallPurpose = { class: CallClass; group: string }

export type HttpOptions = {
  budgets: Budgets
  clock: Clock
  onCall?: (call: CallRecord) => void
  /** Told of each call that was made or tried, at once; must neither throw nor take long. */
  onExchange?: ((exchange: Exchange) => void) | undefined
  /**
   * The moment (milliseconds since the epoch, by `clock.now()`) after which the call under way may not leave any more;
   * undefined: none. Asked as it leaves, after its wait for the budget: a process may have been frozen since.
   */
  leavesUntil?: () => number | undefined
  /** What the call under way is for, and for whom; undefined: the request says its own priority. */
  purpose?: () => CallPurpose | undefined
  /**
   * Refuses to call private networks, also where a public name leads there. Set it wherever a person types the
   * address; leave it out for simulators, or say by address for which calls it holds.
   */
  publicOnly?: boolean | ((url: string) => boolean)
}

const defaultTimeoutMs = 15_000
const defaultPriority = 5
export const responseBytesMax = 32 * 1024 * 1024

export function createHttp({
  budgets,
  clock,
  onCall,
  onExchange,
  leavesUntil,
  purpose,
  publicOnly = false,
}: HttpOptions): Http {
  const send = async (request: HttpRequest): Promise<HttpResponse> => {
    if (request.token !== undefined) throw new TypeError(`${request.operation}: no tokens are declared`)
    const isPublicOnly =
      (typeof publicOnly === 'function' ? publicOnly(request.url) : publicOnly) || request.publicOnly === true
    if (isPublicOnly) assertPublicUrl(request.url, { allowLoopback: false })
    const timeoutMs = request.timeoutMs ?? defaultTimeoutMs
    const wanted = purpose?.()
    const askedMs = clock.monotonic()
    const permit = await budgets.acquire({
      cost: request.cost ?? 1,
      priority: request.priority ?? defaultPriority,
      operation: request.operation,
      ...(wanted !== undefined && { ...CALL_CLASSES[wanted.class], group: wanted.group }),
      ...(request.signal !== undefined && { signal: request.signal }),
    })
    const at = clock.now()
    const startedMs = clock.monotonic()
    const elapsedMs = () => clock.monotonic() - startedMs
    const record = (outcome: CallRecord['outcome']): void =>
      onCall?.({
        operation: request.operation,
        method: request.method,
        url: withoutSecrets(request.url),
        outcome,
        durationMs: elapsedMs(),
        at,
      })
    const tell = (said: Pick<Exchange, 'response' | 'error' | 'sent'>): void =>
      onExchange?.({
        ...said,
        request,
        waitedMs: startedMs - askedMs,
        durationMs: elapsedMs(),
        at,
        purpose: wanted?.class,
      })

    let isKeptBack = false
    try {
      const latest = leavesUntil?.()
      if (latest !== undefined && at > latest) {
        isKeptBack = true
        throw new Unavailable('The call has waited beyond the time for which it was promised.', false, {
          code: KEPT_BACK,
        })
      }
      const response = await exchange(request, { timeoutMs, clock, publicOnly: isPublicOnly })
      if (response.status === 429) budgets.throttled(parseRetryAfterMs(response), request.operation)
      record({ status: response.status })
      tell({ response, error: undefined, sent: true })
      return { ...response, durationMs: elapsedMs() }
    } catch (error) {
      if (isConnectorError(error)) {
        const sent = 'sent' in error && error.sent === true
        record({ error: error.kind, sent })
        tell({ response: undefined, error: error.kind, sent })
      }
      throw error
    } finally {
      // A batch outlasts its promise again and again: what its last calls were to cost would be lost each time.
      permit.settle(isKeptBack ? 'never-sent' : undefined)
    }
  }
  return { send, budgets }
}

/** The request itself, ended by the time-out or the caller's signal, whichever comes first. */
async function exchange(
  request: HttpRequest,
  { timeoutMs, clock, publicOnly }: { timeoutMs: number; clock: Clock; publicOnly: boolean },
): Promise<Omit<HttpResponse, 'durationMs'>> {
  const ended = new AbortController()
  const answered = new AbortController()
  const abort = () => ended.abort(request.signal?.reason)
  request.signal?.addEventListener('abort', abort, { once: true })
  clock.sleep(timeoutMs, answered.signal).then(
    () => {
      leaveSockets(request.url, publicOnly)
      ended.abort(new Error(`No complete answer within ${timeoutMs} ms.`))
    },
    () => undefined, // answered in time
  )
  try {
    const answer = await undiciRequest(request.url, {
      dispatcher: socketsTo(request.url, publicOnly),
      method: toMethod(request.method),
      headers: { 'user-agent': 'Plimsoll', ...request.headers },
      body: request.body ?? null,
      signal: ended.signal,
    })
    const headers = toHeaders(answer.headers)
    const bytes = Buffer.from(await answer.body.arrayBuffer())
    const unpacked = await decodeBody(bytes, headers['content-encoding'], responseBytesMax)
    return {
      status: answer.statusCode,
      headers,
      text: unpacked.toString('utf8'),
      ...(request.wantsBytes === true && { bytes: unpacked }),
      date: toDate(headers.date),
    }
  } catch (error) {
    throw toConnectorError(error, request)
  } finally {
    answered.abort()
    request.signal?.removeEventListener('abort', abort)
  }
}

const pools = new Map<string, Pool>()

/** One pool for the process, origin and kind: sockets stay open between calls and between connections. */
function socketsTo(url: string, publicOnly: boolean): Dispatcher {
  const key = poolKey(url, publicOnly)
  const existing = pools.get(key)
  if (existing !== undefined) return existing
  const pool = new Pool(new URL(url).origin, {
    // One call per socket at a time: a slow answer never holds up the one behind it.
    pipelining: 1,
    connections: 32,
    allowH2: false,
    keepAliveTimeout: 60_000, // where the platform gives no hint of its own
    connect: { timeout: 10_000, ...(publicOnly && { lookup: publicLookup }) },
    // Ours are exact; undici's count in whole seconds.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxResponseSize: responseBytesMax,
  })
  pools.set(key, pool)
  return pool
}

/**
 * A path that has died without a word took every socket on it along: each would cost a time-out of its own. The next call
 * opens a new one; calls under way go on.
 */
function leaveSockets(url: string, publicOnly: boolean): void {
  const key = poolKey(url, publicOnly)
  const pool = pools.get(key)
  pools.delete(key)
  pool?.close().catch(() => undefined) // a socket that is dead already
}

function poolKey(url: string, publicOnly: boolean): string {
  return `${publicOnly ? 'public' : 'any'} ${new URL(url).origin}`
}

// The codes of failures before a connection stood: name look-up, TCP, TLS.
const neverLeft =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|UND_ERR_INVALID_ARG|ERR_INVALID_URL|CERT_.*|ERR_TLS_.*|DEPTH_ZERO_.*|SELF_SIGNED_.*|UNABLE_TO_.*)$/

function toConnectorError(error: unknown, request: HttpRequest): Unavailable | Malformed | Invalid {
  if (error instanceof Malformed) return error
  const code = codeOf(error)
  if (code === privateAddressCode) return new Invalid(messageOf(error), 'url', { cause: error })
  const detail = { cause: error, ...(code !== undefined && { code }) }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new Malformed(`${request.operation}: the answer is larger than 32 MiB.`, '', true, detail)
  }
  const reason = error instanceof Error ? error.message || (code ?? error.name) : String(error)
  return new Unavailable(
    `${request.operation}: ${reason}`,
    !(code !== undefined && neverLeft.test(code)),
    detail,
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  // A name with several addresses fails with one error for each; they fail alike.
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return 'cause' in error ? codeOf(error.cause) : undefined
}

function toHeaders(raw: Record<string, string | string[] | undefined>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(raw)) {
    if (value !== undefined) headers[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

function toDate(header: string | undefined): Date | undefined {
  if (header === undefined) return undefined
  const date = new Date(header)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** The address with every query value replaced: keys and signatures travel there (WooCommerce, Amazon). */
function withoutSecrets(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return 'not an address'
  const names = [...parsed.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=…`)
  return `${parsed.origin}${parsed.pathname}${names.length > 0 ? `?${names.join('&')}` : ''}`
}

function toMethod(method: string): Dispatcher.HttpMethod {
  const upper = method.toUpperCase()
  const known = (['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const).find(
    (name) => name === upper,
  )
  if (known === undefined) throw new TypeError(`"${method}" is not a method the kit sends`)
  return known
}
