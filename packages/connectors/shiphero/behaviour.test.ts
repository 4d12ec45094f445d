import { describe, expect, test } from 'vitest'
import { shipmentOf, withAccount } from './testing/connected-account.ts'

const since = new Date(0)

describe('orders', () => {
  test('a failed look-up says that the request never left', () =>
    withAccount(async ({ simulator, warehouse, floor }) => {
      simulator.faults.set({ dropResponseRate: 1 })
      await expect(warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))).rejects.toMatchObject({
        sent: false,
      })
      expect(floor.requests.all()).toEqual([])
    }))

  test('a SKU is looked up once, and one that goes by another id is refused', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      await warehouse.requestShipment(request)
      await warehouse.requestShipment({ ...request, shipmentId: crypto.randomUUID() })
      expect(exchanges.filter(({ operation }) => operation === 'knownUnits')).toHaveLength(1)
      const lines = request.lines.map((line) => ({ ...line, stockUnitId: 'another' }))
      await expect(
        warehouse.requestShipment({ ...request, shipmentId: crypto.randomUUID(), lines }),
      ).rejects.toMatchObject({ kind: 'invalid', field: 'lines.sku' })
      expect(floor.requests.all()).toHaveLength(2)
    }))

  test('refused as a duplicate, the order that exists is the answer; one that is not shown yet is asked for again', () =>
    withAccount(
      async ({ simulator, warehouse, floor }) => {
        const request = shipmentOf({ floor }, ['S-1'])
        const made = await warehouse.requestShipment(request)
        expect(await warehouse.requestShipment(request)).toEqual(made)
        expect(floor.requests.all()).toHaveLength(1)
        simulator.faults.rewriteAnswers((body) => body.replaceAll(request.shipmentId, 'hidden'))
        await expect(warehouse.requestShipment(request)).rejects.toMatchObject({
          kind: 'unavailable',
          sent: true,
        })
      },
      { refusesDuplicates: true },
    ))

  test('of several orders under one reference the first that was not cancelled is meant', () =>
    withAccount(async ({ warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const ids = []
      for (let at = 0; at < 3; at += 1) ids.push((await warehouse.requestShipment(request)).externalId)
      expect((await warehouse.findShipment(request.shipmentId))?.externalId).toBe(ids[0])
      await warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId: ids[0] ?? '' })
      expect((await warehouse.findShipment(request.shipmentId))?.externalId).toBe(ids[1])
    }))

  test('two lines of one SKU stay two, each with our id', () =>
    withAccount(async ({ warehouse, floor }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      const lines = [
        ...request.lines,
        ...request.lines.map((line) => ({ ...line, lineId: crypto.randomUUID() })),
      ]
      const { externalId } = await warehouse.requestShipment({ ...request, lines })
      floor.requests.step(floor.requests.all()[0]?.id ?? 0, { step: 'ship' })
      const found = await warehouse.findShipment(request.shipmentId)
      expect(found?.externalId).toBe(externalId)
      const told = found?.parcels.flatMap((parcel) => parcel.lines.map(({ lineId }) => lineId))
      expect(told?.sort()).toEqual(lines.map(({ lineId }) => lineId).sort())
    }))

  test('an order with more lines than a list shows is read by itself; with more than can be read it is named', () =>
    withAccount(
      async ({ warehouse, floor, exchanges }) => {
        const skus = Array.from({ length: 60 }, (_, at) => `S-${at}`)
        const request = shipmentOf({ floor }, skus)
        await warehouse.requestShipment(request)
        await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
        for (const { id } of floor.requests.all()) floor.requests.step(id, { step: 'ship' })
        const page = await warehouse.shipments?.({ since, cursor: undefined })
        const units = page?.rows.flatMap(({ parcels }) => parcels.flatMap((parcel) => parcel.lines))
        expect(units).toHaveLength(61)
        expect(exchanges.filter(({ operation }) => operation === 'shipments.one')).toHaveLength(1)
        // By hand, past what the hub would ask for.
        floor.requests.ask({
          reference: 'by-hand',
          number: '1',
          facilityId: request.locationId,
          recipient: request.recipient,
          lines: Array.from({ length: 120 }, () => ({ sku: 'S-1', quantity: 1 })),
        })
        const again = await warehouse.shipments?.({ since, cursor: undefined })
        expect(again?.rows).toHaveLength(2)
        expect(again?.unreadable).toHaveLength(1)
      },
      { credits: 100_000 },
    ))

  type Request = ReturnType<typeof shipmentOf>
  const to = (recipient: Partial<Request['recipient']>) => (good: Request) => ({
    ...good,
    recipient: { ...good.recipient, ...recipient },
  })
  test.each<[string, (good: Request) => Request]>([
    ['lines.lot', (good) => ({ ...good, lines: good.lines.map((line) => ({ ...line, lot: 'L-1' })) })],
    ['lines', (good) => ({ ...good, lines: [] })],
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

  test('a list of others’ orders is not read: only those of our store', () =>
    withAccount(async ({ warehouse, floor, open }) => {
      await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
      const other = open(undefined, { shopName: 'another' })
      expect((await other.warehouse.shipments?.({ since, cursor: undefined }))?.rows).toEqual([])
      expect((await warehouse.shipments?.({ since, cursor: undefined }))?.rows).toHaveLength(1)
    }))
})

