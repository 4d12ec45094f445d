import { defineConnector, type WarehouseTerms } from '@plimsoll/connector-kit'
import { FEED_FROM, FEED_MAX } from './feeds.ts'
import { QUANTITY_MAX } from './levels.ts'
import { BUDGETS } from './limits.ts'
import { LINES_MAX } from './mcs-request.ts'
import { open, SINGLE_MAX } from './operations.ts'
import { returnsStream } from './returns.ts'
import { credentialsSchema, sendsForOthers, settingsSchema } from './settings.ts'
import { TOPICS } from './subscriptions.ts'
import { access } from './tokens.ts'
import { webhooks } from './webhooks.ts'

/** What Walmart keeps, sent for other channels: Multichannel Solutions. */
const multichannel: WarehouseTerms = {
  requests: 'by-read-back',
  latestEffectMs: 30 * 60_000,
  visibilityLagMs: 5 * 60_000,
  cancel: 'until-working',
  deducts: 'requested',
  deductsWithinMs: 30 * 60_000,
  follows: ['receipts'],
  asksEachMs: 2 * 60_000,
  lots: false,
  serials: false,
  linesMax: LINES_MAX,
  stuckAfterMs: 2 * 86_400_000,
  facts: [
    {
      fact: 'An inbound order is announced once under its id, and damaged units are among those received',
      source:
        'OpenAPI document of 2023: inbound-shipment-errors ("Duplicated Inbound Order ID"); assumed: damagedQty',
      verified: false,
    },
    {
      fact: 'sellerLineId comes back as fulfillerLineId of what ships',
      source: 'assumed: both are "1" in the examples of Walmart’s documents',
      verified: false,
    },
    {
      fact: 'An order that was taken is found by its number within half an hour, or there is none',
      source: 'assumed: it is answered ACCEPTED, and nothing is published',
      verified: false,
    },
    {
      fact: 'What it takes leaves availToSellQty as it is taken, and comes back when it comes to nothing',
      source: 'assumed: developer.walmart.com/us-marketplace/docs/wfs-get-inventory-new',
      verified: false,
    },
    {
      fact: 'An order can be cancelled until it is being worked on',
      source:
        'developer.walmart.com/us-marketplace/docs/cancel-customer-order-for-wfs-item: "before fulfillment progresses"',
      verified: false,
    },
  ],
}

