import type { ParkedGroups, ParkedPage, TaskList } from '@plimsoll/client'
import { connections, skuOf } from './world.ts'

/** What needs a person in the development world: parked events and tasks. */

const iso = (ms: number) => new Date(ms).toISOString()
const minuteMs = 60_000

export function toParked(nowMs: number): ParkedPage['rows'] {
  const reasons = [
    [
      'unmapped-listing',
      'The order sells listing 8412009931, which is tied to no item. Map it to an item, then replay.',
    ],
    [
      'malformed',
      'The order has no line items at all. Ask the platform, or replay when it has corrected the order.',
    ],
    [
      'unknown-status',
      'The order has the status "awaiting-pickup", which this connector does not know. Update the hub, then replay.',
    ],
  ] as const
  return Array.from({ length: 37 }, (_, number) => {
    const [reasonCode, reason] = reasons[number % 5 === 4 ? 2 : number % 3 === 1 ? 1 : 0] ?? reasons[0]
    return {
      inboxId: `inbox-${number}`,
      connectionId: connections[number % 4]?.id ?? 'con-shopify',
      subject: `order #${10_100 + number}`,
      source: number % 2 === 0 ? 'webhook' : 'poll',
      receivedAt: iso(nowMs - (240 - number * 6) * minuteMs),
      parkedAt: iso(nowMs - (240 - number * 6) * minuteMs + 800),
      attempts: 1 + (number % 4),
      cause: reasonCode,
      reasonCode,
      reason,
      told: toTold(reasonCode, reason),
      payload: JSON.stringify(
        {
          id: 5_510_000 + number,
          name: `#${10_100 + number}`,
          email: '[redacted]',
          line_items: [{ id: 91, product_id: 8_412_009_931, quantity: 2 }],
          financial_status: 'paid',
        },
        null,
        2,
      ),
    }
  })
}

/** One of them is from before facts were kept. */
function toTold(reasonCode: string, message: string): ParkedPage['rows'][number]['told'] {
  if (reasonCode === 'unknown-status') return null
  if (reasonCode === 'malformed') return { code: 'unreadable', facts: { message } }
  return { code: 'unmapped-title', facts: { title: 'Deck shoe, navy, 43', connection: 'Shopify US' } }
}

/** The same by cause. */
export function toGroups(parked: ParkedPage['rows']): ParkedGroups['rows'] {
  return [...Map.groupBy(parked, (row) => row.cause)].map(([cause, rows]) => ({
    cause,
    connectionId: rows[0]?.connectionId ?? '',
    reasonCode: rows[0]?.reasonCode ?? '',
    reason: rows[0]?.reason ?? '',
    events: rows.length,
    subjects: new Set(rows.map((row) => row.subject)).size,
    oldestAt: rows[0]?.receivedAt ?? '',
    newestAt: rows.at(-1)?.receivedAt ?? '',
  }))
}

const CURES: TaskList['rows'][number]['cures'] = [
  { cure: 'another-location', units: 3, locationCodes: ['EAST'], penalties: [], counted: [] },
  { cure: 'split', units: null, locationCodes: [], penalties: [], counted: [] },
  { cure: 'substitute', units: null, locationCodes: [], penalties: [], counted: [] },
  {
    cure: 'cancel',
    units: null,
    locationCodes: [],
    penalties: [
      'eBay: cancelling for want of stock is a transaction defect (seller standards, not verified)',
    ],
    counted: [
      {
        connection: 'eBay',
        counts: {
          en: 'cancelling for want of stock is a transaction defect; more than 2 % of them put the account below standard',
          zh: '因缺货取消计为交易缺陷，超过 2% 即降为低于标准',
        },
        source: 'www.ebay.com/help/selling/selling/seller-levels-performance-standards?id=4080',
        verified: false,
      },
    ],
  },
]

export function toTasks(nowMs: number): TaskList {
  const row = (
    number: number,
    kind: TaskList['rows'][number]['kind'],
    detail: string,
    more: { sku?: string; connectionId?: string; units?: number },
  ) => ({
    taskId: `task-${number}`,
    holdId: null,
    location: null,
    listingId: kind === 'listing-changed' ? 'listing-7' : null,
    kind,
    sku: more.sku ?? null,
    connectionId: more.connectionId ?? null,
    units: more.units ?? null,
    detail,
    told: null,
    cures: kind === 'oversold' ? CURES : [],
    openedAt: iso(nowMs - number * 9 * minuteMs - 40_000),
  })
  return {
    rows: [
      row(1, 'connection', 'eBay refuses the access token. Reconnect the account; 318 writes wait.', {
        connectionId: 'con-ebay',
        units: 318,
      }),
      row(
        2,
        'oversold',
        'Order #10488 took 2 units that are not there. Ship from Newark, or cancel the line.',
        { sku: skuOf(17), connectionId: 'con-shopify', units: 2 },
      ),
      row(
        3,
        'refused-decrease',
        'The trade portal refuses 0 because the product is locked for editing. It still sells.',
        { sku: skuOf(4_228), connectionId: 'con-woo', units: 6 },
      ),
      row(4, 'drift', 'Amazon shows 4 more than was confirmed, for 30 minutes.', {
        sku: skuOf(2_908),
        connectionId: 'con-amazon',
        units: 4,
      }),
      row(
        6,
        'listing-changed',
        '"Merino base layer" (8412) had the SKU MER-RED-S when it was tied to MER-RED-S; it has MER-RED-M now, and 8413 has its own: the two were swapped. Until you decide it follows MER-RED-S and is not raised. Keep it, swap the mappings of both, or untie it.',
        { sku: skuOf(12), connectionId: 'con-shopify', units: 14 },
      ),
      row(
        7,
        'capped-decrease',
        'eBay takes no more revisions of this listing today. It shows 9 where 2 should be shown, and is lowered at 2026-11-27 08:00 UTC.',
        { sku: skuOf(44), connectionId: 'con-ebay', units: 7 },
      ),
      row(5, 'unmapped', '31 listings are tied to no item. Their orders are parked.', {
        connectionId: 'con-ebay',
        units: 31,
      }),
    ],
  }
}
