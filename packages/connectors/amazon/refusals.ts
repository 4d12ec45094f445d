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
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { isTokenRefused } from './authorization.ts'

/** All of the API's errors have this shape; some older operations put `errors` beside an empty `payload`. */
const errorList = z.object({
  errors: z
    .array(z.object({ code: z.string(), message: z.string().default(''), details: z.string().optional() }))
    .min(1),
})

/** The role that Amazon wants for an operation, as Seller Central names it. */
export const ROLES = {
  listings: 'Product Listing',
  orders: 'Inventory and Order Tracking',
  stock: 'Amazon Fulfillment',
  account: 'Selling Partner Insights',
  buyers: 'Direct to Consumer Shipping (restricted)',
} as const

/**
 * What an answer that is no success means. The status decides, but for two: 403 is a missing role or an ended token,
 * and 400 may be about something that is not there.
 * @param options.isPersonal the words may repeat somebody's name and address: nothing of them is said
 */
export function toRefusal(
  response: HttpResponse,
  operation: string,
  { isPersonal = false }: { isPersonal?: boolean } = {},
): ConnectorError {
  const [first] = errorList.safeParse(parseOrUndefined(response.text)).data?.errors ?? []
  if (first === undefined) return withoutWords(response, operation, isPersonal)
  const { status } = response
  const words = isPersonal ? '' : `: ${[first.message, first.details].filter(Boolean).join(' ')}`
  const message = `${operation}: Amazon answered ${first.code}${words}`.slice(0, 500)
  const detail: PlatformDetail = {
    status,
    code: first.code,
    ...(response.headers['x-amzn-requestid'] !== undefined && {
      requestId: response.headers['x-amzn-requestid'],
    }),
  }
  if (isTokenRefused(response)) return new Unauthorized(message, detail)
  if (status === 403) return new Forbidden(message, roleOf(operation), detail)
  if (status === 429 || first.code === 'QuotaExceeded')
    return new RateLimited(message, parseRetryAfterMs(response), detail)
  if (status === 404 || isGone(first.code) || (isPersonal && saysGone(first.message)))
    return new NotFound(message, detail)
  if (status === 408 || status >= 500) return new Unavailable(message, true, detail)
  if (status >= 400)
    return new Invalid(
      isPersonal ? `${message}, about ${fieldOfRequest(first.message)}.` : message,
      isPersonal ? fieldOfRequest(first.message) : fieldOf(first.message),
      detail,
    )
  return statusError(isPersonal ? withoutText(response) : response, operation)
}

function withoutWords(response: HttpResponse, operation: string, isPersonal: boolean): ConnectorError {
  const error = statusError(isPersonal ? withoutText(response) : response, operation)
  return error.kind === 'forbidden' ? new Forbidden(error.message, roleOf(operation), error.platform) : error
}

/** An operation of ours is named `kind.detail`. */
function roleOf(operation: string): string {
  const [kind = '', detail = ''] = operation.split('.')
  if (kind === 'check') return detail === '' ? ROLES.account : roleOf(detail)
  if (kind === 'counts' || SENDING.has(kind)) return ROLES.stock
  if (kind === 'recipient') return ROLES.buyers
  if (kind === 'orders' || kind === 'order' || kind === 'ship') return ROLES.orders
  return ROLES.listings
}

/** Of Multi-Channel Fulfilment. */
const SENDING = new Set(['requestShipment', 'findShipment', 'cancelShipment', 'shipments', 'tracking'])

/** An order of Multi-Channel Fulfilment that is not there may be a 400. */
function saysGone(message: string): boolean {
  return (
    /\b(does not exist|not found|could not be found|no such)\b/i.test(message) && !/sku|item/i.test(message)
  )
}

/** What a refusal is about, told by its words without repeating any: as the kit's `ShipmentRequest` calls it. */
const ABOUT: readonly [RegExp, string][] = [
  [/sku|item id/i, 'lines.sku'],
  [/quantity|inventory|units/i, 'lines.quantity'],
  [/postal|zip/i, 'recipient.postalCode'],
  [/phone/i, 'recipient.phone'],
  [/\bcity\b/i, 'recipient.city'],
  [/stateorregion|\bstate\b/i, 'recipient.region'],
  [/country/i, 'recipient.country'],
  [/address|\bname\b/i, 'recipient'],
  [/speed|delivery|shipping/i, 'method'],
]

function fieldOfRequest(message: string): string {
  return ABOUT.find(([pattern]) => pattern.test(message))?.[1] ?? 'request'
}

function isGone(code: string): boolean {
  return /^(NOT_FOUND|NotFound|ResourceNotFound)$/.test(code)
}

/** Amazon names the parameter in its sentence, in quotation marks, if at all. */
function fieldOf(message: string): string {
  return /['"`]([A-Za-z][\w.]{1,40})['"`]/.exec(message)?.[1] ?? 'request'
}

/** The issue codes that mean that there is no such SKU; the others are about what was sent. */
const GONE_ISSUES = new Set(['4000003', '4000004', '13013'])

/** An ERROR that Amazon raised about one row, in the answer of a PATCH or in a feed's report. */
export function toIssueError(
  issue: { code?: string | undefined; message: string; attribute?: string | undefined },
  sku: string,
): ConnectorError {
  const message = `${sku}: ${issue.message}`.slice(0, 500)
  const detail: PlatformDetail = issue.code === undefined ? {} : { code: issue.code }
  if (issue.code !== undefined && GONE_ISSUES.has(issue.code)) return new NotFound(message, detail)
  return new Invalid(message, issue.attribute ?? 'quantity', detail)
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // No JSON: then it is not the API that speaks, and the status is all that is known.
  }
}
