import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** One level of an item as it stood at a moment. Null: nothing is on record by then. */
export type LevelAt = {
  connectionId: string
  connectionName: string
  listing: string
  listingId: string | null
  location: string
  wanted: number | null
  because: string | null
  wantedAt: Date | null
  causedAt: Date | null
  /** How it was protected when it came to want this, and the listing units fewer that it wanted because of that. */
  protection: 'open' | 'buffered' | 'tightening' | 'guaranteed' | null
  keptBack: number | null
  /** The last write sent by then. */
  sent: number | null
  sentAt: Date | null
  /** What was known of it by then: `sent` until it was settled. */
  sentState: string | null
  /** What its platform was last known to have by then, from a write. */
  acknowledged: number | null
  acknowledgedAt: Date | null
}

/** The levels that sell the item now, as each stood then. */
export async function findLevelsAt(
  db: Db,
  organizationId: string,
  itemId: string,
  at: Date,
): Promise<LevelAt[]> {
  const found = await sql<LevelAt>`
    select level.connection_id, connection.name as connection_name, level.stock_unit_id as listing,
      of_level.listing_id, level.external_location_id as location, wish.desired as wanted, wish.because,
      wish.at as wanted_at, wish.caused_at, wish.protection, wish.kept_back, sent.quantity as sent, sent.sent_at,
      case when sent.settled_at <= ${at} then sent.state when sent.sent_at is not null then 'sent' end as sent_state,
      known.quantity as acknowledged, known.settled_at as acknowledged_at
    from level
    join connection on connection.organization_id = level.organization_id
      and connection.connection_id = level.connection_id
    left join lateral (
      select listing_id from listing
      where listing.organization_id = level.organization_id and listing.connection_id = level.connection_id
        and listing.stock_unit_id = level.stock_unit_id
      order by listing_id
      limit 1
    ) as of_level on true
    left join lateral (
      select desired, because, at, caused_at, protection, kept_back from desired_log
      where desired_log.organization_id = level.organization_id and desired_log.level_id = level.level_id
        and desired_log.at <= ${at}
      order by version desc
      limit 1
    ) as wish on true
    left join lateral (
      select quantity, sent_at, settled_at, state from write
      where write.organization_id = level.organization_id and write.level_id = level.level_id and sent_at <= ${at}
      order by sent_at desc, write_id desc
      limit 1
    ) as sent on true
    left join lateral (
      select quantity, settled_at from write
      where write.organization_id = level.organization_id and write.level_id = level.level_id
        and state = 'applied' and settled_at <= ${at}
      order by settled_at desc, write_id desc
      limit 1
    ) as known on true
    where level.organization_id = ${organizationId} and level.item_id = ${itemId}
    order by connection.name, listing, location`.execute(db)
  return found.rows
}

export type OrderKnownAt = {
  orderId: string
  connectionName: string
  number: string
  placedAt: Date
  seenAt: Date
  /** When what it took was first counted. */
  appliedAt: Date
  units: number
}

/** The newest orders that had taken of the item by then, and those placed by then of which the hub learned later. */
export async function findOrdersKnownAt(
  db: Db,
  organizationId: string,
  itemId: string,
  { at, limit }: { at: Date; limit: number },
): Promise<(OrderKnownAt & { isKnown: boolean })[]> {
  const found = await sql<OrderKnownAt & { isKnown: boolean }>`
    select sales_order.order_id, connection.name as connection_name, number, placed_at, seen_at,
      min(reservation.created_at) as applied_at, sum(reserved)::bigint as units,
      min(reservation.created_at) <= ${at} as is_known
    from reservation
    join sales_order on sales_order.organization_id = reservation.organization_id
      and sales_order.order_id = reservation.order_id
    join connection on connection.organization_id = sales_order.organization_id
      and connection.connection_id = sales_order.connection_id
    where reservation.organization_id = ${organizationId} and reservation.item_id = ${itemId} and placed_at <= ${at}
    group by sales_order.order_id, connection.name, number, placed_at, seen_at
    order by placed_at desc, sales_order.order_id
    limit ${limit}`.execute(db)
  return found.rows
}

/** What a policy without an end set at a moment. */
export type PolicyAt = {
  scope: string
  scopeId: string
  /** Since when; null: not known. */
  since: Date | null
  /** Null: nothing was set any more, or what was is not known (then `isKnown` is false). */
  fields: Record<string, unknown> | null
  isKnown: boolean
}

/** The policies that reach the item's levels, as they stood then, as far as their history is kept. */
export async function findPoliciesAt(
  db: Db,
  organizationId: string,
  scopes: readonly { scope: string; scopeId: string }[],
  at: Date,
): Promise<PolicyAt[]> {
  const found = await sql<PolicyAt>`
    select asked.scope, asked.scope_id, coalesce(before.at, unchanged.updated_at) as since,
      case when before.at is not null then before.fields
        else to_jsonb(unchanged) - array['organization_id', 'scope', 'scope_id', 'updated_at'] end as fields,
      before.at is not null or unchanged.updated_at is not null as is_known
    from unnest(
      ${sql.val(scopes.map(({ scope }) => scope))}::text[], ${sql.val(scopes.map(({ scopeId }) => scopeId))}::uuid[]
    ) with ordinality as asked(scope, scope_id, place)
    left join lateral (
      select at, fields from policy_change
      where organization_id = ${organizationId} and policy_change.scope = asked.scope
        and policy_change.scope_id = asked.scope_id and at <= ${at}
      order by at desc, change_id desc
      limit 1
    ) as before on true
    left join policy as unchanged on unchanged.organization_id = ${organizationId}
      and unchanged.scope = asked.scope and unchanged.scope_id = asked.scope_id and unchanged.updated_at <= ${at}
    where before.fields is not null or (before.at is null and (unchanged.updated_at is not null or exists (
      select from policy
      where policy.organization_id = ${organizationId} and policy.scope = asked.scope
        and policy.scope_id = asked.scope_id
    ) and not exists (
      -- Its history begins with the first policy that was set there: before it there was none.
      select from policy_change
      where organization_id = ${organizationId} and policy_change.scope = asked.scope
        and policy_change.scope_id = asked.scope_id
    )))
    order by asked.place`.execute(db)
  return found.rows
}
