import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { at, levelOf, sum, there } from '../testing/line-levels.ts'
import type { WriteEffect } from './exposure.ts'
import { drawLoadLine, type LineLevel, type LoadLine } from './load-line.ts'

const shownBy = (line: LoadLine) =>
  Object.fromEntries(line.levels.map(({ levelId, units }) => [levelId, units]))

test('what a write on its way will show is waited for, not decided anew', () => {
  const underWay = [{ quantity: 3, givenBack: 0, expected: undefined }]
  const blind = { effect: 'blind' as const, shown: 0, underWay, wanted: 10 }
  // Its share is 4; the other 4 are sold elsewhere, so that nothing is left for another write.
  const levels = [levelOf('a', blind), levelOf('b', { effect: 'blind', holds: 4, wanted: 4 })]
  expect(shownBy(drawLoadLine(levels, [there(7)]))).toEqual({ a: 3, b: 4 })
})

test('in part of what is dealt together, each level goes on as it was told', () => {
  const told = { units: 2, because: 'waiting' }
  const levels = [levelOf('a', { holds: 2, told }), levelOf('b', { holds: 0, told, wanted: 1 })]
  const line = drawLoadLine(levels, [there(20)], { isPartial: true })
  expect(shownBy(line)).toEqual({ a: 2, b: 0 })
  expect(line.levels.map(({ because }) => because)).toEqual(['waiting', 'kept'])
  // Not where more could be sold than is there.
  expect(shownBy(drawLoadLine(levels, [there(1)], { isPartial: true }))).toEqual({ a: 1, b: 0 })
})

test('units are dealt by demand, and each level has one while there are enough', () => {
  const levels = [levelOf('a', { demand: 6 }), levelOf('b', { demand: 3 }), levelOf('c', { demand: 0 })]
  expect(shownBy(drawLoadLine(levels, [there(19)]))).toEqual({ a: 12, b: 6, c: 1 })
  expect(shownBy(drawLoadLine(levels, [there(2)]))).toEqual({ a: 1, b: 1, c: 0 })
})

test('a level whose number still counts what it sold has one more for sale, while no more than half of the units rest', () => {
  const levels = [
    levelOf('a', { demand: 9_000 }),
    levelOf('late', { effect: 'blind', demand: 0, unsubtracted: 3 }),
  ]
  expect(shownBy(drawLoadLine(levels, [there(8)]))).toEqual({ a: 4, late: 4 })
  expect(shownBy(drawLoadLine(levels, [there(7)]))).toEqual({ a: 6, late: 1 })
})

test('no level gets more than its policies let it show, and what it leaves is the others’', () => {
  const levels = [levelOf('a', { wanted: 3 }), levelOf('b')]
  expect(shownBy(drawLoadLine(levels, [there(10)]))).toEqual({ a: 3, b: 7 })
})

test('six-packs take six, and a kit takes of each of its parts', () => {
  const pack = levelOf('pack', { parts: [{ itemId: 'bottle', unitsEach: 6 }] })
  const kit = levelOf('kit', {
    parts: [
      { itemId: 'bottle', unitsEach: 2 },
      { itemId: 'glass', unitsEach: 1 },
    ],
  })
  const line = drawLoadLine([pack, kit], [there(13), there(3, 'MAIN', 'glass')])
  expect(shownBy(line)).toEqual({ pack: 1, kit: 3 })
  const grants = line.levels.find(({ levelId }) => levelId === 'kit')?.grants
  expect(grants).toEqual([there(6), there(3, 'MAIN', 'glass')])
})

test('a blind level is raised only where what it may have sold and what it will show both fit', () => {
  const blind = levelOf('a', { effect: 'blind', holds: 4, demand: 100 })
  // 4 may all have been sold just before, and 6 more are shown then: 10.
  expect(drawLoadLine([{ ...blind, wanted: 6 }], [there(10)]).levels).toMatchObject([
    { units: 6, granted: 10, because: 'granted' },
  ])
  // Nine are not enough: five are, on top of the four.
  expect(drawLoadLine([{ ...blind, wanted: 6 }], [there(9)]).levels).toMatchObject([
    { units: 5, granted: 9, because: 'kept' },
  ])
})

test('a blind level that holds all gives it up, so that another can sell, when that pays', () => {
  const full = levelOf('full', { effect: 'blind', holds: 10 })
  const empty = levelOf('empty', { effect: 'blind' })
  expect(drawLoadLine([full, empty], [there(10)]).levels).toMatchObject([
    { levelId: 'full', units: 0, because: 'recalled' },
    { levelId: 'empty', units: 0, because: 'waiting' },
  ])
  // It sells so fast that the pause would cost more than all that it holds.
  const fast = { ...full, perHour: 10_000, pauseMs: 60_000 }
  expect(shownBy(drawLoadLine([fast, empty], [there(10)]))).toEqual({ full: 10, empty: 0 })
})

test('a shop that sold below zero by itself is shown nothing less than nothing', () => {
  const sold = levelOf('a', { shown: -3 })
  for (const units of [-3, 0, 2]) {
    expect(drawLoadLine([sold], [there(units)]).levels).toMatchObject([{ units: Math.max(0, units) }])
    const blind = drawLoadLine([{ ...sold, effect: 'blind', mayWrite: false }], [there(units)])
    expect(blind.levels).toMatchObject([{ units: 0 }])
  }
})

