import { digestOfFile, type FileLog } from '@plimsoll/connector-kit'
import type {
  Acknowledgement,
  EdiDocument,
  ReceiptAdvice,
  ShippingAdvice,
  ShippingOrder,
  StockAdjustment,
  StockReport,
} from '../documents.ts'
import { EdiProblem } from '../problems.ts'
import type { PartnerProfile } from '../profile.ts'
import { decode, type ReadInterchange, readInterchange } from '../read.ts'
import { controlNumberOf, fromLog, OUT_FEED, type Outgoing } from './outgoing.ts'
import type { ToldShipment } from './shipment-told.ts'
import type { Keyed } from './stock-told.ts'

export const IN_FEED = 'edi-in'

export type Incoming = {
  position: number
  name: string
  digest: string
  keptAt: Date
  read: ReadInterchange | EdiProblem
}

/** What the log says, read: all that was sent, and each set that came once, however often it was sent to us. */
export type Book = {
  outgoing: Outgoing[]
  incoming: Incoming[]
  shipments: { told: ToldShipment; changedAt: Date }[]
  receipts: { reference: string; changedAt: Date; receipts: Keyed<ReceiptAdvice>[] }[]
  reports: Keyed<StockReport>[]
  adjustments: Keyed<StockAdjustment>[]
  /** Sets that say something new under a control number that was used before, as `945 SENDER/GS06/ST02`. They count. */
  usedAgain: string[]
}

/**
 * Reads the log as far as it has grown. What was read is kept in memory: files never change. Only the moment of delivery
 * is asked for anew.
 */
export function createBookReader(log: FileLog, profile: PartnerProfile) {
  const incoming = new Map<number, Incoming>()
  const outgoing = new Map<number, Outgoing>()
  return async (): Promise<Book> => {
    for (const file of await log.list({ direction: 'out', feeds: [OUT_FEED] })) {
      const known = outgoing.get(file.position)
      if (known === undefined) outgoing.set(file.position, fromLog(file, await log.read(file.position)))
      else known.deliveredAt = file.deliveredAt
    }
    for (const { position, name, digest, keptAt } of await log.list({ direction: 'in', feeds: [IN_FEED] }))
      if (!incoming.has(position)) {
        const read = readFile(await log.read(position), profile)
        incoming.set(position, { position, name, digest, keptAt, read })
      }
    return toBook([...outgoing.values()], [...incoming.values()], profile)
  }
}

export function readFile(content: Uint8Array, profile: PartnerProfile): ReadInterchange | EdiProblem {
  try {
    return readInterchange(decode(content, profile), profile)
  } catch (error) {
    if (error instanceof EdiProblem) return error
    throw error
  }
}

type Told<T> = { key: string; keptAt: Date; document: T }

export function toBook(outgoing: Outgoing[], incoming: Incoming[], profile: PartnerProfile): Book {
  const told = sorted(incoming)
  const advices = Map.groupBy(told.advices, ({ document }) => document.reference)
  const receipts = Map.groupBy(told.receipts, ({ document }) => document.reference ?? document.receiptNumber)
  return {
    outgoing,
    incoming,
    shipments: outgoing
      .filter(({ content }) => content.kind === 'shipping-order')
      .map((order) => toldOf(order, outgoing, advices, told.acknowledgements, profile)),
    receipts: [...receipts].map(([reference, those]) => ({
      reference,
      changedAt: latest(those.map(({ keptAt }) => keptAt)),
      receipts: those,
    })),
    reports: told.reports,
    adjustments: told.adjustments,
    usedAgain: told.usedAgain,
  }
}

