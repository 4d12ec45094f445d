import type { OrderedLine, ShippingOrder } from '../documents.ts'
import { findDay, getSku, getUnits, lookUp, writtenUnit } from '../fields.ts'
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
import { described, within, wrapped } from '../text.ts'
import { toCompact } from '../zone.ts'

/** 940 warehouse shipping order: what is to be sent, and its cancellation. */
export function writeShippingOrder(order: ShippingOrder, profile: PartnerProfile): Segment[] {
  const { reference, number, recipient, lines, shipBy, note } = order
  const isCancel = order.purpose === 'cancel'
  const method = order.method === undefined ? undefined : lookUp(profile.methods, order.method)
  const routing = method?.routing ?? (method === undefined ? order.method : undefined)
  return [
    segment('W05', isCancel ? (profile.cancel.purpose ?? 'F') : 'N', reference),
    ...(recipient === undefined ? [] : writeRecipient(recipient)),
    segment('N1', 'WH', undefined, profile.locationQualifier, within(order.locationId, 80, 'locationId')),
    writeNumber(number),
    segment('G62', '04', toCompact(order.placedOn)),
    ...(shipBy === undefined ? [] : [segment('G62', '10', toCompact(shipBy))]),
    ...(note === undefined ? [] : wrapped([note], 80, 20, 'note').map((line) => segment('NTE', 'WHI', line))),
    ...(order.method === undefined
      ? []
      : [
          segment(
            'W66',
            'PP',
            'U',
            undefined,
            undefined,
            routing === undefined ? undefined : within(routing, 35, 'method'),
            undefined,
            undefined,
            undefined,
            undefined,
            method?.carrier,
          ),
        ]),
    ...lines.flatMap((line, at) => writeLine(line, at + 1, profile)),
    segment(
      'W76',
      lines.reduce((sum, { quantity }) => sum + quantity, 0),
    ),
  ]
}

function writeRecipient(recipient: NonNullable<ShippingOrder['recipient']>): Segment[] {
  const address = wrapped(recipient.addressLines, 55, 4, 'recipient.addressLines')
  const { company, phone, email, region } = recipient
  const isCode = region?.length === 2
  return [
    segment('N1', 'ST', within(recipient.name, 60, 'recipient.name')),
    ...(company === undefined ? [] : [segment('N2', within(company, 60, 'recipient.company'))]),
    segment('N3', address[0], address[1]),
    ...(address.length > 2 ? [segment('N3', address[2], address[3])] : []),
    segment(
      'N4',
      within(recipient.city, 30, 'recipient.city'),
      // The field is for codes of states; other regions have a place of their own.
      isCode ? region : undefined,
      recipient.postalCode === undefined
        ? undefined
        : within(recipient.postalCode, 15, 'recipient.postalCode'),
      recipient.country,
      isCode || region === undefined ? undefined : 'SP',
      isCode || region === undefined ? undefined : within(region, 30, 'recipient.region'),
    ),
    ...(phone === undefined && email === undefined
      ? []
      : [
          segment(
            'PER',
            'RE',
            undefined,
            phone && 'TE',
            phone && within(phone, 80, 'recipient.phone'),
            email && 'EM',
            email && within(email, 80, 'recipient.email'),
          ),
        ]),
  ]
}

function writeLine(line: OrderedLine, at: number, profile: PartnerProfile): Segment[] {
  const title = described(line.title, 45, separatorsOf(profile))
  const [qualifier] = profile.itemQualifiers
  return [
    segment('LX', at),
    segment(
      'W01',
      line.quantity,
      writtenUnit(profile).code,
      undefined,
      qualifier,
      within(line.sku, 48, 'sku'),
    ),
    ...(title === '' ? [] : [segment('G69', title)]),
    segment('N9', 'LI', line.lineReference),
    ...(line.lot === undefined ? [] : [segment('N9', 'LT', within(line.lot, 30, 'lot'))]),
  ]
}

