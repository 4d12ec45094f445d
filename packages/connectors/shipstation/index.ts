import { defineWarehouse } from '@plimsoll/connector-kit'
import { BUDGETS } from './limits.ts'
import { open } from './operations.ts'
import { ORDER_LINES_MAX } from './order-body.ts'
import { credentialsSchema, settingsSchema } from './settings.ts'
import { TOPICS, webhooks } from './webhooks.ts'

/** ShipStation: orders and labels through API V1, finding orders again and inventory through V2. */
export const connector = defineWarehouse({
  manifest: {
    id: 'shipstation',
    name: 'ShipStation',
    colour: '#6ca43a',
    regions: ['US', 'CA', 'GB', 'AU', 'NZ', 'DE', 'FR'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    apiVersion: { version: 'V1 and V2', source: 'docs.shipstation.com' },
    webhooks: TOPICS,
    budgets: BUDGETS,
    warehouse: {
      // Sent again under its key an order is the same, yet written over: so it is looked for first.
      requests: 'by-read-back',
      latestEffectMs: 300_000,
      visibilityLagMs: 120_000,
      cancel: 'until-shipped',
      deducts: 'shipped',
      lots: false,
      serials: false,
      linesMax: ORDER_LINES_MAX,
      stuckAfterMs: 2 * 86_400_000,
      follows: ['shipments'],
      facts: [
        {
          fact: 'An order that is sent again under its orderKey is the same one; shipped and cancelled ones are locked',
          source: 'docs.shipstation.com, V1, Create/Update Order',
          verified: false,
        },
        {
          fact: 'V2 finds an order by its orderKey, and names it by V1’s number behind “se-”',
          source: 'docs.shipstation.com, Legacy API Migration',
          verified: false,
        },
        {
          fact: 'An order’s time of change moves when it is labelled, voided, held or cancelled',
          source: 'assumed: modifyDateStart of V1, List Orders',
          verified: false,
        },
        {
          fact: 'A label names the units that are in it, by the line keys of the order',
          source: 'docs.shipstation.com, V1, List Shipments, includeShipmentItems',
          verified: false,
        },
        {
          fact: 'createorder takes effect within five minutes of being sent, or not at all',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'V2’s webhooks tell of labels that were made in any way, not through V2 alone',
          source: 'assumed: names of the events in public clients',
          verified: false,
        },
        {
          fact: 'V1’s moments are those of Los Angeles',
          source: 'docs.shipstation.com, V1 requirements',
          verified: false,
        },
        {
          fact: 'Where its inventory counts, on_hand falls as an order is labelled',
          source: 'assumed: nothing is published',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Being told of returns before they come', zh: '接收退货预报' },
        why: {
          en: 'It makes labels for returns and has no list of what is expected or came back.',
          zh: '仅提供退货面单，没有待退或已退货物的列表。',
        },
      },
      {
        what: { en: 'Lots and serial numbers', zh: '批次与序列号' },
        why: { en: 'ShipStation knows nothing of them.', zh: 'ShipStation 不记录批次与序列号。' },
      },
      {
        what: { en: 'Being told of holds and edits at once', zh: '即时得知订单被搁置或修改' },
        why: {
          en: 'The webhooks of V2 tell of labels; those of V1 are not signed and not asked for. The rest is polled.',
          zh: 'V2 的 Webhook 只通知面单；V1 的没有签名，因此不使用。其余定时读取。',
        },
      },
      {
        what: { en: 'Following an order that people there merge or split', zh: '跟踪被合并或拆分的订单' },
        why: {
          en: 'It becomes another order, without our key: it waits for a person.',
          zh: '会变成没有本系统编号的另一张订单：需人工处理。',
        },
      },
      {
        what: { en: 'Announcing goods, and returns', zh: '入库预告与退货' },
        why: {
          en: 'V1 has none; a purchase order of V2 (March 2026) wants a supplier made there, and is not read yet. Of returns its pages name labels only.',
          zh: 'V1 没有；V2 的采购单（2026 年 3 月）需要先在其中建立供应商，尚未支持。退货只有面单。',
        },
      },
    ],
  },
  open,
  // Requests are counted for each pair of keys.
  budgetKeys: ({ credentials: { apiKey, apiKeyV2 } }) => ({ account: JSON.stringify([apiKey, apiKeyV2]) }),
  webhooks,
})
