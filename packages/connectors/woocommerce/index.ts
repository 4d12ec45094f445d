import { defineConnector } from '@plimsoll/connector-kit'
import { pageSize } from './api.ts'
import { grant } from './grant.ts'
import { quantityMax } from './level-writes.ts'
import { open } from './operations.ts'
import { credentials, settings } from './settings.ts'
import { topics } from './subscriptions.ts'
import { webhooks } from './webhooks.ts'

/** WooCommerce, through the REST API wc/v3 of a self-hosted WordPress shop. */
export const connector = defineConnector({
  manifest: {
    id: 'woocommerce',
    name: 'WooCommerce',
    kind: 'channel',
    colour: '#7f54b3',
    regions: ['world'],
    settings,
    credentials,
    apiVersion: { version: 'wc/v3', source: 'developer.woocommerce.com/docs/apis/rest-api' },
    capabilities: {
      multiLocation: false,
      writeStyle: 'absolute',
      proof: 'echo',
      allOrNothing: false,
      batchMax: pageSize,
      quantityMax,
      webhooks: topics,
      tracking: true,
      cancel: 'lines',
      holds: true,
      withdraw: 'set to private',
      latestEffectMs: 120_000,
      visibilityLagMs: 0,
      facts: [
        {
          fact: 'Stock falls when an order becomes on-hold, processing or completed, and rises when it becomes cancelled or pending',
          source: 'woocommerce/woocommerce includes/wc-stock-functions.php',
          verified: false,
        },
        {
          fact: 'No request takes effect later than two minutes after it was sent',
          source:
            'assumed: PHP hosts end a request after 30 to 60 seconds (max_execution_time); no call of a write begins later than 30 seconds after its first',
          verified: false,
        },
        {
          fact: 'An order is in the order list as soon as it is saved',
          source: 'assumed: the list is a query on the same database',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: { en: 'Hearing of returns that customers were granted', zh: '得知已批准的客户退货' },
          why: {
            en: 'Its core has refunds only, which are money; returns belong to plugins, each with an API of its own. Make a return of your own.',
            zh: '其核心只有退款（仅涉及款项）；退货由各插件以各自的接口提供。请自行创建退货单。',
          },
        },
        {
          what: {
            en: 'Guarding a write against a sale that the hub has not seen',
            zh: '防止写入覆盖中枢尚未看到的销售',
          },
          why: {
            en: 'Its API takes absolute quantities and no condition; raises wait until all orders are known.',
            zh: '其 API 只接受绝对数量，不接受条件；因此上调须等到所有订单均已知晓。',
          },
        },
        {
          what: {
            en: 'Knowing whether a refund after completion put units back',
            zh: '得知完成后的退款是否退回库存',
          },
          why: { en: 'Its API does not say.', zh: '其 API 未提供此信息。' },
        },
      ],
    },
    budgets: [{ kind: 'concurrency', name: 'requests', max: 2 }],
  },
  open,
  // A shop counts nobody's calls but its own: whoever connects to one address spends what it can bear.
  budgetKeys: ({ settings }) => ({ account: settings.url }),
  grant,
  webhooks,
})
