import type { ParkedGroups, ParkedPage } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { causeOfSql } from '@plimsoll/sync'
import { sql } from 'kysely'

const PAYLOAD_CHARACTERS_MAX = 4_000

type Row = {
  inboxId: string
  cause: string
  connectionId: string
  topic: string
  subject: string
  source: string
  receivedAt: Date
  settledAt: Date | null
  attempts: number
  reasonCode: string | null
  reason: string | null
  told: ParkedPage['rows'][number]['told']
  payload: unknown
}

/** Parked events, oldest first. The total and the rows are read at once, so that they agree. */
export async function findParked(
  db: Db,
  organizationId: string,
  page: {
    cursor?: string | undefined
    limit: number
    cause?: string | undefined
    connection?: string | undefined
  },
): Promise<ParkedPage> {
  const found = await sql<{ total: number } & (Row | { inboxId: null })>`
    select counted.total, page.*
    from (
      select count(*) as total from inbox
      where organization_id = ${organizationId} and state = 'parked'
        and (${page.cause ?? null}::text is null or ${causeOfSql} = ${page.cause ?? null}::text)
        and (${page.connection ?? null}::text is null or connection_id::text = ${page.connection ?? null}::text)
    ) as counted
    left join (
      select inbox_id, ${causeOfSql} as cause, connection_id, topic, subject, source, received_at, settled_at, attempts, reason_code,
        reason, told, payload
      from inbox
      where organization_id = ${organizationId} and state = 'parked'
        and (${page.cause ?? null}::text is null or ${causeOfSql} = ${page.cause ?? null}::text)
        and (${page.connection ?? null}::text is null or connection_id::text = ${page.connection ?? null}::text)
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
      cause: row.cause,
      reasonCode: row.reasonCode ?? 'cannot-apply',
      reason: row.reason ?? 'It could not be applied.',
      told: row.told,
      payload: JSON.stringify(row.payload, null, 2).slice(0, PAYLOAD_CHARACTERS_MAX),
    })),
    next: parked.length > page.limit ? (rows.at(-1)?.inboxId ?? null) : null,
  }
}

const GROUPS_MAX = 200

/** Parked events by cause, the largest group first: the connection, the reason and what is missing. */
export async function findParkedGroups(db: Db, organizationId: string): Promise<ParkedGroups> {
  type Group = Omit<ParkedGroups['rows'][number], 'oldestAt' | 'newestAt'> & {
    oldestAt: Date
    newestAt: Date
  }
  const found = await sql<Group>`
    select ${causeOfSql} as cause, connection_id, coalesce(reason_code, 'cannot-apply') as reason_code,
      coalesce(reason, 'It could not be applied.') as reason, count(*) as events, count(distinct subject) as subjects,
      min(received_at) as oldest_at, max(received_at) as newest_at
    from inbox
    where organization_id = ${organizationId} and state = 'parked'
    group by connection_id, 1, reason_code, reason
    order by events desc, oldest_at, cause
    limit ${GROUPS_MAX}`.execute(db)
  return {
    rows: found.rows.map((row) => ({
      ...row,
      oldestAt: row.oldestAt.toISOString(),
      newestAt: row.newestAt.toISOString(),
    })),
  }
}
