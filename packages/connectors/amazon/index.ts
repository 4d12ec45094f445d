import { defineConnector, streamsOf, type WarehouseTerms } from '@plimsoll/connector-kit'
import { grant, tokens } from './authorization.ts'
import { FEED_FROM, FEED_MAX } from './feeds.ts'
import { BATCH_MAX, QUANTITY_MAX } from './level-writes.ts'
import { SKUS_MAX } from './levels.ts'
import { budgets } from './limits.ts'
import { ITEMS_MAX, UNITS_MAX } from './mcf-request.ts'
import { webhooks } from './notifications.ts'
import { open } from './operations.ts'
import { credentials, regionOfSettings, settings } from './settings.ts'

/** What Amazon keeps, sent for other channels: Multi-Channel Fulfilment. */
const multiChannel: WarehouseTerms = {
  requests: 'by-key',
  latestEffectMs: 10 * 60_000,
  visibilityLagMs: 2 * 60_000,
  cancel: 'until-working',
  deducts: 'requested',
  deductsWithinMs: 30 * 60_000,
  follows: ['shipments', 'receipts', 'returns'],
  // Receipts name no day, and the report of returns is hours behind: its summaries have both long before.
  byCountsAlone: ['receipts', 'returns'],
  lots: false,
  serials: true,
  linesMax: ITEMS_MAX,
  unitsMax: UNITS_MAX,
  stuckAfterMs: 2 * 86_400_000,
  facts: [
    {
      fact: 'There is one fulfilment order under one sellerFulfillmentOrderId: asked for again it is refused, and is there',
      source: 'fulfillmentOutbound_2020-07-01.json: "must be unique"; that it is refused is assumed',
      verified: false,
    },
    {
      fact: 'What it takes leaves fulfillableQuantity as it is taken, and comes back when it comes to nothing',
      source: 'assumed: fbaInventory.json, pendingCustomerOrderQuantity; in no document of its own',
      verified: false,
    },
    {
      fact: 'The summaries show that within half an hour',
      source: 'assumed: nothing is published; the reports call themselves near real-time at 30 minutes',
      verified: false,
    },
    {
      fact: 'The list shows an order within two minutes of a change of its status, and not when only a parcel leaves',
      source: 'fulfillmentOutbound_2020-07-01.json, queryStartDate; the two minutes are assumed',
      verified: false,
    },
    {
      fact: 'The list names a shipment within a day of a change of what was received of it',
      source: 'fulfillmentInboundV0.json, LastUpdatedAfter: "updates made by Amazon"; the day is assumed',
      verified: false,
    },
    {
      fact: 'A return is in the report within two weeks of coming in, each unit by its own licence plate',
      source:
        'developer-docs.amazon.com/sp-api/docs/fba-customer-concessions-reports-attributes; the time is assumed',
      verified: false,
    },
    {
      fact: 'An order can be cancelled until picking begins',
      source: 'fulfillmentOutbound_2020-07-01.json, FulfillmentOrderStatus',
      verified: false,
    },
  ],
}

/** Items of each delivery under way cost a call; a report of returns is made by Amazon once or twice a day anew. */
const EVERY_MS: Readonly<Record<string, number>> = { receipts: 15 * 60_000, returns: 6 * 3_600_000 }

