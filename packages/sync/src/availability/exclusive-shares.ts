import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { syncProblem } from '../errors.ts'
import { policiesAt } from '../policies/policies-in-force.store.ts'

/**
 * Refuses what was just stored where exclusive shares of one item would then be more than all of it, now or when a
 * window opens.
 * @param itemIds what was changed reaches these
 * @throws SyncProblem that names who has them
 */
export async function refuseOverfull(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<void> {
  for (const moment of [at, ...(await findOpenings(tx, organizationId, at))]) {
    const overfull = await findOverfull(tx, organizationId, itemIds, moment)
    if (overfull === undefined) continue
    const { sku, percent, holders } = overfull
    const when = moment === at ? '' : ` from ${moment.toISOString()}`
    const message = `${percent} % of ${sku} would be set aside${when}: ${holders.join(', ')}.`
    throw syncProblem('overfull-shares', 'exclusivePercent', message)
  }
}

/** Later moments at which an exclusive share begins. */
async function findOpenings(tx: Tx, organizationId: string, at: Date): Promise<Date[]> {
  const found = await sql<{ startsAt: Date }>`
    select distinct starts_at from policy_window
    where organization_id = ${organizationId} and starts_at > ${at} and exclusive_percent is not null
    order by starts_at`.execute(tx)
  return found.rows.map((row) => row.startsAt)
}

type Overfull = { sku: string; percent: number; holders: string[] }

/**
 * The first item of which more than all would be set aside. A kit's share is one of each of its parts. Where listings
 * share a level, the least of their own shares counts.
 */
async function findOverfull(
  tx: Tx,
  organizationId: string,
  itemIds: readonly string[],
  at: Date,
): Promise<Overfull | undefined> {
  const found = await sql<Overfull>`
    with in_force as (
      select distinct on (scope, scope_id) scope, scope_id, exclusive_percent
      from ${policiesAt(organizationId, at)}
      where exclusive_percent is not null
      order by scope, scope_id, starts_at desc
    ), stock as (
      select unnest(${sql.val([...itemIds])}::uuid[]) as item_id
    ), consumer as (
      select item_id as stock_item_id, item_id from stock
      union
      select part_item_id, kit_item_id from kit_part join stock on item_id = part_item_id
      where kit_part.organization_id = ${organizationId}
    ), own as (
      select listing.connection_id, listing.stock_unit_id, listing.item_id, min(exclusive_percent) as percent,
        min(listing.external_id) as external_id
      from in_force
      join listing on listing.organization_id = ${organizationId} and listing.listing_id = in_force.scope_id
      where scope = 'listing'
      group by 1, 2, 3
    ), holder as (
      select distinct consumer.stock_item_id, connection.name, own.external_id, own.stock_unit_id,
        coalesce(own.percent, of_connection.exclusive_percent) as percent
      from consumer
      join level on level.organization_id = ${organizationId} and level.item_id = consumer.item_id
      join connection on connection.organization_id = level.organization_id
        and connection.connection_id = level.connection_id
      left join own on own.connection_id = level.connection_id and own.stock_unit_id = level.stock_unit_id
        and own.item_id = level.item_id
      left join in_force as of_connection on of_connection.scope = 'connection'
        and of_connection.scope_id = level.connection_id
      where coalesce(own.percent, of_connection.exclusive_percent) is not null
    )
    select item.sku, sum(percent)::bigint as percent,
      array_agg(holder.name || coalesce(' (listing ' || external_id || ')', '') || ' ' || percent || ' %'
        order by holder.name, external_id) as holders
    from holder
    join item on item.organization_id = ${organizationId} and item.item_id = holder.stock_item_id
    group by item.sku
    having sum(percent) > 100
    order by item.sku
    limit 1`.execute(tx)
  return found.rows[0]
}
