import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideLook, LOOKS_WITHOUT, NOTHING_SEEN } from './repeat.ts'

const scan = (looks: readonly (string | undefined)[]) => {
  let seen = NOTHING_SEEN
  return looks.flatMap((code) => {
    const step = decideLook(seen, code)
    seen = step.seen
    return step.isNew && code !== undefined ? [code] : []
  })
}
const gone = (looks: number) => Array.from({ length: looks }, () => undefined)

test('each visit of a code counts once, however long it stays and however the hand trembles', () => {
  const visit = fc.record({
    code: fc.constantFrom('4006381333931', 'MUG-1', 'A'),
    // Looks with it, each followed by a gap too short to be a leave.
    tremble: fc.array(fc.nat(LOOKS_WITHOUT - 1), { minLength: 1, maxLength: 12 }),
    away: fc.integer({ min: LOOKS_WITHOUT, max: 20 }),
  })
  fc.assert(
    fc.property(fc.array(visit, { maxLength: 12 }), (visits) => {
      const looks = visits.flatMap(({ code, tremble, away }) => [
        ...tremble.flatMap((lost) => [code, ...gone(lost)]),
        ...gone(away),
      ])
      expect(scan(looks)).toEqual(visits.map(({ code }) => code))
    }),
    fromEnvironment(),
  )
})

test('another code counts at once', () => {
  expect(scan(['a', 'a', 'b', 'a'])).toEqual(['a', 'b', 'a'])
})
