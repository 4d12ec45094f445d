import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { isConnectorError } from '../errors.ts'
import type { WarehouseTerms } from '../warehouse/operations.ts'
import { type ConformanceCase, refusalOf } from './conformance-case.ts'
import { expect } from './expect.ts'
import {
  askedFor,
  floorOf,
  personalWords,
  requestsOf,
  shipmentRequest,
  shownAs,
  somebody,
  stepOn,
  unitsSent,
  warehouseOf,
} from './warehouse-world.ts'
import type { ConformanceWorld } from './world.ts'

/** Asking for a shipment: once, whatever happens to the answer. */
export function warehouseRequestCases({
  requests,
  linesMax,
  unitsMax = 1_000_000,
}: WarehouseTerms): ConformanceCase[] {
  return [
    {
      title: 'request: taken with its lines, recipient and number, and found as received',
      async story(world) {
        const { request, externalId, floorId } = await askedFor(world, { quantities: [2, 3] })
        const found = await shownAs(world, request.shipmentId)
        expect(found).toMatchObject({
          externalId,
          shipmentId: request.shipmentId,
          state: 'received',
          parcels: [],
        })
        const made = floorOf(world).requests.get(floorId)
        expect(made?.facilityId).toBe(request.locationId)
        if (world.warehouse.keepsNumbers !== false) expect(made?.number).toBe(request.number)
        expect(made?.lines.map(({ sku, quantity }) => ({ sku, quantity }))).toEqual(
          request.lines.map(({ sku, quantity }) => ({ sku, quantity })),
        )
        const { name, city, postalCode, country, addressLines } = made?.recipient ?? somebody
        expect({ name, city, postalCode, country }).toEqual({
          name: somebody.name,
          city: somebody.city,
          postalCode: somebody.postalCode,
          country: somebody.country,
        })
        expect(addressLines[0]).toBe(somebody.addressLines[0])
      },
    },
    {
      title: 'request: what nobody asked for is not found',
      async story(world) {
        await askedFor(world)
        expect(await warehouseOf(world).findShipment(randomUUID())).toBeUndefined()
      },
    },
    ...(requests === 'by-key' ? byKeyCases : []),
    {
      title: 'I3: request: an answer that was lost is made sure of, and it ships once',
      async story(world) {
        // Whatever is looked up once, of the account or of these SKUs, is by now.
        const { request: earlier } = await askedFor(world, { quantities: [3] })
        const request = { ...earlier, shipmentId: randomUUID(), number: `${earlier.number}-2` }
        const warehouse = warehouseOf(world)
        world.simulator.faults.set({ dropResponseRate: 1 })
        const error = await refusalOf(warehouse.requestShipment(request), 'unavailable')
        expect(error).toMatchObject({ sent: true })
        world.simulator.faults.set({ dropResponseRate: 0 })
        expect(requestsOf(world, request.shipmentId), 'it was carried out').toHaveLength(1)
        const found = await shownAs(world, request.shipmentId)
        if (requests === 'by-key') {
          expect(await warehouse.requestShipment(request)).toEqual({ externalId: found.externalId })
        }
        await shipsOnce(world, request.shipmentId, 3)
      },
    },
    {
      title: 'I3: request: one that never arrived is not found, and then asked for',
      async story(world) {
        await askedFor(world)
        const request = await shipmentRequest(world)
        world.simulator.faults.set({ errorRate: 1 })
        await refusalOf(warehouseOf(world).requestShipment(request), 'unavailable')
        world.simulator.faults.set({ errorRate: 0 })
        expect(await warehouseOf(world).findShipment(request.shipmentId)).toBeUndefined()
        await warehouseOf(world).requestShipment(request)
        await shipsOnce(world, request.shipmentId, 2)
      },
    },
    {
      title: 'request: an unknown SKU is Invalid and named; nothing is made of it',
      async story(world) {
        const request = await shipmentRequest(world)
        const { stockUnitId } = world.unknown.level
        const lines = request.lines.map((line) => ({ ...line, sku: 'NO-SUCH-SKU', stockUnitId }))
        const error = await refusalOf(warehouseOf(world).requestShipment({ ...request, lines }), 'invalid')
        expect(error).toMatchObject({ field: 'lines.sku' })
        expect(requestsOf(world, request.shipmentId)).toEqual([])
      },
    },
    {
      title: 'request: a bad address is Invalid and named, and says nothing of who lives there',
      async story(world) {
        const spoil =
          world.warehouse.refusedRecipient ?? ((good) => ({ ...good, city: '', postalCode: undefined }))
        const request = await shipmentRequest(world, { recipient: spoil(somebody) })
        const error = await refusalOf(warehouseOf(world).requestShipment(request), 'invalid')
        expect('field' in error && String(error.field)).toMatch(/^recipient(\.|$)/)
        expect(inspect(error, { depth: 10 }), 'of the recipient').not.toMatch(personalWords)
        expect(requestsOf(world, request.shipmentId)).toEqual([])
      },
    },
    {
      title: 'request: ids and numbers at their longest come back whole',
      async story(world) {
        const { request, externalId } = await askedFor(world, {
          shipmentId: 'ffffffff-ffff-4fff-bfff-ffffffffffff',
          number: `#${'9'.repeat(36)}-12`,
        })
        expect(await shownAs(world, request.shipmentId)).toMatchObject({
          externalId,
          shipmentId: request.shipmentId,
        })
      },
    },
    {
      title: 'request: as many lines as it takes, and many units of one',
      async story(world) {
        const lines = Math.min(linesMax, 60)
        const most = Math.min(10_000, unitsMax - lines + 1)
        const quantities = Array.from({ length: lines }, (_, at) => (at === 0 ? most : 1))
        const { request, floorId } = await askedFor(world, { quantities })
        stepOn(world, floorId, { step: 'ship' })
        const found = await shownAs(world, request.shipmentId)
        expect(found.state).toBe('shipped')
        expect(unitsSent(found)).toEqual(
          Object.fromEntries(request.lines.map(({ sku, quantity }) => [sku, quantity])),
        )
      },
    },
    {
      title: 'personal data: no error and no record of a call says who the recipient is',
      async story(world) {
        const warehouse = warehouseOf(world)
        const { request } = await askedFor(world)
        const echo = JSON.stringify({ recipient: somebody, message: `no such person: ${somebody.name}` })
        const answers = [
          { status: 200, body: echo },
          { status: 201, body: echo.slice(0, -30) },
          { status: 400, body: echo },
          { status: 404, body: echo },
          { status: 422, body: echo },
          { status: 500, body: echo },
        ]
        const calls = [
          () => warehouse.requestShipment({ ...request, shipmentId: randomUUID() }),
          () => warehouse.findShipment(request.shipmentId),
          () => warehouse.shipments?.({ since: new Date(0), cursor: undefined }),
        ]
        for (const answer of answers) {
          for (const call of calls) {
            const headers = { 'content-type': 'application/json' }
            world.simulator.faults.answerNext({ ...answer, headers })
            const outcome = await Promise.resolve(call()).catch((error: unknown) => error)
            if (isConnectorError(outcome)) {
              expect(inspect(outcome, { depth: 10, maxStringLength: null })).not.toMatch(personalWords)
            }
          }
        }
        expect(JSON.stringify(world.calls)).not.toMatch(personalWords)
      },
    },
  ]
}

