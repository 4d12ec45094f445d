import type { ExternalOrder, Shipment } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { holdFulfillment, moveOrder, releaseFulfillment } from './simulator/staff-steps.ts'
import { gid } from './simulator/views.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

function parcel(order: ExternalOrder, quantity: number, number: string | undefined): Shipment {
  return {
    shipmentId: `s-${number}`,
    orderExternalId: order.externalId,
    lines: order.lines.map((line) => ({ lineExternalId: line.externalId, quantity })),
    tracking: number === undefined ? undefined : { carrier: 'DHL Express', number, url: undefined },
    notifyCustomer: false,
  }
}

async function placed({ seed, buy, operations }: ConnectedShop, quantity = 4) {
  await seed({})
  return operations.order(await buy('S-0', quantity))
}
const shippedOf = async ({ operations }: ConnectedShop, order: ExternalOrder) =>
  (await operations.order(order.externalId)).lines[0]?.shipped

test('parcels with tracking numbers of their own are parcels of their own, even with the same units', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    const first = await world.operations.ship(parcel(order, 2, 'A'))
    expect(await world.operations.ship(parcel(order, 2, 'A'))).toEqual(first)
    expect(await shippedOf(world, order)).toBe(2)
    expect(await world.operations.ship(parcel(order, 2, 'B'))).not.toEqual(first)
    expect(await shippedOf(world, order)).toBe(4)
  }))

test('without a tracking number, a repeat of the last units ships nothing twice', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    const first = await world.operations.ship(parcel(order, 4, undefined))
    expect(await world.operations.ship(parcel(order, 4, undefined))).toEqual(first)
    expect(await shippedOf(world, order)).toBe(4)
  }))

test('I3: an answer that got lost does not ship again', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    let answers = 0
    world.simulator.faults.rewriteAnswers((body) => {
      answers += 1
      return answers === 2 ? '' : body
    })
    await expect(world.operations.ship(parcel(order, 1, 'A'))).rejects.toMatchObject({
      kind: 'malformed',
      sent: true,
    })
    world.simulator.faults.rewriteAnswers(undefined)
    await world.operations.ship(parcel(order, 1, 'A'))
    expect(await shippedOf(world, order)).toBe(1)
  }))

test.each([
  ['more units than are left', 5, 'invalid'],
  ['no units', 0, 'invalid'],
])('%s: %i', (_, quantity, kind) =>
  withShop({}, async (world) => {
    const order = await placed(world)
    const shipment = { ...parcel(order, quantity, 'A'), ...(quantity === 0 ? { lines: [] } : {}) }
    await expect(world.operations.ship(shipment)).rejects.toMatchObject({ kind })
    expect(await shippedOf(world, order)).toBe(0)
  }),
)

test('a cancelled order cannot be shipped, and says in which state it is', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    const path = `/_control/orders/${encodeURIComponent(order.externalId)}/cancel`
    await fetch(`${world.simulator.url}${path}`, { method: 'POST' })
    await expect(world.operations.ship(parcel(order, 1, 'A'))).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('CANCELLED'),
    })
  }))

/** An order of five, three of which Shopify takes from one location and two from another. */
async function placedAtTwo(world: ConnectedShop) {
  const [level] = await world.seed({ quantity: 3 })
  const [, other] = await world.operations.locations()
  await world.operations.setLevels([
    {
      writeId: 'w',
      stockUnitId: level?.stockUnitId ?? '',
      locationId: other?.externalId ?? '',
      quantity: 2,
      expected: undefined,
    },
  ])
  return await world.operations.order(await world.buy('S-0', 5))
}

test('a parcel is shipped from the one location that has it all', () =>
  withShop({ locations: ['A', 'B'] }, async (world) => {
    const order = await placedAtTwo(world)
    await world.operations.ship(parcel(order, 3, 'B'))
    await world.operations.ship(parcel(order, 2, 'C'))
    expect(await shippedOf(world, order)).toBe(5)
    const [sold] = world.simulator.shop.orders.values()
    expect(sold?.fulfillments.map(({ lines }) => lines.map(({ quantity }) => quantity))).toEqual([[3], [2]])
  }))

test('a parcel whose units Shopify took from two locations is told at each of them, and told again it is the same', () =>
  withShop({ locations: ['A', 'B'] }, async (world) => {
    const order = await placedAtTwo(world)
    const first = await world.operations.ship(parcel(order, 5, 'A'))
    expect(await world.operations.ship(parcel(order, 5, 'A'))).toEqual(first)
    const [sold] = world.simulator.shop.orders.values()
    expect(sold?.fulfillments).toHaveLength(2)
    expect(new Set(sold?.fulfillments.map(({ locationId }) => locationId)).size).toBe(2)
    expect(sold?.fulfillments.map(({ tracking }) => tracking.number)).toEqual(['A', 'A'])
    expect(await shippedOf(world, order)).toBe(5)
  }))

