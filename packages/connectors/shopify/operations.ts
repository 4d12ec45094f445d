import {
  type ChannelOperations,
  type ConnectorContext,
  ORDER_HOLDS,
  withoutAnswer,
} from '@plimsoll/connector-kit'
import { readRecipient } from './addresses.ts'
import { createApi } from './api.ts'
import { cancel } from './cancellation.ts'
import { check } from './check.ts'
import { readCounts } from './counts.ts'
import { ensureService } from './fulfillment-requests.ts'
import { sentUnpaidOf } from './gateways.ts'
import { readHeldOrders } from './holds.ts'
import { readLevels, setLevels } from './levels.ts'
import { getListing, listListings } from './listings.ts'
import { listCountedElsewhere, listLocations } from './locations.ts'
import { getOrder, listOrders } from './orders.ts'
import { readAnnouncedReturns } from './returns.ts'
import type { Credentials, Settings } from './settings.ts'
import { ship } from './shipping.ts'
import { registerWebhooks } from './subscriptions.ts'
import { readPlacement, reinstate, withdraw } from './withdrawal.ts'

export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const { settings } = context
  const api = createApi(context)
  const reading = { api, sentUnpaid: sentUnpaidOf(settings) }
  return {
    check: (options) => check(api, settings, options),
    locations: (options) => listLocations(api, settings, options),
    listings: (cursor, options) => listListings({ api, context }, cursor, options),
    listing: (externalId, options) => getListing({ api, context }, externalId, options),
    levels: (keys, options) => readLevels({ api, settings }, keys, options),
    setLevels: (writes, options) => setLevels({ api, settings }, writes, options),
    async counts(cursor, options = {}) {
      const locationIds = await listCountedElsewhere(api, settings, options)
      return await readCounts(api, { locationIds, cursor }, options)
    },
    placement: (externalId, options) => readPlacement(api, externalId, options),
    withdraw: (externalId, options) => withdraw(api, externalId, options),
    reinstate: (externalId, options) => reinstate(api, externalId, options),
    orders: (query, options) => listOrders(reading, query, options),
    order: (externalId, options) => getOrder(reading, externalId, options),
    stream: (name, query, options) =>
      name === ORDER_HOLDS
        ? readHeldOrders(api, query, options)
        : readAnnouncedReturns(api, name, query, options),
    recipient: (externalId, options) => withoutAnswer(readRecipient(api, externalId, options)),
    ship: (shipment, options) => ship(api, shipment, options),
    cancel: (cancellation, options) => cancel(api, cancellation, options),
    async registerWebhooks(url, options = {}) {
      const { fulfillmentService } = settings
      if (fulfillmentService !== undefined) await ensureService(api, fulfillmentService, options)
      return await registerWebhooks(api, url, options)
    },
  }
}