const byKeyCases: ConformanceCase[] = [
  {
    title: 'I3: request: asked again under one id it is the same, and ships once',
    async story(world) {
      const { request, externalId } = await askedFor(world, { quantities: [5] })
      expect(await warehouseOf(world).requestShipment(request)).toEqual({ externalId })
      // Another process knows nothing of the first.
      const other = warehouseOf({ operations: world.open() })
      expect(await other.requestShipment(request)).toEqual({ externalId })
      await shipsOnce(world, request.shipmentId, 5)
      expect(await warehouseOf(world).requestShipment(request), 'after it has left').toEqual({ externalId })
      expect(floorOf(world).verdict()).toMatchObject({ shippedTwice: 0 })
    },
  },
  {
    title: 'I3: request: asked twice at once under one id it is the same, and ships once',
    async story(world) {
      await askedFor(world)
      const request = await shipmentRequest(world, { quantities: [4] })
      const other = warehouseOf({ operations: world.open() })
      const [one, two] = await Promise.all([
        warehouseOf(world).requestShipment(request),
        other.requestShipment(request),
      ])
      expect(one).toEqual(two)
      await shipsOnce(world, request.shipmentId, 4)
    },
  },
]

/** Whatever the warehouse has under the id is sent; together it must be what was asked for, once. */
async function shipsOnce(world: ConformanceWorld, shipmentId: string, units: number): Promise<void> {
  const made = requestsOf(world, shipmentId)
  expect(made, 'requests under one id').toHaveLength(1)
  for (const { id } of made) stepOn(world, id, { step: 'ship' })
  const found = await shownAs(world, shipmentId)
  expect(found.state).toBe('shipped')
  expect(Object.values(unitsSent(found)).reduce((sum, each) => sum + each, 0)).toBe(units)
  expect(floorOf(world).verdict()).toMatchObject({ shippedTwice: 0, countsAgree: true })
}
