import { inspect } from 'node:util'
import {
  expectClosedError,
  expectSoundListing,
  expectSoundLocation,
  expectSoundPage,
  expectSoundShipment,
  fromEnvironment,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type ConnectedEnvironment,
  PERSONAL,
  shipmentOf,
  withEnvironment,
} from './testing/connected-environment.ts'

/**
 * The connector against a Manhattan some of whose answers are broken. Each operation answers sound canonical values, or fails
 * with one of the closed classes, and no failure says who the recipient is.
 */
type Story = (
  environment: ConnectedEnvironment,
  about: { shipmentId: string; externalId: string },
) => Promise<void>
const since = new Date(0)
const isUnits = (units: number) => Number.isSafeInteger(units) && units >= 0

const stories: Record<string, Story> = {
  async check({ operations }) {
    expect((await operations.check()).accountId).toMatch(/^simulated\/HARBOUR\/(wm|omni)$/)
  },
  async locations({ operations }) {
    for (const location of await operations.locations()) expectSoundLocation(location)
  },
  async listings({ operations }) {
    const page = await operations.listings(undefined)
    expectSoundPage(page, undefined)
    for (const row of page.rows) expectSoundListing(row)
  },
  async counts({ operations }) {
    const page = await operations.counts?.(undefined)
    if (page !== undefined) expectSoundPage(page, undefined)
    for (const { available, held, incoming, onHand = 0, lots = [] } of page?.rows ?? []) {
      expect([available, held, incoming, onHand].every(isUnits)).toBe(true)
      expect(available + held).toBeLessThanOrEqual(onHand)
      if (lots.length > 0) expect(lots.reduce((sum, lot) => sum + lot.onHand, 0)).toBe(onHand)
    }
  },
  async findShipment({ warehouse }, { shipmentId }) {
    const found = await warehouse.findShipment(shipmentId)
    if (found !== undefined) expectSoundShipment(found)
  },
  async shipments({ warehouse }) {
    const page = await warehouse.shipments?.({ since, cursor: undefined })
    if (page === undefined) throw new Error('it has shipments')
    expectSoundPage(page, undefined)
    for (const row of page.rows) expectSoundShipment(row)
  },
  async requestShipment({ warehouse, floor }) {
    const request = shipmentOf({ floor }, ['S-1'])
    expect(await warehouse.requestShipment(request)).toEqual({ externalId: request.shipmentId })
  },
  async cancelShipment({ warehouse }, about) {
    expect(['cancelled', 'too-late', 'asked']).toContain(await warehouse.cancelShipment?.(about))
  },
  async receipts({ warehouse }) {
    const page = await warehouse.receipts?.({ since, cursor: undefined })
    if (page !== undefined) expectSoundPage(page, undefined)
    for (const { lines } of page?.rows ?? [])
      for (const { quantity, sku, condition } of lines) {
        expect(isUnits(quantity) && sku !== '').toBe(true)
        expect(['sellable', 'damaged']).toContain(condition)
      }
  },
}

const cases = (['wm', 'omni'] as const).flatMap((product) =>
  Object.entries(stories).map(([name, story]) => [product, name, story] as const),
)

test.each(cases)('%s: %s', { timeout: 120_000 }, async (product, _, story) => {
  await withEnvironment(
    async (environment) => {
      const { floor, warehouse, simulator, open } = environment
      const request = shipmentOf(environment, ['S-1', 'S-2'])
      const { externalId } = await warehouse.requestShipment(request)
      const made = floor.requests.all()[0]?.id ?? 0
      floor.requests.step(made, { step: 'ship-part', lines: [{ sku: 'S-1', quantity: 1 }] })
      const facilityId = request.locationId
      floor.adjust({ facilityId, sku: 'S-2', lot: 'L', expiresOn: '2030-01-01', sellable: 3, reason: 'x' })
      floor.adjust({ facilityId, sku: 'S-1', damaged: 2, reason: 'x' })
      const lines = [{ sku: 'S-1', quantity: 4 }]
      const inbound = floor.intake.announce({
        reference: crypto.randomUUID(),
        number: 'PO',
        facilityId,
        lines,
      })
      if (inbound.kind === 'announced')
        floor.intake.receive(inbound.inbound.id, [{ sku: 'S-1', quantity: 2, lot: 'L' }])
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, isText) => {
          const random = seededRandom(seed)
          // A connection of its own: what it has looked up it may keep.
          const connection = open()
          simulator.faults.rewriteAnswers((body) => {
            if (body === '' || random() < 0.4) return body
            return isText ? spoiltText(body, random) : spoiltValue(body, random)
          })
          try {
            await story({ ...environment, ...connection }, { shipmentId: request.shipmentId, externalId })
          } catch (error) {
            expectClosedError(error)
            expect(inspect(error, { depth: 8 })).not.toMatch(PERSONAL)
          } finally {
            simulator.faults.rewriteAnswers(undefined)
          }
        }),
        fromEnvironment({ numRuns: 50 }),
      )
    },
    { product },
  )
})
