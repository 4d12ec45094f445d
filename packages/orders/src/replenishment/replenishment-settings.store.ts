import { arrayOf, type Db, type Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { z } from 'zod'
import { replenishmentFields, type StoredSetting } from './replenishment-settings.ts'

const storedFields = replenishmentFields.extend({
  source: z
    .union([z.literal('supplier'), z.literal('assembly'), z.strictObject({ locationId: z.uuid() })])
    .optional(),
})

export type SavedSetting = StoredSetting & { actor: string; savedAt: Date }

/** Settings of the organization and its locations, and of these items; all settings where no items are named. */
export async function findReplenishmentSettings(
  db: Db,
  organizationId: string,
  itemIds?: readonly string[],
): Promise<SavedSetting[]> {
  const ofItems =
    itemIds === undefined ? sql`true` : sql`(item_id is null or item_id = any(${arrayOf(itemIds, 'uuid')}))`
  const found = await sql<Omit<SavedSetting, 'fields'> & { fields: unknown }>`
    select item_id, location_id, fields, actor, saved_at
    from replenishment_setting
    where organization_id = ${organizationId} and ${ofItems}
    order by item_id nulls first, location_id nulls first`.execute(db)
  return found.rows.map((row) => ({ ...row, fields: storedFields.parse(row.fields) }))
}

/** Writes what holds for one scope from now on; without any field there is no row. */
export async function saveReplenishmentSetting(
  tx: Tx,
  { organizationId, uuid, now }: { organizationId: string; uuid(): string; now(): Date },
  { itemId, locationId, fields }: StoredSetting,
  actor: string,
): Promise<void> {
  if (Object.keys(fields).length === 0) {
    await sql`
      delete from replenishment_setting
      where organization_id = ${organizationId} and item_id is not distinct from ${itemId}::uuid
        and location_id is not distinct from ${locationId}::uuid`.execute(tx)
    return
  }
  await sql`
    insert into replenishment_setting (organization_id, setting_id, item_id, location_id, fields, actor, saved_at)
    values (${organizationId}, ${uuid()}, ${itemId}, ${locationId}, ${JSON.stringify(fields)}::jsonb, ${actor}, ${now()})
    on conflict (organization_id, item_id, location_id)
    do update set fields = excluded.fields, actor = excluded.actor, saved_at = excluded.saved_at`.execute(tx)
}

/** Days, both included, that say nothing about usual demand; null: of all items, at all locations. */
export type LeftOutDays = {
  leftOutId: string
  itemId: string | null
  locationId: string | null
  /** As 2026-11-27. */
  since: string
  until: string
  reason: string
  actor: string
}

/** Days left out of demand that end on or after a day; all where none is given. */
export async function findLeftOutDays(
  db: Db,
  organizationId: string,
  after?: string,
): Promise<LeftOutDays[]> {
  const found = await sql<LeftOutDays>`
    select left_out_id, item_id, location_id, since_day::text as since, until_day::text as until, reason, actor
    from demand_left_out
    where organization_id = ${organizationId} and (${after ?? null}::date is null or until_day >= ${after ?? null}::date)
    order by since_day desc, left_out_id`.execute(db)
  return found.rows
}

export async function insertLeftOutDays(
  tx: Tx,
  organizationId: string,
  { leftOutId, itemId, locationId, since, until, reason, actor }: LeftOutDays,
  at: Date,
): Promise<void> {
  await sql`
    insert into demand_left_out (organization_id, left_out_id, item_id, location_id, since_day, until_day, reason, actor,
      saved_at)
    values (${organizationId}, ${leftOutId}, ${itemId}, ${locationId}, ${since}, ${until}, ${reason}, ${actor}, ${at})`.execute(
    tx,
  )
}

/** @returns whether there was such a row */
export async function deleteLeftOutDays(tx: Tx, organizationId: string, leftOutId: string): Promise<boolean> {
  const deleted = await sql`
    delete from demand_left_out
    where organization_id = ${organizationId} and left_out_id = ${leftOutId}
    returning left_out_id`.execute(tx)
  return deleted.rows.length > 0
}
