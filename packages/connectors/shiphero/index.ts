import { defineWarehouse } from '@plimsoll/connector-kit'
import { BUDGETS } from './limits.ts'
import { open } from './operations.ts'
import { ORDER_LINES_MAX } from './order-input.ts'
import { credentialsSchema, settingsSchema } from './settings.ts'
import { TOPICS } from './subscriptions.ts'
import { access } from './tokens.ts'
import { webhooks } from './webhooks.ts'

/** ShipHero, through its public GraphQL API: of a brand that stores itself, or of a customer of a 3PL. */
export const connector = defineWarehouse({
  manifest: {
    id: 'shiphero',
    name: 'ShipHero',
    colour: '#f4364c',
    regions: ['US', 'CA', 'GB', 'world'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    webhooks: TOPICS,
    budgets: BUDGETS,
    warehouse: {
      // Whether a second order of one partner_order_id is refused is published nowhere.
      requests: 'by-read-back',
      inboundNotices: 'by-read-back',
      latestEffectMs: 300_000,
      visibilityLagMs: 60_000,
      cancel: 'until-shipped',
      deducts: 'shipped',
      lots: false,
      serials: true,
      linesMax: ORDER_LINES_MAX,
      stuckAfterMs: 2 * 86_400_000,
      follows: ['shipments', 'receipts', 'returns'],
      facts: [
        {
          fact: 'An order is found by its partner_order_id within a minute of having been made',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'order_create takes effect within five minutes of being sent, or not at all',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'An order’s time of change moves when any of it ships, is held, cancelled or picked',
          source: 'assumed: orders(updated_from) of the GraphQL schema',
          verified: false,
        },
        {
          fact: 'on_hand counts what is allocated and what cannot be sold, and falls when a shipment is made',
          source: 'GraphQL schema: "the total count of a SKU physically in the warehouse"; the rest assumed',
          verified: false,
        },
        {
          fact: 'order_cancel without force is refused once there is a label or a shipment',
          source: 'GraphQL schema, CancelOrderInput.force',
          verified: false,
        },
        {
          fact: 'Lines that name a warehouse are sent from there',
          source: 'GraphQL schema, CreateLineItemInput.warehouse_id',
          verified: false,
        },
        {
          fact: 'Received units are on hand as they are received, restocked ones as they are restocked',
          source: 'assumed: nothing is published',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Being told of returns before they come', zh: '接收退货预报' },
        why: {
          en: 'Its return_create is a call for a label: it wants the customer’s address, the parcel’s measures, carrier, method and cost.',
          zh: '其 return_create 用于生成退货面单：必须提供顾客地址、包裹尺寸、承运商、方式和费用。',
        },
      },
      {
        what: { en: 'Choosing the lot of an order', zh: '为订单指定批次' },
        why: { en: 'ShipHero chooses it when it picks.', zh: '由 ShipHero 在拣货时选择。' },
      },
      {
        what: { en: 'Telling how many units of each of several lots left', zh: '多批次发货时各批次的数量' },
        why: {
          en: 'Its orders name the lots of a line without their units; where it is one lot, it is told.',
          zh: '订单行只列出批次而不列出各自数量；若只有一个批次，则会读取。',
        },
      },
      {
        what: { en: 'Damaged units of a delivery', zh: '到货残损数量' },
        why: {
          en: 'Its purchase orders do not tell them apart; the counts do.',
          zh: '采购单不区分残损，只能从库存中看到。',
        },
      },
      {
        what: { en: 'Being told of stock changes at once', zh: '即时接收库存变动通知' },
        why: {
          en: 'It tells each unit that moves, and credits allow reading all counts a few times an hour: they are read.',
          zh: '其通知逐件触发，而额度每小时只够读取几次全部库存：因此定时读取。',
        },
      },
    ],
  },
  open,
  // Credits are counted for an account. The refresh token says which, unless two developers are of one account.
  budgetKeys: ({ credentials: { refreshToken } }) => ({ account: refreshToken }),
  tokens: { access },
  webhooks,
})
