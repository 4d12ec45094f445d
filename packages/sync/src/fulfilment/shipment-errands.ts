import { type FindOptions, Invalid, type ShipmentRequest } from '@plimsoll/connector-kit'
import {
  findShipment,
  findShipmentLines,
  isOpen,
  type ShipmentRow,
  type StoredShipmentLine,
  saveShipment,
} from '@plimsoll/orders'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf, type Tx } from '../context.ts'
import { openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import type { ErrandHandler, Made, Prepared } from './errand-runner.ts'
import { dropUnbegun } from './errands.store.ts'
import { mayHaveActed } from './errands.ts'
import { applyHeard, toHeard } from './hear.ts'
import { findRecipient } from './recipients.store.ts'
import { findFacility, findWarehouseUnits } from './warehouse-units.store.ts'
import { wholeUnitsOf } from './whole-units.ts'

/** Asks the warehouse for a shipment; the shipment's id is the key that makes it once. */
export function requestHandler(context: WorkerContext): ErrandHandler {
  const terms = warehouseTermsOf(context)
  return {
    proof: terms?.requests ?? 'by-read-back',
    latestEffectMs: terms?.latestEffectMs ?? 0,
    prepare: async (errand) => {
      const { subjectId, attempts } = errand
      const { organizationId, database, operations, signal } = context
      const { warehouse } = operations
      const shipment = await findShipment(database.kysely, organizationId, subjectId)
      if (warehouse === undefined || shipment === undefined || !isOpen(shipment.state))
        return { kind: 'drop' }
      // Nobody has heard of it: it need not be asked for.
      if (shipment.cancelReason !== null && attempts === 0) return { kind: 'drop' }
      const look = async (): Promise<Made | undefined> => {
        const options = await toFindOptions(context, shipment.shipmentId)
        const found = await warehouse.findShipment(shipment.shipmentId, options)
        if (found === undefined) return undefined
        return {
          externalId: found.externalId,
          settle: async (tx) => {
            await noteAsked(context, tx, shipment, found.externalId)
            const heard = await toHeard(tx, organizationId, context.connection.connectionId, found)
            const { shipmentId } = shipment
            await applyHeard(context, tx, { shipmentId, heard, actor: context.connection.name })
          },
        }
      }
      const request = await toRequest(context, shipment)
      if ('problem' in request) {
        const { code = 'unmapped', problem } = request
        if (!mayHaveActed(errand)) return refuse(context, shipment, code, problem)
        // Sent from elsewhere before it is known that it is not there, it would leave twice. Under a key too a call may act late.
        const actsUntil = new Date((errand.callsUntil?.getTime() ?? 0) + (terms?.latestEffectMs ?? 0))
        if (actsUntil > nowOf(context)) return { kind: 'later', at: actsUntil }
        return {
          kind: 'ready',
          look,
          make: async () => {
            // One that waits to be made again has not been looked for since.
            const found = errand.state === 'waiting' ? await look() : undefined
            if (found !== undefined) return found
            throw new Invalid(problem, 'shipment')
          },
          refused: (tx) => reject(context, tx, shipment, { code, message: problem }),
        }
      }
      return {
        kind: 'ready',
        look,
        make: async () => {
          const { externalId } = await warehouse.requestShipment(request, { signal })
          return { externalId, settle: (tx) => noteAsked(context, tx, shipment, externalId) }
        },
        refused: (tx, error) => reject(context, tx, shipment, { code: error.kind, message: error.message }),
      }
    },
  }
}

/** Asks the warehouse to stop a shipment. Told again it changes nothing. */
export function cancelHandler(context: WorkerContext): ErrandHandler {
  const terms = warehouseTermsOf(context)
  return {
    proof: 'by-key',
    latestEffectMs: terms?.latestEffectMs ?? 0,
    prepare: async ({ subjectId }) => {
      const { organizationId, database, operations, signal, connection } = context
      const { warehouse } = operations
      const shipment = await findShipment(database.kysely, organizationId, subjectId)
      if (warehouse === undefined || shipment === undefined || !isOpen(shipment.state))
        return { kind: 'drop' }
      // What it was to be stopped for is over: it may leave.
      if (shipment.cancelReason === null) return { kind: 'drop' }
      const { shipmentId, externalId } = shipment
      // As long as nobody knows whether the warehouse has it, there is nothing to stop.
      if (externalId === null) return { kind: 'later', at: new Date(context.clock.now() + ASK_AGAIN_MS) }
      const { cancelShipment } = warehouse
      const hear = (tx: Tx, state: 'cancelled' | 'held', problem: { code: string; message: string } | null) =>
        applyHeard(context, tx, {
          shipmentId,
          heard: { state, externalId, version: null, problem, parcels: [] },
          actor: connection.name,
        }).then(() => undefined)
      const cannot = (tx: Tx) => noteCannot(context, tx, shipment)
      if (cancelShipment === undefined)
        return {
          kind: 'refuse',
          code: 'not-possible',
          message: `${connection.name} cannot be told to cancel a shipment.`,
          settle: cannot,
        }
      return {
        kind: 'ready',
        make: async () => {
          const answer = await cancelShipment.call(warehouse, { shipmentId, externalId }, { signal })
          return {
            externalId: null,
            settle: async (tx) => {
              if (answer === 'cancelled') {
                await hear(tx, 'cancelled', null)
                // What was taken off for it is put back.
                context.hurried.add('counts')
              }
              // It is told by the shipment's state whether it leaves.
              if (answer === 'too-late') context.hurried.add('shipments')
            },
          }
        },
        refused: async (tx, error) => {
          if (error.kind === 'not-found') await hear(tx, 'cancelled', null)
          else await cannot(tx)
        },
      }
    },
  }
}

const ASK_AGAIN_MS = 2_000

async function noteAsked(
  context: WorkerContext,
  tx: Tx,
  { shipmentId }: ShipmentRow,
  externalId: string,
): Promise<void> {
  const { organizationId } = context
  await sql`
    select from shipment where organization_id = ${organizationId} and shipment_id = ${shipmentId} for update`.execute(
    tx,
  )
  const shipment = await findShipment(tx, organizationId, shipmentId)
  if (shipment === undefined) return
  const isNew = shipment.state === 'planned' || shipment.state === 'ready'
  const at = nowOf(context)
  await saveShipment(tx, organizationId, {
    ...shipment,
    externalId,
    state: isNew ? 'asked' : shipment.state,
    askedAt: shipment.askedAt ?? at,
    heardAt: shipment.heardAt ?? at,
  })
}

async function reject(
  context: WorkerContext,
  tx: Tx,
  shipment: ShipmentRow,
  problem: { code: string; message: string },
): Promise<void> {
  const { organizationId, connection, uuid } = context
  const { shipmentId } = shipment
  const at = nowOf(context)
  await dropUnbegun(tx, organizationId, 'cancel-shipment', [shipmentId], at)
  const heard = { state: 'rejected' as const, externalId: null, version: null, problem, parcels: [] }
  await applyHeard(context, tx, { shipmentId, heard, actor: connection.name })
  const detail = `${connection.name} refused ${shipment.number}: ${problem.message} Its units are promised still, and are sent from elsewhere where they can be.`
  const told: ToldTask = {
    code: 'shipment-refused',
    facts: { warehouse: connection.name, shipment: shipment.number, message: problem.message },
  }
  const about = {
    kind: 'shipment-refused' as const,
    subject: shipmentId,
    sku: null,
    units: null,
    detail,
    told,
  }
  await openTask(tx, organizationId, { ...about, connectionId: connection.connectionId }, { at, uuid })
}

function refuse(context: WorkerContext, shipment: ShipmentRow, code: string, message: string): Prepared {
  return { kind: 'refuse', code, message, settle: (tx) => reject(context, tx, shipment, { code, message }) }
}

async function noteCannot(context: WorkerContext, tx: Tx, shipment: ShipmentRow): Promise<void> {
  const { organizationId, connection, uuid } = context
  const detail = `${shipment.number} is to be cancelled, and ${connection.name} cannot be told. Call them; until they say so, its units stay reserved.`
  const about = {
    kind: 'shipment-stuck' as const,
    subject: shipment.shipmentId,
    sku: null,
    units: null,
    detail,
    told: {
      code: 'shipment-cannot-cancel' as const,
      facts: { warehouse: connection.name, shipment: shipment.number },
    },
  }
  await openTask(
    tx,
    organizationId,
    { ...about, connectionId: connection.connectionId },
    { at: nowOf(context), uuid },
  )
}

/** The lines of a shipment as its warehouse is asked for them, always in the same order, or why they cannot be. */
export async function toAskedLines(
  { database, organizationId, connection }: WorkerContext,
  lines: readonly StoredShipmentLine[],
): Promise<{ lines: ShipmentRequest['lines'] } | { problem: string }> {
  const units = await findWarehouseUnits(database.kysely, organizationId, connection.connectionId, [
    ...new Set(lines.map(({ itemId }) => itemId)),
  ])
  const asked: ShipmentRequest['lines'] = []
  for (const line of lines) {
    const unit = wholeUnitsOf(units, line.itemId, line.units)
    if (unit === undefined)
      return { problem: `An item of it is tied to no stock unit of ${connection.name}.` }
    asked.push({
      lineId: line.shipmentLineId,
      sku: unit.sku,
      stockUnitId: unit.stockUnitId,
      quantity: unit.quantity,
      title: unit.title,
      lot: undefined,
      unitValue: undefined,
    })
  }
  return { lines: asked }
}

/** What to hand to `findShipment`: the lines as they were asked for. */
export async function toFindOptions(context: WorkerContext, shipmentId: string): Promise<FindOptions> {
  const lines = await findShipmentLines(context.database.kysely, context.organizationId, [shipmentId])
  const asked = await toAskedLines(context, lines)
  return { signal: context.signal, ...('lines' in asked && { asked: asked.lines }) }
}

/** The shipment as its warehouse is asked for it, or why it cannot be. */
async function toRequest(
  context: WorkerContext,
  shipment: ShipmentRow,
): Promise<ShipmentRequest | { problem: string; code?: string }> {
  const { organizationId, database, masterKey, connection, connector } = context
  const { kysely } = database
  const { shipmentId, orderId, locationId, number } = shipment
  const { connectionId: warehouseId } = connection
  const [lines, recipient, facility, order] = await Promise.all([
    findShipmentLines(kysely, organizationId, [shipmentId]),
    findRecipient(kysely, masterKey, { organizationId, orderId }),
    findFacility(kysely, organizationId, warehouseId, locationId),
    findOrderTerms(kysely, organizationId, orderId),
  ])
  if (recipient === undefined) return { problem: 'Nobody knows to whom it goes.' }
  const linesMax = connector.manifest.warehouse?.linesMax ?? Number.POSITIVE_INFINITY
  if (lines.length > linesMax)
    return {
      code: 'too-many-lines',
      problem: `It has ${lines.length} lines, and ${connection.name} takes ${linesMax} at the most.`,
    }
  if (facility === undefined)
    return { problem: `No place of ${connection.name} is tied to the location that it leaves from.` }
  const asked = await toAskedLines(context, lines)
  if ('problem' in asked) return asked
  return {
    shipmentId,
    number,
    placedAt: order.placedAt,
    locationId: facility,
    recipient,
    lines: asked.lines,
    method: order.shippingMethod ?? undefined,
    currency: order.currency ?? undefined,
    shipBy: order.shipBy ?? undefined,
    note: undefined,
  }
}

type OrderTerms = {
  placedAt: Date
  shippingMethod: string | null
  shipBy: Date | null
  currency: string | null
}

async function findOrderTerms(
  db: WorkerContext['database']['kysely'],
  organizationId: string,
  orderId: string,
): Promise<OrderTerms> {
  const found = await sql<OrderTerms>`
    select placed_at, shipping_method, ship_by, currency from sales_order
    where organization_id = ${organizationId} and order_id = ${orderId}`.execute(db)
  const [order] = found.rows
  if (order === undefined) throw new Error('a shipment has an order')
  return order
}
