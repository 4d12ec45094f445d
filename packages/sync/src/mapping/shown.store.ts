import { type Db, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { TiedUnit } from './tie.store.ts'

export type ShownUnit = { connectionId: string; stockUnitId: string; shows: number | null }

/** What stock units show on their platforms by the hub's best knowledge, by connection and unit with a blank between. */
export async function findShown(
  db: Db,
  organizationId: string,
  units: readonly TiedUnit[],
): Promise<Map<string, ShownUnit>> {
  const source = unnestRows('unit', units, { connectionId: 'uuid', stockUnitId: 'text' })
  const found = await sql<ShownUnit>`
    select level.connection_id, level.stock_unit_id,
      sum(greatest(0, coalesce(acknowledged - (subtracted - acknowledged_subtracted), observed)))::bigint as shows
    from (select distinct connection_id, stock_unit_id from ${source}) as wanted
    join level on level.organization_id = ${organizationId} and level.connection_id = wanted.connection_id
      and level.stock_unit_id = wanted.stock_unit_id
    group by level.connection_id, level.stock_unit_id`.execute(db)
  return new Map(found.rows.map((row) => [`${row.connectionId} ${row.stockUnitId}`, row]))
}

/** The items whose stock these stock units show, those that other listings of a unit bring among them. */
export async function findItemsOfUnits(
  db: Db,
  organizationId: string,
  units: readonly { connectionId: string; stockUnitId: string }[],
): Promise<string[]> {
  const source = unnestRows('unit', units, { connectionId: 'uuid', stockUnitId: 'text' })
  const found = await sql<{ itemId: string }>`
    select distinct level.item_id
    from (select distinct connection_id, stock_unit_id from ${source}) as wanted
    join level on level.organization_id = ${organizationId} and level.connection_id = wanted.connection_id
      and level.stock_unit_id = wanted.stock_unit_id
    where level.item_id is not null`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}
