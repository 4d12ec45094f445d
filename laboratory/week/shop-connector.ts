import {
  type ChannelOperations,
  Conflict,
  type Connector,
  type ConnectorContext,
  type ExternalOrder,
  Invalid,
  type LevelWrite,
  NotFound,
  Unavailable,
  type WebhookEvent,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { LATEST_EFFECT_MS } from '../platforms/kinds.ts'
import type { CallFate } from '../world/weather.ts'
import type { Shop, ShopOrder } from './shop.ts'

const credentials = z.object({ key: z.string() })
type Credentials = z.infer<typeof credentials>
export const SHOP_KEY = 'key'
const ROWS_PER_PAGE = 50

type Reach = {
  call<Answer>(call: {
    operation: string
    asks: unknown
    writes?: readonly LevelWrite[]
    signal: AbortSignal | undefined
    act(fate: CallFate): Answer
  }): Promise<Answer>
  now(): number
}

/** The connector of one shop, as one process of the hub holds it. */
export function createShopConnector(shop: Shop, reach: Reach): Connector {
  const counts = shop.style === 'counts-open-orders'
  const connector: Connector<object, Credentials> = {
    manifest: {
      id: `lab-${shop.name}`,
      name: shop.name,
      kind: 'channel',
      colour: '#0b5394',
      regions: ['world'],
      settings: z.object({}),
      credentials,
      capabilities: {
        multiLocation: false,
        writeStyle: counts ? 'counts-open-orders' : 'compare-and-set',
        proof: 'echo',
        allOrNothing: false,
        batchMax: 100,
        quantityMax: 1_000_000,
        webhooks: ['order'],
        tracking: true,
        cancel: false,
        latestEffectMs: LATEST_EFFECT_MS,
        visibilityLagMs: 0,
        facts: [],
      },
      budgets: [{ kind: 'token-bucket', name: 'requests', capacity: 80, refillPerSecond: 10 }],
    },
    open: (context) => openOperations(shop, reach, context),
    webhooks: {
      verify: (request, given) => request.headers['x-key'] === given.credentials.key,
      parse: (request) => parseOrder(Buffer.from(request.body).toString('utf8')),
      personalDataKeys: [],
    },
  }
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return connector as Connector
}

export function showOrder(shop: Shop, order: ShopOrder): ExternalOrder {
  const subtracted = shop.style === 'counts-open-orders' ? 'never' : 'yes'
  return {
    externalId: order.id,
    number: `#${order.id}`,
    state: order.state,
    placedAt: new Date(order.placedAt),
    version: order.version,
    currency: 'EUR',
    test: false,
    locationId: 'default',
    lines: order.lines.map(({ id, sku, ordered, current, shipped }) => ({
      externalId: id,
      listingExternalId: sku,
      sku,
      title: sku,
      ordered,
      current,
      shipped,
      returned: 0,
      subtracted,
    })),
  }
}

export function orderBody(shop: Shop, order: ShopOrder): string {
  return JSON.stringify(showOrder(shop, order))
}

function parseOrder(text: string): WebhookEvent[] {
  const told = JSON.parse(text) as Omit<ExternalOrder, 'placedAt'> & { placedAt: string }
  const order = { ...told, placedAt: new Date(told.placedAt) }
  return [{ kind: 'order', externalId: order.externalId, version: order.version, order }]
}

function openOperations(
  shop: Shop,
  reach: Reach,
  { http: { budgets } }: ConnectorContext<object, Credentials>,
): ChannelOperations {
  const call = async <Answer>(
    operation: string,
    asks: unknown,
    signal: AbortSignal | undefined,
    act: () => Answer,
    writes?: readonly LevelWrite[],
  ): Promise<Answer> => {
    const permit = await budgets.acquire({ cost: 1, priority: 5, ...(signal !== undefined && { signal }) })
    try {
      return await reach.call({
        operation,
        asks,
        signal,
        ...(writes !== undefined && { writes }),
        act: ({ answer }) => {
          if (answer === 'unavailable') throw new Unavailable('503', true)
          return act()
        },
      })
    } finally {
      permit.settle()
    }
  }
  const find = (id: string): ShopOrder => {
    const order = shop.orders.get(id)
    if (order === undefined) throw new NotFound(`There is no order ${id}`)
    return order
  }
  return {
    check: (options) =>
      call('check', [], options?.signal, () => ({
        account: shop.name,
        accountId: shop.name,
        currency: 'EUR',
        timeZone: undefined,
        missingScopes: [],
        warnings: [],
      })),
    locations: async () => [{ externalId: 'default', name: 'Default', active: true }],
    listings: (_cursor, options) =>
      call('listings', [], options?.signal, () => ({
        rows: [...shop.levels.keys()].map(toListing),
        next: undefined,
        platformTime: undefined,
      })),
    listing: (id, options) =>
      call('listing', [id], options?.signal, () => {
        if (!shop.levels.has(id)) throw new NotFound(`There is no listing ${id}`)
        return toListing(id)
      }),
    levels: (keys, options) =>
      call('levels', keys, options?.signal, () =>
        keys.flatMap(({ stockUnitId, locationId }) => {
          const quantity = shop.levels.get(stockUnitId)
          return quantity === undefined
            ? []
            : [{ stockUnitId, locationId, quantity: Math.max(0, quantity), updatedAt: undefined }]
        }),
      ),
    setLevels: (writes, options) =>
      call('setLevels', writes, options?.signal, () => writes.map((write) => carryOut(shop, write)), writes),
    orders: ({ since, cursor }, options) =>
      call('orders', [since, cursor], options?.signal, () => {
        const after = cursor === undefined ? 0 : Number(cursor)
        const changed = [...shop.orders.values()]
          .filter(({ changedAt, version }) => changedAt >= since.getTime() && version > after)
          .sort((one, other) => one.version - other.version)
        const rows = changed.slice(0, ROWS_PER_PAGE)
        return {
          rows: rows.map((order) => showOrder(shop, order)),
          next: changed.length > rows.length ? String(rows.at(-1)?.version) : undefined,
          platformTime: new Date(reach.now()),
        }
      }),
    order: (id, options) => call('order', [id], options?.signal, () => showOrder(shop, find(id))),
    recipient: (id, options) =>
      call('recipient', [id], options?.signal, () => {
        find(id)
        return {
          name: `Shopper of ${id}`,
          company: undefined,
          addressLines: ['1 Quay Street'],
          city: 'Bristol',
          region: undefined,
          postalCode: 'BS1 4DJ',
          country: 'GB',
          phone: undefined,
          email: undefined,
        }
      }),
    ship: ({ shipmentId, orderExternalId, lines }, options) =>
      call('ship', [shipmentId, orderExternalId, lines], options?.signal, () => {
        const told = lines.map(({ lineExternalId, quantity }) => ({
          lineId: lineExternalId,
          units: quantity,
        }))
        if (!shop.ship(shipmentId, orderExternalId, told))
          throw new Invalid('It is open no more, or not so much of it', 'lines')
        return { externalId: shipmentId }
      }),
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}

function carryOut(shop: Shop, { writeId, stockUnitId, quantity, expected }: LevelWrite): WriteOutcome {
  const shown = shop.levels.get(stockUnitId)
  if (shown === undefined)
    return { writeId, kind: 'refused', error: new NotFound(`There is no ${stockUnitId}`) }
  const isGuarded = shop.style === 'falls-at-order' && expected !== undefined
  if (isGuarded && expected !== shown)
    return { writeId, kind: 'refused', error: new Conflict('Another quantity is there', shown) }
  shop.levels.set(stockUnitId, quantity)
  return { writeId, kind: 'applied', quantity }
}

function toListing(sku: string) {
  return {
    externalId: sku,
    sku,
    barcode: undefined,
    title: sku,
    stockUnitId: sku,
    tracked: true,
    fulfilledBy: 'merchant' as const,
    sellsBeyondZero: false,
    state: 'active' as const,
  }
}
