import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { SyncContext } from '../context.ts'
import { syncProblem } from '../errors.ts'

/**
 * The id of an order by its id, its number or the platform's id.
 * @throws SyncProblem where there is none, or where several channels have an order of that number: which one is meant
 * matters to whoever holds or ships it
 */
export async function resolveOrderId(
  { database, organizationId }: SyncContext,
  idOrNumber: string,
): Promise<string> {
  const found = await findOrderIds(database.kysely, organizationId, idOrNumber)
  const exact = found.find((orderId) => orderId === idOrNumber)
  const [first, second] = found
  if (exact !== undefined) return exact
  if (first === undefined) throw syncProblem('unknown-order', 'order', `There is no order ${idOrNumber}.`)
  if (second !== undefined)
    throw syncProblem('ambiguous-order', 'order', `Several orders are called ${idOrNumber}.`)
  return first
}

async function findOrderIds(db: Db, organizationId: string, idOrNumber: string): Promise<string[]> {
  const isId = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(idOrNumber)
  const found = await sql<{ orderId: string }>`
    select order_id from sales_order
    where organization_id = ${organizationId}
      and (number = ${idOrNumber} or external_id = ${idOrNumber} or order_id = ${isId ? idOrNumber : null}::uuid)
    order by (order_id = ${isId ? idOrNumber : null}::uuid) desc nulls last, placed_at desc, order_id
    limit 2`.execute(db)
  return found.rows.map(({ orderId }) => orderId)
}
