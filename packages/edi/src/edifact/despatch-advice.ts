import type { AdvisedLine, InboundAdvice, ShippingAdvice } from '../documents.ts'
import { codeFor, DAY_END, findAt, findDay, getCode, lookUp } from '../fields.ts'
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
import { described, within } from '../text.ts'
import { fromLocal, toCompact, toLocal } from '../zone.ts'
import {
  findDate,
  findReference,
  quantitiesOf,
  readItem,
  unitsIn,
  verifyCounts,
  writeItem,
  writeQuantity,
} from './lines.ts'

/** DESADV from the warehouse: what left for one order. */
export function readDespatchAdvice(set: EdiSet, profile: PartnerProfile): ShippingAdvice {
  const head = getSegment(set, 'BGM')
  const header = before(set.segments, 'CPS', 'LIN', 'CNT')
  const place = profile.references.shippingAdvice
  const reference = place === undefined ? findReference(header, ['SRN', 'ON']) : findAt(header, place)
  if (reference === undefined) throw wrong(head, 'segment-missing', 'no RFF names an order of ours')
  const route = findSegment(header, 'TDT')
  const carrier = route && (find(route, 5) ?? find(route, 5, 4))
  const overall = marksOf(header, profile)
  const body = set.segments.slice(header.length).filter(({ tag }) => tag !== 'CNT')
  const boxes = body.some(({ tag }) => tag === 'CPS') ? loops(body, 'CPS') : [body]
  const groups = boxes
    .map((box) => {
      const own = marksOf(before(box, 'LIN'), profile)
      return {
        marks: own.tracking.length + own.sscc.length > 0 ? own : overall,
        isMarked: own.tracking.length + own.sscc.length > 0,
        lines: loops(box, 'LIN').map((loop) => readLine(loop, profile)),
      }
    })
    // The level of the whole shipment says nothing of boxes.
    .filter(({ lines, isMarked }) => lines.length > 0 || isMarked)
  const lines = groups.flatMap((group) => group.lines)
  verifyCounts(set.segments, { lines: lines.length, units: unitsIn(set.segments) }, profile)
  return {
    reference,
    warehouseReference: get(head, 2),
    shippedAt: instantOf(header, ['11', '137'], head, profile, DAY_END),
    carrier: carrier === undefined ? undefined : (lookUp(profile.carriers, carrier) ?? carrier),
    parcels: toParcels(groups),
  }
}

/**
 * DTM: a day (102), a minute (203) or a second (204) on the partner's clock.
 * @param ofDay the time that a day without one is taken for: its first unless given
 */
export function instantOf(
  header: readonly Segment[],
  qualifiers: readonly string[],
  head: Segment,
  { zone }: PartnerProfile,
  ofDay?: string,
): Date {
  const dated = qualifiers.map((qualifier) => findDate(header, [qualifier])).find(Boolean)
  if (dated === undefined) throw wrong(head, 'segment-missing', `there is no DTM ${qualifiers[0]}`)
  const written = get(dated, 1, 2)
  const at = fromLocal(written.slice(0, 8), written.slice(8) || ofDay, zone)
  if (at === undefined) throw wrong(dated, 'not-a-date', `"${written}" is no date`, 1, 2)
  return at
}

