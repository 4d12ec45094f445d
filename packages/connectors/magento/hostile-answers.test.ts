import type { ChannelOperations, LevelKey, LevelWrite, Page } from '@plimsoll/connector-kit'
import {
  expectClosedError,
  expectSoundEvents,
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
import { connect } from './testing/connect.ts'
import { startVariedShop, type VariedShop } from './testing/varied-shop.ts'

/**
 * The connector against a shop whose answers are broken on their way, as proxies, plugins and fatal errors break them.
 * Each operation answers sound canonical values, or fails with one of the closed classes.
 */

const keys: LevelKey[] = ['MUG', 'A/B, 50%#1', 'CARD', 'HOODIE-XS'].map((stockUnitId) => ({
  stockUnitId,
  locationId: 'default',
}))
const writes: LevelWrite[] = keys.map((key, at) => ({
  ...key,
  writeId: `w-${at}`,
  quantity: 30 + at,
  expected: undefined,
}))

type Story = (operations: ChannelOperations, orderIds: VariedShop['orderIds']) => Promise<void>

const stories: Record<string, Story> = {
  async check(operations) {
    const found = await operations.check()
    expect(found.account).not.toBe('')
    for (const scope of found.missingScopes) expect(scope).not.toBe('')
  },
  async locations(operations) {
    for (const location of await operations.locations()) expectSoundLocation(location)
  },
  async listings(operations) {
    await eachPage(
      (cursor) => operations.listings(cursor),
      ({ rows }) => rows.forEach(expectSoundListing),
    )
  },
  async listing(operations) {
    expectSoundListing(await operations.listing('1'))
  },
  async levels(operations) {
    for (const level of await operations.levels(keys)) {
      expectSoundLevel(level)
      expect(keys).toContainEqual({ stockUnitId: level.stockUnitId, locationId: level.locationId })
    }
  },
  async setLevels(operations) {
    expectSoundOutcomes(writes, await operations.setLevels(writes))
  },
  async outcomes(operations) {
    const many = Array.from(
      { length: 20 },
      (_, at) => ({ ...writes[at % 4], writeId: `w-${at}` }) as LevelWrite,
    )
    const outcomes = await operations.setLevels(many, { urgency: 'increase' })
    expectSoundOutcomes(many, outcomes)
    const tickets = outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
    for (const told of (await operations.outcomes?.(tickets)) ?? []) {
      expect(tickets).toContain(told.ticket)
      if (told.kind === 'refused') expectClosedError(told.error)
    }
  },
  async orders(operations) {
    await eachPage(
      (cursor) => operations.orders({ since: new Date(0), cursor }),
      ({ rows }) => rows.forEach(expectSoundOrder),
    )
  },
  async order(operations, { open }) {
    expectSoundOrder(await operations.order(open))
  },
  async recipient(operations, { open }) {
    expectSoundRecipient(await operations.recipient?.(open))
  },
  async countOrders(operations) {
    const count = await operations.countOrders?.({ from: new Date(0), to: new Date('2099-01-01') })
    expect(Number.isSafeInteger(count) && Number(count) >= 0).toBe(true)
  },
  async stream(operations) {
    await eachPage(
      async (cursor) => {
        const page = await operations.stream?.('shipments', { since: new Date(0), cursor })
        if (page === undefined) throw new Error('there is no stream')
        return page
      },
      ({ rows }) => {
        if (rows.length > 0) expectSoundEvents(rows)
      },
    )
  },
  async ship(operations, { begun }) {
    const { lines } = await operations.order(begun)
    const { externalId } = await operations.ship({
      shipmentId: 's-1',
      orderExternalId: begun,
      lines: lines.map((line) => ({
        lineExternalId: line.externalId,
        quantity: Math.max(1, line.current - line.shipped),
      })),
      tracking: { carrier: 'DHL', number: 'JD9', url: undefined },
      notifyCustomer: false,
    })
    expect(externalId).not.toBe('')
  },
  async cancel(operations, { paid }) {
    await operations.cancel?.({
      orderExternalId: paid,
      lines: undefined,
      reason: 'other',
      notifyCustomer: false,
    })
  },
  async withdraw(operations) {
    await operations.withdraw?.('1')
    await operations.reinstate?.('1')
  },
}

const kindsOfStock = [
  ['many sources', true],
  ['one stock', false],
] as const

describe.each([
  { trouble: 'one value of another kind', spoil: spoiltValue },
  { trouble: 'broken text', spoil: spoiltText },
])('$trouble', ({ spoil }) => {
  test.each(kindsOfStock)(
    'I12: %s: sound values or an error of the closed set',
    async (_, multiSource) => {
      const { simulator, orderIds } = await startVariedShop({ multiSource, bulkDelayMs: 0 })
      try {
        await fc.assert(
          fc.asyncProperty(fc.nat(), fc.constantFrom(...Object.keys(stories)), async (seed, name) => {
            const random = seededRandom(seed)
            const { operations } = connect(simulator, { settings: { asynchronousIncreases: true } })
            simulator.faults.rewriteAnswers((body) => (random() < 0.4 ? spoil(body, random) : body))
            await tells(() => stories[name]?.(operations, orderIds))
          }),
          { ...fromEnvironment({ numRuns: 400 }), endOnFailure: true },
        )
      } finally {
        simulator.faults.rewriteAnswers(undefined)
        await simulator.close()
      }
    },
    120_000,
  )
})

/** The story is told to its end, or the connector refused with one of the closed classes. */
async function tells(story: () => Promise<void> | undefined): Promise<void> {
  try {
    await story()
  } catch (error) {
    if (error instanceof Error && error.name === 'AssertionError') throw error
    expectClosedError(error)
  }
}

/** Reads on until the last page or the fifth. */
async function eachPage<T>(
  read: (cursor: string | undefined) => Promise<Page<T>>,
  check: (page: Page<T>) => void,
): Promise<void> {
  let cursor: string | undefined
  for (let pages = 0; pages < 5; pages += 1) {
    const page = await read(cursor)
    expectSoundPage(page, cursor)
    check(page)
    if (page.next === undefined) return
    cursor = page.next
  }
}

test('unspoilt, every story is told to its end', async () => {
  for (const multiSource of [true, false]) {
    const { simulator, orderIds } = await startVariedShop({ multiSource, bulkDelayMs: 0 })
    try {
      for (const [name, story] of Object.entries(stories)) {
        const { operations } = connect(simulator, { settings: { asynchronousIncreases: true } })
        await story(operations, orderIds).catch((cause: unknown) => {
          throw new Error(`${name}: ${cause}`, { cause })
        })
      }
    } finally {
      await simulator.close()
    }
  }
})
