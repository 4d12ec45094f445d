import { defineWarehouse, Malformed } from '@plimsoll/connector-kit'
import { BUDGETS, LINES_MAX } from './limits.ts'
import { open } from './operations.ts'
import { credentialsSchema, settingsSchema } from './settings.ts'

/** 谷仓 GoodCang: overseas warehouses (海外仓) for brands that sell from China, through its open platform. */
export const connector = defineWarehouse({
  manifest: {
    id: 'goodcang',
    name: '谷仓 GoodCang',
    colour: '#1f6fd6',
    regions: ['US', 'CA', 'GB', 'DE', 'FR', 'ES', 'IT', 'CZ', 'AU', 'JP'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    webhooks: [],
    budgets: BUDGETS,
    warehouse: {
      requests: 'by-key',
      inboundNotices: 'by-read-back',
      latestEffectMs: 300_000,
      visibilityLagMs: 120_000,
      cancel: 'until-shipped',
      deducts: 'shipped',
      // Its moments are whole seconds.
      countErrorMs: 2_000,
      lots: false,
      serials: false,
      linesMax: LINES_MAX,
      stuckAfterMs: 3 * 86_400_000,
      follows: ['shipments', 'receipts', 'returns'],
      facts: [
        {
          fact: 'A second order under one reference_no is refused, unless the first was discarded (废弃)',
          source: 'open.goodcang.com/docs_api/order/create_order',
          verified: false,
        },
        {
          fact: 'What lies there is 可售 + 待出库 + 不合格 + 冻结, each counted once; 待上架 and 在途 are not yet on a shelf',
          source: 'assumed of open.goodcang.com/docs_api/inventory/get_product_inventory',
          verified: false,
        },
        {
          fact: '待出库 falls as an order leaves (已发货), 可售 as it is approved',
          source: 'assumed of open.goodcang.com/docs_api/inventory/get_product_inventory',
          verified: false,
        },
        {
          fact: 'An order leaves whole: its boxes are named once its state is D, and none of it has left before',
          source: 'assumed of open.goodcang.com/docs_api/order/get_order_by_code',
          verified: false,
        },
        {
          fact: 'An order in state W with a tracking number has a label and is being worked on',
          source: 'assumed: no state for picking is documented',
          verified: false,
        },
        {
          fact: 'cancel_status 2 is stopped, 1 is being stopped, 3 could not be stopped',
          source: '2 as in public clients; 1 and 3 assumed',
          verified: false,
        },
        {
          fact: 'Lists are in an order that a change to a row does not move it in',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'All moments are Beijing time (UTC+8)',
          source: 'open.goodcang.com/docs_api/inventory/inventory_age_list; assumed of the other calls',
          verified: false,
        },
        {
          fact: 'A request takes effect within five minutes of being sent, lists show it within two',
          source: 'assumed: nothing is published',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Being told of returns before they come', zh: '接收退货预报' },
        why: {
          en: 'Of its returns only the list could be read: no public page shows how one is made or taken back.',
          zh: '公开资料中只有退货列表，未说明如何创建或撤销退货预报。',
        },
      },
      {
        what: { en: 'Choosing the lot of an order', zh: '为订单指定批次' },
        why: {
          en: 'Orders by lot can only be made by hand in its OMS.',
          zh: '指定批次的订单不能通过 API 创建，只能在谷仓 OMS 中手动创建。',
        },
      },
      {
        what: { en: 'Serial numbers of what left', zh: '已出库商品的序列号' },
        why: {
          en: 'They are in single orders and not in the list, and not told by box.',
          zh: '序列号只在单票订单中返回，列表中没有，也不区分箱子。',
        },
      },
      {
        what: { en: 'Being called by it', zh: '接收推送' },
        why: {
          en: 'How its pushes are proved genuine is not publicly documented: it is read.',
          zh: '推送的验签方式没有公开文档，因此只能定时读取。',
        },
      },
      {
        what: { en: 'Orders that leave in part', zh: '部分发货' },
        why: {
          en: 'It sends an order whole, or makes it an exception (异常订单).',
          zh: '谷仓整单发货，否则订单成为异常订单。',
        },
      },
    ],
  },
  open,
  budgetKeys: ({ credentials: { appToken } }) => ({ account: appToken }),
  webhooks: {
    verify: () => false,
    parse() {
      throw new Malformed('webhook: GoodCang is not asked to call', '')
    },
    personalDataKeys: [],
  },
})
