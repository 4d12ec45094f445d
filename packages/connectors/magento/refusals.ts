import {
  Conflict,
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
import { z } from 'zod'

/**
 * What an answer that is not a success means. A shop is many things in a row: a cache or gateway, a web server, PHP,
 * Magento; only the last answers with an envelope of its own. Texts come in the language of the store view, so the
 * few that are looked at are Magento's untranslated templates, and each has another sign beside it.
 * Sources: README, "Sources".
 */
export function toRefusal(response: HttpResponse, operation: string): ConnectorError {
  const envelope = readEnvelope(response.text)
  return envelope === undefined
    ? fromTheHost(response, operation)
    : fromTheShop(response, envelope, operation)
}

/** `platform.code` of an answer that says: this shop has no such route. */
export const NO_ROUTE = 'no-route'
/** Before the number in `platform.code` of an answer that says how many rows the shop takes. */
const LIMIT = 'at-most-'

export type Envelope = {
  /** With its parameters put in. */
  message: string
  /** As Magento wrote it. */
  template: string
  parameters: Readonly<Record<string, string>>
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).transform(String)
/** PHP writes a list or a map; an empty one is a list. */
const parameterMap = z
  .union([z.array(scalar), z.record(z.string(), scalar)])
  .transform(
    (given): Record<string, string> =>
      // Parameters of a list are %1, %2 and on.
      Array.isArray(given) ? Object.fromEntries(given.map((value, at) => [String(at + 1), value])) : given,
  )
  .catch({})
const envelopeSchema = z.union([
  z.object({
    message: z.string(),
    parameters: parameterMap.optional(),
    errors: z
      .array(z.object({ message: z.string(), parameters: parameterMap.optional() }))
      .nullish()
      .catch(undefined),
  }),
  // How a fatal error of the front controller is told.
  z
    .object({ messages: z.object({ error: z.array(z.object({ message: z.string() })).min(1) }) })
    .transform(({ messages }) => ({
      message: messages.error[0]?.message ?? '',
      parameters: undefined,
      errors: undefined,
    })),
])

/** Reads Magento's envelope, or the text in which its OAuth endpoints answer; undefined when it is something else. */
export function readEnvelope(text: string): Envelope | undefined {
  const problem = /^oauth_problem=([a-z_]+)/.exec(text.trim())
  if (problem !== null)
    return { message: text.trim().slice(0, 300), template: problem[1] ?? '', parameters: {} }
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    // HTML or cut off: then it is not Magento that speaks.
    return undefined
  }
  const parsed = envelopeSchema.safeParse(json)
  if (!parsed.success) return undefined
  const { message, parameters = {}, errors } = parsed.data
  const first = errors?.[0]
  return {
    message: [
      fill(message, parameters),
      ...(errors ?? []).map((one) => fill(one.message, one.parameters ?? {})),
    ]
      .join(' ')
      .slice(0, 300),
    template: message,
    parameters: { ...first?.parameters, ...parameters },
  }
}

function fill(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replace(/%(\d+|[a-zA-Z_]+)/g, (whole, name: string) => parameters[name] ?? whole)
}

function fromTheShop(response: HttpResponse, envelope: Envelope, operation: string): ConnectorError {
  const { status } = response
  const { template, parameters } = envelope
  const said = `${operation}: the shop answered ${status}: ${envelope.message}`
  const requestId = /webapi-[0-9a-f]+/.exec(envelope.message)?.[0] ?? response.headers['x-request-id']
  const detail: PlatformDetail = {
    status,
    code: template.slice(0, 80),
    ...(requestId !== undefined && { requestId }),
  }
  if (status < 400) return statusError(response, operation)
  // 403 is what old versions and gateways say of a missing right; Magento itself says 401 and names it.
  const right = parameters.resources
  if (status === 401 && (right !== undefined || template.includes("isn't authorized to access")))
    return new Forbidden(said, right ?? 'unknown', detail)
  if (status === 403) return new Forbidden(said, right ?? 'unknown', detail)
  if (status === 401 || isOauthProblem(template)) return new Unauthorized(said, detail)
  if (status === 404) {
    // A missing route says that a module is off, nothing about the thing asked for.
    return template === 'Request does not match any route.'
      ? new Forbidden(said, NO_ROUTE, { ...detail, code: NO_ROUTE })
      : new NotFound(said, detail)
  }
  if (status === 409) return new Conflict(said, undefined, detail)
  if (status === 413) return new Invalid(said, 'batch', detail)
  if (status === 429) return new RateLimited(said, parseRetryAfterMs(response), detail)
  if (status >= 500 || status === 408) return unavailable(said, response, detail)
  const limit = limitIn(envelope)
  if (limit !== undefined) return new Invalid(said, 'batch', { ...detail, code: `${LIMIT}${limit}` })
  return new Invalid(said, parameters.fieldName ?? parameters.field ?? 'request', detail)
}

