import type { Cancellation } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import type { ConformanceWorld } from './world.ts'

/** Cancelling what has not shipped. */
export function cancelCases({ cancel }: Pick<Capabilities, 'cancel'>): ConformanceCase[] {
  if (cancel === false) {
    return [
      {
        title: 'cancel: not declared, so not there',
        async story({ operations }) {
          expect(operations.cancel).toBeUndefined()
        },
      },
    ]
  }
  const cases: ConformanceCase[] = [
    {
      title: 'I3: cancel: the whole order, and twice is once',
      async story(world) {
        const cancellation = await openOrder(world)
        await cancelOrder(world, cancellation)
        await cancelOrder(world, cancellation)
        const order = await world.operations.order(cancellation.orderExternalId)
        expect(order.state).toBe('cancelled')
        expect(order.lines.map(({ current }) => current)).toEqual(order.lines.map(() => 0))
      },
    },
    {
      title: 'cancel: what has shipped, and what there is not, is refused',
      async story(world) {
        const cancellation = await openOrder(world)
        await world.step(cancellation.orderExternalId, 'fulfill')
        await refusalOf(cancelOrder(world, cancellation), 'invalid', 'conflict')
        const orderExternalId = world.unknown.orderExternalId
        await refusalOf(cancelOrder(world, { ...cancellation, orderExternalId }), 'not-found', 'invalid')
      },
    },
  ]
  if (cancel === 'order') return cases
  return [
    ...cases,
    {
      title: 'cancel: some units of a line, the others stay',
      async story(world) {
        const cancellation = await openOrder(world)
        const { lines } = await world.operations.order(cancellation.orderExternalId)
        const some = lines.map(({ externalId }) => ({ lineExternalId: externalId, quantity: 1 }))
        await cancelOrder(world, { ...cancellation, lines: some })
        const order = await world.operations.order(cancellation.orderExternalId)
        expect(order.state).not.toBe('cancelled')
        expect(order.lines.map(({ current }) => current)).toEqual([1])
      },
    },
  ]
}

async function openOrder(world: ConformanceWorld): Promise<Cancellation> {
  const [level] = await world.addProducts(1, 10)
  if (level === undefined) throw new Error('no level came')
  const orderExternalId = await world.buy([{ sku: level.sku, quantity: 2 }])
  await world.tryStep(orderExternalId, 'pay')
  return { orderExternalId, lines: undefined, reason: 'out-of-stock', notifyCustomer: false }
}

function cancelOrder({ operations }: ConformanceWorld, cancellation: Cancellation): Promise<void> {
  if (operations.cancel === undefined) throw new Error('cancel is declared, yet cancel() is missing')
  return operations.cancel(cancellation)
}
