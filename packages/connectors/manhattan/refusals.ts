import {
  Conflict,
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  NotFound,
  RateLimited,
  statusError,
  Unauthorized,
  Unavailable,
  withoutText,
} from '@plimsoll/connector-kit'
import type { Verdict } from './envelope.ts'
import type { PathName } from './paths.ts'

/** What is about one thing by its id, which may not be there. */
const BY_ID: ReadonlySet<PathName> = new Set(['orderChange', 'omniOrderCancel'])

/**
 * What a status says. Of the answer's text nothing is taken: it repeats what was sent, recipients included.
 * @param path what a 403 means is not allowed
 */
export function statusRefusal(response: HttpResponse, operation: string, path: PathName): ConnectorError {
  const { status } = response
  if (status === 403) return new Forbidden(`${operation}: the user may not use ${path}.`, path, { status })
  // An entity that is searched or saved is always there: then it is elsewhere. Nothing has gone that was known.
  if ((status === 404 || status === 410) && !BY_ID.has(path))
    return new Invalid(`${operation}: Manhattan has no ${path} there. Correct the paths.`, 'paths', {
      status,
    })
  return statusError(withoutText(response), operation)
}

/**
 * What `success: false` says, by its codes: never by its words, which quote values. A number at the end of the key
 * (`error.400`) or in `statusCode` is the status that it would have had; without one the input was refused.
 */
export function verdictRefusal(verdict: Verdict, operation: string, path: PathName): ConnectorError {
  const code = codeOf(verdict)
  const detail = { status: 200, ...(code !== undefined && { code }) }
  const said = code === undefined ? '' : ` (code ${code})`
  switch (statusOf(verdict)) {
    case 401:
      return new Unauthorized(`${operation}: Manhattan does not know the user${said}.`, detail)
    case 403:
      return new Forbidden(`${operation}: the user may not use ${path}${said}.`, path, detail)
    case 404:
      if (BY_ID.has(path)) return new NotFound(`${operation}: Manhattan has no such thing${said}.`, detail)
      return new Invalid(`${operation}: Manhattan refuses it${said}.`, 'request', detail)
    case 409:
      return new Conflict(`${operation}: it was changed meanwhile${said}.`, undefined, detail)
    case 429:
      return new RateLimited(`${operation}: Manhattan asks to wait${said}.`, undefined, detail)
    case 408:
    case 500:
    case 502:
    case 503:
    case 504:
      return new Unavailable(`${operation}: Manhattan could not do it now${said}.`, true, detail)
    default:
      return new Invalid(`${operation}: Manhattan refuses it${said}.`, 'request', detail)
  }
}

/** `RCV::995`; what does not look like a code may be somebody's name. */
function codeOf({ messages, messageKey }: Verdict): string | undefined {
  const codes = [
    ...(messages?.Message ?? []).flatMap(({ Code, MessageKey }) => [Code, MessageKey]),
    messageKey,
  ]
  return (
    codes.find((code) => code != null && /^[A-Za-z][A-Za-z_-]{0,20}(::|[.-])\d{1,6}$/.test(code)) ?? undefined
  )
}

const NAMES = new Map([
  ['UNAUTHORIZED', 401],
  ['FORBIDDEN', 403],
  ['NOT_FOUND', 404],
  ['REQUEST_TIMEOUT', 408],
  ['CONFLICT', 409],
  ['TOO_MANY_REQUESTS', 429],
  ['INTERNAL_SERVER_ERROR', 500],
  ['BAD_GATEWAY', 502],
  ['SERVICE_UNAVAILABLE', 503],
  ['GATEWAY_TIMEOUT', 504],
])

function statusOf({ statusCode, messageKey }: Verdict): number | undefined {
  const told = String(statusCode ?? '')
  const number = /^\d{3}$/.test(told) ? told : /^error\.(\d{3})$/.exec(messageKey ?? '')?.[1]
  return NAMES.get(told.toUpperCase()) ?? (number === undefined ? undefined : Number(number))
}
