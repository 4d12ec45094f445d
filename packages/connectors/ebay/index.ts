import { defineConnector } from '@plimsoll/connector-kit'
import { budgets, ebayDay } from './budgets.ts'
import { FEED_FROM, FEED_MAX } from './feeds.ts'
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
      holds: 'polled',
      multiLocation: false,
      writeStyle: 'absolute',
      proof: 'echo',
      allOrNothing: false,
      tickets: {
        lifeMs: 24 * 3_600_000,
        askEveryMs: 60_000,
        askMax: FEED_MAX,
        increasesOnly: true,
        bulk: { from: FEED_FROM, max: FEED_MAX, operation: 'setLevels.feed' },
      },
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
          counts: {
            en: 'cancelling for want of stock is a transaction defect; more than 2 % of them put the account below standard',
            zh: '因缺货取消计为交易缺陷，超过 2% 即降为低于标准',
          },
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
          fact: 'A file with quantities is worked on by the rules of ReviseInventoryStatus; each of its requests is answered under its MessageID, with what was taken',
          source:
            'developer.ebay.com/api-docs/sell/static/feed/lms-feeds-managing-inventory.html; that the answer carries MessageID as CorrelationID is assumed',
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
      notPossible: [
        {
          what: { en: 'Hearing of returns that customers were granted', zh: '得知已批准的客户退货' },
          why: {
            en: 'Its list of them is filtered by the day they were made alone, says of a closed one not whether it was called off, and names a line by a number that no document ties to the order’s.',
            zh: '其退货列表只能按创建日期筛选，不说明已关闭的退货是否被撤回，且其行号与订单行号的对应关系没有文档说明。',
          },
        },
        {
          what: { en: 'Taking a listing off sale', zh: '将商品下架' },
          why: {
            en: 'Ending a listing is final, and a relisted one has another number; with the out-of-stock option a quantity of 0 hides it.',
            zh: '结束刊登不可撤销，重新刊登会得到新编号；启用缺货选项后，数量为 0 即会隐藏。',
          },
        },
        {
          what: { en: 'Moving listings into the Inventory API', zh: '将刊登迁移到 Inventory API' },
          why: {
            en: 'It changes how a seller edits them; listings of both kinds are written as they are.',
            zh: '这会改变卖家编辑刊登的方式；两类刊登均按原样写入。',
          },
        },
        {
          what: { en: 'More than 250 revisions of a listing in a day', zh: '每个刊登每天超过 250 次修改' },
          why: {
            en: 'eBay refuses them; the last 50 are kept for lower quantities.',
            zh: 'eBay 会拒绝；最后 50 次留给减少数量的写入。',
          },
        },
        {
          what: {
            en: 'Writing many quantities of the Inventory API as one file',
            zh: '用一个文件批量写入 Inventory API 的数量',
          },
          why: {
            en: 'eBay’s quantity feed is ReviseInventoryStatus, which may not touch listings of that API; its inventory task only downloads. 25 SKUs go in a call instead.',
            zh: 'eBay 的数量 Feed 即 ReviseInventoryStatus，不能修改此类刊登；其 inventory task 只能下载。改为每次调用写入 25 个 SKU。',
          },
        },
        {
          what: { en: 'Seeing an unpaid purchase as an order', zh: '将未付款的购买视为订单' },
          why: {
            en: 'It lowers the number and is in no order list until it is paid.',
            zh: '它会减少数量，但付款前不出现在任何订单列表中。',
          },
        },
      ],
    },
    personalData: {
      demands: {
        en: 'to delete what is kept of a member once eBay says that the account was closed',
        zh: '在 eBay 通知会员账户已关闭后，删除所保存的该会员数据',
      },
      source: 'developer.ebay.com/marketplace-account-deletion',
      verified: false,
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
