import {
  ANNOUNCED_RETURNS,
  type AnnouncedReturn,
  type WarehouseReceipt,
  type WarehouseReturn,
  type WarehouseShipment,
} from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf } from '../context.ts'
import { type Delivery, toDelivery } from '../inbound/delivery.ts'
import { noteDelivery } from '../inbound/note-delivery.ts'
import { type InboxRow, type InboxVerdict, settleInbox } from '../intake/inbox.store.ts'
import { verdictOf } from '../intake/verdicts.ts'
import { applyAnnouncedReturn } from '../returns/announced-return.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { applyHeard, toHeard } from './hear.ts'

/**
 * Applies one thing that a warehouse told, in a transaction of its own: it concerns orders of any channel, whose locks come
 * before all others.
 */
export async function applyWarehouseRow(context: WorkerContext, row: InboxRow): Promise<InboxVerdict> {
  return await inTransaction(context.database, async (tx) => {
    await assertLease(tx, context.organizationId, context.lease)
    const verdict = await decide(context, tx, row)
    await settleInbox(tx, context.organizationId, [verdict], nowOf(context))
    return verdict
  })
}

async function decide(
  context: WorkerContext,
  tx: Parameters<typeof applyHeard>[1],
  row: InboxRow,
): Promise<InboxVerdict> {
  switch (row.topic) {
    case 'shipment': {
      const shipment = reviveShipment(row.payload)
      if (shipment === undefined) {
        context.hurried.add('shipments')
        return verdictOf(row, 'applied')
      }
      return await hear(context, tx, row, shipment)
    }
    case 'receipt':
    case 'return': {
      const delivery = reviveDelivery(row.topic, row.payload)
      if (delivery === undefined) {
        context.hurried.add(`${row.topic}s`)
        return verdictOf(row, 'applied')
      }
      if (await noteDelivery(context, tx, delivery)) return verdictOf(row, 'applied')
      return { ...verdictOf(row, 'skipped'), reasonCode: 'repeated', reason: 'This state is known already.' }
    }
    case 'announced-return': {
      // Written by `toInboxEvent`; it holds no dates.
      const { return: told } = row.payload as { return?: AnnouncedReturn }
      if (told === undefined) {
        context.hurried.add(ANNOUNCED_RETURNS)
        return verdictOf(row, 'applied')
      }
      return { ...verdictOf(row, 'applied'), ...(await applyAnnouncedReturn(context, tx, told)) }
    }
    case 'counted':
      context.hurried.add('counts')
      return verdictOf(row, 'applied')
    default:
      throw new Error(`"${row.topic}" is nothing that a warehouse tells`)
  }
}

async function hear(
  context: WorkerContext,
  tx: Parameters<typeof applyHeard>[1],
  row: InboxRow,
  shipment: WarehouseShipment,
): Promise<InboxVerdict> {
  const { shipmentId } = shipment
  const skip = (reason: string): InboxVerdict => ({
    ...verdictOf(row, 'skipped'),
    reasonCode: 'not-ours',
    reason,
  })
  if (shipmentId === undefined || !UUID.test(shipmentId))
    return skip('The hub did not ask for this shipment.')
  const { organizationId, connection } = context
  const heard = await toHeard(tx, organizationId, connection.connectionId, shipment)
  const outcome = await applyHeard(context, tx, { shipmentId, heard, actor: connection.name })
  switch (outcome.kind) {
    case 'unknown':
      return skip('The hub knows no shipment of this id.')
    case 'nothing-new':
      return { ...verdictOf(row, 'skipped'), reasonCode: 'repeated', reason: 'This state is known already.' }
    case 'heard':
      // What was taken off for it is put back: until that is counted, nobody knows what there is to sell.
      if (shipment.state === 'cancelled' || shipment.state === 'rejected') context.hurried.add('counts')
      return verdictOf(row, 'applied')
    default: {
      const never: never = outcome
      throw new Error(`unknown outcome ${String(never)}`)
    }
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The payload is ours, written by `toInboxEvent`; undefined: it says only that something has changed. */
function reviveDelivery(topic: 'receipt' | 'return', payload: unknown): Delivery | undefined {
  const told = payload as { receipt?: WarehouseReceipt; return?: WarehouseReturn }
  if (topic === 'receipt')
    return told.receipt === undefined ? undefined : toDelivery({ kind: 'receipt', receipt: told.receipt })
  return told.return === undefined ? undefined : toDelivery({ kind: 'return', return: told.return })
}

/** Dates come back from `jsonb` as text. The payload is ours, written by `toInboxEvent`. */
function reviveShipment(payload: unknown): WarehouseShipment | undefined {
  const { shipment } = payload as { shipment?: WarehouseShipment }
  if (shipment === undefined) return undefined
  const parcels = shipment.parcels.map((parcel) => ({ ...parcel, shippedAt: new Date(parcel.shippedAt) }))
  return { ...shipment, parcels }
}
