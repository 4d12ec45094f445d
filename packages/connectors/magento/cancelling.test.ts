import type { ChannelOperations } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import type { Settings } from './settings.ts'
import { createMagentoSimulator, type MagentoSimulator } from './simulator/index.ts'
import type { ShopOrder } from './simulator/order-book.ts'
import { connect } from './testing/connect.ts'

type World = {
  simulator: MagentoSimulator
  operations: ChannelOperations
  order: ShopOrder
  /** The whole order, as the hub asks. */
  cancel(): Promise<void>
}

/** Ten units, four of them ordered. */
async function withOrder(
  paidCancellations: Settings['paidCancellations'],
  story: (world: World) => Promise<void>,
): Promise<void> {
  const simulator = await createMagentoSimulator()
  try {
    simulator.shop.catalogue.add({ sku: 'A' })
    simulator.shop.stock.save({ sku: 'A', source: 'default', quantity: 10, status: 1 })
    const placed = simulator.shop.checkout([{ sku: 'A', quantity: 4 }])
    if (placed.kind === 'refused') throw new Error('refused')
    const { operations } = connect(simulator, { settings: { paidCancellations } })
    const cancellation = {
      orderExternalId: String(placed.order.id),
      lines: undefined,
      reason: 'out-of-stock' as const,
      notifyCustomer: false,
    }
    const cancel = async () => await operations.cancel?.(cancellation)
    await story({ simulator, operations, order: placed.order, cancel })
  } finally {
    await simulator.close()
  }
}

test('an unpaid order is cancelled, and its reservation made good', () =>
  withOrder('refuse', async ({ simulator, order, cancel }) => {
    await cancel()
    expect(order.state).toBe('canceled')
    expect(simulator.shop.stock.salable(1, 'A')).toBe(10)
    await cancel()
    expect(simulator.shop.stock.salable(1, 'A')).toBe(10)
  }))

test('a paid order is not cancelled unless a person has said how the money goes back', () =>
  withOrder('refuse', async ({ simulator, order, cancel }) => {
    simulator.shop.invoice(order)
    await expect(cancel()).rejects.toMatchObject({ kind: 'invalid' })
    expect(order.state).toBe('processing')
    expect(simulator.shop.book.creditmemos).toEqual([])
  }))

describe.each(['offline', 'online'] as const)('paid, %s', (paidCancellations) => {
  test('a credit memo takes it back, with its units returned to stock, or they would stay reserved for ever', () =>
    withOrder(paidCancellations, async ({ simulator, operations, order, cancel }) => {
      simulator.shop.invoice(order)
      await cancel()
      expect(order.state).toBe('closed')
      expect(simulator.shop.stock.salable(1, 'A')).toBe(10)
      expect((await operations.order(String(order.id))).state).toBe('cancelled')
      await cancel()
      expect(simulator.shop.book.creditmemos).toHaveLength(1)
    }))

  test('a part has left: the rest is taken back, what has left stays', () =>
    withOrder(paidCancellations, async ({ simulator, operations, order, cancel }) => {
      simulator.shop.invoice(order)
      const items = [{ orderItemId: order.rows[0]?.itemId ?? 0, quantity: 1 }]
      simulator.shop.ship(order, { items, source: 'default', tracks: [], comment: undefined })
      await cancel()
      expect(await operations.order(String(order.id))).toMatchObject({
        state: 'closed',
        lines: [{ ordered: 4, current: 1, shipped: 1 }],
      })
      expect(simulator.shop.stock.item('A', 'default')?.quantity).toBe(9)
      expect(simulator.shop.stock.salable(1, 'A')).toBe(9)
    }))
})

test('a part has left of an order that is not invoiced: Magento cancels the rest', () =>
  withOrder('refuse', async ({ simulator, operations, order, cancel }) => {
    const items = [{ orderItemId: order.rows[0]?.itemId ?? 0, quantity: 1 }]
    simulator.shop.ship(order, { items, source: 'default', tracks: [], comment: undefined })
    await cancel()
    expect((await operations.order(String(order.id))).lines).toMatchObject([{ current: 1, shipped: 1 }])
    expect(simulator.shop.stock.salable(1, 'A')).toBe(9)
  }))

test('what has left altogether, and single lines, are refused', () =>
  withOrder('offline', async ({ simulator, operations, order, cancel }) => {
    const orderExternalId = String(order.id)
    const lines = [{ lineExternalId: String(order.rows[0]?.itemId), quantity: 1 }]
    const some = { orderExternalId, lines, reason: 'other' as const, notifyCustomer: false }
    await expect(operations.cancel?.(some)).rejects.toMatchObject({ kind: 'invalid', field: 'lines' })
    simulator.shop.invoice(order)
    simulator.shop.ship(order, { items: undefined, source: 'default', tracks: [], comment: undefined })
    await expect(cancel()).rejects.toMatchObject({ kind: 'invalid' })
  }))

test('a part is invoiced, a part is not: Magento cancels the one, a credit memo takes the other', () =>
  withOrder('offline', async ({ simulator, operations, order, cancel }) => {
    simulator.shop.catalogue.add({ sku: 'B' })
    simulator.shop.stock.save({ sku: 'B', source: 'default', quantity: 10, status: 1 })
    const row = order.rows[0]
    if (row === undefined) throw new Error('no row')
    row.invoiced = 1
    order.state = 'processing'
    await cancel()
    expect((await operations.order(String(order.id))).state).toBe('cancelled')
    expect(row).toMatchObject({ canceled: 3, refunded: 1 })
    expect(simulator.shop.stock.salable(1, 'A')).toBe(10)
  }))
