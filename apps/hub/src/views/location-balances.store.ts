import type { LocationBalancePage } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/**
 * What is at one location, item by item in order of SKU, all lots together. The cursor is the last SKU of the page
 * before. It walks the index of items and looks each one's balance up, so a page costs the same wherever it lies.
 */
export async function findLocationBalances(
  db: Db,
  organizationId: string,
  locationId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<LocationBalancePage> {
  const found = await sql<LocationBalancePage['rows'][number]>`
    select item.sku, item.name, there.on_hand, there.reserved, there.held, there.incoming,
      there.on_hand - there.reserved - there.held as available
    from item
    cross join lateral (
      select sum(on_hand)::bigint as on_hand, sum(reserved)::bigint as reserved, sum(held)::bigint as held,
        sum(incoming)::bigint as incoming
      from balance
      where balance.organization_id = item.organization_id and balance.item_id = item.item_id
        and balance.location_id = ${locationId}
    ) as there
    where item.organization_id = ${organizationId} and there.on_hand is not null
      and (${page.cursor ?? null}::text is null or item.sku > ${page.cursor ?? null}::text)
    order by item.sku
    limit ${page.limit + 1}`.execute(db)
  const rows = found.rows.slice(0, page.limit)
  return { rows, next: found.rows.length > page.limit ? (rows.at(-1)?.sku ?? null) : null }
}
