import {
  type ChannelOperations,
  type CheckResult,
  Conflict,
  type Connector,
  type ConnectorContext,
  type ExternalLevel,
  type ExternalListing,
  Invalid,
  type LevelWrite,
  Malformed,
  NotFound,
  RateLimited,
  type TicketOutcome,
  Unauthorized,
  Unavailable,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { CallFate } from '../world/weather.ts'
import { LATEST_EFFECT_MS, TICKET_LIFE_MS } from './kinds.ts'
import { listOrders, showOrder } from './order-list.ts'
import type { Level, Listing, Platform } from './platform.ts'
import { parseWebhook } from './webhooks.ts'

const credentials = z.object({ key: z.string() })
type Credentials = z.infer<typeof credentials>

/** How a connector of one process reaches its platform; the network decides when, and whether. */
export type Reach = {
  call<Answer>(call: {
    operation: string
    asks: unknown
    writes?: readonly LevelWrite[]
    /** A parcel that it tells of. */
    told?: { orderId: string; units: number }
    signal: AbortSignal | undefined
    act(fate: CallFate): Answer
  }): Promise<Answer>
  /** The feeds of the platform, wherever they were sent from. */
  feeds: Feeds
  seed: string
  now(): number
  /** Told when the process hears that it is to leave the platform alone for so long. */
  onThrottled(operation: string, ms: number): void
  isUnreadable(orderId: string): boolean
  /** As which the process holds leases now. */
  holder(): string
}

export type Feeds = {
  outcomes: Map<string, TicketOutcome>
  /** Carries work out later, at a moment that the seed chooses. */
  later(work: () => void): void
}

/** The connector of one simulated platform, as one process holds it. */
export function createConnector(platform: Platform, reach: Reach): Connector {
  const { kind } = platform
  const connector: Connector<object, Credentials> = {
    manifest: {
      id: `lab-${platform.name}`,
      name: platform.name,
      kind: 'channel',
      colour: '#0b5394',
      regions: ['world'],
      settings: z.object({}),
      credentials,
      capabilities: {
        multiLocation: false,
        writeStyle: kind.style,
        proof: kind.feed === undefined ? 'echo' : 'outcome-later',
        allOrNothing: kind.allOrNothing,
        ...(kind.feed !== undefined && {
          tickets: { lifeMs: TICKET_LIFE_MS, askEveryMs: 500, askMax: 10 },
        }),
        batchMax: kind.batchMax,
        quantityMax: kind.quantityMax,
        webhooks: kind.webhooks === 'none' ? [] : ['order'],
        tracking: platform.shipsByHub,
        cancel: false,
        latestEffectMs: LATEST_EFFECT_MS,
        visibilityLagMs: kind.visibilityLagMs,
        facts: [],
      },
      budgets: kind.budgets,
    },
    open: (context) => openOperations(platform, reach, context),
    webhooks: {
      verify: (request, { credentials }) => request.headers['x-key'] === credentials.key,
      parse: (request) => parseWebhook(Buffer.from(request.body).toString('utf8')),
      personalDataKeys: [],
    },
  }
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return connector as Connector
}

function openOperations(
  platform: Platform,
  reach: Reach,
  context: ConnectorContext<object, Credentials>,
): ChannelOperations {
  const { budgets } = context.http
  /** A call within the budgets, as the kit's HTTP client makes it; the key is checked, and odd answers are given. */
  const call = async <Answer>(
    operation: string,
    asks: unknown,
    signal: AbortSignal | undefined,
    act: (fate: CallFate) => Answer,
    more: { writes?: readonly LevelWrite[]; told?: { orderId: string; units: number } } = {},
  ): Promise<Answer> => {
    const permit = await budgets.acquire({ cost: 1, priority: 5, ...(signal !== undefined && { signal }) })
    try {
      return await reach.call({
        operation,
        asks,
        signal,
        ...more,
        act: (fate) => {
          if (context.credentials.key !== platform.key) throw new Unauthorized('The key is not known here')
          if (fate.answer === 'unavailable') throw new Unavailable('503', true)
          if (fate.answer === 'throttled') throw new RateLimited('Slow down', 700)
          if (fate.answer === 'web-page' && operation !== 'setLevels')
            throw new Malformed('A web page', '<html>')
          return act(fate)
        },
      })
    } catch (error) {
      if (error instanceof RateLimited) {
        budgets.throttled(error.retryAfterMs)
        reach.onThrottled(operation, error.retryAfterMs ?? 0)
      }
      throw error
    } finally {
      permit.settle()
    }
  }

  return {
    check: (options) =>
      call(
        'check',
        [],
        options?.signal,
        (): CheckResult => ({
          account: platform.name,
          accountId: platform.name,
          currency: 'EUR',
          timeZone: undefined,
          missingScopes: [],
          warnings: [],
        }),
      ),
    locations: async () => [{ externalId: 'default', name: 'Default', active: true }],
    listings: async (_cursor, options) => {
      const heard = await call('listings', [], options?.signal, () => ({
        rows: [...platform.listings.values()].map((listing) => toListing(platform, listing)),
        levels: [...platform.levels.values()].map(({ stockUnitId, quantity }) => ({ stockUnitId, quantity })),
      }))
      for (const { stockUnitId, quantity } of heard.levels) noteHeard(platform, reach, stockUnitId, quantity)
      return { rows: heard.rows, next: undefined, platformTime: undefined }
    },
    listing: (externalId, options) =>
      call('listing', [externalId], options?.signal, () => {
        const listing = platform.listings.get(externalId)
        if (listing === undefined) throw new NotFound(`There is no listing ${externalId}`)
        return toListing(platform, listing)
      }),
    levels: async (keys, options) => {
      const heard = await call('levels', keys, options?.signal, (fate) => {
        const rows = keys.flatMap(({ stockUnitId, locationId }): ExternalLevel[] => {
          const level = platform.levels.get(stockUnitId)
          if (level === undefined) return []
          return [{ stockUnitId, locationId, quantity: level.quantity, updatedAt: undefined }]
        })
        if (fate.answer === 'missing-row') rows.shift()
        const [first] = rows
        if (fate.answer === 'null-quantity' && first !== undefined) first.quantity = undefined
        for (const { stockUnitId } of keys) {
          const row = rows.find((each) => each.stockUnitId === stockUnitId)
          noteRead(platform.levels.get(stockUnitId), row?.quantity, reach.now())
        }
        return inItsOrder(platform, rows)
      })
      for (const { stockUnitId } of keys) {
        const row = heard.find((each) => each.stockUnitId === stockUnitId)
        noteHeard(platform, reach, stockUnitId, row?.quantity)
      }
      return heard
    },
    setLevels: async (writes, options) => {
      const act = (fate: CallFate) => answerWrites(platform, reach, writes, fate)
      const heard = await call('setLevels', writes, options?.signal, act, { writes })
      for (const { writeId, stockUnitId } of writes) {
        const outcome = heard.find((each) => each.writeId === writeId)
        if (outcome?.kind === 'applied') noteHeard(platform, reach, stockUnitId, outcome.quantity)
      }
      return heard
    },
    ...(kindHasFeed(platform) && {
      outcomes: (tickets: readonly string[], options?: { signal?: AbortSignal }) =>
        call('outcomes', tickets, options?.signal, () =>
          inItsOrder(
            platform,
            tickets.map((ticket): TicketOutcome => {
              const outcome = reach.feeds.outcomes.get(ticket) ?? { ticket, kind: 'accepted' }
              return outcome
            }),
          ),
        ),
    }),
    orders: (query, options) =>
      call('orders', [query.since, query.cursor], options?.signal, () =>
        listOrders(platform, reach.seed, {
          since: query.since.getTime(),
          cursor: query.cursor,
          now: reach.now(),
          isUnreadable: reach.isUnreadable,
        }),
      ),
    order: (externalId, options) =>
      call('order', [externalId], options?.signal, () => {
        const order = platform.orders.get(externalId)
        if (order === undefined) throw new NotFound(`There is no order ${externalId}`)
        if (reach.isUnreadable(externalId)) throw new Malformed('An order with a field that nobody knows', '')
        return showOrder(platform, order)
      }),
    ...(platform.shipsByHub && {
      recipient: (orderId: string, options?: { signal?: AbortSignal }) =>
        call('recipient', [orderId], options?.signal, () => recipientOf(orderId)),
    }),
    ship: ({ shipmentId, orderExternalId: orderId, lines }, options) => {
      if (!platform.shipsByHub)
        return Promise.reject(new Invalid('These platforms ship by themselves', 'shipment'))
      const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
      const tell = () => {
        if (platform.confirm(shipmentId, orderId, units)) return { externalId: shipmentId }
        throw new Invalid('It is open no more, or not so much of it', 'lines')
      }
      return call('ship', [shipmentId, orderId, lines], options?.signal, tell, { told: { orderId, units } })
    },
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}

function recipientOf(orderId: string) {
  const nothing = { company: undefined, region: undefined, phone: undefined, email: undefined }
  const place = { addressLines: ['1 Quay Street'], city: 'Bristol', postalCode: 'BS1 4DJ', country: 'GB' }
  return { name: `Shopper of ${orderId}`, ...place, ...nothing }
}

function inItsOrder<Row>(platform: Platform, rows: readonly Row[]): Row[] {
  return platform.kind.answers === 'backwards' ? rows.toReversed() : [...rows]
}

function kindHasFeed(platform: Platform): boolean {
  return platform.kind.feed !== undefined
}

/** Kept for as many readings as may be under way in several processes. */
const READS_KEPT = 4

/** What was told by a feed may be asked for much later, after other answers. */
const TOLD_KEPT = 12

function noteRead(level: Level | undefined, quantity: number | undefined, at: number): void {
  noteTold(level, quantity, at)
  if (level === undefined) return
  level.reads = [...level.reads, quantity ?? null].slice(-READS_KEPT)
  level.readAt = at
}

function noteTold(level: Level | undefined, quantity: number | undefined, at: number): void {
  if (level !== undefined) level.told = [...level.told, { at, quantity: quantity ?? null }].slice(-TOLD_KEPT)
}

/** What an answer said reached the process: what nobody heard nobody can go by. */
function noteHeard(
  platform: Platform,
  { holder }: Pick<Reach, 'holder'>,
  stockUnitId: string,
  quantity: number | undefined,
): void {
  platform.levels.get(stockUnitId)?.heard.set(holder(), quantity ?? null)
}

/** Keeps what the platform says of writes in its books. @returns the same, as it says it */
function said(platform: Platform, outcomes: WriteOutcome[]): WriteOutcome[] {
  for (const outcome of outcomes) {
    const { writeId, kind } = outcome
    const all = platform.saidOfWrites.get(writeId) ?? []
    platform.saidOfWrites.set(writeId, all)
    all.push(kind === 'applied' ? { kind, quantity: outcome.quantity } : { kind })
  }
  return outcomes
}

/** A batch of writes arrives: carried out, put into a feed, or refused, as the platform's kind and the weather have it. */
function answerWrites(
  platform: Platform,
  { feeds, now }: Pick<Reach, 'feeds' | 'now'>,
  writes: readonly LevelWrite[],
  fate: CallFate,
): WriteOutcome[] {
  if (fate.answer === 'batch-refused') throw new Invalid('Something in the batch is not valid', 'batch')
  if (platform.kind.feed !== undefined) {
    if (fate.answer !== 'not-applied') {
      platform.accepted = [...platform.accepted, ...writes]
      feeds.later(() => landFeed(platform, { feeds, now }, writes))
    }
    const taken = writes.map(
      ({ writeId }): WriteOutcome => ({ writeId, kind: 'accepted', ticket: `t-${writeId}` }),
    )
    return inItsOrder(platform, said(platform, taken))
  }
  // A row that the answer does not mention was not carried out either: silence is no success.
  const answered = fate.answer === 'missing-row' ? writes.slice(1) : writes
  const outcomes = carryOut(platform, answered, { fate, at: now() })
  if (fate.answer === 'web-page') throw new Malformed('A web page in place of the answer', '<html>')
  return inItsOrder(platform, said(platform, outcomes))
}

function landFeed(
  platform: Platform,
  { feeds, now }: Pick<Reach, 'feeds' | 'now'>,
  writes: readonly LevelWrite[],
): void {
  platform.accepted = platform.accepted.filter((write) => !writes.some((landed) => landed === write))
  for (const outcome of said(platform, carryOut(platform, writes, { fate: undefined, at: now() }))) {
    if (outcome.kind === 'accepted') continue
    const { writeId, ...told } = outcome
    feeds.outcomes.set(`t-${writeId}`, { ...told, ticket: `t-${writeId}` })
  }
}

function carryOut(
  platform: Platform,
  writes: readonly LevelWrite[],
  { fate, at }: { fate: CallFate | undefined; at: number },
): WriteOutcome[] {
  const refusals = new Map<string, WriteOutcome>()
  for (const [nth, write] of writes.entries()) {
    const error = refusalOf(platform, write, fate?.answer === 'row-refused' && nth === 0)
    if (error !== undefined) refusals.set(write.writeId, { writeId: write.writeId, kind: 'refused', error })
  }
  const isStopped = platform.kind.allOrNothing && refusals.size > 0
  return writes.map(({ writeId, stockUnitId, quantity }): WriteOutcome => {
    const refusal = refusals.get(writeId)
    if (refusal !== undefined) return refusal
    const level = platform.levels.get(stockUnitId)
    if (isStopped || level === undefined) return { writeId, kind: 'untouched' }
    if (fate?.answer === 'old-shown') {
      noteTold(level, level.quantity, at)
      return { writeId, kind: 'applied', quantity: level.quantity ?? 0 }
    }
    // A lie: the platform echoes what it does not show.
    if (fate?.answer !== 'not-applied' || platform.kind.style === 'compare-and-set')
      platform.write(level, { writeId, quantity })
    noteTold(level, quantity, at)
    return { writeId, kind: 'applied', quantity }
  })
}

function refusalOf(platform: Platform, write: LevelWrite, isOdd: boolean) {
  const level = platform.levels.get(write.stockUnitId)
  if (level === undefined) return new NotFound(`${write.stockUnitId} is gone`)
  if (isOdd) return new Unavailable('This row failed', true)
  if (level.quantity === undefined) return new Invalid('Stock is not tracked here', 'quantity')
  if (write.quantity > platform.kind.quantityMax) return new Invalid('Too many', 'quantity')
  if (platform.kind.style !== 'compare-and-set' || write.expected === undefined) return undefined
  return write.expected === level.quantity
    ? undefined
    : new Conflict('Another quantity is there', level.quantity)
}

function toListing(platform: Platform, listing: Listing): ExternalListing {
  return {
    externalId: listing.id,
    sku: listing.sku,
    barcode: undefined,
    title: `Listing ${listing.id}`,
    stockUnitId: listing.stockUnitId,
    tracked: platform.levelOf(listing.id).quantity !== undefined,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: 'active',
  }
}
