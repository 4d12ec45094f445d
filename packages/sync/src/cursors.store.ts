import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'

/** How far the orders of a connection are known. */
export type OrderCursor = {
  /** Orders changed before this have all been read. */
  since: Date
  /** Up to then every order is known; null before the first complete read. */
  fenceAt: Date | null
  /** Last read that reached far back. */
  deepReadAt: Date | null
}

export async function findOrderCursor(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<OrderCursor | undefined> {
  const found = await sql<OrderCursor>`
    select since, fence_at, deep_read_at from stream_cursor
    where organization_id = ${organizationId} and connection_id = ${connectionId} and stream = 'orders'`.execute(
    db,
  )
  return found.rows[0]
}

/** Moves the cursor forward; never back, whatever order two reads end in. */
export async function saveOrderCursor(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  cursor: OrderCursor,
): Promise<void> {
  await sql`
    insert into stream_cursor (organization_id, connection_id, stream, since, fence_at, deep_read_at)
    values (${organizationId}, ${connectionId}, 'orders', ${cursor.since}, ${cursor.fenceAt}, ${cursor.deepReadAt})
    on conflict (organization_id, connection_id, stream) do update set
      since = greatest(stream_cursor.since, excluded.since),
      fence_at = greatest(stream_cursor.fence_at, excluded.fence_at),
      deep_read_at = greatest(stream_cursor.deep_read_at, excluded.deep_read_at)`.execute(tx)
}
