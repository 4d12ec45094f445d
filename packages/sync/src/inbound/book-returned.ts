import { inTransaction } from '@plimsoll/database'
import { takeBack } from '@plimsoll/orders'
import { insertMovements, isBySerial, movementOf, type NewMovement, UNALLOCATED_LOT } from '@plimsoll/stock'
import { sql } from 'kysely'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type Tx, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import type { Trouble } from '../told-trouble.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { Booking } from './book-received.ts'
import { bookReturnedSerials } from './book-returned-serials.ts'
import { markBooked } from './deliveries.store.ts'

/**
 * Puts back what a warehouse has inspected: on the order that it left with where that is known, at most as much as left; the
 * rest, and what left by nothing that is known, comes in as a receipt. What is disposed of is off again at once. The order comes before all other locks.
 * @returns why it could not be
 */
export async function bookReturned(context: WorkerContext, booking: Booking): Promise<Trouble | undefined> {
  const { database, organizationId, connection, lease } = context
  const { delivery, line, item, units, place } = booking
  if (isBySerial(item)) return await bookReturnedSerials(context, booking)
  const { condition } = line
  // A waiting one is not booked.
  if (condition === 'waiting') return undefined
  const at = nowOf(context)
  await inTransaction(database, async (tx) => {
    await assertLease(tx, organizationId, lease)
    const lotId = line.lot === null ? undefined : await findLot(tx, organizationId, item.itemId, line.lot)
    const base = {
      commandKey: `delivery:${context.uuid()}`,
      actor: connection.name,
      reason: `returned to ${connection.name}`,
      effectiveAt: booking.effectiveAt,
      unitCost: undefined,
    }
    const stock = toStockContext(context)
    const left = await findLeftBy(tx, organizationId, delivery)
    const taken =
      left === undefined || units < 0
        ? { movements: [], units: 0 }
        : await takeBack(
            tx,
            stock,
            { ...left, itemId: item.itemId, units, locationId: place.locationId, condition, lotId },
            base,
          )
    // Of what is gone whose nobody knows there is nothing to book.
    const rest = condition === 'disposed' ? 0 : units - taken.units
    const here = {
      ...base,
      itemId: item.itemId,
      locationId: place.locationId,
      lotId: lotId ?? UNALLOCATED_LOT,
      referenceKind: null,
      referenceId: null,
    }
    const movements: NewMovement[] = [
      ...taken.movements,
      ...(rest > 0
        ? [movementOf(here, 'receive', { onHandDelta: rest, heldDelta: condition === 'damaged' ? rest : 0 })]
        : []),
    ]
    const sum = (of: 'onHandDelta' | 'heldDelta') =>
      movements
        .filter(({ locationId }) => locationId === place.locationId)
        .reduce((total, each) => total + each[of], 0)
    // The count in the ledger was made after they came in.
    if (booking.isCounted) {
      const counted = { ...here, reason: `counted already by ${connection.name}` }
      if (sum('heldDelta') !== 0)
        movements.push(movementOf(counted, 'unhold', { heldDelta: -sum('heldDelta') }))
      if (sum('onHandDelta') !== 0)
        movements.push(movementOf(counted, 'adjust', { onHandDelta: -sum('onHandDelta') }))
    }
    if (left !== undefined && rest > 0) {
      const detail = `${connection.name} took back ${rest} units of "${item.sku}" more than left by the shipment of return ${delivery.number ?? delivery.externalId}. They are in stock; ask the warehouse whose they are.`
      const subject = `return:${connection.connectionId}:${delivery.externalId}:${item.sku}`
      const about = { kind: 'receipt-differs' as const, subject, connectionId: connection.connectionId }
      const told: ToldTask = {
        code: 'return-more',
        facts: {
          return: delivery.number ?? delivery.externalId,
          warehouse: connection.name,
          units: rest,
          sku: item.sku,
        },
      }
      await openTask(
        tx,
        organizationId,
        { ...about, sku: item.sku, units: rest, detail, told },
        { at, uuid: context.uuid },
      )
    }
    const key = {
      connectionId: connection.connectionId,
      kind: delivery.kind,
      externalId: delivery.externalId,
    }
    await markBooked(tx, organizationId, key, line, [])
    await insertMovements(tx, stock, movements)
    const itemIds = [...new Set([item.itemId, ...movements.map((each) => each.itemId)])].sort()
    await updateAvailabilityOf(context, tx, { itemIds, at, cause: 'world' })
    await notify(tx, organizationId, { kind: 'screen', topics: ['overview', 'tasks'], itemIds })
  })
  return undefined
}

/** What it left by: as the warehouse says, else as our return does. */
async function findLeftBy(
  tx: Tx,
  organizationId: string,
  { shipmentId, returnId }: Booking['delivery'],
): Promise<{ shipmentId: string } | { orderId: string } | undefined> {
  if (shipmentId !== null) return { shipmentId }
  if (returnId === null) return undefined
  const found = await sql<{ shipmentId: string | null; orderId: string | null }>`
    select shipment_id, order_id from customer_return
    where organization_id = ${organizationId} and return_id = ${returnId}`.execute(tx)
  const [ours] = found.rows
  if (ours?.shipmentId != null) return { shipmentId: ours.shipmentId }
  return ours?.orderId == null ? undefined : { orderId: ours.orderId }
}

async function findLot(
  tx: Tx,
  organizationId: string,
  itemId: string,
  code: string,
): Promise<string | undefined> {
  const found = await sql<{ lotId: string }>`
    select lot_id from lot
    where organization_id = ${organizationId} and item_id = ${itemId} and code = ${code}`.execute(tx)
  return found.rows[0]?.lotId
}
