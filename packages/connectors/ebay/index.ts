import { defineConnector } from '@plimsoll/connector-kit'
import { budgets, ebayDay } from './budgets.ts'
import { grant } from './grant.ts'
import { revisedThing } from './ids.ts'
import { rowsMax } from './inventory.ts'
import { quantityMax } from './level-writes.ts'
import { open } from './operations.ts'
import { marketplaces } from './places.ts'
import { credentials, settings } from './settings.ts'
import { topics } from './subscriptions.ts'
import { tokens } from './tokens.ts'
import { webhooks } from './webhooks.ts'

/** eBay: the Sell APIs, and the Trading API for listings that were not made with them. */
export const connector = defineConnector({
  manifest: {
    id: 'ebay',
    name: 'eBay',
    kind: 'channel',
    colour: '#0064d2',
    regions: Object.values(marketplaces).map(({ country }) => country),
    settings,
    credentials,
    apiVersion: {
      version: 'Inventory v1, Fulfillment v1, Notification v1, Post-Order v2, Trading 1451',
      source: 'developer.ebay.com/develop/get-started/api-deprecation-status',
    },
    capabilities: {
      multiLocation: false,
      writeStyle: 'absolute',
      proof: 'echo',
      allOrNothing: false,
      batchMax: rowsMax,
      quantityMax,
      writeCap: { max: 250, keptForDecreases: 50, resets: ebayDay, keyOf: revisedThing, counts: 'rows' },
      webhooks: topics,
      tracking: true,
      cancel: 'order',
      latestEffectMs: 120_000,
      visibilityLagMs: 60_000,
      unguaranteed:
        'eBay takes units off a listing when a buyer commits to buy, and shows the order only once it is paid: sales that wait for payment stay invisible.',
      penalties: [
        {
          cure: 'cancel',
          severity: 2,
          counts:
            'cancelling for want of stock is a transaction defect; more than 2 % of them put the account below standard',
          source: 'www.ebay.com/help/selling/selling/seller-levels-performance-standards?id=4080',
          verified: false,
        },
      ],
      facts: [
        {
          fact: 'Units are off the listing before the order is in the order list',
          source: 'developer.ebay.com/develop/api/sell/fulfillment_api (unpaid purchases)',
          verified: false,
        },
        {
          fact: 'A paid order is in the order list within a minute',
          source: 'assumed: no delay is published',
          verified: false,
        },
        {
          fact: 'No request takes effect later than two minutes after it was sent',
          source: 'assumed: the calls are synchronous',
          verified: false,
        },
        {
          fact: 'A listing can be revised 250 times a calendar day, each row of a call counting',
          source:
            'sell_inventory_v1 1.18.4, bulkUpdatePriceQuantity; that rows and not calls count, and when the day begins, is assumed',
          verified: false,
        },
        {
          fact: 'The quantity shown is the lesser of the inventory item’s and the offer’s',
          source: 'sell_inventory_v1 1.18.4, ShipToLocationAvailability.quantity',
          verified: false,
        },
      ],
    },
    budgets,
  },
  open,
  // eBay counts calls by application; what one seller may do at once is the account's own.
  budgetKeys: ({ settings: { environment, endpoint }, credentials: { clientId, refreshToken } }) => ({
    account: JSON.stringify([endpoint ?? environment, clientId, refreshToken]),
    application: JSON.stringify([endpoint ?? environment, clientId]),
  }),
  tokens,
  grant,
  webhooks,
})