test('nothing is raised while more could be sold than is there', () => {
  const levels = [
    levelOf('guarded', { holds: 8 }),
    levelOf('blind', { effect: 'blind', holds: 20 }),
    levelOf('empty'),
  ]
  const line = drawLoadLine(levels, [there(10)])
  expect(line).toMatchObject({ isBounded: false, shortUnits: 18 })
  expect(shownBy(line)).toEqual({ guarded: 3, blind: 4, empty: 0 })
})

test('a blind level is lowered to its share once, and to zero if that was not enough', () => {
  const blindly = (holds: number, older: number, pauseMs = 5_000) =>
    levelOf('blind', {
      effect: 'blind',
      holds,
      demand: 60,
      bound: { older, olderUntil: at(0), current: holds, from: at(0) },
      pauseMs,
    })
  const other = levelOf('other', { effect: 'blind', holds: 10, mayWrite: false, demand: 60 })
  const lowered = (level: LineLevel) =>
    drawLoadLine([level, other], [there(20)]).levels.find(({ levelId }) => levelId === 'blind')
  // Its share is ten of twenty.
  expect(lowered(blindly(40, 0))).toMatchObject({ units: 10, granted: 50, because: 'tightening' })
  // What it showed before may have been sold: it waits until that is known.
  expect(lowered(blindly(10, 40))).toMatchObject({ units: 10 })
  expect(lowered(blindly(11, 40))).toMatchObject({ units: 0 })
  // All is sold until its orders are known.
  expect(lowered(blindly(40, 0, 3_600_000))).toMatchObject({ units: 0 })
})

test('what orders reserve beyond what is at their place is kept free at another of its pool', () => {
  const level = levelOf('a', { locationIds: ['MAIN', 'EAST'] })
  const line = drawLoadLine([level], [there(-3), there(10, 'EAST')])
  expect(line.levels).toMatchObject([{ units: 7, grants: [there(7, 'EAST')] }])
})

test('I12: a level whose sales are known before the raise that allowed them is confirmed shows nothing, not less', () => {
  const sold = { bound: { older: 2, olderUntil: at(0), current: 0, from: at(0) }, shown: -6 }
  for (const effect of ['guarded', 'blind'] as const) {
    const level = levelOf('a', {
      ...sold,
      effect,
      underWay: [{ quantity: 10, givenBack: 0, expected: undefined }],
    })
    // Unbounded, and bounded: too little there, and enough.
    for (const units of [0, 4, 40])
      expect(
        Math.min(...drawLoadLine([level], [there(units)]).levels.map((each) => each.units)),
      ).toBeGreaterThanOrEqual(0)
  }
})

test('I5: for every item and location no more is granted than is available, whatever the pools and kits', () => {
  const anyLevel = fc
    .record({
      effect: fc.constantFrom<WriteEffect>('blind', 'guarded'),
      holds: fc.nat(8),
      older: fc.nat(3),
      // Of a raise that is not confirmed yet the sales may be known already.
      ahead: fc.nat(3),
      wanted: fc.nat(12),
      unsubtracted: fc.nat(3),
      demand: fc.nat(5),
      locationIds: fc.subarray(['MAIN', 'EAST', 'WEST'], { minLength: 1 }),
      parts: fc.subarray(
        [
          { itemId: 'bottle', unitsEach: 1 },
          { itemId: 'glass', unitsEach: 2 },
        ],
        { minLength: 1 },
      ),
      underWay: fc.array(
        fc.record({
          quantity: fc.nat(4),
          givenBack: fc.constant(0),

          expected: fc.option(fc.nat(4), { nil: undefined }),
        }),
        { maxLength: 2 },
      ),
    })
    .map(({ older, holds, ahead, ...level }, nth = 0) => ({
      ...levelOf(`level-${nth}`, { ...level, holds, shown: holds - ahead }),
      bound: { older, olderUntil: at(0), current: holds, from: at(0) },
    }))
  const anyStock = fc.array(
    fc.record({
      itemId: fc.constantFrom('bottle', 'glass'),
      locationId: fc.constantFrom('MAIN', 'EAST', 'WEST'),
      units: fc.integer({ min: -5, max: 40 }),
    }),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(fc.array(anyLevel, { minLength: 1, maxLength: 6 }), anyStock, (drawn, stock) => {
      const levels = drawn.map((level, nth) => ({ ...level, levelId: `level-${nth}` }))
      const line = drawLoadLine(levels, stock)
      for (const itemId of ['bottle', 'glass']) {
        for (const locationId of ['MAIN', 'EAST', 'WEST']) {
          const isHere = (each: { itemId: string; locationId: string }) =>
            each.itemId === itemId && each.locationId === locationId
          const available = sum(stock.filter(isHere).map(({ units }) => units))
          const granted = sum(
            line.levels.flatMap(({ grants }) => grants.filter(isHere).map(({ units }) => units)),
          )
          expect(granted).toBeLessThanOrEqual(Math.max(0, available))
        }
      }
      for (const { levelId, units } of line.levels) {
        expect(units).toBeGreaterThanOrEqual(0)
        const shown = levels.find((each) => each.levelId === levelId)?.shown ?? 0
        if (!line.isBounded) expect(units).toBeLessThanOrEqual(Math.max(0, shown))
      }
    }),
    fromEnvironment(500),
  )
})
