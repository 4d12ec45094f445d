import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Act, anyAct, ExposedShop } from '../testing/exposed-shop.ts'
import type { WriteEffect } from './exposure.ts'
import { type DealtLevel, drawLoadLine, type LineLevel, type LoadLine } from './load-line.ts'

const at = (ms: number) => new Date(ms)

function levelOf(
  levelId: string,
  changes: Partial<LineLevel> & { holds?: number; demand?: number } = {},
): LineLevel {
  const { holds = 0, demand = 1, ...others } = changes
  return {
    levelId,
    parts: [{ itemId: 'bottle', unitsEach: 1 }],
    locationIds: ['MAIN'],
    effect: 'guarded',
    bound: { older: 0, olderUntil: at(0), current: holds, from: at(0) },
    underWay: [],
    told: undefined,
    shown: holds,
    wanted: 1_000,
    unsubtracted: 0,
    weight: demand,
    perHour: demand,
    perSale: 1,
    mayWrite: true,
    pauseMs: 5_000,
    ...others,
  }
}

const there = (units: number, locationId = 'MAIN', itemId = 'bottle') => ({ itemId, locationId, units })
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

/** Shops that sell out of one stock, and the hub that deals it among them: the whole protocol but for its statements. */
class Market {
  readonly shops: ExposedShop[]
  readonly stock: number
  granted: number[]
  line: LoadLine | undefined
  hasHeld = false
  readonly unsubtracted: readonly number[]

  constructor(stock: number, effects: readonly WriteEffect[], unsubtracted: readonly number[] = []) {
    this.stock = stock
    this.unsubtracted = unsubtracted
    this.shops = effects.map((effect) => new ExposedShop(effect))
    this.granted = effects.map(() => 0)
  }

  get available(): number {
    return this.stock - sum(this.shops.flatMap((shop) => shop.orders.map((order) => order.known ?? 0)))
  }

  get atLarge(): number {
    return sum(this.shops.map((shop) => shop.atLarge))
  }

  /** An act of a shop; what the hub sees of its orders is taken off its grant in the same transaction. */
  act(nth: number, act: Act): void {
    for (const fact of this.shops[nth]?.do(act) ?? []) {
      if (fact.kind !== 'orders') continue
      const { sold, givenBack } = fact.moved
      this.granted[nth] = Math.max(0, (this.granted[nth] ?? 0) + givenBack - sold)
    }
  }

  deal(): void {
    const levels = this.shops.map((shop, nth) =>
      levelOf(`shop-${nth}`, {
        effect: shop.effect,
        bound: shop.exposure,
        underWay: shop.mayAct,
        shown: shop.expected,
        told: this.line?.levels[nth],
        unsubtracted: this.unsubtracted[nth] ?? 0,
      }),
    )
    this.line = drawLoadLine(levels, [there(this.available)], { hasHeld: this.hasHeld })
    this.hasHeld ||= this.line.isBounded
    this.granted = this.line.levels.map(({ granted }) => granted)
  }

  /** The lane sends what was dealt, as far as its grant reaches at that moment. */
  send(nth: number): void {
    const shop = this.shops[nth]
    const dealt: DealtLevel | undefined = this.line?.levels[nth]
    if (shop === undefined || dealt === undefined || dealt.units === shop.expected) return
    if (dealt.units > 0) {
      const after = shop.boundWith(dealt.units)
      if (after === undefined || after > (this.granted[nth] ?? 0)) return
    }
    this.act(nth, { kind: 'plan', units: dealt.units })
  }
}

type Turn = { kind: 'act'; nth: number; act: Act } | { kind: 'deal' } | { kind: 'send'; nth: number }

const anyTurn: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('act' as const),
      nth: fc.nat(3),
      // The hub alone plans writes, and by the line; nobody edits.
      act: anyAct.filter(({ kind }) => kind !== 'plan' && kind !== 'zero' && kind !== 'edit-down'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deal' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('send' as const), nth: fc.nat(3) }) },
)

const anyEffects = fc.array(fc.constantFrom<WriteEffect>('blind', 'guarded'), { minLength: 2, maxLength: 4 })

