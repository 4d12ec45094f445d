import type { Cancellation, ExternalOrder } from '@plimsoll/connector-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unitsToCancel } from './allocation.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

const SERVICE = 'Plimsoll'
const serviceScopes = [
  'read_products',
  'write_inventory',
  'read_locations',
  // Includes reading them.
  'write_orders',
  'write_merchant_managed_fulfillment_orders',
  'write_assigned_fulfillment_orders',
  'write_fulfillments',
]

async function placed({ seed, buy, operations }: ConnectedShop, quantity = 4): Promise<ExternalOrder> {
  await seed({})
  return operations.order(await buy('S-0', quantity))
}
const whole = (order: ExternalOrder): Cancellation => ({
  orderExternalId: order.externalId,
  lines: undefined,
  reason: 'out-of-stock',
  notifyCustomer: false,
})
const units = (order: ExternalOrder, quantity: number, cancellationId?: string): Cancellation => ({
  ...whole(order),
  ...(cancellationId !== undefined && { cancellationId }),
  lines: order.lines.map(({ externalId }) => ({ lineExternalId: externalId, quantity })),
})
const shown = async ({ operations }: ConnectedShop, order: ExternalOrder) => {
  const now = await operations.order(order.externalId)
  const [level] = await operations.levels([
    {
      stockUnitId: await operations
        .listing(order.lines[0]?.listingExternalId ?? '')
        .then((row) => row.stockUnitId),
      locationId: (await operations.locations())[0]?.externalId ?? '',
    },
  ])
  return { state: now.state, current: now.lines[0]?.current, available: level?.quantity }
}

test('the whole order: its units are available again; the reason is told', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    await world.operations.cancel?.(whole(order))
    expect(await shown(world, order)).toEqual({ state: 'cancelled', current: 0, available: 10 })
    expect([...world.simulator.shop.orders.values()][0]?.cancelReason).toBe('INVENTORY')
  }))

test('I3: some units; under one id once, under another again', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    await world.operations.cancel?.(units(order, 1, 'a'))
    await world.operations.cancel?.(units(order, 1, 'a'))
    expect(await shown(world, order)).toEqual({ state: 'open', current: 3, available: 7 })
    await world.operations.cancel?.(units(order, 1, 'b'))
    expect(await shown(world, order)).toEqual({ state: 'open', current: 2, available: 8 })
  }))

test('what has shipped stays shipped, the rest is cancelled', () =>
  withShop({}, async (world) => {
    const order = await placed(world)
    await world.operations.ship({
      shipmentId: 's',
      orderExternalId: order.externalId,
      lines: order.lines.map(({ externalId }) => ({ lineExternalId: externalId, quantity: 3 })),
      tracking: undefined,
      notifyCustomer: false,
    })
    await world.operations.cancel?.(whole(order))
    expect(await shown(world, order)).toEqual({ state: 'closed', current: 3, available: 7 })
  }))

test('more units than are left, and a right that is missing, are refused', () =>
  withShop(
    {
      scopes: [
        'read_products',
        'read_orders',
        'write_inventory',
        'read_locations',
        'write_merchant_managed_fulfillment_orders',
      ],
    },
    async (world) => {
      const order = await placed(world)
      await expect(world.operations.cancel?.(units(order, 5))).rejects.toMatchObject({ kind: 'invalid' })
      await expect(world.operations.cancel?.(units(order, 1))).rejects.toMatchObject({ kind: 'forbidden' })
      await expect(world.operations.cancel?.(whole(order))).rejects.toMatchObject({ kind: 'forbidden' })
      expect(await shown(world, order)).toEqual({ state: 'open', current: 4, available: 6 })
    },
  ))

