import {
  type ChannelOperations,
  type ConnectorContext,
  readStream,
  withoutAnswer,
} from '@plimsoll/connector-kit'
import { readRecipient } from './addresses.ts'
import { cancel, type OpenCancellations } from './cancelling.ts'
import { check } from './check.ts'
import { readCounts } from './counts.ts'
import { AMAZON_STOCK, OWN_STOCK } from './ids.ts'
import { createInbound } from './inbound.ts'
import { setLevels } from './level-writes.ts'
import { readLevels } from './levels.ts'
import { type ListingReading, readListing, readListings } from './listings.ts'
import { createMultiChannel } from './mcf.ts'
import { readOrder, readOrders } from './orders.ts'
import { type FinishedFeeds, readOutcomes } from './outcomes.ts'
import { acknowledge, hasQueue, pull } from './queue.ts'
import { createReturns } from './returns.ts'
import type { Credentials, Settings } from './settings.ts'
import { ship } from './shipping.ts'
import { registerNotifications } from './subscriptions.ts'
import { createTransport } from './transport.ts'

/** Binds one connection. What is remembered (finished feeds, a report) can be fetched again by any process. */
export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const { settings, credentials, http, now } = context
  const transport = createTransport(context)
  const reading = { transport, settings, http, now, buyers: { isTold: true } }
  const feeds: FinishedFeeds = new Map()
  const cancellations: OpenCancellations = new Map()
  const warehouse = settings.multiChannel
    ? { ...createMultiChannel(reading), ...createInbound(reading), ...createReturns(reading) }
    : undefined
  const listings: ListingReading = { ...reading, report: undefined, sold: new Map() }

  return {
    check: ({ signal } = {}) => check({ ...reading, credentials, signal }),
    locations: async () => [
      { externalId: OWN_STOCK, name: 'Own stock (sent by the seller)', active: true },
      {
        externalId: AMAZON_STOCK,
        name: 'Fulfilment by Amazon',
        active: true,
        countedByPlatform: true,
      },
    ],
    listings: (cursor, { signal } = {}) => {
      listings.signal = signal
      return readListings(cursor, listings)
    },
    listing: (externalId, { signal } = {}) => readListing(externalId, { ...reading, signal }),
    levels: (keys, { signal } = {}) => readLevels(keys, { ...reading, signal }),
    setLevels: (writes, { signal, ...options } = {}) => setLevels(writes, options, { ...reading, signal }),
    outcomes: (tickets, { signal } = {}) => readOutcomes(tickets, feeds, { ...reading, signal }),
    orders: (query, { signal } = {}) => withoutAnswer(readOrders(query, { ...reading, signal })),
    order: (externalId, { signal } = {}) => withoutAnswer(readOrder(externalId, { ...reading, signal })),
    recipient: (externalId, { signal } = {}) =>
      withoutAnswer(readRecipient(externalId, { ...reading, signal })),
    ship: (shipment, { signal } = {}) => withoutAnswer(ship(shipment, { ...reading, signal })),
    cancel: (cancellation, { signal } = {}) =>
      withoutAnswer(cancel(cancellation, cancellations, { ...reading, signal })),
    counts: (cursor, { signal } = {}) => readCounts(cursor, { ...reading, signal }),
    ...(warehouse !== undefined &&
      ({
        warehouse,
        stream: (name, query, options) => readStream(warehouse, name, query, options),
      } satisfies Partial<ChannelOperations>)),
    ...(hasQueue(context) &&
      ({
        pull: ({ signal } = {}) => pull({ ...context, signal }),
        acknowledge: (receipts, { signal } = {}) => acknowledge(receipts, { ...context, signal }),
      } satisfies Partial<ChannelOperations>)),
    async registerWebhooks(_url, { signal } = {}) {
      const { queueUrl } = settings
      // Amazon calls no address: without a queue there is nothing to register.
      if (queueUrl === undefined) return { registered: [], repaired: [] }
      return await registerNotifications(queueUrl, { ...reading, signal })
    },
  }
}