/** How many rows the shop takes at once, where an error says so (input limits are off unless the merchant sets them). */
export function limitOf(error: unknown): number | undefined {
  if (!(error instanceof Invalid) || error.platform.code?.startsWith(LIMIT) !== true) return undefined
  return Number(error.platform.code.slice(LIMIT.length))
}

/** `Maximum items of type "%type" is %max`, `Maximum SearchCriteria pageSize is %max`. */
function limitIn({ template, message, parameters }: Envelope): number | undefined {
  if (!template.startsWith('Maximum ')) return undefined
  const max = Number(parameters.max ?? parameters['2'] ?? parameters['1'] ?? /is (\d+)/.exec(message)?.[1])
  return Number.isSafeInteger(max) && max > 0 ? max : undefined
}

/** The clock of a signed request is off, or its nonce was seen: nothing was carried out, and another may pass. */
export function signatureTrouble({ status, text }: HttpResponse): 'clock' | 'nonce' | undefined {
  if (status !== 400 && status !== 401) return undefined
  const said = readEnvelope(text)?.template ?? ''
  if (/timestamp/i.test(said)) return 'clock'
  return /nonce/i.test(said) ? 'nonce' : undefined
}

function isOauthProblem(template: string): boolean {
  return /^(version_rejected|parameter_(absent|rejected)|timestamp_refused|nonce_used|signature_(method_rejected|invalid)|consumer_key_(rejected|invalid|refused)|token_[a-z]+|verifier_invalid|permission_[a-z]+|method_not_allowed)$/.test(
    template,
  )
}

/** An error of whatever stands before Magento: cache, firewall, web server, PHP, maintenance page. */
function fromTheHost(response: HttpResponse, operation: string): ConnectorError {
  const { status } = response
  // The address moved: http to https, or to www.
  if (status < 400) return statusError(response, operation)
  const waitMs = parseRetryAfterMs(response)
  const detail: PlatformDetail = { status }
  const said = `${operation}: the shop's host answered ${status} without Magento`
  if (status === 401) return new Unauthorized(`${said}: the site asks for a password of its own`, detail)
  if (status === 404 || status === 400)
    return new Invalid(
      `${said}: there is no shop at this address, or the web server refuses an address with a slash in a SKU (AllowEncodedSlashes)`,
      'url',
      detail,
    )
  if (status === 413 || status === 414)
    return new Invalid(`${said}: the request is too large for it`, 'batch', detail)
  if (status === 429) return new RateLimited(said, waitMs, detail)
  if (status === 403 || status === 405 || status === 406) {
    const blocked = `${said}: a firewall blocks the hub; let its address through`
    return waitMs === undefined
      ? new Unavailable(blocked, true, detail)
      : new RateLimited(blocked, waitMs, detail)
  }
  return unavailable(said, response, detail)
}

// The maintenance page may ask for any time; nobody counts these requests against us.
const maintenanceMsMax = 60_000

function unavailable(said: string, response: HttpResponse, detail: PlatformDetail): ConnectorError {
  const waitMs = parseRetryAfterMs(response)
  return response.status === 503 && waitMs !== undefined
    ? new RateLimited(said, Math.min(waitMs, maintenanceMsMax), detail)
    : new Unavailable(said, true, detail)
}
