import type { ParkedPage } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

const PAYLOAD_CHARACTERS_MAX = 4_000

/** Parked events, oldest first. */
export async function findParked(
  db: Db,
  organizationId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<ParkedPage> {
  const [total, found] = await Promise.all([
    sql<{ total: number }>`
      select count(*) as total from inbox
      where organization_id = ${organizationId} and state = 'parked'`.execute(db),
    sql<{
      inboxId: string
      connectionId: string
      topic: string
      subject: string
      source: string
      receivedAt: Date
      settledAt: Date | null
      attempts: number
      reasonCode: string | null
      reason: string | null
      payload: unknown
    }>`
      select inbox_id, connection_id, topic, subject, source, received_at, settled_at, attempts, reason_code,
        reason, payload
      from inbox
      where organization_id = ${organizationId} and state = 'parked'
        and (${page.cursor ?? null}::uuid is null or inbox_id > ${page.cursor ?? null}::uuid)
      order by inbox_id
      limit ${page.limit + 1}`.execute(db),
  ])
  const rows = found.rows.slice(0, page.limit)
  return {
    total: total.rows[0]?.total ?? 0,
    rows: rows.map((row) => ({
      inboxId: row.inboxId,
      connectionId: row.connectionId,
      subject: `${row.topic} ${row.subject}`,
      source: row.source,
      receivedAt: row.receivedAt.toISOString(),
      parkedAt: (row.settledAt ?? row.receivedAt).toISOString(),
      attempts: row.attempts,
      reasonCode: row.reasonCode ?? 'cannot-apply',
      reason: row.reason ?? 'It could not be applied.',
      payload: JSON.stringify(row.payload, null, 2).slice(0, PAYLOAD_CHARACTERS_MAX),
    })),
    next: found.rows.length > page.limit ? (rows.at(-1)?.inboxId ?? null) : null,
  }
}
