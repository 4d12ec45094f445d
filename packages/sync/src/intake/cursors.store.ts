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
  /** When the last complete read began. */
  readAt: Date | null
}

export const UNREAD = { fenceAt: null, deepReadAt: null, readAt: null }

export async function findOrderCursor(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<OrderCursor | undefined> {
  const found = await sql<OrderCursor>`
    select since, fence_at, deep_read_at, read_at from stream_cursor
    where organization_id = ${organizationId} and connection_id = ${connectionId} and stream = 'orders'`.execute(
    db,
  )
  return found.rows[0]
}

/** Moves the cursor forward; never back, whatever order two reads end in. Where it began is kept. */
export async function saveOrderCursor(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  cursor: OrderCursor,
): Promise<void> {
  await sql`
    insert into stream_cursor
      (organization_id, connection_id, stream, since, fence_at, deep_read_at, read_at, followed_since)
    values (${organizationId}, ${connectionId}, 'orders', ${cursor.since}, ${cursor.fenceAt}, ${cursor.deepReadAt},
      ${cursor.readAt}, ${cursor.since})
    on conflict (organization_id, connection_id, stream) do update set
      since = greatest(stream_cursor.since, excluded.since),
      fence_at = greatest(stream_cursor.fence_at, excluded.fence_at),
      deep_read_at = greatest(stream_cursor.deep_read_at, excluded.deep_read_at),
      read_at = greatest(stream_cursor.read_at, excluded.read_at)`.execute(tx)
}

/** Orders changed before then were never read. */
export async function findFollowedSince(
  db: Db,
  organizationId: string,
  connectionId: string,
): Promise<Date | undefined> {
  const found = await sql<{ followedSince: Date | null }>`
    select followed_since from stream_cursor
    where organization_id = ${organizationId} and connection_id = ${connectionId} and stream = 'orders'`.execute(
    db,
  )
  return found.rows[0]?.followedSince ?? undefined
}

/** Another stream than the orders: where it goes on, by time and, in the middle of a read, by the platform's own place. */
export type StreamCursor = { since: Date; readAt: Date | null; position: string | null }

export async function findStreamCursor(
  db: Db,
  organizationId: string,
  connectionId: string,
  stream: string,
): Promise<StreamCursor | undefined> {
  const found = await sql<StreamCursor>`
    select since, read_at, position from stream_cursor
    where organization_id = ${organizationId} and connection_id = ${connectionId} and stream = ${stream}`.execute(
    db,
  )
  return found.rows[0]
}

export async function saveStreamCursor(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  stream: string,
  cursor: StreamCursor,
): Promise<void> {
  await sql`
    insert into stream_cursor (organization_id, connection_id, stream, since, read_at, position, followed_since)
    values (${organizationId}, ${connectionId}, ${stream}, ${cursor.since}, ${cursor.readAt}, ${cursor.position},
      ${cursor.since})
    on conflict (organization_id, connection_id, stream) do update set
      since = greatest(stream_cursor.since, excluded.since),
      read_at = greatest(stream_cursor.read_at, excluded.read_at),
      position = excluded.position`.execute(tx)
}

/** How a stream is going: for the screens, and for whoever takes the connection over. */
export type StreamPace = {
  stream: string
  changedAt: Date
  nextAt: Date
  failures: number
  problem: string | null
}

/** Levels have no cursor but are a stream like the others; before the first read of those there is nothing to tell. */
export async function saveStreamPaces(
  tx: Tx,
  organizationId: string,
  connectionId: string,
  paces: readonly StreamPace[],
): Promise<void> {
  for (const pace of paces) {
    if (pace.stream === 'levels') {
      const cursor = { since: pace.changedAt, readAt: null, position: null }
      await saveStreamCursor(tx, organizationId, connectionId, pace.stream, cursor)
    }
    await sql`
      update stream_cursor set
        changed_at = ${pace.changedAt}, next_at = ${pace.nextAt}, failures = ${pace.failures}, problem = ${pace.problem}
      where organization_id = ${organizationId} and connection_id = ${connectionId} and stream = ${pace.stream}`.execute(
      tx,
    )
  }
}
