import type { ExternalOrder } from '@plimsoll/connector-kit'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** An order as the hub last knew it, in the canonical shape. */
export async function findKnownOrder(
  db: Db,
  organizationId: string,
  connectionId: string,
  externalId: string,
): Promise<{ order: ExternalOrder } | undefined> {
  const orders = await sql<{
    orderId: string
    number: string
    state: ExternalOrder['state']
    placedAt: Date
    version: number | null
    currency: string | null
    test: boolean
  }>`
    select order_id, number, state, placed_at, version, currency, test from sales_order
    where organization_id = ${organizationId} and connection_id = ${connectionId}
      and external_id = ${externalId}`.execute(db)
  const [row] = orders.rows
  if (row === undefined) return undefined
  const lines = await sql<{
    externalId: string
    listingExternalId: string | null
    sku: string | null
    title: string
    ordered: number
    current: number
    shipped: number
    returned: number
  }>`
    select external_id, listing_external_id, sku, title, ordered, current, shipped, coalesce(platform_returned, returned) as returned from order_line
    where organization_id = ${organizationId} and order_id = ${row.orderId}
    order by line_id`.execute(db)
  return {
    order: {
      externalId,
      number: row.number,
      state: row.state,
      placedAt: row.placedAt,
      version: row.version ?? undefined,
      currency: row.currency ?? undefined,
      test: row.test,
      locationId: undefined,
      lines: lines.rows.map((line) => ({
        ...line,
        listingExternalId: line.listingExternalId ?? undefined,
        sku: line.sku ?? undefined,
        subtracted: 'yes',
      })),
    },
  }
}