test('I5: once the line holds nothing is ever oversold, whatever shoppers do and however late writes act', () => {
  let guaranteed = 0
  let turnsTaken = 0
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 60 }),
      anyEffects,
      fc.array(anyTurn, { minLength: 20, maxLength: 120, size: '+2' }),
      (stock, effects, turns) => {
        const market = new Market(stock, effects)
        for (const nth of effects.keys()) {
          market.act(nth, { kind: 'look' })
          market.act(nth, { kind: 'adopt' })
        }
        let isHeld = false
        for (const turn of turns) {
          if (turn.kind === 'deal') market.deal()
          else if (turn.kind === 'send') market.send(turn.nth)
          else market.act(turn.nth, turn.act)
          isHeld ||= market.line?.isBounded === true
          turnsTaken += 1
          if (!isHeld) continue
          guaranteed += 1
          expect(market.atLarge).toBeLessThanOrEqual(market.available)
        }
      },
    ),
    fromEnvironment(1_000),
  )
  expect(guaranteed / turnsTaken).toBeGreaterThan(0.3)
})

test('I6: when shoppers rest, all that is there comes to be shown, each level with its share', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      anyEffects,
      fc.array(fc.nat(4), { minLength: 4, maxLength: 4 }),
      fc.array(anyTurn, { minLength: 5, maxLength: 60, size: '+1' }),
      (stock, effects, unsubtracted, turns) => {
        const market = new Market(stock, effects, unsubtracted)
        for (const turn of turns) {
          if (turn.kind === 'deal') market.deal()
          else if (turn.kind === 'send') market.send(turn.nth)
          else market.act(turn.nth, turn.act)
        }
        for (let round = 0; round < 40; round += 1) {
          for (const nth of effects.keys()) {
            for (let each = 0; each < 20; each += 1) market.act(nth, { kind: 'act', pick: 0 })
            for (let each = 0; each < 20; each += 1) market.act(nth, { kind: 'answer', pick: 0 })
            for (let each = 0; each < 20; each += 1) market.act(nth, { kind: 'close', pick: 0 })
            market.act(nth, { kind: 'look' })
            market.act(nth, { kind: 'read-orders' })
            market.act(nth, { kind: 'adopt' })
          }
          market.deal()
          for (const nth of effects.keys()) market.send(nth)
        }
        const shown = market.shops.map((shop) => shop.quantity)
        expect(sum(shown)).toBe(Math.max(0, market.available))
        const left = market.available - effects.length
        const resting = unsubtracted.slice(0, effects.length)
        for (const [nth, units] of shown.entries()) {
          const rests = resting[nth] ?? 0
          if (left >= 0 && (rests === 0 || left >= sum(resting) * 2)) expect(units).toBeGreaterThan(rests)
        }
      },
    ),
    fromEnvironment(500),
  )
})

test('I6: while nothing more is learned of the orders, no number goes up and down for ever', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      anyEffects,
      fc.array(anyTurn, { minLength: 5, maxLength: 60, size: '+1' }),
      (stock, effects, turns) => {
        const market = new Market(stock, effects)
        for (const nth of effects.keys()) {
          market.act(nth, { kind: 'look' })
          market.act(nth, { kind: 'adopt' })
        }
        for (const turn of turns) {
          if (turn.kind === 'deal') market.deal()
          else if (turn.kind === 'send') market.send(turn.nth)
          else market.act(turn.nth, turn.act)
        }
        let lastMoved = 0
        for (let round = 1; round <= 40; round += 1) {
          market.deal()
          for (const [nth, shop] of market.shops.entries()) {
            const { quantity } = shop
            market.send(nth)
            for (let each = 0; each < 20; each += 1) market.act(nth, { kind: 'act', pick: 0 })
            for (let each = 0; each < 20; each += 1) market.act(nth, { kind: 'answer', pick: 0 })
            if (shop.quantity !== quantity) lastMoved = round
          }
        }
        expect(lastMoved).toBeLessThan(20)
      },
    ),
    fromEnvironment(500),
  )
})

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0)
}
