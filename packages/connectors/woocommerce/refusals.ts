import {
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  NotFound,
  type PlatformDetail,
  parseRetryAfterMs,
  RateLimited,
  statusError,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { errorEnvelope } from './answers.ts'

/**
 * What an answer that is not a success means. A shop is many things in a row (a firewall, a web server, PHP,
 * WordPress, WooCommerce), and only the last two answer with the error envelope; everything else is HTML.
 * Source: facts of README, "Errors"; WooCommerce 11 sources (read 2026-08).
 */
export function toRefusal(response: HttpResponse, operation: string): ConnectorError {
  const envelope = readEnvelope(response.text)
  return envelope === undefined
    ? fromTheHost(response, operation)
    : fromTheShop(response.status, envelope, operation, parseRetryAfterMs(response))
}

export type Refusal = {
  code: string
  message: string
  /** The fields that `rest_invalid_param` complains about. */
  fields: readonly string[]
  /** The status inside the envelope: the only one that a row of a batch has. */
  status: number | undefined
}

/** Reads WordPress's envelope; undefined when the text is something else. */
export function readEnvelope(text: string): Refusal | undefined {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    // HTML or cut off: then it is not WordPress that speaks.
    return undefined
  }
  return toRefusalFacts(json)
}

/** As `readEnvelope`, of what is parsed already: the rows of a batch carry envelopes too. */
export function toRefusalFacts(json: unknown): Refusal | undefined {
  const parsed = errorEnvelope.safeParse(json)
  if (!parsed.success) return undefined
  const { code, message, data } = parsed.data
  return { code, message, fields: Object.keys(data?.params ?? {}), status: data?.status }
}

/** An error that WooCommerce or WordPress itself answered. The message is for people; only the code decides. */
export function fromTheShop(
  status: number,
  refusal: Refusal,
  operation: string,
  waitMs?: number | undefined,
): ConnectorError {
  const { code } = refusal
  const said = `${operation}: the shop answered ${code}: ${plain(refusal.message)}`
  const detail: PlatformDetail = { status, code }
  // The codes come before the status: an update of a missing product is 400, a read of it 404.
  if (isGone(code)) return new NotFound(said, detail)
  // A missing route says that the plugin is off or too old, nothing about the thing asked for.
  if (code === 'rest_no_route') return new Forbidden(said, code, detail)
  if (status === 401) return new Unauthorized(said, detail)
  if (status === 403) return new Forbidden(said, code, detail)
  if (status === 413) return new Invalid(said, 'batch', detail)
  if (status === 429) return new RateLimited(said, waitMs, detail)
  if (status === 404) return new NotFound(said, detail)
  if (status >= 500 || status === 408) return unavailable(said, status, waitMs, detail)
  return new Invalid(said, refusal.fields[0] ?? code, detail)
}

/** An error of whatever stands before WordPress: firewall, proxy, PHP, maintenance page. */
function fromTheHost(response: HttpResponse, operation: string): ConnectorError {
  const { status } = response
  // The address moved: http to https, or to www.
  if (status < 400) return statusError(response, operation)
  const waitMs = parseRetryAfterMs(response)
  const detail: PlatformDetail = { status }
  const said = `${operation}: the shop's host answered ${status} without WordPress`
  if (status === 401) return new Unauthorized(`${said}: the site asks for a password of its own`, detail)
  if (status === 413) return new Invalid(`${said}: the request is too large for it`, 'batch', detail)
  if (status === 429) return new RateLimited(said, waitMs, detail)
  if (status === 403 || status === 406) {
    const blocked = `${said}: a firewall blocks the hub; let its address through`
    return waitMs === undefined
      ? new Unavailable(blocked, true, detail)
      : new RateLimited(blocked, waitMs, detail)
  }
  return unavailable(said, status, waitMs, detail)
}

// WordPress says "retry after 600 seconds" on its maintenance page whatever it does, though most updates
// take seconds. Nobody counts these requests against us, so looking earlier is no offence.
const maintenanceMsMax = 60_000

function unavailable(
  said: string,
  status: number,
  waitMs: number | undefined,
  detail: PlatformDetail,
): ConnectorError {
  if (status === 503 && waitMs !== undefined) {
    return new RateLimited(said, Math.min(waitMs, maintenanceMsMax), detail)
  }
  return new Unavailable(said, true, detail)
}

const goneCodes = new Set([
  'woocommerce_rest_product_invalid_id',
  'woocommerce_rest_product_variation_invalid_id',
  'woocommerce_rest_invalid_product_id',
  'woocommerce_rest_shop_order_invalid_id',
  'woocommerce_rest_order_invalid_id',
  'woocommerce_rest_invalid_order_id',
  'woocommerce_rest_invalid_order',
])

function isGone(code: string): boolean {
  return goneCodes.has(code)
}

/** Without tags, and short enough for one line of a log. */
function plain(message: string): string {
  return message.replace(/<[^>]*>/g, '').slice(0, 300)
}
