import { type LocationKind, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from './context.ts'

export type LocationRow = { code: string; name: string; kind: LocationKind }

/** Creates what is missing and changes what differs, known by its code; a code may be given once only. */
export async function saveLocations(
  tx: Tx,
  context: StockContext,
  locations: readonly LocationRow[],
): Promise<{ code: string; isNew: boolean }[]> {
  if (locations.length === 0) return []
  const rows = locations
    .map((location) => ({ ...location, locationId: context.uuid() }))
    // In one order, so that two writers cannot wait for each other.
    .sort((a, b) => (a.code < b.code ? -1 : 1))
  const source = unnestRows('saved', rows, { locationId: 'uuid', code: 'text', name: 'text', kind: 'text' })
  const saved = await sql<{ code: string; isNew: boolean }>`
    insert into location (organization_id, location_id, code, name, kind, created_at)
    select ${context.organizationId}, location_id, code, name, kind, ${context.now()}
    from ${source}
    on conflict (organization_id, code) do update set name = excluded.name, kind = excluded.kind
    where (location.name, location.kind) is distinct from (excluded.name, excluded.kind)
    returning code, xmax = 0 as is_new`.execute(tx)
  return saved.rows
}
