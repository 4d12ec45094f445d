import {
  type Capabilities,
  type ChannelOperations,
  Conflict,
  type Connector,
  type ExternalListing,
  Invalid,
  type LevelWrite,
  Malformed,
  NotFound,
  ORDER_HOLDS,
  RateLimited,
  Unauthorized,
  Unavailable,
  type WebhookEvent,
  type WebhookMessage,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import { memoryCancelling } from './memory-cancelling.ts'
import type { Fault, MemoryListing, MemoryPlatform, Operation } from './memory-platform.ts'
import { holdsPage, streamPage } from './memory-stream.ts'

const credentials = z.object({ key: z.string() })
const webhookBody = z.object({ kind: z.enum(['order', 'order-deleted', 'listing', 'level']), id: z.string() })

/** The connector of one shop in memory. Its webhooks are hints: `{ kind, id }`, signed by the shop's key. */
export function memoryConnector(
  platform: MemoryPlatform,
  options: { id: string } & Partial<Capabilities>,
): Connector {
  const { id, ...capabilities } = options
  const connector: Connector<object, { key: string }> = {
    manifest: {
      id,
      name: id,
      kind: 'channel',
      colour: '#000000',
      regions: ['world'],
      settings: z.object({}),
      credentials,
      capabilities: {
        multiLocation: false,
        writeStyle: 'compare-and-set',
        proof: 'echo',
        allOrNothing: false,
        batchMax: 10,
        quantityMax: 1_000_000,
        webhooks: ['order'],
        tracking: false,
        cancel: false,
        latestEffectMs: 30_000,
        visibilityLagMs: 0,
        facts: [],
        ...capabilities,
      },
      budgets: [],
    },
    open: (context) => openMemory(platform, capabilities, context.credentials.key),
    webhooks: {
      verify: (request, { credentials }) => request.headers['x-key'] === credentials.key,
      ...(capabilities.queue !== undefined && {
        accountOf: ({ headers }: WebhookMessage) => headers['x-account'],
      }),
      parse: (request) => parseWebhook(platform, Buffer.from(request.body).toString('utf8')),
      personalDataKeys: ['email', 'customer'],
    },
  }
  // The registry parses settings and credentials with the manifest's own schemas before it opens anything.
  return connector as Connector
}

function parseWebhook(platform: MemoryPlatform, text: string): WebhookEvent[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new Malformed('The webhook is not JSON.', text)
  }
  const parsed = webhookBody.safeParse(json)
  if (!parsed.success) throw new Malformed('The webhook has no kind or id.', text)
  const { kind, id } = parsed.data
  switch (kind) {
    case 'order': {
      const order = platform.orders.get(id)
      const shown = order === undefined ? undefined : platform.show(order)
      return [{ kind, externalId: id, version: shown?.version, order: shown }]
    }
    case 'order-deleted':
      return [{ kind, externalId: id }]
    case 'listing':
      return [{ kind, externalId: id, deleted: false }]
    case 'level':
      return [
        {
          kind,
          level: {
            stockUnitId: id,
            locationId: 'default',
            quantity: platform.quantityOf(id),
            updatedAt: undefined,
          },
        },
      ]
    default: {
      const never: never = kind
      return never
    }
  }
}

const PAGE = 50

