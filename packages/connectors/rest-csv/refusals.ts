import {
  Conflict,
  type ConnectorError,
  Forbidden,
  type HttpResponse,
  Invalid,
  isConnectorError,
  NotFound,
  type PlatformDetail,
  parseRetryAfterMs,
  RateLimited,
  statusError,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import type { Errors } from './definition.ts'

export type Refusal = { code: string | undefined; message: string | undefined }

/** The class that an unsuccessful answer stands for: by the platform's own code where the definition names it. */
export async function toRefusal(
  response: HttpResponse,
  given: {
    operation: string
    errors: Errors
    evaluateOne(field: string, expression: string, input: unknown): Promise<unknown>
  },
): Promise<ConnectorError> {
  const { operation, errors } = given
  const plain = statusError(response, operation)
  const body = readJsonOrNothing(response.text)
  if (body === undefined) return plain
  const find = async (field: string, expression: string | undefined): Promise<string | undefined> => {
    if (expression === undefined) return undefined
    try {
      return toText(await given.evaluateOne(field, expression, body))
    } catch (error) {
      // What the status says is enough; the body of a refusal may be anything.
      if (isConnectorError(error)) return undefined
      throw error
    }
  }
  const code = await find('errors.code', errors.code)
  const message = await find('errors.message', errors.message)
  if (code === undefined) return plain
  const named = toError({ code, message }, errors, {
    operation,
    detail: { ...plain.platform, status: response.status },
    retryAfterMs: parseRetryAfterMs(response),
  })
  return named ?? withCode(plain, code)
}

/** The class that the definition gives to a code of the platform; undefined where it names none. */
export function toError(
  { code = '', message }: Refusal,
  { kinds }: Errors,
  about: { operation: string; detail: PlatformDetail; retryAfterMs?: number | undefined },
): ConnectorError | undefined {
  const said = `${about.operation}: ${message ?? code}`
  const detail = { ...about.detail, code }
  const kind = Object.hasOwn(kinds, code) ? kinds[code] : undefined
  switch (kind) {
    case undefined:
      return undefined
    case 'rate-limited':
      return new RateLimited(said, about.retryAfterMs, detail)
    case 'unavailable':
      return new Unavailable(said, true, detail)
    case 'unauthorized':
      return new Unauthorized(said, detail)
    case 'forbidden':
      return new Forbidden(said, 'unknown', detail)
    case 'invalid':
      return new Invalid(said, 'request', detail)
    case 'not-found':
      return new NotFound(said, detail)
    case 'conflict':
      return new Conflict(said, undefined, detail)
    default: {
      const never: never = kind
      return never
    }
  }
}

function withCode(error: ConnectorError, code: string): ConnectorError {
  error.platform.code ??= code
  return error
}

function readJsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a web page, or nothing: the status has to do
  }
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value
  return typeof value === 'number' ? String(value) : undefined
}
