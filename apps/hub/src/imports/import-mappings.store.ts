import { type Db, type Tx, unnestRows } from '@plimsoll/database'
import type { ConflictKind, ForeseenMapping, SupposedMapping } from '@plimsoll/sync'
import { sql } from 'kysely'
import type { Hold } from './imports.store.ts'

/** What a row of a file would change of its listing. */
export type MappingChange = {
  row: number
  listingId: string
  itemBefore: string | null
  unitsBefore: number
  ignoredBefore: string | null
  itemAfter: string | null
  unitsAfter: number
  ignoredAfter: string | null
}

export async function insertMappingChanges(
  tx: Tx,
  hold: Hold,
  changes: readonly MappingChange[],
): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map(({ row, ...rest }) => ({ ...rest, rowNumber: row }))
  const source = unnestRows('found', rows, {
    rowNumber: 'bigint',
    listingId: 'uuid',
    itemBefore: 'uuid',
    unitsBefore: 'bigint',
    ignoredBefore: 'text',
    itemAfter: 'uuid',
    unitsAfter: 'bigint',
    ignoredAfter: 'text',
  })
  await sql`
    insert into import_mapping (organization_id, import_id, row_number, listing_id, item_before, units_before,
      ignored_before, item_after, units_after, ignored_after)
    select ${hold.organizationId}, ${hold.importId}, row_number, listing_id, item_before, units_before,
      ignored_before, item_after, units_after, ignored_after
    from ${source}`.execute(tx)
}

export async function deleteMappingChanges(tx: Tx, hold: Hold): Promise<void> {
  await sql`
    delete from import_mapping
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId}`.execute(tx)
}

/** A row that another one contradicts was good when it was looked at; neither is believed now. What is repeated counts once. */
const isGood = sql`not exists (
  select from import_problem as problem
  where problem.organization_id = changed.organization_id and problem.import_id = changed.import_id
    and problem.row_number = changed.row_number and (problem.level = 'error' or problem.code = 'row-repeated')
)`

export async function countMappingChanges(db: Db, hold: Hold): Promise<number> {
  const found = await sql<{ count: number }>`
    select count(*) as count from import_mapping as changed
    where organization_id = ${hold.organizationId} and import_id = ${hold.importId} and ${isGood}`.execute(db)
  return found.rows[0]?.count ?? 0
}

/** All of them, in the order of their stock units. */
export async function findSupposed(db: Db, hold: Hold): Promise<SupposedMapping[]> {
  const found = await sql<SupposedMapping>`
    select changed.listing_id, listing.connection_id, listing.stock_unit_id, changed.item_before, changed.item_after,
      changed.units_after, changed.ignored_after
    from import_mapping as changed
    join listing on listing.organization_id = changed.organization_id and listing.listing_id = changed.listing_id
    where changed.organization_id = ${hold.organizationId} and changed.import_id = ${hold.importId} and ${isGood}
    order by listing.connection_id, listing.stock_unit_id, changed.row_number`.execute(db)
  return found.rows
}

export async function saveForeseen(tx: Tx, hold: Hold, foreseen: readonly ForeseenMapping[]): Promise<void> {
  if (foreseen.length === 0) return
  const source = unnestRows('told', foreseen, {
    listingId: 'uuid',
    shows: 'bigint',
    willShow: 'bigint',
    estimated: 'boolean',
    conflicts: 'jsonb',
  })
  await sql`
    update import_mapping as changed set shows = told.shows, will_show = told.will_show, estimated = told.estimated,
      conflicts = told.conflicts, foreseen = true
    from ${source}
    where changed.organization_id = ${hold.organizationId} and changed.import_id = ${hold.importId}
      and changed.listing_id = told.listing_id`.execute(tx)
}

/** A change as a person knows it. `is…Kit`: its stock is that of its parts. */
export type NamedMappingChange = MappingChange & {
  connectionId: string
  connectionName: string
  externalId: string
  title: string
  listingSku: string | null
  skuBefore: string | null
  nameBefore: string | null
  isKitBefore: boolean | null
  skuAfter: string | null
  nameAfter: string | null
  isKitAfter: boolean | null
  shows: number | null
  willShow: number | null
  estimated: boolean
  foreseen: boolean
  conflicts: { kind: ConflictKind; other: string | null }[]
}

/** `conflicts`: that would be in conflict with something; `zero`: that show something and would show zero. */
export const MAPPING_CHANGES = ['conflicts', 'zero'] as const
export type MappingChangesOnly = (typeof MAPPING_CHANGES)[number]

/** In order of rows. @param page.after the last row of the page before */
export async function findMappingChanges(
  db: Db,
  organizationId: string,
  importId: string,
  page: { only: MappingChangesOnly | undefined; after: number; limit: number },
): Promise<NamedMappingChange[]> {
  const narrow = {
    conflicts: sql`and changed.conflicts <> '[]'`,
    zero: sql`and changed.will_show = 0 and changed.shows > 0`,
  }
  const found = await sql<NamedMappingChange>`
    select changed.row_number as row, changed.listing_id, changed.item_before, changed.units_before,
      changed.ignored_before, changed.item_after, changed.units_after, changed.ignored_after, changed.shows,
      changed.will_show, changed.estimated, changed.foreseen, changed.conflicts, listing.connection_id,
      connection.name as connection_name, listing.external_id, listing.title, listing.sku as listing_sku,
      was.sku as sku_before, was.name as name_before, was.kit_kind <> 'none' as is_kit_before,
      becomes.sku as sku_after, becomes.name as name_after, becomes.kit_kind <> 'none' as is_kit_after
    from import_mapping as changed
    join listing on listing.organization_id = changed.organization_id and listing.listing_id = changed.listing_id
    join connection on connection.organization_id = listing.organization_id
      and connection.connection_id = listing.connection_id
    left join item as was on was.organization_id = changed.organization_id and was.item_id = changed.item_before
    left join item as becomes on becomes.organization_id = changed.organization_id
      and becomes.item_id = changed.item_after
    where changed.organization_id = ${organizationId} and changed.import_id = ${importId} and ${isGood}
      ${page.only === undefined ? sql`` : narrow[page.only]} and changed.row_number > ${page.after}::bigint
    order by changed.row_number
    limit ${page.limit}`.execute(db)
  return found.rows
}