function openMemory(
  platform: MemoryPlatform,
  capabilities: Partial<Capabilities>,
  key: string,
): ChannelOperations {
  /** Begins a call: counted, its key checked, its fault thrown or handed back. */
  const begin = async (operation: Operation): Promise<Fault | undefined> => {
    platform.calls.push(operation)
    await platform.onCall(operation)
    if (key !== platform.key) throw new Unauthorized('The key is not known here')
    const fault = platform.fault(operation)
    switch (fault) {
      case 'unsent':
        throw new Unavailable('The network is down', false)
      case 'lost':
        throw new Unavailable('The shop did not answer', true)
      case 'throttled':
        throw new RateLimited('Slow down', 100)
      case 'malformed':
        throw new Malformed('The shop answered a web page', '<html>')
      case 'bug':
        throw new TypeError('A bug in the connector')
      default:
        return fault
    }
  }
  /** Ends a call whose work is done. */
  const end = async (fault: Fault | undefined): Promise<void> => {
    if (fault === 'dropped' || fault === 'late') throw new Unavailable('The answer was lost', true)
    if (fault === 'silent') await new Promise<never>(() => undefined)
  }

  return {
    async check() {
      await end(await begin('check'))
      return {
        account: 'memory',
        accountId: platform.accountId,
        currency: 'EUR',
        timeZone: undefined,
        missingScopes: [],
        warnings: [],
        ...(platform.unproven !== undefined && { unproven: platform.unproven }),
      }
    },
    locations: async () =>
      ['default', ...platform.otherLocations].map((externalId) => ({
        externalId,
        name: externalId,
        active: true,
      })),
    async listings(cursor) {
      await end(await begin('listings'))
      if (platform.clock.now() < platform.listingsFrom) {
        return { rows: [], next: 'prepared', againInMs: 2_000, platformTime: undefined }
      }
      const { rows, ...place } = platform.pageOfListings(cursor)
      return { ...place, rows: rows.map(([id, listing]) => toListing(id, listing)), platformTime: undefined }
    },
    async listing(externalId) {
      await end(await begin('listing'))
      const listing = platform.listings.get(externalId)
      if (listing === undefined || listing.isGone) throw new NotFound(`There is no listing ${externalId}`)
      return toListing(externalId, listing)
    },
    async levels(keys) {
      const fault = await begin('levels')
      const read = keys.flatMap((each) => {
        const listing = platform.listings.get(each.stockUnitId)
        if (listing === undefined || listing.isGone || platform.leftOut.delete(each.stockUnitId)) return []
        return [
          { ...each, quantity: platform.quantityOf(each.stockUnitId, each.locationId), updatedAt: undefined },
        ]
      })
      await end(fault)
      return read
    },
    async setLevels(writes, options) {
      platform.urgencies.push(options?.urgency)
      const fault = await begin('setLevels')
      const carryOut = () => setAll(platform, capabilities, writes)
      if (capabilities.tickets !== undefined && writes.length >= platform.feedFrom) {
        await end(fault)
        return acceptAll(platform, writes, carryOut)
      }
      if (fault === 'late') platform.later(carryOut)
      const outcomes = fault === 'late' ? [] : carryOut()
      await end(fault)
      return outcomes
    },
    ...(capabilities.tickets !== undefined && {
      async outcomes(tickets: readonly string[]) {
        const fault = await begin('outcomes')
        const told = tickets.map(
          (ticket) => platform.outcomes.get(ticket) ?? { ticket, kind: 'accepted' as const },
        )
        await end(fault)
        return told
      },
    }),
    ...(capabilities.withdraw !== undefined && {
      async placement(externalId: string) {
        await end(await begin('placement'))
        const listing = platform.listings.get(externalId)
        if (listing === undefined || listing.isGone) throw new NotFound(`There is no listing ${externalId}`)
        return (listing.shelves ?? ['front']).join(' ')
      },
      async withdraw(externalId: string) {
        const fault = await begin('withdraw')
        const listing = platform.listings.get(externalId)
        if (listing === undefined || listing.isGone) throw new NotFound(`There is no listing ${externalId}`)
        listing.isHidden = true
        listing.shelves = []
        await end(fault)
      },
      async reinstate(externalId: string, { placement = '' }: { placement?: string } = {}) {
        const fault = await begin('reinstate')
        if (platform.unplaceable !== undefined) throw platform.unplaceable
        const listing = platform.listings.get(externalId)
        if (listing === undefined || listing.isGone) throw new NotFound(`There is no listing ${externalId}`)
        listing.shelves = placement.split(' ')
        listing.isHidden = false
        await end(fault)
      },
    }),
    async orders(query) {
      const fault = await begin('orders')
      const from = Number(query.cursor ?? 0)
      const shownUntil = platform.clock.now() - platform.listLagMs
      const all = [...platform.orders.values()]
        .filter((order) => order.changedAt >= query.since.getTime())
        .filter((order) => !platform.unlisted.has(order.externalId))
        .filter((order) => platform.listLagMs === 0 || order.changedAt <= shownUntil)
        .sort((a, b) => a.changedAt - b.changedAt)
      const rows = all.slice(from, from + PAGE).map((order) => platform.show(order))
      await end(fault)
      const next = from + PAGE < all.length ? String(from + PAGE) : undefined
      return { rows, next, platformTime: new Date(platform.clock.now()) }
    },
    async order(externalId) {
      const fault = await begin('order')
      const order = platform.orders.get(externalId)
      if (order === undefined) throw new NotFound(`There is no order ${externalId}`)
      const shown = platform.show(order)
      await end(fault)
      return shown
    },
    ...(capabilities.queue !== undefined && {
      async pull() {
        await end(await begin('pull'))
        return [...platform.queue].map(([receipt, { body, account }]) => ({
          receipt,
          headers: { ...(account !== undefined && { 'x-account': account }) },
          body: Buffer.from(body),
        }))
      },
      async acknowledge(receipts: readonly string[]) {
        const fault = await begin('acknowledge')
        for (const receipt of receipts) platform.queue.delete(receipt)
        await end(fault)
      },
    }),
    async ship({ shipmentId, orderExternalId, lines, tracking }) {
      if (!platform.takesShipments) throw new Invalid('This shop ships nothing', 'shipment')
      if (platform.wantsTracking && tracking === undefined)
        throw new Invalid('This shop takes no parcel without a tracking number', 'tracking')
      const fault = await begin('ship')
      const order = platform.orders.get(orderExternalId)
      if (order === undefined) throw new NotFound(`There is no order ${orderExternalId}`)
      const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
      const open = order.units - (order.cancelled ?? 0) - order.shipped
      if (!platform.parcels.has(shipmentId) && (order.state === 'cancelled' || units > open))
        throw new Invalid(`Only ${open} units are open`, 'lines')
      const take = () => platform.takeShipment(shipmentId, orderExternalId, units)
      if (fault === 'late') platform.later(take)
      else take()
      await end(fault)
      return { externalId: shipmentId }
    },
    ...memoryCancelling(platform, capabilities.cancel ?? false, { begin, end }),
    async recipient(orderExternalId) {
      const fault = await begin('recipient')
      if (!platform.orders.has(orderExternalId)) throw new NotFound(`There is no order ${orderExternalId}`)
      await end(fault)
      return {
        name: `Shopper of ${orderExternalId}`,
        company: undefined,
        addressLines: ['Hafenstraße 1'],
        city: 'Hamburg',
        region: undefined,
        postalCode: '20457',
        country: 'DE',
        phone: undefined,
        email: undefined,
      }
    },
    ...(capabilities.gaps === 'count' && {
      async countOrders({ from, to }: { from: Date; to: Date }) {
        const fault = await begin('countOrders')
        await end(fault)
        return [...platform.orders.values()].filter(
          (order) => order.placedAt >= from.getTime() && order.placedAt < to.getTime(),
        ).length
      },
    }),
    ...(capabilities.streams !== undefined && {
      async stream(name: string, query: { since: Date; cursor: string | undefined }) {
        const fault = await begin('stream')
        await end(fault)
        return name === ORDER_HOLDS ? holdsPage(platform, query.since) : streamPage(platform, query)
      },
    }),
    async registerWebhooks(url) {
      await end(await begin('registerWebhooks'))
      if (platform.webhookUrl === url) return { registered: [], repaired: [] }
      platform.webhookUrl = url
      const { nextKey } = platform
      if (nextKey === undefined) return { registered: [], repaired: ['order'] }
      platform.key = nextKey
      return { registered: [], repaired: ['order'], secrets: { key: nextKey } }
    },
  }
}

