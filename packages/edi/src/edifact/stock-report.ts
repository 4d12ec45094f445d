import type { StockReport } from '../documents.ts'
import { codeFor, findLocation } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import type { PartnerProfile } from '../profile.ts'
import { before, get, getSegment, loops, type Segment, segment, wrong } from '../segment.ts'
import { sumOf, verifyOnce } from '../x12/stock-report.ts'
import { toLocal } from '../zone.ts'
import { instantOf } from './despatch-advice.ts'
import { quantitiesOf, readItem, unitsIn, verifyCounts, writeItem, writeQuantity } from './lines.ts'

/** INVRPT: what lies there, by item and lot. */
export function readStockReport(set: EdiSet, profile: PartnerProfile): StockReport {
  const head = getSegment(set, 'BGM')
  const header = before(set.segments, 'LIN', 'CNT')
  const items = loops(
    set.segments.filter(({ tag }) => tag !== 'CNT'),
    'LIN',
  )
  const rows = items.map((loop) => readRow(loop, profile))
  verifyOnce(rows, items)
  verifyCounts(set.segments, { lines: rows.length, units: unitsIn(set.segments) }, profile)
  return {
    reportNumber: get(head, 2),
    locationId: findLocation(header, profile),
    countedAt: instantOf(header, ['366', '137'], head, profile),
    rows,
  }
}

function readRow(loop: readonly Segment[], profile: PartnerProfile): StockReport['rows'][number] {
  const [head] = loop
  const { sku, lot, expiresOn } = readItem(loop, profile)
  const { ignored: _, ...quantities } = quantitiesOf(loop, profile.stock.quantities, profile)
  if (head !== undefined && Object.keys(quantities).length === 0)
    throw wrong(head, 'segment-missing', 'the line has no QTY segment that says what lies there')
  return { sku, lot, expiresOn, quantities }
}

/** What the partner writes: for simulators and tests. */
export function writeStockReport(report: StockReport, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(report.countedAt, profile.zone)
  return [
    segment('BGM', '35', report.reportNumber, '9'),
    segment('DTM', ['366', `${date}${time}${seconds}`, '204']),
    ...(report.locationId === undefined
      ? []
      : [segment('NAD', 'WH', [report.locationId, undefined, profile.locationQualifier])]),
    ...report.rows.flatMap((row, at) => {
      const { head, tail } = writeItem(row, at + 1, profile)
      return [
        ...head,
        ...Object.entries(row.quantities).map(([meaning, quantity]) =>
          writeQuantity(codeFor(profile.stock.quantities, meaning, 'quantity'), quantity, profile),
        ),
        ...tail,
      ]
    }),
    segment('CNT', ['1', sumOf(report)]),
    segment('CNT', ['2', report.rows.length]),
  ]
}
