import { type ChannelOperations, type ConnectorContext, withoutAnswer } from '@plimsoll/connector-kit'
import { readRecipient } from './addresses.ts'
import { createApi } from './api.ts'
import { readOutcomes } from './bulk-writes.ts'
import { cancel } from './cancelling.ts'
import { check } from './check.ts'
import { batchMax, setLevels } from './level-writes.ts'
import { createKnownLevels, readLevels } from './levels.ts'
import { pageSize, readListing, readListings } from './listings.ts'
import { countOrders, readOrder, readOrders, readStream } from './orders.ts'
import { createScopes } from './scope.ts'
import type { Credentials, Settings } from './settings.ts'
import { ship } from './shipping.ts'
import { createStockFacts } from './stock-facts.ts'
import { setWithdrawn } from './withdrawal.ts'

/** Binds one connection to a shop. What is found out about the shop (its sources, its limits) is remembered as long as this. */
export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const { settings, credentials, now } = context
  const { barcodeAttribute, paidCancellations, asynchronousIncreases } = settings
  const api = createApi(context)
  const scopes = createScopes({ api, settings, now })
  const facts = createStockFacts({ api, now })
  const known = createKnownLevels(now)
  const limits: { page: number; batch: number; bulk?: number } = { page: pageSize, batch: batchMax }
  const shared = { api, scopes, facts, known, limits }

  return {
    check: ({ signal } = {}) => check({ api, scopes, settings, credentials, signal }),
    locations: async ({ signal } = {}) => (await scopes.read({ signal })).locations,
    listings: (cursor, { signal } = {}) =>
      readListings(cursor, { api, facts, barcodeAttribute, limits, signal }),
    listing: (externalId, { signal } = {}) =>
      readListing(externalId, { api, facts, barcodeAttribute, signal }),
    levels: (keys, { signal } = {}) => readLevels(keys, { ...shared, signal }),
    setLevels: (writes, { signal, ...options } = {}) =>
      setLevels(writes, options, { ...shared, asynchronousIncreases, now, signal }),
    outcomes: (tickets, { signal } = {}) => readOutcomes(tickets, { api, signal }),
    withdraw: (externalId, { signal } = {}) => setWithdrawn(externalId, true, { api, signal }),
    reinstate: (externalId, { signal } = {}) => setWithdrawn(externalId, false, { api, signal }),
    orders: (query, { signal } = {}) => withoutAnswer(readOrders(query, { ...shared, signal })),
    countOrders: (period, { signal } = {}) => countOrders(period, { ...shared, signal }),
    stream: (name, query, { signal } = {}) => readStream(name, query, { ...shared, signal }),
    order: (externalId, { signal } = {}) => withoutAnswer(readOrder(externalId, { ...shared, signal })),
    recipient: (externalId, { signal } = {}) => withoutAnswer(readRecipient(externalId, { api, signal })),
    ship: (shipment, { signal } = {}) => ship(shipment, { ...shared, signal }),
    cancel: (cancellation, { signal } = {}) => cancel(cancellation, { api, paidCancellations, signal }),
    registerWebhooks: async () => ({ registered: [], repaired: [] }),
  }
}