/** Documents by what they are. */
function sorted(incoming: readonly Incoming[]) {
  const found = {
    advices: [] as Told<ShippingAdvice>[],
    receipts: [] as Told<ReceiptAdvice>[],
    reports: [] as Told<StockReport>[],
    adjustments: [] as Told<StockAdjustment>[],
    acknowledgements: [] as Told<Acknowledgement>[],
  }
  const { sets, usedAgain } = documentsOf(incoming)
  for (const { key, keptAt, documents } of sets)
    for (const [at, each] of documents.entries()) {
      const as = <T>(document: T): Told<T> => ({ key: `${key}/${at}`, keptAt, document })
      if (each.kind === 'shipping-advice') found.advices.push(as(each.document))
      else if (each.kind === 'receipt') found.receipts.push(as(each.document))
      else if (each.kind === 'stock-report') found.reports.push(as(each.document))
      else if (each.kind === 'adjustment') found.adjustments.push(as(each.document))
      else if (each.kind === 'acknowledgement') found.acknowledgements.push(as(each.document))
    }
  return { ...found, usedAgain }
}

/**
 * The first of each set counts: sent twice it is one, by sender, GS06, ST02 and all that it says. What says something else
 * under a used number (a partner that begins its numbers anew, or always writes the same) was acknowledged, and counts too,
 * as said after it.
 */
function documentsOf(incoming: readonly Incoming[]) {
  const sets: { key: string; keptAt: Date; documents: EdiDocument[] }[] = []
  const usedAgain: string[] = []
  const saidUnder = new Map<string, Set<string>>()
  for (const { read, keptAt } of incoming.toSorted((one, other) => one.position - other.position)) {
    if (read instanceof EdiProblem) continue
    for (const { key, id, documents } of read.sets) {
      const whole = `${id}/${key}`
      const said = saidUnder.get(whole) ?? new Set()
      saidUnder.set(whole, said)
      const digest = digestOfSet(documents)
      if (said.has(digest)) continue
      // "~" comes after "/", so that it stands behind the one whose number it has.
      const own = said.size === 0 ? whole : `${whole}~${String(said.size).padStart(6, '0')}`
      if (said.size > 0) usedAgain.push(`${id} ${key}`)
      said.add(digest)
      sets.push({ key: own, keptAt, documents })
    }
  }
  return { sets, usedAgain }
}

/** Files never change, and the book is read often. */
const digests = new WeakMap<readonly EdiDocument[], string>()

function digestOfSet(documents: readonly EdiDocument[]): string {
  const known = digests.get(documents)
  if (known !== undefined) return known
  const digest = digestOfFile(Buffer.from(JSON.stringify(documents)))
  digests.set(documents, digest)
  return digest
}

function toldOf(
  order: Outgoing,
  outgoing: readonly Outgoing[],
  advices: ReadonlyMap<string, readonly Told<ShippingAdvice>[]>,
  acknowledgements: readonly Told<Acknowledgement>[],
  profile: PartnerProfile,
): Book['shipments'][number] {
  const { about: shipmentId, reference, lines } = order.content
  const cancel = outgoing.find(({ content }) => content.kind === 'cancel' && content.about === shipmentId)
  const wordOn = (sent: Outgoing | undefined) =>
    sent && lastWord(acknowledgements, controlNumberOf(sent, profile))
  const [taken, cancelled] = [wordOn(order), wordOn(cancel)]
  const own = advices.get(reference) ?? []
  return {
    told: {
      shipmentId,
      reference,
      // Kept as `requestShipment` wrote it.
      lines: (order.content.order as ShippingOrder | undefined)?.lines ?? lines,
      sentAt: order.deliveredAt,
      acknowledgement: taken?.document,
      cancel: cancel && { acknowledgement: cancelled?.document },
      advices: own.map(({ key, document }) => ({ key, advice: document })),
    },
    changedAt: latest([
      order.deliveredAt ?? order.keptAt,
      ...[cancel, taken, cancelled, ...own].flatMap((each) => each?.keptAt ?? []),
    ]),
  }
}

/**
 * The partner's last word on an interchange: one that was refused and is acknowledged after it was sent again is taken.
 */
function lastWord(
  acknowledgements: readonly Told<Acknowledgement>[],
  controlNumber: number,
): { document: Acknowledgement; keptAt: Date } | undefined {
  const words = acknowledgements.filter(({ document }) => Number(document.controlNumber) === controlNumber)
  return words.find(({ document }) => document.isAccepted) ?? words[0]
}

function latest(moments: readonly Date[]): Date {
  return new Date(Math.max(0, ...moments.map((each) => each.getTime())))
}
