import type { ExternalCount } from '@plimsoll/connector-kit'
import type { StockAdjustment, StockReport } from '../documents.ts'
import type { PartnerProfile } from '../profile.ts'

export type Keyed<T> = { key: string; document: T }

/**
 * What lies there, by the newest report of each location and what was adjusted since. A report counts all or what changed
 * (`stock.report`); several of one moment are parts of one. What no report names is left out: absent is not zero (I12).
 */
export function decideCounts(
  reports: readonly Keyed<StockReport>[],
  adjustments: readonly Keyed<StockAdjustment>[],
  { stock, locations }: PartnerProfile,
): ExternalCount[] {
  return locations.flatMap(({ id: locationId }) => {
    const own = reports.filter(({ document }) => document.locationId === locationId)
    const newest = Math.max(...own.map(({ document }) => document.countedAt.getTime()))
    const counted = new Map<string, Keyed<StockReport>[]>()
    for (const report of own) {
      if (stock.report === 'snapshot' && report.document.countedAt.getTime() < newest) continue
      for (const sku of new Set(report.document.rows.map((row) => row.sku)))
        counted.set(sku, newestOf([...(counted.get(sku) ?? []), report]))
    }
    const adjusted = eachOnce(adjustments.filter(({ document }) => document.locationId === locationId))
    return [...counted]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([sku, those]) => toCount(sku, locationId, those, adjusted) ?? [])
  })
}

/** One that is sent again under other control numbers, or corrected, is known by its own number: the newest counts. */
function eachOnce(adjustments: readonly Keyed<StockAdjustment>[]): Keyed<StockAdjustment>[] {
  const ordered = adjustments.toSorted(
    (one, other) =>
      one.document.adjustedAt.getTime() - other.document.adjustedAt.getTime() ||
      (one.key < other.key ? -1 : 1),
  )
  return [...new Map(ordered.map((each) => [each.document.adjustmentNumber, each])).values()]
}

/** Those of the last moment. */
function newestOf(reports: readonly Keyed<StockReport>[]): Keyed<StockReport>[] {
  const newest = Math.max(...reports.map(({ document }) => document.countedAt.getTime()))
  return reports.filter(({ document }) => document.countedAt.getTime() === newest)
}

type Numbers = { onHand: number; available: number; held: number; incoming: number }

function toCount(
  sku: string,
  locationId: string,
  reports: readonly Keyed<StockReport>[],
  adjustments: readonly Keyed<StockAdjustment>[],
): ExternalCount | undefined {
  const countedAt = reports[0]?.document.countedAt
  // A report that is sent again under other numbers says the same lot again.
  const byLot = new Map(
    reports
      .toSorted((one, other) => (one.key < other.key ? -1 : 1))
      .flatMap(({ document }) => document.rows.filter((row) => row.sku === sku))
      .map((row) => [row.lot, row]),
  )
  const rows = [...byLot.values()]
  const numbers = rows.map(({ quantities }) => numbersOf(quantities))
  // One lot of which it is not said how much lies there leaves the sum unknown.
  if (countedAt === undefined || numbers.some((each) => each === undefined)) return undefined
  const known = numbers.filter((each) => each !== undefined)
  const since = adjustments
    .filter(({ document }) => document.adjustedAt > countedAt)
    .flatMap(({ document }) => document.lines.filter((line) => line.sku === sku))
  const moved = (which: 'onHand' | 'held') => since.reduce((sum, line) => sum + line[which], 0)
  const sum = (which: keyof Numbers) => known.reduce((total, each) => total + each[which], 0)
  // A row of nothing without a lot leaves nothing out of them.
  const inLots = rows.flatMap(({ lot, expiresOn }, at) => {
    const { onHand = 0, held = 0 } = known[at] ?? {}
    return lot === undefined && onHand === 0 && held === 0 ? [] : [{ code: lot, expiresOn, onHand, held }]
  })
  const lots = inLots.flatMap(({ code, ...lot }) => (code === undefined ? [] : [{ code, ...lot }]))
  const areLots = lots.length > 0 && lots.length === inLots.length && since.length === 0
  return {
    stockUnitId: sku,
    locationId,
    onHand: Math.max(0, sum('onHand') + moved('onHand')),
    available: Math.max(0, sum('available') + moved('onHand') - moved('held')),
    held: Math.max(0, sum('held') + moved('held')),
    incoming: sum('incoming'),
    countedAt,
    ...(areLots && { lots }),
  }
}

/** Undefined: it is said neither how much lies there nor how much can be sold. */
function numbersOf(said: StockReport['rows'][number]['quantities']): Numbers | undefined {
  const { held = 0, committed = 0, incoming = 0 } = said
  if (said.onHand === undefined && said.available === undefined) return undefined
  const onHand = said.onHand ?? (said.available ?? 0) + held + committed
  const available = said.available ?? Math.max(0, onHand - held - committed)
  return { onHand, available, held, incoming }
}
