import { inTransaction } from '@plimsoll/database'
import {
  cancelInboundRest,
  findInboundShipment,
  findItemsById,
  type Item,
  outstandingOf,
} from '@plimsoll/stock'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf } from '../context.ts'
import { findUnitsBySku } from '../fulfilment/warehouse-units.store.ts'
import { followReturn } from '../returns/follow-return.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import type { Trouble } from '../told-trouble.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { nameOf, saveCancelTold } from './announce-inbound.ts'
import { type Booking, bookReceived, storeOf } from './book-received.ts'
import { bookReturned } from './book-returned.ts'
import {
  type DeliveryRow,
  findBookedAt,
  findDeliveriesToBook,
  findDeliveryLines,
  isMoreToCome,
  saveLineProblem,
  saveTried,
} from './deliveries.store.ts'
import { type DeliveryLine, toBook } from './delivery.ts'

const DELIVERIES_PER_TURN = 20
/** What could not be booked is tried again after this: somebody may have put it right. */
const AGAIN_MS = 60_000

/**
 * Brings the ledger to what the warehouse told of its deliveries and returns. Each line is a transaction that notes, too, how much
 * of it is booked: whoever takes over goes on where it stopped.
 * @returns how many were looked at
 */
export async function bookDeliveries(context: WorkerContext): Promise<number> {
  const { database, organizationId, connection, ending } = context
  const found = await findDeliveriesToBook(database.kysely, organizationId, connection.connectionId, {
    now: nowOf(context),
    limit: DELIVERIES_PER_TURN,
  })
  for (const delivery of found) {
    if (ending.aborted) break
    await bookDelivery(context, delivery)
  }
  return found.length
}

async function bookDelivery(context: WorkerContext, delivery: DeliveryRow): Promise<void> {
  const { database, organizationId, connection, uuid } = context
  const key = { connectionId: connection.connectionId, kind: delivery.kind, externalId: delivery.externalId }
  const lines = await findDeliveryLines(database.kysely, organizationId, key)
  const problems: string[] = []
  const failed = new Set<string>()
  for (const line of toBook(delivery.kind, lines)) {
    const name = JSON.stringify([line.lineExternalId, line.condition, line.sku, line.lot])
    // What comes after what could not be taken off rests on it.
    if (failed.has(name)) continue
    const booking = await prepare(context, delivery, line)
    const problem = 'problem' in booking ? booking.problem : await book(context, booking)
    if (problem === undefined) continue
    failed.add(name)
    problems.push(`"${line.sku}": ${problem.message}`)
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      await saveLineProblem(tx, organizationId, key, line, problem)
    })
  }
  if (problems.length === 0 && delivery.isComplete && delivery.inboundId !== null)
    await closeInbound(context, delivery.inboundId)
  const at = nowOf(context)
  const subject = `${key.kind}:${key.connectionId}:${key.externalId}`
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, context.lease)
    const again = problems.length === 0 ? null : new Date(at.getTime() + AGAIN_MS)
    if (delivery.returnId !== null) await followReturn(context, tx, delivery.returnId)
    await saveTried(tx, organizationId, key, { revision: delivery.revision, at, again })
    if (problems.length === 0) return await closeTasks(tx, organizationId, 'delivery-stuck', [subject], at)
    const what = delivery.kind === 'receipt' ? 'The receipt' : 'The return'
    const detail = `${what} ${delivery.externalId} of ${connection.name} is not booked: ${problems.join(' ')}`
    const about = {
      kind: 'delivery-stuck' as const,
      subject,
      connectionId: key.connectionId,
      sku: null,
      units: null,
    }
    const message = problems.join(' ').slice(0, 1_000)
    const told: ToldTask = {
      code: `${delivery.kind}-not-booked`,
      facts: { delivery: delivery.externalId, warehouse: connection.name, message },
    }
    await openTask(tx, organizationId, { ...about, detail: detail.slice(0, 1_000), told }, { at, uuid })
  })
}

async function book(context: WorkerContext, booking: Booking): Promise<Trouble | undefined> {
  const isBack =
    booking.delivery.kind === 'return' && (booking.units > 0 || booking.line.condition === 'disposed')
  return isBack ? await bookReturned(context, booking) : await bookReceived(context, booking)
}

