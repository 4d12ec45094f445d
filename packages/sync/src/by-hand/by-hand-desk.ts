import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf, type SyncContext } from '../context.ts'
import { findPlanned, makeReady } from '../fulfilment/make-ready.ts'
import { findOrdersToRoute, putOff, sweepOrdersToRoute } from '../fulfilment/route-orders.store.ts'
import { routeOrder } from '../fulfilment/route-orders.ts'
import { type ByHand, findByHand } from './by-hand-connection.store.ts'

const ORDERS_PER_TURN = 100
const SHIPMENTS_PER_TURN = 50
const TAKEN_MS = 1_000
const SWEEP_MS = 10 * 60_000

/**
 * What is to be done about orders that people made: they are routed, and their shipments made ready, to whom they go being known
 * already. Nothing is called, so that no lease is needed: any process does it, several at once too.
 */
export class ByHandDesk {
  readonly #context: SyncContext
  #connection: ByHand | undefined
  #sweepAt = 0

  constructor(context: SyncContext) {
    this.#context = context
  }

  /** As far as it is known to this process: undefined before the first look after somebody made the first order. */
  get connectionId(): string | undefined {
    return this.#connection?.connectionId
  }

  /** @returns how many things were done */
  async turn(): Promise<number> {
    const { database, organizationId, clock } = this.#context
    this.#connection ??= await findByHand(database.kysely, organizationId)
    if (this.#connection === undefined) return 0
    const { connectionId } = this.#connection
    const at = nowOf(this.#context)
    if (clock.now() >= this.#sweepAt) {
      this.#sweepAt = clock.now() + SWEEP_MS
      await inTransaction(database, (tx) =>
        sweepOrdersToRoute(tx, organizationId, connectionId, { from: new Date(0), at }),
      )
    }
    const due = await findOrdersToRoute(database.kysely, organizationId, connectionId, {
      now: at,
      limit: ORDERS_PER_TURN,
    })
    for (const noted of due) {
      const outcome = await routeOrder(this.#context, noted.orderId)
      if (outcome === 'taken-meanwhile')
        await putOff(database.kysely, organizationId, noted, new Date(clock.now() + TAKEN_MS))
    }
    return due.length + (await this.#makeReady(connectionId))
  }

  async #makeReady(connectionId: string): Promise<number> {
    const { database, organizationId } = this.#context
    let ready = 0
    for (const shipment of await findPlanned(this.#context, connectionId, SHIPMENTS_PER_TURN)) {
      const isReady = shipment.warehouseId === null || (await this.#hasRecipient(shipment.orderId))
      if (isReady) {
        await inTransaction(database, (tx) => makeReady(this.#context, tx, shipment))
        ready += 1
      } else if (shipment.problemCode === null) {
        await sql`
          update shipment set problem_code = 'recipient-needed', version = version + 1,
            problem = 'A warehouse of others is to send it: say to whom it goes.'
          where organization_id = ${organizationId} and shipment_id = ${shipment.shipmentId}
            and state = 'planned'`.execute(database.kysely)
      }
    }
    return ready
  }

  async #hasRecipient(orderId: string): Promise<boolean> {
    const { database, organizationId } = this.#context
    const found = await sql`
      select from order_recipient where organization_id = ${organizationId} and order_id = ${orderId}`.execute(
      database.kysely,
    )
    return found.rows.length > 0
  }
}
