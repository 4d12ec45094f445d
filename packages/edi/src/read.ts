import type { EdiDocument } from './documents.ts'
import * as control from './edifact/acknowledgement.ts'
import * as despatch from './edifact/despatch-advice.ts'
import { parseEdifact } from './edifact/parse.ts'
import * as receiving from './edifact/receipt.ts'
import * as instruction from './edifact/shipping-order.ts'
import * as stockReport from './edifact/stock-report.ts'
import type { EdiSet, Group, Interchange } from './interchange.ts'
import { EdiProblem, problemOf } from './problems.ts'
import type { PartnerProfile } from './profile.ts'
import { wrong } from './segment.ts'
import * as functional from './x12/acknowledgement.ts'
import { readAdjustment } from './x12/adjustment.ts'
import { readInboundAdvice } from './x12/inbound-advice.ts'
import { parseX12 } from './x12/parse.ts'
import { readReceipt } from './x12/receipt.ts'
import { readShipNotice } from './x12/ship-notice.ts'
import { readShippingAdvice } from './x12/shipping-advice.ts'
import { readShippingOrder } from './x12/shipping-order.ts'
import { readStockReport } from './x12/stock-report.ts'

/** One set that could be read. */
export type ReadSet = {
  /** Tells it from every other of the partner: sent twice it is one (sender, GS06, ST02). */
  key: string
  id: string
  documents: EdiDocument[]
}

export type ReadInterchange = {
  /** Its sets have their problems in them: it is what the acknowledgement is written of. */
  interchange: Interchange
  sets: ReadSet[]
  refused: { key: string; id: string; problem: EdiProblem }[]
}

/** Who reads: a DESADV to the warehouse is of goods on their way to it, one from it of what it sent. */
export type ReadingSide = 'depositor' | 'warehouse'

/** Bytes to text by the profile. @throws EdiProblem where they are none of that encoding */
export function decode(bytes: Uint8Array, { encoding }: PartnerProfile): string {
  try {
    // The decoder's latin1 is windows-1252.
    if (encoding === 'latin1') return Buffer.from(bytes).toString('latin1')
    if (encoding === 'ascii' && bytes.some((byte) => byte > 127)) throw new TypeError('not ASCII')
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) throw new EdiProblem('not-text', `the file is no ${encoding} text`)
    throw error
  }
}

/**
 * Reads an interchange from this partner: its envelope, then each set by itself.
 * @throws EdiProblem where nothing of it can be used
 */
export function readInterchange(
  text: string,
  profile: PartnerProfile,
  side: ReadingSide = 'depositor',
): ReadInterchange {
  const trimmed = text.replace(/^\s+/, '').replace(/\0+$/, '')
  const interchange = profile.syntax === 'x12' ? parseX12(trimmed) : parseEdifact(trimmed)
  verifyParties(interchange, profile)
  const sets: ReadSet[] = []
  const refused: ReadInterchange['refused'] = []
  for (const group of interchange.groups) {
    group.problem ??= versionProblem(group, profile)
    for (const set of group.sets) {
      // Padded, so that later ones of a partner come later in order.
      const key = [interchange.sender.id, group.controlNumber.padStart(14, '0'), set.controlNumber].join('/')
      const read = problemOf(() => {
        const known = group.problem ?? set.problem
        if (known !== undefined) throw known
        return readSet(set, profile, side)
      })
      if ('value' in read) sets.push({ key, id: set.id, documents: read.value })
      else {
        set.problem ??= read.problem
        refused.push({ key, id: set.id, problem: read.problem })
      }
    }
    if (group.problem !== undefined && group.sets.length === 0)
      refused.push({
        key: [interchange.sender.id, group.controlNumber, ''].join('/'),
        id: group.functionalId,
        problem: group.problem,
      })
  }
  return { interchange, sets, refused }
}

function verifyParties(interchange: Interchange, { us, partner, usage }: PartnerProfile): void {
  for (const [said, agreed, which] of [
    [interchange.sender, partner, 'sender'],
    [interchange.receiver, us, 'receiver'],
  ] as const)
    if (said.id.trim() !== agreed.id || (said.qualifier !== '' && said.qualifier !== agreed.qualifier))
      throw new EdiProblem(
        'not-for-us',
        `the ${which} is ${said.qualifier} ${said.id}, the profile says ${agreed.qualifier} ${agreed.id}`,
        { segment: 1 },
      )
  // What is tried out must never move real stock, nor the other way round.
  if (interchange.isTest !== (usage === 'test'))
    throw new EdiProblem(
      'not-for-us',
      `the interchange is ${interchange.isTest ? 'a test' : 'no test'}, the profile says ${usage}`,
      { segment: 1 },
    )
}

function versionProblem(group: Group, { syntax, version }: PartnerProfile): EdiProblem | undefined {
  const expected = syntax === 'x12' ? `00${version}` : `${version.slice(0, 1)}:${version.slice(1)}`
  if (group.sets.length === 0 || group.version.startsWith(expected)) return undefined
  // CONTRL has versions of its own, and an acknowledgement of another release says the same.
  if (['FA', 'CONTRL'].includes(group.functionalId)) return undefined
  return new EdiProblem('version-unknown', `the group is ${group.version}, the profile says ${version}`)
}

function readSet(set: EdiSet, profile: PartnerProfile, side: ReadingSide): EdiDocument[] {
  if (['997', '999'].includes(set.id) && profile.syntax === 'x12')
    return [{ kind: 'acknowledgement', document: functional.readAcknowledgement(set) }]
  if (set.id === 'CONTRL' && profile.syntax === 'edifact')
    return [{ kind: 'acknowledgement', document: control.readAcknowledgement(set) }]
  if (!profile.sets.some((agreed) => agreed === set.id))
    throw wrong(set.header, 'set-unexpected', `the profile names no set ${set.id}`)
  switch (set.id) {
    case '940':
      return [{ kind: 'shipping-order', document: readShippingOrder(set, profile) }]
    case 'INSDES':
      return [{ kind: 'shipping-order', document: instruction.readShippingOrder(set, profile) }]
    case '943':
      return [{ kind: 'inbound-advice', document: readInboundAdvice(set, profile) }]
    case '945':
      return [{ kind: 'shipping-advice', document: readShippingAdvice(set, profile) }]
    case '856':
      return readShipNotice(set, profile).map((document) => ({ kind: 'shipping-advice', document }))
    case 'DESADV':
      if (side === 'warehouse')
        return [{ kind: 'inbound-advice', document: despatch.readInboundAdvice(set, profile) }]
      return [{ kind: 'shipping-advice', document: despatch.readDespatchAdvice(set, profile) }]
    case '944':
      return [{ kind: 'receipt', document: readReceipt(set, profile) }]
    case 'RECADV':
      return [{ kind: 'receipt', document: receiving.readReceipt(set, profile) }]
    case '846':
      return [{ kind: 'stock-report', document: readStockReport(set, profile) }]
    case 'INVRPT':
      return [{ kind: 'stock-report', document: stockReport.readStockReport(set, profile) }]
    case '947':
      return [{ kind: 'adjustment', document: readAdjustment(set, profile) }]
    default:
      throw wrong(set.header, 'set-unexpected', `there is no reader for ${set.id}`)
  }
}
