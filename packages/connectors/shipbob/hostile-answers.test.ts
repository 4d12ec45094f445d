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
  type ConnectedMerchant,
  returnNoticeOf,
  shipmentOf,
  withMerchant,
} from './testing/connected-merchant.ts'

/**
 * The connector against a ShipBob one of whose answers is broken. Each operation answers sound canonical values, or fails
 * with one of the closed classes, and no failure says who the recipient is.
 */
type Story = (merchant: ConnectedMerchant, about: { shipmentId: string; externalId: string }) => Promise<void>
const since = new Date(0)
const isUnits = (units: number) => Number.isSafeInteger(units) && units >= 0

const stories: Record<string, Story> = {
  async check({ operations }) {
    expect((await operations.check()).accountId).not.toBe('')
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
    for (const { available, held, incoming, onHand = 0, lots = [] } of page?.rows ?? []) {
      expect([available, held, incoming, onHand].every(isUnits)).toBe(true)
      if (lots.length > 0) expect(lots.reduce((sum, lot) => sum + lot.onHand, 0)).toBe(onHand)
    }
  },
  async findShipment({ warehouse }, { shipmentId }) {
    const found = await warehouse.findShipment(shipmentId)
    if (found === undefined) return
    expectSoundShipment(found)
    expect(found.shipmentId).toBe(shipmentId)
  },
  async shipments({ warehouse }) {
    const page = await warehouse.shipments?.({ since, cursor: undefined })
    if (page === undefined) throw new Error('it has shipments')
    expectSoundPage(page, undefined)
    for (const row of page.rows) expectSoundShipment(row)
  },
  async requestShipment({ warehouse, floor }) {
    const { externalId } = await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
    expect(externalId).toMatch(/^-?\d+$/)
  },
  async announceReturn({ warehouse, floor }) {
    const told = await warehouse.announceReturn?.(returnNoticeOf({ floor }, 'S-1', { number: 'RMA-9' }))
    expect(told?.externalId).toMatch(/^-?\d+$/)
  },
  async withdrawReturn({ warehouse, floor }) {
    const notice = returnNoticeOf({ floor }, 'S-1', { number: 'RMA-9' })
    const outcome = await warehouse.withdrawReturn?.({ ...notice, externalId: undefined })
    expect(['withdrawn', 'too-late']).toContain(outcome)
  },
  async cancelShipment({ warehouse }, about) {
    expect(['cancelled', 'too-late', 'asked']).toContain(await warehouse.cancelShipment?.(about))
  },
  async receipts({ warehouse }) {
    for (const cursor of [undefined, 'ended:1']) {
      const page = await warehouse.receipts?.({ since, cursor })
      for (const { lines } of page?.rows ?? [])
        expect(lines.every(({ quantity }) => isUnits(quantity))).toBe(true)
    }
  },
  async returns({ warehouse }) {
    const page = await warehouse.returns?.({ since, cursor: undefined })
    for (const { lines } of page?.rows ?? [])
      expect(lines.every(({ quantity }) => isUnits(quantity))).toBe(true)
  },
}

test.each(Object.entries(stories))('%s', { timeout: 120_000 }, async (_, story) => {
  await withMerchant(
    async (merchant) => {
      const { floor, warehouse, simulator, open } = merchant
      const request = shipmentOf(merchant, ['S-1', 'S-2'])
      const { externalId } = await warehouse.requestShipment(request)
      floor.requests.step(Number(externalId), { step: 'ship-part', lines: [{ sku: 'S-1', quantity: 1 }] })
      const facilityId = request.locationId
      floor.adjust({ facilityId, sku: 'S-2', lot: 'L', expiresOn: '2030-01-01', sellable: 3, reason: 'x' })
      const inbound = floor.intake.announce({
        reference: undefined,
        number: 'PO',
        facilityId,
        lines: [{ sku: 'S-1', quantity: 4 }],
      })
      if (inbound.kind === 'announced')
        floor.intake.receive(inbound.inbound.id, [{ sku: 'S-1', quantity: 2 }])
      floor.intake.returnUnits({ reference: 'R', facilityId, lines: [{ sku: 'S-1', quantity: 1 }] })
      await fc.assert(
        fc.asyncProperty(fc.nat(), fc.boolean(), async (seed, isText) => {
          const random = seededRandom(seed)
          // A connection of its own: what it has looked up it may keep, and budgets are spent.
          const connection = open()
          simulator.faults.rewriteAnswers((body) => {
            if (body === '' || random() < 0.3) return body
            return isText ? spoiltText(body, random) : spoiltValue(body, random)
          })
          try {
            await story({ ...merchant, ...connection }, { shipmentId: request.shipmentId, externalId })
          } catch (error) {
            expectClosedError(error)
            expect(inspect(error, { depth: 8 })).not.toMatch(/Pat Example|Nowhere Blvd|pat@example/)
          } finally {
            simulator.faults.rewriteAnswers(undefined)
          }
        }),
        fromEnvironment({ numRuns: 60 }),
      )
    },
    { requestsPerMinute: 1_000_000 },
  )
})
