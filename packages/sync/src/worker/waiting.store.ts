import { sql } from 'kysely'
import { nowOf } from '../context.ts'
import { returnsToNote } from '../returns/notice-of-return.store.ts'
import type { WorkerContext } from './worker-context.ts'

/**
 * Whether anything may wait to be done for a connection: events, writes, levels to be looked at, fences, tickets, jobs.
 * One statement over the indexes of what waits, in place of a look at each. May say yes where what waits must wait.
 */
export async function doesAnythingWait(context: WorkerContext): Promise<boolean> {
  const { organizationId, connection, database } = context
  const now = nowOf(context)
  const ours = sql`organization_id = ${organizationId} and connection_id = ${connection.connectionId}`
  const found = await sql<{ waits: boolean }>`
    select exists (
      select from inbox
      where ${ours} and state in ('pending', 'fetch') and (not_before is null or not_before <= ${now})
    ) or exists (
      select from lane_entry where ${ours} and (not_before is null or not_before <= ${now})
    ) or exists (
      select from level where ${ours} and recheck_at <= ${now}
    ) or exists (
      select from level
      where ${ours} and protection in ('tightening', 'guaranteed') and exposure_older is distinct from 0
    ) or exists (
      select from write where ${ours} and state = 'accepted' and ask_at <= ${now}
    ) or exists (
      select from errand where ${ours} and state in ('waiting', 'sent', 'unknown') and not_before <= ${now}
        and (state = 'waiting' or calls_until is null or calls_until <= ${now})
    ) or exists (
      select from order_to_route where ${ours} and not_before <= ${now}
    ) or exists (
      select from warehouse_delivery where ${ours} and try_at <= ${now}
    ) or exists (
      ${unannounced(context)}
    ) or exists (
      ${context.operations.warehouse === undefined ? sql`select where false` : returnsToNote(context)}
    ) or exists (
      select from sync_job where ${ours} and state in ('waiting', 'running') and kind <> 'import'
    ) as waits`.execute(database.kysely)
  return found.rows[0]?.waits ?? true
}

/** Inbound shipments to a place of a warehouse that takes announcements, and that nobody has noted to be announced. */
function unannounced({ organizationId, connection, operations }: WorkerContext) {
  return operations.warehouse?.announceInbound === undefined
    ? sql`select where false`
    : sql`
      select from counted_place as place
      join inbound_shipment as inbound using (organization_id, location_id)
      where place.organization_id = ${organizationId} and place.connection_id = ${connection.connectionId}
        and inbound.state in ('expected', 'partly-received') and not exists (
          select from errand
          where errand.organization_id = inbound.organization_id and errand.kind = 'announce-inbound'
            and errand.subject_id = inbound.inbound_id)`
}
