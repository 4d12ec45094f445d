import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Act, anyActs, ExposedShop } from '../testing/exposed-shop.ts'
import {
  afterApplied,
  afterFence,
  afterOrders,
  afterReading,
  afterUncertain,
  type Exposure,
  exposureOf,
  UNBOUNDED,
  type WriteEffect,
} from './exposure.ts'

const at = (ms: number) => new Date(ms)
const known = (current: number, older = 0): Exposure => ({
  older,
  olderUntil: at(0),
  current,
  from: at(0),
})

test.each<[string, Exposure, number[], WriteEffect, number | undefined]>([
  ['nothing is known', UNBOUNDED, [], 'blind', undefined],
  ['nothing is known, whatever is under way', UNBOUNDED, [0], 'guarded', undefined],
  ['nothing is under way', known(5, 2), [], 'blind', 7],
  ['all of the old may be sold just before a blind write acts', known(5), [4], 'blind', 9],
  ['a guarded write acts only where nothing was sold unseen', known(5), [4], 'guarded', 5],
  ['a guarded raise', known(5), [8], 'guarded', 8],
  ['each of two guarded raises may find what another left', known(5), [8, 8], 'guarded', 11],
  ['however many guarded writes lower it', known(5), [4, 3], 'guarded', 5],
])('%s', (_, exposure, underWay, effect, expected) => {
  const writes = underWay.map((quantity) => ({ quantity, givenBack: 0, expected: 5 }))
  expect(exposureOf(exposure, writes, effect)).toBe(expected)
})

test('a sale is taken off the quantity that it surely came out of, else off the older one', () => {
  const exposure = known(5, 3)
  const after = (sold: number, givenBack: number, notBefore: Date | undefined) =>
    afterOrders(exposure, { sold, givenBack, notBefore })
  expect(after(2, 0, at(1))).toMatchObject({ older: 3, current: 3 })
  expect(after(2, 0, at(0))).toMatchObject({ older: 1, current: 5 })
  expect(after(4, 0, undefined)).toMatchObject({ older: 0, current: 4 })
  expect(after(2, 2, undefined)).toMatchObject({ older: 1, current: 7 })
})

test('an older quantity is void only once all orders up to its end are known', () => {
  const exposure = afterApplied(
    known(5),
    { quantity: 2, givenBack: 0, expected: undefined, at: at(10) },
    'blind',
  )
  expect(exposure).toMatchObject({ older: 5, current: 2 })
  expect(afterFence(exposure, at(9))).toEqual(exposure)
  expect(afterFence(exposure, at(10))).toMatchObject({ older: 0, current: 2 })
})

test('the same quantity read again and again does not put off what voids the older one', () => {
  const applied = afterApplied(
    known(5),
    { quantity: 2, givenBack: 0, expected: undefined, at: at(10) },
    'blind',
  )
  const read = (quantity: number) =>
    afterReading(applied, { quantity, givenBack: 0, at: at(20), isFenced: false })
  expect(afterFence(read(2), at(10))).toMatchObject({ older: 0, current: 2 })
  // Of fewer one was sold, nobody knows of it yet.
  expect(read(1)).toMatchObject({ older: 6, current: 1, olderUntil: at(20) })
})

test('I5: what came back after a reading does not hide what was sold unseen from a guarded write', () => {
  const shop = new ExposedShop('guarded')
  const acts: Act[] = [
    { kind: 'sell', units: 5 },
    { kind: 'look' },
    { kind: 'cancel', pick: 0 },
    { kind: 'see-all' },
    { kind: 'sell', units: 3 },
    { kind: 'adopt' },
    { kind: 'zero', units: 0 },
    { kind: 'sell', units: 2 },
    { kind: 'act', pick: 0 },
    { kind: 'answer', pick: 0 },
  ]
  for (const act of acts) shop.do(act)
  expect(shop.atLarge).toBe(5)
  expect(shop.bound).toBeGreaterThanOrEqual(5)
})

