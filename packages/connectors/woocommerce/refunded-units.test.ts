import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { WooOrder, WooRefund } from './answers.ts'
import { toOrder } from './map.ts'
import { shipmentsKey } from './shipment-record.ts'

/** A step of an order of one line. A refund is for units that never left, for some that came back, or the hub's own. */
type Step = {
  kind: 'ship' | 'refund-unsent' | 'refund-returned' | 'hub-cancels'
  units: number
  afterS: number
}

const step = fc.record<Step>({
  kind: fc.constantFrom('ship', 'refund-unsent', 'refund-returned', 'hub-cancels'),
  units: fc.integer({ min: 1, max: 3 }),
  // Whole seconds: two things may happen within one.
  afterS: fc.constantFrom(0, 1, 60),
})

function played(ordered: number, steps: readonly Step[], isTimed: boolean) {
  const truth = { shipped: 0, unsent: 0, returned: 0 }
  const shipments: object[] = []
  const refunds: WooRefund[] = []
  let atMs = Date.UTC(2026, 7, 1, 10)
  for (const { kind, units, afterS } of steps) {
    atMs += afterS * 1_000
    const gmt = new Date(atMs).toISOString().slice(0, 19)
    const left = ordered - truth.shipped - truth.unsent
    const most = kind === 'refund-returned' ? truth.shipped - truth.returned : left
    const moved = Math.min(units, most)
    if (moved === 0) continue
    if (kind === 'ship') {
      truth.shipped += moved
      const lines = [{ lineExternalId: '1', quantity: moved }]
      const nth = String(shipments.length)
      shipments.push({ shipmentId: nth, externalId: nth, lines, ...(isTimed && { toldAt: gmt }) })
      continue
    }
    if (kind === 'refund-returned') truth.returned += moved
    else truth.unsent += moved
    refunds.push({
      id: refunds.length + 1,
      date_created_gmt: gmt,
      reason: kind === 'hub-cancels' ? 'Plimsoll c1: sold out' : 'changed their mind',
      line_items: [{ quantity: -moved, meta_data: [{ key: '_refunded_item_id', value: '1' }] }],
    })
  }
  const order: WooOrder = {
    id: 100,
    status: 'processing',
    date_created_gmt: '2026-08-01T09:00:00',
    line_items: [{ id: 1, product_id: 7, variation_id: 0, name: 'Mug', sku: 'MUG', quantity: ordered }],
    refunds: [],
    meta_data: [{ key: shipmentsKey, value: shipments }],
  }
  const [line] = toOrder(order, { refunds, fulfillments: [], isHeld: false }, new Map()).lines
  if (line === undefined) throw new Error('the order has a line')
  return { truth, line, owed: ordered - truth.shipped - truth.unsent }
}

test('what may still be owed is never released, whatever was shipped and refunded in whatever order', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.array(step, { maxLength: 8 }),
      fc.boolean(),
      (ordered, steps, isTimed) => {
        const { truth, line, owed } = played(ordered, steps, isTimed)
        expect(line.shipped).toBe(truth.shipped)
        expect(line.current - line.shipped).toBeGreaterThanOrEqual(owed)
        expect(line.current).toBeLessThanOrEqual(ordered)
      },
    ),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('and no more than that is promised where it can be known: refunded before anything left, or by the hub', () => {
  const known = fc.array(step, { maxLength: 8 }).map((steps) => {
    const firstShipped = steps.findIndex(({ kind }) => kind === 'ship')
    return steps
      .filter(
        ({ kind }, nth) =>
          kind === 'ship' ||
          kind === 'hub-cancels' ||
          (kind === 'refund-unsent' && !(nth > firstShipped && firstShipped >= 0)),
      )
      .map((each) => ({ ...each, afterS: Math.max(1, each.afterS) }))
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), known, (ordered, steps) => {
      const { line, owed } = played(ordered, steps, true)
      expect(line.current - line.shipped).toBe(owed)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('of two, one was sent and came back: the other is still owed', () => {
  const { line } = played(
    2,
    [
      { kind: 'ship', units: 1, afterS: 60 },
      { kind: 'refund-returned', units: 1, afterS: 60 },
    ],
    true,
  )
  expect(line).toMatchObject({ current: 2, shipped: 1 })
})
