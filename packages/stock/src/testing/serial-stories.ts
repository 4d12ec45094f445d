import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { UNALLOCATED_LOT } from '../context.ts'
import { insertMovements } from '../movements.store.ts'
import { movementOf } from '../movements.ts'
import { type ReservationRow, saveReservations } from '../reservations.store.ts'
import type { StockWorld } from './stock-world.ts'

/** `SERIAL state LOCATION` of all serials, in order. */
export async function serialsOf(world: StockWorld): Promise<string[]> {
  const found = await sql<{ text: string }>`
    select concat_ws(' ', serial, state, location.code) as text
    from serial join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} order by 1`.execute(world.database.kysely)
  return found.rows.map((row) => row.text)
}

/** What became of one serial, in order. */
export async function lifeOf(world: StockWorld, serial: string): Promise<string[]> {
  const found = await sql<{ text: string }>`
    select concat_ws(' ', serial_event.kind, location.code) as text
    from serial_event join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} and serial = ${serial}
    order by event_id`.execute(world.database.kysely)
  return found.rows.map((row) => row.text)
}

/**
 * A unit that a platform says has left MAIN, without a word of its serial.
 * @returns the order line that it left with, to tell the serial of later
 */
export async function shipUntold(world: StockWorld, sku: string, at: Date): Promise<string> {
  const [lineId, orderId] = [uuidv7(), uuidv7()]
  const place = { itemId: world.itemId(sku), locationId: world.locationId('MAIN'), lotId: UNALLOCATED_LOT }
  const context = { ...world.context, now: () => at }
  const row: ReservationRow = {
    ...place,
    reservationId: uuidv7(),
    kind: 'recorded',
    ownerKind: 'order-line',
    ownerId: lineId,
    orderId,
    unitsEach: 1,
    expiresAt: null,
    reserved: 1,
    released: 0,
    shipped: 1,
    returned: 0,
  }
  const head = {
    ...place,
    commandKey: uuidv7(),
    referenceKind: 'order' as const,
    referenceId: orderId,
    reason: null,
    actor: 'a platform',
    effectiveAt: at,
  }
  await inTransaction(world.database, async (tx) => {
    await saveReservations(tx, context, { added: [row], changed: [] })
    await insertMovements(tx, context, [movementOf(head, 'ship', { onHandDelta: -1 })])
  })
  return lineId
}
