import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { withKits } from '../availability/kit-levels.store.ts'
import type { StaleMark, StaleRule } from './stale-orders.ts'

export type StaleRuleRow = StaleRule & { scope: 'organization' | 'connection'; scopeId: string }

export async function findStaleRules(db: Db, organizationId: string): Promise<StaleRuleRow[]> {
  const found = await sql<StaleRuleRow>`
    select scope, scope_id, after_ms, kind, amount from stale_rule
    where organization_id = ${organizationId}
    order by scope desc, scope_id`.execute(db)
  return found.rows
}

/** @param rule null takes it back */
export async function saveStaleRule(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: Pick<StaleRuleRow, 'scope' | 'scopeId'>,
  rule: StaleRule | null,
  at: Date,
): Promise<void> {
  if (rule === null) {
    await sql`
      delete from stale_rule
      where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(tx)
    return
  }
  await sql`
    insert into stale_rule (organization_id, scope, scope_id, after_ms, kind, amount, updated_at)
    values (${organizationId}, ${scope}, ${scopeId}, ${rule.afterMs}, ${rule.kind}, ${rule.amount}, ${at})
    on conflict (organization_id, scope, scope_id) do update set
      after_ms = excluded.after_ms, kind = excluded.kind, amount = excluded.amount, updated_at = excluded.updated_at`.execute(
    tx,
  )
}

export type ConnectionReading = {
  connectionId: string
  name: string
  createdAt: Date
  fenceAt: Date | null
  readAt: Date | null
  followedSince: Date | null
  mark: StaleMark | null
}

/** How far the orders of every connection that follows any are known, and what is marked. */
export async function findReadings(db: Db, organizationId: string): Promise<ConnectionReading[]> {
  type Row = Omit<ConnectionReading, 'mark'> & { [Field in keyof StaleMark]: StaleMark[Field] | null }
  const found = await sql<Row>`
    select connection.connection_id, connection.name, connection.created_at, fence_at, read_at, followed_since,
      stale_orders.kind, stale_orders.amount, stale_orders.since, stale_orders.marked_at
    from connection
    join stream_cursor on stream_cursor.organization_id = connection.organization_id
      and stream_cursor.connection_id = connection.connection_id and stream = 'orders'
    left join stale_orders on stale_orders.organization_id = connection.organization_id
      and stale_orders.connection_id = connection.connection_id
    where connection.organization_id = ${organizationId} and connection.state <> 'draft'
    order by connection.connection_id`.execute(db)
  return found.rows.map(({ kind, amount, since, markedAt, ...row }) => ({
    ...row,
    mark:
      kind === null || amount === null || since === null || markedAt === null
        ? null
        : { kind, amount, since, markedAt },
  }))
}

export async function saveMark(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  mark: StaleMark,
): Promise<void> {
  await sql`
    insert into stale_orders (organization_id, connection_id, kind, amount, since, marked_at)
    values (${organizationId}, ${connectionId}, ${mark.kind}, ${mark.amount}, ${mark.since}, ${mark.markedAt})
    on conflict (organization_id, connection_id) do update set kind = excluded.kind, amount = excluded.amount`.execute(
    tx,
  )
}

/** Takes a mark away, unless it is a newer one than was decided about. */
export async function deleteMark(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  markedAt: Date,
): Promise<boolean> {
  const deleted = await sql`
    delete from stale_orders
    where organization_id = ${organizationId} and connection_id = ${connectionId} and marked_at <= ${markedAt}`.execute(
    tx,
  )
  return Number(deleted.numAffectedRows ?? 0n) === 1
}

/** The items that a connection lists, and the parts of its kits: what it may have sold. */
export async function findItemsSoldBy(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<string[]> {
  const found = await sql<{ itemId: string }>`
    with listed as (
      select distinct item_id from listing
      -- Those that are gone, too: what was marked while they were there is taken back once they are not.
      where organization_id = ${organizationId} and connection_id = ${connectionId} and item_id is not null
    )
    select item_id from listed
    union
    select part_item_id from kit_part join listed on kit_part.kit_item_id = listed.item_id
    where kit_part.organization_id = ${organizationId}
    order by 1`.execute(db)
  return found.rows.map((row) => row.itemId)
}

export type StaleItem = Pick<StaleMark, 'kind' | 'amount'> & {
  itemId: string
  connectionId: string
  connectionName: string
}

/**
 * Of these items and the kits that contain them: the connections whose orders are not known and which may have sold
 * them, by themselves, within a kit, or out of one that is shown. Nearly always none is marked, and nothing is read.
 */
export async function findStaleItems(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
): Promise<StaleItem[]> {
  const found = await sql<StaleItem>`
    select shown.item_id, stale.connection_id, connection.name as connection_name, stale.kind, stale.amount
    from stale_orders as stale
    join connection on connection.organization_id = stale.organization_id
      and connection.connection_id = stale.connection_id
    cross join unnest(${withKits(organizationId, itemIds)}) as shown(item_id)
    where stale.organization_id = ${organizationId} and stale.kind <> 'notice' and exists (
      with part as (
        select shown.item_id as id
        union
        select part_item_id from kit_part
        where kit_part.organization_id = stale.organization_id and kit_item_id = shown.item_id
      ),
      sold as (
        select id from part
        union
        select kit_item_id from kit_part join part on part_item_id = part.id
        where kit_part.organization_id = stale.organization_id
      )
      select from sold
      join listing on listing.organization_id = stale.organization_id and listing.item_id = sold.id
      where listing.connection_id = stale.connection_id and listing.state <> 'gone'
    )
    order by shown.item_id, stale.connection_id`.execute(db)
  return found.rows
}
