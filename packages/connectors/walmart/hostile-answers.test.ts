import { ANNOUNCED_RETURNS, type Page } from '@plimsoll/connector-kit'
import {
  expectClosedError,
  expectSoundAnnouncedReturn,
  expectSoundLevel,
  expectSoundListing,
  expectSoundLocation,
  expectSoundOrder,
  expectSoundOutcomes,
  expectSoundPage,
  expectSoundRecipient,
  fromEnvironment,
  spoiltText,
  spoiltValue,
} from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FEED_FROM, toTicket } from './feeds.ts'
import { shipAll } from './simulator/control.ts'
import { type ConnectedSeller, withSeller } from './testing/connected-seller.ts'

/**
 * The connector against a Walmart one of whose answers is broken: a value of another kind, one that is missing, or text
 * that is no JSON. Each operation answers sound canonical values, or fails with one of the closed classes.
 */
const NODES = ['1000005050', '1000005051']
const keys = ['A', 'B'].flatMap((stockUnitId) => NODES.map((locationId) => ({ stockUnitId, locationId })))
const writes = keys.map((key, at) => ({ ...key, writeId: `w-${at}`, quantity: at, expected: undefined }))
const skus = Array.from({ length: FEED_FROM }, (_, at) => `S-${at}`)

type Story = (seller: ConnectedSeller, about: { order: string; ticket: string }) => Promise<void>

const stories: Record<string, Story> = {
  async check({ operations }) {
    const found = await operations.check()
    expect(found.account).not.toBe('')
    expect(found.accountId).not.toBe('')
    for (const scope of found.missingScopes) expect(scope).not.toBe('')
  },
  async locations({ operations }) {
    for (const location of await operations.locations()) expectSoundLocation(location)
  },
  async listings({ operations }) {
    await eachPage(
      (cursor) => operations.listings(cursor),
      (page) => {
        for (const listing of page.rows) expectSoundListing(listing)
      },
    )
  },
  async listing({ operations }) {
    const listing = await operations.listing('A')
    expectSoundListing(listing)
    expect(listing.externalId).toBe('A')
  },
  async levels({ operations }) {
    const levels = await operations.levels(keys)
    for (const level of levels) {
      expectSoundLevel(level)
      expect(keys).toContainEqual({ stockUnitId: level.stockUnitId, locationId: level.locationId })
    }
  },
  async 'levels of many'({ operations }) {
    const many = skus.slice(0, 30).map((stockUnitId) => ({ stockUnitId, locationId: NODES[0] ?? '' }))
    for (const level of await operations.levels(many)) {
      expectSoundLevel(level)
      expect(many).toContainEqual({ stockUnitId: level.stockUnitId, locationId: level.locationId })
    }
  },
  async setLevels({ operations }) {
    expectSoundOutcomes(writes, await operations.setLevels(writes))
  },
  async 'setLevels as a feed'({ operations }) {
    const many = skus.map((sku) => ({
      writeId: sku,
      stockUnitId: sku,
      locationId: NODES[0] ?? '',
      quantity: 3,
      expected: undefined,
    }))
    expectSoundOutcomes(many, await operations.setLevels(many, { urgency: 'increase' }))
  },
  async outcomes({ operations }, { ticket }) {
    const outcomes = (await operations.outcomes?.([ticket])) ?? []
    expect(outcomes.map((outcome) => outcome.ticket)).toEqual([ticket])
    for (const outcome of outcomes) {
      if (outcome.kind === 'applied') expect(outcome.quantity).toBe(3)
      if (outcome.kind === 'refused') expectClosedError(outcome.error)
    }
  },
  async counts({ operations }) {
    await eachPage(
      async (cursor) =>
        (await operations.counts?.(cursor)) ?? { rows: [], next: undefined, platformTime: undefined },
      (page) => {
        for (const { available, held, incoming } of page.rows) {
          for (const units of [available, held, incoming]) {
            expect(Number.isSafeInteger(units) && units >= 0, `${units} units`).toBe(true)
          }
        }
      },
    )
  },
  async orders({ operations }) {
    await eachPage(
      (cursor) => operations.orders({ since: new Date(0), cursor }),
      (page) => {
        for (const order of page.rows) expectSoundOrder(order)
      },
    )
  },
  async returns({ operations, simulator }, { order }) {
    const { marketplace } = simulator
    const placed = marketplace.orders.get(order)
    if (placed !== undefined) shipAll(marketplace, placed)
    simulator.grantReturn(order, 1)
    await eachPage(
      async (cursor) => {
        const page = await operations.stream?.(ANNOUNCED_RETURNS, { since: new Date(0), cursor })
        return page ?? { rows: [], next: undefined, platformTime: undefined }
      },
      (page) => {
        for (const event of page.rows) {
          if (event.kind !== 'announced-return' || event.return === undefined) throw new Error(event.kind)
          expectSoundAnnouncedReturn(event.return)
        }
      },
    )
  },
  async order({ operations }, { order }) {
    const found = await operations.order(order)
    expectSoundOrder(found)
    expect(found.externalId).toBe(order)
  },
  async recipient({ operations }, { order }) {
    expectSoundRecipient(await operations.recipient?.(order))
  },
  async ship({ operations }, { order }) {
    const shipped = await operations.ship({
      shipmentId: 's-1',
      orderExternalId: order,
      lines: [{ lineExternalId: '1', quantity: 1 }],
      tracking: { carrier: 'UPS', number: '1Z1', url: undefined },
      notifyCustomer: false,
    })
    expect(shipped.externalId).not.toBe('')
  },
  async cancel({ operations }, { order: orderExternalId }) {
    await operations.cancel?.({ orderExternalId, lines: undefined, reason: 'fraud', notifyCustomer: false })
  },
  async registerWebhooks({ operations }) {
    const { registered, repaired } = await operations.registerWebhooks('https://hub.example/in')
    for (const topic of [...registered, ...repaired]) expect(topic).not.toBe('')
  },
}

