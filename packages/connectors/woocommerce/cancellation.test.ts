import { afterEach, describe, expect, test } from 'vitest'
import { connect } from './simulator/connect.ts'
import {
  createWooCommerceSimulator,
  type WooCommerceSimulator,
  type WooCommerceSimulatorOptions,
} from './simulator/index.ts'

let running: WooCommerceSimulator[] = []
afterEach(async () => {
  await Promise.all(running.map((simulator) => simulator.close()))
  running = []
})

describe('cancelling', () => {
  async function placed(options: WooCommerceSimulatorOptions = {}, quantity = 3) {
    const simulator = await createWooCommerceSimulator(options)
    running.push(simulator)
    const mug = simulator.shop.catalogue.add({ name: 'Mug', sku: 'MUG', price: 4, stock: 9 })
    const result = simulator.shop.checkout([{ sku: 'MUG', quantity }])
    if (result.kind !== 'placed') throw new Error('refused')
    const { order } = result
    const orderExternalId = String(order.id)
    const line = String(order.lines[0]?.id)
    const { operations } = connect(simulator)
    const cancel = (units?: number, cancellationId?: string) =>
      operations.cancel?.({
        ...(cancellationId !== undefined && { cancellationId }),
        orderExternalId,
        lines: units === undefined ? undefined : [{ lineExternalId: line, quantity: units }],
        reason: 'out-of-stock',
        notifyCustomer: false,
      })
    return { simulator, mug, order, orderExternalId, line, operations, cancel }
  }

  test('the whole order: its units are back', async () => {
    const { mug, order, cancel } = await placed()
    await cancel()
    expect([order.status, mug.stock]).toEqual(['cancelled', 9])
  })

  test('I3: some units: they are back, no money is; under one id once, under another again', async () => {
    const { mug, order, orderExternalId, operations, cancel } = await placed()
    await cancel(1, 'a')
    await cancel(1, 'a')
    expect(mug.stock).toBe(7)
    await cancel(1, 'b')
    expect(mug.stock).toBe(8)
    expect(order.refunds.map(({ amount }) => amount)).toEqual([0, 0])
    expect(await operations.order(orderExternalId)).toMatchObject({
      state: 'open',
      lines: [{ ordered: 3, current: 1, shipped: 0 }],
    })
    // The last one ends the order.
    await cancel(1, 'c')
    expect([order.status, mug.stock]).toEqual(['cancelled', 9])
  })

  test('an order that is not paid yet has taken nothing, and nothing is put back', async () => {
    const { mug, order, cancel } = await placed({ checkout: 'pending' })
    await cancel(2, 'a')
    expect([order.status, mug.stock]).toEqual(['pending', 9])
  })

  test('what has shipped stays shipped; more than is left, and a completed order, are refused', async () => {
    const { mug, order, orderExternalId, line, operations, cancel } = await placed({ fulfillments: true })
    await operations.ship({
      shipmentId: 's1',
      orderExternalId,
      lines: [{ lineExternalId: line, quantity: 1 }],
      tracking: undefined,
      notifyCustomer: false,
    })
    await expect(cancel(3)).rejects.toMatchObject({ kind: 'invalid' })
    await cancel()
    expect(mug.stock).toBe(8)
    expect(await operations.order(orderExternalId)).toMatchObject({ lines: [{ current: 1, shipped: 1 }] })
    order.status = 'completed'
    order.completedMs = Date.now()
    await expect(cancel()).rejects.toMatchObject({ kind: 'invalid' })
  })
})
