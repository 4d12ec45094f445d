import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { MovedByOrders } from '../lanes/levels.store.ts'

export type LateUnits = Pick<MovedByOrders, 'stockUnitId' | 'externalLocationId'> & {
  units: number
  changedAt: Date
}

/**
 * Of orders that a backfill found: what changed before a level was last confirmed is in the confirmed number already,
 * whoever missed it. Such levels are read again. Called after `addSubtracted`, under the same locks.
 */
export async function noteLate(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  late: readonly LateUnits[],
  at: Date,
): Promise<void> {
  if (late.length === 0) return
  const source = unnestRows('late', late, {
    stockUnitId: 'text',
    externalLocationId: 'text',
    units: 'bigint',
    changedAt: 'timestamptz',
  })
  await sql`
    with matched as (
      select level.level_id, level.acknowledged_at, late.units, late.changed_at,
        count(*) over (partition by late.ordinal) as candidates
      from (select row_number() over () as ordinal, * from ${source}) as late
      join level on level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
        and level.stock_unit_id = late.stock_unit_id
        and (late.external_location_id is null or level.external_location_id = late.external_location_id)
    ),
    per_level as (
      select level_id, sum(units)::bigint as units from matched
      where candidates = 1 and changed_at < acknowledged_at
      group by level_id
    ),
    locked as (
      select level_id from level
      where organization_id = ${organizationId} and level_id in (select level_id from per_level)
      order by level_id
      for update
    )
    update level set acknowledged_subtracted = acknowledged_subtracted + per_level.units, recheck_at = ${at}
    from locked join per_level using (level_id)
    where level.organization_id = ${organizationId} and level.level_id = locked.level_id`.execute(tx)
}
