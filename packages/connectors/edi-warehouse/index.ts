import { defineWarehouse, isGenuineCall } from '@plimsoll/connector-kit'
import { parseMessage, toHandedFile } from '@plimsoll/edi'
import { open } from './operations.ts'
import { AUTHENTICATIONS, credentials, profileOf, settings } from './settings.ts'

/** Any warehouse that speaks EDI: X12 or EDIFACT in folders, by a partner profile. */
export const connector = defineWarehouse({
  manifest: {
    id: 'edi-warehouse',
    name: 'EDI warehouse',
    colour: '#4a5568',
    regions: ['world'],
    settings,
    credentials,
    webhooks: [],
    queue: { everyMs: 30_000, acknowledgeMax: 20 },
    warehouse: {
      requests: 'by-key',
      // A file that lies there is fetched whenever the partner wants.
      latestEffectMs: 7 * 86_400_000,
      visibilityLagMs: 0,
      cancel: 'until-shipped',
      deducts: 'shipped',
      follows: ['shipments', 'receipts'],
      // Many advices say the day alone.
      countErrorMs: 86_400_000,
      lots: true,
      serials: true,
      linesMax: 900,
      stuckAfterMs: 4 * 3_600_000,
      facts: [
        {
          fact: 'One interchange with one control number is worked on once, however often it is sent',
          source:
            'X12 and EDIFACT: receivers refuse a number that they have seen; to be agreed with each partner',
          verified: false,
        },
        {
          fact: 'The stock that a report names is all that lies there, units of open orders included',
          source: 'the partner’s guide, as the profile’s table of quantities says',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Being told of returns before they come', zh: '接收退货预报' },
        why: {
          en: 'No guide says how a warehouse is told of a customer’s return (180, RETANN), nor how it answers.',
          zh: '没有指南说明如何以 180 或 RETANN 向仓库预报顾客退货，以及仓库如何答复。',
        },
      },
      {
        what: { en: 'AS2 and value-added networks', zh: 'AS2 与增值网络' },
        why: {
          en: 'No small library of AS2 is kept well. A gateway turns it into folders.',
          zh: '没有维护良好的小型 AS2 库。可由网关转为文件夹。',
        },
      },
      {
        what: { en: 'Returns', zh: '退货' },
        why: {
          en: 'X12 180, RETANN and RETINS are agreed between buyer and vendor; no guide says how a warehouse is told of one or answers. They come as receipts.',
          zh: 'X12 180、RETANN 与 RETINS 用于买方与供应商之间；没有指南说明仓库如何被告知或如何回复。退货以收货通知形式到达。',
        },
      },
      {
        what: { en: 'A refusal at once', zh: '即时拒绝' },
        why: {
          en: 'The partner answers by files: what it refuses becomes a task when its answer comes.',
          zh: '伙伴以文件应答：其拒绝的内容在应答到达后才成为待办。',
        },
      },
    ],
    budgets: [{ kind: 'concurrency', name: 'folder', max: 1 }],
  },
  open,
  budgetKeys: ({ settings: given }) => ({
    account: JSON.stringify([given.server, profileOf(given).partner]),
  }),
  webhooks: {
    verify(request, { settings: { calls }, credentials: { callSecret }, now }) {
      const authentication = AUTHENTICATIONS[calls]
      return (
        authentication !== undefined &&
        isGenuineCall(authentication, request, { secret: callSecret, now: now() })
      )
    },
    toFile: (message, { settings: given }) => toHandedFile(message, profileOf(given)),
    parse: parseMessage,
    personalDataKeys: [],
  },
})
