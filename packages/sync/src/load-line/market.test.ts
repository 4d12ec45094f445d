import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Act, anyAct, ExposedShop } from '../testing/exposed-shop.ts'
import { levelOf, sum, there } from '../testing/line-levels.ts'
import type { WriteEffect } from './exposure.ts'
import { type DealtLevel, drawLoadLine, type LoadLine } from './load-line.ts'

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