/** Takes a batch as a feed: carried out, row by row outcomes noted, when it lands. */
function acceptAll(
  platform: MemoryPlatform,
  writes: readonly LevelWrite[],
  carryOut: () => WriteOutcome[],
): WriteOutcome[] {
  platform.later(() => {
    for (const outcome of carryOut()) {
      if (outcome.kind === 'accepted') continue
      const { writeId, ...told } = outcome
      platform.outcomes.set(`t-${writeId}`, { ...told, ticket: `t-${writeId}` })
    }
  })
  return writes.map(({ writeId }) => ({ writeId, kind: 'accepted', ticket: `t-${writeId}` }))
}

/** Carries a batch out as the platform's kind does. Throws where a batch is refused whole. */
function setAll(
  platform: MemoryPlatform,
  capabilities: Partial<Capabilities>,
  writes: readonly LevelWrite[],
): WriteOutcome[] {
  const poison = writes.find((write) => platform.refused.get(write.stockUnitId) === 'batch')
  if (poison !== undefined) throw new Invalid(`The batch holds ${poison.stockUnitId}`, 'quantity')
  const isGuarded = (capabilities.writeStyle ?? 'compare-and-set') === 'compare-and-set'
  const refusals = new Map<string, WriteOutcome>()
  for (const { writeId, stockUnitId, locationId, expected } of writes) {
    const listing = platform.listings.get(stockUnitId)
    if (listing === undefined || listing.isGone) {
      refusals.set(writeId, { writeId, kind: 'refused', error: new NotFound(`${stockUnitId} is gone`) })
    } else if (platform.refused.get(stockUnitId) === 'row') {
      refusals.set(writeId, { writeId, kind: 'refused', error: new Invalid('It is locked', 'quantity') })
    } else if (isGuarded && expected !== platform.quantityOf(stockUnitId, locationId)) {
      const there = platform.quantityOf(stockUnitId, locationId)
      const error = new Conflict('Another quantity is there', there)
      refusals.set(writeId, { writeId, kind: 'refused', error })
    }
  }
  const isStopped = capabilities.allOrNothing === true && refusals.size > 0
  return writes.map(({ writeId, stockUnitId, locationId, quantity }) => {
    const refusal = refusals.get(writeId)
    if (refusal !== undefined) return refusal
    if (isStopped) return { writeId, kind: 'untouched' }
    return { writeId, kind: 'applied', quantity: platform.write(stockUnitId, quantity, locationId) }
  })
}

function toListing(externalId: string, listing: MemoryListing): ExternalListing {
  return {
    externalId,
    sku: listing.sku,
    barcode: undefined,
    title: `Listing ${externalId}`,
    stockUnitId: externalId,
    tracked: listing.quantity !== undefined,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: listing.isGone ? 'gone' : listing.isHidden === true ? 'inactive' : 'active',
  }
}
