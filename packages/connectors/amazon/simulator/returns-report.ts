import type { WarehouseFloor } from '@plimsoll/connector-kit/simulator'

const COLUMNS = [
  'return-date',
  'order-id',
  'sku',
  'asin',
  'fnsku',
  'product-name',
  'quantity',
  'fulfillment-center-id',
  'detailed-disposition',
  'reason',
  'status',
  'license-plate-number',
  'customer-comments',
]

/** Only what Amazon has looked at is in it, and nothing is thrown away before it was counted as damaged. */
const words = { sellable: 'SELLABLE', damaged: 'CUSTOMER_DAMAGED', disposed: 'DEFECTIVE' } as const

/** The report of what customers sent back, for a time: a row for each line of a return. */
export function writeReturns(
  { intake }: WarehouseFloor,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): string {
  const rows = intake.returns().flatMap((returned) =>
    returned.lines.flatMap(({ id, sku, quantity, condition, receivedAtMs }) => {
      if (condition === 'waiting' || receivedAtMs < fromMs || receivedAtMs > untilMs) return []
      const cells: Record<string, string> = {
        'return-date': `${new Date(receivedAtMs).toISOString().slice(0, 19)}+00:00`,
        'order-id': returned.reference,
        sku,
        asin: 'B000000000',
        fnsku: 'X000000000',
        'product-name': sku,
        quantity: String(quantity),
        'fulfillment-center-id': 'MKC6',
        'detailed-disposition': words[condition],
        reason: 'UNWANTED_ITEM',
        status: 'Unit returned to inventory',
        'license-plate-number': `LPN${returned.id}${String(id).padStart(4, '0')}`,
        'customer-comments': 'It was for my aunt Pat.',
      }
      return [COLUMNS.map((name) => cells[name] ?? '').join('\t')]
    }),
  )
  return `${[COLUMNS.join('\t'), ...rows].join('\r\n')}\r\n`
}