/** Amazon's marketplaces, through the Selling Partner API. */
export const connector = defineConnector({
  manifest: {
    id: 'amazon',
    name: 'Amazon',
    kind: 'channel',
    colour: '#ff9900',
    regions: [
      ...['US', 'CA', 'MX', 'BR'],
      ...['GB', 'DE', 'FR', 'IT', 'ES', 'NL', 'SE', 'PL', 'BE', 'IE', 'TR', 'SA', 'AE', 'EG', 'ZA', 'IN'],
      ...['JP', 'AU', 'SG'],
    ],
    settings,
    credentials,
    apiVersion: {
      version: 'Orders 2026-01-01, Listings Items 2021-08-01, Feeds 2021-06-30',
      source: 'github.com/amzn/selling-partner-api-models, commit 34dc93f',
    },
    capabilities: {
      // A notification tells that a buyer wants to cancel, none that they do no more.
      holds: 'polled',
      multiLocation: false,
      writeStyle: 'absolute',
      proof: 'read-back',
      allOrNothing: false,
      tickets: {
        lifeMs: 24 * 3_600_000,
        // Amazon takes minutes: asked more often, hundreds of open ones would spend all searches.
        askEveryMs: 30_000,
        // One search proves so many.
        askMax: SKUS_MAX,
        increasesOnly: true,
        bulk: { from: FEED_FROM, max: FEED_MAX, operation: 'setLevels.feed' },
      },
      batchMax: BATCH_MAX,
      quantityMax: QUANTITY_MAX,
      webhooks: [],
      queue: { everyMs: 1_000, acknowledgeMax: 10 },
      tracking: true,
      // By a feed: Unavailable until the order shows it, README.
      cancel: 'order',
      counts: true,
      // Each look at its list costs a call, and each order that is being picked one more.
      streams: streamsOf(multiChannel).map((stream) => ({
        ...stream,
        everyMs: EVERY_MS[stream.name] ?? 60_000,
      })),
      latestEffectMs: 30 * 60_000,
      visibilityLagMs: 3 * 60_000,
      penalties: [
        {
          cure: 'cancel',
          severity: 3,
          counts: {
            en: 'cancellations by the seller before shipping, at most 2.5 % in seven days',
            zh: '发货前由卖家取消的订单，七天内不得超过 2.5%',
          },
          source: 'Seller Central, account health: pre-fulfilment cancel rate',
          verified: false,
        },
      ],
      facts: [
        {
          fact: 'The number falls as an order is placed, also one whose payment is pending, and rises when it dies',
          source: 'assumed: generally reported by sellers, in no document',
          verified: false,
        },
        {
          fact: 'A quantity that was taken shows within a quarter of an hour',
          source: 'assumed: sellers report 5 to 15 minutes; issue 5327 of amzn/selling-partner-api-models',
          verified: false,
        },
        {
          fact: 'No PATCH takes effect later than half an hour after it was sent',
          source: 'assumed: twice the longest time reported',
          verified: false,
        },
        {
          fact: 'The list shows an order within three minutes of its change',
          source:
            'orders_2026-01-01.json: up to two minutes before the request; issue 2131 of selling-partner-api-docs',
          verified: false,
        },
        {
          fact: 'A paid order that nothing of has shipped is cancelled as a whole by an order acknowledgement with Failure; asked twice it stays one',
          source:
            'developer-docs.amazon.com/sp-api/docs/order-feed-type-values; OrderAcknowledgement.xsd; that twice is one is assumed',
          verified: false,
        },
        {
          fact: 'Cancelled for NoInventory the number stays; for any other reason Amazon raises it by the units',
          source: 'Selling on Amazon: guide to XML, order acknowledgement',
          verified: false,
        },
        {
          fact: 'One number serves all marketplaces of an account in a region',
          source:
            'assumed: fulfillment_availability names no marketplace; issue 4406 of selling-partner-api-models',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: {
            en: 'Hearing of returns that customers were granted (sent by the seller)',
            zh: '得知已批准的客户退货（卖家自发货）',
          },
          why: {
            en: 'They are in a report alone, by the day they were asked for, with a status whose values are not published and a SKU instead of the order’s line.',
            zh: '退货仅出现在按申请日期生成的报告中；其状态取值未公开，且只含 SKU 而非订单行。',
          },
        },
        {
          what: {
            en: 'Cancelling part of an order, or one that is not paid for',
            zh: '取消订单的一部分，或取消未付款的订单',
          },
          why: {
            en: 'Its feed cancels whole orders, minutes later; once a part has shipped it would refund all of it.',
            zh: '其 Feed 只能取消整个订单，且数分钟后才生效；若已部分发货，会退还全款。',
          },
        },
        {
          what: { en: 'Taking a listing off sale', zh: '将商品下架' },
          why: {
            en: 'A quantity of 0 does that; no call hides an offer without ending it.',
            zh: '数量设为 0 即可；没有任何接口能隐藏报价而不结束它。',
          },
        },
        {
          what: { en: 'Knowing at once that a write took effect', zh: '立即得知写入是否生效' },
          why: {
            en: 'Amazon answers ACCEPTED and changes the number minutes later; it is read back.',
            zh: '亚马逊只回答 ACCEPTED，数分钟后才改变数量；因此会回读确认。',
          },
        },
        {
          what: { en: 'Announcing goods to Amazon', zh: '向亚马逊预报入库' },
          why: {
            en: 'A plan there is packed, placed and paid for step by step: make it in Seller Central, with the hub’s id of the inbound shipment in its name. What came of it is followed here.',
            zh: '入库计划需要逐步装箱、分仓并确认费用：请在 Seller Central 中创建，并把本系统入库单的 ID 写入货件名称；到货数量会在此跟踪。',
          },
        },
      ],
    },
    warehouse: multiChannel,
    personalData: {
      // Counted from the shipment, which is earlier than the delivery that Amazon counts from.
      endedDaysMax: 30,
      demands: {
        en: 'to forget to whom an order went within 30 days of its delivery',
        zh: '订单送达后 30 天内删除收件人信息',
      },
      source: 'sellercentral.amazon.com/mws/static/policy?documentType=DPP (retention of personal data)',
      verified: false,
    },
    budgets,
  },
  open,
  sendsForOthers: (given) => given.multiChannel,
  // Counted for each application and selling account; some limits over all accounts of an application.
  budgetKeys: ({ settings: given, credentials: { clientId } }) => ({
    account: JSON.stringify([regionOfSettings(given), given.sellerId, clientId]),
    application: clientId,
  }),
  tokens,
  grant,
  webhooks,
})
