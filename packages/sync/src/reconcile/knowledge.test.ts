import { expect, test } from 'vitest'
import { expectedOf, type LevelKnowledge, mostShownOf, needsWrite } from '../lanes/expected.ts'
import { clockOffset, planOrderRead, toFence } from '../lanes/fences.ts'
import { parseWake } from '../notify.ts'
import type { Reading } from './read-back.ts'
import { decideReading, type ReadingVerdict, type Suspicion } from './reconciliation.ts'

// Small pure decisions about what is known: expected quantities, readings, fences, wake-ups.

const level: LevelKnowledge = {
  acknowledged: 10,
  acknowledgedAt: new Date(500),
  acknowledgedSubtracted: 0,
  subtracted: 0,
  openGreatest: null,
  openLast: null,
  openSince: null,
}

test.each([
  [{ acknowledged: null, acknowledgedSubtracted: 0, subtracted: 9 }, undefined],
  [{ acknowledged: 10, acknowledgedSubtracted: 0, subtracted: 0 }, 10],
  [{ acknowledged: 10, acknowledgedSubtracted: 4, subtracted: 7 }, 7],
  [{ acknowledged: 10, acknowledgedSubtracted: 7, subtracted: 4 }, 13], // a cancel gave units back
  [{ acknowledged: 1, acknowledgedSubtracted: 0, subtracted: 3 }, -2], // it sells beyond zero
])('%o should show %s', (changes, expected) => {
  expect(expectedOf({ ...level, ...changes })).toBe(expected)
})

const open = { openGreatest: 15, openLast: 15, openSince: new Date(1_000) }

test.each<[string, Partial<LevelKnowledge>, number, boolean]>([
  ['nothing was ever confirmed', { acknowledged: null }, 10, true],
  ['it shows that', {}, 10, false],
  ['it shows more', {}, 9, true],
  ['it shows less', {}, 11, true],
  ['an open write will set that', open, 15, false],
  ['an open write will set less: its outcome is waited for', open, 20, false],
  ['the last open write lowers it to that', { ...open, openLast: 6 }, 6, false],
  ['an open write may set more', open, 12, true],
  ['an open write may set more than is shown and wanted', open, 10, true],
  [
    'the same, but that was confirmed after it was sent',
    { ...open, acknowledgedAt: new Date(1_001) },
    10,
    false,
  ],
  [
    'more is shown than an open write sets',
    { openGreatest: 3, openLast: 3, openSince: new Date(1_000) },
    9,
    true,
  ],
])('needsWrite: %s', (_, changes, desired, needed) => {
  expect(needsWrite({ ...level, ...changes }, desired)).toBe(needed)
})

test('the most that may be shown counts open writes', () => {
  expect(mostShownOf({ ...level, ...open })).toBe(15)
  expect(mostShownOf({ ...level, openGreatest: 3, openLast: 3, openSince: new Date(0) })).toBe(10)
  expect(mostShownOf({ ...level, acknowledged: null })).toBeUndefined()
})

const at = (ms: number) => new Date(ms)
const known = { ...level, acknowledged: 10, isBusy: false }
const looked = { levelId: 'l', givenBack: 0, bound: null, readAt: at(1_000) }
const read = (quantity: number): Reading => ({ ...looked, kind: 'quantity', quantity })

test.each<
  [string, Partial<LevelKnowledge & { isBusy: boolean }>, Reading, Suspicion | undefined, ReadingVerdict]
>([
  ['it agrees', {}, read(10), undefined, { kind: 'agrees' }],
  ['it agrees again', {}, read(10), { observed: 7, expected: 10 }, { kind: 'agrees' }],
  ['never confirmed', { acknowledged: null }, read(7), undefined, { kind: 'first-look' }],
  [
    'I12: zero is a quantity',
    { acknowledged: null },
    { ...looked, kind: 'quantity', quantity: 0 },
    undefined,
    { kind: 'first-look' },
  ],
  [
    'I12: untracked is not zero',
    { acknowledged: 0 },
    { ...looked, kind: 'untracked' },
    undefined,
    { kind: 'closed' },
  ],
  ['I12: gone is not zero', { acknowledged: 0 }, { ...looked, kind: 'gone' }, undefined, { kind: 'closed' }],
  [
    'a first difference',
    {},
    read(7),
    undefined,
    { kind: 'look-again', suspicion: { observed: 7, expected: 10 } },
  ],
  ['the same difference', {}, read(7), { observed: 7, expected: 10 }, { kind: 'drift', expected: 10 }],
  [
    'another reading',
    {},
    read(6),
    { observed: 7, expected: 10 },
    { kind: 'look-again', suspicion: { observed: 6, expected: 10 } },
  ],
  [
    'another expectation',
    {},
    read(7),
    { observed: 7, expected: 9 },
    { kind: 'look-again', suspicion: { observed: 7, expected: 10 } },
  ],
  ['a write is on its way', { isBusy: true }, read(7), { observed: 7, expected: 10 }, { kind: 'in-flight' }],
  [
    'a write is on its way, never confirmed',
    { isBusy: true, acknowledged: null },
    read(7),
    undefined,
    { kind: 'in-flight' },
  ],
])('a reading: %s', (_, level, reading, earlier, verdict) => {
  expect(decideReading({ ...known, ...level }, reading, earlier)).toEqual(verdict)
})

const HOUR = 3_600_000

test.each([
  ['the next read', 'shallow', {}, HOUR - 2_500],
  ['an unhurried read', 'deep', {}, HOUR - 300_000],
  ['a list that lags', 'shallow', { visibilityLagMs: 120_000 }, HOUR - 122_500],
  ['a clock that is behind', 'shallow', { clockBehindMs: 4_000 }, HOUR - 6_500],
] as const)('an order read: %s reaches back far enough', (_, reach, platform, since) => {
  const planned = planOrderRead({ since: at(HOUR) }, reach, {
    visibilityLagMs: 0,
    clockBehindMs: 0,
    ...platform,
  })
  expect(planned.getTime()).toBe(since)
})

test('a read proves what was before its start, less what the list may not show yet', () => {
  expect(toFence(5_000, 0)).toEqual(at(5_000))
  expect(toFence(125_000, 120_000)).toEqual(at(5_000))
})

test.each([
  [undefined, { behindMs: 0, aheadMs: 0 }],
  [4_000, { behindMs: 1_000, aheadMs: 200 }],
  [5_000, { behindMs: 0, aheadMs: 1_200 }],
  [2_000, { behindMs: 3_000, aheadMs: 0 }],
])(
  'a header of %s in an answer to a call from 4,800 to 5,000 bounds the difference of the clocks',
  (header, bounds) => {
    const platformTime = header === undefined ? undefined : at(header)
    expect(clockOffset(platformTime, { startedAt: 4_800, answeredAt: 5_000 })).toEqual(bounds)
  },
)

test('a wake-up is heard by its own organization alone', () => {
  const payload = JSON.stringify({ kind: 'lane', connectionIds: ['c'], organizationId: 'mine' })
  expect(parseWake(payload, 'mine')).toMatchObject({ kind: 'lane', connectionIds: ['c'] })
  expect(parseWake(payload, 'theirs')).toBeUndefined()
})

test.each([
  '',
  'not JSON',
  'null',
  '"text"',
  '{"kind":"of-a-later-version","organizationId":"mine"}',
  '{"organizationId":"mine"}',
])('a payload that is not ours is not heard: %s', (payload) => {
  expect(parseWake(payload, 'mine')).toBeUndefined()
})
