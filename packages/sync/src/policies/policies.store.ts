import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { policyFields as fields } from './policies-in-force.store.ts'
import type { PolicyRow } from './policy.ts'

export type PolicyScope = { scope: 'organization' | 'connection' | 'item' | 'listing'; scopeId: string }

/** Whom a policy is set on, as a person knows them. */
export type NamedScope = {
  scope: PolicyScope['scope']
  connectionId: string | null
  connectionName: string | null
  listingId: string | null
  listingExternalId: string | null
  sku: string | null
  /** Codes of the locations that it names. */
  pool: string[] | null
}

/** A policy with whom it is set on. */
export type NamedPolicy = PolicyRow & NamedScope & { updatedAt: Date }

/** The columns of `NamedScope`, beside a row `policy` or `policy_window` that is called `of`. */
export const namedScope = sql`of.scope, connection.connection_id, connection.name as connection_name,
  listing.listing_id, listing.external_id as listing_external_id, item.sku,
  case when of.pool_location_ids is not null then array(
    select code from location
    where location.organization_id = of.organization_id and location.location_id = any(of.pool_location_ids)
    order by code
  ) end as pool`

/** What `namedScope` reads. */
export const namedScopeTables = sql`
  left join listing on of.scope = 'listing' and listing.organization_id = of.organization_id
    and listing.listing_id = of.scope_id
  left join item on of.scope = 'item' and item.organization_id = of.organization_id and item.item_id = of.scope_id
  left join connection on connection.organization_id = of.organization_id
    and connection.connection_id = case when of.scope = 'connection' then of.scope_id else listing.connection_id end`

/** From far to near. */
export const byNearness = sql`array_position(array['organization', 'connection', 'item', 'listing'], of.scope),
  connection.name, item.sku, listing.external_id, of.scope_id`

/** Every policy without an end, from far to near: the organization's, those of connections, of items, of listings. */
export async function findPolicies(db: Db, organizationId: string): Promise<NamedPolicy[]> {
  const found = await sql<NamedPolicy>`
    select ${namedScope}, ${fields}, of.updated_at
    from policy as of
    ${namedScopeTables}
    where of.organization_id = ${organizationId}
    order by ${byNearness}`.execute(db)
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

/** The values of `policyFields`, in their order. */
export function policyValues(policy: PolicyRow) {
  const pool = policy.poolLocationIds === null ? null : [...policy.poolLocationIds]
  return sql`${policy.bufferUnits}::bigint, ${policy.bufferPercent}::bigint, ${policy.cap}::bigint, ${policy.floor}::bigint,
    ${policy.fixed}::bigint, ${policy.paused}::boolean, ${policy.minShelfLifeDays}::int, ${policy.promiseIncoming}::boolean,
    ${sql.val(pool)}::uuid[], ${policy.sharePercent}::bigint, ${policy.exclusivePercent}::bigint,
    ${policy.incomingPercent}::bigint, ${policy.incomingWithinDays}::bigint`
}

/** Writes all of a policy. */
export async function savePolicy(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
  { policy, at }: { policy: PolicyRow; at: Date },
): Promise<void> {
  await sql`
    with ${changeOf({ organizationId, scope, scopeId, at, fields: policy })}
    insert into policy (organization_id, scope, scope_id, ${fields}, updated_at)
    values (${organizationId}, ${scope}, ${scopeId}, ${policyValues(policy)}, ${at})
    on conflict (organization_id, scope, scope_id) do update set
      buffer_units = excluded.buffer_units,
      buffer_percent = excluded.buffer_percent,
      cap = excluded.cap,
      floor = excluded.floor,
      fixed = excluded.fixed,
      paused = excluded.paused,
      min_shelf_life_days = excluded.min_shelf_life_days,
      promise_incoming = excluded.promise_incoming,
      pool_location_ids = excluded.pool_location_ids,
      share_percent = excluded.share_percent,
      exclusive_percent = excluded.exclusive_percent,
      incoming_percent = excluded.incoming_percent,
      incoming_within_days = excluded.incoming_within_days,
      updated_at = excluded.updated_at`.execute(tx)
}

/** What it says from then on, for whoever asks later what it said: by the statement that changes it. */
function changeOf(change: PolicyScope & { organizationId: string; at: Date; fields: PolicyRow | null }) {
  const said = change.fields === null ? null : JSON.stringify(change.fields)
  return sql`noted as (
      insert into policy_change (organization_id, scope, scope_id, at, fields)
      values (${change.organizationId}, ${change.scope}, ${change.scopeId}, ${change.at}, ${said}::jsonb)
    )`
}

/** Takes a policy away that sets nothing any more. */
export async function deletePolicy(
  tx: Tx,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
  at: Date,
): Promise<void> {
  await sql`
    with ${changeOf({ organizationId, scope, scopeId, at, fields: null })}
    delete from policy
    where organization_id = ${organizationId} and scope = ${scope} and scope_id = ${scopeId}`.execute(tx)
}

/**
 * The items whose levels a policy reaches, and what kits among them contain: what is set aside for one of their levels is
 * set aside of the parts, which others sell too.
 */
export async function findItemsUnder(
  db: Db,
  organizationId: string,
  { scope, scopeId }: PolicyScope,
): Promise<string[]> {
  const reached = {
    organization: sql`true`,
    connection: sql`level.connection_id = ${scopeId}`,
    item: sql`level.item_id = ${scopeId}`,
    listing: sql`(level.connection_id, level.stock_unit_id) in (
      select connection_id, stock_unit_id from listing
      where organization_id = ${organizationId} and listing_id = ${scopeId}
    )`,
  }
  const found = await sql<{ itemId: string }>`
    with sold as (
      select distinct item_id from level
      where organization_id = ${organizationId} and item_id is not null and ${reached[scope]}
    )
    select item_id from sold
    union
    select part_item_id from kit_part join sold on kit_item_id = item_id
    where kit_part.organization_id = ${organizationId}
    order by item_id`.execute(db)
  return found.rows.map(({ itemId }) => itemId)
}

export async function listingExists(db: Db, organizationId: string, listingId: string): Promise<boolean> {
  const found = await sql`
    select from listing where organization_id = ${organizationId} and listing_id = ${listingId}`.execute(db)
  return found.rows.length > 0
}