/** Walmart Marketplace, through the seller's own keys and API v3. */
export const connector = defineConnector({
  manifest: {
    id: 'walmart',
    name: 'Walmart Marketplace',
    kind: 'channel',
    colour: '#0053e2',
    regions: ['US', 'CA', 'MX', 'CL'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    apiVersion: { version: 'v3', source: 'developer.walmart.com/us-marketplace/docs' },
    capabilities: {
      // An event tells that a customer wants to cancel, none that they do no more.
      holds: 'polled',
      multiLocation: true,
      writeStyle: 'counts-open-orders',
      proof: 'echo',
      allOrNothing: false,
      tickets: {
        lifeMs: 7 * 86_400_000,
        askEveryMs: 60_000,
        askMax: FEED_MAX,
        increasesOnly: true,
        bulk: { from: FEED_FROM, max: FEED_MAX, operation: 'setLevels.feed' },
      },
      batchMax: SINGLE_MAX,
      quantityMax: QUANTITY_MAX,
      webhooks: TOPICS,
      tracking: true,
      cancel: 'lines',
      counts: true,
      streams: [returnsStream],
      latestEffectMs: 300_000,
      visibilityLagMs: 60_000,
      unguaranteed:
        'A unit that is marked as shipped on Walmart, by whomever, is offered again until the hub has lowered the quantity.',
      penalties: [
        {
          cure: 'cancel',
          severity: 3,
          counts: {
            en: 'orders cancelled by the seller, at most 2 % of those of a month',
            zh: '由卖家取消的订单，每月不得超过 2%',
          },
          source: 'marketplacelearn.walmart.com: seller performance standards',
          verified: false,
        },
      ],
      facts: [
        {
          fact: 'What is written counts units of open orders too; shown is what is left without them',
          source: 'developer.walmart.com/us-marketplace/docs/request-an-inventory-report',
          verified: false,
        },
        {
          fact: 'The written quantity does not fall when a unit ships: the seller lowers it',
          source: 'marketplacelearn.walmart.com/ca/guides: calculating-inventory, example 3',
          verified: false,
        },
        {
          fact: 'An order is open from when it is created until it ships or is cancelled, acknowledged or not',
          source:
            'assumed: the guide counts what is not acknowledged or closed, its examples what is not shipped',
          verified: false,
        },
        {
          fact: 'A single write takes effect within five minutes of being sent',
          source: 'assumed: it is answered with an echo',
          verified: false,
        },
        {
          fact: 'The order list shows a change within a minute',
          source: 'assumed: no delay is published',
          verified: false,
        },
        {
          fact: 'What became of the rows of a feed can be asked for seven days',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'Canada, Mexico and Chile count as the United States do, through the same paths with WM_MARKET and WM_GLOBAL_VERSION 3.1',
          source:
            'developer.walmart.com/global-marketplace/docs: update-item-inventory-per-ship-node, global-apis-faq',
          verified: false,
        },
        {
          fact: 'Chile has no list of ship nodes and no feed by node; Mexico has no call for one order and none for the numbers of all nodes',
          source:
            'developer.walmart.com/global-marketplace: get-all-fulfillment-centers, updatebulkinventory, rate-limiting',
          verified: false,
        },
        {
          fact: 'Each market has words of its own for why a seller cancels',
          source: 'developer.walmart.com/global-marketplace/reference/cancelorderlines',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: { en: 'Events outside the United States', zh: '美国以外市场的事件推送' },
          why: {
            en: 'Walmart’s table of limits names none for Canada, Mexico and Chile: orders are polled.',
            zh: '沃尔玛的限额表未为加拿大、墨西哥和智利提供该接口：订单采用轮询。',
          },
        },
        {
          what: { en: 'Taking one listing off sale', zh: '单独下架一个商品' },
          why: { en: 'Retiring an item deletes it.', zh: '停售（retire）会删除该商品。' },
        },
        {
          what: {
            en: 'Guarding a write against a sale that the hub has not seen',
            zh: '防止写入覆盖中枢尚未看到的销售',
          },
          why: {
            en: 'Its API takes absolute quantities and no condition.',
            zh: '其 API 只接受绝对数量，不接受条件。',
          },
        },
        {
          what: { en: 'Following returns to Walmart’s warehouses', zh: '跟踪退回沃尔玛仓库的商品' },
          why: {
            en: 'Its list of returns (GET /v3/returns) tells refunds and tracking, not in which condition units came back, and no returns of orders sent for others. What came back is in its counts.',
            zh: '其退货列表（GET /v3/returns）只有退款和物流状态，没有退回商品的状况，也不含代发订单的退货。退回数量体现在其库存中。',
          },
        },
        {
          what: {
            en: 'Labels and carriers of goods on their way to Walmart',
            zh: '发往沃尔玛货物的标签与承运商',
          },
          why: {
            en: 'They are chosen and paid for: once announced, print them in Seller Center, for each part that Walmart made of it.',
            zh: '需要选择并付费：预报后请在 Seller Center 中按沃尔玛拆分的每一部分打印。',
          },
        },
        {
          what: { en: 'Telling virtual packs from items', zh: '区分虚拟套装与普通商品' },
          why: {
            en: 'They draw on other SKUs and nothing says so; do not map them.',
            zh: '它们消耗其他 SKU 的库存，但 API 没有标明；请勿映射。',
          },
        },
      ],
    },
    warehouse: multichannel,
    budgets: BUDGETS,
  },
  open,
  sendsForOthers,
  // Walmart counts each seller, whose keys these are.
  budgetKeys: ({ settings, credentials }) => ({
    account: JSON.stringify([settings.market, credentials.clientId]),
  }),
  tokens: { access },
  webhooks,
})
