import {
  type ConnectorError,
  Forbidden,
  Invalid,
  NotFound,
  RateLimited,
  Unauthorized,
  Unavailable,
} from '../errors.ts'
import { quotes } from './quoting.ts'

/** What an envelope with status 200 says of a call that the platform did not carry out. */
export type Refusal = {
  /** The platform's own code; undefined where it gives none. */
  code: string | undefined
  /** Its sentence, mostly Chinese. May quote what was sent. */
  message: string
  /** For its support desk. */
  requestId: string | undefined
}

/** `known`: it has one under this reference already. `gone`: what is asked about ended before. */
export type RefusalMeaning =
  | 'unauthorized'
  | 'rate-limited'
  | 'unavailable'
  | 'not-found'
  | 'known'
  | 'gone'
  | { forbidden: string }
  | { invalid: string }

/** The first rule that fits says what a refusal means: by its code where that is known, else by words of its sentence. */
export type RefusalRule = { codes?: readonly string[]; says?: RegExp; means: RefusalMeaning }

/** Undefined where no rule fits: it is refused, and not known why. */
export function meaningOf(
  { code, message }: Refusal,
  rules: readonly RefusalRule[],
): RefusalMeaning | undefined {
  const byCode = rules.find(({ codes }) => code !== undefined && codes?.includes(code))
  const rule = byCode ?? rules.find(({ says }) => says?.test(message))
  return rule?.means
}

/** What may be quoted: all of it, or nothing; or all that holds none of these texts, which were sent. */
export type Quotable = 'all' | 'nothing' | { without: readonly string[] }

/**
 * The error that a refusal is. The platform's code and request id are always kept; its sentence only where it quotes
 * nobody.
 * @param about.platform its name, for the sentence
 */
export function refusalError(
  refusal: Refusal,
  about: { operation: string; platform: string; rules: readonly RefusalRule[]; quotable: Quotable },
): ConnectorError {
  const { operation, platform, rules, quotable } = about
  const { code, requestId } = refusal
  const said = quotableSentence(refusal.message, quotable)
  const message = [
    `${operation}: ${platform} refuses`,
    ...(said === undefined ? [] : [`: ${said}`]),
    ...(code === undefined ? [] : [` (${code})`]),
    ...(said === undefined && code === undefined ? [' it'] : []),
  ].join('')
  const detail = {
    status: 200,
    ...(code !== undefined && { code }),
    ...(requestId !== undefined && { requestId }),
  }
  const meaning = meaningOf(refusal, rules)
  switch (meaning) {
    case 'unauthorized':
      return new Unauthorized(message, detail)
    case 'rate-limited':
      return new RateLimited(message, undefined, detail)
    case 'unavailable':
      return new Unavailable(message, true, detail)
    case 'not-found':
      return new NotFound(message, detail)
    case 'known':
    case 'gone':
    case undefined:
      return new Invalid(message, 'request', detail)
    default:
      return 'forbidden' in meaning
        ? new Forbidden(message, meaning.forbidden, detail)
        : new Invalid(message, meaning.invalid, detail)
  }
}

/** A sentence of a platform that names nobody, at most 300 characters; undefined: it must not be quoted. */
export function quotableSentence(sentence: string, quotable: Quotable): string | undefined {
  const text = sentence.replaceAll(/\s+/g, ' ').trim()
  if (text === '' || quotable === 'nothing') return undefined
  if (quotable !== 'all' && quotes(text, quotable.without)) return undefined
  return text.slice(0, 300)
}
