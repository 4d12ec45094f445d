import type { StaleRuleKind } from '@plimsoll/database'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decideStale, type StaleWorld, staleUnitsOf } from './stale-orders.ts'

const MINUTE = 60_000
const at = (minute: number) => new Date(minute * MINUTE)
const mark = { kind: 'zero' as const, amount: 0, since: at(60), markedAt: at(75) }
const world: StaleWorld = {
  now: at(80),
  knownUntil: at(60),
  readAt: at(60),
  watchedSince: at(0),
  rule: { afterMs: 10 * MINUTE, kind: 'zero', amount: 0 },
  mark: undefined,
}

test.each<[string, Partial<StaleWorld>, ReturnType<typeof decideStale>]>([
  ['too long', {}, { kind: 'mark', since: at(60) }],
  ['not yet', { knownUntil: at(70) }, { kind: 'leave' }],
  [
    'never read, for too long',
    { knownUntil: undefined, watchedSince: at(5) },
    { kind: 'mark', since: at(5) },
  ],
  ['the hub has only just come up', { watchedSince: at(79.9) }, { kind: 'leave' }],
  ['marked, and no better', { mark }, { kind: 'leave' }],
  ['marked under another rule', { mark: { ...mark, kind: 'buffer' } }, { kind: 'mark', since: at(60) }],
  ['read again since', { mark, knownUntil: at(79), readAt: at(79) }, { kind: 'lift' }],
  [
    'the rule is looser now, but nothing was read',
    { mark, knownUntil: at(74), readAt: at(74) },
    { kind: 'leave' },
  ],
])('%s', (_, changes, step) => {
  expect(decideStale({ ...world, ...changes })).toEqual(step)
})

test.each<[StaleRuleKind, number, number]>([
  ['notice', 0, 0],
  ['buffer', 3, 3],
  ['buffer', 30, 10],
  ['percent', 50, 5],
  ['percent', 33, 7],
  ['percent', 0, 10],
  ['zero', 0, 14],
])('of 10 there and 4 to come, %s %i keeps back %i', (kind, amount, kept) => {
  expect(staleUnitsOf({ available: 10, incoming: 4 }, [{ kind, amount }])).toBe(kept)
})

test('I5: more connections unread never show more, whatever their rules, and never more than there is', () => {
  const anyMark = fc.oneof(
    fc.record({ kind: fc.constantFrom<StaleRuleKind>('buffer', 'zero', 'notice'), amount: fc.nat(50) }),
    fc.record({ kind: fc.constant<StaleRuleKind>('percent'), amount: fc.nat(100) }),
  )
  fc.assert(
    fc.property(
      fc.integer({ min: -20, max: 100 }),
      fc.nat(30),
      fc.array(anyMark, { maxLength: 4 }),
      anyMark,
      (available, incoming, marks, more) => {
        const of = (each: typeof marks) => staleUnitsOf({ available, incoming }, each)
        expect(of(marks)).toBeGreaterThanOrEqual(0)
        expect(of([...marks, more])).toBeGreaterThanOrEqual(of(marks))
        expect(of(marks)).toBeLessThanOrEqual(Math.max(0, available) + incoming)
      },
    ),
    fromEnvironment(200),
  )
})
