import {
  Conflict,
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  NotFound,
  type PlatformDetail,
  RateLimited,
  statusError,
  Unauthorized,
  Unavailable,
  withoutText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { waitMsOf } from './limits.ts'

/** One error as Walmart writes it; a code is `<WHAT>.<API>`. */
export const errorSchema = z.object({
  code: z.string(),
  field: z.string().nullish(),
  description: z.string().nullish(),
  info: z.string().nullish(),
  severity: z.string().nullish(),
})
export type WalmartError = z.infer<typeof errorSchema>

const someErrors = z.array(errorSchema).min(1)
/** Its services wrap them in three ways. */
const envelope = z.union([
  z.object({ errors: z.object({ error: someErrors }) }).transform(({ errors }) => errors.error),
  z.object({ errors: someErrors }).transform(({ errors }) => errors),
  z.object({ error: someErrors }).transform(({ error }) => error),
])

/**
 * What an answer that is not a success means. The code decides before the status; gateways answer in XML or HTML too.
 * @param call.isPersonal its words may repeat somebody's name and address: nothing of them is said
 */
export function toRefusal(
  response: HttpResponse,
  call: { operation: string; requestId: string; isPersonal?: boolean },
): ConnectorError {
  const [first] = readErrors(response.text)
  const { status } = response
  const detail: PlatformDetail = { status, requestId: call.requestId }
  if (status === 429) {
    const code = first?.code ?? xmlCodeOf(response.text)
    return new RateLimited(`${call.operation}: Walmart throttles`, waitMsOf(response), {
      ...detail,
      ...(code !== undefined && { code }),
    })
  }
  if (first !== undefined) return fromError(first, status, { ...call, detail })
  const code = xmlCodeOf(response.text)
  if (code !== undefined) return fromError({ code }, status, { ...call, detail })
  const { isPersonal = false } = call
  return withRequestId(statusError(isPersonal ? withoutText(response) : response, call.operation), detail)
}

type CallOf = { operation: string; detail: PlatformDetail; isPersonal?: boolean }

/** @param status of the answer; undefined for a row of an answer that was a success as a whole */
export function fromError(
  error: WalmartError,
  status: number | undefined,
  { operation, detail, isPersonal = false }: CallOf,
): ConnectorError {
  const what = error.code.split('.')[0]?.toUpperCase() ?? ''
  const says = isPersonal ? '' : (error.description ?? error.info ?? '')
  const said = `${operation}: Walmart answered ${error.code}${says === '' ? '' : `: ${says.slice(0, 300)}`}`
  const told: PlatformDetail = { ...detail, code: error.code }
  if (what.includes('THRESHOLD_VIOLATED')) return new RateLimited(said, undefined, told)
  if (status === 401 || unauthorizedCodes.has(what)) return new Unauthorized(said, told)
  if (status === 403 || what === 'FORBIDDEN') return new Forbidden(said, error.field ?? 'unknown', told)
  if (status === 404 || notFoundCodes.has(what)) return new NotFound(said, told)
  if (status === 409) return new Conflict(said, undefined, told)
  if (status === 408 || (status !== undefined && status >= 500) || passingCodes.test(what)) {
    return new Unavailable(said, true, told)
  }
  return new Invalid(said, isPersonal ? fieldOfRequest(error) : (error.field ?? 'request'), told)
}

/** What a refusal of a customer's order is about, as the kit's `ShipmentRequest` calls it. */
const ABOUT: readonly [RegExp, string][] = [
  [/sku|offer|item(?!s\b)/i, 'lines.sku'],
  [/qty|quantity|inventory|stock/i, 'lines.quantity'],
  [/zip|postal/i, 'recipient.postalCode'],
  [/phone/i, 'recipient.phone'],
  [/email/i, 'recipient.email'],
  [/city/i, 'recipient.city'],
  [/state/i, 'recipient.region'],
  [/country/i, 'recipient.country'],
  [/address|line[12]|name/i, 'recipient'],
  [/shippingmethod|promise/i, 'method'],
  [/channel/i, 'orderChannelId'],
]

/** Told by the name of the field, else by what its words are about; nothing of them is repeated. */
function fieldOfRequest({ field, code, description, info }: WalmartError): string {
  for (const text of [field, code, description, info]) {
    const found = text ? ABOUT.find(([pattern]) => pattern.test(text)) : undefined
    if (found !== undefined) return found[1]
  }
  return 'request'
}

const unauthorizedCodes = new Set(['UNAUTHORIZED', 'INVALID_TOKEN', 'TOKEN_EXPIRED'])
const notFoundCodes = new Set(['CONTENT_NOT_FOUND', 'ITEM_NOT_FOUND', 'NOT_FOUND', 'OS_NOT_FOUND_ERROR'])
/** With a status before the dot too: `500.SYSTEM_ERROR`. */
const passingCodes = /^(5\d\d|SYSTEM_ERROR|INTERNAL_SERVER_ERROR|GATEWAY_TIMEOUT|SERVICE_UNAVAILABLE)$/

/** The errors of a body in any of the wraps; none where it is something else. */
export function readErrors(text: string): WalmartError[] {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return [] // XML, HTML or cut off
  }
  const parsed = envelope.safeParse(json)
  return parsed.success ? parsed.data : []
}

/** `<ns2:code>INVALID_TOKEN.GMP_GATEWAY_API</ns2:code>`: the gateway answers so whatever was asked for. */
function xmlCodeOf(text: string): string | undefined {
  return /<(?:\w+:)?code>\s*([\w.-]{1,100})\s*<\/(?:\w+:)?code>/.exec(text)?.[1]
}

/** Ours is the one that Walmart's support asks for. */
function withRequestId(error: ConnectorError, { requestId }: PlatformDetail): ConnectorError {
  if (requestId !== undefined) Object.assign(error.platform, { requestId })
  return error
}
