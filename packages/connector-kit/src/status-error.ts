import {
  Conflict,
  type ConnectorError,
  Forbidden,
  Invalid,
  Malformed,
  NotFound,
  type PlatformDetail,
  RateLimited,
  Unauthorized,
  Unavailable,
} from './errors.ts'
import type { HttpResponse } from './http.ts'
import { requestIdOf } from './response-body.ts'

/**
 * The error class that an unsuccessful status stands for, where the platform has no more to say than the
 * status itself. Platforms that put a code in the body map it first and come here for the rest.
 * What the platform says is quoted: `withoutText` where that may be somebody's name and address.
 */
export function statusError(response: HttpResponse, operation: string): ConnectorError {
  const { status } = response
  const detail = { status, ...requestIdOf(response) }
  const body = response.text
  const said = body.trim().replace(/\s+/g, ' ').slice(0, 200)
  const message = `${operation}: the platform answered ${status}${said === '' ? '' : `: ${said}`}`
  if (isRedirect(status)) return redirectError(response, operation, detail)
  switch (status) {
    case 401:
      return new Unauthorized(message, detail)
    case 403:
      return new Forbidden(message, 'unknown', detail)
    case 404:
    case 410:
      return new NotFound(message, detail)
    case 409:
      return new Conflict(message, undefined, detail)
    case 408:
      return new Unavailable(message, true, detail)
    case 429:
      return new RateLimited(message, parseRetryAfterMs(response), detail)
  }
  if (status >= 500) return new Unavailable(message, true, detail)
  if (status >= 400) return new Invalid(message, 'request', detail)
  return new Malformed(`${operation}: status ${status} was not expected here`, body, true, detail)
}

function isRedirect(status: number): boolean {
  return (status >= 300 && status <= 303) || status === 307 || status === 308
}

/**
 * Whatever stands before the platform sends the request elsewhere: its address has moved (301, 308), or for a while
 * something else answers in its place (a maintenance page, a check for robots). It is about the connection, never about
 * what was asked: no row may be refused for it. Nor does it stop the connection, as plugins say 301 of what passes too,
 * and nobody would start it again; the address to connect with stands in its problem until then.
 * Source: RFC 9110, 15.4: only 303 is also what is answered to a request that was carried out.
 */
function redirectError(response: HttpResponse, operation: string, detail: PlatformDetail): Unavailable {
  const { status } = response
  const where = response.headers.location ?? 'elsewhere'
  const said = `${operation}: the address redirects to ${where} (${status}).`
  const cure =
    status === 301 || status === 308
      ? 'Connect with that address.'
      : 'A maintenance page, a plugin or a check for robots answers in place of the platform; let the hub through.'
  return new Unavailable(`${said} ${cure}`, status === 303, detail)
}

/**
 * The `Retry-After` hint in milliseconds: seconds or a date (RFC 9110, 10.2.3), a date being measured by the
 * platform's own Date header, since its clock may differ from ours. Undefined without a usable hint.
 */
export function parseRetryAfterMs({ headers, date }: HttpHint): number | undefined {
  const hint = headers['retry-after']?.trim()
  if (hint === undefined || hint === '') return undefined
  if (/^\d+(\.\d+)?$/.test(hint)) return Math.min(Number(hint) * 1_000, retryAfterMaxMs)
  // Date takes "-5" for the year; what has no time of day is no HTTP date.
  const at = hint.includes(':') ? new Date(hint).getTime() : Number.NaN
  if (Number.isNaN(at) || date === undefined) return undefined
  return Math.min(Math.max(0, at - date.getTime()), retryAfterMaxMs)
}

type HttpHint = Pick<HttpResponse, 'headers' | 'date'>

// A platform that asks for more than a day has its units wrong.
const retryAfterMaxMs = 24 * 3_600_000
