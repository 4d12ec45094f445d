import { isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { allocateFreed } from '../allocation/allocate-freed.ts'
import { cancelOrderHandler, settleCancelled } from '../cancelling/cancel-errand.ts'
import { nowOf } from '../context.ts'
import { announceHandler, noteInbounds } from '../inbound/announce-inbound.ts'
import { bookDeliveries } from '../inbound/book-deliveries.ts'
import { applyInbox } from '../intake/apply.ts'
import { fetchOrder } from '../intake/fetching.ts'
import { announceReturnHandler, noteReturns, withdrawReturnHandler } from '../returns/tell-of-returns.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { ErrandRunner } from './errand-runner.ts'
import { findPlanned, makeReady } from './make-ready.ts'
import { OpenShipments } from './open-shipments.ts'
import { saveRecipient } from './recipients.store.ts'
import { findOrdersToRoute, putOff, sweepOrdersToRoute } from './route-orders.store.ts'
import { routeOrder } from './route-orders.ts'
import { cancelHandler, requestHandler } from './shipment-errands.ts'
import { askAboutStuck } from './stuck-shipments.ts'
import { tellHandler } from './tell-errands.ts'

/** An order whose units somebody else took while it was routed is tried again after this. */
const TAKEN_MS = 1_000
/** The engine looks whether something has come that orders wait for; this is for where a worker runs without one. */
const FREED_MS = 5_000
const ORDERS_PER_TURN = 25
const HOLDS_AGAIN_MS = 60_000
const RECIPIENTS_PER_TURN = 10
/** Whatever changes an order notes it; this finds what nobody noted. */
const SWEEP_MS = 10 * 60_000

/**
 * What the holder of a connection's lease does about its orders and shipments beside numbers: a channel's orders are routed,
 * asked to whom they go, and told when they have left; a warehouse is asked to send, to stop, and what became of it, is told what
 * comes to it and comes back to it, and what it took in is booked.
 */
export class FulfilmentDesk {
  readonly #context: WorkerContext
  readonly #errands: ErrandRunner
  readonly #open: OpenShipments
  readonly #isCalledAway: () => boolean
  /** Orders whose answer could not be read, and when they are asked for again. */
  readonly #holdsAgainAt = new Map<string, number>()
  #sweepAt = 0
  #freedAt = 0

  /** @param isCalledAway a number waits to be written: it goes between two calls, not after all of them (I7) */
  constructor(context: WorkerContext, isCalledAway: () => boolean) {
    this.#context = context
    this.#isCalledAway = isCalledAway
    this.#open = new OpenShipments(context)
    const handlers = {
      'tell-shipped': tellHandler(context),
      'request-shipment': requestHandler(context),
      'cancel-shipment': cancelHandler(context),
      'announce-inbound': announceHandler(context),
      'announce-return': announceReturnHandler(context),
      'withdraw-return': withdrawReturnHandler(context),
      'cancel-order': cancelOrderHandler(context),
    }
    this.#errands = new ErrandRunner(context, handlers, isCalledAway)
  }

  /** @returns how many things were done; none: nothing waits now */
  async turn(): Promise<number> {
    const { connection, operations } = this.#context
    let done = operations.cancel === undefined ? 0 : await settleCancelled(this.#context)
    if (connection.shipsOrdersFrom !== null) {
      done += await this.#route(connection.shipsOrdersFrom)
      done += await this.#readRecipients()
    }
    if (operations.warehouse !== undefined) {
      done += await bookDeliveries(this.#context)
      done += await noteInbounds(this.#context)
      done += await noteReturns(this.#context)
    }
    done += await this.#errands.turn()
    if (operations.warehouse !== undefined) {
      done += await this.#open.turn()
      done += await askAboutStuck(this.#context)
    }
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
    if (clock.now() >= this.#freedAt) {
      this.#freedAt = clock.now() + FREED_MS
      await allocateFreed(this.#context)
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
    return due.length
  }

  /** Whoever sends an order must know to whom: read once, sealed, and only of orders that leave by a warehouse of others. */
  async #readRecipients(): Promise<number> {
    const { database, organizationId, connection, connector, operations, signal } = this.#context
    const planned = await findPlanned(this.#context, connection.connectionId, RECIPIENTS_PER_TURN)
    let unread = 0
    for (const shipment of planned) {
      if (shipment.isHoldUnknown && connector.manifest.capabilities.holds !== undefined) {
        if (!(await this.#readHolds(shipment.orderExternalId))) unread += 1
        continue
      }
      const isOwn = shipment.warehouseId === null
      const recipient = isOwn ? undefined : await operations.recipient?.(shipment.orderExternalId, { signal })
      // Paid a moment ago: the platform says it a little later.
      if (!isOwn && recipient === undefined) continue
      const at = nowOf(this.#context)
      await inTransaction(database, async (tx) => {
        await assertLease(tx, organizationId, this.#context.lease)
        const place = { organizationId, orderId: shipment.orderId }
        if (recipient !== undefined)
          await saveRecipient(tx, this.#context.masterKey, place, { recipient, at })
        await makeReady(this.#context, tx, shipment)
      })
      if (!isOwn && this.#isCalledAway()) break
    }
    if (planned.length > 0)
      this.#context.log.debug(
        { connection: connection.name, shipments: planned.length },
        'shipments are ready',
      )
    return planned.length - unread
  }

  /**
   * A state that does not say what holds an order (a webhook's) is enough to reserve it and too little to send it. What its
   * channel says now is applied before anybody is told to send anything.
   * @returns false where that cannot be read: it waits, and the others go on
   */
  async #readHolds(orderExternalId: string): Promise<boolean> {
    const { clock, log } = this.#context
    if ((this.#holdsAgainAt.get(orderExternalId) ?? 0) > clock.now()) return false
    try {
      await fetchOrder(this.#context, orderExternalId)
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'malformed') throw error
      this.#holdsAgainAt.set(orderExternalId, clock.now() + HOLDS_AGAIN_MS)
      log.warn({ orderExternalId, error }, 'whether an order is held cannot be read: it is not sent')
      return false
    }
    this.#holdsAgainAt.delete(orderExternalId)
    await applyInbox(this.#context)
    return true
  }
}
