import type { InboundAdvice } from '../documents.ts'
import { findDay, getSku, getUnits, writtenUnit } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import { type PartnerProfile, separatorsOf } from '../profile.ts'
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
import { toCompact } from '../zone.ts'
import { writeNumber } from './shipping-order.ts'

/** 943 stock transfer shipment advice: goods on their way to the warehouse. */
export function writeInboundAdvice(advice: InboundAdvice, on: string, profile: PartnerProfile): Segment[] {
  const { lines, carrier, trackingNumber, expectedOn } = advice
  const [qualifier] = profile.itemQualifiers
  return [
    segment('W06', 'F', advice.reference, on),
    segment('N1', 'WH', undefined, profile.locationQualifier, within(advice.locationId, 80, 'locationId')),
    writeNumber(advice.number),
    ...(trackingNumber === undefined
      ? []
      : [segment('N9', '2I', within(trackingNumber, 30, 'trackingNumber'))]),
    ...(expectedOn === undefined ? [] : [segment('G62', '17', toCompact(expectedOn))]),
    ...(carrier === undefined
      ? []
      : [segment('W27', 'M', undefined, described(carrier, 35, separatorsOf(profile)))]),
    ...lines.flatMap((line) => [
      segment(
        'W04',
        line.quantity,
        writtenUnit(profile).code,
        undefined,
        qualifier,
        within(line.sku, 48, 'sku'),
      ),
      segment('N9', 'LI', line.lineReference),
      ...(line.lot === undefined
        ? []
        : [
            segment(
              'N9',
              'LT',
              within(line.lot, 30, 'lot'),
              undefined,
              line.expiresOn === undefined ? undefined : toCompact(line.expiresOn),
            ),
          ]),
    ]),
    segment(
      'W03',
      lines.reduce((sum, { quantity }) => sum + quantity, 0),
    ),
  ]
}

/** What the partner reads: for simulators and tests. */
export function readInboundAdvice(set: EdiSet, profile: PartnerProfile): InboundAdvice {
  const head = getSegment(set, 'W06')
  const header = before(set.segments, 'W04', 'W03')
  const [number, tracking, carrier, warehouse] = [
    findSegment(header, 'N9', ['CO']),
    findSegment(header, 'N9', ['2I']),
    findSegment(header, 'W27'),
    findSegment(header, 'N1', ['WH']),
  ]
  const lines = loops(
    set.segments.filter(({ tag }) => tag !== 'W03'),
    'W04',
  ).map((loop) => {
    const item = getSegment({ ...set, segments: loop }, 'W04')
    const [reference, lot] = [findSegment(loop, 'N9', ['LI']), findSegment(loop, 'N9', ['LT'])]
    return {
      lineReference: reference === undefined ? '' : get(reference, 2),
      sku: getSku(item, [4, 6], profile, 3),
      quantity: getUnits(item, [1], [2], profile),
      lot: lot && get(lot, 2),
      expiresOn: findDay(lot, 4),
    }
  })
  const total = getSegment(set, 'W03')
  const sum = lines.reduce((units, { quantity }) => units + quantity, 0)
  if (getWhole(total, 1) !== sum)
    throw wrong(total, 'totals-differ', `says ${get(total, 1)} units, the lines ${sum}`, 1)
  return {
    reference: get(head, 2),
    number: number === undefined ? '' : (find(number, 2) ?? get(number, 3)),
    locationId: warehouse === undefined ? '' : get(warehouse, 4),
    expectedOn: findDay(findSegment(header, 'G62', ['17']), 2),
    carrier: carrier && find(carrier, 3),
    trackingNumber: tracking && get(tracking, 2),
    lines,
  }
}
