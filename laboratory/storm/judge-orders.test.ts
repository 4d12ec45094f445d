import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromEnvironment } from '../../packages/database/src/testing/index.ts'
import type { CountedOrder } from '../invariants/orders.ts'
import { availableOf, type BookedStep, findSoldBeyond } from './books.ts'
import { judgeOrders } from './judge-orders.ts'

const line = (quantity: number, sku = 'MUG') => ({ sku, stockUnitId: sku, locationId: 'x', quantity })
const order = (externalId: string, quantity: number, at = 1) => ({
  seq: 1,
  externalId,
  atNs: String(at),
  lines: [line(quantity)],
})
const step = (externalId: string, kind: BookedStep['step'], at = 2): BookedStep => ({
  externalId,
  step: kind,
  atNs: BigInt(at),
})
const known = (externalId: string, open: number, shipped = 0): CountedOrder => ({
  connectionId: 'a',
  externalId,
  state: 'open',
  open,
  shipped,
  returned: 0,
  movedReserved: open,
  movedOnHand: -shipped,
})
const judge = (orders: ReturnType<typeof order>[], rows: CountedOrder[], steps: BookedStep[] = []) =>
  judgeOrders([{ connectionId: 'a', name: 'shop', orders, steps }], rows)

test('an order counts as applied only as it is, and each kind of wrong is named', () => {
  expect(judge([order('1', 2)], [known('1', 2)])).toMatchObject({ ordersPlaced: 1, ordersApplied: 1 })
  expect(judge([order('1', 2)], []).lost).toEqual(['shop 1: bought 2; not known'])
  expect(judge([order('1', 2)], [known('1', 1)]).lost).toHaveLength(1)
  expect(judge([order('1', 2)], [known('1', 4)]).doubled).toHaveLength(1)
  expect(judge([order('1', 2)], [known('1', 2), known('1', 2)]).doubled).toHaveLength(1)
  expect(judge([order('1', 2)], [{ ...known('1', 2), movedReserved: 4 }]).doubled).toHaveLength(1)
  expect(judge([], [known('9', 1)]).doubled).toHaveLength(1)
  expect(judge([order('1', 2)], [known('1', 2)], [step('1', 'cancel')]).behind).toHaveLength(1)
  expect(judge([order('1', 2)], [known('1', 0)], [step('1', 'refund')]).ordersApplied).toBe(1)
  expect(judge([order('1', 2)], [known('1', 0, 2)], [step('1', 'fulfill')]).ordersApplied).toBe(1)
})

test('every order is exactly one of applied, lost, doubled and behind', () => {
  const units = fc.integer({ min: 0, max: 3 })
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          bought: fc.integer({ min: 1, max: 3 }),
          open: units,
          shipped: units,
          rows: fc.integer({ min: 0, max: 2 }),
          step: fc.constantFrom(undefined, 'cancel' as const, 'refund' as const, 'fulfill' as const),
        }),
        { maxLength: 6 },
      ),
      (given) => {
        const verdict = judge(
          given.map(({ bought }, at) => order(String(at), bought)),
          given.flatMap(({ open, shipped, rows }, at) =>
            Array.from({ length: rows }, () => known(String(at), open, shipped)),
          ),
          given.flatMap((each, at) => (each.step === undefined ? [] : [step(String(at), each.step)])),
        )
        const { lost, doubled, behind, ordersApplied, ordersPlaced } = verdict
        expect(ordersPlaced).toBe(given.length)
        expect(ordersApplied + lost.length + doubled.length + behind.length).toBe(given.length)
      },
    ),
    fromEnvironment(),
  )
})

test('what is available is what came in less what was kept', () => {
  const platform = { orders: [order('1', 2), order('2', 3)], steps: [step('2', 'cancel')] }
  expect(availableOf([platform], new Map([['MUG', 10]]))).toEqual(new Map([['MUG', 8]]))
})

test('sold beyond what was there: each sale and each return counts from its own moment', () => {
  const books = (orders: ReturnType<typeof order>[], steps: BookedStep[] = []) => [
    { name: 'shop', orders, steps },
  ]
  const opening = new Map([['MUG', 2]])
  const units = (found: ReturnType<typeof findSoldBeyond>) => found.map((each) => each.units)
  expect(units(findSoldBeyond(books([order('1', 2, 1), order('2', 1, 3)]), [], opening))).toEqual([1])
  // Cancelled in between: the unit was there again.
  const cancelled = books([order('1', 2, 1), order('2', 1, 3)], [step('1', 'cancel', 2)])
  expect(findSoldBeyond(cancelled, [], opening)).toEqual([])
  const late = books([order('1', 2, 1), order('2', 1, 3)], [step('1', 'cancel', 4)])
  expect(units(findSoldBeyond(late, [], opening))).toEqual([1])
  const delivered = [{ sku: 'MUG', units: 1, atNs: 2n }]
  expect(findSoldBeyond(books([order('1', 2, 1), order('2', 1, 3)]), delivered, opening)).toEqual([])
  expect(findSoldBeyond(books([order('1', 9)]), [], new Map())).toEqual([])
})
