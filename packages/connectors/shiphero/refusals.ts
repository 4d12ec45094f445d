import {
  type ConnectorError,
  Forbidden,
  Invalid,
  NotFound,
  type PlatformDetail,
  RateLimited,
  Unauthorized,
  Unavailable,
} from '@plimsoll/connector-kit'
import { z } from 'zod'

/**
 * What stands in `errors` of an answer, with status 200: developer.shiphero.com/troubleshooting/error-glossary. Its
 * messages may quote what was sent, so that none is ever repeated: they are told apart, and said in our words.
 */
export const graphqlErrorSchema = z.looseObject({
  message: z.string().nullish(),
  code: z.union([z.number(), z.string()]).nullish(),
  field: z.unknown().optional(),
  request_id: z.unknown().optional(),
  time_remaining: z.unknown().optional(),
  remaining_credits: z.unknown().optional(),
  required_credits: z.unknown().optional(),
})
export type GraphqlError = z.infer<typeof graphqlErrorSchema>

const NOT_FOUND = '5'
const NO_CREDITS = '30'

export function isDuplicate({ message }: GraphqlError): boolean {
  return /duplicate|already (exists|been (used|created)|used|in use)|must be unique/i.test(message ?? '')
}

export function isThrottle({ message, code }: GraphqlError): boolean {
  return String(code) === NO_CREDITS || /not enough credits/i.test(message ?? '')
}

export function isNotFound({ message, code }: GraphqlError): boolean {
  return String(code) === NOT_FOUND || /not found|does(n.t| not) exist/i.test(message ?? '')
}

const tokenWords =
  /unauthori[sz]ed|not authenticated|(token|signature)( has| is|)? (expired|invalid|revoked)|(expired|invalid|revoked) (access )?token/i

function isTokenRefusal({ message }: GraphqlError): boolean {
  return tokenWords.test(message ?? '')
}

/** Whether an answer with status 200 says that the token is not good: then another one is fetched. */
export function meansNoToken(text: string): boolean {
  if (text.length > 20_000 || !text.includes('"errors"')) return false
  const read = z.object({ errors: z.array(graphqlErrorSchema) }).safeParse(jsonOf(text))
  return read.success && read.data.errors.some(isTokenRefusal)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // Whoever reads the answer says that it is not JSON.
  }
}

/** Milliseconds until there are credits enough: `time_remaining` ("3 seconds"), or the same within the message. */
export function throttleWaitMs({ time_remaining, message }: GraphqlError): number | undefined {
  const said = [
    typeof time_remaining === 'number' || /^\d+(\.\d+)?$/.test(String(time_remaining))
      ? Number(time_remaining)
      : secondsIn(time_remaining),
    secondsIn(message),
  ].find((seconds) => seconds !== undefined && seconds >= 0)
  return said === undefined ? undefined : Math.min(said, 3_600) * 1_000
}

function secondsIn(text: unknown): number | undefined {
  const found =
    typeof text === 'string' ? /(\d+(?:\.\d+)?) ?s(?:ec(?:ond)?s?)?\b/i.exec(text)?.[1] : undefined
  return found === undefined ? undefined : Number(found)
}

/**
 * One entry of `errors` as a class.
 * @param of of a read, what is not found is what was asked for; of a change it may be something that the input names
 */
export function toRefusal(
  error: GraphqlError,
  operation: string,
  status: number,
  of: 'read' | 'change' = 'change',
): ConnectorError {
  const detail: PlatformDetail = {
    status,
    ...(error.code != null && { code: String(error.code) }),
    ...(typeof error.request_id === 'string' && { requestId: error.request_id.slice(0, 100) }),
  }
  const text = error.message ?? ''
  if (isThrottle(error))
    return new RateLimited(`${operation}: ShipHero’s credits are spent.`, throttleWaitMs(error), detail)
  if (isTokenRefusal(error))
    return new Unauthorized(`${operation}: ShipHero refuses the access token.`, detail)
  if (/permission|forbidden|not allowed to|missing scope|insufficient scope|no access/i.test(text))
    return new Forbidden(
      `${operation}: the user that the token is of may not do that.`,
      scopeIn(text) ?? operation,
      detail,
    )
  if (/internal (server )?error|unexpected error|try again|timed? ?out|temporarily/i.test(text))
    return new Unavailable(`${operation}: ShipHero says that something failed there.`, true, detail)
  const field = fieldIn(text)
  if (isNotFound(error) && (of === 'read' || (field !== 'lines.sku' && field !== 'locationId')))
    return new NotFound(`${operation}: ShipHero has no such thing.`, detail)
  return new Invalid(`${operation}: ShipHero refuses ${field}.`, field, detail)
}

function scopeIn(text: string): string | undefined {
  return /\b([a-z_]+:[a-z_]+)\b/.exec(text)?.[1]
}

const ours: readonly [RegExp, string][] = [
  [/\b(sku|product|item)s?\b/i, 'lines.sku'],
  [/\bquantit(y|ies)\b/i, 'lines.quantity'],
  [/\b(zip|postal)\b/i, 'recipient.postalCode'],
  [/\bcity\b/i, 'recipient.city'],
  [/\bstate\b/i, 'recipient.region'],
  [/\bcountry\b/i, 'recipient.country'],
  [/\bphone\b/i, 'recipient.phone'],
  [/\be-?mail\b/i, 'recipient.email'],
  [/\b(first|last)[ _]name\b/i, 'recipient.name'],
  [/\baddress/i, 'recipient'],
  [/\bwarehouse/i, 'locationId'],
  [/\b(shipping|carrier|method)\b/i, 'method'],
]

/** Our name of what a message is about; never its words. */
export function fieldIn(text: string): string {
  return ours.find(([pattern]) => pattern.test(text))?.[1] ?? 'request'
}