describe('stock', () => {
  test('lots of what is tracked by lot are read beside, unless switched off', () =>
    withAccount(async ({ floor, operations, open, exchanges }) => {
      const facilityId = floor.facilities[0]?.id ?? ''
      floor.addItem({ sku: 'LOTTED', title: 'x' })
      floor.addItem({ sku: 'PLAIN', title: 'x' })
      floor.adjust({ facilityId, sku: 'PLAIN', sellable: 5, reason: 'seeded' })
      const where = { facilityId, sku: 'LOTTED', reason: 'seeded' }
      floor.adjust({ ...where, lot: 'L-1', expiresOn: '2030-01-31', sellable: 4, damaged: 1 })
      floor.adjust({ ...where, lot: 'L-2', sellable: 2 })
      const count = async (from: typeof operations) =>
        (await from.counts?.(undefined))?.rows.find(({ onHand }) => onHand === 7)
      expect((await count(operations))?.lots).toEqual([
        { code: 'L-1', expiresOn: '2030-01-31', onHand: 5, held: 1 },
        { code: 'L-2', expiresOn: undefined, onHand: 2, held: 0 },
      ])
      const [read] = exchanges.filter(({ operation }) => operation === 'counts.lots')
      expect(Object.values(read?.variables ?? {})).not.toContain('PLAIN')
      exchanges.length = 0
      expect((await count(open(undefined, { lots: false }).operations))?.lots).toBeUndefined()
      expect(exchanges.filter(({ operation }) => operation === 'counts.lots')).toEqual([])
    }))

  test('a number below nought is a row that cannot be read; the others go on', () =>
    withAccount(async ({ simulator, floor, operations }) => {
      shipmentOf({ floor }, ['S-1', 'S-2'])
      simulator.faults.rewriteAnswers((body) => body.replace('"on_hand":10', '"on_hand":-3'))
      const page = await operations.counts?.(undefined)
      expect(page?.rows).toHaveLength(1)
      expect(page?.unreadable).toHaveLength(1)
    }))
})

describe('deliveries', () => {
  const noticeOf = ({ locationId, lines }: ReturnType<typeof shipmentOf>) => ({
    inboundId: crypto.randomUUID(),
    number: 'PO 1,2',
    locationId,
    expectedAt: undefined,
    carrier: undefined,
    trackingNumber: undefined,
    lines: lines.map((line) => ({ ...line, lot: undefined, expiresOn: undefined })),
  })

  test('one that was called off is announced anew', () =>
    withAccount(async ({ warehouse, floor }) => {
      const notice = noticeOf(shipmentOf({ floor }, ['S-1']))
      const first = await warehouse.announceInbound?.(notice)
      expect(await warehouse.announceInbound?.(notice)).toEqual(first)
      floor.intake.cancelInbound(floor.intake.inbounds()[0]?.id ?? 0)
      expect(await warehouse.announceInbound?.(notice)).not.toEqual(first)
    }))

  test('a delivery of more lines than a page is read whole, and its lots where there is one', () =>
    withAccount(
      async ({ warehouse, floor }) => {
        const skus = Array.from({ length: 70 }, (_, at) => `S-${at}`)
        await warehouse.announceInbound?.(noticeOf(shipmentOf({ floor }, skus)))
        const id = floor.intake.inbounds()[0]?.id ?? 0
        floor.intake.receive(
          id,
          skus.map((sku, at) => ({ sku, quantity: at + 1, lot: at === 0 ? 'L-1' : undefined })),
        )
        floor.intake.receive(id, [
          { sku: 'S-1', quantity: 1, lot: 'L-1' },
          { sku: 'S-1', quantity: 1, lot: 'L-2' },
        ])
        const [receipt] = (await warehouse.receipts?.({ since, cursor: undefined }))?.rows ?? []
        expect(receipt?.lines).toHaveLength(70)
        expect(receipt?.lines.find(({ sku }) => sku === 'S-0')?.lot).toBe('L-1')
        expect(receipt?.lines.find(({ sku }) => sku === 'S-1')).toMatchObject({ quantity: 4, lot: undefined })
      },
      { credits: 100_000 },
    ))

  test('of what was closed before, no lines are read', () =>
    withAccount(async ({ warehouse, floor, exchanges }) => {
      const facilityId = floor.facilities[0]?.id ?? ''
      floor.addItem({ sku: 'S-1', title: 'x' })
      for (let at = 0; at < 3; at += 1) {
        const lines = [{ sku: 'S-1', quantity: 1 }]
        floor.intake.announce({ reference: undefined, number: `PO-${at}`, facilityId, lines })
      }
      for (const { id } of floor.intake.inbounds()) floor.intake.close(id)
      const hour = new Date(Date.now() + 3_600_000)
      expect((await warehouse.receipts?.({ since: hour, cursor: undefined }))?.rows).toEqual([])
      expect(exchanges.filter(({ operation }) => operation === 'receipts.lines')).toEqual([])
      expect((await warehouse.receipts?.({ since, cursor: undefined }))?.rows).toHaveLength(3)
    }))
})
