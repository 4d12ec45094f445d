import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { withKits } from '../availability/kit-levels.store.ts'
import type { WindowRow } from './policy.ts'
import type { PolicyInForce } from './policy-book.ts'

/** The columns of everything that a policy without an end may set. */
export const policyFields = sql`buffer_units, buffer_percent, cap, floor, fixed, paused, min_shelf_life_days,
  promise_incoming, pool_location_ids, share_percent, exclusive_percent, incoming_percent, incoming_within_days`

/** Policies as they are at a moment, under the name `policy`: those without an end, and the windows that are open. */
export function policiesAt(organizationId: string, at: Date): RawBuilder<unknown> {
  return sql`(
    select scope, scope_id, ${policyFields}, null::bigint as campaign_units, null::uuid as window_id,
      '-infinity'::timestamptz as starts_at
    from policy
    where organization_id = ${organizationId}
    union all
    select scope, scope_id, ${policyFields}, campaign_units, window_id, starts_at
    from policy_window
    where organization_id = ${organizationId} and starts_at <= ${at} and ends_at > ${at}
  ) as policy`
}

const merged = sql`${policyFields}, campaign_units, window_id`

/** What reaches levels of these items or of the kits that contain them, from far to near, windows after what they stand before. */
export async function findPoliciesInForce(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<PolicyInForce[]> {
  return await findReaching(db, organizationId, withKits(organizationId, itemIds), at)
}

/** The same for levels of exactly these items. */
export async function findPoliciesOf(
  db: Db,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<PolicyInForce[]> {
  return await findReaching(db, organizationId, sql<string[]>`${sql.val([...itemIds])}::uuid[]`, at)
}

async function findReaching(
  db: Db,
  organizationId: string,
  itemIds: RawBuilder<string[]>,
  at: Date,
): Promise<PolicyInForce[]> {
  const found = await sql<PolicyInForce>`
    select scope, scope_id, null::uuid as connection_id, null as stock_unit_id, null::uuid as item_id, 0::bigint as listings,
      ${merged}, starts_at
    from ${policiesAt(organizationId, at)}
    where scope in ('organization', 'connection') or (scope = 'item' and scope_id = any(${itemIds}))
    union all
    select 'listing', listing_id, listing.connection_id, listing.stock_unit_id, listing.item_id,
      (
        select count(*) from listing as other
        where other.organization_id = listing.organization_id and other.connection_id = listing.connection_id
          and other.stock_unit_id = listing.stock_unit_id and other.item_id = listing.item_id
      ),
      ${merged}, starts_at
    from ${policiesAt(organizationId, at)}
    join listing on listing.organization_id = ${organizationId} and listing.listing_id = policy.scope_id
    where policy.scope = 'listing' and listing.item_id = any(${itemIds})
    order by scope, scope_id, starts_at`.execute(db)
  return found.rows
}

/** What the organization itself has set, its open windows after it. */
export async function findOrganizationPolicies(
  db: Db,
  organizationId: string,
  at: Date,
): Promise<Pick<WindowRow, 'promiseIncoming'>[]> {
  const found = await sql<Pick<WindowRow, 'promiseIncoming'>>`
    select promise_incoming from ${policiesAt(organizationId, at)}
    where scope = 'organization'
    order by starts_at`.execute(db)
  return found.rows
}
