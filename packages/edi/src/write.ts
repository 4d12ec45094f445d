import { Invalid } from '@plimsoll/connector-kit'
import type { EdiDocument } from './documents.ts'
import * as control from './edifact/acknowledgement.ts'
import * as despatch from './edifact/despatch-advice.ts'
import * as receiving from './edifact/receipt.ts'
import * as instruction from './edifact/shipping-order.ts'
import * as stockReport from './edifact/stock-report.ts'
import { writeEdifact } from './edifact/write.ts'
import { acknowledgementKindOf, type PartnerProfile, separatorsOf } from './profile.ts'
import type { ReadInterchange } from './read.ts'
import type { Segment } from './segment.ts'
import * as functional from './x12/acknowledgement.ts'
import { writeAdjustment } from './x12/adjustment.ts'
import { writeInboundAdvice } from './x12/inbound-advice.ts'
import { writeReceipt } from './x12/receipt.ts'
import { writeShippingAdvice } from './x12/shipping-advice.ts'
import { writeShippingOrder } from './x12/shipping-order.ts'
import { writeStockReport } from './x12/stock-report.ts'
import { writeX12 } from './x12/write.ts'
import { toLocal } from './zone.ts'

/** Under which number and at which moment an interchange is written. */
export type Stamp = { controlNumber: number; at: Date }

/** A set without its envelope: the same whenever it is sent. */
export type WrittenSet = { id: string; functionalId: string; segments: Segment[] }
export type WrittenDocument = Exclude<EdiDocument, { kind: 'acknowledgement' }>

/** Writes documents of one kind as one interchange. @throws Invalid where the partner's fields cannot hold one */
export function writeDocuments(
  documents: readonly WrittenDocument[],
  stamp: Stamp,
  profile: PartnerProfile,
): string {
  return writeInterchange(writeSets(documents, stamp.at, profile), stamp, profile)
}

/** The sets of documents. @param at when they are written, for dates of their own */
export function writeSets(
  documents: readonly WrittenDocument[],
  at: Date,
  profile: PartnerProfile,
): WrittenSet[] {
  return documents.map((each) => overridden(writeSet(each, at, profile), profile))
}

/** The acknowledgement of what was received; undefined where it holds nothing but acknowledgements, or none is agreed. */
export function writeAcknowledgements(
  read: ReadInterchange,
  stamp: Stamp,
  profile: PartnerProfile,
): string | undefined {
  const sets = acknowledgementSets(read, profile)
  return sets.length === 0 ? undefined : writeInterchange(sets, stamp, profile)
}

/** One set for every group (CONTRL: for the interchange); empty where nothing is to be acknowledged. */
export function acknowledgementSets({ interchange }: ReadInterchange, profile: PartnerProfile): WrittenSet[] {
  const kind = acknowledgementKindOf(profile)
  if (kind === 'none') return []
  if (kind === 'CONTRL') {
    const sets = interchange.groups.flatMap((group) => group.sets)
    if (sets.length > 0 && sets.every(({ id }) => id === 'CONTRL')) return []
    return [{ id: 'CONTRL', functionalId: '', segments: control.writeAcknowledgement(interchange) }]
  }
  return interchange.groups
    .filter(({ functionalId }) => functionalId !== 'FA')
    .map((group) => ({
      id: kind,
      functionalId: 'FA',
      segments: functional.writeAcknowledgement(group, kind),
    }))
}

function writeSet(each: WrittenDocument, at: Date, profile: PartnerProfile): WrittenSet {
  const isX12 = profile.syntax === 'x12'
  const set = (id: string, functionalId: string, segments: Segment[]) => ({ id, functionalId, segments })
  const on = toLocal(at, profile.zone).date
  switch (each.kind) {
    case 'shipping-order':
      return isX12
        ? set('940', 'OW', writeShippingOrder(each.document, profile))
        : set('INSDES', '', instruction.writeShippingOrder(each.document, profile))
    case 'inbound-advice':
      return isX12
        ? set('943', 'AR', writeInboundAdvice(each.document, on, profile))
        : set('DESADV', '', despatch.writeInboundAdvice(each.document, on, profile))
    case 'shipping-advice':
      return isX12
        ? set('945', 'SW', writeShippingAdvice(each.document, profile))
        : set('DESADV', '', despatch.writeDespatchAdvice(each.document, profile))
    case 'receipt':
      return isX12
        ? set('944', 'RE', writeReceipt(each.document, profile))
        : set('RECADV', '', receiving.writeReceipt(each.document, profile))
    case 'stock-report':
      return isX12
        ? set('846', 'IB', writeStockReport(each.document, profile))
        : set('INVRPT', '', stockReport.writeStockReport(each.document, profile))
    case 'adjustment':
      if (!isX12) throw new Invalid('EDIFACT has no set for adjustments here', 'set')
      return set('947', 'AW', writeAdjustment(each.document, profile))
    default: {
      const never: never = each
      return never
    }
  }
}

/** What this partner wants otherwise. */
function overridden(set: WrittenSet, { overrides }: PartnerProfile): WrittenSet {
  const own = overrides.filter((override) => override.set === set.id)
  if (own.length === 0) return set
  return {
    ...set,
    segments: set.segments.map((each) =>
      own
        .filter(
          ({ segment, qualifier }) =>
            segment === each.tag && (qualifier === undefined || each.elements[0]?.[0] === qualifier),
        )
        .reduce((changed, { element, value }) => withElement(changed, element, value), each),
    ),
  }
}

function withElement(from: Segment, element: number, value: string | null): Segment {
  const elements = [...from.elements]
  while (elements.length < element) elements.push([''])
  elements[element - 1] = [value ?? '']
  while (elements.at(-1)?.every((component) => component === '')) elements.pop()
  return { ...from, elements }
}

/** Puts sets into their envelope. */
export function writeInterchange(
  sets: readonly WrittenSet[],
  { controlNumber, at }: Stamp,
  profile: PartnerProfile,
): string {
  if (!Number.isSafeInteger(controlNumber) || controlNumber < 1 || controlNumber > CONTROL_NUMBER_MAX)
    throw new Invalid(`${controlNumber} is no control number: 1 to 999,999,999 are`, 'controlNumber')
  const { us, partner, groups, version, usage, lineEnd } = profile
  const local = toLocal(at, profile.zone)
  const common = {
    sender: us,
    receiver: partner,
    isTest: usage === 'test',
    separators: separatorsOf(profile),
    lineEnd,
    controlNumber,
    date: local.date,
    time: local.time,
  }
  if (version === 'D96A' || version === 'D01B')
    return writeEdifact({ ...common, version, characters: profile.characters, messages: sets })
  return writeX12({
    ...common,
    version,
    groupSender: groups?.us ?? us.id,
    groupReceiver: groups?.partner ?? partner.id,
    acknowledge: false,
    functionalId: sets[0]?.functionalId ?? '',
    sets,
  })
}

export const CONTROL_NUMBER_MAX = 999_999_999

/** Text to bytes by the profile. @throws Invalid for a character that its encoding lacks */
export function encode(text: string, { encoding }: PartnerProfile): Uint8Array {
  if (encoding === 'utf-8') return new TextEncoder().encode(text)
  const max = encoding === 'ascii' ? 0x7f : 0xff
  const foreign = [...text].find((character) => (character.codePointAt(0) ?? 0) > max)
  if (foreign !== undefined)
    throw new Invalid(`"${foreign}" cannot be written in ${encoding}, which the profile names`, 'text')
  return Buffer.from(text, 'latin1')
}
