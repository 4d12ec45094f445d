import {
  type ChannelOperations,
  type ExternalLocation,
  type LevelWrite,
  type WriteOptions,
  type WriteOutcome,
  withoutAnswer,
} from '@plimsoll/connector-kit'
import { readRecipient } from './addresses.ts'
import { createApi, type Options, type WalmartApi } from './api.ts'
import { cancel } from './cancelling.ts'
import { check } from './check.ts'
import { FEED_FROM, isFeedOpen, readOutcomes, writeFeed } from './feeds.ts'
import { DEFAULT_LOCATION, WFS_LOCATION } from './ids.ts'
import { createInbound } from './inbound.ts'
import { readLevels, whyImpossible, writeSingly } from './levels.ts'
import { readListing, readListings } from './listings.ts'
import { toLocation } from './map.ts'
import { createMultichannel } from './mcs.ts'
import { readOrder, readOrders } from './orders.ts'
import { readAnnouncedReturns } from './returns.ts'
import { readsWfs, sendsForOthers, termsOf } from './settings.ts'
import { ship } from './shipping.ts'
import { registerWebhooks } from './subscriptions.ts'
import type { Context } from './transport.ts'
import { createKeptSkus, readCounts } from './wfs.ts'

/** Rows that are written singly in one call of `setLevels`, at the most: a quarter of a minute's budget. */
export const SINGLE_MAX = 50

export function open(context: Context): ChannelOperations {
  const { settings, credentials, http } = context
  const { market } = settings
  const { hasNodes, hasEvents, readsNodes } = termsOf(settings)
  const wfs = readsWfs(settings)
  const now = () => context.now()
  const api = createApi(context)
  const isSending = sendsForOthers(settings)
  const kept = createKeptSkus(api, { wfs, now })

  return {
    check: (options = {}) => check(api, { settings, budgets: http.budgets, options }),
    locations: (options = {}) => readLocations(api, { wfs, hasNodes, options }),
    listings: (cursor, options = {}) => readListings(cursor, { api, kept, options }),
    listing: (externalId, options = {}) => readListing(externalId, { api, kept, options }),
    levels: (keys, options = {}) => readLevels(keys, { api, readsNodes, options }),
    setLevels: (writes, options = {}) => setLevels(writes, { api, context, options }),
    outcomes: (tickets, options = {}) => readOutcomes(tickets, { api, options }),
    orders: (query, options = {}) => withoutAnswer(readOrders(query, { api, market, now, options })),
    order: (externalId, options = {}) => withoutAnswer(readOrder(externalId, { api, market, now, options })),
    recipient: (externalId, options = {}) => withoutAnswer(readRecipient(externalId, { api, options })),
    ship: (shipment, options = {}) => withoutAnswer(ship(shipment, { api, market, now, options })),
    cancel: (cancellation, options = {}) => withoutAnswer(cancel(cancellation, { api, market, options })),
    counts: async (cursor, options = {}) =>
      wfs
        ? await readCounts(cursor, { api, options, sendsForOthers: isSending })
        : { rows: [], next: undefined, platformTime: undefined },
    stream: async (name, query, options = {}) =>
      market === 'us'
        ? await withoutAnswer(readAnnouncedReturns(name, query, { api, options }))
        : { rows: [], next: undefined, platformTime: undefined },
    ...(isSending && {
      warehouse: { ...createMultichannel(api, settings), ...createInbound(api, settings, now) },
    }),
    registerWebhooks: (url, options = {}) =>
      registerWebhooks(url, { api, secret: credentials.webhookSecret, hasEvents, options }),
  }
}

async function readLocations(
  api: WalmartApi,
  { wfs, hasNodes, options }: { wfs: boolean; hasNodes: boolean; options: Options },
): Promise<ExternalLocation[]> {
  const own = hasNodes ? (await api.shipNodes(options)).data.map(toLocation) : []
  const kept: ExternalLocation = {
    externalId: WFS_LOCATION,
    name: 'Walmart Fulfillment Services',
    active: true,
    countedByPlatform: true,
  }
  return [
    ...(own.length > 0 ? own : [{ externalId: DEFAULT_LOCATION, name: 'Own stock', active: true }]),
    ...(wfs ? [kept] : []),
  ]
}

/** Increases go as one feed where they are many; all else, and whatever is urgent, singly. */
async function setLevels(
  writes: readonly LevelWrite[],
  { api, context, options }: { api: WalmartApi; context: Context; options: WriteOptions },
): Promise<WriteOutcome[]> {
  const refused: WriteOutcome[] = []
  const possible: LevelWrite[] = []
  for (const write of writes) {
    const error = whyImpossible(write)
    if (error === undefined) possible.push(write)
    else refused.push({ writeId: write.writeId, kind: 'refused', error })
  }
  if (possible.length === 0) return refused
  const { urgency = 'decrease', signal } = options
  const reading = { api, options: { signal } }
  const isMany = urgency === 'increase' && possible.length >= FEED_FROM
  if (isMany && isFeedOpen(context.http)) {
    const [defaults, nodes] = [true, false].map((isDefault) =>
      possible.filter(({ locationId }) => (locationId === DEFAULT_LOCATION) === isDefault),
    )
    // One way at a time: an account has fulfilment centres or it has none.
    const [ours = [], others = []] = nodes?.length ? [nodes, defaults] : [defaults, nodes]
    const { feedMax } = termsOf(context.settings)
    const left = [...ours.slice(feedMax), ...others]
    return [...refused, ...(await writeFeed(ours.slice(0, feedMax), reading)), ...left.map(toUntouched)]
  }
  // More than this at once would hold up whatever is urgent meanwhile.
  const now = urgency === 'increase' ? possible.slice(0, SINGLE_MAX) : possible
  const later = possible.slice(now.length)
  return [...refused, ...(await writeSingly(now, reading)), ...later.map(toUntouched)]
}

function toUntouched({ writeId }: LevelWrite): WriteOutcome {
  return { writeId, kind: 'untouched' }
}
