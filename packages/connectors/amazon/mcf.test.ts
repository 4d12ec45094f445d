import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { manualClock, type ShipmentRequest, type WarehouseOperations } from '@plimsoll/connector-kit'
import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import { expect, test } from 'vitest'
import { atOnce, type ConnectedAccount, withAccount } from './testing/connected-account.ts'

/** What the suite of all warehouses does not know of Amazon's. */

const [somebody] = sampleRecipients
function requestOf(sku: string, quantity: number, shipmentId: string = randomUUID()): ShipmentRequest {
  if (somebody === undefined) throw new Error('nobody is there')
  return {
    shipmentId,
    number: '#1001',
    placedAt: new Date(Date.UTC(2026, 10, 26)),
    locationId: 'FBA',
    recipient: somebody,
    lines: [
      {
        lineId: randomUUID(),
        sku,
        stockUnitId: sku,
        quantity,
        title: sku,
        lot: undefined,
        unitValue: undefined,
      },
    ],
    method: undefined,
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
  }
}
const warehouseOf = ({ operations }: Pick<ConnectedAccount, 'operations'>): WarehouseOperations => {
  if (operations.warehouse === undefined) throw new Error('nothing is sent for others')
  return operations.warehouse
}
const stepOf =
  ({ simulator: { floor } }: ConnectedAccount) =>
  (id: string, ...steps: Parameters<typeof floor.requests.step>[1][]) => {
    for (const step of steps)
      expect(floor.requests.step(floor.requests.byReference(id)?.id ?? 0, step)).toEqual({ kind: 'done' })
  }

test('switched off, it sends nothing for others and follows nothing', () =>
  withAccount({ ...atOnce, settings: { multiChannel: false } }, async ({ operations }) => {
    expect(operations.warehouse).toBeUndefined()
    expect(operations.stream).toBeUndefined()
    expect(operations.counts).toBeDefined()
  }))

test.each(['2026-01-01', 'v0'] as const)(
  'what it sends for others is in its own list of orders, and never read as a sale (%s)',
  (ordersApi) =>
    withAccount({ ...atOnce, settings: { ordersApi } }, async (account) => {
      await account.seed({ sku: 'KEPT', quantity: 5, keptByPlatform: true }, { sku: 'OWN' })
      await warehouseOf(account).requestShipment(requestOf('KEPT', 2))
      const sold = await account.buy('OWN', 1)
      expect(account.simulator.account.orders.size).toBe(2)
      const { rows, unreadable = [] } = await account.operations.orders({
        since: new Date(0),
        cursor: undefined,
      })
      expect([...rows, ...unreadable].map(({ externalId }) => externalId)).toEqual([sold])
    }),
)

test('what it is asked for leaves its number at once, and a request that comes to nothing gives it back', () =>
  withAccount(atOnce, async (account) => {
    await account.seed({ sku: 'KEPT', quantity: 5, keptByPlatform: true })
    const available = async () => (await account.operations.counts?.(undefined))?.rows[0]?.available
    const request = requestOf('KEPT', 3)
    await warehouseOf(account).requestShipment(request)
    expect(await available()).toBe(2)
    expect((await account.operations.counts?.(undefined))?.rows[0]).not.toHaveProperty('onHand')
    const { shipmentId } = request
    expect(await warehouseOf(account).cancelShipment?.({ shipmentId, externalId: shipmentId })).toBe(
      'cancelled',
    )
    expect(await available()).toBe(5)
    // More than there is: Amazon takes it, and finds it not valid a moment later.
    const tooMuch = requestOf('KEPT', 6)
    await warehouseOf(account).requestShipment(tooMuch)
    expect(await warehouseOf(account).findShipment(tooMuch.shipmentId)).toMatchObject({
      state: 'rejected',
      problem: { code: 'Invalid' },
      parcels: [],
    })
    expect(await available()).toBe(5)
  }))

test('a parcel that leaves while others are picked changes no status: it is looked at again after ten minutes', async () => {
  const clock = manualClock(Date.UTC(2026, 10, 26))
  await withAccount({ ...atOnce, clock }, async (account) => {
    await account.seed({ sku: 'KEPT', quantity: 9, keptByPlatform: true })
    const request = requestOf('KEPT', 3)
    await warehouseOf(account).requestShipment(request)
    const step = stepOf(account)
    step(request.shipmentId, { step: 'accept' })
    const read = async (since: number) =>
      (await warehouseOf(account).shipments?.({ since: new Date(since), cursor: undefined }))?.rows ?? []
    expect(await read(0)).toMatchObject([{ state: 'working', parcels: [] }])
    await clock.advance(60_000)
    step(request.shipmentId, { step: 'ship-part', lines: [{ sku: 'KEPT', quantity: 1 }] })
    const asked = account.calls.length
    // Its status has not changed since, and it was looked at a moment ago.
    expect(await read(clock.now())).toEqual([])
    expect(account.calls.length - asked).toBe(1)
    await clock.advance(10 * 60_000)
    expect(await read(clock.now())).toMatchObject([
      { state: 'working', parcels: [{ lines: [{ quantity: 1 }] }] },
    ])
    step(request.shipmentId, { step: 'ship' })
    expect(await read(clock.now() - 1_000)).toMatchObject([{ state: 'shipped', parcels: [{}, {}] }])
  })
})

