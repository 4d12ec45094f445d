import { AssertionError } from 'node:assert'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEnvironment } from '../property-runs.ts'
import { expect as own } from './expect.ts'

/** Our words mean what vitest's mean: whatever is compared, both are content or neither is. */

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<unknown>(undefined, null, 0, -0, 1, Number.NaN, '', 'a', 'ab', true, false),
    fc.constantFrom(new Date(0), new Date(1), new Date(Number.NaN), new Set([1]), new Map([[1, 2]])),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'kind'), tie('any'), { maxKeys: 3 }),
  ),
})).any
// Values that differ little: equal ones must come up too.
const pair = fc.oneof(
  fc.tuple(value, value),
  value.map((one) => [one, one] as const),
  value.map((one) => [one, structuredClone(one)] as const),
)

const isMet = (story: () => void): boolean => {
  try {
    story()
    return true
  } catch {
    return false
  }
}

test.each(['toBe', 'toEqual', 'toMatchObject', 'toContain'] as const)('%s agrees with vitest', (matcher) => {
  fc.assert(
    fc.property(pair, fc.boolean(), ([actual, wanted], isNegated) => {
      // Vitest refuses to compare these at all.
      if (matcher === 'toMatchObject') fc.pre(typeof wanted === 'object' && wanted !== null)
      if (matcher === 'toContain') fc.pre(Array.isArray(actual) || actual instanceof Set)
      const theirs = expect as unknown as typeof own
      const verdict = (given: typeof own) =>
        isMet(() => (isNegated ? given(actual).not : given(actual))[matcher](wanted as object))
      expect(verdict(own)).toBe(verdict(theirs))
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('the others agree with vitest', () => {
  const thing = new Error('no')
  const pairs: [string, (given: typeof own) => void][] = [
    ['defined', (given) => given(0).toBeDefined()],
    ['not defined', (given) => given(undefined).toBeDefined()],
    ['undefined', (given) => given(null).toBeUndefined()],
    ['truthy', (given) => given('').toBeTruthy()],
    ['a type', (given) => given(1).toBeTypeOf('number')],
    ['another type', (given) => given('1').toBeTypeOf('number')],
    ['an instance', (given) => given(thing).toBeInstanceOf(Error)],
    ['no instance', (given) => given({}).toBeInstanceOf(Date)],
    ['length', (given) => given([1, 2]).toHaveLength(2)],
    ['another length', (given) => given('abc').toHaveLength(2)],
    ['match', (given) => given('中文').toMatch(/\p{Script=Han}/u)],
    ['no match', (given) => given('text').toMatch(/\p{Script=Han}/u)],
    ['more', (given) => given(2).toBeGreaterThan(1)],
    ['as much', (given) => given(2).toBeGreaterThan(2)],
    ['at least', (given) => given(2).toBeGreaterThanOrEqual(2)],
    ['less', (given) => given(2).toBeLessThan(2)],
    ['at most', (given) => given(2).toBeLessThanOrEqual(2)],
    ['within a list', (given) => given([1, { a: 1 }]).toEqual(given.arrayContaining([{ a: 1 }]))],
    ['not within it', (given) => given([1]).toEqual(given.arrayContaining([2]))],
    ['fields of an error', (given) => given(thing).toMatchObject({ message: 'no' })],
  ]
  for (const [what, story] of pairs) {
    // Vitest's `expect` takes more kinds of arguments than ours; the stories use what both have.
    const theirs = expect as unknown as typeof own
    expect({ what, isMet: isMet(() => story(own)) }).toEqual({ what, isMet: isMet(() => story(theirs)) })
  }
})

test('a promise that fails, and one that does not', async () => {
  await own(Promise.reject(new Error('no'))).rejects.toThrow()
  await expect(own(Promise.resolve(7)).rejects.toThrow()).rejects.toThrow('expected that it fails')
})

test('says what was expected, what came, and why it matters', () => {
  const failure = (() => {
    try {
      own([{ quantity: 3 }], 'the platform’s number').toEqual([{ quantity: 4 }])
    } catch (error) {
      return error
    }
  })()
  expect(failure).toBeInstanceOf(AssertionError)
  expect(failure).toMatchObject({
    message: 'the platform’s number: expected [ { quantity: 4 } ], got [ { quantity: 3 } ]',
    actual: [{ quantity: 3 }],
    expected: [{ quantity: 4 }],
  })
})

test('no story needs a test runner', () => {
  const folder = new URL('.', import.meta.url)
  const needing = readdirSync(folder).filter(
    (file) =>
      file.endsWith('.ts') &&
      !/\.test\.ts$/.test(file) &&
      /from '(vitest|fast-check)'/.test(readFileSync(new URL(file, folder), 'utf8')),
  )
  expect(needing, 'stories take `expect` from ./expect.ts').toEqual(['describe-conformance.ts'])
})
