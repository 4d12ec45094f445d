import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

/** The numbers of orders, by their ids. */
export async function findOrderNumbers(
  db: Db,
  organizationId: string,
  orderIds: readonly string[],
): Promise<Map<string, string>> {
  if (orderIds.length === 0) return new Map()
  const found = await sql<{ orderId: string; number: string }>`
    select order_id, number from sales_order
    where organization_id = ${organizationId} and order_id = any(${[...orderIds]}::uuid[])`.execute(db)
  return new Map(found.rows.map(({ orderId, number }) => [orderId, number]))
}
