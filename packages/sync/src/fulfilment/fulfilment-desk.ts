import { inTransaction } from '@plimsoll/database'
import type { ShipmentRow, saveShipment } from '@plimsoll/orders'
import { sql } from 'kysely'
import { nowOf } from '../context.ts'
import { announceHandler, noteInbounds } from '../inbound/announce-inbound.ts'
import { bookDeliveries } from '../inbound/book-deliveries.ts'
import { notify } from '../notify.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { ErrandRunner } from './errand-runner.ts'
import { insertErrands } from './errands.store.ts'
import { OpenShipments } from './open-shipments.ts'
import { purgeRecipients, saveRecipient } from './recipients.store.ts'
import { findOrdersToRoute, settleOrderToRoute, sweepOrdersToRoute } from './route-orders.store.ts'
import { routeOrder } from './route-orders.ts'
import { cancelHandler, requestHandler } from './shipment-errands.ts'
import { askAboutStuck } from './stuck-shipments.ts'
import { tellHandler } from './tell-errands.ts'

/** Orders that wait for stock or for rules are tried again after this. */
const WAITING_MS = 60_000
const ORDERS_PER_TURN = 25
const RECIPIENTS_PER_TURN = 10
/** Whatever changes an order notes it; this finds what nobody noted. */
const SWEEP_MS = 10 * 60_000
const PURGE_MS = 3_600_000
/** To whom an order went is forgotten so long after it was read, once nothing of it is to be sent any more. */
const KEPT_MS = 30 * 86_400_000

/**
 * What the holder of a connection's lease does about its orders and shipments beside numbers: a channel's orders are routed,
 * asked to whom they go, and told when they have left; a warehouse is asked to send, to stop, and what became of it, is told what
 * comes to it, and what it took in is booked.
 */
export class FulfilmentDesk {
  readonly #context: WorkerContext
  readonly #errands: ErrandRunner
  readonly #open: OpenShipments
  #sweepAt = 0
  #purgeAt = 0

  constructor(context: WorkerContext) {
    this.#context = context
    this.#open = new OpenShipments(context)
    this.#errands = new ErrandRunner(context, {
      'tell-shipped': tellHandler(context),
      'request-shipment': requestHandler(context),
      'cancel-shipment': cancelHandler(context),
      'announce-inbound': announceHandler(context),
    })
  }

  /** @returns how many things were done; none: nothing waits now */
  async turn(): Promise<number> {
    const { connection, operations } = this.#context
    let done = 0
    if (connection.shipsOrdersFrom !== null) {
      done += await this.#route(connection.shipsOrdersFrom)
      done += await this.#readRecipients()
    }
    if (operations.warehouse !== undefined) {
      done += await bookDeliveries(this.#context)
      done += await noteInbounds(this.#context)
    }
    done += await this.#errands.turn()
    if (operations.warehouse !== undefined) {
      done += await this.#open.turn()
      done += await askAboutStuck(this.#context)
    }
    await this.#purge()
    return done
  }

  async #route(from: Date): Promise<number> {
    const { database, organizationId, connection, clock } = this.#context
    const { connectionId } = connection
    const at = nowOf(this.#context)
    if (clock.now() >= this.#sweepAt) {
      this.#sweepAt = clock.now() + SWEEP_MS
      await inTransaction(database, (tx) =>
        sweepOrdersToRoute(tx, organizationId, connectionId, { from, at }),
      )
    }
    const due = await findOrdersToRoute(database.kysely, organizationId, connectionId, {
      now: at,
      limit: ORDERS_PER_TURN,
    })
    for (const noted of due) {
      const outcome = await routeOrder(this.#context, noted.orderId)
      const again = outcome === 'waits' || outcome === 'taken-meanwhile' ? WAITING_MS : undefined
      const until = again === undefined ? undefined : new Date(clock.now() + again)
      await settleOrderToRoute(database.kysely, organizationId, noted, until)
    }
    return due.length
  }

  /** Whoever sends an order must know to whom: read once, sealed, and only of orders that leave by a warehouse of others. */
  async #readRecipients(): Promise<number> {
    const { database, organizationId, connection, operations, signal } = this.#context
    const planned = await findPlanned(this.#context, RECIPIENTS_PER_TURN)
    for (const shipment of planned) {
      const isOwn = shipment.warehouseId === null
      const recipient = isOwn ? undefined : await operations.recipient?.(shipment.orderExternalId, { signal })
      // Paid a moment ago: the platform says it a little later.
      if (!isOwn && recipient === undefined) continue
      const at = nowOf(this.#context)
      await inTransaction(database, async (tx) => {
        await assertLease(tx, organizationId, this.#context.lease)
        const place = { organizationId, orderId: shipment.orderId }
        if (recipient !== undefined)
          await saveRecipient(tx, this.#context.masterKey, place, {
            recipient,
            at,
            purgeAt: new Date(at.getTime() + KEPT_MS),
          })
        await this.#makeReady(tx, shipment)
      })
    }
    if (planned.length > 0)
      this.#context.log.debug(
        { connection: connection.name, shipments: planned.length },
        'shipments are ready',
      )
    return planned.length
  }

  async #makeReady(
    tx: Parameters<typeof saveShipment>[0],
    shipment: ShipmentRow & { orderExternalId: string },
  ): Promise<void> {
    const { organizationId } = this.#context
    const at = nowOf(this.#context)
    const { shipmentId, warehouseId } = shipment
    const isOwn = warehouseId === null
    const ready = await sql<{ shipmentId: string }>`
      update shipment set state = ${isOwn ? 'received' : 'ready'}, version = version + 1,
        heard_at = case when ${isOwn} then ${at}::timestamptz else heard_at end
      where organization_id = ${organizationId} and shipment_id = ${shipmentId} and state = 'planned'
      returning shipment_id`.execute(tx)
    if (ready.rows.length === 0 || warehouseId === null) return
    await insertErrands(
      tx,
      this.#context,
      [{ connectionId: warehouseId, kind: 'request-shipment', subjectId: shipmentId }],
      at,
    )
    await notify(tx, organizationId, { kind: 'lane', connectionIds: [warehouseId] })
  }

  async #purge(): Promise<void> {
    const { clock, database, organizationId } = this.#context
    if (clock.now() < this.#purgeAt) return
    this.#purgeAt = clock.now() + PURGE_MS
    await purgeRecipients(database.kysely, organizationId, nowOf(this.#context))
  }
}

async function findPlanned(
  context: WorkerContext,
  limit: number,
): Promise<(ShipmentRow & { orderExternalId: string })[]> {
  const { database, organizationId, connection } = context
  const found = await sql<ShipmentRow & { orderExternalId: string }>`
    select shipment.*, sales_order.external_id as order_external_id
    from shipment
    join sales_order using (organization_id, order_id)
    where organization_id = ${organizationId} and shipment.connection_id = ${connection.connectionId}
      and shipment.state = 'planned'
    order by shipment.created_at, shipment_id
    limit ${limit}`.execute(database.kysely)
  return found.rows
}