test('I5: of two writes on the way at once the first may act last, and be what is shown once both are answered', () => {
  const shop = new ExposedShop('blind')
  const acts: Act[] = [
    { kind: 'look' },
    { kind: 'adopt' },
    { kind: 'plan', units: 6 },
    { kind: 'zero', units: 0 },
    { kind: 'act', pick: 1 },
    { kind: 'act', pick: 0 },
    { kind: 'answer', pick: 0 },
    { kind: 'answer', pick: 0 },
    { kind: 'read-orders' },
  ]
  for (const act of acts) {
    shop.do(act)
    expect(shop.atLarge).toBeLessThanOrEqual(shop.bound ?? Number.POSITIVE_INFINITY)
  }
  // Until it is read with all orders known, which says what it shows.
  for (const act of [{ kind: 'look' }, { kind: 'adopt' }] satisfies Act[]) shop.do(act)
  expect([shop.atLarge, shop.bound]).toEqual([6, 6])
})

test.each<[string, Act[]]>([
  [
    'a guarded write may find by chance what another left that is not answered yet',
    [
      { kind: 'plan', units: 14 },
      { kind: 'plan', units: 14 },
      { kind: 'act', pick: 0 },
      { kind: 'sell', units: 5 },
      { kind: 'act', pick: 1 },
      { kind: 'answer', pick: 1 },
      { kind: 'read-orders' },
    ],
  ],
  [
    'after a write of which nobody knows what became, the next may find a number that sales brought about',
    [
      { kind: 'plan', units: 21 },
      { kind: 'act', pick: 0 },
      { kind: 'sell', units: 12 },
      { kind: 'close', pick: 0 },
      { kind: 'plan', units: 21 },
      { kind: 'act', pick: 0 },
    ],
  ],
  [
    'an order that is seen after a reading may have been in it',
    [
      { kind: 'sell', units: 4 },
      { kind: 'look' },
      { kind: 'adopt' },
      { kind: 'see-all' },
      { kind: 'sell', units: 4 },
      { kind: 'plan', units: 5 },
      { kind: 'act', pick: 0 },
    ],
  ],
])('I5: %s', (_, acts) => {
  const shop = new ExposedShop('guarded')
  for (const act of [{ kind: 'look' }, { kind: 'adopt' }, ...acts] satisfies Act[]) {
    shop.do(act)
    expect(shop.atLarge).toBeLessThanOrEqual(shop.bound ?? Number.POSITIVE_INFINITY)
  }
})

test('a guarded write of unknown outcome leaves the bound where it was', () => {
  const shop = new ExposedShop('guarded')
  const acts: Act[] = [{ kind: 'look' }, { kind: 'adopt' }, { kind: 'plan', units: 8 }]
  for (const act of acts) shop.do(act)
  expect(shop.bound).toBe(9)
  shop.do({ kind: 'close', pick: 0 })
  expect(shop.bound).toBe(9)
})

test('I5: what comes to be where nothing was ever there is bounded by what it may show, and by nothing before it is read', () => {
  const absent: Exposure = { older: 0, olderUntil: null, current: 0, from: null }
  const written = { quantity: 10, givenBack: 0, expected: undefined, at: at(1) }
  expect(exposureOf(absent, [written], 'guarded')).toBe(10)
  expect(exposureOf(afterUncertain(absent, written, 'guarded'), [], 'guarded')).toBe(10)
  const read = afterReading(absent, { quantity: 7, givenBack: 0, at: at(2), isFenced: false })
  expect(exposureOf(read, [], 'guarded')).toBeUndefined()
  expect(exposureOf(afterFence(read, at(2)), [], 'guarded')).toBe(7)
})

test.each<[WriteEffect]>([['blind'], ['guarded']])(
  'I5: exposure bounds what a shop may sell without the hub knowing, whatever happens between them (%s writes)',
  (effect) => {
    let bounded = 0
    let acted = 0
    fc.assert(
      fc.property(anyActs, (acts) => {
        const shop = new ExposedShop(effect)
        for (const act of acts) {
          const before = shop.bound
          shop.do(act)
          acted += 1
          const { bound } = shop
          if (bound === undefined) continue
          bounded += 1
          expect(shop.atLarge).toBeLessThanOrEqual(bound)
          // Nothing more can be sold for its being looked at: what is granted goes on to do. But for what came back and is not
          // known yet, which looks as if somebody had put it there.
          const learnsNothing =
            ['answer', 'close'].includes(act.kind) || (act.kind === 'adopt' && !shop.hasUnseenReturn)
          if (learnsNothing && before !== undefined) expect(bound).toBeLessThanOrEqual(before)
        }
      }),
      fromEnvironment(2_000),
    )
    expect(bounded / acted).toBeGreaterThan(0.3)
  },
)
