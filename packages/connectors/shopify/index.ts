import { defineConnector } from '@plimsoll/connector-kit'
import { API_VERSION, BUDGET_NAME } from './api.ts'
import { access, grant } from './authorization.ts'
import { holdsStream } from './holds.ts'
import { QUANTITY_MAX, SET_MAX } from './levels.ts'
import { open } from './operations.ts'
import { returnsStream } from './returns.ts'
import { credentialsSchema, settingsSchema } from './settings.ts'
import { TOPICS } from './subscriptions.ts'
import { webhooks } from './webhooks.ts'

/** Shopify, through the Admin GraphQL API 2026-10. */
export const connector = defineConnector({
  manifest: {
    id: 'shopify',
    name: 'Shopify',
    kind: 'channel',
    colour: '#5e8e3e',
    regions: ['world'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    // Each version is served for a year.
    apiVersion: {
      version: API_VERSION,
      endsOn: '2027-10-01',
      source: 'shopify.dev/docs/api/usage/versioning',
    },
    capabilities: {
      multiLocation: true,
      writeStyle: 'compare-and-set',
      proof: 'echo',
      allOrNothing: true,
      batchMax: SET_MAX,
      quantityMax: QUANTITY_MAX,
      webhooks: TOPICS,
      streams: [returnsStream, holdsStream],
      holds: true,
      tracking: true,
      cancel: 'lines',
      // Fulfilment services of other applications.
      counts: true,
      // A variant by itself, since 2026-07; its product and siblings sell on.
      withdraw: 'unpublished on every sales channel',
      latestEffectMs: 60_000,
      visibilityLagMs: 30_000,
      facts: [
        {
          fact: 'Available falls as an order is created, in every financial state',
          source:
            'shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states',
          verified: false,
        },
        {
          fact: 'A set with a stale changeFromQuantity changes no row of the call',
          source: 'shopify.dev/changelog/making-changefromquantity-field-required',
          verified: false,
        },
        {
          fact: 'A repeated idempotency key is not applied again within 24 hours',
          source: 'shopify.dev/docs/api/usage/implementing-idempotency',
          verified: false,
        },
        {
          fact: 'No mutation takes effect later than a minute after it was sent',
          source: 'assumed: mutations are synchronous',
          verified: false,
        },
        {
          fact: 'Units that are refunded with restock type CANCEL are available again at once and will not ship',
          source: 'shopify.dev/docs/api/admin-graphql/2026-10/enums/RefundLineItemRestockType',
          verified: false,
        },
        {
          fact: 'A variant that is unpublished on every publication is sold to nobody, while its siblings are',
          source: 'shopify.dev/changelog/publish-and-unpublish-product-variants-independently-from-product',
          verified: false,
        },
        {
          fact: 'Granting, changing, closing and cancelling a return changes when its order was updated last',
          source:
            'assumed: Order.updatedAt does not say what counts; the webhooks of returns do not depend on it',
          verified: false,
        },
        {
          fact: 'Placing and releasing a hold changes when its fulfilment order was updated last, and the list of those shows it within a minute',
          source:
            'assumed: FulfillmentOrder.updatedAt does not say what counts; the webhooks of holds do not depend on it',
          verified: false,
        },
        {
          fact: 'The order list shows a change within 30 seconds',
          source: 'assumed: the list is a search index whose delay is not published',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: {
            en: 'Telling two equal parcels without tracking numbers apart',
            zh: '区分两个没有运单号的相同包裹',
          },
          why: {
            en: 'Creating a fulfilment takes no idempotency key; once all units have left, the second looks like the first.',
            zh: '创建发货不接受幂等键；全部发出后，第二个包裹与第一个无法区分。',
          },
        },
        {
          what: {
            en: 'Learning from a webhook where an order ships from',
            zh: '从 webhook 得知订单的发货地点',
          },
          why: {
            en: 'Its webhooks carry no fulfilment orders; the hub reads the order to know.',
            zh: '其 webhook 不含履约单；中枢会再读取订单以确认。',
          },
        },
      ],
    },
    personalData: {
      demands: {
        en: 'to keep customers’ data no longer than it is needed, with periods that are set for it',
        zh: '客户数据不得保存超过所需的时间，并须设定保存期限',
      },
      source: 'shopify.dev/docs/apps/launch/protected-customer-data',
      verified: false,
    },
    budgets: [
      // The smallest plan's; every answer says what the shop really has.
      { kind: 'cost-bucket', name: BUDGET_NAME, capacity: 2_000, refillPerSecond: 100 },
      { kind: 'concurrency', name: 'requests', max: 8 },
    ],
  },
  open,
  // Points are counted for each application and shop. The privacy webhooks of an application have one address for all shops.
  budgetKeys: ({ settings, credentials }) => {
    const application = credentials.clientId ?? credentials.accessToken
    return {
      account: JSON.stringify([settings.shop, application]),
      ...(application !== undefined && { application }),
    }
  },
  tokens: { access },
  grant,
  webhooks,
})
