import type { ParkedPage } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'

const PAYLOAD_CHARACTERS_MAX = 4_000

type Row = {
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
}

/** Parked events, oldest first. The total and the rows are read at once, so that they agree. */
export async function findParked(
  db: Db,
  organizationId: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<ParkedPage> {
  const found = await sql<{ total: number } & (Row | { inboxId: null })>`
    select counted.total, page.*
    from (
      select count(*) as total from inbox
      where organization_id = ${organizationId} and state = 'parked'
    ) as counted
    left join (
      select inbox_id, connection_id, topic, subject, source, received_at, settled_at, attempts, reason_code,
        reason, payload
      from inbox
      where organization_id = ${organizationId} and state = 'parked'
        and (${page.cursor ?? null}::uuid is null or inbox_id > ${page.cursor ?? null}::uuid)
      order by inbox_id
      limit ${page.limit + 1}
    ) as page on true
    order by page.inbox_id`.execute(db)
  const parked = found.rows.filter((row) => row.inboxId !== null)
  const rows = parked.slice(0, page.limit)
  return {
    total: found.rows[0]?.total ?? 0,
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
    next: parked.length > page.limit ? (rows.at(-1)?.inboxId ?? null) : null,
  }
}
