import type { ChannelOperations, Page } from '@plimsoll/connector-kit'
import {
  expectClosedError,
  expectSoundEvents,
  expectSoundLevel,
  expectSoundListing,
  expectSoundOrder,
  expectSoundOutcomes,
  expectSoundPage,
  expectSoundRecipient,
  fromEnvironment,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import { sampleRecipients, seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connector } from './index.ts'
import { createControl } from './simulator/control.ts'
import { type AmazonSimulator, createAmazonSimulator } from './simulator/index.ts'
import { atOnce } from './testing/connected-account.ts'
import { openWithoutLimits } from './testing/without-limits.ts'

/**
 * The connector against answers that Amazon never gave: one value of another kind, or the text itself broken. Each
 * operation answers sound canonical values or fails with one of the closed classes.
 */
let simulator: AmazonSimulator
let orderId = ''
let tickets: string[] = []
beforeAll(async () => {
  simulator = await createAmazonSimulator({
    ...atOnce,
    reportMs: 1,
    burstFactor: 1_000_000,
    feedWorkMs: 1,
    visibilityMs: 0,
  })
  const control = createControl({
    account: () => simulator.account,
    traits: simulator.traits,
    now: () => Date.now(),
  })
  await control.addProducts(
    ['A', 'B', 'C, D'].map((sku) => ({ sku, title: sku, barcode: '4006381333931', price: 1, quantity: 9 })),
  )
  await control.addProducts([{ sku: 'K', title: 'K', price: 1, quantity: 3, keptByPlatform: true }])
  const placed = await control.placeOrder([{ sku: 'A', quantity: 2 }], sampleRecipients[2])
  orderId = placed.kind === 'placed' ? placed.externalId : ''
  const { intake } = simulator.floor
  const lines = [{ sku: 'K', quantity: 4 }]
  const arriving = intake.announce({ reference: undefined, number: 'FBA (1)', facilityId: 'FBA', lines })
  if (arriving.kind === 'announced') intake.receive(arriving.inbound.id, [{ sku: 'K', quantity: 3 }])
  intake.returnUnits({
    reference: orderId,
    facilityId: 'FBA',
    lines: [{ sku: 'K', quantity: 1, condition: 'damaged' }],
  })
  tickets = ['A', 'B'].map((sku) => JSON.stringify(['patch', 'x', Date.now(), sku, 7, 9]))
})
afterAll(() => simulator.close())

const writes = ['A', 'B', 'C, D'].map((sku, at) => ({
  writeId: `w-${at}`,
  stockUnitId: sku,
  locationId: 'DEFAULT',
  quantity: at * 3,
  expected: undefined,
}))

const stories: Record<string, (operations: ChannelOperations) => Promise<void>> = {
  async check(operations) {
    const found = await operations.check()
    expect(found.account).not.toBe('')
    expect(found.accountId).toBe('na:A3PLIMSOLLSIM')
    for (const scope of found.missingScopes) expect(scope).not.toBe('')
  },
  listings: (operations) =>
    firstPages(
      (cursor) => operations.listings(cursor),
      ({ rows }) => rows.forEach(expectSoundListing),
    ),
  listing: async (operations) => expectSoundListing(await operations.listing('A')),
  async levels(operations) {
    const levels = await operations.levels(writes)
    for (const level of levels) expectSoundLevel(level)
    const asked = writes.map(({ stockUnitId }) => stockUnitId)
    for (const { stockUnitId } of levels) expect(asked).toContain(stockUnitId)
  },
  setLevels: async (operations) => expectSoundOutcomes(writes, await operations.setLevels(writes)),
  async outcomes(operations) {
    const told = (await operations.outcomes?.(tickets)) ?? []
    expect(told.map(({ ticket }) => ticket)).toEqual(tickets)
    for (const outcome of told) if (outcome.kind === 'refused') expectClosedError(outcome.error)
  },
  orders: (operations) =>
    firstPages(
      (cursor) => operations.orders({ since: new Date(0), cursor }),
      ({ rows }) => rows.forEach(expectSoundOrder),
    ),
  order: async (operations) => expectSoundOrder(await operations.order(orderId)),
  recipient: async (operations) => expectSoundRecipient(await operations.recipient?.(orderId)),
  counts: (operations) =>
    firstPages(
      async (cursor) =>
        (await operations.counts?.(cursor)) ?? { rows: [], next: undefined, platformTime: undefined },
      ({ rows }) => {
        for (const { available, held, incoming } of rows)
          for (const units of [available, held, incoming])
            expect(Number.isSafeInteger(units) && units >= 0).toBe(true)
      },
    ),
  receipts: (operations) =>
    firstPages(
      async (cursor) => (await operations.warehouse?.receipts?.({ since: new Date(0), cursor })) ?? none,
      ({ rows }) => {
        for (const { lines, locationId } of rows) expectSoundUnits(lines, locationId)
      },
    ),
  returns: (operations) =>
    firstPages(
      async (cursor) => (await operations.warehouse?.returns?.({ since: new Date(0), cursor })) ?? none,
      ({ rows }) => {
        for (const { lines, locationId } of rows) expectSoundUnits(lines, locationId)
      },
    ),
  async registerWebhooks(operations) {
    const { registered, repaired } = await operations.registerWebhooks('')
    for (const type of [...registered, ...repaired]) expect(type).toMatch(/^[A-Z]+(_[A-Z]+)+$/)
  },
  async pull(operations) {
    for (const message of (await operations.pull?.()) ?? []) {
      expect(message.receipt).not.toBe('')
      expectSoundEvents(connector.webhooks.parse(message))
    }
  },
}

const none = { rows: [], next: undefined, platformTime: undefined }

function expectSoundUnits(lines: readonly { sku: string; quantity: number }[], place: string): void {
  expect(place).toBe('FBA')
  for (const { sku, quantity } of lines) {
    expect(sku).not.toBe('')
    expect(Number.isSafeInteger(quantity) && quantity > 0).toBe(true)
  }
}

describe.each([
  { trouble: 'one value of another kind', spoil: spoiltValue },
  { trouble: 'broken text', spoil: spoiltText },
])('$trouble', ({ spoil }) => {
  test.each(Object.keys(stories))(
    'I12: %s: sound values or an error of the closed set',
    { timeout: 60_000 },
    async (name) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(), async (seed) => {
          const random = seededRandom(seed)
          const operations = openWithoutLimits(simulator)
          await stories[name]?.(operations) // unspoilt it works, and tokens are fetched
          let left = 1 + Math.floor(random() * 2)
          simulator.faults.rewriteAnswers((body) => {
            if (left === 0) return body
            left -= 1
            return body === '' ? body : spoil(body, random)
          })
          try {
            await stories[name]?.(operations)
          } catch (error) {
            if (error instanceof Error && error.name === 'AssertionError') throw error
            expectClosedError(error)
          } finally {
            simulator.faults.rewriteAnswers(undefined)
          }
        }),
        { ...fromEnvironment({ numRuns: 60 }), endOnFailure: true },
      )
    },
  )
})

async function firstPages<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  check: (page: Page<T>) => void,
): Promise<void> {
  let cursor: string | undefined
  for (let pages = 0; pages < 3; pages += 1) {
    const page = await read(cursor)
    expectSoundPage(page, cursor)
    check(page)
    if (page.next === undefined) return
    cursor = page.next
  }
}
