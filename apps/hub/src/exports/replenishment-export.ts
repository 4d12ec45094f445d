import type { WrittenCell } from '@plimsoll/files'
import type { SyncContext } from '@plimsoll/sync'
import { findReplenishmentPage } from '../views/replenishment.store.ts'

export const REPLENISHMENT_HEADER = [
  ...[
    'sku',
    'name',
    'location',
    'urgency',
    'available',
    'incoming',
    'demand per day',
    'days of cover',
    'runs out on',
  ],
  ...[
    'lead days',
    'reorder point',
    'order up to',
    'wanted',
    'suggestion',
    'units',
    'from',
    'supplier',
    'suggestion id',
  ],
]

const PAGE_ROWS = 2_000

/** The most urgent first; a row that moves up or down while it is read may come twice or not at all. */
export async function* replenishmentRows({
  database,
  organizationId,
}: SyncContext): AsyncGenerator<WrittenCell[]> {
  let cursor: string | undefined
  for (;;) {
    const query = { sort: 'urgency', descending: false, limit: PAGE_ROWS, cursor } as const
    const { rows, next } = await findReplenishmentPage(database.kysely, organizationId, query)
    for (const row of rows) {
      const { sku, name, location, urgency, available, incoming, perDay, coverDays, runsOutOn, leadDays } =
        row
      const {
        reorderPoint,
        orderUpTo,
        wanted,
        suggestion,
        suggestedUnits,
        fromCode,
        supplier,
        suggestionId,
      } = row
      yield [
        ...[
          sku,
          name,
          location,
          urgency,
          available,
          incoming,
          digits(perDay, 3),
          digits(coverDays, 1),
          runsOutOn,
        ],
        ...[
          leadDays,
          reorderPoint,
          orderUpTo,
          wanted,
          suggestion,
          suggestedUnits,
          fromCode,
          supplier,
          suggestionId,
        ],
      ]
    }
    if (next === null) return
    cursor = next
  }
}

/** As text: cells of numbers are whole. */
function digits(value: number | null, count: number): WrittenCell {
  return value === null ? null : value.toFixed(count)
}