test('what Amazon carries itself is followed on its own page', () =>
  withAccount({ ...atOnce, carrier: 'AMZN_US' }, async (account) => {
    await account.seed({ sku: 'KEPT', quantity: 9, keptByPlatform: true })
    const request = requestOf('KEPT', 1)
    await warehouseOf(account).requestShipment(request)
    stepOf(account)(request.shipmentId, { step: 'ship' })
    const found = await warehouseOf(account).findShipment(request.shipmentId)
    expect(found?.parcels[0]?.trackingUrl).toContain('swiship.com')
  }))

test('orders that others made in its list are left out, and cost no call', () =>
  withAccount(atOnce, async (account) => {
    await account.seed({ sku: 'KEPT', quantity: 9, keptByPlatform: true })
    if (somebody === undefined) throw new Error('nobody is there')
    const asked = account.simulator.floor.requests.ask({
      reference: 'CONSUMER-2026-1',
      number: '1',
      facilityId: 'FBA',
      recipient: somebody,
      lines: [{ sku: 'KEPT', quantity: 1 }],
    })
    if (asked.kind !== 'received') throw new Error(asked.kind)
    account.simulator.floor.requests.step(asked.request.id, { step: 'ship' })
    const page = await warehouseOf(account).shipments?.({ since: new Date(0), cursor: undefined })
    expect(page?.rows).toEqual([])
    expect(account.calls.map(({ operation }) => operation).filter((each) => each !== 'token')).toEqual([
      'shipments',
    ])
  }))

test('many that may have parcels are looked at few at a time, and none is passed over', () =>
  withAccount(
    { ...atOnce, sendingPerPage: 15, limits: { getFulfillmentOrder: { rate: 200, burst: 100 } } },
    async (account) => {
      await account.seed({ sku: 'KEPT', quantity: 900, keptByPlatform: true })
      const ids: string[] = []
      for (let at = 0; at < 25; at += 1) {
        const request = requestOf('KEPT', 1)
        await warehouseOf(account).requestShipment(request)
        stepOf(account)(request.shipmentId, { step: 'ship' })
        ids.push(request.shipmentId)
      }
      const found: (string | undefined)[] = []
      let pages = 0
      for (let cursor: string | undefined; ; ) {
        const before = account.calls.filter(({ operation }) => operation === 'shipments.one').length
        const page = await warehouseOf(account).shipments?.({ since: new Date(0), cursor })
        const looks = account.calls.filter(({ operation }) => operation === 'shipments.one').length - before
        expect(looks).toBeLessThanOrEqual(8)
        found.push(...(page?.rows ?? []).map(({ shipmentId }) => shipmentId))
        pages += 1
        cursor = page?.next
        if (cursor === undefined) break
      }
      expect(pages).toBeGreaterThan(3)
      expect(found.sort()).toEqual(ids.sort())
    },
  ))

test('what Amazon says of a request is told by its field, and never in its words', () =>
  withAccount(atOnce, async (account) => {
    await account.seed({ sku: 'KEPT', quantity: 5, keptByPlatform: true })
    // The token is there by now.
    expect(await warehouseOf(account).findShipment(randomUUID())).toBeUndefined()
    const name = somebody?.name ?? ''
    for (const [message, field] of [
      [`The postal code of '${name}' is invalid.`, 'recipient.postalCode'],
      [`'${name}' has an address that cannot be delivered to.`, 'recipient'],
      ['the SellerSKU for Item Id: 1 is invalid.', 'lines.sku'],
      [`Something else about "${name}".`, 'request'],
    ]) {
      const body = JSON.stringify({ errors: [{ code: 'InvalidInput', message, details: name }] })
      account.simulator.faults.answerNext({
        status: 400,
        headers: { 'content-type': 'application/json' },
        body,
      })
      const error: unknown = await warehouseOf(account)
        .requestShipment(requestOf('KEPT', 1))
        .catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ kind: 'invalid', field })
      expect(inspect(error, { depth: 10 })).not.toContain(name)
    }
  }))
