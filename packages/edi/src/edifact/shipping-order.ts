import type { ShippingOrder } from '../documents.ts'
import { findDay, lookUp } from '../fields.ts'
import type { EdiSet } from '../interchange.ts'
import type { PartnerProfile } from '../profile.ts'
import {
  before,
  find,
  findSegment,
  get,
  getSegment,
  loops,
  type Segment,
  segment,
  wrong,
} from '../segment.ts'
import { within, wrapped } from '../text.ts'
import { toCompact } from '../zone.ts'
import {
  findDate,
  findReference,
  quantitiesOf,
  readItem,
  verifyCounts,
  writeItem,
  writeQuantity,
} from './lines.ts'

/** INSDES instruction to despatch: what is to be sent, and its cancellation. */
export function writeShippingOrder(order: ShippingOrder, profile: PartnerProfile): Segment[] {
  const { recipient, lines, note, shipBy } = order
  const isCancel = order.purpose === 'cancel'
  const method = order.method === undefined ? undefined : lookUp(profile.methods, order.method)
  const routing = method?.routing ?? (method === undefined ? order.method : undefined)
  return [
    segment('BGM', '240', order.reference, isCancel ? (profile.cancel.purpose ?? '1') : '9'),
    segment('DTM', ['137', toCompact(order.placedOn), '102']),
    ...(shipBy === undefined ? [] : [segment('DTM', ['10', toCompact(shipBy), '102'])]),
    ...(note === undefined
      ? []
      : wrapped([note], 70, 5, 'note').map((line) => segment('FTX', 'DEL', undefined, undefined, line))),
    segment('RFF', ['ON', within(order.number, 35, 'number')]),
    segment('NAD', 'WH', [within(order.locationId, 17, 'locationId'), undefined, profile.locationQualifier]),
    ...(recipient === undefined ? [] : writeRecipient(recipient)),
    ...(order.method === undefined
      ? []
      : [
          segment('TDT', '20', undefined, undefined, undefined, [
            method?.carrier,
            undefined,
            undefined,
            routing === undefined ? undefined : within(routing, 35, 'method'),
          ]),
        ]),
    ...lines.flatMap((line, at) => {
      const { head, tail } = writeItem(
        { ...line, sku: within(line.sku, 35, 'sku'), lot: line.lot && within(line.lot, 35, 'lot') },
        at + 1,
        profile,
      )
      const title = line.title.slice(0, 35).trim()
      return [
        ...head,
        ...(title === '' ? [] : [segment('IMD', 'F', undefined, [undefined, undefined, undefined, title])]),
        writeQuantity('113', line.quantity, profile),
        ...tail,
      ]
    }),
    segment('CNT', ['1', lines.reduce((sum, { quantity }) => sum + quantity, 0)]),
    segment('CNT', ['2', lines.length]),
  ]
}

function writeRecipient(recipient: NonNullable<ShippingOrder['recipient']>): Segment[] {
  const { phone, email } = recipient
  return [
    segment(
      'NAD',
      'DP',
      undefined,
      undefined,
      [
        within(recipient.name, 35, 'recipient.name'),
        recipient.company && within(recipient.company, 35, 'recipient.company'),
      ],
      wrapped(recipient.addressLines, 35, 3, 'recipient.addressLines'),
      within(recipient.city, 35, 'recipient.city'),
      recipient.region && within(recipient.region, 9, 'recipient.region'),
      recipient.postalCode && within(recipient.postalCode, 9, 'recipient.postalCode'),
      recipient.country,
    ),
    ...(phone === undefined && email === undefined ? [] : [segment('CTA', 'IC')]),
    ...(phone === undefined ? [] : [segment('COM', [within(phone, 70, 'recipient.phone'), 'TE'])]),
    ...(email === undefined ? [] : [segment('COM', [within(email, 70, 'recipient.email'), 'EM'])]),
  ]
}

/** What the partner reads: for simulators and tests. */
export function readShippingOrder(set: EdiSet, profile: PartnerProfile): ShippingOrder {
  const head = getSegment(set, 'BGM')
  const header = before(set.segments, 'LIN', 'CNT')
  const notes = header.filter(({ tag }) => tag === 'FTX').map((each) => get(each, 4))
  const route = findSegment(header, 'TDT')
  const [routing, carrier] = [route && find(route, 5, 4), route && find(route, 5)]
  const named = Object.entries(profile.methods).find(
    ([, method]) => method.routing === routing && method.carrier === carrier,
  )
  const lines = loops(
    set.segments.filter(({ tag }) => tag !== 'CNT'),
    'LIN',
  ).map((loop) => {
    const { sku, lot, lineReference } = readItem(loop, profile)
    const { ordered } = quantitiesOf(loop, { '113': 'ordered', '21': 'ordered' } as const, profile)
    const title = findSegment(loop, 'IMD')
    if (ordered === undefined) throw wrong(loop[0] ?? head, 'segment-missing', 'the line has no QTY segment')
    return {
      lineReference: lineReference ?? '',
      sku,
      quantity: ordered,
      title: (title && find(title, 3, 4)) ?? '',
      lot,
    }
  })
  const units = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  verifyCounts(set.segments, { lines: lines.length, units }, profile)
  const warehouse = findSegment(header, 'NAD', ['WH'])
  return {
    purpose: get(head, 3) === (profile.cancel.purpose ?? '1') ? 'cancel' : 'original',
    reference: get(head, 2),
    number: findReference(header, ['ON']) ?? '',
    placedOn: findDay(findDate(header, ['137']), 1, 2) ?? '',
    shipBy: findDay(findDate(header, ['10']), 1, 2),
    locationId: warehouse === undefined ? '' : get(warehouse, 2),
    recipient: readRecipient(header),
    method: route === undefined ? undefined : (named?.[0] ?? routing),
    note: notes.length === 0 ? undefined : notes.join(' '),
    lines,
  }
}

function readRecipient(header: readonly Segment[]): ShippingOrder['recipient'] {
  const party = findSegment(header, 'NAD', ['DP'])
  if (party === undefined) return undefined
  const contactBy = (kind: string) => {
    const found = header.find((each) => each.tag === 'COM' && find(each, 1, 2) === kind)
    return found && get(found, 1)
  }
  return {
    name: get(party, 4),
    company: find(party, 4, 2),
    addressLines: [1, 2, 3, 4].flatMap((component) => find(party, 5, component) ?? []),
    city: get(party, 6),
    region: find(party, 7),
    postalCode: find(party, 8),
    country: get(party, 9),
    phone: contactBy('TE'),
    email: contactBy('EM'),
  }
}
