import { type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { PartBack } from './take-back-part.ts'

/** What came back of parts of kits, by order line; the caller holds the lines' order. */
export async function findPartsBack(
  tx: Tx,
  organizationId: string,
  lineIds: readonly string[],
): Promise<Map<string, PartBack[]>> {
  if (lineIds.length === 0) return new Map()
  const found = await sql<PartBack & { lineId: string }>`
    select line_id, item_id, came_back, missing from kit_part_back
    where organization_id = ${organizationId} and line_id = any(${sql.val([...lineIds])}::uuid[])
    order by line_id, item_id`.execute(tx)
  return Map.groupBy(found.rows, ({ lineId }) => lineId)
}

export async function savePartsBack(
  tx: Tx,
  organizationId: string,
  parts: readonly (PartBack & { lineId: string })[],
): Promise<void> {
  if (parts.length === 0) return
  const source = unnestRows('back', parts, {
    lineId: 'uuid',
    itemId: 'uuid',
    cameBack: 'bigint',
    missing: 'bigint',
  })
  await sql`
    insert into kit_part_back (organization_id, line_id, item_id, came_back, missing)
    select ${organizationId}, line_id, item_id, came_back, missing from ${source}
    on conflict (organization_id, line_id, item_id) do update set came_back = excluded.came_back,
      missing = excluded.missing`.execute(tx)
}
