import type { Shipment } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { nowOf, type Tx } from '../context.ts'
import { closeTasks, openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { ErrandHandler } from './errand-runner.ts'
import {
  findParcelsOfOrder,
  findTelling,
  isLowered,
  type LineOfParcel,
  noteTelling,
  type TellingLine,
} from './telling.store.ts'
import { decideTold } from './telling.ts'

/** How soon it is looked whether a number has been lowered. */
const LOWERED_AGAIN_MS = 250

/**
 * Tells a channel of a parcel. Where the channel's own number falls only as it hears of a shipment, or not even then, the
 * hub first shows it less by as much and waits for that: told first, the channel could sell what has just left. A crash in
 * between leaves the lower number.
 */
export function tellHandler(context: WorkerContext): ErrandHandler {
  const { capabilities } = context.connector.manifest
  return {
    // Telling the same parcel twice ships once: the connector sees to it, and the suite holds it to that.
    proof: 'by-key',
    latestEffectMs: capabilities.latestEffectMs,
    prepare: async ({ subjectId: parcelId }) => {
      const { organizationId, database, operations, signal, connection } = context
      const order = await findTelling(database.kysely, organizationId, parcelId)
      if (order === undefined) return { kind: 'drop' }
      const parcels = await findParcelsOfOrder(database.kysely, organizationId, order.orderId)
      const lines = decideTold(parcelId, parcels, order.lines)
      // The channel knows already, by whomever.
      if (lines.length === 0) return { kind: 'drop' }
      if (connection.state === 'live' && (await lowerFirst(context, order.lines, lines)))
        return { kind: 'later', at: new Date(context.clock.now() + LOWERED_AGAIN_MS) }
      const { parcel, orderExternalId } = order
      const shipment: Shipment = {
        shipmentId: parcelId,
        orderExternalId,
        lines: lines.map(({ externalId, quantity }) => ({ lineExternalId: externalId, quantity })),
        tracking:
          parcel.trackingNumber === null
            ? undefined
            : {
                carrier: parcel.carrier ?? '',
                number: parcel.trackingNumber,
                url: parcel.trackingUrl ?? undefined,
              },
        notifyCustomer: true,
      }
      return {
        kind: 'ready',
        make: async () => {
          const { externalId } = await operations.ship(shipment, { signal })
          return { externalId, settle: (tx) => noteTold(context, tx, order) }
        },
        refused: (tx, error) => noteRefused(context, tx, order, error.message),
      }
    },
  }
}

type Told = NonNullable<Awaited<ReturnType<typeof findTelling>>>

/** @returns true while the channel still shows more than it may once it hears of the parcel */
async function lowerFirst(
  context: WorkerContext,
  known: readonly TellingLine[],
  told: readonly LineOfParcel[],
): Promise<boolean> {
  const { organizationId, database, lease } = context
  // Only what the channel has not taken off yet is shown on top of the promise.
  const waiting = known.flatMap((line) => {
    const quantity = told.find(({ lineId }) => lineId === line.lineId)?.quantity ?? 0
    const toLower = Math.min(quantity, line.unsubtracted)
    return toLower > 0 ? [{ ...line, toLower }] : []
  })
  if (waiting.length === 0) return false
  const unsaid = waiting.filter(({ telling, toLower }) => telling < toLower)
  if (unsaid.length > 0) {
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      await noteTelling(
        tx,
        organizationId,
        unsaid.map(({ lineId, toLower }) => ({ lineId, telling: toLower })),
      )
      const itemIds = unsaid.flatMap(({ itemId }) => itemId ?? [])
      await updateAvailabilityOf(context, tx, { itemIds, at: nowOf(context), cause: 'world' })
    })
    return true
  }
  const stockUnitIds = waiting.flatMap(({ stockUnitId }) => stockUnitId ?? [])
  return !(await isLowered(database.kysely, organizationId, context.connection.connectionId, stockUnitIds))
}

async function noteTold(context: WorkerContext, tx: Tx, { orderId, shipmentId }: Told): Promise<void> {
  const { organizationId, connection, uuid } = context
  const at = nowOf(context)
  await sql`
    insert into order_event (organization_id, order_id, event_id, at, kind, shipment_id, actor, detail)
    values (${organizationId}, ${orderId}, ${uuid()}, ${at}, 'channel-told', ${shipmentId}, 'hub',
      ${JSON.stringify({ channel: connection.name })}::jsonb)`.execute(tx)
  await closeTasks(tx, organizationId, 'not-told', [shipmentId], at)
}

async function noteRefused(context: WorkerContext, tx: Tx, order: Told, message: string): Promise<void> {
  const { organizationId, connection, uuid } = context
  const detail = `${connection.name} does not take that ${order.number} has shipped: ${message} Mark it as shipped there by hand.`
  const told: ToldTask = {
    code: 'not-told',
    facts: { channel: connection.name, order: order.number, message },
  }
  const about = { kind: 'not-told' as const, subject: order.shipmentId, sku: null, units: null, detail, told }
  await openTask(
    tx,
    organizationId,
    { ...about, connectionId: connection.connectionId },
    { at: nowOf(context), uuid },
  )
}
