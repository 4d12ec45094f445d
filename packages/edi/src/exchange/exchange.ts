import {
  type CallOptions,
  type ExternalCount,
  type InboundNotice,
  NotFound,
  type Page,
  type QueuedMessage,
  type ShipmentCancellation,
  type ShipmentRequest,
  type StreamQuery,
  type WarehouseReceipt,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import type { ShippingOrder } from '../documents.ts'
import { fromReference } from '../reference.ts'
import { encode, type WrittenDocument, writeInterchange, writeSets } from '../write.ts'
import { type Book, createBookReader } from './book.ts'
import { toInboundAdvice, toShippingOrder } from './hub-side.ts'
import { createInbox } from './inbox.ts'
import { createOutbox } from './outbox.ts'
import { fromLog, OUT_FEED, type OutgoingContent, outgoingName, toContent } from './outgoing.ts'
import { decideReceipt } from './receipt-told.ts'
import { decideShipment, lateFrom } from './shipment-told.ts'
import { decideCounts } from './stock-told.ts'
import { type ExchangeTerms, SAID_NOW } from './terms.ts'

/** All that a warehouse is asked and tells, over files with one partner. */
export type Exchange = {
  requestShipment(request: ShipmentRequest, options?: CallOptions): Promise<{ externalId: string }>
  findShipment(shipmentId: string, options?: CallOptions): Promise<WarehouseShipment | undefined>
  cancelShipment(shipment: { shipmentId: string }, options?: CallOptions): Promise<ShipmentCancellation>
  announceInbound(notice: InboundNotice, options?: CallOptions): Promise<{ externalId: string }>
  shipments(query: StreamQuery, options?: CallOptions): Promise<Page<WarehouseShipment>>
  receipts(query: StreamQuery, options?: CallOptions): Promise<Page<WarehouseReceipt>>
  counts(options?: CallOptions): Promise<ExternalCount[]>
  /** SKUs that were ever asked for or told of, with the title that we know. */
  items(options?: CallOptions): Promise<{ sku: string; title: string | undefined }[]>
  /** Sets of the partner that say something new under a control number that was used before, oldest first. They count. */
  numbersUsedAgain(): Promise<string[]>
  /** @throws Unavailable while nothing has come in and a document of ours cannot be put into the partner's folder */
  pull(options?: CallOptions): Promise<QueuedMessage[]>
  acknowledge(receipts: readonly string[], options?: CallOptions): Promise<void>
}

export function createExchange(terms: ExchangeTerms): Exchange {
  const { profile, log } = terms
  const readBook = createBookReader(log, profile)
  const outbox = createOutbox(terms)
  const inbox = createInbox(terms, readBook)
  const now = () => new Date(terms.now())
  /** All that is said by now, what lies in the folder included. */
  const readNow = async (options?: CallOptions) => {
    await inbox.takeIn(options)
    return await readBook()
  }

  /** Kept first, then sent: what was kept and not sent is sent by the next `pull`. */
  const send = async (
    kind: OutgoingContent['kind'],
    document: WrittenDocument,
    content: Omit<OutgoingContent, 'sets' | 'kind'>,
    options?: CallOptions,
  ): Promise<void> => {
    const sets = writeSets([document], now(), profile)
    // What the partner's fields cannot hold is refused before it has a number.
    encode(writeInterchange(sets, { controlNumber: 1, at: now() }, profile), profile)
    const { file } = await log.keep({
      direction: 'out',
      feed: OUT_FEED,
      name: outgoingName(kind, content.about),
      content: toContent({ ...content, kind, sets }),
      sequence: undefined,
      ...SAID_NOW,
    })
    if (file.deliveredAt === undefined)
      await outbox.deliver(fromLog(file, await log.read(file.position)), options)
  }

  const shown = ({ told, changedAt }: Book['shipments'][number]) => {
    const late = lateFrom(told, profile)
    const isLate = late !== undefined && late <= now()
    return { row: decideShipment(told, now(), profile), changedAt: isLate ? late : changedAt }
  }

  return {
    async requestShipment(request, options) {
      const order = toShippingOrder(request, profile)
      const { reference, locationId } = order
      await send(
        'shipping-order',
        { kind: 'shipping-order', document: order },
        {
          about: request.shipmentId,
          reference,
          locationId,
          lines: order.lines.map(({ sku, quantity, title }) => ({ sku, quantity, title })),
          order,
        },
        options,
      )
      return { externalId: reference }
    },

    async findShipment(shipmentId, options) {
      const { shipments } = await readNow(options)
      const found = shipments.find(({ told }) => told.shipmentId === shipmentId)
      return found && shown(found).row
    },

    async cancelShipment({ shipmentId }, options) {
      const { shipments, outgoing } = await readNow(options)
      const found = shipments.find(({ told }) => told.shipmentId === shipmentId)
      const sent = outgoing.find(({ name }) => name === outgoingName('shipping-order', shipmentId))
      if (found === undefined || sent === undefined)
        throw new NotFound('No such shipment was asked of this partner.')
      const { state } = shown(found).row
      if (state === 'shipped') return 'too-late'
      if (state === 'cancelled' || state === 'rejected') return 'cancelled'
      const order = { ...(sent.content.order as ShippingOrder), purpose: 'cancel' as const }
      const { reference, lines, locationId } = sent.content
      await send(
        'cancel',
        { kind: 'shipping-order', document: { ...order, recipient: undefined } },
        { about: shipmentId, reference, lines, locationId, order: undefined },
        options,
      )
      return 'asked'
    },

    async announceInbound(notice, options) {
      const advice = toInboundAdvice(notice, profile)
      await send(
        'inbound-advice',
        { kind: 'inbound-advice', document: advice },
        {
          about: notice.inboundId,
          reference: advice.reference,
          locationId: advice.locationId,
          lines: advice.lines.map(({ sku, quantity }) => ({ sku, quantity, title: '' })),
          order: undefined,
        },
        options,
      )
      return { externalId: advice.reference }
    },

    async shipments(query, options) {
      const { shipments } = await readNow(options)
      return pageOf(shipments.map(shown), query, ({ externalId }) => externalId)
    },

    async receipts(query, options) {
      const { receipts } = await readNow(options)
      const rows = receipts.map(({ reference, receipts: those, changedAt }) => ({
        changedAt,
        row: decideReceipt(those, {
          inboundId: those.some(({ document }) => document.reference !== undefined)
            ? fromReference(reference, profile.references.form)
            : undefined,
          locationId: profile.locations[0]?.id ?? '',
        }),
      }))
      return pageOf(rows, query, ({ externalId }) => externalId)
    },

    async counts(options) {
      const { reports, adjustments } = await readNow(options)
      return decideCounts(reports, adjustments, profile)
    },

    async items(options) {
      const { outgoing, reports, receipts } = await readNow(options)
      const titles = new Map<string, string | undefined>()
      for (const { document } of reports)
        for (const { sku } of document.rows) titles.set(sku, titles.get(sku))
      for (const { receipts: those } of receipts)
        for (const { document } of those)
          for (const { sku } of document.lines) titles.set(sku, titles.get(sku))
      for (const { content } of outgoing)
        for (const { sku, title } of content.lines) titles.set(sku, title === '' ? titles.get(sku) : title)
      return [...titles]
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([sku, title]) => ({ sku, title }))
    },

    numbersUsedAgain: async () => (await readBook()).usedAgain,

    async pull(options) {
      await inbox.acknowledgeKept(await readBook())
      const before = await outbox.sweep(await readBook(), options)
      const messages = await inbox.pull(options)
      // Again, for what has just come in is acknowledged; where the folder cannot be written that waits for the next pull.
      const waiting = before ?? (await outbox.sweep(await readBook(), options))
      // What came in is told all the same: a folder that cannot be written holds up nothing that can be read.
      if (waiting !== undefined && messages.length === 0) throw waiting
      return messages
    },

    acknowledge: (receipts, options) => inbox.acknowledge(receipts, options),
  }
}

const PAGE = 200

/** Oldest change first; the cursor is the last row's place, which more rows do not move. */
function pageOf<T>(
  rows: readonly { row: T; changedAt: Date }[],
  { since, cursor }: StreamQuery,
  idOf: (row: T) => string,
): Page<T> {
  const placeOf = ({ row, changedAt }: { row: T; changedAt: Date }) =>
    `${String(changedAt.getTime()).padStart(15, '0')} ${idOf(row)}`
  const ordered = rows
    .filter(({ changedAt }) => changedAt >= since)
    .toSorted((one, other) => (placeOf(one) < placeOf(other) ? -1 : 1))
    .filter((each) => cursor === undefined || placeOf(each) > cursor)
  const page = ordered.slice(0, PAGE)
  const last = page.at(-1)
  return {
    rows: page.map(({ row }) => row),
    next: last !== undefined && ordered.length > PAGE ? placeOf(last) : undefined,
    platformTime: undefined,
  }
}
