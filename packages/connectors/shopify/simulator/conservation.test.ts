import type { BookedWrite } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeOrder } from './checkout.ts'
import { cancelOrder, fulfillOrder, payOrder, refundOrder } from './order-steps.ts'
import { currentOf, refundedOf, shippedOf, unfulfilledOf } from './records.ts'
import { setQuantities } from './set-quantities.ts'
import { Shop } from './shop.ts'

/**
 * However orders, cancellations, refunds, shipments and sets follow one another, units are where they should be.
 * PLIMSOLL_SEED and PLIMSOLL_RUNS replay and lengthen it.
 */
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('buy' as const),
      units: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pay' as const), order: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('cancel' as const), order: fc.nat(20), restock: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('refund' as const), order: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('ship' as const),
      order: fc.nat(20),
      site: fc.nat(3),
      units: fc.nat(4),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      rows: fc.array(fc.tuple(fc.nat(2), fc.nat(1), fc.integer({ min: 0, max: 30 }), fc.boolean()), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  },
)

function createShop() {
  const options = {
    name: 'S',
    domain: 's.myshopify.com',
    currency: 'EUR',
    locations: ['A', 'B'],
    timestampStepMs: 1,
  }
  const shop = new Shop({ ...options, now: () => 1_000 })
  const variants = [0, 1, 2].map((at) =>
    shop.addVariant(
      { sku: `S-${at}`, barcode: undefined, title: 'T', price: 1, tracked: true, sellsBeyondZero: at === 2 },
      10,
    ),
  )
  const writes: Omit<BookedWrite, 'atNs'>[] = []
  return { shop, variants, writes }
}

test('every unit is accounted for, whatever happens in whatever order', () => {
  const { seed, runs } = { seed: process.env.PLIMSOLL_SEED, runs: process.env.PLIMSOLL_RUNS }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const { shop, variants, writes } = createShop()
      for (const each of steps) {
        const orders = [...shop.orders.values()]
        const order = 'order' in each ? orders[each.order] : undefined
        if (each.kind === 'buy') {
          placeOrder(
            shop,
            each.units.map((quantity, at) => ({ sku: `S-${at}`, quantity })),
            { paid: each.units.length > 1 },
          )
        } else if (each.kind === 'set') {
          const locations = [...shop.locations.keys()]
          const rows = each.rows.map(([item, place, quantity, compare]) => {
            const itemId = variants[item]?.itemId ?? 0
            const locationId = locations[place] ?? 0
            const now = shop.findLevel(itemId, locationId)?.available ?? 0
            return {
              itemId,
              locationId,
              quantity,
              changeFromQuantity: compare ? now : quantity % 2 ? null : now + 1,
            }
          })
          const before = onHandAll(shop)
          const result = setQuantities(shop, { name: 'available', reason: 'correction', rows }, (write) =>
            writes.push(write),
          )
          if (result.errors.length > 0) expect(onHandAll(shop), 'all or nothing').toEqual(before)
        } else if (order !== undefined) {
          if (each.kind === 'pay') payOrder(shop, order)
          if (each.kind === 'cancel') cancelOrder(shop, order, { restock: each.restock, reason: 'OTHER' })
          if (each.kind === 'refund') refundOrder(shop, order)
          if (each.kind === 'ship') shipSome(shop, order, each)
        }
        expectConserved(
          shop,
          variants.map(({ itemId }) => itemId),
          writes,
        )
      }
    }),
    { numRuns: Number(runs ?? 200), ...(seed === undefined ? {} : { seed: Number(seed) }) },
  )
})

function shipSome(
  shop: Shop,
  order: Parameters<typeof payOrder>[1],
  { site, units }: { site: number; units: number },
): void {
  const target = order.fulfillmentOrders[site % order.fulfillmentOrders.length]
  const line = target?.lines[0]
  if (target === undefined || line === undefined) return
  const lines = units === 0 ? [] : [{ id: line.id, quantity: units }]
  fulfillOrder(shop, [{ fulfillmentOrderId: target.id, lines }], {
    company: undefined,
    number: undefined,
    url: undefined,
  })
}

function onHandAll(shop: Shop): number[] {
  return [...shop.levels.values()].flatMap((each) =>
    [...each.values()].map((level) => level.available + level.committed),
  )
}

function expectConserved(
  shop: Shop,
  itemIds: readonly number[],
  writes: readonly Omit<BookedWrite, 'atNs'>[],
): void {
  for (const itemId of itemIds) {
    const levels = [...(shop.levels.get(itemId)?.values() ?? [])]
    const orders = [...shop.orders.values()]
    const lines = orders.flatMap((order) =>
      order.lines.filter((line) => line.itemId === itemId).map((line) => ({ order, line })),
    )

    // Committed at each location is what its fulfilment orders still have to ship.
    for (const level of levels) {
      const open = orders
        .flatMap((order) => order.fulfillmentOrders)
        .filter((site) => site.locationId === level.locationId)
        .flatMap((site) => site.lines)
        .reduce((sum, row) => sum + (row.itemId === itemId ? row.remaining : 0), 0)
      expect(level.committed).toBe(open)
    }

    // On hand: the ten it began with, what writes changed, less what left, plus what came back.
    const written = writes
      .filter((each) => each.stockUnitId.endsWith(`/${itemId}`))
      .reduce((sum, each) => sum + (each.after ?? 0) - (each.before ?? 0), 0)
    const shipped = lines.reduce((sum, { order, line }) => sum + shippedOf(order, line), 0)
    const returned = lines.reduce((sum, { order, line }) => sum + refundedOf(order, line, 'RETURN'), 0)
    const lost = lines.reduce((sum, { order, line }) => sum + refundedOf(order, line, 'NO_RESTOCK'), 0)
    const onHand = levels.reduce((sum, level) => sum + level.available + level.committed, 0)
    expect(onHand).toBe(10 + written - shipped + returned - lost)

    // Every ordered unit is shipped, still to ship, or refunded before it left.
    for (const { order, line } of lines) {
      const before = refundedOf(order, line, 'CANCEL') + refundedOf(order, line, 'NO_RESTOCK')
      expect(shippedOf(order, line) + unfulfilledOf(order, line) + before).toBe(line.ordered)
      expect(currentOf(order, line)).toBeGreaterThanOrEqual(0)
      expect(refundedOf(order, line, 'RETURN')).toBeLessThanOrEqual(shippedOf(order, line))
    }
  }
}

test('a basket is sold whole or not at all', () => {
  const { shop } = createShop()
  const before = onHandAll(shop)
  expect(
    placeOrder(shop, [
      { sku: 'S-0', quantity: 2 },
      { sku: 'S-1', quantity: 11 },
      { sku: 'none', quantity: 1 },
    ]),
  ).toEqual({
    kind: 'refused',
    skus: ['S-1', 'none'],
  })
  // Two lines of one item are judged together.
  expect(
    placeOrder(shop, [
      { sku: 'S-0', quantity: 6 },
      { sku: 'S-0', quantity: 6 },
    ]),
  ).toMatchObject({ kind: 'refused' })
  expect(onHandAll(shop)).toEqual(before)
  expect(shop.orders.size).toBe(0)
})