test('I3: a parcel that was cut off between two locations is told to its end, each unit once', () =>
  withShop({ locations: ['A', 'B'] }, async (world) => {
    const order = await placedAtTwo(world)
    let answers = 0
    world.simulator.faults.rewriteAnswers((body) => {
      answers += 1
      return answers === 2 ? '' : body
    })
    await expect(world.operations.ship(parcel(order, 5, 'A'))).rejects.toMatchObject({ kind: 'malformed' })
    world.simulator.faults.rewriteAnswers(undefined)
    expect(await shippedOf(world, order)).toBe(3)
    await world.operations.ship(parcel(order, 5, 'A'))
    expect(await shippedOf(world, order)).toBe(5)
    await world.operations.ship(parcel(order, 5, 'A'))
    expect(await shippedOf(world, order)).toBe(5)
    await expect(world.operations.ship(parcel(order, 1, 'D'))).rejects.toMatchObject({ kind: 'conflict' })
  }))

test('a merchant moves an order to another location: the parcel leaves from there, whatever the order said before', () =>
  withShop({ locations: ['A', 'B'] }, async (world) => {
    const order = await placed(world)
    const [first, other] = await world.operations.locations()
    expect(order.locationId).toBe(first?.externalId)
    const [sold] = world.simulator.shop.orders.values()
    if (sold === undefined) throw new Error('it was sold')
    moveOrder(world.simulator.shop, sold, other?.externalId ?? '')
    expect((await world.operations.order(order.externalId)).locationId).toBe(other?.externalId)
    await world.operations.ship(parcel(order, 4, 'A'))
    expect(sold.fulfillments.map(({ locationId }) => gid('Location', locationId))).toEqual([
      other?.externalId,
    ])
    expect(await shippedOf(world, order)).toBe(4)
  }))

test('moved when a part had left: what left stays where it was, the rest leaves from the new location', () =>
  withShop({ locations: ['A', 'B'] }, async (world) => {
    const order = await placed(world)
    await world.operations.ship(parcel(order, 1, 'A'))
    const [sold] = world.simulator.shop.orders.values()
    const [first, other] = await world.operations.locations()
    if (sold === undefined) throw new Error('it was sold')
    moveOrder(world.simulator.shop, sold, other?.externalId ?? '')
    await world.operations.ship(parcel(order, 3, 'B'))
    expect(sold.fulfillments.map(({ locationId }) => gid('Location', locationId))).toEqual([
      first?.externalId,
      other?.externalId,
    ])
    expect(await shippedOf(world, order)).toBe(4)
    // Told again, each is the one that was told.
    await world.operations.ship(parcel(order, 1, 'A'))
    await world.operations.ship(parcel(order, 3, 'B'))
    expect(sold.fulfillments).toHaveLength(2)
  }))

test.each([
  ['all of it', 4],
  ['one of the two locations that have it', 3],
])('what is on hold (%s) is told as such, and told again once it is released', (_, quantity) =>
  withShop({ locations: ['A', 'B'] }, async (world) => {
    const order = quantity === 4 ? await placed(world) : await placedAtTwo(world)
    const [sold] = world.simulator.shop.orders.values()
    const [site] = sold?.fulfillmentOrders ?? []
    if (sold === undefined || site === undefined) throw new Error('it was sold')
    holdFulfillment(world.simulator.shop, sold, site)
    const all = parcel(order, quantity === 4 ? 4 : 5, 'A')
    // Not refused for good: that would be told to a person as a parcel that Shopify never takes.
    await expect(world.operations.ship(all)).rejects.toMatchObject({
      kind: 'conflict',
      message: expect.stringContaining('ON_HOLD'),
    })
    expect(await shippedOf(world, order)).toBe(0)
    releaseFulfillment(world.simulator.shop, sold, site)
    await world.operations.ship(all)
    expect(await shippedOf(world, order)).toBe(quantity === 4 ? 4 : 5)
  }),
)

test('more units than there are, held ones included, are refused for good', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    const [sold] = world.simulator.shop.orders.values()
    const [site] = sold?.fulfillmentOrders ?? []
    if (sold === undefined || site === undefined) throw new Error('it was sold')
    await world.operations.ship(parcel(order, 2, 'A'))
    holdFulfillment(world.simulator.shop, sold, site)
    await expect(world.operations.ship(parcel(order, 3, 'B'))).rejects.toMatchObject({ kind: 'invalid' })
  }))
