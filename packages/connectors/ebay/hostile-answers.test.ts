import type { ChannelOperations, LevelKey, LevelWrite } from '@plimsoll/connector-kit'
import { bindContext, createBudgets, createHttp, systemClock } from '@plimsoll/connector-kit'
import {
  expectClosedError,
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
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connector } from './index.ts'
import { createControl } from './simulator/control.ts'
import { createEbaySimulator, type EbaySimulator } from './simulator/index.ts'

/**
 * The connector against answers that break on their way: values of another kind, fields that are missing, text cut off
 * or wrapped, in JSON and in XML. Each operation answers sound canonical values or fails with one of the closed classes.
 */
let simulator: EbaySimulator
let keys: LevelKey[]
let orderId: string
beforeAll(async () => {
  simulator = await createEbaySimulator({ variations: 2 })
  const control = createControl(simulator.account, simulator.book, { listedWith: 'both', variations: 2 })
  const products = Array.from({ length: 12 }, (_, at) => ({
    sku: `S-${at}`,
    title: `Thing ${at}`,
    price: 2,
    quantity: 50,
  }))
  keys = await control.addProducts(products)
  const placed = await control.placeOrder(
    [
      { sku: 'S-0', quantity: 3 },
      { sku: 'S-3', quantity: 1 },
    ],
    sampleRecipients[2],
  )
  if (placed.kind === 'refused') throw new Error('it can be bought')
  orderId = placed.externalId
  const order = simulator.book.find(orderId)
  const lineItemId = order?.lines[0]?.lineItemId ?? ''
  if (order !== undefined)
    simulator.book.fulfill(order, {
      lines: [{ lineItemId, quantity: 1 }],
      carrier: 'DHL',
      tracking: 'T1',
      shippedMs: 0,
    })
})
afterAll(() => simulator.close())

function connect(): ChannelOperations {
  return connector.open(
    bindContext(connector, {
      settings: simulator.settings,
      credentials: simulator.credentials,
      http: createHttp({ budgets: createBudgets([], systemClock), clock: systemClock }),
      now: () => systemClock.now(),
      uuid: () => crypto.randomUUID(),
    }),
  )
}

const writesOf = (): LevelWrite[] =>
  keys.map((key, at) => ({ ...key, writeId: `w-${at}`, quantity: 10 + at, expected: undefined }))

const stories: Record<string, (operations: ChannelOperations) => Promise<void>> = {
  async check(operations) {
    const found = await operations.check()
    expect(found.accountId).not.toBe('')
  },
  async listings(operations) {
    const page = await operations.listings(undefined)
    expectSoundPage(page, undefined)
    for (const row of page.rows) expectSoundListing(row)
  },
  async activeListings(operations) {
    const cursor = JSON.stringify({ world: 'item', page: 1 })
    const page = await operations.listings(cursor)
    expectSoundPage(page, cursor)
    for (const row of page.rows) expectSoundListing(row)
  },
  async levels(operations) {
    for (const level of await operations.levels(keys)) {
      expectSoundLevel(level)
      expect(level.quantity ?? 0).toBeGreaterThanOrEqual(0)
    }
  },
  async setLevels(operations) {
    const writes = writesOf()
    expectSoundOutcomes(writes, await operations.setLevels(writes))
  },
  async orders(operations) {
    const page = await operations.orders({ since: new Date(0), cursor: undefined })
    expectSoundPage(page, undefined)
    for (const row of page.rows) expectSoundOrder(row)
  },
  async order(operations) {
    expectSoundOrder(await operations.order(orderId))
  },
  async recipient(operations) {
    expectSoundRecipient(await operations.recipient?.(orderId))
  },
  async ship(operations) {
    const shipment = {
      shipmentId: 's',
      orderExternalId: orderId,
      lines: [],
      tracking: undefined,
      notifyCustomer: false,
    }
    const { externalId } = await operations.ship({
      ...shipment,
      lines: [{ lineExternalId: 'x', quantity: 1 }],
    })
    expect(externalId).not.toBe('')
  },
  async registerWebhooks(operations) {
    await operations.registerWebhooks('http://127.0.0.1:9/webhooks')
  },
}

test.each(Object.entries(stories))(
  '%s: sound values or a closed error, whatever is answered',
  { timeout: 120_000 },
  async (_name, story) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 0, max: 3 }), async (seed, after) => {
        const random = seededRandom(seed)
        let answers = 0
        simulator.faults.rewriteAnswers((body) => {
          if (body.includes('"access_token"')) return body
          answers += 1
          // Now the first answer of an operation breaks, now a later one.
          if (answers <= after) return body
          return spoil(body, random)
        })
        try {
          await story(connect())
        } catch (error) {
          expectClosedError(error)
        } finally {
          simulator.faults.rewriteAnswers(undefined)
        }
      }),
      fromEnvironment({ numRuns: 60 }),
    )
  },
)

function spoil(body: string, random: () => number): string {
  if (random() < 0.2) return spoiltText(body, random)
  if (body.startsWith('{')) return spoiltValue(body, random)
  return body.startsWith('<') ? spoiltXml(body, random) : body
}

/** One element of a document loses its text, its end, or becomes something else. */
function spoiltXml(body: string, random: () => number): string {
  const elements = [...body.matchAll(/<(\w+)>([^<]*)<\/\1>/g)]
  const one = elements[Math.floor(random() * elements.length)]
  if (one === undefined) return body
  const [whole, name] = one
  const strangers = ['', '-1', '1e9', 'TELEPORTED', '99999999999999999999', '<Inner>1</Inner>', '&bogus;']
  const stranger = strangers[Math.floor(random() * strangers.length)] ?? ''
  const put = random() < 0.25 ? '' : `<${name}>${stranger}</${name}>`
  return `${body.slice(0, one.index)}${put}${body.slice(one.index + whole.length)}`
}
