import { defineWarehouse } from '@plimsoll/connector-kit'
import { credentialsSchema } from './credentials.ts'
import { BUDGETS } from './limits.ts'
import { open } from './operations.ts'
import { settingsSchema } from './settings.ts'
import { access, grant } from './tokens.ts'
import { webhooks } from './webhooks.ts'

/** Manhattan Active, Warehouse Management or Omni. There is no public contract: README. */
export const connector = defineWarehouse({
  manifest: {
    id: 'manhattan',
    name: 'Manhattan Active',
    colour: '#00539b',
    regions: ['world'],
    settings: settingsSchema,
    credentials: credentialsSchema,
    // They are set up by the customer's administrator, and come to the connection's address: no call makes them.
    webhooks: [],
    budgets: BUDGETS,
    warehouse: {
      requests: 'by-key',
      latestEffectMs: 300_000,
      visibilityLagMs: 60_000,
      cancel: 'until-working',
      deducts: 'shipped',
      lots: true,
      serials: true,
      linesMax: 200,
      stuckAfterMs: 2 * 86_400_000,
      follows: ['shipments', 'receipts'],
      facts: [
        {
          fact: 'Saving an order twice under one OriginalOrderId (OrderId) is one order',
          source: 'assumed: "save" writes by the entity’s key; seen in public clients, not documented',
          verified: false,
        },
        {
          fact: 'OnHand is in the base unit, and falls when an oLPN is shipped, not before',
          source: 'public client: received quantities are in base units; the rest is assumed',
          verified: false,
        },
        {
          fact: 'Statuses stand on one scale: 1000 released, 7200 packed, 8000 shipped, 9000 cancelled',
          source: 'names of statuses in public clients of oLPN and original order searches',
          verified: false,
        },
        {
          fact: 'An order is cancelled by Cancelled: true, and not once somebody works on it',
          source: 'public client (messer979/data-creation-app); that it is refused later is assumed',
          verified: false,
        },
        {
          fact: 'A quotation mark within a value of a Query is written twice',
          source: 'done so in several public clients, not documented',
          verified: false,
        },
        {
          fact: 'Moments without a zone are UTC, and UpdatedTimestamp moves with each change of a row',
          source: 'assumed: nothing is published',
          verified: false,
        },
        {
          fact: 'Fields of oLPNs, ASNs, supplies and Omni’s orders are called as the templates call them',
          source: 'in part public clients, in part assumed: README, "Not known"',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Returns', zh: '退货' },
        why: {
          en: 'No public source shows how either product tells them or is told; counts have what went back to the shelf.',
          zh: '没有公开资料说明两种产品如何提供或接收退货；重新上架的数量会出现在库存中。',
        },
      },
      {
        what: { en: 'Setting up its messages', zh: '自动设置消息推送' },
        why: {
          en: 'Outbound messages are made by your administrator; the guide says which.',
          zh: '外发消息由管理员设置，参见指南。',
        },
      },
      {
        what: { en: 'Deliveries and lots in counts, with Omni', zh: '全渠道模式的到货与批次库存' },
        why: { en: 'Its warehouses keep them, Omni does not.', zh: '由其仓库系统管理，Omni 不提供。' },
      },
    ],
  },
  open,
  // Its users share an environment; so do connections of one client.
  budgetKeys: ({ settings: { environment }, credentials: { clientId } }) => ({
    account: `${environment} ${clientId}`,
  }),
  tokens: { access },
  grant,
  webhooks,
})
