import {
  bindContext,
  type ChannelOperations,
  type Connector,
  createBudgets,
  createHttp,
  systemClock,
} from '@plimsoll/connector-kit'
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
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { connector } from './index.ts'
import type { Credentials, Settings } from './settings.ts'
import { createRestCsvSimulator, type RestCsvSimulator } from './simulator/index.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Whatever the platform answers, an operation gives sound values or fails with one of the kit's classes. */

const typed: Connector<Settings, Credentials> = connector
const shops = new Map<
  boolean,
  { simulator: RestCsvSimulator; operations: ChannelOperations; orderId: string }
>()

beforeAll(async () => {
  for (const files of [false, true]) {
    const simulator = await createRestCsvSimulator({ files })
    const post = (path: string, body: object) =>
      fetch(`${simulator.url}/_control${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    await post('/products', [
      { sku: 'A', title: 'A; "quoted"', price: 1, quantity: 10, barcode: '4006381333931' },
      { sku: 'B', title: 'B', price: 1, quantity: 0, unitsTracked: false },
    ])
    const placed = await post('/orders', {
      lines: [
        { sku: 'A', quantity: 2 },
        { sku: 'B', quantity: 1 },
      ],
    })
    const { externalId: orderId } = (await placed.json()) as { externalId: string }
    await post(`/orders/${orderId}/pay`, {})
    const context = {
      settings: typed.manifest.settings.parse(simulator.settings),
      credentials: simulator.credentials,
      // What is tried here is not the pace.
      http: createHttp({
        budgets: createBudgets(
          [{ kind: 'token-bucket', name: 'calls', capacity: 10_000, refillPerSecond: 10_000 }],
          systemClock,
        ),
        clock: systemClock,
      }),
      now: () => systemClock.now(),
      uuid: () => 'uuid',
    }
    const operations = typed.open(
      bindContext(typed, {
        ...context,
        http: { ...context.http, budgets: withoutLearning(context.http.budgets) },
      }),
    )
    await operations.check() // tokens are fetched before
    shops.set(files, { simulator, operations, orderId })
  }
})
afterAll(async () => {
  for (const { simulator } of shops.values()) await simulator.close()
})

function withoutLearning<T extends { learnBucket: unknown }>(budgets: T): T {
  return { ...budgets, learnBucket: () => undefined }
}

test.each([
  ['one value of another kind', false, spoiltValue],
  ['broken text', false, spoiltText],
  ['broken files', true, spoiltText],
])('answers with %s', async (_what, files, spoil) => {
  const shop = shops.get(files)
  if (shop === undefined) throw new Error('no shop')
  const { simulator, operations, orderId } = shop
  const keys = ['1', '2', '3'].map((stockUnitId) => ({ stockUnitId, locationId: 'default' }))
  const writes = keys.map((key) => ({ ...key, writeId: key.stockUnitId, quantity: 4, expected: undefined }))
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.nat(6), async (seed, which) => {
      const random = seededRandom(seed)
      simulator.faults.rewriteAnswers((body) =>
        body === '' || body.includes('access_token') ? body : spoil(body, random),
      )
      try {
        switch (which) {
          case 0: {
            const page = await operations.listings(undefined)
            expectSoundPage(page, undefined)
            page.rows.forEach(expectSoundListing)
            break
          }
          case 1:
            ;(await operations.levels(keys)).forEach(expectSoundLevel)
            break
          case 2:
            expectSoundOutcomes(writes, await operations.setLevels(writes))
            break
          case 3: {
            const page = await operations.orders({ since: new Date(0), cursor: undefined })
            expectSoundPage(page, undefined)
            page.rows.forEach(expectSoundOrder)
            break
          }
          case 4:
            expectSoundOrder(await operations.order(orderId))
            break
          case 5:
            expectSoundRecipient(await operations.recipient?.(orderId))
            break
          default:
            expect((await operations.check()).accountId).not.toBe('')
        }
      } catch (error) {
        expectClosedErrorOrAssertion(error)
      } finally {
        simulator.faults.rewriteAnswers(undefined)
      }
    }),
    fromEnvironment({ numRuns: 150 }),
  )
})

/** What was found unsound is told as it is; everything else has to be of the closed set. */
function expectClosedErrorOrAssertion(error: unknown): void {
  if (error instanceof Error && error.name === 'AssertionError') throw error
  expectClosedError(error)
}
