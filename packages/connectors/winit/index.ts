import { defineWarehouse, Malformed } from '@plimsoll/connector-kit'
import { BUDGETS, LINES_MAX } from './limits.ts'
import { open } from './operations.ts'
import { accountIdOf, credentialsSchema, settingsSchema } from './settings.ts'

/** 万邑通 Winit: overseas warehouses (海外仓, OSWH) for brands that sell from China, through its open API. */
export const connector = defineWarehouse({
  manifest: {
    id: 'winit',
    name: '万邑通 Winit',
    colour: '#0a63b0',
    regions: ['US', 'CA', 'GB', 'DE', 'FR', 'IT', 'ES', 'BE', 'PL', 'AU', 'CN', 'HK'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    webhooks: [],
    budgets: BUDGETS,
    warehouse: {
      requests: 'by-key',
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
      follows: ['shipments'],
      facts: [
        {
          fact: 'With repeatable N a second order under one sellerOrderNo is refused, and a sentence says so',
          source: 'developer.winit.com.cn/document/detail/id/247.html; the sentence assumed',
          verified: false,
        },
        {
          fact: '在库库存 holds what is reserved; it falls as an order leaves',
          source: 'sandboxdeveloper.winit.com.cn/document/detail/id/44.html; when it falls assumed',
          verified: false,
        },
        {
          fact: '在库库存 is without defective (不良品) and returned units',
          source:
            'assumed: developer.winit.com.cn/document/detail/id/297.html has a list of its own for them',
          verified: false,
        },
        {
          fact: 'The states of an outbound order are the fourteen of its table',
          source: 'sandboxdeveloper.winit.com.cn/document/detail/id/55.html, of 2017',
          verified: false,
        },
        {
          fact: 'An order can be voided until it leaves; the warehouse may refuse',
          source: 'assumed of developer.winit.com.cn/document/detail/id/247.html',
          verified: false,
        },
        {
          fact: 'Orders can be listed for thirty days, a hundred a page, in an order that a change does not move a row in',
          source: 'assumed of public clients',
          verified: false,
        },
        {
          fact: 'All moments are Beijing time (UTC+8)',
          source: 'assumed of public clients',
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
          en: 'Its return orders can be made, and no page that could be read shows what came of one: nothing could be matched.',
          zh: '退货单可以创建，但公开资料未说明如何得知其结果，因而无法对应。',
        },
      },
      {
        what: { en: 'Announcing goods on their way', zh: '创建入库单' },
        why: {
          en: 'Winit’s inbound orders need customs rules, first-leg products and importers that you choose there.',
          zh: '万邑通入库单需要选择头程产品、进口商和报关规则，请在万邑联中创建。',
        },
      },
      {
        what: { en: 'Receipts and returns', zh: '入库上架和退货记录' },
        why: {
          en: 'What of an inbound order lies on the shelf when is not publicly documented: counts show it.',
          zh: '入库单逐笔上架时间没有公开文档，上架后的数量通过库存体现。',
        },
      },
      {
        what: { en: 'Defective units', zh: '不良品数量' },
        why: {
          en: 'Winit lists them only by when they changed, so that what was there before is not told.',
          zh: '万邑通仅支持按变更时间查询不良品库存，无法取得完整数量。',
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
        why: { en: 'Winit chooses lots when it picks.', zh: '由万邑通在拣货时选择批次。' },
      },
    ],
  },
  open,
  budgetKeys: ({ credentials }) => ({ account: accountIdOf(credentials) }),
  webhooks: {
    verify: () => false,
    parse() {
      throw new Malformed('webhook: Winit is not asked to call', '')
    },
    personalDataKeys: [],
  },
})
