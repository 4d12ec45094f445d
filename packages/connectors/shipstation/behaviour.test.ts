import { manualClock } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import { connector } from './index.ts'
import { V1_PER_MINUTE, V2_PER_MINUTE } from './limits.ts'
import { fieldIn, toRefusal } from './refusals.ts'
import { nextCursor } from './stock.ts'
import { shipmentOf, withAccount } from './testing/connected-account.ts'

const since = new Date(0)
const answer = (status: number, text = '', headers: Record<string, string> = {}) => ({
  status,
  text,
  headers,
  date: undefined,
  durationMs: 0,
})

describe('asking for a shipment', () => {
  test('sent again while it is open it is the same; once it has left it is not opened again', () =>
    withAccount(async ({ warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const made = await warehouse.requestShipment(request)
      expect(await warehouse.requestShipment(request)).toEqual(made)
      const id = floor.requests.all()[0]?.id ?? 0
      floor.requests.step(id, { step: 'ship' })
      expect(await warehouse.requestShipment(request)).toEqual(made)
      expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('shipped')
      expect(floor.requests.all()).toHaveLength(1)
      expect(floor.verdict()).toMatchObject({ shippedTwice: 0 })
    }))

  test('one that was cancelled is not opened again either', () =>
    withAccount(async ({ warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const made = await warehouse.requestShipment(request)
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId: made.externalId })
      expect(await warehouse.requestShipment(request)).toEqual(made)
      expect((await warehouse.findShipment(request.shipmentId))?.state).toBe('cancelled')
    }))

  test('a SKU is looked up once; of many, all products are read; one that goes by another id is refused', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const lookUps = () => exchanges.filter(({ operation }) => operation === 'knownUnits').length
      const request = shipmentOf({ floor }, ['S-1'])
      await warehouse.requestShipment(request)
      await warehouse.requestShipment({ ...request, shipmentId: crypto.randomUUID() })
      expect(lookUps()).toBe(1)
      await warehouse.requestShipment(shipmentOf({ floor }, ['A', 'B', 'C', 'D', 'E', 'F']))
      expect(lookUps()).toBe(2)
      const lines = request.lines.map((line) => ({ ...line, stockUnitId: '424242' }))
      await expect(
        warehouse.requestShipment({ ...request, shipmentId: crypto.randomUUID(), lines }),
      ).rejects.toMatchObject({ kind: 'invalid', field: 'lines.sku' })
      expect(floor.requests.all()).toHaveLength(3)
    }))

  test('a failed look-up says that the request never left', () =>
    withAccount(async ({ simulator, warehouse, floor }) => {
      simulator.faults.set({ dropResponseRate: 1 })
      await expect(warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))).rejects.toMatchObject({
        sent: false,
      })
      expect(floor.requests.all()).toEqual([])
    }))

  test('three lines of a street, the country in capitals, and our keys', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      await warehouse.requestShipment(request)
      expect(exchanges.at(-1)?.body).toMatchObject({
        orderKey: request.shipmentId,
        shipTo: {
          street1: '100 Nowhere Blvd',
          street2: 'Suite 100',
          street3: 'Back door',
          country: 'US',
        },
        items: [{ lineItemKey: request.lines[0]?.lineId, sku: 'S-1', quantity: 2 }],
      })
    }))

  type Request = ReturnType<typeof shipmentOf>
  const to = (recipient: Partial<Request['recipient']>) => (good: Request) => ({
    ...good,
    recipient: { ...good.recipient, ...recipient },
  })
  test.each<[string, (good: Request) => Request]>([
    ['lines.lot', (good) => ({ ...good, lines: good.lines.map((line) => ({ ...line, lot: 'L-1' })) })],
    ['lines', (good) => ({ ...good, lines: [] })],
    ['number', (good) => ({ ...good, number: '#'.repeat(51) })],
    ['recipient.city', to({ city: ' ' })],
    ['recipient.country', to({ country: 'Atlantis' })],
    ['recipient.addressLines', to({ addressLines: ['  '] })],
    ['recipient.name', to({ name: ' ' })],
    ['locationId', (good) => ({ ...good, locationId: 'a warehouse' })],
  ])('%s is refused before anything is sent', (field, spoil) =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = spoil(shipmentOf({ floor }, ['S-1']))
      await expect(warehouse.requestShipment(request)).rejects.toMatchObject({ kind: 'invalid', field })
      expect(exchanges).toEqual([])
    }),
  )
})

