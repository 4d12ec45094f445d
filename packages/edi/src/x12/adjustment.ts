import type { StockAdjustment } from '../documents.ts'
import { findLocation, getCode, getInstant, getSku, getUnits, writtenUnit } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import type { PartnerProfile } from '../profile.ts'
import { before, find, findSegment, get, getSegment, loops, type Segment, segment } from '../segment.ts'
import { toLocal } from '../zone.ts'

/** 947 adjustment advice: units found, lost, damaged. What a reason changes, the profile says. */
export function readAdjustment(set: EdiSet, profile: PartnerProfile): StockAdjustment {
  const head = getSegment(set, 'W15')
  const header = before(set.segments, 'W19')
  const effective = findSegment(header, 'G62', ['07'])
  return {
    adjustmentNumber: find(head, 2) ?? get(head, 3),
    locationId: findLocation(header, profile),
    adjustedAt:
      effective === undefined
        ? getInstant(head, 1, undefined, profile)
        : getInstant(effective, 2, 4, profile),
    lines: loops(set.segments, 'W19').map((loop) => {
      const item = getSegment({ ...set, segments: loop }, 'W19')
      const { changes, sign } = getCode(item, [1], profile.adjustments, 'reason')
      const given = getUnits(item, [2], [3], profile, { signed: true })
      const units = sign === 'given' ? given : sign === 'plus' ? Math.abs(given) : -Math.abs(given)
      const lot = findSegment(loop, 'N9', ['LT'])
      return {
        sku: getSku(item, [5, 7, 17], profile, 4),
        lot: lot === undefined ? find(item, 9) : get(lot, 2),
        reason: get(item, 1),
        onHand: changes === 'held' ? 0 : units + 0,
        held: changes === 'onHand' ? 0 : units + 0,
      }
    }),
  }
}

/** What the partner writes: for simulators and tests. The reasons say what the units change. */
export function writeAdjustment(adjustment: StockAdjustment, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(adjustment.adjustedAt, profile.zone)
  const [qualifier] = profile.itemQualifiers
  return [
    segment('W15', date, adjustment.adjustmentNumber),
    ...(adjustment.locationId === undefined
      ? []
      : [segment('N1', 'WH', undefined, profile.locationQualifier, adjustment.locationId)]),
    segment('G62', '07', date, '8', `${time}${seconds}`),
    ...adjustment.lines.flatMap((line) => [
      segment(
        'W19',
        line.reason,
        line.onHand === 0 ? line.held : line.onHand,
        writtenUnit(profile).code,
        undefined,
        qualifier,
        line.sku,
      ),
      ...(line.lot === undefined ? [] : [segment('N9', 'LT', line.lot)]),
    ]),
  ]
}
