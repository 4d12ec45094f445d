import {
  type ChannelOperations,
  Conflict,
  type Connector,
  type ConnectorContext,
  type ConnectorError,
  type ExternalLevel,
  type ExternalListing,
  type ExternalOrder,
  Invalid,
  type LevelWrite,
  NotFound,
  type TicketOutcome,
  type WebhookEvent,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { createRandom, type Random } from '../world/random.ts'
import type { Scheduler } from '../world/scheduler.ts'
import { LATEST_EFFECT_MS, type Span } from './parameters.ts'
import type { Shop } from './shop.ts'

const credentials = z.object({ key: z.string() })
type Credentials = z.infer<typeof credentials>
export const KEY = 'key'
/** How often tickets are asked about. */
const ASK_EVERY_MS = 5_000

/** What became of a write that was carried out. */
type Written = { kind: 'applied'; quantity: number } | { kind: 'refused'; error: ConnectorError }

/** The road to one shop: every strategy takes the same one, with the same delays. */
export class Road {
  readonly shop: Shop
  readonly delay: number
  calls = 0
  readonly #scheduler: Scheduler
  readonly #hops: Random
  readonly #feeds: Random
  readonly #onWrite: (sku: string, quantity: number) => void
  #lastFeedAt = 0
  readonly outcomes = new Map<string, TicketOutcome>()

  /** @param delay multiplies what the parameters say of delays */
  constructor(
    shop: Shop,
    options: {
      seed: string
      delay: number
      scheduler: Scheduler
      onWrite(sku: string, quantity: number): void
    },
  ) {
    this.shop = shop
    this.delay = options.delay
    this.#scheduler = options.scheduler
    this.#onWrite = options.onWrite
    this.#hops = createRandom(`${options.seed}/hops/${shop.spec.name}`)
    this.#feeds = createRandom(`${options.seed}/feeds/${shop.spec.name}`)
  }

  now(): number {
    return Math.floor(this.#scheduler.now)
  }

  /** A call: the request travels, the shop acts in one go, the answer travels. */
  call<Answer>(act: () => Answer): Promise<Answer> {
    this.calls += 1
    const { name, hopMs } = this.shop.spec
    return new Promise((resolve, reject) => {
      this.#scheduler.after(this.#draw(this.#hops, hopMs), {
        what: `${name}: request`,
        run: () => {
          let give: () => void
          try {
            const answer = act()
            give = () => resolve(answer)
          } catch (error) {
            give = () => reject(error)
          }
          this.#scheduler.after(this.#draw(this.#hops, hopMs), { what: `${name}: answer`, run: give })
        },
      })
    })
  }

  /** Carried out later, one feed after the other. */
  feed(work: () => void): void {
    const { feedMs, name } = this.shop.spec
    const at = this.#scheduler.elapsed + this.#draw(this.#feeds, feedMs ?? { least: 0, most: 0 })
    this.#lastFeedAt = Math.max(at, this.#lastFeedAt)
    this.#scheduler.after(this.#lastFeedAt - this.#scheduler.elapsed, { what: `${name}: feed`, run: work })
  }

  write({ stockUnitId, quantity, expected }: LevelWrite): Written {
    const level = this.shop.levels.get(stockUnitId)
    if (level === undefined) return { kind: 'refused', error: new NotFound(`There is no ${stockUnitId}`) }
    const { style } = this.shop.spec
    if (style === 'compare-and-set' && expected !== undefined && expected !== level.quantity)
      return { kind: 'refused', error: new Conflict('Another quantity is there', level.quantity) }
    level.quantity = quantity
    this.#onWrite(stockUnitId, quantity)
    return { kind: 'applied', quantity }
  }

  /** Between the least and the most, mostly near the least. */
  #draw(random: Random, span: Span): number {
    return (span.least + (span.most - span.least) * random.next() ** 4) * this.delay
  }
}

/** The connector of a shop, as the hub and the baselines hold it. */
export function createShopConnector(road: Road): Connector {
  const { spec } = road.shop
  const feedMs = (spec.feedMs?.most ?? 0) * road.delay
  const connector: Connector<object, Credentials> = {
    manifest: {
      id: `oversell-${spec.name}`,
      name: spec.name,
      kind: 'channel',
      colour: '#0b5394',
      regions: ['world'],
      settings: z.object({}),
      credentials,
      capabilities: {
        multiLocation: false,
        writeStyle: spec.style,
        proof: spec.feedMs === undefined ? 'echo' : 'outcome-later',
        allOrNothing: false,
        ...(spec.feedMs !== undefined && {
          tickets: { lifeMs: feedMs + LATEST_EFFECT_MS, askEveryMs: ASK_EVERY_MS, askMax: 100 },
        }),
        batchMax: spec.batchMax,
        quantityMax: 1_000_000,
        webhooks: spec.webhooks === 'none' ? [] : ['order'],
        tracking: false,
        cancel: false,
        latestEffectMs: feedMs + LATEST_EFFECT_MS,
        visibilityLagMs: road.shop.visibilityLagMs,
        facts: [],
      },
      budgets: spec.budgets,
    },
    open: (context) => openOperations(road, context),
    webhooks: {
      verify: (request, { credentials }) => request.headers['x-key'] === credentials.key,
      parse: (request) => parseWebhook(Buffer.from(request.body).toString('utf8')),
      personalDataKeys: [],
    },
  }
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return connector as Connector
}