describe('cancelling', () => {
  test('labelled between our look and our word, it ships', () =>
    withAccount(async ({ simulator, warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const { externalId } = await warehouse.requestShipment(request)
      let reads = 0
      simulator.faults.rewriteAnswers((body) => {
        reads += 1
        // After the order and its labels were read.
        if (reads === 2) floor.requests.step(Number(externalId), { step: 'ship' })
        return body
      })
      const shipment = { shipmentId: request.shipmentId, externalId }
      expect(await warehouse.cancelShipment?.(shipment)).toBe('too-late')
      expect(reads).toBe(4)
    }))

  test('of one that has a label nothing is written, although it is still open', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const { externalId } = await warehouse.requestShipment(request)
      floor.requests.step(Number(externalId), { step: 'ship-part', lines: [{ sku: 'S-1', quantity: 1 }] })
      exchanges.length = 0
      const shipment = { shipmentId: request.shipmentId, externalId }
      expect(await warehouse.cancelShipment?.(shipment)).toBe('too-late')
      const asked = exchanges.map(({ operation }) => operation)
      expect(asked).toEqual(['cancelShipment.order', 'cancelShipment.parcels'])
    }))

  test('what is written back is what was read, but for its status', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = { ...shipmentOf({ floor }, ['S-1']), note: 'Ring twice' }
      const { externalId } = await warehouse.requestShipment(request)
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId })
      expect(exchanges.at(-1)?.body).toMatchObject({
        orderKey: request.shipmentId,
        orderStatus: 'cancelled',
        internalNotes: 'Ring twice',
        advancedOptions: { warehouseId: Number(request.locationId), parentId: null },
      })
    }))
})

