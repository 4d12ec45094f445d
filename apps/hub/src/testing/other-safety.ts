import { randomUUID } from 'node:crypto'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { alertReads, alertWrites, insertAlertRows } from './other-alerts.ts'
import { fulfilmentReads, fulfilmentWrites, insertFulfilmentRows } from './other-fulfilment.ts'
import { insertMappingRows } from './other-mapping.ts'
import { insertReplenishmentRows } from './other-replenishment.ts'
import { insertRoutingRows } from './other-routing.ts'
import type { ServedHub } from './served-hub.ts'

const NONE = '00000000-0000-7000-8000-000000000000'

/** What the tests of isolation ask of holds, pauses and previews. */
export const safetyReads: Record<string, string[]> = {
  ...fulfilmentReads,
  ...alertReads,
  '/api/v1/holds': ['/api/v1/holds', '/api/v1/holds?open=true'],
  '/api/v1/holds/:id': [`/api/v1/holds/${NONE}`],
  '/api/v1/guard': ['/api/v1/guard'],
  '/api/v1/pauses': ['/api/v1/pauses'],
  '/api/v1/oversold': ['/api/v1/oversold?since=2000-01-01T00:00:00Z'],
  '/api/v1/items/:sku/explain': ['/api/v1/items/Zebra-1/explain?at=2020-01-01T00:00:00Z'],
  '/api/v1/orders/:id/timeline': [`/api/v1/orders/${NONE}/timeline`],
  '/api/v1/cutovers': ['/api/v1/cutovers'],
  '/api/v1/cutovers/:name': [`/api/v1/cutovers/Zebra`],
  '/api/v1/connections/:id/shadow': [`/api/v1/connections/${NONE}/shadow`],
}

export function safetyWrites(ask: ServedHub['ask'], { connectionId }: { connectionId: string }) {
  return {
    ...fulfilmentWrites(ask, connectionId),
    ...alertWrites(ask, 'Zebra'),
    'POST /api/v1/holds/:id/confirm': () => ask('POST', `/api/v1/holds/${connectionId}/confirm`, {}),
    'POST /api/v1/holds/:id/refuse': () => ask('POST', `/api/v1/holds/${connectionId}/refuse`, {}),
    'PUT /api/v1/guard': () => ask('PUT', '/api/v1/guard', { connection: connectionId, zeroPercent: 100 }),
    // Their own are theirs: without a reason nothing is stopped.
    'POST /api/v1/pauses': () => ask('POST', '/api/v1/pauses', {}),
    'POST /api/v1/pauses/lift': () => ask('POST', '/api/v1/pauses/lift', { scope: 'everybody' }),
    'POST /api/v1/cutovers': () =>
      ask('POST', '/api/v1/cutovers', {
        name: 'x',
        connection: connectionId,
        source: 'connection',
        from: connectionId,
      }),
    // It keeps nothing; neither an item of the second nor a location of theirs becomes a line.
    'POST /api/v1/opening-files': async () => {
      const file = Buffer.from('sku,location,quantity\nZebra-1,MAIN,1\nMUG,Zebra,1\n')
      const answer = await ask('POST', '/api/v1/opening-files', file)
      const { lines, rowsBad } = answer.body as { lines?: unknown[]; rowsBad?: number }
      return lines?.length === 0 && rowsBad === 2 ? { ...answer, status: 404 } : answer
    },
    ...Object.fromEntries(
      Object.entries({
        orders: undefined,
        proposal: { lines: [] },
        approval: { digest: 'x' },
        apply: undefined,
        live: { preview: NONE },
        cancel: undefined,
      }).map(([step, body]) => [
        `POST /api/v1/cutovers/:name/${step}`,
        () => ask('POST', `/api/v1/cutovers/${connectionId}/${step}`, body),
      ]),
    ),
    'POST /api/v1/connections/:id/preview': () => ask('POST', `/api/v1/connections/${connectionId}/preview`),
  }
}

/** What did not come about by itself. The id of its hold is that of its connection. */
export async function insertSafetyRows(db: Db, organizationId: string, mark: string): Promise<void> {
  await insertAlertRows(db, organizationId, mark)
  await insertRoutingRows(db, organizationId, mark)
  await insertReplenishmentRows(db, organizationId, mark)
  await insertMappingRows(db, organizationId, mark)
  await insertFulfilmentRows(db, organizationId, mark)
  await sql`insert into guard_setting (organization_id, scope, scope_id, zero_percent, updated_by, updated_at)
    values (${organizationId}, 'organization', ${organizationId}, 77, ${mark}, now())`.execute(db)
  await sql`insert into hold
      (organization_id, hold_id, connection_id, kind, state, listings, of_listings, units, opened_at)
    select organization_id, connection_id, connection_id, 'zero', 'waiting', 7, 7, 77, now()
    from connection where organization_id = ${organizationId}`.execute(db)
  await sql`insert into held_level (organization_id, connection_id, level_id, hold_id, state, shown, wanted, least, most, since)
    select organization_id, connection_id, level_id, connection_id, 'held', 7, 0, 0, 0, now()
    from level where organization_id = ${organizationId}
    on conflict do nothing`.execute(db)
  await sql`insert into halt values (${organizationId}, ${mark}, ${mark}, now())`.execute(db)
  await sql`insert into pause_change values (${organizationId}, ${randomUUID()}, 'organization', null, 'paused', ${mark}, ${mark}, now())`.execute(
    db,
  )
  await sql`insert into preview (organization_id, preview_id, connection_id, digest, levels, made_at)
    select organization_id, connection_id, connection_id, ${mark}, 1, now()
    from connection where organization_id = ${organizationId}`.execute(db)
  await sql`insert into cutover
      (organization_id, cutover_id, name, connection_id, source, state, orders_since, actor, begun_at, changed_at)
    select organization_id, connection_id, ${mark}, connection_id, 'count', 'begun', now(), ${mark}, now(), now()
    from connection where organization_id = ${organizationId}`.execute(db)
  await sql`insert into cutover_line (organization_id, cutover_id, item_id, location_id, proposed, ledger)
    select connection.organization_id, connection_id, item_id, default_location_id, 7, 77
    from connection join item on item.organization_id = connection.organization_id
    where connection.organization_id = ${organizationId}`.execute(db)
  await sql`insert into oversell (organization_id, line_id, item_id, cause, order_id, connection_id, units, placed_at,
      found_at, judged_at, final, parts)
    select order_line.organization_id, line_id, item.item_id, 'race', order_id, order_line.connection_id, 77, now(),
      now(), now(), true, jsonb_build_array(jsonb_build_object('units', 77, 'because', ${mark}::text))
    from order_line join item on item.organization_id = order_line.organization_id
    where order_line.organization_id = ${organizationId}`.execute(db)
  await sql`insert into policy_change (organization_id, scope, scope_id, at, fields)
    values (${organizationId}, 'organization', ${organizationId}, now(), jsonb_build_object('cap', ${mark}::text))`.execute(
    db,
  )
  await sql`insert into protection_change (organization_id, scope, scope_id, at, mode, oversells_per_million, actor)
    values (${organizationId}, 'organization', ${organizationId}, now(), 'auto', 1000, ${mark})`.execute(db)
  await sql`insert into preview_level select organization_id, connection_id, level_id, 7, 7
    from level where organization_id = ${organizationId}`.execute(db)
}
