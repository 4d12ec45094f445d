import type { StockReport } from '../documents.ts'
import {
  codeFor,
  findDay,
  findLocation,
  getCode,
  getInstant,
  getSku,
  getUnits,
  writtenUnit,
} from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import type { PartnerProfile } from '../profile.ts'
import {
  before,
  find,
  findSegment,
  get,
  getSegment,
  getWhole,
  loops,
  type Segment,
  segment,
  wrong,
} from '../segment.ts'
import { toCompact, toLocal } from '../zone.ts'

const PAIRS = Array.from({ length: 15 }, (_, at) => 2 + 2 * at)

/** 846 advice of stock: what lies there, by item and lot. */
export function readStockReport(set: EdiSet, profile: PartnerProfile): StockReport {
  const head = getSegment(set, 'BIA')
  const header = before(set.segments, 'LIN', 'CTT')
  const locationId = findLocation(header, profile)
  const items = loops(
    set.segments.filter(({ tag }) => tag !== 'CTT'),
    'LIN',
  )
  const rows = items.map((loop) => readRow(set, loop, profile, locationId))
  verifyOnce(rows, items)
  verifyTotal(set, rows.length, profile)
  return {
    reportNumber: get(head, 3),
    locationId,
    countedAt: getInstant(head, 4, 5, profile),
    rows,
  }
}

function readRow(
  set: EdiSet,
  loop: readonly Segment[],
  profile: PartnerProfile,
  locationId: string | undefined,
): StockReport['rows'][number] {
  const item = getSegment({ ...set, segments: [...loop] }, 'LIN')
  const elsewhere = findSegment(loop, 'N1', ['WH'])
  if (elsewhere !== undefined && find(elsewhere, 4) !== locationId)
    throw wrong(elsewhere, 'code-unknown', 'a line names another location than the report', 4)
  const quantities: StockReport['rows'][number]['quantities'] = {}
  for (const each of loop.filter(({ tag }) => tag === 'QTY')) {
    const meaning = getCode(each, [1], profile.stock.quantities, 'quantity')
    if (meaning === 'ignored') continue
    if (quantities[meaning] !== undefined)
      throw wrong(each, 'named-twice', `two quantities of one line say ${meaning}`, 1)
    quantities[meaning] = getUnits(each, [2], [3], profile, { unitMayLack: true })
  }
  if (Object.keys(quantities).length === 0)
    throw wrong(item, 'segment-missing', 'the line has no QTY segment that says what lies there')
  const lotAt = PAIRS.find((at) => find(item, at) === 'LT')
  const expiry = findSegment(loop, 'DTM', ['036'])
  return {
    sku: getSku(item, PAIRS, profile),
    lot: lotAt === undefined ? undefined : get(item, lotAt + 1),
    expiresOn: findDay(expiry, 2),
    quantities,
  }
}

/** One item and lot stands once: of two rows neither is known to be the right one. */
export function verifyOnce(rows: StockReport['rows'], items: readonly (readonly Segment[])[]): void {
  const seen = new Set<string>()
  for (const [at, { sku, lot }] of rows.entries()) {
    const key = JSON.stringify([sku, lot ?? null])
    const head = items[at]?.[0]
    if (seen.has(key) && head !== undefined)
      throw wrong(head, 'named-twice', `${sku}${lot === undefined ? '' : `, lot ${lot},`} stands twice`)
    seen.add(key)
  }
}

/** CTT: how many lines, and the sum of all quantities where the partner writes one. */
function verifyTotal(set: EdiSet, lines: number, { verifyTotals }: PartnerProfile): void {
  const total = findSegment(set.segments, 'CTT')
  if (!verifyTotals || total === undefined) return
  if (getWhole(total, 1) !== lines)
    throw wrong(total, 'count-wrong', `says ${get(total, 1)} lines, ${lines} came`, 1)
  const sum = set.segments
    .filter(({ tag }) => tag === 'QTY')
    .reduce((units, each) => units + getWhole(each, 2), 0)
  if (find(total, 2) !== undefined && getWhole(total, 2) !== sum)
    throw wrong(total, 'totals-differ', `says ${get(total, 2)} units, the lines ${sum}`, 2)
}

/** What the partner writes: for simulators and tests. */
export function writeStockReport(report: StockReport, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(report.countedAt, profile.zone)
  const [qualifier] = profile.itemQualifiers
  const unit = writtenUnit(profile).code
  return [
    segment('BIA', '00', 'SI', report.reportNumber, date, `${time}${seconds}`),
    ...(report.locationId === undefined
      ? []
      : [segment('N1', 'WH', undefined, profile.locationQualifier, report.locationId)]),
    ...report.rows.flatMap((row, at) => [
      segment('LIN', at + 1, qualifier, row.sku, row.lot && 'LT', row.lot),
      ...(row.expiresOn === undefined ? [] : [segment('DTM', '036', toCompact(row.expiresOn))]),
      ...Object.entries(row.quantities).map(([meaning, quantity]) =>
        segment('QTY', codeFor(profile.stock.quantities, meaning, 'quantity'), quantity, unit),
      ),
    ]),
    segment('CTT', report.rows.length, sumOf(report)),
  ]
}

/** Of all quantities, whatever they mean: a checksum. */
export function sumOf({ rows }: StockReport): number {
  return rows.flatMap(({ quantities }) => Object.values(quantities)).reduce((sum, each) => sum + each, 0)
}
