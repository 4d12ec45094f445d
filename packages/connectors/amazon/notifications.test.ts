import { manualClock } from '@plimsoll/connector-kit'
import { expectSoundEvents, fromEnvironment, spoiltValue } from '@plimsoll/connector-kit/conformance'
import { seededRandom } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REGION_HEADER, webhooks } from './notifications.ts'
import { arnOf } from './subscriptions.ts'
import { atOnce, withAccount } from './testing/connected-account.ts'

const message = (body: unknown, region = 'eu') => ({
  headers: { [REGION_HEADER]: region },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
})

const orderChange = (changes: object = {}) => ({
  NotificationVersion: '1.0',
  NotificationType: 'ORDER_CHANGE',
  PayloadVersion: '1.0',
  EventTime: '2026-11-20T10:00:00.123Z',
  Payload: {
    OrderChangeNotification: {
      NotificationLevel: 'OrderLevel',
      SellerId: 'A3SELLER0001',
      AmazonOrderId: '112-0000001-0000002',
      OrderChangeType: 'OrderStatusChange',
      OrderChangeTrigger: { TimeOfOrderChange: '2026-11-20T09:59:59Z', ChangeReason: 'New' },
      Summary: {
        MarketplaceId: 'A1PA6795UKMFR9',
        OrderStatus: 'Pending',
        FulfillmentType: 'MFN',
        OrderItems: [{ OrderItemId: '1', SellerSKU: 'TEA', Quantity: 2 }],
        ...changes,
      },
    },
  },
})

const feedFinished = {
  notificationVersion: '2020-09-04',
  notificationType: 'FEED_PROCESSING_FINISHED',
  payload: {
    feedProcessingFinishedNotification: {
      sellerId: 'A3SELLER0001',
      accountId: 'amzn1.merchant.o.A3SELLER0001',
      feedId: '1',
      processingStatus: 'DONE',
    },
  },
}

const quantityChange = (FulfillmentChannelCode: string) => ({
  NotificationType: 'LISTINGS_ITEM_MFN_QUANTITY_CHANGE',
  EventTime: '2026-11-20T10:00:00Z',
  Payload: { SellerId: 'A3SELLER0001', FulfillmentChannelCode, Sku: 'TEA', Quantity: 99 },
})

test('an order that changed is read by itself: the notification’s time is not the order’s', () => {
  expect(webhooks.parse(message(orderChange()))).toEqual([
    { kind: 'order', externalId: '112-0000001-0000002', version: undefined, order: undefined },
  ])
  expect(webhooks.parse(message(orderChange({ FulfillmentType: 'AFN' })))).toMatchObject([
    { kind: 'ignored' },
  ])
})

test('what Amazon keeps, and orders that it sends for others: hints to read the count and the list', () => {
  const kept = {
    NotificationType: 'FBA_INVENTORY_AVAILABILITY_CHANGES',
    Payload: { SellerId: 'A3SELLER0001', FNSKU: 'X1', ASIN: 'B1', SKU: 'TEA' },
  }
  expect(webhooks.parse(message(kept))).toEqual([{ kind: 'counted' }])
  const sent = {
    NotificationType: 'FULFILLMENT_ORDER_STATUS',
    Payload: {
      FulfillmentOrderStatusNotification: { SellerId: 'A3SELLER0001', SellerFulfillmentOrderId: 'an-id' },
    },
  }
  expect(webhooks.parse(message(sent))).toEqual([
    { kind: 'shipment', externalId: 'an-id', version: undefined, shipment: undefined },
  ])
  expect(webhooks.accountOf?.(message(sent))).toBe(webhooks.accountOf?.(message(orderChange())))
})

test('a number that changed is a level; sent to EventBridge alone, it may come in that envelope', () => {
  const level = {
    stockUnitId: 'TEA',
    locationId: 'DEFAULT',
    quantity: 99,
    updatedAt: new Date('2026-11-20T10:00:00Z'),
  }
  const wrapped = {
    version: '0',
    'detail-type': 'LISTINGS_ITEM_MFN_QUANTITY_CHANGE',
    detail: quantityChange('DEFAULT'),
  }
  for (const body of [quantityChange('DEFAULT'), wrapped]) {
    expect(webhooks.parse(message(body))).toEqual([{ kind: 'level', level }])
    expect(webhooks.mayWait?.(message(body))).toBe(true)
  }
  expect(webhooks.parse(message(quantityChange('d7679e14')))).toMatchObject([{ kind: 'ignored' }])
  expect(webhooks.mayWait?.(message(orderChange()))).toBe(false)
})

test.each([
  ['an order', orderChange()],
  ['a feed, in the newer spelling', feedFinished],
  ['a number', quantityChange('DEFAULT')],
])('whose it is: %s', (_, body) => {
  expect(webhooks.accountOf?.(message(body))).toBe('eu:A3SELLER0001')
  expect(webhooks.accountOf?.({ ...message(body), headers: {} })).toBeUndefined()
})

