import { defineConnector } from '@plimsoll/connector-kit'
import { BUDGET_NAME, definitionOf, open } from './operations.ts'
import { credentials, settings } from './settings.ts'
import { access } from './tokens.ts'
import { QUANTITY_MAX } from './writes.ts'

/** Any small platform with a REST API or CSV files, described by a file and JSONata alone. */
export const connector = defineConnector({
  manifest: {
    id: 'rest-csv',
    name: 'REST or CSV',
    kind: 'channel',
    colour: '#5b6b7b',
    regions: ['world'],
    settings,
    credentials,
    capabilities: {
      multiLocation: true,
      writeStyle: 'absolute',
      proof: 'echo',
      allOrNothing: false,
      batchMax: 100,
      quantityMax: QUANTITY_MAX,
      webhooks: [],
      tracking: true,
      cancel: false,
      latestEffectMs: 180_000,
      visibilityLagMs: 60_000,
      unguaranteed: 'What the platform does is known from its definition alone.',
      facts: [
        {
          fact: 'No request takes effect later than three minutes after it was sent, and an order is listed within a minute',
          source: 'assumed: nothing is known of the platform',
          verified: false,
        },
      ],
      notPossible: [
        {
          what: { en: 'Webhooks', zh: '接收 Webhook' },
          why: {
            en: 'A definition does not say how they are signed. Orders are polled.',
            zh: '定义不描述其签名方式。订单通过轮询读取。',
          },
        },
        {
          what: { en: 'A guarantee against overselling', zh: '防超卖保证' },
          why: {
            en: 'It rests on facts of the platform that a definition cannot vouch for.',
            zh: '该保证依赖于平台的事实，而定义无法为其担保。',
          },
        },
        {
          what: { en: 'Files that are worked on later', zh: '延后处理的文件' },
          why: {
            en: 'What became of a write must show in the answer or right after it. Write a connector of your own for such a platform.',
            zh: '写入结果必须在响应中或随后立即可见。此类平台请自行编写连接器。',
          },
        },
        {
          what: { en: 'Cancelling orders and taking listings off', zh: '取消订单和下架商品' },
          why: { en: 'A definition has no requests for it.', zh: '定义中没有对应的请求。' },
        },
      ],
    },
    budgets: [
      { kind: 'concurrency', name: 'requests', max: 4 },
      { kind: 'token-bucket', name: BUDGET_NAME, capacity: 10, refillPerSecond: 10 },
    ],
  },
  open,
  budgetKeys: ({ settings: given, credentials: { user, secret } }) => ({
    account: JSON.stringify([definitionOf(given).baseUrl, user, secret]),
  }),
  tokens: { access },
  webhooks: {
    verify: () => false,
    parse: () => [{ kind: 'ignored', why: 'A definition knows no webhooks.' }],
    personalDataKeys: [],
  },
})
