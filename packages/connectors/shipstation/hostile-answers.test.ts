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
import { type ConnectedAccount, shipmentOf, withAccount } from './testing/connected-account.ts'

/**
 * The connector against a ShipStation one of whose answers is broken. Each operation answers sound canonical values, or fails
 * with one of the closed classes, and no failure says who the recipient is.
 */
type Story = (account: ConnectedAccount, about: { shipmentId: string; externalId: string }) => Promise<void>
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
    if (found !== undefined) expectSoundShipment(found)
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
  async cancelShipment({ warehouse }, about) {
    expect(['cancelled', 'too-late', 'asked']).toContain(await warehouse.cancelShipment?.(about))
  },
}

test.each(Object.entries(stories))('%s', { timeout: 120_000 }, async (_, story) => {
  await withAccount(
    async (account) => {
      const { floor, warehouse, simulator, open } = account
      const request = shipmentOf(account, ['S-1', 'S-2'])
      const { externalId } = await warehouse.requestShipment(request)
      floor.requests.step(Number(externalId), { step: 'ship-part', lines: [{ sku: 'S-1', quantity: 1 }] })
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
            await story({ ...account, ...connection }, { shipmentId: request.shipmentId, externalId })
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
    { v1PerMinute: 1_000_000, v2PerMinute: 1_000_000 },
  )
})
