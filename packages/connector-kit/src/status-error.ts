import {
  Conflict,
  type ConnectorError,
  Forbidden,
  Invalid,
  Malformed,
  NotFound,
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
  if (status >= 300 && status < 400) {
    const where = response.headers.location ?? 'elsewhere'
    return new Invalid(
      `${operation}: the address redirects to ${where}. Connect with that address.`,
      'url',
      detail,
    )
  }
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