test('units are given back to the locations that they were taken from, never more than are left', () => {
  const order = (id: string, locationId: string, remaining: number[]) => ({
    id,
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    assignedLocation: { location: { id: locationId } },
    lines: remaining.map((remainingQuantity, at) => ({
      id: `${id}-${at}`,
      remainingQuantity,
      lineItem: { id: `line-${at}` },
    })),
  })
  const left = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(left, left, fc.integer({ min: 0, max: 20 }), (a, b, wanted) => {
      const orders = [order('A', 'here', a), order('B', 'there', b)]
      const there = (a[0] ?? 0) + (b[0] ?? 0)
      const asked = [{ lineExternalId: 'line-0', quantity: wanted }]
      if (wanted > there) {
        expect(() => unitsToCancel(orders, asked)).toThrow(/fewer/)
        return
      }
      const rows = unitsToCancel(orders, asked)
      expect(rows.reduce((sum, row) => sum + row.quantity, 0)).toBe(wanted)
      for (const { locationId, quantity, lineItemId } of rows) {
        expect(lineItemId).toBe('line-0')
        expect(quantity).toBeLessThanOrEqual((locationId === 'here' ? a : b)[0] ?? 0)
      }
    }),
  )
})

describe('as a fulfilment service', () => {
  /** An order of four, all of it from the service's location, with a request of that status. */
  async function requested(
    world: ConnectedShop,
    requestStatus: 'SUBMITTED' | 'ACCEPTED' | 'CANCELLATION_REQUESTED',
  ) {
    await world.operations.registerWebhooks('https://hub.example/in')
    const order = await placed(world)
    const [sold] = world.simulator.shop.orders.values()
    const [site] = sold?.fulfillmentOrders ?? []
    const service = [...world.simulator.shop.locations.values()].find((each) => each.isOurs)
    if (site === undefined || service === undefined) throw new Error('no fulfilment order')
    Object.assign(site, { locationId: service.id, requestStatus })
    return { order, site }
  }
  const options = { fulfillmentService: SERVICE, scopes: serviceScopes }
  const parcel = (order: ExternalOrder) => ({
    shipmentId: 's',
    orderExternalId: order.externalId,
    lines: order.lines.map(({ externalId, current }) => ({ lineExternalId: externalId, quantity: current })),
    tracking: { carrier: 'DHL', number: 'T1', url: undefined },
    notifyCustomer: false,
  })

  test('the service is made once, with a location that may be written', () =>
    withShop(options, async ({ operations }) => {
      await operations.registerWebhooks('https://hub.example/in')
      await operations.registerWebhooks('https://hub.example/in')
      const locations = await operations.locations()
      expect(locations.map(({ name, active }) => [name, active])).toEqual([
        ['Main warehouse', true],
        [SERVICE, true],
      ])
      expect((await operations.check()).missingScopes).toEqual([])
    }))

  test('shipping accepts the request first', () =>
    withShop(options, async (world) => {
      const { order, site } = await requested(world, 'SUBMITTED')
      await world.operations.ship(parcel(order))
      expect(site).toMatchObject({ requestStatus: 'ACCEPTED', status: 'CLOSED' })
      expect(await world.operations.order(order.externalId)).toMatchObject({ state: 'closed' })
    }))

  test('a cancellation that was requested after the parcel left is rejected', () =>
    withShop(options, async (world) => {
      const { order, site } = await requested(world, 'CANCELLATION_REQUESTED')
      await world.operations.ship(parcel(order))
      expect(site).toMatchObject({ requestStatus: 'CANCELLATION_REJECTED', status: 'CLOSED' })
    }))

  test.each([
    ['SUBMITTED', 'REJECTED'],
    ['CANCELLATION_REQUESTED', 'CANCELLATION_ACCEPTED'],
    ['ACCEPTED', 'CLOSED'],
  ] as const)(
    'what cannot be served goes back to the merchant, whose order it stays: %s',
    (asked, answered) =>
      withShop(options, async (world) => {
        const { order, site } = await requested(world, asked)
        await expect(world.operations.cancel?.(units(order, 1))).rejects.toMatchObject({ kind: 'invalid' })
        await world.operations.cancel?.(whole(order))
        expect(site.requestStatus).toBe(answered)
        expect(await world.operations.order(order.externalId)).toMatchObject({ state: 'open' })
      }),
  )
})
