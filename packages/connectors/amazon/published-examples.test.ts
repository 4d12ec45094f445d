import { expectSoundListing, expectSoundOrder } from '@plimsoll/connector-kit/conformance'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import * as answers from './answers.ts'
import { toVerdict } from './feeds.ts'
import { toCount, toLevel, toListing, toOrder, toOrderV0 } from './map.ts'
import { REGION_HEADER, webhooks } from './notifications.ts'
import { examplesOf, MODELS, operationsOf, published, readSpec } from './testing/published-models.ts'

/** What Amazon itself gives for examples is read: connector and simulator must not merely agree with each other. */
const isHere = published !== undefined

const read =
  <T>(schema: z.ZodType<T>, check: (value: T) => void = () => undefined) =>
  (example: unknown): void =>
    check(schema.parse(example))

const rowOf = (row: unknown) => {
  const item = answers.item.parse(row)
  const listing = toListing(item)
  if (listing !== undefined) expectSoundListing(listing)
  toLevel(answers.levelItem.parse(row))
}

const readers: Readonly<Record<string, (example: unknown) => void>> = {
  'listingsItems_2021-08-01 searchListingsItems': read(answers.itemPage, ({ items }) => items.forEach(rowOf)),
  'listingsItems_2021-08-01 getListingsItem': rowOf,
  'listingsItems_2021-08-01 patchListingsItem': read(answers.submission),
  'feeds_2021-06-30 createFeedDocument': read(answers.createdDocument),
  'feeds_2021-06-30 createFeed': read(answers.createdFeed),
  'feeds_2021-06-30 getFeed': read(answers.feed),
  'feeds_2021-06-30 getFeedDocument': read(answers.document),
  'reports_2021-06-30 createReport': read(answers.createdReport),
  'reports_2021-06-30 getReport': read(answers.report),
  'reports_2021-06-30 getReportDocument': read(answers.document),
  'orders_2026-01-01 searchOrders': read(answers.orderPage, ({ orders }) => {
    for (const row of orders) expectSoundOrder(toOrder(answers.order.parse(row)))
  }),
  'orders_2026-01-01 getOrder': read(answers.orderAnswer, ({ order }) => expectSoundOrder(toOrder(order))),
  'ordersV0 getOrders': read(answers.orderPageV0, ({ payload }) => {
    for (const row of payload.Orders) expectSoundOrder(toOrderV0(answers.orderV0.parse(row), []))
  }),
  'ordersV0 getOrder': read(answers.orderAnswerV0, ({ payload }) => expectSoundOrder(toOrderV0(payload, []))),
  'ordersV0 getOrderItems': read(answers.orderItemsV0),
  'fbaInventory getInventorySummaries': read(answers.summaries, ({ payload }) => {
    for (const summary of payload.inventorySummaries) toCount(summary)
  }),
  'sellers getMarketplaceParticipations': read(answers.participations),
  'notifications getDestinations': read(answers.destinations),
  'notifications createDestination': read(answers.createdDestination),
  'notifications getSubscription': read(answers.subscription),
  'notifications createSubscription': read(answers.subscription),
}

const examples = isHere
  ? MODELS.flatMap(operationsOf).flatMap((operation) =>
      examplesOf(operation).flatMap((example, at) => {
        const name = `${operation.model} ${operation.operationId}`
        return readers[name] === undefined ? [] : [{ name, at, example }]
      }),
    )
  : []

describe.skipIf(!isHere)('the published examples', () => {
  test('there are some of nearly every operation', () => {
    const named = new Set(examples.map(({ name }) => name))
    const without = Object.keys(readers).filter((name) => !named.has(name))
    expect(without).toEqual(['fbaInventory getInventorySummaries'])
  })

  test.each(examples)('$name, example $at', ({ name, example }) => {
    readers[name]?.(example)
  })

  test('a feed’s report: which rows were refused, and why', () => {
    const path = 'schemas/feeds/listings-feed-processing-report-schema-v2.example.json'
    const { errors, whole } = toVerdict(answers.feedReport.parse(readSpec(path)))
    expect(whole).toBeUndefined()
    expect([...errors].map(([messageId, { code }]) => [messageId, code])).toEqual([
      [4, '90220'],
      [5, '99022'],
    ])
  })

  test.each([
    ['OrderChangeNotification', 'order'],
    ['FeedProcessingFinishedNotification', 'ignored'],
    ['ListingsItemMfnQuantityChange', 'level'],
  ])('%s: %s', (schema, kind) => {
    const given = readSpec(`schemas/notifications/${schema}.json`).examples
    expect(Array.isArray(given) && given.length > 0).toBe(true)
    for (const example of Array.isArray(given) ? given : []) {
      const message = { headers: { [REGION_HEADER]: 'na' }, body: Buffer.from(JSON.stringify(example)) }
      expect(webhooks.parse(message)).toMatchObject([{ kind }])
    }
  })
})

test.skipIf(isHere)('the published examples are not here: nothing was read of them', () => {
  expect(examples).toEqual([])
})
