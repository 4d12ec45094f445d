import { defineWarehouse, Malformed } from '@plimsoll/connector-kit'
import { BUDGETS, LINES_MAX } from './limits.ts'
import { open } from './operations.ts'
import { accountIdOf, credentialsSchema, settingsSchema } from './settings.ts'

/** 递四方 4PX: overseas warehouses (海外仓, FB4) for brands that sell from China, through its open platform. */
export const connector = defineWarehouse({
  manifest: {
    id: 'fourpx',
    name: '递四方 4PX',
    colour: '#e60012',
    regions: ['US', 'CA', 'GB', 'DE', 'FR', 'ES', 'IT', 'PL', 'CZ', 'AU', 'JP', 'CN', 'HK'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    webhooks: [],
    budgets: BUDGETS,
    warehouse: {
      requests: 'by-read-back',
      inboundNotices: 'by-read-back',
      latestEffectMs: 300_000,
      visibilityLagMs: 120_000,
      cancel: 'until-shipped',
      deducts: 'shipped',
      lots: false,
      serials: false,
      linesMax: LINES_MAX,
      stuckAfterMs: 3 * 86_400_000,
      follows: ['shipments', 'receipts'],
      facts: [
        {
          fact: 'Whether a second consignment under one ref_no is refused is not known: it is taken to be made twice',
          source: 'no code for it is listed in the public SDKs',
          verified: false,
        },
        {
          fact: 'What lies there is 可用 + 待出 of every quality; 待出 falls as a consignment leaves (已出库)',
          source: 'assumed of open.4px.com fu.wms.inventory.get',
          verified: false,
        },
        {
          fact: 'A consignment leaves whole, under one tracking number',
          source: 'assumed of open.4px.com fu.wms.outbound.getlist',
          verified: false,
        },
        {
          fact: 'The inventory’s log has an entry for each putting away, under the inbound consignment’s number',
          source: 'open.4px.com fu.wms.inventory.getlog; signs of io_qty assumed',
          verified: false,
        },
        {
          fact: 'Lists are in an order that a change to a row does not move it in',
          source: 'assumed: nothing is published',
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
          en: 'They are a service of its own (GRS) without a tie to what is on the shelf.',
          zh: '退货属于独立的 GRS 服务，与库存上架没有对应关系。',
        },
      },
      {
        what: { en: 'Parcels of one consignment apart', zh: '区分同一委托的多个包裹' },
        why: {
          en: 'It says how many boxes there are, not what is in which nor their tracking numbers.',
          zh: '接口只返回箱数，不返回各箱的商品和跟踪号。',
        },
      },
      {
        what: { en: 'Returns', zh: '退货' },
        why: {
          en: 'They are a service of its own (GRS) without a tie to what is on the shelf.',
          zh: '退货属于独立的 GRS 服务，与库存上架没有对应关系。',
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
        what: { en: 'Choosing the lot of an order', zh: '为订单指定批次' },
        why: { en: '4PX chooses batches when it picks.', zh: '由 4PX 在拣货时选择批次。' },
      },
    ],
  },
  open,
  budgetKeys: ({ credentials, settings }) => ({ account: accountIdOf(credentials, settings) }),
  webhooks: {
    verify: () => false,
    parse() {
      throw new Malformed('webhook: 4PX is not asked to call', '')
    },
    personalDataKeys: [],
  },
})