test('a vendor’s feed names no seller, and what is no notification names nobody', () => {
  const { sellerId: _, ...rest } = feedFinished.payload.feedProcessingFinishedNotification
  const vendors = { ...feedFinished, payload: { feedProcessingFinishedNotification: rest } }
  expect(webhooks.accountOf?.(message(vendors))).toBeUndefined()
  for (const body of ['', '{', 'null', '[]', '{}', '{"NotificationType":""}']) {
    expect(webhooks.accountOf?.(message(body))).toBeUndefined()
    expect(() => webhooks.parse(message(body))).toThrow('no notification')
  }
  expect(() => webhooks.parse(message({ NotificationType: 'ORDER_CHANGE', Payload: {} }))).toThrow(
    'ORDER_CHANGE',
  )
  expect(webhooks.parse(message({ NotificationType: 'PRICING_HEALTH', Payload: {} }))).toMatchObject([
    { kind: 'ignored' },
  ])
})

test('whatever is spoilt in one, it is sound events or Malformed', () => {
  const bodies = [orderChange(), feedFinished, quantityChange('DEFAULT')].map((body) => JSON.stringify(body))
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.nat(), (body, seed) => {
      const spoilt = message(spoiltValue(body, seededRandom(seed)))
      try {
        expectSoundEvents(webhooks.parse(spoilt))
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'Malformed') throw error
      }
    }),
    fromEnvironment(),
  )
})

describe('the queue', () => {
  test('subscriptions are made once, and led back when somebody led them elsewhere', () =>
    withAccount({ ...atOnce, isSubscribed: false }, async ({ operations, simulator }) => {
      const types = [
        'ORDER_CHANGE',
        'FBA_INVENTORY_AVAILABILITY_CHANGES',
        'FEED_PROCESSING_FINISHED',
        'FULFILLMENT_ORDER_STATUS',
      ]
      expect(await operations.registerWebhooks('')).toEqual({ registered: types, repaired: [] })
      // The hub asks every hour and counts what was mended.
      expect(await operations.registerWebhooks('')).toEqual({ registered: [], repaired: [] })
      expect(simulator.notifications.destinations.size).toBe(1)
      const subscription = simulator.notifications.subscriptions.get('ORDER_CHANGE')
      if (subscription !== undefined) subscription.destinationId = 'elsewhere'
      expect(await operations.registerWebhooks('')).toEqual({ registered: [], repaired: ['ORDER_CHANGE'] })
    }))

  test('of orders that Amazon sends for others it is told only where it sends any', () =>
    withAccount(
      { ...atOnce, isSubscribed: false, settings: { multiChannel: false } },
      async ({ operations }) => {
        expect((await operations.registerWebhooks('')).registered).not.toContain('FULFILLMENT_ORDER_STATUS')
      },
    ))

  test('without a queue there is nothing to register and nothing to pull', () =>
    withAccount({ ...atOnce, settings: { queueUrl: undefined } }, async ({ operations, calls }) => {
      expect(await operations.registerWebhooks('https://hub.example')).toEqual({
        registered: [],
        repaired: [],
      })
      expect(operations.pull).toBeUndefined()
      expect(calls).toEqual([])
      expect((await operations.check()).warnings.join()).toContain('No queue')
    }))

  test('a name that is no queue’s address becomes no ARN by mistake', () => {
    expect(arnOf('https://sqs.eu-west-1.amazonaws.com/123456789012/orders')).toBe(
      'arn:aws:sqs:eu-west-1:123456789012:orders',
    )
    expect(arnOf('https://sqs.cn-north-1.amazonaws.com.cn/123456789012/orders')).toBe(
      'arn:aws-cn:sqs:cn-north-1:123456789012:orders',
    )
  })

  test.each([
    ['InvalidSignatureException', 403, 'unauthorized'],
    ['AccessDeniedException', 403, 'forbidden'],
    ['QueueDoesNotExist', 400, 'not-found'],
    ['ThrottlingException', 400, 'rate-limited'],
    ['InvalidParameterValue', 400, 'invalid'],
    ['InternalFailure', 500, 'unavailable'],
  ])('%s is %s %s', (code, status, kind) =>
    withAccount(atOnce, async ({ operations, simulator }) => {
      simulator.faults.answerNext({ status, body: JSON.stringify({ __type: `com.amazonaws.sqs#${code}` }) })
      await expect(operations.pull?.()).rejects.toMatchObject({ kind })
    }),
  )

  test('a receipt that is not good any more is no failure; a passing one is', () =>
    withAccount(atOnce, async ({ operations, simulator }) => {
      await operations.acknowledge?.(['never-given'])
      const failed = [{ Id: '0', Code: 'InternalError', SenderFault: false }]
      simulator.faults.answerNext({ status: 200, body: JSON.stringify({ Failed: failed }) })
      await expect(operations.acknowledge?.(['r'])).rejects.toMatchObject({ kind: 'unavailable' })
    }))

  test('a received message is hidden for as long as the queue says', async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26))
    await withAccount(
      { ...atOnce, clock, visibilityMs: 30_000 },
      async ({ operations, seed, buy, simulator }) => {
        await seed({ sku: 'TEA' })
        await buy('TEA', 1)
        const [first] = (await operations.pull?.()) ?? []
        expect(first).toBeDefined()
        await clock.advance(30_000)
        const [second] = (await operations.pull?.()) ?? []
        expect(second?.body).toEqual(first?.body)
        await operations.acknowledge?.([second?.receipt ?? ''])
        expect(simulator.queue.size()).toBe(0)
      },
    )
  })
})