const spoilings = [
  { kind: 'one value is another', spoil: spoiltValue },
  { kind: 'the text is broken', spoil: spoiltText },
]

describe.each(spoilings)('$kind', ({ spoil }) => {
  test.each(Object.keys(stories))(
    'I12: %s: sound values or an error of the closed set',
    { timeout: 60_000 },
    async (name) => {
      const generous = { capacity: 1e6, refillPerSecond: 1e6 }
      const limits = Object.fromEntries(limited.map((limit) => [limit, generous]))
      await withSeller({ nodes: ['East', 'West'], feedDelayMs: 0, limits }, async (seller) => {
        await seller.seed({ A: 1_000, B: 7, ...Object.fromEntries(skus.map((sku) => [sku, 1])) })
        const { marketplace } = seller.simulator
        marketplace.addItem({ sku: 'KEPT', title: 'Kept', barcode: '', price: 1, isKept: true })
        marketplace.kept.set('KEPT', { available: 5, onHand: 6, modifiedMs: 0 })
        const ticket = toTicket({
          feedId: await sendFeed(seller),
          sku: 'A',
          locationId: '1000005050',
          quantity: 3,
        })
        let answered = 0
        await fc.assert(
          fc.asyncProperty(fc.nat(), fc.nat(4), async (seed, skipped) => {
            marketplace.setInput('A', '1000005050', 1_000_000)
            const order = await seller.buy({ A: 1 })
            const fresh = seller.reconnect()
            await fresh.operations.check()
            const random = seededRandom(seed)
            let left = skipped
            seller.simulator.faults.rewriteAnswers((body) => {
              left -= 1
              return left === -1 && body.startsWith('{') ? spoil(body, random) : body
            })
            try {
              await stories[name]?.(fresh, { order, ticket })
              answered += 1
            } catch (error) {
              expectClosedError(error)
            } finally {
              seller.simulator.faults.rewriteAnswers(undefined)
            }
          }),
          { ...fromEnvironment({ numRuns: 60 }), endOnFailure: true },
        )
        // Or the property would hold of a connector that always refuses.
        expect(answered).toBeGreaterThan(0)
      })
    },
  )
})

const limited = [
  'token',
  'inventory-put',
  'inventory-get',
  'inventories-get',
  'feeds',
  'feed-get',
  'items-get',
  'wfs-get',
  'orders-get',
  'order-get',
  'acknowledge',
  'shipping',
  'cancel',
  'settings-get',
  'webhooks',
]

async function sendFeed({ operations }: ConnectedSeller): Promise<string> {
  const many = ['A', ...skus].map((sku) => ({
    writeId: sku,
    stockUnitId: sku,
    locationId: '1000005050',
    quantity: 3,
    expected: undefined,
  }))
  const [first] = await operations.setLevels(many, { urgency: 'increase' })
  if (first?.kind !== 'accepted') throw new Error('the feed was not taken')
  return String(JSON.parse(first.ticket)[0])
}

async function eachPage<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  look: (page: Page<T>) => void,
): Promise<void> {
  let cursor: string | undefined
  for (let pages = 0; pages < 12; pages += 1) {
    const page = await read(cursor)
    expectSoundPage(page, cursor)
    look(page)
    if (page.next === undefined) return
    cursor = page.next
  }
}
