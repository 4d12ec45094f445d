import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { hasUnreadableOrders } from '../intake/inbox.store.ts'

/**
 * Whether an order that cannot be read keeps units of an item from being dealt again: it lies at a connection that sells the
 * item, and what it sold is not known until it has been read.
 */
export async function isHeldByOrders(db: Db, organizationId: string, itemId: string): Promise<boolean> {
  const found = await sql<{ connectionId: string }>`
    select distinct connection_id from level
    where organization_id = ${organizationId} and item_id = ${itemId} and granted is not null
    order by connection_id`.execute(db)
  for (const { connectionId } of found.rows)
    if (await hasUnreadableOrders(db, organizationId, connectionId)) return true
  return false
}
