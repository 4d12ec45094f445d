import { arrayOf, type BulkState, type Db, type Tx, unnestRows } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import type { PolicyInForce } from '../policies/policy-book.ts'
import type { ToldTrouble } from '../told-trouble.ts'
import type { BulkChange, Rail } from './bulk-change.ts'

/** Which items, or which listings of them. Several narrow each other down. */
export type BulkSelection = {
  skus: readonly string[] | undefined
  /** Part of a SKU or a name. */
  search: string | undefined
  /** Sold there; of listings: only those there. */
  connectionId: string | undefined
}

export type BulkEdit = {
  bulkId: string
  state: BulkState
  scope: 'item' | 'listing'
  request: Record<string, unknown>
  change: BulkChange
  actor: string
  why: string | null
  positions: number
  scopes: number
  looked: number
  done: number
  undoneTo: number
  levels: number
  refused: number
  kept: number
  rails: Rail[]
  problem: string | null
  problemTold: ToldTrouble | null
  madeAt: Date
  previewedAt: Date | null
  changedAt: Date
}

const columns = sql`bulk_id, state, scope, request, change, actor, why, positions, scopes, looked, done, undone_to, levels, refused,
  kept, rails, problem, problem_told, made_at, previewed_at, changed_at`

/** Typed text is matched as it is. */
function likeOf(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`
}

/** Notes whom a bulk edit is for. @returns how many items, and how many items or listings */
export async function insertBulkEdit(
  tx: Tx,
  organizationId: string,
  edit: Pick<BulkEdit, 'bulkId' | 'scope' | 'request' | 'change' | 'actor' | 'why'> & {
    selection: BulkSelection
    at: Date
  },
): Promise<{ positions: number; scopes: number }> {
  const { bulkId, scope, request, change, actor, why, selection, at } = edit
  await sql`
    insert into bulk_edit (organization_id, bulk_id, state, scope, request, change, actor, why, positions, scopes, made_at,
      changed_at)
    values (${organizationId}, ${bulkId}, 'looking', ${scope}, ${JSON.stringify(request)}::jsonb,
      ${JSON.stringify(change)}::jsonb, ${actor}, ${why}, 0, 0, ${at}, ${at})`.execute(tx)
  const { skus, search, connectionId } = selection
  const chosen = [
    sql`item.organization_id = ${organizationId} and item.archived_at is null`,
    ...(skus === undefined ? [] : [sql`item.sku = any(${arrayOf(skus, 'text')})`]),
    ...(search === undefined
      ? []
      : [sql`(item.sku ilike ${likeOf(search)} or item.name ilike ${likeOf(search)})`]),
  ]
  const there = connectionId === undefined ? sql`true` : sql`listing.connection_id = ${connectionId}`
  const source: RawBuilder<unknown> =
    scope === 'item'
      ? sql`
        select item_id as scope_id, item_id, row_number() over (order by item_id) as position from item
        where ${sql.join(chosen, sql` and `)} and (${connectionId === undefined} or exists (
          select from listing
          where listing.organization_id = item.organization_id and listing.item_id = item.item_id and ${there}
        ))`
      : sql`
        select listing_id as scope_id, item_id, dense_rank() over (order by item_id) as position from item
        join listing using (organization_id, item_id)
        where ${sql.join(chosen, sql` and `)} and listing.state <> 'gone' and ${there}`
  const counted = await sql<{ positions: number; scopes: number }>`
    with inserted as (
      insert into bulk_scope (organization_id, bulk_id, position, scope_id, item_id)
      select ${organizationId}, ${bulkId}, position, scope_id, item_id from (${source}) as chosen
      returning position
    ), counted as (
      select coalesce(max(position), 0)::bigint as positions, count(*) as scopes from inserted
    )
    select positions, scopes from counted`.execute(tx)
  const found = counted.rows[0] ?? { positions: 0, scopes: 0 }
  await sql`
    update bulk_edit set positions = ${found.positions}, scopes = ${found.scopes}
    where organization_id = ${organizationId} and bulk_id = ${bulkId}`.execute(tx)
  return found
}

export async function findBulkEdit(
  db: Db,
  organizationId: string,
  bulkId: string,
): Promise<BulkEdit | undefined> {
  const found = await sql<BulkEdit>`
    select ${columns} from bulk_edit where organization_id = ${organizationId} and bulk_id = ${bulkId}`.execute(
    db,
  )
  return found.rows[0]
}

/** The newest first. */
export async function findBulkEdits(db: Db, organizationId: string, limit: number): Promise<BulkEdit[]> {
  const found = await sql<BulkEdit>`
    select ${columns} from bulk_edit where organization_id = ${organizationId}
    order by made_at desc, bulk_id desc limit ${limit}`.execute(db)
  return found.rows
}

/** The oldest that there is something to do for. */
export async function findOpenBulkEdit(db: Db, organizationId: string): Promise<BulkEdit | undefined> {
  const found = await sql<BulkEdit>`
    select ${columns} from bulk_edit
    where organization_id = ${organizationId} and state in ('looking', 'applying', 'undoing')
    order by made_at, bulk_id limit 1`.execute(db)
  return found.rows[0]
}

/** The same, locked; undefined where it has gone on or another process is at it. */
export async function lockBulkEdit(
  tx: Tx,
  organizationId: string,
  { bulkId, state, looked, done, undoneTo }: BulkEdit,
): Promise<BulkEdit | undefined> {
  const found = await sql<BulkEdit>`
    select ${columns} from bulk_edit
    where organization_id = ${organizationId} and bulk_id = ${bulkId} and state = ${state} and looked = ${looked}
      and done = ${done} and undone_to = ${undoneTo}
    for update skip locked`.execute(tx)
  return found.rows[0]
}

export type BulkProgress = Partial<
  Pick<
    BulkEdit,
    | 'state'
    | 'looked'
    | 'done'
    | 'undoneTo'
    | 'levels'
    | 'refused'
    | 'kept'
    | 'rails'
    | 'problem'
    | 'problemTold'
    | 'previewedAt'
  >
>

export async function saveBulkProgress(
  tx: Tx,
  organizationId: string,
  bulkId: string,
  { rails, problemTold, ...progress }: BulkProgress,
  at: Date,
): Promise<void> {
  await tx
    .updateTable('bulkEdit')
    .set({
      ...progress,
      ...(rails !== undefined && { rails: JSON.stringify(rails) }),
      ...(problemTold !== undefined && { problemTold: problemTold && JSON.stringify(problemTold) }),
      changedAt: at,
    })
    .where('organizationId', '=', organizationId)
    .where('bulkId', '=', bulkId)
    .execute()
}

/** Whom the positions after one, up to another, are; of listings also what the policy book asks. */
export async function findBulkScopes(
  db: Db,
  organizationId: string,
  { bulkId, scope }: Pick<BulkEdit, 'bulkId' | 'scope'>,
  { after, until }: { after: number; until: number },
): Promise<
  (Pick<PolicyInForce, 'connectionId' | 'stockUnitId' | 'listings'> & { scopeId: string; itemId: string })[]
> {
  const of =
    scope === 'item'
      ? sql`null::uuid as connection_id, null as stock_unit_id, 0::bigint as listings`
      : sql`listing.connection_id, listing.stock_unit_id, (
          select count(*) from listing as other
          where other.organization_id = listing.organization_id and other.connection_id = listing.connection_id
            and other.stock_unit_id = listing.stock_unit_id and other.item_id = listing.item_id
        ) as listings`
  const found = await sql<{
    scopeId: string
    itemId: string
    connectionId: string | null
    stockUnitId: string | null
    listings: number
  }>`
    select scope_id, bulk_scope.item_id, ${of} from bulk_scope
    left join listing on ${scope === 'listing'} and listing.organization_id = bulk_scope.organization_id
      and listing.listing_id = scope_id
    where bulk_scope.organization_id = ${organizationId} and bulk_id = ${bulkId} and position > ${after}
      and position <= ${until}
    order by position, scope_id`.execute(db)
  return found.rows
}

/** Why some are left out. */
export async function saveBulkRefusals(
  tx: Tx,
  organizationId: string,
  bulkId: string,
  refusals: readonly { scopeId: string; because: string }[],
): Promise<void> {
  if (refusals.length === 0) return
  await sql`
    update bulk_scope set refused = said.because
    from ${unnestRows('said', refusals, { scopeId: 'uuid', because: 'text' })}
    where organization_id = ${organizationId} and bulk_id = ${bulkId} and bulk_scope.scope_id = said.scope_id`.execute(
    tx,
  )
}

export type BulkLevel = {
  levelId: string
  before: number
  beforeBecause: string
  after: number
  afterBecause: string
  estimated: boolean
}

/** @returns how many were not there yet: a kit comes along with each of its parts */
export async function insertBulkLevels(
  tx: Tx,
  organizationId: string,
  bulkId: string,
  levels: readonly BulkLevel[],
): Promise<number> {
  if (levels.length === 0) return 0
  const source = unnestRows('looked', levels, {
    levelId: 'uuid',
    before: 'bigint',
    beforeBecause: 'text',
    after: 'bigint',
    afterBecause: 'text',
    estimated: 'boolean',
  })
  const inserted = await sql`
    insert into bulk_level (organization_id, bulk_id, level_id, before, before_because, after, after_because, estimated)
    select ${organizationId}, ${bulkId}, level_id, before, before_because, after, after_because, estimated from ${source}
    on conflict do nothing`.execute(tx)
  return Number(inserted.numAffectedRows ?? 0)
}

/** A level that would change, as a person knows it. */
export type NamedBulkLevel = BulkLevel & {
  sku: string
  name: string
  connectionName: string
  externalLocation: string
}

/** A page in order of SKU. @param after the last level of the page before */
export async function findBulkLevels(
  db: Db,
  organizationId: string,
  bulkId: string,
  { after, limit }: { after: { sku: string; levelId: string } | undefined; limit: number },
): Promise<NamedBulkLevel[]> {
  const found = await sql<NamedBulkLevel>`
    select looked.level_id, before, before_because, after, after_because, estimated, item.sku, item.name,
      connection.name as connection_name, external_location.name as external_location
    from bulk_level as looked
    join level on level.organization_id = looked.organization_id and level.level_id = looked.level_id
    join item on item.organization_id = level.organization_id and item.item_id = level.item_id
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    join external_location on external_location.organization_id = level.organization_id
      and external_location.connection_id = level.connection_id
      and external_location.external_id = level.external_location_id
    where looked.organization_id = ${organizationId} and bulk_id = ${bulkId}
      and (${after === undefined} or (item.sku, looked.level_id) > (${after?.sku ?? ''}, ${after?.levelId ?? null}::uuid))
    order by item.sku, looked.level_id
    limit ${limit}`.execute(db)
  return found.rows
}

/** What would change of each connection, for the rails. */
export async function findChangesByConnection(
  db: Db,
  organizationId: string,
  bulkId: string,
): Promise<
  { connectionId: string; name: string; isLive: boolean; before: number; after: number; levels: number }[]
> {
  const found = await sql<{
    connectionId: string
    name: string
    isLive: boolean
    before: number
    after: number
    levels: number
  }>`
    select connection.connection_id, connection.name, connection.state = 'live' as is_live, before, after,
      count(distinct level.stock_unit_id)::bigint as levels
    from bulk_level as looked
    join level on level.organization_id = looked.organization_id and level.level_id = looked.level_id
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    where looked.organization_id = ${organizationId} and bulk_id = ${bulkId} and level.tracked and level.writable
    group by connection.connection_id, connection.name, connection.state, before, after
    order by connection.name, before, after`.execute(db)
  return found.rows
}
