import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { order as orderSchema } from './answers.ts'
import { toOrder } from './map.ts'
import { type LineHistory, needsHistory } from './refunded-units.ts'
import { createMagentoSimulator } from './simulator/index.ts'
import { connect } from './testing/connect.ts'

/** What is owed after shipments and credit memos: never less than may be, whichever unit a credit memo was for. */

type Step = { kind: 'ship' | 'refund-unsent' | 'refund-returned'; units: number; afterS: number }
const step = fc.record<Step>({
  kind: fc.constantFrom('ship', 'refund-unsent', 'refund-returned'),
  units: fc.integer({ min: 1, max: 3 }),
  // Whole seconds: two things may happen within one.
  afterS: fc.constantFrom(0, 1, 60),
})

function played(ordered: number, steps: readonly Step[], isRead: boolean) {
  const truth = { shipped: 0, unsent: 0, returned: 0 }
  const shipments: LineHistory['shipments'][number][] = []
  const creditmemos: LineHistory['creditmemos'][number][] = []
  let atMs = Date.UTC(2026, 7, 1, 10)
  for (const { kind, units, afterS } of steps) {
    atMs += afterS * 1_000
    const left = ordered - truth.shipped - truth.unsent
    const qty = Math.min(units, kind === 'refund-returned' ? truth.shipped - truth.returned : left)
    if (qty === 0) continue
    if (kind === 'ship') truth.shipped += qty
    else if (kind === 'refund-unsent') truth.unsent += qty
    else truth.returned += qty
    const documents = kind === 'ship' ? shipments : creditmemos
    documents.push({
      entity_id: documents.length + 1,
      order_id: 1,
      created_at: new Date(atMs).toISOString().slice(0, 19).replace('T', ' '),
      items: [{ order_item_id: 5, qty }],
    })
  }
  const order = orderSchema.parse({
    entity_id: 1,
    state: 'processing',
    created_at: '2026-08-01 09:00:00',
    updated_at: '2026-08-01 10:00:00',
    items: [
      {
        item_id: 5,
        product_id: 9,
        sku: 'A',
        name: 'A',
        qty_ordered: ordered,
        qty_invoiced: ordered,
        qty_canceled: 0,
        qty_shipped: truth.shipped,
        qty_refunded: truth.unsent + truth.returned,
      },
    ],
  })
  const [line] = toOrder(order, 'no', isRead ? { shipments, creditmemos } : undefined).lines
  if (line === undefined) throw new Error('the order has a line')
  return { truth, line, order, owed: ordered - truth.shipped - truth.unsent }
}

const orders = [fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 8 })] as const

test('what may still be owed is never released, whatever was shipped and refunded in whatever order', () => {
  fc.assert(
    fc.property(...orders, fc.boolean(), (ordered, steps, isRead) => {
      const { truth, line, owed } = played(ordered, steps, isRead)
      expect(line.shipped).toBe(truth.shipped)
      expect(line.current - line.shipped).toBeGreaterThanOrEqual(owed)
      expect(line.current).toBeLessThanOrEqual(ordered)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('where all refunds came before what was shipped, no more is promised than is owed', () => {
  fc.assert(
    fc.property(...orders, (ordered, steps) => {
      const apart = steps.map((each) => ({ ...each, afterS: each.afterS + 1 }))
      const refunds = apart.filter(({ kind }) => kind === 'refund-unsent')
      const sent = apart.filter(({ kind }) => kind === 'ship')
      const { line, owed } = played(ordered, [...refunds, ...sent], true)
      expect(line.current - line.shipped).toBe(owed)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test('the times are read only where the numbers leave it open', () => {
  const ship = { kind: 'ship', units: 1, afterS: 60 } as const
  const refund = { kind: 'refund-unsent', units: 1, afterS: 60 } as const
  expect(needsHistory(played(3, [ship], false).order)).toBe(false)
  expect(needsHistory(played(3, [refund], false).order)).toBe(false)
  expect(needsHistory(played(2, [refund, { ...ship, units: 3 }], false).order)).toBe(true)
  expect(needsHistory(played(3, [ship, refund], false).order)).toBe(true)
})

test('of two, one was sent and came back: the other is owed, can be sent, and is not shown on top', async () => {
  const simulator = await createMagentoSimulator({})
  try {
    const { shop } = simulator
    shop.catalogue.add({ sku: 'MUG' })
    shop.stock.save({ sku: 'MUG', source: 'default', quantity: 5, status: 1 })
    const placed = shop.checkout([{ sku: 'MUG', quantity: 2 }])
    if (placed.kind !== 'placed') throw new Error('refused')
    const { order } = placed
    if (order.rows.every(({ invoiced }) => invoiced === 0)) shop.invoice(order)
    const [row] = order.rows
    if (row === undefined) throw new Error('the order has a row')
    const parcel = { source: 'default', tracks: [], comment: undefined }
    shop.ship(order, { ...parcel, items: [{ orderItemId: row.itemId, quantity: 1 }] })
    shop.refund(order, { lines: new Map([[row.itemId, 1]]), returned: new Set([row.itemId]) })

    const { operations } = connect(simulator)
    const told = await operations.order(String(order.id))
    expect(told).toMatchObject({ state: 'open', lines: [{ current: 2, shipped: 1, subtracted: 'unheld' }] })
    const listed = await operations.orders({ since: new Date(0), cursor: undefined })
    expect(listed.rows.map(({ lines }) => lines)).toEqual([told.lines])
    // Four are left of five, one of them is owed: three may be sold, on no account four.
    const key = { stockUnitId: 'MUG', locationId: 'default' }
    await operations.setLevels([{ writeId: 'w', ...key, quantity: 3, expected: undefined }])
    expect(shop.stock.salable(1, 'MUG')).toBeLessThanOrEqual(3)
    await operations.ship({
      shipmentId: 's2',
      orderExternalId: told.externalId,
      lines: [{ lineExternalId: told.lines[0]?.externalId ?? '', quantity: 1 }],
      tracking: undefined,
      notifyCustomer: false,
    })
    expect(await operations.order(told.externalId)).toMatchObject({
      state: 'closed',
      lines: [{ current: 2, shipped: 2 }],
    })
  } finally {
    await simulator.close()
  }
})
