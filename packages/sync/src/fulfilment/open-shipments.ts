import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { applyHeard, toHeard } from './hear.ts'
import { toFindOptions } from './shipment-errands.ts'

/** Few at a time: a decrease that comes meanwhile waits for no more than these. */
const ASKED_PER_TURN = 3

/**
 * Asks a warehouse that has no list by the hub's ids (`asksEachMs`) about each shipment that is open there, one round after
 * the other. What it forgets is nothing: whoever takes over begins with a round.
 */
export class OpenShipments {
  readonly #context: WorkerContext
  /** How far the round is; undefined: none is under way. */
  #after: string | undefined
  #notBefore = 0

  constructor(context: WorkerContext) {
    this.#context = context
  }

  /** @returns how many were asked about */
  async turn(): Promise<number> {
    const { clock, operations, organizationId, database, connection } = this.#context
    const { warehouse } = operations
    const everyMs = warehouseTermsOf(this.#context)?.asksEachMs
    if (warehouse === undefined || everyMs === undefined || clock.now() < this.#notBefore) return 0
    const found = await sql<{ shipmentId: string }>`
      select shipment_id from shipment
      where organization_id = ${organizationId} and warehouse_id = ${connection.connectionId}
        and state in ('asked', 'received', 'working', 'held')
        and shipment_id > ${this.#after ?? '00000000-0000-0000-0000-000000000000'}
      order by shipment_id
      limit ${ASKED_PER_TURN}`.execute(database.kysely)
    for (const { shipmentId } of found.rows) {
      const shown = await warehouse.findShipment(shipmentId, await toFindOptions(this.#context, shipmentId))
      // One that it does not know is shown to a person once it is stuck.
      if (shown !== undefined) await this.#hear(shipmentId, shown)
      this.#after = shipmentId
    }
    if (found.rows.length === ASKED_PER_TURN) return found.rows.length
    this.#after = undefined
    this.#notBefore = clock.now() + everyMs
    return found.rows.length
  }

  async #hear(shipmentId: string, shown: Parameters<typeof toHeard>[3]): Promise<void> {
    const { database, organizationId, connection, lease } = this.#context
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, lease)
      const heard = await toHeard(tx, organizationId, connection.connectionId, shown)
      await applyHeard(this.#context, tx, { shipmentId, heard, actor: connection.name })
      if (shown.state === 'cancelled' || shown.state === 'rejected') this.#context.hurried.add('counts')
    })
  }
}
