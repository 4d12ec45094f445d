import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Evidence } from './stampede.ts'

/** Clocks of two processes differ by less. */
const SLACK = sql`interval '2 seconds'`

export type LevelEvidence = Evidence & {
  levelId: string
  stockUnitId: string
  /** The most that the platform may show now; null: nobody knows. */
  shown: number | null
  version: number
}

/**
 * What the log and the ledger say of these levels' last change; of a raise, of all changes since the platform last
 * confirmed a number, for it shows them as one. A virtual kit went by whichever part lost most.
 * @param until up to when the ledger is asked; undefined: up to the change
 */
export async function findEvidence(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  until?: Date,
): Promise<LevelEvidence[]> {
  if (levelIds.length === 0) return []
  const found = await sql<LevelEvidence>`
    select level.level_id, level.stock_unit_id, level.units_per_listing, level.desired_version as version,
      greatest(level.acknowledged - (level.subtracted - level.acknowledged_subtracted), level.open_greatest) as shown,
      change.before, level.desired, coalesce(level.desired_because, '') as because,
      coalesce(moved.taken, 0)::bigint as taken, coalesce(moved.given, 0)::bigint as given,
      coalesce(lots.recalled, 0)::bigint as recalled
    from level
    left join lateral (
      select before, caused_at, at from desired_log
      where desired_log.organization_id = level.organization_id and desired_log.level_id = level.level_id
        and desired_log.version = level.desired_version
      order by at desc
      limit 1
    ) as change on true
    left join lateral (
      select min(caused_at) as caused_at from desired_log
      where desired_log.organization_id = level.organization_id and desired_log.level_id = level.level_id
        and desired_log.at >= level.acknowledged_at - ${SLACK}
    ) as unshown on true
    left join lateral (
      select max(ceil(of_part.taken / part.quantity)) as taken, max(ceil(of_part.given / part.quantity)) as given
      from (
        select level.item_id as item_id, 1::bigint as quantity
        union all
        select part_item_id, quantity from kit_part
        where kit_part.organization_id = level.organization_id and kit_item_id = level.item_id
      ) as part
      cross join lateral (
        select sum(case kind when 'reserve' then greatest(0, reserved_delta) when 'ship' then -on_hand_delta end)
            filter (where recorded_at >= change.caused_at - ${SLACK}) as taken,
          sum(case kind when 'release' then -reserved_delta when 'return' then on_hand_delta end) as given
        from movement
        where movement.organization_id = level.organization_id and movement.item_id = part.item_id
          and kind in ('reserve', 'release', 'ship', 'return')
          and recorded_at >= least(change.caused_at, unshown.caused_at) - ${SLACK}
          and recorded_at <= ${until === undefined ? sql`change.at + ${SLACK}` : sql`${until}`}
      ) as of_part
    ) as moved on true
    left join lateral (
      select sum(balance.on_hand - balance.held) as recalled
      from lot
      join balance on balance.organization_id = lot.organization_id and balance.item_id = lot.item_id
        and balance.lot_id = lot.lot_id and balance.on_hand > balance.held
      where lot.organization_id = level.organization_id
        and (lot.item_id = level.item_id or lot.item_id in (
          select part_item_id from kit_part
          where kit_part.organization_id = level.organization_id and kit_item_id = level.item_id
        ))
        and (
          (lot.expires_on < change.at::date and lot.expires_on >= change.at::date - 2)
          or exists (
            select from lot_status_change
            where lot_status_change.organization_id = lot.organization_id and lot_status_change.lot_id = lot.lot_id
              and after = 'recalled' and changed_at between change.caused_at - ${SLACK} and change.at + ${SLACK}
          )
        )
    ) as lots on true
    where level.organization_id = ${organizationId} and level.level_id = any(${sql.val([...levelIds])}::uuid[])
      and level.desired is not null
    order by level.level_id`.execute(db)
  return found.rows
}
