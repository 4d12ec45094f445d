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

/** One error as eBay's REST APIs tell it, for a call or for a row of one. */
export const restError = z.object({
  errorId: z.int(),
  message: z.string().optional(),
  longMessage: z.string().optional(),
  parameters: z.array(z.object({ name: z.string().optional(), value: z.string().optional() })).optional(),
})
export type RestError = z.infer<typeof restError>

const envelope = z.object({ errors: z.array(restError).min(1) })
/** The Post-Order API has an envelope of its own. */
const postOrderEnvelope = z.object({
  error: z
    .array(z.object({ errorId: z.int(), message: z.object({ content: z.string() }).optional() }))
    .min(1),
})

/** What the failure of a call means. `scope` is the right that the call needs, for where that is missing. */
export function toRefusal(response: HttpResponse, operation: string, scope: string): ConnectorError {
  const detail = detailOf(response)
  const error = readErrors(response.text)?.[0]
  if (response.status === 403 && (error === undefined || isAccessDenied(error)))
    return new Forbidden(
      `${operation}: eBay does not allow it: ${sayOf(error)}`,
      scope,
      withCode(detail, error),
    )
  if (error === undefined) return statusError(response, operation)
  return toRestError(error, {
    status: response.status,
    operation,
    detail,
    waitMs: parseRetryAfterMs(response),
  })
}

/** 1100: access denied, insufficient permissions; 195011: not for this topic. */
function isAccessDenied({ errorId }: RestError): boolean {
  return errorId === 1100 || errorId === 195_011
}

/** SKU, offer, listing, order, location, destination or subscription that there is not. */
const gone = new Set([25_604, 25_702, 25_710, 25_713, 32_100, 195_001, 195_013, 195_022, 195_026])
/** Systems that failed, and others at the same item: `sent` false where nothing was carried out. */
const passing = new Map([
  [25_001, true],
  [25_025, false],
  [30_500, true],
  [195_000, true],
])
/** The call may not be made so often; eBay sends no hint when it may again. */
const limited = new Set([2_001, 2_002, 10_001])

/**
 * The class that one error stands for. Source: `x-response-codes` of the OpenAPI documents; 1001 to 1100 and 2001 from
 * developer.ebay.com/api-docs/static/handling-error-messages.html (read 2026-11).
 */
export function toRestError(
  error: RestError,
  about: { status: number; operation: string; detail: PlatformDetail; waitMs?: number | undefined },
): ConnectorError {
  const { status, operation, waitMs } = about
  const platform = withCode(about.detail, error)
  const said = `${operation}: ${sayOf(error)} (${error.errorId})`
  if (status === 401 || (error.errorId >= 1_001 && error.errorId <= 1_003))
    return new Unauthorized(said, platform)
  if (status === 429 || limited.has(error.errorId)) return new RateLimited(said, waitMs, platform)
  if (gone.has(error.errorId)) return new NotFound(said, platform)
  const wasCarriedOut = passing.get(error.errorId)
  if (wasCarriedOut !== undefined) return new Unavailable(said, wasCarriedOut, platform)
  if (status === 403) return new Forbidden(said, 'unknown', platform)
  if (status === 404 || status === 410) return new NotFound(said, platform)
  if (status === 409) return new Conflict(said, undefined, platform)
  // Many of eBay's 500s are about the request; those that we know of are named above.
  if (status >= 500) return new Unavailable(said, true, platform)
  return new Invalid(said, fieldOf(error), platform)
}

/** 25709 and its like name the field that is wrong. */
function fieldOf({ parameters = [] }: RestError): string {
  return parameters.find(({ name }) => name === 'fieldName')?.value ?? 'request'
}

function sayOf(error: RestError | undefined): string {
  if (error === undefined) return 'no reason given'
  return (error.longMessage ?? error.message ?? 'no reason given').replace(/\s+/g, ' ').slice(0, 300)
}

function withCode(detail: PlatformDetail, error: RestError | undefined): PlatformDetail {
  return error === undefined ? detail : { ...detail, code: String(error.errorId) }
}

/** eBay's request id is in the header `rlogid`; its support asks for it. */
export function detailOf({ status, headers }: Pick<HttpResponse, 'status' | 'headers'>): PlatformDetail {
  const requestId = headers.rlogid ?? headers['x-ebay-c-request-id'] ?? headers['x-request-id']
  return { status, ...(requestId !== undefined && { requestId }) }
}

export function readErrors(text: string): RestError[] | undefined {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    // A web page of something in between: the status speaks.
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  const found = envelope.safeParse(json)
  if (found.success) return found.data.errors
  return postOrderEnvelope.safeParse(json).data?.error.map(({ errorId, message }) => ({
    errorId,
    ...(message !== undefined && { longMessage: message.content }),
  }))
}
