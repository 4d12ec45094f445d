import type { ExternalOrder, Shipment } from '../canonical.ts'
import type { Capabilities } from '../capabilities.ts'
import { isConnectorError } from '../errors.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { untilNoAnswerIsLost } from './lost-answers.ts'
import type { ConformanceWorld } from './world.ts'

/** Telling the platform what has left. */
export function shippingCases({
  tracking,
  cancel,
}: Pick<Capabilities, 'tracking' | 'cancel'>): ConformanceCase[] {
  const paid = (world: ConformanceWorld) => paidOrder(world, { tracking })
  const cases: ConformanceCase[] = [
    {
      title: 'ship: the order is closed and its units shipped',
      async story(world) {
        const shipment = await paid(world)
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
        const shipment = await paid(world)
        await world.operations.ship(shipment)
        await shipAgain(world, shipment)
        const order = await world.operations.order(shipment.orderExternalId)
        expect(order.lines.map((line) => line.shipped)).toEqual([2])
      },
    },
    {
      title: 'ship: an order that the platform does not have is NotFound',
      async story(world) {
        const shipment = await paid(world)
        const orderExternalId = world.unknown.orderExternalId
        await refusalOf(world.operations.ship({ ...shipment, orderExternalId }), 'not-found', 'invalid')
      },
    },
    {
      title: 'ship: a split shipment: one unit of a line of two, then the other',
      async story(world) {
        const [first, second] = splitOf(await paid(world))
        const begun = await world.operations.ship(first)
        expectShipped(await world.operations.order(first.orderExternalId), { state: 'open', units: [1] })
        const ended = await world.operations.ship(second)
        expectShipped(await world.operations.order(first.orderExternalId), { state: 'closed', units: [2] })
        expect(ended.externalId, 'two parcels are two shipments').not.toBe(begun.externalId)
      },
    },
    {
      title: 'I3: ship: the parcels of a split shipment, told again in any order, ship nothing more',
      async story(world) {
        const whole = await paidOrder(world, { tracking, quantity: 3 })
        const [first, second] = splitOf(whole)
        await world.operations.ship(first)
        await shipAgain(world, first)
        await world.operations.ship(second)
        for (const told of [second, first, second]) await shipAgain(world, told)
        expectShipped(await world.operations.order(whole.orderExternalId), { state: 'open', units: [2] })
      },
    },
    {
      title:
        'ship: lines of one order in parcels of their own; a number that another parcel has does not stand in the way',
      async story(world) {
        const { orderExternalId, lines, ...parcel } = await paidOrder(world, { tracking, lines: 2 })
        for (const [at, line] of lines.entries()) {
          const shipmentId = `conformance-shipment-${at}`
          await world.operations.ship({ ...parcel, orderExternalId, shipmentId, lines: [line] })
        }
        expectShipped(await world.operations.order(orderExternalId), { state: 'closed', units: [2, 2] })
        // The parcel of one shopper holds another order of hers, too.
        const other = await paidOrder(world, { tracking })
        await world.operations.ship({ ...other, shipmentId: 'conformance-shipment-9' })
        expectShipped(await world.operations.order(other.orderExternalId), { state: 'closed', units: [2] })
      },
    },
    {
      title: 'I3: ship: whichever answer is lost, told again it has shipped once',
      async story(world) {
        await untilNoAnswerIsLost(world, {
          prepare: () => paidOrder(world, { tracking, quantity: 3 }),
          act: (operations, whole) => operations.ship(splitOf(whole)[0]),
          async verify(whole) {
            expectShipped(await world.operations.order(whole.orderExternalId), { state: 'open', units: [1] })
          },
        })
      },
    },
  ]
  if (cancel !== 'lines') return cases
  return [
    ...cases,
    {
      title: 'ship: what is left after a part was cancelled, and no more than that',
      async story(world) {
        const whole = await paid(world)
        const [one] = splitOf(whole)
        await world.operations.cancel?.({
          cancellationId: 'conformance-cancellation-1',
          orderExternalId: whole.orderExternalId,
          lines: one.lines,
          reason: 'out-of-stock',
          notifyCustomer: false,
        })
        await refusalOf(world.operations.ship(whole), 'invalid', 'conflict')
        expect(
          (await world.operations.order(whole.orderExternalId)).lines.map(({ shipped }) => shipped),
        ).toEqual([0])
        await world.operations.ship({ ...one, shipmentId: 'conformance-shipment-2' })
        const order = await world.operations.order(whole.orderExternalId)
        expectShipped(order, { state: 'closed', units: [1] })
        expect(order.lines.map(({ current }) => current)).toEqual([1])
      },
    },
  ]
}

/** A refusal is as good as the same answer; what is not an error class is a defect. */
async function shipAgain({ operations }: ConformanceWorld, shipment: Shipment): Promise<void> {
  await operations.ship(shipment).catch((error: unknown) => {
    if (!isConnectorError(error)) throw error
  })
}

function expectShipped(order: ExternalOrder, wanted: { state: string; units: number[] }): void {
  expect(order.lines.map((line) => line.shipped)).toEqual(wanted.units)
  expect(order.state).toBe(wanted.state)
}

/** Two parcels with one unit of each line; what is over stays. */
function splitOf(whole: Shipment): [Shipment, Shipment] {
  const lines = whole.lines.map((line) => ({ ...line, quantity: 1 }))
  const { tracking } = whole
  const under = (number: string) => (tracking === undefined ? undefined : { ...tracking, number })
  return [
    { ...whole, shipmentId: 'conformance-shipment-1', lines, tracking: under('JD 014/601') },
    { ...whole, shipmentId: 'conformance-shipment-2', lines, tracking: under('JD 014/602') },
  ]
}

async function paidOrder(
  world: ConformanceWorld,
  { tracking, lines = 1, quantity = 2 }: { tracking: boolean; lines?: number; quantity?: number },
): Promise<Shipment> {
  const levels = await world.addProducts(lines, 10)
  const orderExternalId = await world.buy(levels.map(({ sku }) => ({ sku, quantity })))
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