/** What the shop sends when an order is placed. */
export function webhookBody({ shop }: Road, id: string): string {
  const isWhole = shop.spec.webhooks === 'whole-orders'
  return JSON.stringify(isWhole ? { id, order: shop.order(id) } : { id })
}

export function parseWebhook(text: string): WebhookEvent[] {
  const { id, order } = JSON.parse(text) as {
    id: string
    order?: Omit<ExternalOrder, 'placedAt'> & { placedAt: string }
  }
  if (order === undefined) return [{ kind: 'order', externalId: id, version: undefined, order: undefined }]
  const read = { ...order, placedAt: new Date(order.placedAt) }
  return [{ kind: 'order', externalId: id, version: read.version, order: read }]
}

function openOperations(
  road: Road,
  { http: { budgets } }: ConnectorContext<object, Credentials>,
): ChannelOperations {
  const { shop } = road
  const call = async <Answer>(act: () => Answer, signal: AbortSignal | undefined): Promise<Answer> => {
    const permit = await budgets.acquire({ cost: 1, priority: 5, ...(signal !== undefined && { signal }) })
    try {
      return await road.call(act)
    } finally {
      permit.settle()
    }
  }
  const find = <Found>(id: string, found: Found | undefined): Found => {
    if (found === undefined) throw new NotFound(`There is no ${id}`)
    return found
  }
  return {
    check: (options) =>
      call(
        () => ({
          account: shop.spec.name,
          accountId: shop.spec.name,
          currency: 'EUR',
          timeZone: undefined,
          missingScopes: [],
          warnings: [],
        }),
        options?.signal,
      ),
    locations: async () => [{ externalId: 'default', name: 'Default', active: true }],
    listings: (_cursor, options) =>
      call(
        () => ({ rows: [...shop.levels.keys()].map(toListing), next: undefined, platformTime: undefined }),
        options?.signal,
      ),
    listing: (id, options) =>
      call(() => {
        find(id, shop.levels.get(id))
        return toListing(id)
      }, options?.signal),
    levels: (keys, options) =>
      call(
        () =>
          keys.flatMap(({ stockUnitId, locationId }): ExternalLevel[] => {
            const level = shop.levels.get(stockUnitId)
            return level === undefined
              ? []
              : [{ stockUnitId, locationId, quantity: level.quantity, updatedAt: undefined }]
          }),
        options?.signal,
      ),
    setLevels: (writes, options) => call(() => answerWrites(road, writes), options?.signal),
    ...(shop.spec.feedMs !== undefined && {
      outcomes: (tickets: readonly string[], options?: { signal?: AbortSignal }) =>
        call(
          () =>
            tickets.map((ticket): TicketOutcome => road.outcomes.get(ticket) ?? { ticket, kind: 'accepted' }),
          options?.signal,
        ),
    }),
    orders: ({ since, cursor }, options) =>
      call(() => shop.page(since.getTime(), cursor, road.now()), options?.signal),
    order: (id, options) => call(() => find(id, shop.order(id)), options?.signal),
    ship: () => Promise.reject(new Invalid('Nothing is shipped here', 'shipment')),
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}

function answerWrites(road: Road, writes: readonly LevelWrite[]): WriteOutcome[] {
  if (road.shop.spec.feedMs === undefined)
    return writes.map((write) => ({ ...road.write(write), writeId: write.writeId }))
  road.feed(() => {
    for (const write of writes) {
      const ticket = `t-${write.writeId}`
      road.outcomes.set(ticket, { ...road.write(write), ticket })
    }
  })
  return writes.map(({ writeId }) => ({ writeId, kind: 'accepted', ticket: `t-${writeId}` }))
}

function toListing(sku: string): ExternalListing {
  return {
    externalId: sku,
    sku,
    barcode: undefined,
    title: sku,
    stockUnitId: sku,
    tracked: true,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: 'active',
  }
}
