import type { ReceiptAdvice } from '../documents.ts'
import { codeFor, findAt, findLocation, getCode } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import type { PartnerProfile } from '../profile.ts'
import { before, find, get, getSegment, getWhole, loops, type Segment, segment, wrong } from '../segment.ts'
import { toLocal } from '../zone.ts'
import { instantOf } from './despatch-advice.ts'
import {
  findReference,
  quantitiesOf,
  readItem,
  unitsIn,
  verifyCounts,
  writeItem,
  writeQuantity,
} from './lines.ts'

/** RECADV receiving advice: what was taken in, and in which condition. */
export function readReceipt(set: EdiSet, profile: PartnerProfile): ReceiptAdvice {
  const head = getSegment(set, 'BGM')
  const header = before(set.segments, 'CPS', 'LIN', 'CNT')
  const place = profile.references.receipt
  const items = loops(
    set.segments.filter(({ tag }) => tag !== 'CNT' && tag !== 'CPS'),
    'LIN',
  )
  verifyCounts(set.segments, { lines: items.length, units: unitsIn(set.segments) }, profile)
  return {
    receiptNumber: get(head, 2),
    reference: place === undefined ? findReference(header, ['AAK', 'DQ', 'ON']) : findAt(header, place),
    locationId: findLocation(header, profile),
    receivedAt: instantOf(header, ['50', '137'], head, profile),
    isComplete: profile.receipts.complete.includes(find(head, 3) ?? '9'),
    lines: items.flatMap((loop) => readLine(loop, head, profile)),
  }
}

function readLine(loop: readonly Segment[], head: Segment, profile: PartnerProfile): ReceiptAdvice['lines'] {
  const item = readItem(loop, profile)
  const [first = head] = loop
  const { conditions } = profile.receipts
  const said = new Map(Object.entries(quantitiesOf(loop, conditions, profile)))
  const [total, sound, named] = [said.get('total'), said.get('sellable'), said.get('damaged')]
  const variances = loop
    .filter(({ tag }) => tag === 'QVR')
    // Missing units, against what was despatched (12) or ordered (21). As quantities they are refused unless the profile
    // names them: a spoilt 124 (damaged) would pass for one.
    .filter((each) => !['12', '21'].includes(find(each, 1, 2) ?? ''))
    .filter((each) => getCode(each, [1, 2], conditions, 'condition') === 'damaged')
    .map((each) => Math.abs(getWhole(each, 1, 1, { signed: true })))
  if (named !== undefined && variances.length > 0)
    throw wrong(first, 'named-twice', 'damaged units stand in QTY and in QVR')
  const damaged = named ?? variances.reduce((sum, units) => sum + units, 0)
  if (total === undefined && sound === undefined && named === undefined)
    throw wrong(first, 'segment-missing', 'the line has no QTY that says what was received')
  const quantity = sound ?? (total === undefined ? 0 : total - damaged)
  if (quantity < 0 || (total !== undefined && total !== quantity + damaged))
    throw wrong(first, 'totals-differ', `${total} received are not ${quantity} sound and ${damaged} damaged`)
  const { lineReference, sku, lot, expiresOn } = item
  const line = { lineReference, sku, lot, expiresOn }
  const kinds = [
    { ...line, quantity, condition: 'sellable' as const },
    { ...line, quantity: damaged, condition: 'damaged' as const },
  ]
  return kinds.filter((each) => each.quantity > 0 || (each.condition === 'sellable' && damaged === 0))
}

/** What the partner writes: for simulators and tests. */
export function writeReceipt(receipt: ReceiptAdvice, profile: PartnerProfile): Segment[] {
  const { date, time, seconds } = toLocal(receipt.receivedAt, profile.zone)
  const { conditions, complete } = profile.receipts
  const items = Map.groupBy(receipt.lines, ({ lineReference, sku, lot, expiresOn }) =>
    JSON.stringify([lineReference, sku, lot, expiresOn]),
  )
  return [
    segment('BGM', '632', receipt.receiptNumber, (receipt.isComplete ? complete[0] : undefined) ?? '9'),
    segment('DTM', ['50', `${date}${time}${seconds}`, '204']),
    ...(receipt.reference === undefined ? [] : [segment('RFF', ['AAK', receipt.reference])]),
    ...(receipt.locationId === undefined
      ? []
      : [segment('NAD', 'WH', [receipt.locationId, undefined, profile.locationQualifier])]),
    segment('CPS', 1),
    ...[...items.values()].flatMap((lines, at) => {
      const [line] = lines
      if (line === undefined) return []
      const { head, tail } = writeItem(line, at + 1, profile)
      return [
        ...head,
        ...lines.map(({ condition, quantity }) =>
          writeQuantity(codeFor(conditions, condition, 'condition'), quantity, profile),
        ),
        ...tail,
      ]
    }),
    segment('CNT', ['1', receipt.lines.reduce((sum, { quantity }) => sum + quantity, 0)]),
    segment('CNT', ['2', items.size]),
  ]
}
