import type { Shipment } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import { isConnectorError } from '../errors.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Telling the platform what has left. */
export function shippingCases({ tracking }: Capabilities): ConformanceCase[] {
  return [
    {
      title: 'ship: the order is closed and its units shipped',
      async story(world) {
        const shipment = await paidOrder(world, tracking)
        const { externalId } = await world.operations.ship(shipment)
        expect(externalId).not.toBe('')
        const order = await world.operations.order(shipment.orderExternalId)
        expect(order.state).toBe('closed')
        expect(order.lines.map((line) => line.shipped)).toEqual([2])
      },
    },
    {
      title: 'I3: ship: the same shipment told twice ships once',
      async story(world) {
        const shipment = await paidOrder(world, tracking)
        await world.operations.ship(shipment)
        await world.operations.ship(shipment).catch((error: unknown) => {
          // A refusal is as good as the same answer; what is not an error class is a defect.
          if (!isConnectorError(error)) throw error
        })
        const order = await world.operations.order(shipment.orderExternalId)
        expect(order.lines.map((line) => line.shipped)).toEqual([2])
      },
    },
    {
      title: 'ship: an order that the platform does not have is NotFound',
      async story(world) {
        const shipment = await paidOrder(world, tracking)
        const orderExternalId = world.unknown.orderExternalId
        await refusalOf(world.operations.ship({ ...shipment, orderExternalId }), 'not-found', 'invalid')
      },
    },
  ]
}

async function paidOrder(world: ConformanceWorld, tracking: boolean): Promise<Shipment> {
  const [level] = await world.addProducts(1, 10)
  if (level === undefined) throw new Error('no level came')
  const orderExternalId = await world.buy([{ sku: level.sku, quantity: 2 }])
  await world.tryStep(orderExternalId, 'pay')
  const order = await world.operations.order(orderExternalId)
  return {
    shipmentId: 'conformance-shipment-1',
    orderExternalId,
    lines: order.lines.map((line) => ({ lineExternalId: line.externalId, quantity: line.current })),
    tracking: tracking
      ? { carrier: 'DHL', number: 'JD 014/600', url: 'https://track.example/JD014600' }
      : undefined,
    notifyCustomer: false,
  }
}
