import { defineWarehouse, feedOfMessage, isGenuineCall, type WebhookEvent } from '@plimsoll/connector-kit'
import { IN_FEEDS } from './definition.ts'
import { definitionOf, open } from './operations.ts'
import { samples } from './samples/sample-tools.ts'
import { credentials, settings } from './settings.ts'
import { toReceivedFile } from './webhook.ts'

/** Any warehouse that sends and takes files or simple calls, described by a file and JSONata alone, under its own name. */
export const connector = defineWarehouse({
  manifest: {
    id: 'generic-warehouse',
    name: 'Warehouse by files or API',
    colour: '#6b5b4d',
    regions: ['world'],
    settings,
    credentials,
    webhooks: [],
    queue: { everyMs: 30_000, acknowledgeMax: 100 },
    warehouse: {
      requests: 'by-key',
      latestEffectMs: 180_000,
      // A file may lie for a while before it is whole, and is taken at the second look.
      visibilityLagMs: 120_000,
      cancel: 'until-working',
      deducts: 'shipped',
      returnNotices: 'by-key',
      countErrorMs: 120_000,
      follows: ['shipments', 'receipts', 'returns'],
      lots: true,
      serials: true,
      linesMax: 1_000,
      stuckAfterMs: 24 * 3_600_000,
      facts: [
        {
          fact: 'A request told twice under one reference is shipped once',
          source:
            'assumed: ask the warehouse; the hub writes one file for each request, and again only where it is not known to have arrived',
          verified: false,
        },
        {
          fact: 'A return told twice under one reference is expected once',
          source: 'assumed, as of requests: ask the warehouse',
          verified: false,
        },
        {
          fact: 'What lies there falls when it leaves, not when it is asked for',
          source: 'assumed: the map of its levels has to add what is promised where it does not',
          verified: false,
        },
      ],
    },
    notPossible: [
      {
        what: { en: 'Asking what it has now', zh: '即时查询库存' },
        why: {
          en: 'It is known from its last file or message alone, which may be hours old.',
          zh: '仅能由其最近的文件或消息得知，可能已是数小时之前。',
        },
      },
      {
        what: { en: 'S3 buckets and AS2', zh: 'S3 存储桶与 AS2' },
        why: { en: 'SFTP, FTPS, upload and HTTP are there.', zh: '支持 SFTP、FTPS、上传与 HTTP。' },
      },
    ],
    budgets: [
      { kind: 'concurrency', name: 'requests', max: 4 },
      { kind: 'token-bucket', name: 'calls', capacity: 5, refillPerSecond: 5 },
    ],
  },
  open,
  samples,
  webhooks: {
    verify(request, { settings: given, credentials: { webhookSecret }, now }) {
      const { webhook } = definitionOf(given)
      return (
        webhook !== undefined &&
        isGenuineCall(webhook.authentication, request, { secret: webhookSecret, now: now() })
      )
    },
    toFile: (message, { settings: given }) => toReceivedFile(definitionOf(given), message),
    parse(message): WebhookEvent[] {
      const feed = IN_FEEDS.find((each) => each === feedOfMessage(message))
      switch (feed) {
        case 'levels':
        case 'adjustments':
          return [{ kind: 'counted' }]
        case 'shipments':
          return [{ kind: 'shipment', externalId: 'files', version: undefined, shipment: undefined }]
        case 'receipts':
          return [{ kind: 'receipt', externalId: 'files', version: undefined, receipt: undefined }]
        case 'returns':
          return [{ kind: 'return', externalId: 'files', version: undefined, return: undefined }]
        case 'items':
          return [{ kind: 'ignored', why: 'What it lists is read every so often.' }]
        case undefined:
          return [{ kind: 'ignored', why: 'It is no file of a feed.' }]
        default: {
          const never: never = feed
          return never
        }
      }
    },
    personalDataKeys: ['name', 'company', 'addressLines', 'address', 'city', 'phone', 'email', 'recipient'],
  },
})