/** What the partner reads: for simulators and tests. */
export function readShippingOrder(set: EdiSet, profile: PartnerProfile): ShippingOrder {
  const head = getSegment(set, 'W05')
  const header = before(set.segments, 'LX', 'W76')
  const parties = loops(header, 'N1', 'N9')
  const shipTo = parties.find(([first]) => first?.tag === 'N1' && find(first, 1) === 'ST')
  const warehouse = findSegment(header, 'N1', ['WH'])
  const carrier = findSegment(header, 'W66')
  const notes = header.filter(({ tag }) => tag === 'NTE').map((each) => get(each, 2))
  const lines = loops(
    set.segments.filter(({ tag }) => tag !== 'W76'),
    'LX',
  ).map((loop) => readLine(set, loop, profile))
  const total = findSegment(set.segments, 'W76')
  const sum = lines.reduce((units, { quantity }) => units + quantity, 0)
  if (total !== undefined && getWhole(total, 1) !== sum)
    throw wrong(total, 'totals-differ', `says ${get(total, 1)} units, the lines ${sum}`, 1)
  const number = findSegment(header, 'N9', ['CO'])
  return {
    purpose: get(head, 1) === (profile.cancel.purpose ?? 'F') ? 'cancel' : 'original',
    reference: get(head, 2),
    number: number === undefined ? '' : (find(number, 2) ?? get(number, 3)),
    placedOn: findDay(findSegment(header, 'G62', ['04']), 2) ?? '',
    shipBy: findDay(findSegment(header, 'G62', ['10']), 2),
    locationId: warehouse === undefined ? '' : get(warehouse, 4),
    recipient: shipTo === undefined ? undefined : readRecipient(set, shipTo),
    method: carrier === undefined ? undefined : methodOf(carrier, profile),
    note: notes.length === 0 ? undefined : notes.join(' '),
    lines,
  }
}

function methodOf(carrier: Segment, { methods }: PartnerProfile): string | undefined {
  const [routing, code] = [find(carrier, 5), find(carrier, 10)]
  const named = Object.entries(methods).find(
    ([, method]) => method.routing === routing && method.carrier === code,
  )
  return named?.[0] ?? routing
}

function readRecipient(set: EdiSet, loop: readonly Segment[]): NonNullable<ShippingOrder['recipient']> {
  const inLoop = { ...set, segments: [...loop] }
  const [name, place] = [getSegment(inLoop, 'N1'), getSegment(inLoop, 'N4')]
  const more = findSegment(loop, 'N2')
  const contact = findSegment(loop, 'PER')
  const contactBy = (kind: string) =>
    contact === undefined
      ? undefined
      : [3, 5, 7].map((at) => (find(contact, at) === kind ? find(contact, at + 1) : undefined)).find(Boolean)
  return {
    name: get(name, 2),
    company: more && find(more, 1),
    addressLines: loop
      .filter(({ tag }) => tag === 'N3')
      .flatMap((each) => [find(each, 1), find(each, 2)])
      .filter((line) => line !== undefined),
    city: get(place, 1),
    region: find(place, 2) ?? find(place, 6),
    postalCode: find(place, 3),
    country: get(place, 4),
    phone: contactBy('TE'),
    email: contactBy('EM'),
  }
}

function readLine(set: EdiSet, loop: readonly Segment[], profile: PartnerProfile): OrderedLine {
  const item = getSegment({ ...set, segments: [...loop] }, 'W01')
  const [title, reference, lot] = [
    findSegment(loop, 'G69'),
    findSegment(loop, 'N9', ['LI']),
    findSegment(loop, 'N9', ['LT']),
  ]
  return {
    lineReference: reference === undefined ? '' : get(reference, 2),
    sku: getSku(item, [4, 6, 15], profile, 3),
    quantity: getUnits(item, [1], [2], profile),
    title: title === undefined ? '' : get(title, 1),
    lot: lot === undefined ? find(item, 13) : get(lot, 2),
  }
}

/** What people call it; a long one goes where the segment has a free text. */
export function writeNumber(number: string): Segment {
  return number.length <= 30
    ? segment('N9', 'CO', number)
    : segment('N9', 'CO', undefined, within(number, 45, 'number'))
}