describe('following', () => {
  test('of a few orders each is asked for its labels; of many the labels since then, and those of older ones', async () => {
    const clock = manualClock()
    await withAccount(
      async ({ warehouse, floor, exchanges }) => {
        const old = shipmentOf({ floor }, ['S-1'])
        const { externalId } = await warehouse.requestShipment(old)
        const sku = 'S-1'
        floor.requests.step(Number(externalId), { step: 'ship-part', lines: [{ sku, quantity: 1 }] })
        await clock.advance(3_600_000)
        const from = new Date(clock.now())
        floor.requests.step(Number(externalId), { step: 'ship' })
        for (let at = 0; at < 5; at += 1) await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
        exchanges.length = 0
        const page = await warehouse.shipments?.({ since: from, cursor: undefined })
        expect(page?.rows).toHaveLength(6)
        // The labels since then are only half of what left of the older one.
        const found = page?.rows.find((row) => row.externalId === externalId)
        expect(found?.parcels).toHaveLength(2)
        const reads = exchanges.filter(({ operation }) => operation === 'shipments.parcels')
        expect(reads.map(({ url }) => url.includes('orderId='))).toEqual([false, true])
      },
      { clock },
    )
  })

  test('orders that others made are left out', () =>
    withAccount(async ({ warehouse, floor }) => {
      const { recipient, locationId } = shipmentOf({ floor }, ['S-1'])
      floor.requests.ask({
        reference: 'by-hand',
        number: '1',
        facilityId: locationId,
        recipient,
        lines: [{ sku: 'S-1', quantity: 1 }],
      })
      expect((await warehouse.shipments?.({ since, cursor: undefined }))?.rows).toEqual([])
    }))

  test('a filter by order that is not taken hands over nobody else’s labels', () =>
    withAccount(async ({ simulator, warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const { externalId } = await warehouse.requestShipment(request)
      floor.requests.step(Number(externalId), { step: 'ship' })
      simulator.faults.rewriteAnswers((body) =>
        body.includes('"shipments"') ? body.replaceAll(`"orderId":${externalId}`, '"orderId":1') : body,
      )
      expect((await warehouse.findShipment(request.shipmentId))?.parcels).toEqual([])
    }))
})

describe('stock', () => {
  test('unless the settings call it right, nothing is told of it and nothing asked', () =>
    withAccount(async ({ open, floor, exchanges }) => {
      shipmentOf({ floor }, ['S-1'])
      const { operations } = open({}, { stock: 'advisory' })
      expect(await operations.counts?.(undefined)).toMatchObject({ rows: [], next: undefined })
      expect(exchanges).toEqual([])
    }))

  test('inventory lies where its name says, or the settings; the rest is named and left out', () =>
    withAccount(async ({ simulator, open, floor }) => {
      shipmentOf({ floor }, ['S-1'])
      simulator.faults.rewriteAnswers((body) =>
        body.includes('inventory_warehouses') ? body.replace('"Garage"', '"Main stock"') : body,
      )
      const alone = open()
      expect((await alone.operations.counts?.(undefined))?.rows).toEqual([])
      expect((await alone.operations.check()).warnings.join()).toContain('Main stock')
      const said = open({}, { inventoryWarehouses: ['garage = Main stock'] })
      expect((await said.operations.counts?.(undefined))?.rows).toMatchObject([{ onHand: 10 }])
      expect((await said.operations.check()).warnings).toEqual([])
    }))

  test('a SKU of the inventory that is no product cannot be read; the others go on', () =>
    withAccount(async ({ simulator, floor, operations }) => {
      shipmentOf({ floor }, ['S-1', 'S-2'])
      simulator.faults.rewriteAnswers((body) =>
        body.includes('"inventory"') ? body.replace('"S-1"', '"GHOST"') : body,
      )
      const page = await operations.counts?.(undefined)
      expect(page?.rows).toHaveLength(1)
      expect(page?.unreadable).toEqual([{ externalId: 'GHOST', version: undefined }])
    }))

  test('a page’s address is followed by what it asks for alone: the key never goes to another host', () => {
    expect(nextCursor('https://elsewhere.example/v2/inventory?cursor=7&limit=9')).toBe('cursor=7&limit=9')
    expect(nextCursor('/v2/inventory')).toBeUndefined()
    expect(nextCursor(null)).toBeUndefined()
  })
})

describe('access and limits', () => {
  test('each key is checked', () =>
    withAccount(async ({ open }) => {
      for (const wrong of [{ apiKey: 'x' }, { apiSecret: 'x' }, { apiKeyV2: 'x' }])
        await expect(open(wrong).operations.check()).rejects.toMatchObject({ kind: 'unauthorized' })
    }))

  test('a store that is not there is said before going live', () =>
    withAccount(async ({ open }) => {
      const { warnings } = await open({}, { storeId: '777' }).operations.check()
      expect(warnings.join()).toContain('777')
    }))

  test('neither budget meets its limit, whenever a burst begins', () => {
    const limits = { v1: V1_PER_MINUTE, v2: V2_PER_MINUTE }
    for (const spec of connector.manifest.budgets) {
      if (spec.kind !== 'token-bucket') throw new Error('token buckets')
      expect(spec.capacity + 60 * spec.refillPerSecond).toBeLessThanOrEqual(
        limits[spec.name as keyof typeof limits],
      )
    }
  })

  test('what is left of a minute is learned: others spend it too', () =>
    withAccount(
      async ({ operations, open }) => {
        // Somebody else has all but one.
        for (let at = 0; at < 4; at += 1) await open().operations.locations()
        await operations.locations()
        const before = performance.now()
        await operations.locations().catch(() => undefined)
        expect(performance.now() - before).toBeGreaterThan(1_000)
      },
      { v1PerMinute: 5 },
    ))

  test('past a minute’s requests it is told how long to wait', () => {
    const refused = (headers: Record<string, string>) => toRefusal(answer(429, '', headers), 'shipments')
    expect(refused({ 'x-rate-limit-reset': '17' })).toMatchObject({ retryAfterMs: 17_000 })
    expect(refused({ 'retry-after': '3', 'x-rate-limit-reset': '17' })).toMatchObject({ retryAfterMs: 3_000 })
    expect(refused({})).toMatchObject({ kind: 'rate-limited', retryAfterMs: undefined })
    expect(toRefusal(answer(403), 'counts')).toMatchObject({ kind: 'forbidden' })
    expect(toRefusal(answer(500), 'counts')).toBeUndefined()
  })

  test.each([
    ['{"ModelState":{"apiOrder.shipTo.city":["Springfield is no city"]}}', 'recipient.city'],
    ['{"ModelState":{"apiOrder.items[0].sku":["x"]}}', 'lines.sku'],
    ['{"errors":[{"field_name":"ship_to.postal_code","message":"Pat Example"}]}', 'recipient.postalCode'],
    ['{"ModelState":{"Pat Example of Springfield":["x"]}}', undefined],
    ['{"Message":"Pat Example"}', undefined],
    ['not JSON', undefined],
    ['null', undefined],
  ])('of the refusal %s the field is %s', (text, field) => {
    expect(fieldIn(answer(400, text))).toBe(field)
  })
})
