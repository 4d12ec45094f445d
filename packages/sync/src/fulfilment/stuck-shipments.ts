import { inTransaction } from '@plimsoll/database'
import { sql } from 'kysely'
import { warehouseTermsOf } from '../connections/sends-for-others.ts'
import { nowOf } from '../context.ts'
import { openTask } from '../tasks.store.ts'
import type { ToldTask } from '../told-task.ts'
import { assertLease } from '../worker/leases.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { applyHeard, toHeard } from './hear.ts'
import { toFindOptions } from './shipment-errands.ts'

const ASKED_PER_TURN = 5

/**
 * Shipments of which the warehouse has said nothing for too long: it is asked about each directly, and what still stands as it
 * stood is shown to a person, with its age.
 * @returns how many were asked about
 */
export async function askAboutStuck(context: WorkerContext): Promise<number> {
  const { organizationId, database, connection, operations, uuid } = context
  const { warehouse } = operations
  const terms = warehouseTermsOf(context)
  if (warehouse === undefined || terms === undefined) return 0
  const before = new Date(context.clock.now() - terms.stuckAfterMs)
  const found = await sql<{ shipmentId: string; number: string; askedAt: Date }>`
    select shipment_id, number, asked_at from shipment
    where organization_id = ${organizationId} and warehouse_id = ${connection.connectionId}
      and state in ('asked', 'received', 'working', 'held') and heard_at <= ${before}
    order by heard_at, shipment_id
    limit ${ASKED_PER_TURN}`.execute(database.kysely)
  for (const { shipmentId, number, askedAt } of found.rows) {
    const shown = await warehouse.findShipment(shipmentId, await toFindOptions(context, shipmentId))
    const at = nowOf(context)
    await inTransaction(database, async (tx) => {
      await assertLease(tx, organizationId, context.lease)
      if (shown !== undefined) {
        const heard = await toHeard(tx, organizationId, connection.connectionId, shown)
        const outcome = await applyHeard(context, tx, { shipmentId, heard, actor: connection.name })
        if (outcome.kind === 'heard') return
      }
      const hours = Math.round((at.getTime() - askedAt.getTime()) / 3_600_000)
      const what = shown === undefined ? 'does not know it' : 'has done nothing about it'
      const detail = `${number} was asked of ${connection.name} ${hours} hours ago, and it ${what}. Call them, or send it from elsewhere.`
      const told: ToldTask = {
        code: shown === undefined ? 'shipment-unknown' : 'shipment-idle',
        facts: { warehouse: connection.name, shipment: number, hours },
      }
      const about = {
        kind: 'shipment-stuck' as const,
        subject: shipmentId,
        sku: null,
        units: null,
        detail,
        told,
      }
      await openTask(tx, organizationId, { ...about, connectionId: connection.connectionId }, { at, uuid })
      await sql`
        update shipment set heard_at = ${at}
        where organization_id = ${organizationId} and shipment_id = ${shipmentId}`.execute(tx)
    })
  }
  return found.rows.length
}