function marksOf(segments: readonly Segment[], { marks }: PartnerProfile): Marks {
  const named = segments.flatMap((each) => {
    if (each.tag === 'RFF') return [{ qualifier: find(each, 1), value: find(each, 1, 2) }]
    if (each.tag === 'GIN')
      return [2, 3, 4, 5, 6].map((at) => ({ qualifier: find(each, 1), value: find(each, at) }))
    return []
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

function readLine(loop: readonly Segment[], profile: PartnerProfile): AdvisedLine {
  const { sku, lot, lineReference } = readItem(loop, profile)
  const { shipped } = quantitiesOf(loop, { '12': 'shipped', '21': 'ignored' } as const, profile)
  const [head] = loop
  if (shipped === undefined && head !== undefined)
    throw wrong(head, 'segment-missing', 'the line has no QTY 12 that says what was despatched')
  const variance = findSegment(loop, 'QVR')
  const quantity = shipped ?? 0
  const missing = variance === undefined ? undefined : getWhole(variance, 1, 1, { signed: true })
  return {
    lineReference,
    sku,
    // A variance is what is missing, written as a negative number; some leave the sign out.
    ordered: missing === undefined ? undefined : quantity + Math.abs(missing),
    quantity,
    rest:
      variance === undefined || find(variance, 2) === undefined
        ? 'never'
        : getCode(variance, [2], profile.lineStatuses, 'line status'),
    lot,
    serials: loop
      .filter((each) => each.tag === 'GIN' && find(each, 1) === 'BN')
      .flatMap((each) => [2, 3, 4, 5, 6].flatMap((at) => find(each, at) ?? [])),
  }
}

/** What the partner writes: for simulators and tests. */
export function writeDespatchAdvice(advice: ShippingAdvice, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(advice.shippedAt, profile.zone)
  const lines = advice.parcels.flatMap((parcel) => parcel.lines)
  const carrier =
    advice.carrier === undefined
      ? undefined
      : (Object.entries(profile.carriers).find(([, name]) => name === advice.carrier)?.[0] ?? advice.carrier)
  let number = 0
  return [
    segment('BGM', '351', advice.warehouseReference, '9'),
    segment('DTM', ['11', `${date}${time}${seconds}`, '204']),
    segment('RFF', ['SRN', advice.reference]),
    ...(carrier === undefined ? [] : [segment('TDT', '20', undefined, undefined, undefined, [carrier])]),
    ...advice.parcels.flatMap((parcel, at) => [
      segment('CPS', at + 1),
      ...(parcel.sscc === undefined && parcel.trackingNumber === undefined
        ? []
        : [segment('PAC', 1), segment('PCI', '33E')]),
      ...(parcel.trackingNumber === undefined
        ? []
        : [segment('RFF', [profile.marks.tracking[0], parcel.trackingNumber])]),
      ...(parcel.sscc === undefined ? [] : [segment('GIN', profile.marks.sscc[0], parcel.sscc)]),
      ...parcel.lines.flatMap((line) => {
        number += 1
        const { head, tail } = writeItem(line, number, profile)
        return [
          ...head,
          writeQuantity('12', line.quantity, profile),
          ...line.serials.map((serial) => segment('GIN', 'BN', serial)),
          ...tail,
          ...(line.ordered === undefined
            ? []
            : [
                segment(
                  'QVR',
                  [line.quantity - line.ordered, '21'],
                  codeFor(profile.lineStatuses, line.rest, 'line status'),
                ),
              ]),
        ]
      }),
    ]),
    segment('CNT', ['1', lines.reduce((sum, { quantity }) => sum + quantity, 0)]),
    segment('CNT', ['2', lines.length]),
  ]
}

/** DESADV to the warehouse: goods on their way to it. */
export function writeInboundAdvice(advice: InboundAdvice, on: string, profile: PartnerProfile): Segment[] {
  const { expectedOn, carrier, trackingNumber, lines } = advice
  return [
    segment('BGM', '351', advice.reference, '9'),
    segment('DTM', ['137', on, '102']),
    ...(expectedOn === undefined ? [] : [segment('DTM', ['17', toCompact(expectedOn), '102'])]),
    segment('RFF', ['ON', within(advice.number, 35, 'number')]),
    ...(trackingNumber === undefined
      ? []
      : [segment('RFF', ['AAS', within(trackingNumber, 35, 'trackingNumber')])]),
    segment('NAD', 'WH', [within(advice.locationId, 17, 'locationId'), undefined, profile.locationQualifier]),
    ...(carrier === undefined
      ? []
      : [
          segment('TDT', '20', undefined, undefined, undefined, [
            undefined,
            undefined,
            undefined,
            described(carrier, 35, {}),
          ]),
        ]),
    segment('CPS', 1),
    ...lines.flatMap((line, at) => {
      const { head, tail } = writeItem(
        { ...line, sku: within(line.sku, 35, 'sku'), lot: line.lot && within(line.lot, 35, 'lot') },
        at + 1,
        profile,
      )
      return [...head, writeQuantity('12', line.quantity, profile), ...tail]
    }),
    segment('CNT', ['2', lines.length]),
  ]
}

/** What the partner reads: for simulators and tests. */
export function readInboundAdvice(set: EdiSet, profile: PartnerProfile): InboundAdvice {
  const head = getSegment(set, 'BGM')
  const header = before(set.segments, 'CPS', 'LIN', 'CNT')
  const route = findSegment(header, 'TDT')
  const warehouse = findSegment(header, 'NAD', ['WH'])
  const lines = loops(
    set.segments.filter(({ tag }) => tag !== 'CNT'),
    'LIN',
  ).map((loop) => {
    const item = readItem(loop, profile)
    const { shipped } = quantitiesOf(loop, { '12': 'shipped' } as const, profile)
    if (shipped === undefined) throw wrong(loop[0] ?? head, 'segment-missing', 'the line has no QTY 12')
    return { ...item, lineReference: item.lineReference ?? '', quantity: shipped }
  })
  return {
    reference: get(head, 2),
    number: findReference(header, ['ON']) ?? '',
    locationId: warehouse === undefined ? '' : get(warehouse, 2),
    expectedOn: findDay(findDate(header, ['17']), 1, 2),
    carrier: route && find(route, 5, 4),
    trackingNumber: findReference(header, ['AAS']),
    lines,
  }
}
