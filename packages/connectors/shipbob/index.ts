import { defineWarehouse } from '@plimsoll/connector-kit'
import { API_VERSION, API_VERSION_ENDS_ON, BUDGETS } from './limits.ts'
import { open } from './operations.ts'
import { credentialsSchema, settingsSchema } from './settings.ts'
import { TOPICS } from './subscriptions.ts'
import { access, grant } from './tokens.ts'
import { webhooks } from './webhooks.ts'

/** ShipBob, through a personal access token or the brand's own application. */
export const connector = defineWarehouse({
  manifest: {
    id: 'shipbob',
    name: 'ShipBob',
    colour: '#175cff',
    regions: ['US', 'CA', 'GB', 'IE', 'NL', 'PL', 'AU'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    apiVersion: {
      version: API_VERSION,
      endsOn: API_VERSION_ENDS_ON,
      source: 'developer.shipbob.com/v1.0/versioning',
    },
    webhooks: TOPICS,
    budgets: BUDGETS,
    warehouse: {
      requests: 'by-key',
      inboundNotices: 'by-read-back',
      latestEffectMs: 300_000,
      visibilityLagMs: 60_000,
      cancel: 'until-working',
      deducts: 'shipped',
      returnNotices: 'by-read-back',
      lots: true,
      serials: true,
      linesMax: 200,
      stuckAfterMs: 2 * 86_400_000,
      follows: ['shipments', 'receipts', 'returns'],
      facts: [
        {
          fact: 'A second order under one reference_id is refused with 422, whatever became of the first',
          source: 'developer.shipbob.com/2026-07/errors',
          verified: false,
        },
        {
          fact: 'On hand falls when a shipment is completed; until then its units are in it, as committed',
          source: 'assumed: OpenAPI 2026-01, Inventory.FulfillmentCenterResponse says "physically present"',
          verified: false,
        },
        {
          fact: 'Of what lies there, only fulfillable and committed units can be picked',
          source: 'assumed: OpenAPI 2026-01, Inventory.FulfillmentCenterResponse',
          verified: false,
        },
        {
          fact: 'An order that is being picked is not cancelled any more',
          source: 'support.shipbob.com: order statuses; assumed of the API',
          verified: false,
        },
        {
          fact: 'A request takes effect within five minutes of being sent, the order list shows it within one',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'Orders are listed by when they were made, oldest first, with SortOrder=Oldest',
          source: 'assumed: the OpenAPI description names no values',
          verified: false,
        },
        {
          fact: 'A return order is called off as long as it awaits its parcel, and no longer',
          source: 'developer.shipbob.com/api-reference/1.0/returns/create-return-order',
          verified: false,
        },
        {
          fact: 'ReferenceIds of GET /return finds a return order as soon as it is made, or within five minutes',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'Received units are on hand once they are stowed',
          source: 'assumed: OpenAPI 2026-01, Receiving.BoxItemViewModel',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Choosing the lot of an order', zh: '为订单指定批次' },
        why: { en: 'ShipBob chooses it when it picks.', zh: '由 ShipBob 在拣货时选择。' },
      },
      {
        what: { en: 'Being told of stock changes', zh: '接收库存变动通知' },
        why: { en: 'There is no webhook for stock: it is read.', zh: '没有库存 Webhook，只能定时读取。' },
      },
      {
        what: { en: 'Damaged units of a delivery', zh: '到货残损数量' },
        why: {
          en: 'Its receiving orders do not tell them apart; the counts do.',
          zh: '收货单不区分残损，只能从库存中看到。',
        },
      },
    ],
  },
  open,
  // Counted for each user of an application. A refresh token changes, so that it cannot say which: connections of one
  // application share a budget, which is too careful where they are of several accounts.
  budgetKeys: ({ credentials: { personalAccessToken, clientId } }) => ({
    account: personalAccessToken ?? clientId ?? '',
  }),
  tokens: { access },
  grant,
  webhooks,
})
