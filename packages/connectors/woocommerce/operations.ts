import { type ChannelOperations, type ConnectorContext, withoutAnswer } from '@plimsoll/connector-kit'
import { readRecipient } from './addresses.ts'
import { createApi } from './api.ts'
import { cancel } from './cancellation.ts'
import { check } from './check.ts'
import { defaultLocationId } from './ids.ts'
import { readLevels, setLevels } from './levels.ts'
import { readListing, readListings } from './listings.ts'
import { readCustomStatuses } from './map.ts'
import { createOptionalRoute } from './optional-routes.ts'
import { readOrder, readOrders } from './orders.ts'
import type { Credentials, Settings } from './settings.ts'
import { ship } from './shipping.ts'
import { registerWebhooks } from './subscriptions.ts'
import { createUnpaidOrders } from './unpaid-orders.ts'
import { setWithdrawn } from './withdrawal.ts'

/** Binds one connection to a shop. What is found out about the shop (routes, sorting) is remembered as long as this. */
export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const { settings, credentials } = context
  const api = createApi(context)
  const statuses = readCustomStatuses(settings.orderStatuses)
  const sorting: { orderby: 'modified' | 'id' } = { orderby: 'modified' }
  const orders = { api, statuses, sorting, unpaid: createUnpaidOrders(api), now: context.now }
  const variationsRoute = createOptionalRoute(({ signal }) => api.variations({ page: 1, ids: [0], signal }))

  return {
    check: ({ signal } = {}) => check({ api, url: settings.url, signal }),
    locations: async () => [{ externalId: defaultLocationId, name: 'Shop stock', active: true }],
    listings: (cursor, { signal } = {}) => readListings(cursor, { api, variationsRoute, signal }),
    listing: (externalId, { signal } = {}) => readListing(externalId, { api, signal }),
    levels: (keys, { signal } = {}) => readLevels(keys, { api, variationsRoute, signal }),
    setLevels: (writes, { signal } = {}) => setLevels(writes, { api, now: context.now, signal }),
    withdraw: (externalId, { signal } = {}) => setWithdrawn(externalId, true, { api, signal }),
    reinstate: (externalId, { signal } = {}) => setWithdrawn(externalId, false, { api, signal }),
    orders: (query, { signal } = {}) => withoutAnswer(readOrders(query, { ...orders, signal })),
    order: (externalId, { signal } = {}) => withoutAnswer(readOrder(externalId, { ...orders, signal })),
    recipient: (externalId, { signal } = {}) => withoutAnswer(readRecipient(externalId, { api, signal })),
    cancel: (cancellation, { signal } = {}) => withoutAnswer(cancel(cancellation, { api, statuses, signal })),
    ship: (shipment, { signal } = {}) => withoutAnswer(ship(shipment, { api, now: context.now, signal })),
    registerWebhooks: (url, { signal } = {}) =>
      registerWebhooks(url, { api, secret: credentials.webhookSecret, signal }),
  }
}
