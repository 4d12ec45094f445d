import type { AdvisedLine, ShippingAdvice } from '../documents.ts'
import { codeFor, findAt, getCode, getLeft, getSku, getUnits, lookUp, writtenUnit } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import { type Marks, toParcels } from '../parcels.ts'
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
import { toLocal } from '../zone.ts'

/** 945 warehouse shipping advice: what left for one order. */
export function readShippingAdvice(set: EdiSet, profile: PartnerProfile): ShippingAdvice {
  const head = getSegment(set, 'W06')
  const header = before(set.segments, 'LX', 'W12', 'W03')
  const place = profile.references.shippingAdvice
  const reference = place === undefined ? get(head, 2) : findAt(header, place)
  if (reference === undefined)
    throw wrong(head, 'element-missing', `names no order of ours in ${place?.segment}`, 2)
  const shipped = findSegment(header, 'G62', ['11'])
  const carrier = findSegment(header, 'W27')
  const carrierCode = carrier && (find(carrier, 2) ?? find(carrier, 3))
  const overall = marksOf(header, profile)
  const body = set.segments.slice(header.length).filter(({ tag }) => tag !== 'W03')
  // Partners that ship one box per order leave LX out.
  const boxes = body.some(({ tag }) => tag === 'LX') ? loops(body, 'LX') : [body]
  const groups = boxes.map((box) => {
    const own = marksOf(before(box, 'W12'), profile)
    const isMarked = own.tracking.length + own.sscc.length > 0
    return {
      marks: isMarked ? own : overall,
      lines: loops(box, 'W12').map((loop) => readLine(set, loop, profile)),
    }
  })
  verifyTotal(set, profile)
  return {
    reference,
    warehouseReference: find(head, 4) ?? find(head, 5),
    shippedAt: shipped === undefined ? getLeft(head, 3, undefined, profile) : getLeft(shipped, 2, 4, profile),
    carrier: carrierCode === undefined ? undefined : (lookUp(profile.carriers, carrierCode) ?? carrierCode),
    parcels: toParcels(groups),
  }
}

/** MAN (and N9) before the lines: two marks may stand in one MAN. */
function marksOf(segments: readonly Segment[], { marks }: PartnerProfile): Marks {
  const named = segments.flatMap((each) => {
    const pairs = each.tag === 'MAN' ? [1, 4] : each.tag === 'N9' ? [1] : []
    return pairs.map((at) => ({ qualifier: find(each, at), value: find(each, at + 1) }))
  })
  const those = (qualifiers: readonly string[]) => [
    ...new Set(
      named.flatMap(({ qualifier, value }) =>
        qualifier !== undefined && value !== undefined && qualifiers.includes(qualifier) ? [value] : [],
      ),
    ),
  ]
  return { tracking: those(marks.tracking), sscc: those(marks.sscc) }
}

function readLine(set: EdiSet, loop: readonly Segment[], profile: PartnerProfile): AdvisedLine {
  const item = getSegment({ ...set, segments: [...loop] }, 'W12')
  const reference = findSegment(loop, 'N9', ['LI'])
  const lot = findSegment(loop, 'N9', ['LT'])
  const quantity = getUnits(item, [3], [5], profile, { unitMayLack: true })
  const ordered =
    find(item, 2) === undefined ? undefined : getUnits(item, [2], [5], profile, { unitMayLack: true })
  if (profile.verifyTotals && ordered !== undefined && find(item, 4) !== undefined) {
    const difference = getUnits(item, [4], [5], profile, { signed: true, unitMayLack: true })
    // Which of the two is taken from the other, guides differ in.
    if (Math.abs(difference) !== Math.abs(ordered - quantity))
      throw wrong(
        item,
        'totals-differ',
        `${ordered} ordered and ${quantity} shipped differ by other than that`,
        4,
      )
  }
  // In a substitution the later pair names what was ordered, not what was shipped.
  const pairs = find(item, 1) === 'IS' ? [7, 21] : [7, 21, 17]
  return {
    lineReference: reference && get(reference, 2),
    sku: getSku(item, pairs, profile, 6),
    ordered,
    quantity,
    rest: getCode(item, [1], profile.lineStatuses, 'line status'),
    lot: lot === undefined ? find(item, 9) : get(lot, 2),
    serials: loop.filter((each) => each.tag === 'N9' && find(each, 1) === 'SE').map((each) => get(each, 2)),
  }
}

function verifyTotal(set: EdiSet, { verifyTotals }: PartnerProfile): void {
  const total = findSegment(set.segments, 'W03')
  if (!verifyTotals || total === undefined) return
  const sum = set.segments
    .filter(({ tag }) => tag === 'W12')
    .reduce((units, item) => units + getWhole(item, 3), 0)
  if (getWhole(total, 1) !== sum)
    throw wrong(total, 'totals-differ', `says ${get(total, 1)} units, the lines ${sum}`, 1)
}

/** What the partner writes: for simulators and tests. */
export function writeShippingAdvice(advice: ShippingAdvice, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(advice.shippedAt, profile.zone)
  const { carrier, parcels } = advice
  const [sscc] = profile.marks.sscc
  const [tracking] = profile.marks.tracking
  const [qualifier] = profile.itemQualifiers
  const unit = writtenUnit(profile).code
  const carrierCode =
    carrier === undefined
      ? undefined
      : (Object.entries(profile.carriers).find(([, name]) => name === carrier)?.[0] ?? carrier)
  return [
    segment('W06', 'F', advice.reference, date, advice.warehouseReference),
    segment('G62', '11', date, '8', `${time}${seconds}`),
    ...(carrierCode === undefined ? [] : [segment('W27', 'U', carrierCode)]),
    ...parcels.flatMap((parcel, at) => [
      segment('LX', at + 1),
      ...(parcel.sscc === undefined ? [] : [segment('MAN', sscc, parcel.sscc)]),
      ...(parcel.trackingNumber === undefined ? [] : [segment('MAN', tracking, parcel.trackingNumber)]),
      ...parcel.lines.flatMap((line) => [
        segment(
          'W12',
          codeFor(profile.lineStatuses, line.rest, 'line status'),
          line.ordered,
          line.quantity,
          line.ordered === undefined ? undefined : line.ordered - line.quantity,
          unit,
          undefined,
          qualifier,
          line.sku,
        ),
        ...(line.lineReference === undefined ? [] : [segment('N9', 'LI', line.lineReference)]),
        ...(line.lot === undefined ? [] : [segment('N9', 'LT', line.lot)]),
        ...line.serials.map((serial) => segment('N9', 'SE', serial)),
      ]),
    ]),
    segment(
      'W03',
      parcels.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0),
    ),
  ]
}
