import { defineConnector } from '@plimsoll/connector-kit'
import { tokens } from './authorization.ts'
import { batchMax, quantityMax } from './level-writes.ts'
import { open } from './operations.ts'
import { streams } from './orders.ts'
import { credentials, settings } from './settings.ts'
import { webhooks } from './webhooks.ts'

const MINUTE_MS = 60_000

/** Magento Open Source, Mage-OS and Adobe Commerce 2.4, and Adobe Commerce as a Cloud Service, through REST V1. */
export const connector = defineConnector({
  manifest: {
    id: 'magento',
    name: 'Magento / Adobe Commerce',
    kind: 'channel',
    colour: '#f26322',
    regions: ['world'],
    settings,
    credentials,
    apiVersion: { version: 'V1 (2.4)', source: 'developer.adobe.com/commerce/webapi/rest' },
    capabilities: {
      multiLocation: true,
      writeStyle: 'counts-open-orders',
      proof: 'read-back',
      allOrNothing: true,
      // Bulks are kept for 60 days unless the merchant sets otherwise; a row that is open for a day is in a stuck queue.
      tickets: { lifeMs: 24 * 60 * MINUTE_MS, askEveryMs: 5_000, askMax: 500, increasesOnly: true },
      batchMax,
      quantityMax,
      webhooks: [],
      tracking: true,
      cancel: 'order',
      holds: true,
      withdraw: 'disabled',
      latestEffectMs: 2 * MINUTE_MS,
      visibilityLagMs: 10_000,
      streams: streams.map((name) => ({ name, everyMs: MINUTE_MS, visibilityLagMs: 10_000 })),
      gaps: 'count',
      unguaranteed:
        'A shipment that is confirmed in the shop’s own admin lowers its source before the hub knows, and what the hub writes in between counts those units twice.',
      facts: [
        {
          fact: 'Sources fall when units ship and not when they are ordered; what is open is subtracted by reservations',
          source:
            'magento/inventory: InventorySalesApi SalesEventInterface, InventorySales GetProductSalableQty',
          verified: false,
        },
        {
          fact: 'POST inventory/source-items saves all of its rows or none',
          source: 'magento/inventory: Inventory/Model/SourceItem/Command/Handler/SourceItemsSaveHandler.php',
          verified: false,
        },
        {
          fact: 'With the modules for many sources off, the single stock falls when units are ordered',
          source: 'magento/magento2: CatalogInventory, SubtractQuoteInventoryObserver',
          verified: false,
        },
        {
          fact: 'No request takes effect later than two minutes after it was sent, but for what waits in the message queue',
          source: 'assumed: PHP hosts and Fastly end a request after 60 seconds',
          verified: false,
        },
        {
          fact: 'An order is in the order list within 10 seconds of the time of change that it bears',
          source: 'assumed: the time is stamped by a statement, the transaction of the checkout ends later',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: { en: 'Hearing of returns that customers were granted', zh: '得知已批准的客户退货' },
          why: {
            en: 'Returns (RMA) are a part of Adobe Commerce alone; Magento Open Source and Mage-OS have credit memos. Make a return of your own.',
            zh: '退货（RMA）仅 Adobe Commerce 提供；Magento Open Source 与 Mage-OS 只有贷项通知单。请自行创建退货单。',
          },
        },
        {
          what: { en: 'Hearing of orders by webhook', zh: '通过 webhook 得知订单' },
          why: {
            en: 'Magento Open Source and Mage-OS send none; orders are polled.',
            zh: 'Magento Open Source 与 Mage-OS 不发送 webhook；订单靠轮询获取。',
          },
        },
        {
          what: {
            en: 'Knowing whether a credit memo put units back',
            zh: '得知贷项通知单是否将商品退回库存',
          },
          why: {
            en: 'The API does not say so; returned units are booked by hand.',
            zh: '接口不提供该信息；退货需手工入账。',
          },
        },
        {
          what: { en: 'Cancelling part of an order', zh: '取消订单的一部分' },
          why: { en: 'Magento cancels whole orders only.', zh: 'Magento 只能取消整个订单。' },
        },
      ],
    },
    // Core limits nobody's calls but those of shoppers who pay; a shop has few PHP workers, though.
    budgets: [{ kind: 'concurrency', name: 'requests', max: 4 }],
  },
  open,
  // Whoever connects to one address spends what it can bear.
  budgetKeys: ({ settings: { url } }) => ({ account: url }),
  tokens,
  webhooks,
})
