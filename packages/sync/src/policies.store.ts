import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { PolicyRow } from './desired.ts'

export type PolicyScope = { scope: 'organization' | 'connection' | 'listing'; scopeId: string }

/** A policy with whom it is set on, as a person knows them. */
export type NamedPolicy = PolicyRow & {
  scope: PolicyScope['scope']
  connectionId: string | null
  connectionName: string | null
  listingId: string | null
  listingExternalId: string | null
  updatedAt: Date
}

const fields = sql`buffer_units, buffer_percent, cap, floor, fixed, paused, min_shelf_life_days, promise_incoming`

/** Every policy from far to near: the organization's, those of connections, those of listings. */
export async function findPolicies(db: Db, organizationId: string): Promise<NamedPolicy[]> {
  const found = await sql<NamedPolicy>`
    select policy.scope, connection.connection_id, connection.name as connection_name,
      listing.listing_id, listing.external_id as listing_external_id, policy.updated_at, ${fields}
    from policy
    left join listing on policy.scope = 'listing' and listing.organization_id = policy.organization_id
      and listing.listing_id = policy.scope_id
    left join connection on connection.organization_id = policy.organization_id
      and connection.connection_id = case when policy.scope = 'connection' then policy.scope_id
        else listing.connection_id end
    where policy.organization_id = ${organizationId}
    order by array_position(array['organization', 'connection', 'listing'], policy.scope), connection.name,
      listing.external_id, policy.scope_id`.execute(db)
  return found.rows
}

export async function findPolicy(
  db: Db,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
): Promise<PolicyRow | undefined> {
  const found = await sql<PolicyRow>`
    select ${fields} from policy
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(db)
  return found.rows[0]
}

/** Writes all of a policy. */
export async function savePolicy(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
  { policy, at }: { policy: PolicyRow; at: Date },
): Promise<void> {
  await sql`
    insert into policy (organization_id, scope, scope_id, ${fields}, updated_at)
    values (${organizationId}, ${scope}, ${scopeId}, ${policy.bufferUnits}, ${policy.bufferPercent}, ${policy.cap},
      ${policy.floor}, ${policy.fixed}, ${policy.paused}, ${policy.minShelfLifeDays}, ${policy.promiseIncoming}, ${at})
    on conflict (organization_id, scope, scope_id) do update set
      buffer_units = excluded.buffer_units,
      buffer_percent = excluded.buffer_percent,
      cap = excluded.cap,
      floor = excluded.floor,
      fixed = excluded.fixed,
      paused = excluded.paused,
      min_shelf_life_days = excluded.min_shelf_life_days,
      promise_incoming = excluded.promise_incoming,
      updated_at = excluded.updated_at`.execute(tx)
}

/** Takes a policy away that sets nothing any more. */
export async function deletePolicy(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
): Promise<void> {
  await sql`
    delete from policy
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(tx)
}

/** The items whose levels a policy reaches. */
export async function findItemsUnder(
  db: Db,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
): Promise<string[]> {
  const reached = {
    organization: sql`true`,
    connection: sql`level.connection_id = ${scopeId}`,
    listing: sql`(level.connection_id, level.stock_unit_id) in (
      select connection_id, stock_unit_id from listing
      where organization_id = ${organizationId} and listing_id = ${scopeId}
    )`,
  }
  const found = await sql<{ itemId: string }>`
    select distinct item_id from level
    where organization_id = ${organizationId} and item_id is not null and ${reached[scope]}
    order by item_id`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

export async function listingExists(db: Db, organizationId: string, listingId: string): Promise<boolean> {
  const found = await sql`
    select from listing where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(db)
  return found.rows.length > 0
}
