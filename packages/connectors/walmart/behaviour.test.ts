import { manualClock, type WebhookRequest } from '@plimsoll/connector-kit'
import { openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { describe, expect, test } from 'vitest'
import { FEED_FROM } from './feeds.ts'
import { connector } from './index.ts'
import { halfOf } from './orders.ts'
import { wantedOf } from './subscriptions.ts'
import { withSeller } from './testing/connected-seller.ts'

const NODES = ['1000005050', '1000005051'] as const
const write = (stockUnitId: string, quantity: number, locationId: string = NODES[0]) => ({
  writeId: `${stockUnitId} ${locationId}`,
  stockUnitId,
  locationId,
  quantity,
  expected: undefined,
})
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `S-${at}`)

describe('feeds', () => {
  test('many increases are accepted as one feed, worked on later, and told row by row', async () => {
    const clock = manualClock()
    await withSeller({ clock, feedDelayMs: 60_000 }, async ({ operations, seed, calls }) => {
      const skus = numbered(FEED_FROM)
      await seed(Object.fromEntries(skus.map((sku) => [sku, 1])))
      const writes = [...skus.slice(1), 'GONE'].map((sku) => write(sku, 9))
      const outcomes = await operations.setLevels(writes, { urgency: 'increase' })
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
      expect(calls.filter(({ operation }) => operation.startsWith('setLevels'))).toHaveLength(1)
      const tickets = outcomes.flatMap((outcome) => (outcome.kind === 'accepted' ? [outcome.ticket] : []))
      const ask = async () => await operations.outcomes?.(tickets)
      expect(new Set((await ask())?.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
      await clock.advance(60_000)
      const told = await ask()
      expect(told?.filter(({ kind }) => kind === 'refused')).toMatchObject([{ error: { kind: 'not-found' } }])
      expect(told?.filter(({ kind }) => kind === 'applied')).toHaveLength(skus.length - 1)
      await clock.advance(8 * 86_400_000)
      expect(new Set((await ask())?.map(({ kind }) => kind))).toEqual(new Set(['unknown']))
    })
  })

  test('where no feed is left this hour, some are written singly and the others wait', async () => {
    const feeds = { capacity: 1, refillPerSecond: 1 / 3_600 }
    await withSeller({ limits: { feeds }, seller: { feedsPerHour: 1 } }, async ({ operations, seed }) => {
      const skus = numbered(FEED_FROM)
      await seed(Object.fromEntries(skus.map((sku) => [sku, 1])))
      await operations.check() // learns how many feeds the account has
      const kindsOf = async (quantity: number) => {
        const writes = skus.map((sku) => write(sku, quantity))
        const outcomes = await operations.setLevels(writes, { urgency: 'increase' })
        return Object.entries(Object.groupBy(outcomes, ({ kind }) => kind)).map(([kind, rows]) => [
          kind,
          rows?.length,
        ])
      }
      expect(await kindsOf(5)).toEqual([['accepted', FEED_FROM]])
      expect(await kindsOf(6)).toEqual([
        ['applied', 50],
        ['untouched', FEED_FROM - 50],
      ])
    })
  })

  test('an account without fulfilment centres has one place, and its own feed', () =>
    withSeller(
      { nodes: [{ id: 'hidden', name: 'Default', nodeType: 'VIRTUAL', status: 'ACTIVE' }] },
      async (seller) => {
        const { operations, simulator } = seller
        const skus = numbered(FEED_FROM)
        await seller.seed(Object.fromEntries(skus.map((sku) => [sku, 1])))
        const writes = skus.map((sku) => write(sku, 4, 'default'))
        const [applied] = await operations.setLevels(writes.slice(0, 1))
        expect(applied).toMatchObject({ kind: 'applied', quantity: 4 })
        const outcomes = await operations.setLevels(writes, { urgency: 'increase' })
        expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
        expect(simulator.marketplace.inputOf('S-0', 'hidden')).toBe(4)
      },
    ))
})

describe('levels', () => {
  test('several fulfilment centres of a SKU are read in one call, each written by itself', () =>
    withSeller({ nodes: ['East', 'West'] }, async ({ operations, seed, calls }) => {
      await seed({ TEA: 5 })
      const outcomes = await operations.setLevels([write('TEA', 3), write('TEA', 8, NODES[1])])
      expect(outcomes).toMatchObject([
        { kind: 'applied', quantity: 3 },
        { kind: 'applied', quantity: 8 },
      ])
      const before = calls.length
      const keys = NODES.map((locationId) => ({ stockUnitId: 'TEA', locationId }))
      expect((await operations.levels(keys)).map(({ quantity }) => quantity)).toEqual([3, 8])
      expect(calls.slice(before)).toHaveLength(1)
    }))

  test.each(['..', '.', 'a/b', '50%', 'a+b&c=d', 'ünïcödé 中文', 'emoji🧦', '#?;', "it's", 'a\\b'])(
    'the SKU "%s" is listed, read at one and at two places, and written',
    (sku) =>
      withSeller({ nodes: ['East', 'West'] }, async ({ operations, seed }) => {
        await seed({ OTHER: 1, [sku]: 5 })
        expect((await operations.listing(sku)).sku).toBe(sku)
        await operations.setLevels([write(sku, 2), write(sku, 6, NODES[1])])
        const keys = NODES.map((locationId) => ({ stockUnitId: sku, locationId }))
        expect((await operations.levels(keys)).map(({ quantity }) => quantity)).toEqual([2, 6])
        expect((await operations.levels(keys.slice(1))).map(({ quantity }) => quantity)).toEqual([6])
      }),
  )

  test('writes that Walmart throttles are not lost: what it did not take is untouched', () =>
    withSeller({ limits: { 'inventory-put': { capacity: 4, refillPerSecond: 2 } } }, async (seller) => {
      const skus = numbered(20)
      await seller.seed(Object.fromEntries(skus.map((sku) => [sku, 1])))
      const outcomes = await seller.operations.setLevels(skus.map((sku) => write(sku, 0)))
      const { applied = [], untouched = [], refused } = Object.groupBy(outcomes, ({ kind }) => kind)
      expect(refused).toBeUndefined()
      expect(applied.length).toBeGreaterThanOrEqual(4)
      expect(applied.length + untouched.length).toBe(20)
      for (const { writeId } of untouched) {
        expect(seller.simulator.marketplace.inputOf(writeId.split(' ')[0] ?? '', NODES[0])).toBe(1)
      }
    }))

  test('many levels are read fifty SKUs a call; what the list does not have is asked for by name', () =>
    withSeller({ nodes: ['East', 'West'] }, async ({ operations, seed, calls }) => {
      const skus = numbered(120)
      await seed(Object.fromEntries(skus.map((sku, at) => [sku, at])))
      const keys = [...skus, 'GONE'].map((stockUnitId) => ({ stockUnitId, locationId: NODES[0] }))
      await operations.check()
      const before = calls.length
      const levels = await operations.levels(keys)
      expect(levels.map(({ quantity }) => quantity).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(
        skus.map((_, at) => at),
      )
      expect(calls.slice(before).map(({ operation }) => operation)).toEqual([
        'levels.nodes',
        'levels.nodes',
        'levels.nodes',
        'levels',
      ])
      // A few of a long list are read by name after one look at how long it is.
      const few = calls.length
      expect(await operations.levels(keys.slice(0, 2))).toHaveLength(2)
      expect(calls.length - few).toBe(2)
    }))

  test('an unpublished item keeps its stock, a retired one is gone', () =>
    withSeller({}, async ({ operations, seed, simulator }) => {
      await seed({ OFF: 3, OLD: 3 })
      const { items } = simulator.marketplace
      Object.assign(items.get('OFF') ?? {}, { publishedStatus: 'UNPUBLISHED' })
      Object.assign(items.get('OLD') ?? {}, { lifecycleStatus: 'RETIRED' })
      expect((await operations.listing('OFF')).state).toBe('inactive')
      expect((await operations.listing('OLD')).state).toBe('gone')
      expect(await operations.setLevels([write('OFF', 7)])).toMatchObject([{ kind: 'applied', quantity: 7 }])
    }))
})

describe('listings', () => {
  test('a page whose answer is lost is not lost: the list comes out short and is read again', () =>
    withSeller({}, async ({ operations, seed, simulator }) => {
      const skus = numbered(120)
      await seed(Object.fromEntries(skus.map((sku) => [sku, 1])))
      const first = await operations.listings(undefined)
      simulator.faults.set({ dropResponseRate: 1 })
      await expect(operations.listings(first.next)).rejects.toMatchObject({ kind: 'unavailable' })
      simulator.faults.set({ dropResponseRate: 0 })
      const seen = new Set(first.rows.map(({ sku }) => sku))
      for (let cursor = first.next; cursor !== undefined; ) {
        const page = await operations.listings(cursor)
        for (const { sku } of page.rows) seen.add(sku)
        cursor = page.next
      }
      expect(skus.filter((sku) => !seen.has(sku))).toEqual([])
    }))
})

describe('orders', () => {
  test('an order older than a week is found when it changes', async () => {
    const clock = manualClock()
    await withSeller({ clock, shipWithinMs: 30 * 86_400_000 }, async ({ operations, seed, buy, step }) => {
      await seed({ TEA: 9 })
      const id = await buy({ TEA: 1 })
      await clock.advance(20 * 86_400_000)
      const since = new Date(clock.now())
      await step(id, 'cancel')
      const { rows } = await operations.orders({ since, cursor: undefined })
      expect(rows).toMatchObject([{ externalId: id, state: 'cancelled' }])
    })
  })

  test('what is not shipped in time Walmart cancels by itself', async () => {
    const clock = manualClock()
    await withSeller({ clock }, async ({ operations, seed, buy }) => {
      await seed({ TEA: 9 })
      const id = await buy({ TEA: 2 })
      await clock.advance(6 * 86_400_000)
      expect(await operations.order(id)).toMatchObject({ state: 'cancelled', lines: [{ current: 0 }] })
    })
  })

  test('too many for one query are read in halves', () => {
    const now = 1_000_000_000
    expect(halfOf({ from: 0 }, { total: 9_001, now })).toEqual({ from: 0, to: 500_000_000 })
    expect(halfOf({ from: 0, to: 100 * 60_000 }, { total: 20_000, now })).toEqual({
      from: 0,
      to: 50 * 60_000,
    })
    expect(halfOf({ from: 0 }, { total: 9_000, now })).toBeUndefined()
    // Within two minutes there is nothing left to halve.
    expect(halfOf({ from: now - 100_000 }, { total: 20_000, now })).toBeUndefined()
  })

  test('units of two fulfilment centres are two purchase orders of one customer’s order', () =>
    withSeller({ nodes: ['East', 'West'] }, async ({ operations, seed, buy }) => {
      await seed({ TEA: 3 })
      await operations.setLevels([write('TEA', 4, NODES[1])])
      await buy({ TEA: 6 })
      const { rows } = await operations.orders({ since: new Date(0), cursor: undefined })
      expect(rows.map(({ locationId, lines }) => [locationId, lines[0]?.current])).toEqual([
        [NODES[0], 3],
        [NODES[1], 3],
      ])
      expect(new Set(rows.map(({ number }) => number)).size).toBe(1)
    }))
})

describe('access', () => {
  test('rights that are missing are named, and an account that may not sell is told', () =>
    withSeller(
      {
        seller: {
          status: 'SUSPENDED',
          scopes: { item: 'view_only', inventory: 'view_only', orders: 'no_access' },
        },
      },
      async ({ operations }) => {
        const found = await operations.check()
        expect(found.accountId).toBe('10000012345')
        expect(found.missingScopes).toEqual([
          'inventory: full_access',
          'feeds: full_access',
          'orders: full_access',
          'shipping: view_only',
        ])
        expect(found.warnings).toEqual([expect.stringContaining('SUSPENDED')])
      },
    ))

  test('a token serves most of its quarter of an hour, and is renewed before its end', async () => {
    const clock = manualClock()
    await withSeller({ clock }, async ({ operations, calls }) => {
      const tokens = () => calls.filter(({ operation }) => operation === 'token').length
      await operations.check()
      await clock.advance(13 * 60_000)
      await operations.check()
      expect(tokens()).toBe(1)
      await clock.advance(90_000)
      await operations.check()
      expect(tokens()).toBe(2)
      expect(calls.filter(({ outcome }) => 'status' in outcome && outcome.status === 401)).toEqual([])
    })
  })

  test('without WFS nothing is asked of it', () =>
    withSeller({ wfs: false }, async ({ operations, seed, calls }) => {
      await seed({ TEA: 1 })
      expect((await operations.locations()).map(({ externalId }) => externalId)).toEqual([NODES[0]])
      expect((await operations.listings(undefined)).rows).toMatchObject([{ fulfilledBy: 'merchant' }])
      expect(await operations.counts?.(undefined)).toMatchObject({ rows: [], next: undefined })
      expect(calls.filter(({ url }) => url.includes('fulfillment'))).toEqual([])
    }))
})

describe('events', () => {
  test('one that was switched off or signs otherwise is repaired; others’ are left alone', () =>
    withSeller({}, async ({ operations, simulator }) => {
      const inbox = await openWebhookInbox()
      try {
        const first = await operations.registerWebhooks(inbox.url)
        expect(first).toEqual({
          registered: ['ORDER_UPDATES', 'OFFER_PUBLISHED', 'OFFER_UNPUBLISHED'],
          repaired: [],
        })
        await operations.registerWebhooks('https://elsewhere.example/in')
        expect(await operations.registerWebhooks(inbox.url)).toEqual({ registered: [], repaired: [] })
        const own = [...simulator.subscriptions.values()].filter(({ eventUrl }) => eventUrl === inbox.url)
        expect(own).toHaveLength(3)
        Object.assign(own[0] ?? {}, { status: 'INACTIVE' })
        Object.assign(own[1] ?? {}, {
          authDetails: { authMethod: 'BASIC_AUTH', userName: 'a', password: 'b' },
        })
        expect(await operations.registerWebhooks(inbox.url)).toEqual({
          registered: [],
          repaired: ['ORDER_UPDATES', 'OFFER_PUBLISHED'],
        })
        expect(new Set(own.map(({ status }) => status))).toEqual(new Set(['ACTIVE']))
        expect(new Set(own.map(({ authDetails }) => authDetails?.authMethod))).toEqual(new Set(['HMAC']))
      } finally {
        await inbox.close()
      }
    }))

  test('older event names are taken where the newer one is not offered', () => {
    const names = ['PO_CREATED', 'PO_LINE_AUTOCANCELLED', 'OFFER_UNPUBLISHED', 'BUY_BOX_CHANGED']
    const offered = names.map((eventType) => ({
      eventType,
      resourceName: undefined,
      eventVersion: undefined,
    }))
    expect(wantedOf(offered).map(({ eventType }) => eventType)).toEqual([
      'PO_CREATED',
      'PO_LINE_AUTOCANCELLED',
      'OFFER_UNPUBLISHED',
    ])
  })

  test.each([
    [{ meta: { subEventType: 'PO_CREATED' }, order: { purchaseOrderId: 17 } }, '17'],
    [{ partnerId: '1', purchaseOrderId: '18', order: {} }, '18'],
  ])('both shapes of an order’s event name it: %o', (payload, externalId) => {
    const body = Buffer.from(JSON.stringify({ source: { eventType: 'ORDER_UPDATES' }, payload }))
    const message: Pick<WebhookRequest, 'headers' | 'body'> = { headers: {}, body }
    expect(connector.webhooks.parse(message)).toEqual([
      { kind: 'order', externalId, version: undefined, order: undefined },
    ])
  })
})
