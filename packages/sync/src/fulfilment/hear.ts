import type { WarehouseShipment } from '@plimsoll/connector-kit'
import type { Tx } from '@plimsoll/database'
import { type Heard, type HearingOutcome, hearShipment, type ShipmentRow } from '@plimsoll/orders'
import { insertMovements } from '@plimsoll/stock'
import { updateAvailabilityOf } from '../availability/availability.ts'
import { noteLeft } from '../by-hand/hand-orders.store.ts'
import { nowOf, type SyncContext, toStockContext } from '../context.ts'
import { notify } from '../notify.ts'
import { closeTasks, type NewTask, openTask } from '../tasks.store.ts'
import { insertErrands, reviveErrands } from './errands.store.ts'
import { noteOrdersToRoute } from './route-orders.store.ts'
import { tellSerials } from './tell-serials.ts'
import { findUnitsBySku } from './warehouse-units.store.ts'

/**
 * Applies what was said of a shipment with all that follows: movements, what channels show, the parcels that the channel is
 * to be told of, and what a person must see to. One part of the caller's transaction, before any other lock of it.
 * @returns what became of it with the last of its parcels
 */
export async function applyHeard(
  context: SyncContext,
  tx: Tx,
  said: { shipmentId: string; heard: Heard; actor: string },
): Promise<HearingOutcome> {
  for (;;) {
    const outcome = await applyOnce(context, tx, said)
    if (outcome.kind !== 'heard' || !outcome.isMore) return outcome
  }
}

async function applyOnce(
  context: SyncContext,
  tx: Tx,
  { shipmentId, heard, actor }: { shipmentId: string; heard: Heard; actor: string },
): Promise<HearingOutcome> {
  const { organizationId } = context
  const stock = toStockContext(context)
  const outcome = await hearShipment(tx, stock, { shipmentId, heard, actor })
  if (outcome.kind !== 'heard') return outcome
  const { connectionId, shipment } = outcome
  const at = nowOf(context)
  // Made by hand, it has no channel to be told.
  const isByHand = await noteLeft(tx, organizationId, outcome.orderId, at)
  const toTell = isByHand ? [] : [...outcome.newParcelIds, ...outcome.trackedParcelIds]
  await insertErrands(
    tx,
    context,
    toTell.map((subjectId) => ({ connectionId, kind: 'tell-shipped' as const, subjectId })),
    at,
  )
  // A channel that takes no parcel without its number is told now that there is one.
  const { trackedParcelIds } = outcome
  if (!isByHand)
    await reviveErrands(tx, organizationId, 'tell-shipped', trackedParcelIds, {
      at,
      ended: ['refused', 'dropped'],
    })
  // What will not leave by it is sent by another, or is wanted no more; what left after all is not to leave by another too.
  if (outcome.shortUnits > 0 || outcome.isAgainstWill)
    await noteOrdersToRoute(tx, organizationId, connectionId, [outcome.orderId], at)
  await noteTasks(context, tx, outcome, at)
  await insertMovements(tx, stock, outcome.movements)
  if (outcome.newParcelIds.length > 0) await tellSerials(context, tx, { orderId: outcome.orderId, actor })
  await updateAvailabilityOf(context, tx, { itemIds: outcome.itemIds, at, cause: 'world' })
  await notify(
    tx,
    organizationId,
    { kind: 'screen', topics: ['overview', 'tasks'], itemIds: [] },
    {
      kind: 'lane',
      connectionIds: [connectionId, ...(shipment.warehouseId === null ? [] : [shipment.warehouseId])],
    },
  )
  return outcome
}

/** What a warehouse shows of a shipment, in base units and our own items. */
export async function toHeard(
  tx: Tx,
  organizationId: string,
  warehouseId: string,
  shipment: WarehouseShipment,
): Promise<Heard> {
  const skus = [...new Set(shipment.parcels.flatMap(({ lines }) => lines.map(({ sku }) => sku)))]
  const units = await findUnitsBySku(tx, organizationId, warehouseId, skus)
  return {
    state: shipment.state,
    externalId: shipment.externalId,
    version: shipment.version ?? null,
    problem: shipment.problem ?? null,
    parcels: shipment.parcels.map((parcel) => ({
      externalId: parcel.externalId,
      carrier: parcel.carrier ?? null,
      trackingNumber: parcel.trackingNumber ?? null,
      trackingUrl: parcel.trackingUrl ?? null,
      shippedAt: parcel.shippedAt,
      lines: parcel.lines.map(({ lineId, sku, quantity, lot, serials }) => {
        const unit = units.get(sku)
        return {
          shipmentLineId: lineId ?? null,
          itemId: unit?.itemId ?? null,
          sku,
          units: quantity * (unit?.unitsEach ?? 1),
          lot: lot ?? null,
          serials,
        }
      }),
    })),
  }
}

type Told = Extract<HearingOutcome, { kind: 'heard' }>

/** Opens a task for each thing that only a person can settle, and closes those that settled themselves. */
async function noteTasks(context: SyncContext, tx: Tx, outcome: Told, at: Date): Promise<void> {
  const { organizationId, uuid } = context
  const { shipment } = outcome
  const open = async (
    kind: ShipmentTask,
    task: Pick<NewTask, 'detail' | 'told'> & { units?: number },
  ): Promise<void> => {
    const subject = shipment.shipmentId
    const about = { kind, subject, connectionId: outcome.connectionId, sku: null, units: null, ...task }
    await openTask(tx, organizationId, about, { at, uuid })
  }
  const said = reasonOf(shipment)
  const { number } = shipment
  const message = shipment.problem ?? ''
  if (shipment.state === 'held')
    await open('shipment-held', {
      detail: `${number} is held by its warehouse${said}. See to it there, or cancel the shipment and send it from elsewhere.`,
      told: { code: 'shipment-held', facts: { shipment: number, message } },
    })
  const units = outcome.shortUnits
  if (shipment.state === 'shipped' && units > 0)
    await open('shipment-short', {
      detail: `${units} units of ${number} did not leave${said}. They are promised still: send them from elsewhere, or cancel them.`,
      told: { code: 'shipment-short', facts: { shipment: number, units, message } },
      units,
    })
  if (outcome.isAgainstWill)
    await open('shipped-anyway', {
      detail: `${number} left although it was to leave no more. Ask for it back, or let the customer keep it.`,
      told: { code: 'shipped-anyway', facts: { shipment: number } },
    })
  for (const { sku, units } of outcome.unexpected)
    await open('parcel-unexpected', {
      detail: `A parcel of ${number} holds ${units} units of "${sku}" that nobody had asked for. Ask the warehouse; count "${sku}" there.`,
      told: { code: 'parcel-unexpected', facts: { shipment: number, units, sku } },
      units,
    })
  const settled = (['shipment-held', 'shipment-stuck'] as const).filter(() => shipment.state !== 'held')
  await closeTasks(tx, organizationId, settled, [shipment.shipmentId], at)
}

type ShipmentTask = 'shipment-held' | 'shipment-short' | 'shipped-anyway' | 'parcel-unexpected'

function reasonOf({ problem }: ShipmentRow): string {
  return problem === null ? '' : `: ${problem}`
}