/** What a line is in our own terms, or why it cannot be booked. */
async function prepare(
  context: WorkerContext,
  delivery: DeliveryRow,
  line: DeliveryLine,
): Promise<Booking | { problem: Trouble }> {
  const { database, organizationId, connection } = context
  const { connectionId, name } = connection
  const places = await sql<{ locationId: string; locationCode: string }>`
    select location_id, location.code as location_code from counted_place
    join location using (organization_id, location_id)
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = ${delivery.place}`.execute(database.kysely)
  const [place] = places.rows
  if (place === undefined)
    return {
      problem: {
        message: `No location stands for the place "${delivery.place}" of ${name}: tie one to it.`,
        told: { code: 'place-untied', facts: { place: delivery.place, warehouse: name } },
      },
    }
  const unit = (await findUnitsBySku(database.kysely, organizationId, connectionId, [line.sku])).get(line.sku)
  const [item] = unit === undefined ? [] : await findItemsById(database.kysely, organizationId, [unit.itemId])
  if (unit === undefined || item === undefined)
    return { problem: { message: 'It is tied to no item: map it.', told: { code: 'not-mapped', facts: {} } } }
  if (item.kitKind === 'virtual') {
    const message = 'It is tied to a kit, which has no stock of its own.'
    return { problem: { message, told: { code: 'no-stock-of-kit', facts: {} } } }
  }
  const bookedAt = await findBookedAt(
    database.kysely,
    organizationId,
    { connectionId, externalId: delivery.place },
    item.itemId,
  )
  const now = nowOf(context)
  const isSince = bookedAt !== undefined && bookedAt >= line.receivedAt
  const isAlone = isByCountsAlone(context, delivery, item)
  // What the next count brings is there sooner for being asked for.
  if (isAlone && !isSince && line.told > line.booked) context.hurried.add('counts')
  return {
    delivery,
    line,
    place,
    item,
    units: (line.told - line.booked) * unit.unitsEach,
    // A clock ahead of ours makes nothing true that is still to come.
    effectiveAt: new Date(Math.min(line.receivedAt.getTime(), now.getTime())),
    isCounted: isSince || isAlone,
  }
}

/** Whether its units are on hand by the warehouse's counts alone, whenever they came. No count tells lots or serials apart. */
function isByCountsAlone(
  context: WorkerContext,
  { kind }: Pick<DeliveryRow, 'kind'>,
  { tracking }: Pick<Item, 'tracking'>,
): boolean {
  const { byCountsAlone = [] } = warehouseTermsOf(context) ?? {}
  return tracking === 'plain' && byCountsAlone.includes(kind === 'receipt' ? 'receipts' : 'returns')
}

/** No more of it will come: the rest is not on its way, and a person hears what is missing. */
async function closeInbound(context: WorkerContext, inboundId: string): Promise<void> {
  const { database, organizationId, connection, uuid } = context
  const shipment = await findInboundShipment(database.kysely, organizationId, inboundId)
  const isOpen = shipment?.state === 'expected' || shipment?.state === 'partly-received'
  if (shipment === undefined || !isOpen) return
  if (await isMoreToCome(database.kysely, organizationId, inboundId)) return
  const missing = shipment.lines.filter((line) => outstandingOf(line) > 0)
  const units = missing.reduce((sum, line) => sum + outstandingOf(line), 0)
  const head = {
    key: `inbound-complete:${uuid()}`,
    actor: connection.name,
    reason: `closed by ${connection.name}`,
  }
  const store = storeOf(context, async (tx) => {
    const cancelled = shipment.lines.reduce((sum, line) => sum + line.cancelled, 0) + units
    await saveCancelTold(tx, organizationId, inboundId, cancelled)
    const named = missing.map((line) => `${outstandingOf(line)} of ${line.expected} units of "${line.sku}"`)
    const detail = `${connection.name} has closed the inbound shipment ${nameOf(shipment)}; these did not come: ${named.join(', ')}. Ask your supplier.`
    await openTask(
      tx,
      organizationId,
      {
        kind: 'receipt-differs',
        subject: inboundId,
        connectionId: connection.connectionId,
        sku: null,
        units,
        detail: detail.slice(0, 1_000),
        told: {
          code: 'inbound-missing',
          facts: {
            inbound: nameOf(shipment),
            warehouse: connection.name,
            lines: missing.map((line) => `${line.sku} ${outstandingOf(line)}/${line.expected}`).slice(0, 20),
          },
        },
      },
      { at: nowOf(context), uuid },
    )
  })
  await cancelInboundRest(store, head, { inboundId })
}
