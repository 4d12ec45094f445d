import { AssertionError } from 'node:assert'
import { inspect, isDeepStrictEqual } from 'node:util'

/**
 * The few expectations that the suite's stories are written with, in the words of vitest and Jest, so that a story reads
 * like any test and yet runs where no test runner is installed (`plimsoll conformance`). What they find is thrown as an
 * AssertionError, whose two sides a test runner can show.
 */
export const expect: Expect = Object.assign(
  (actual: unknown, message?: string): Expectation => ({
    ...matchersOf(actual, { isNegated: false, message }),
    not: matchersOf(actual, { isNegated: true, message }),
    rejects: {
      async toThrow() {
        const outcome = await Promise.resolve(actual).then(
          (value: unknown) => ({ value }),
          () => undefined,
        )
        judge(outcome === undefined, { actual: outcome, said: 'that it fails', isNegated: false, message })
      },
    },
  }),
  {
    arrayContaining: (wanted: readonly unknown[]) =>
      new Pattern(
        (actual) =>
          Array.isArray(actual) && wanted.every((one) => actual.some((other) => isEqual(other, one))),
        `a list with ${show(wanted)} in it`,
      ),
  },
)

export type Expect = ((actual: unknown, message?: string) => Expectation) & {
  /** Stands for any list that has at least these. */
  arrayContaining(wanted: readonly unknown[]): unknown
}

export type Expectation = Matchers & { not: Matchers; rejects: { toThrow(): Promise<void> } }

export type Matchers = {
  toBe(wanted: unknown): void
  /** Deeply; what is undefined may as well be absent. */
  toEqual(wanted: unknown): void
  /** Deeply, as far as `wanted` says. */
  toMatchObject(wanted: object): void
  toMatch(wanted: RegExp | string): void
  toContain(wanted: unknown): void
  toHaveLength(wanted: number): void
  toBeDefined(): void
  toBeUndefined(): void
  toBeTruthy(): void
  toBeTypeOf(wanted: string): void
  toBeInstanceOf(wanted: abstract new (...given: never[]) => unknown): void
  toBeGreaterThan(wanted: number): void
  toBeGreaterThanOrEqual(wanted: number): void
  toBeLessThan(wanted: number): void
  toBeLessThanOrEqual(wanted: number): void
}

type How = { isNegated: boolean; message: string | undefined }

function matchersOf(actual: unknown, how: How): Matchers {
  const number = typeof actual === 'number' ? actual : Number.NaN
  const say = (isMet: boolean, said: string, wanted?: unknown) =>
    judge(isMet, { actual, said, wanted, ...how })
  return {
    toBe: (wanted) => say(Object.is(actual, wanted), show(wanted), wanted),
    toEqual: (wanted) => say(isEqual(actual, wanted), show(wanted), wanted),
    toMatchObject: (wanted) => say(isLike(actual, wanted), `something like ${show(wanted)}`, wanted),
    toMatch: (wanted) =>
      say(
        typeof actual === 'string' &&
          (typeof wanted === 'string' ? actual.includes(wanted) : wanted.test(actual)),
        `a text that matches ${String(wanted)}`,
        wanted,
      ),
    toContain: (wanted) => say(hasIn(actual, wanted), `something that contains ${show(wanted)}`, wanted),
    toHaveLength: (wanted) => say(lengthOf(actual) === wanted, `something of length ${wanted}`, wanted),
    toBeDefined: () => say(actual !== undefined, 'something'),
    toBeUndefined: () => say(actual === undefined, 'undefined'),
    toBeTruthy: () => say(Boolean(actual), 'something that is true, not empty and not nought'),
    toBeTypeOf: (wanted) => say(typeof actual === wanted, `a ${wanted}`, wanted),
    toBeInstanceOf: (wanted) => say(actual instanceof wanted, `a ${wanted.name}`),
    toBeGreaterThan: (wanted) => say(number > wanted, `more than ${show(wanted)}`, wanted),
    toBeGreaterThanOrEqual: (wanted) => say(number >= wanted, `${show(wanted)} or more`, wanted),
    toBeLessThan: (wanted) => say(number < wanted, `less than ${show(wanted)}`, wanted),
    toBeLessThanOrEqual: (wanted) => say(number <= wanted, `${show(wanted)} or less`, wanted),
  }
}

function judge(
  isMet: boolean,
  found: { actual: unknown; said: string; wanted?: unknown; isNegated: boolean; message: string | undefined },
): void {
  if (isMet !== found.isNegated) return
  const { actual, said, wanted, isNegated, message } = found
  const text = `expected ${isNegated ? 'anything but ' : ''}${said}, got ${show(actual)}`
  throw new AssertionError({
    message: message === undefined ? text : `${message}: ${text}`,
    actual,
    expected: wanted,
    operator: isNegated ? 'not' : 'is',
    stackStartFn: judge,
  })
}

/** What stands for many values. */
class Pattern {
  readonly isMetBy: (actual: unknown) => boolean
  readonly said: string

  constructor(isMetBy: (actual: unknown) => boolean, said: string) {
    this.isMetBy = isMetBy
    this.said = said
  }

  [inspect.custom](): string {
    return this.said
  }
}

function isEqual(actual: unknown, wanted: unknown): boolean {
  if (wanted instanceof Pattern) return wanted.isMetBy(actual)
  if (Array.isArray(actual) && Array.isArray(wanted))
    return actual.length === wanted.length && actual.every((one, at) => isEqual(one, wanted[at]))
  if (!isPlain(actual) || !isPlain(wanted)) return isDeepStrictEqual(actual, wanted)
  const names = new Set([...Object.keys(actual), ...Object.keys(wanted)])
  return [...names].every((name) => isEqual(ownOf(actual, name), ownOf(wanted, name)))
}

function isLike(actual: unknown, wanted: unknown): boolean {
  if (wanted instanceof Pattern) return wanted.isMetBy(actual)
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(actual) &&
      actual.length === wanted.length &&
      wanted.every((one, at) => isLike(actual[at], one))
    )
  }
  if (!isPlain(wanted)) return isDeepStrictEqual(actual, wanted)
  // Nothing is asked of it. An error is asked for its fields like anything else.
  if (Object.keys(wanted).length === 0) return true
  if (typeof actual !== 'object' || actual === null) return false
  return Object.entries(wanted).every(
    ([name, one]) => name in actual && isLike(Reflect.get(actual, name), one),
  )
}

function hasIn(actual: unknown, wanted: unknown): boolean {
  if (typeof actual === 'string') return typeof wanted === 'string' && actual.includes(wanted)
  if (actual instanceof Set) return actual.has(wanted)
  return isIterable(actual) && [...actual].indexOf(wanted) !== -1
}

function lengthOf(value: unknown): unknown {
  if (typeof value === 'string') return value.length
  return typeof value === 'object' && value !== null && 'length' in value ? value.length : undefined
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function ownOf(value: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(value, name) ? value[name] : undefined
}

function show(value: unknown): string {
  return inspect(value, { depth: 6, breakLength: 100, maxArrayLength: 20, maxStringLength: 500 })
}
