import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import { sql } from 'kysely'
import type { Previewed, ShadowLevel } from './shadow.ts'

/** Every level of a connection with what it shows and would show, in the order of its listings. */
export async function findShadowLevels(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<ShadowLevel[]> {
  const found = await sql<ShadowLevel>`
    select level.level_id, coalesce(sold.external_id, level.stock_unit_id) as listing, sold.sku,
      coalesce(sold.title, level.stock_unit_id) as title, coalesce(place.name, level.external_location_id) as location, level.item_id,
      level.tracked, level.writable, level.desired as would_show, level.desired_because as because,
      level.desired_version as version,
      coalesce(level.acknowledged - (level.subtracted - level.acknowledged_subtracted), level.observed) as shows
    from level
    left join lateral (
      select external_id, sku, title from listing
      where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
        and listing.stock_unit_id = level.stock_unit_id and listing.state <> 'gone'
      order by external_id
      limit 1
    ) as sold on true
    left join external_location as place on place.organization_id = level.organization_id
      and place.connection_id = level.connection_id and place.external_id = level.external_location_id
    where level.organization_id = ${organizationId} and level.connection_id = ${connectionId}
    order by listing, location, level_id`.execute(db)
  return found.rows
}

export type Preview = {
  previewId: string
  connectionId: string
  digest: string
  levels: number
  madeAt: Date
  usedAt: Date | null
}

export async function insertPreview(
  tx: Tx,
  organizationId: string,
  preview: Omit<Preview, 'usedAt' | 'levels'>,
  levels: readonly Previewed[],
): Promise<void> {
  await sql`
    insert into preview (organization_id, preview_id, connection_id, digest, levels, made_at)
    values (${organizationId}, ${preview.previewId}, ${preview.connectionId}, ${preview.digest}, ${levels.length},
      ${preview.madeAt})`.execute(tx)
  if (levels.length === 0) return
  const source = unnestRows('one', levels, { levelId: 'uuid', shows: 'bigint', wouldShow: 'bigint' })
  await sql`
    insert into preview_level (organization_id, preview_id, level_id, shows, would_show)
    select ${organizationId}, ${preview.previewId}, level_id, shows, would_show from ${source}`.execute(tx)
}

export async function lockPreview(
  tx: Tx,
  organizationId: string,
  previewId: string,
): Promise<Preview | undefined> {
  const found = await sql<Preview>`
    select preview_id, connection_id, digest, levels, made_at, used_at from preview
    where organization_id = ${organizationId} and preview_id = ${previewId}
    for update`.execute(tx)
  return found.rows[0]
}

export async function findPreviewLevels(
  db: Db,
  organizationId: string,
  previewId: string,
): Promise<Previewed[]> {
  const found = await sql<Previewed>`
    select level_id, shows, would_show from preview_level
    where organization_id = ${organizationId} and preview_id = ${previewId}
    order by level_id`.execute(db)
  return found.rows
}

export async function noteUsed(tx: Tx, organizationId: string, previewId: string, at: Date): Promise<void> {
  await sql`
    update preview set used_at = ${at}
    where organization_id = ${organizationId} and preview_id = ${previewId}`.execute(tx)
}
