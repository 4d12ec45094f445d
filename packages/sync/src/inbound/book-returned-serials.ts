import { inTransaction } from '@plimsoll/database'
import { takeBack } from '@plimsoll/orders'
import { insertMovements, RefusedAfterwards, refuse, type StockCommand } from '@plimsoll/stock'
import { sql } from 'kysely'
import { changeStockWithin } from '../availability/stock-changes.ts'
import { type Tx, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { refusedTrouble, type Trouble } from '../told-trouble.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { Booking } from './book-received.ts'
import { markBooked } from './deliveries.store.ts'

/**
 * Puts units back that are told apart by serial number: each on the order line that it left with, whatever return or shipment the
 * warehouse says it is of, and off again where it is disposed of. All of what was told or nothing.
 * @returns why it could not be: which units came was not told, or one of them never left by an order
 */
export async function bookReturnedSerials(
  context: WorkerContext,
  booking: Booking,
): Promise<Trouble | undefined> {
  const { database, organizationId, connection, lease } = context
  const { delivery, line, item, units, place } = booking
  const booked = new Set(line.bookedSerials)
  const fresh = line.toldSerials.filter((serial) => !booked.has(serial))
  const isGone = line.condition === 'disposed'
  // Of what is gone, which it was can be asked of nobody.
  if (fresh.length !== units && !isGone)
    return {
      message: 'It is tracked by serial number: take its units back by hand, each by its number.',
      told: { code: 'take-back-by-hand', facts: {} },
    }
  // What is gone is taken back as damaged first, and off from there.
  const condition = line.condition === 'sellable' ? ('sellable' as const) : ('damaged' as const)
  try {
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      const { rows, stranger } = await findLeftWith(tx, organizationId, item.itemId, fresh)
      if (stranger !== undefined && !isGone)
        throw new RefusedAfterwards(
          refuse(
            'serial-not-shipped',
            'serials',
            `The serial "${stranger}" has left by no order that the hub knows, or is back already: take it in by hand.`,
          ),
        )
      for (const { lineId, orderId, serials } of rows) {
        const base = {
          commandKey: `delivery:${context.uuid()}`,
          actor: connection.name,
          reason: `returned to ${connection.name}`,
          effectiveAt: booking.effectiveAt,
          unitCost: undefined,
        }
        const stock = toStockContext(context)
        const of = { orderId, lineId, itemId: item.itemId, units: serials.length }
        const at = { locationId: place.locationId, condition, lotId: undefined }
        const taken = await takeBack(tx, stock, { ...of, ...at }, base)
        if (taken.units < serials.length)
          throw new RefusedAfterwards(
            refuse(
              'insufficient-shipped',
              'serials',
              `${serials.length} units came back, ${taken.units} of their order are still out.`,
            ),
          )
        await insertMovements(tx, stock, taken.movements)
        const outcomes = await changeStockWithin(context, tx, [
          {
            key: base.commandKey,
            kind: 'tell-serials',
            lineId,
            serials,
            back: { locationCode: place.locationCode, condition },
            actor: base.actor,
            reason: base.reason,
            effectiveAt: base.effectiveAt,
          },
          ...(isGone ? [goneCommand(context, booking, serials)] : []),
        ])
        const refused = outcomes.find((outcome) => outcome.kind === 'refused')
        if (refused !== undefined) throw new RefusedAfterwards(refused)
      }
      const key = {
        connectionId: connection.connectionId,
        kind: delivery.kind,
        externalId: delivery.externalId,
      }
      await markBooked(tx, organizationId, key, line, line.toldSerials)
      await notify(tx, organizationId, {
        kind: 'screen',
        topics: ['overview', 'tasks'],
        itemIds: [item.itemId],
      })
    })
    return undefined
  } catch (error) {
    if (error instanceof RefusedAfterwards) return refusedTrouble(error.refusal)
    throw error
  }
}

/** Takes units off that have come back and were thrown away. */
function goneCommand(
  context: WorkerContext,
  { item, place, effectiveAt }: Booking,
  serials: readonly string[],
): StockCommand {
  return {
    key: `delivery:${context.uuid()}`,
    kind: 'adjust',
    sku: item.sku,
    locationCode: place.locationCode,
    quantity: -serials.length,
    serials,
    isOfPlatform: true,
    actor: context.connection.name,
    reason: `disposed of by ${context.connection.name}`,
    effectiveAt,
  }
}

/** Order lines that units left with, in the order in which orders are locked; and one that has not left by any. */
async function findLeftWith(
  tx: Tx,
  organizationId: string,
  itemId: string,
  serials: readonly string[],
): Promise<{ rows: { lineId: string; orderId: string; serials: string[] }[]; stranger: string | undefined }> {
  const found = await sql<{ lineId: string; orderId: string; serials: string[] }>`
    select owner_id as line_id, order_line.order_id, array_agg(serial order by serial) as serials
    from serial
    join order_line on order_line.organization_id = serial.organization_id and order_line.line_id = serial.owner_id
    where serial.organization_id = ${organizationId} and serial.item_id = ${itemId} and serial.state = 'shipped'
      and serial = any(${sql.val([...serials])}::text[])
    group by owner_id, order_line.order_id
    order by order_line.order_id, owner_id`.execute(tx)
  const known = new Set(found.rows.flatMap((row) => row.serials))
  return { rows: found.rows, stranger: serials.find((serial) => !known.has(serial)) }
}
