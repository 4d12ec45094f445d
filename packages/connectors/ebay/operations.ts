import { type ChannelOperations, type ConnectorContext, withoutAnswer } from '@plimsoll/connector-kit'
import { createActiveList } from './active-list.ts'
import { readRecipient } from './addresses.ts'
import { cancelOrder } from './cancelling.ts'
import { check } from './check.ts'
import { type KnownResults, readOutcomes } from './feeds.ts'
import { createFulfillment } from './fulfillment.ts'
import { defaultLocationId } from './ids.ts'
import { createInventory, rowsMax } from './inventory.ts'
import { readLevels } from './levels.ts'
import { readListing, readListings } from './listings.ts'
import { createNotification } from './notification.ts'
import { readOrder, readOrders } from './orders.ts'
import { marketplaces } from './places.ts'
import { createQuotas } from './quotas.ts'
import { setLevels } from './set-levels.ts'
import type { Credentials, Settings } from './settings.ts'
import { ship } from './shipping.ts'
import { createSkuFacts } from './sku-facts.ts'
import { registerWebhooks } from './subscriptions.ts'
import { createTrading } from './trading.ts'
import { createTransport } from './transport.ts'

/** Binds one seller's account. What is found out about its SKUs and about eBay is remembered as long as this. */
export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const { settings, credentials, http, now } = context
  const transport = createTransport(context)
  const inventory = createInventory(transport)
  const trading = createTrading(transport)
  const fulfillment = createFulfillment(transport)
  const notification = createNotification(transport)
  const facts = createSkuFacts(inventory)
  const active = createActiveList(trading, { now, budgets: http.budgets })
  const quotas = createQuotas(transport, { now, budgets: http.budgets })
  const state = { skusPerCall: rowsMax }
  const clock = { behindMs: 0 }
  const results: KnownResults = new Map()
  const listing = (signal: AbortSignal | undefined) => ({ inventory, trading, facts, active, signal })
  const ordering = (signal: AbortSignal | undefined) => ({ fulfillment, now, clock, signal })

  return {
    check: ({ signal } = {}) =>
      check({ transport, inventory, trading, fulfillment, notification, quotas, settings, signal }),
    locations: async () => [{ externalId: defaultLocationId, name: 'eBay', active: true }],
    listings: (cursor, { signal } = {}) => readListings(cursor, listing(signal)),
    listing: (externalId, { signal } = {}) => readListing(externalId, listing(signal)),
    levels: (keys, { signal } = {}) => readLevels(keys, listing(signal)),
    setLevels: (writes, { signal, urgency } = {}) =>
      setLevels(writes, {
        ...listing(signal),
        http,
        state,
        transport,
        siteId: marketplaces[settings.marketplace].siteId,
        uuid: () => context.uuid(),
        urgency,
      }),
    outcomes: (tickets, { signal } = {}) => readOutcomes(tickets, results, { transport, signal }),
    async orders(query, { signal } = {}) {
      const page = await withoutAnswer(readOrders(query, ordering(signal)))
      // Beside what every connection does all day; a quota that is spent is known before it is met.
      if (query.cursor === undefined) await quotas.refresh({ signal })
      return page
    },
    order: (externalId, { signal } = {}) => withoutAnswer(readOrder(externalId, ordering(signal))),
    recipient: (externalId, { signal } = {}) =>
      withoutAnswer(readRecipient(externalId, { fulfillment, signal })),
    ship: (shipment, { signal } = {}) => withoutAnswer(ship(shipment, { fulfillment, now, signal })),
    cancel: (cancellation, { signal } = {}) =>
      withoutAnswer(cancelOrder(cancellation, { transport, fulfillment, context, signal })),
    registerWebhooks: (url, { signal } = {}) =>
      registerWebhooks(url, {
        notification,
        verificationToken: credentials.verificationToken,
        alertEmail: settings.alertEmail,
        signal,
      }),
  }
}
