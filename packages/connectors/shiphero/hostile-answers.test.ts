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
 * The connector against a ShipHero one of whose answers is broken. Each operation answers sound canonical values, or fails
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
    expect(externalId).not.toBe('')
  },
  async cancelShipment({ warehouse }, about) {
    expect(['cancelled', 'too-late', 'asked']).toContain(await warehouse.cancelShipment?.(about))
  },
  async announceInbound({ warehouse, floor }) {
    const { locationId, lines } = shipmentOf({ floor }, ['S-1'])
    const found = await warehouse.announceInbound?.({
      inboundId: crypto.randomUUID(),
      number: 'PO',
      locationId,
      expectedAt: undefined,
      carrier: undefined,
      trackingNumber: undefined,
      lines: lines.map((line) => ({ ...line, lot: undefined, expiresOn: undefined })),
    })
    expect(found?.externalId).not.toBe('')
  },
  async receipts({ warehouse }) {
    const page = await warehouse.receipts?.({ since, cursor: undefined })
    for (const { lines } of page?.rows ?? [])
      expect(lines.every(({ quantity }) => isUnits(quantity))).toBe(true)
  },
  async returns({ warehouse }) {
    const page = await warehouse.returns?.({ since, cursor: undefined })
    for (const { lines } of page?.rows ?? [])
      expect(lines.every(({ quantity }) => isUnits(quantity))).toBe(true)
  },
  async registerWebhooks({ operations }) {
    const { registered, repaired, secrets } = await operations.registerWebhooks('https://hub.example/in')
    for (const topic of [...registered, ...repaired]) expect(topic).not.toBe('')
    expect(Object.keys(secrets ?? {})).toEqual(['webhookSecrets'])
  },
}

test.each(Object.entries(stories))('%s', { timeout: 120_000 }, async (_, story) => {
  await withAccount(
    async (account) => {
      const { floor, warehouse, simulator, open } = account
      const request = shipmentOf(account, ['S-1', 'S-2'])
      const { externalId } = await warehouse.requestShipment(request)
      const id = floor.requests.all()[0]?.id ?? 0
      floor.requests.step(id, { step: 'ship-part', lines: [{ sku: 'S-1', quantity: 1 }] })
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
            // A number of credits that is not so only makes it wait.
            if (body === '' || body.includes('access_token') || random() < 0.3) return body
            const kept = body.replace(/"user_quota":\{[^}]*\}/, '"user_quota":null')
            return isText ? spoiltText(kept, random) : spoiltValue(kept, random)
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
    { requestsPer5Minutes: 1_000_000, credits: 1_000_000, creditsPerSecond: 100_000 },
  )
})

test('a list that comes round again is told as broken, not read for ever', () =>
  withAccount(async ({ simulator, operations }) => {
    simulator.faults.rewriteAnswers((body) =>
      body.replaceAll('"hasNextPage":false,"endCursor":null', '"hasNextPage":true,"endCursor":"YQ=="'),
    )
    await expect(operations.registerWebhooks('https://hub.example/in')).rejects.toMatchObject({
      kind: 'malformed',
    })
  }))
