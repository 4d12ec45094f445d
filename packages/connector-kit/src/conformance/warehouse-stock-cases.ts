import type { WarehouseTerms } from '../warehouse/operations.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import { awkwardSkus } from './listing-cases.ts'
import { allCounts, askedFor, countOf, floorOf, stepOn, warehouseOf } from './warehouse-world.ts'

/** Who we are there, where it stores, what it stores, and how much lies there. */
export function warehouseStockCases({ lots }: WarehouseTerms): ConformanceCase[] {
  return [
    {
      title: 'access: check() names the account and misses no right',
      async story({ operations }) {
        const found = await operations.check()
        expect(found.account).not.toBe('')
        expect(found.missingScopes).toEqual([])
      },
    },
    {
      title: 'access: wrong credentials are Unauthorized',
      async story({ open }) {
        await refusalOf(open('wrong').check(), 'unauthorized')
      },
    },
    {
      title: 'access: revoked credentials are Unauthorized in every operation',
      async story(world) {
        const { operations, simulator } = world
        const { request, externalId } = await askedFor(world)
        await operations.check() // whatever is cached now must not outlive the revocation
        simulator.faults.set({ revoked: true })
        const warehouse = warehouseOf(world)
        const stream = { since: new Date(0), cursor: undefined }
        const calls: (() => Promise<unknown> | undefined)[] = [
          () => operations.check(),
          () => operations.listings(undefined),
          () => operations.counts?.(undefined),
          () => warehouse.requestShipment({ ...request, shipmentId: '00000000-0000-4000-8000-000000000001' }),
          () => warehouse.findShipment(request.shipmentId),
          () => warehouse.cancelShipment?.({ shipmentId: request.shipmentId, externalId }),
          () => warehouse.shipments?.(stream),
          () => warehouse.receipts?.(stream),
          () => warehouse.returns?.(stream),
        ]
        for (const call of calls) {
          const made = call()
          if (made !== undefined) await refusalOf(made, 'unauthorized')
        }
        expect(simulator.faults.counts().revoked, 'the simulator refused them').toBeGreaterThan(0)
      },
    },
    {
      title: 'access: a call whose signal has aborted never leaves',
      async story(world) {
        const signal = AbortSignal.abort(new Error('the lane stops'))
        const call = world.operations.listings(undefined, { signal })
        expect(await refusalOf(call, 'unavailable')).toMatchObject({ sent: false })
      },
    },
    {
      title: 'facilities: each is a location that the warehouse counts itself',
      async story(world) {
        const locations = await world.operations.locations()
        const ids = locations.map(({ externalId }) => externalId)
        expect(ids).toEqual(expect.arrayContaining(floorOf(world).facilities.map(({ id }) => id)))
        expect(locations.every(({ countedByPlatform }) => countedByPlatform === true)).toBe(true)
        expect(locations.some(({ active }) => active)).toBe(true)
      },
    },
    {
      title: 'stock units: paging reaches the end and misses none; each is kept by the warehouse',
      async story(world) {
        const seeded = await world.addProducts(620, 1)
        const { rows } = await world.allListings()
        const bySku = new Map(rows.map((row) => [row.sku, row]))
        for (const { sku, stockUnitId } of seeded) {
          expect(bySku.get(sku), sku).toMatchObject({ stockUnitId, tracked: true, fulfilledBy: 'platform' })
        }
        expect(new Set(rows.map(({ externalId }) => externalId)).size, 'none comes twice').toBe(rows.length)
      },
    },
    {
      title: 'stock units: awkward SKUs come back as they are; one that is gone is NotFound',
      async story({ seed, allListings, operations, unknown }) {
        await seed(awkwardSkus.map((sku) => ({ sku, title: `Title of ${sku}`, price: 1, quantity: 5 })))
        const { rows } = await allListings()
        expect(rows.map(({ sku }) => sku)).toEqual(expect.arrayContaining(awkwardSkus))
        const [first] = rows
        if (first === undefined) throw new Error('no stock unit came')
        expect(await operations.listing(first.externalId)).toEqual(first)
        await refusalOf(operations.listing(unknown.listingExternalId), 'not-found')
      },
    },
    {
      title: 'counts: read to the end; nought is told, and what was never there is left out (I12)',
      async story(world) {
        const seeded = await world.addProducts(300, 3)
        const floor = floorOf(world)
        const [first, , gone] = seeded
        if (first === undefined || gone === undefined) throw new Error('no level came')
        floor.adjust({ facilityId: gone.locationId, sku: gone.sku, sellable: -3, reason: 'lost' })
        const never = floor.addItem({ sku: 'NEVER-HERE', title: 'Never here' })
        const rows = await allCounts(world)
        const keys = rows.map(({ stockUnitId, locationId }) => JSON.stringify([stockUnitId, locationId]))
        expect(new Set(keys).size, 'none comes twice').toBe(keys.length)
        for (const { stockUnitId, locationId, sku } of seeded) {
          const row = rows.find((each) => each.stockUnitId === stockUnitId && each.locationId === locationId)
          expect(row?.onHand, sku).toBe(stockUnitId === gone.stockUnitId ? 0 : 3)
        }
        expect(rows.filter(({ stockUnitId }) => stockUnitId === never.stockUnitId)).toEqual([])
        // Only where something lay or is on its way: a place that never had it is not nought.
        const told = rows.filter(({ stockUnitId }) => stockUnitId === first.stockUnitId)
        expect(told.map(({ locationId }) => locationId)).toEqual([first.locationId])
      },
    },
    {
      title: 'counts: on hand is all that lies there, what is promised and what is damaged included',
      async story(world) {
        const { request, floorId } = await askedFor(world, { quantities: [4] })
        const [line] = request.lines
        if (line === undefined) throw new Error('no line')
        const key = { stockUnitId: line.stockUnitId, locationId: request.locationId }
        floorOf(world).adjust({ facilityId: key.locationId, sku: line.sku, damaged: 3, reason: 'dropped' })
        const count = await countOf(world, key)
        expect(count).toMatchObject({ onHand: 43, held: 3 })
        stepOn(world, floorId, { step: 'ship' })
        expect(await countOf(world, key)).toMatchObject({ onHand: 39, available: 36, held: 3 })
      },
    },
    {
      title: 'counts: every facility has numbers of its own',
      async story(world) {
        const [level] = await world.addProducts(1, 5)
        const other = floorOf(world).facilities.find(({ id }) => id !== level?.locationId)
        if (level === undefined || other === undefined) return // it has one only
        floorOf(world).adjust({ facilityId: other.id, sku: level.sku, sellable: 8, reason: 'found' })
        expect(await countOf(world, level)).toMatchObject({ onHand: 5 })
        expect(await countOf(world, { ...level, locationId: other.id })).toMatchObject({ onHand: 8 })
      },
    },
    ...(lots ? [lotsCase] : []),
  ]
}

const lotsCase: ConformanceCase = {
  title: 'counts: lots with their dates, and they add up',
  async story(world) {
    const [level] = await world.addProducts(1, 0)
    if (level === undefined) throw new Error('no level came')
    const where = { facilityId: level.locationId, sku: level.sku, reason: 'found' }
    floorOf(world).adjust({ ...where, lot: 'L-2', expiresOn: '2030-02-01', sellable: 4 })
    floorOf(world).adjust({ ...where, lot: 'L-1', expiresOn: '2029-12-31', sellable: 6 })
    const count = await countOf(world, level)
    expect(count?.onHand).toBe(10)
    const told = (count?.lots ?? []).filter(({ onHand, held }) => onHand + held > 0)
    expect(told.toSorted((one, other) => (one.code < other.code ? -1 : 1))).toEqual([
      { code: 'L-1', expiresOn: '2029-12-31', onHand: 6, held: 0 },
      { code: 'L-2', expiresOn: '2030-02-01', onHand: 4, held: 0 },
    ])
  },
}
