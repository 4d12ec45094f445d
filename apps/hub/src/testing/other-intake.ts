import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { fulfilmentReadsOf } from './other-fulfilment.ts'
import type { ServedHub } from './served-hub.ts'

/** What the tests of isolation ask about intake and reconciliation of a second brand. One row by its id has a test of its own. */
const NONE = '00000000-0000-7000-8000-000000000000'
export const intakeReads: Record<string, string[]> = {
  '/api/v1/connections/:id/calls': [`/api/v1/connections/${NONE}/calls`],
  '/api/v1/connections/:id/calls/:callId': [`/api/v1/connections/${NONE}/calls/${NONE}`],
  '/api/v1/connections/:id/call-log': [`/api/v1/connections/${NONE}/call-log`],
  '/api/v1/calls': [`/api/v1/calls?order=${NONE}`],
  '/api/v1/connections/:id/intake': [`/api/v1/connections/${NONE}/intake`],
  '/api/v1/connections/:id/files': [`/api/v1/connections/${NONE}/files`],
  '/api/v1/connections/:id/settings': [`/api/v1/connections/${NONE}/settings`],
  '/api/v1/connections/:id/files/:position': [`/api/v1/connections/${NONE}/files/1`],
  '/api/v1/connections/:id/jobs': [`/api/v1/connections/${NONE}/jobs`],
  '/api/v1/jobs/:id': [`/api/v1/jobs/${NONE}`],
  '/api/v1/jobs/:id/differences': [`/api/v1/jobs/${NONE}/differences`],
  '/api/v1/jobs/:id/differences.csv': [`/api/v1/jobs/${NONE}/differences.csv`],
  '/api/v1/audits': ['/api/v1/audits'],
  '/api/v1/audits/differences.csv': ['/api/v1/audits/differences.csv'],
  '/api/v1/drifts': ['/api/v1/drifts?limit=200', '/api/v1/drifts?asked=true'],
  '/api/v1/stale-rules': ['/api/v1/stale-rules'],
  '/api/v1/parked/groups': ['/api/v1/parked/groups'],
  '/api/v1/parked/replays/:id': [`/api/v1/parked/replays/${NONE}`],
}

export type IntakeIds = {
  connectionId: string
  listingId: string
  jobId: string
  driftId: string
  replayId: string
}

const SAMPLE = { feed: 'levels', fileName: 'a.csv', content: 'YQ==' }
const SAMPLES = {
  guess: SAMPLE,
  read: { ...SAMPLE, description: {} },
  write: { feed: 'shipment-requests', description: {} },
}

/** Every one of these is refused: the rows are another's. */
export function intakeWrites(ask: ServedHub['ask'], ids: IntakeIds) {
  const { connectionId, listingId, jobId, driftId } = ids
  const path = `/api/v1/connections/${connectionId}`
  return {
    'PUT /api/v1/connections/:id/call-log': () => ask('PUT', `${path}/call-log`, { mode: 'off' }),
    'POST /api/v1/connections/:id/imports': () => ask('POST', `${path}/imports`),
    'PUT /api/v1/connections/:id/edit-rule': () => ask('PUT', `${path}/edit-rule`, { rule: 'ask' }),
    'POST /api/v1/connections/:id/files': () => ask('POST', `${path}/files?fileName=a.csv`, 'a'),
    'POST /api/v1/connections/:id/files/:position/read': () => ask('POST', `${path}/files/1/read`, {}),
    'PUT /api/v1/connections/:id/settings': () => ask('PUT', `${path}/settings`, { settings: {} }),
    // These touch no brand's rows; what nobody describes is refused to everybody.
    ...Object.fromEntries(
      Object.entries(SAMPLES).map(([what, body]) => [
        `POST /api/v1/connectors/:connector/samples/${what}`,
        () => ask('POST', `/api/v1/connectors/nobody/samples/${what}`, body),
      ]),
    ),
    'POST /api/v1/connections/:id/files/:position/accept': () => ask('POST', `${path}/files/1/accept`, {}),
    'POST /api/v1/connections/:id/backfills': () =>
      ask('POST', `${path}/backfills`, { from: '2020-01-01T00:00:00Z' }),
    'POST /api/v1/connections/:id/audits': () => ask('POST', `${path}/audits`, {}),
    'POST /api/v1/audits': () => ask('POST', '/api/v1/audits', { connections: [connectionId] }),
    'POST /api/v1/jobs/:id/cancel': () => ask('POST', `/api/v1/jobs/${jobId}/cancel`, {}),
    'POST /api/v1/listings/:id/sync': () => ask('POST', `/api/v1/listings/${listingId}/sync`, {}),
    'POST /api/v1/drifts/:id/resolve': () =>
      ask('POST', `/api/v1/drifts/${driftId}/resolve`, { with: 'hub' }),
    'POST /api/v1/drifts/resolve': () =>
      ask('POST', '/api/v1/drifts/resolve', {
        ...{ connection: connectionId, with: 'hub', until: '2100-01-01T00:00:00Z' },
      }),
    'PUT /api/v1/stale-rules': () =>
      ask('PUT', '/api/v1/stale-rules', { connection: connectionId, kind: 'zero', afterMinutes: 5 }),
  }
}

/** Reads by an id of the second brand's: not found. */
export function intakeReadsOf({ connectionId, jobId, replayId }: IntakeIds): string[] {
  return [
    ...fulfilmentReadsOf(connectionId),
    `/api/v1/connections/${connectionId}/calls`,
    `/api/v1/connections/${connectionId}/calls/${connectionId}`,
    `/api/v1/connections/${connectionId}/call-log`,
    // The order of the second organization has the id of its connection.
    `/api/v1/calls?order=${connectionId}`,
    `/api/v1/connections/${connectionId}/intake`,
    `/api/v1/connections/${connectionId}/locations`,
    `/api/v1/connections/${connectionId}/places`,
    `/api/v1/connections/${connectionId}/files`,
    `/api/v1/connections/${connectionId}/files/1`,
    `/api/v1/connections/${connectionId}/settings`,
    `/api/v1/connections/${connectionId}/jobs`,
    `/api/v1/jobs/${jobId}`,
    `/api/v1/jobs/${jobId}/differences`,
    `/api/v1/jobs/${jobId}/differences.csv`,
    `/api/v1/parked/replays/${replayId}`,
  ]
}

/** A row in each table of intake, for one connection. */
export async function fillIntake(
  db: Db,
  organizationId: string,
  of: { connectionId: string; listingId: string; mark: string },
): Promise<IntakeIds> {
  const { connectionId, listingId, mark } = of
  const one = async <Row>(query: ReturnType<typeof sql<Row>>): Promise<Row> => {
    const [row] = (await query.execute(db)).rows
    if (row === undefined) throw new Error('the row is made')
    return row
  }
  const { jobId } = await one(sql<{ jobId: string }>`
    insert into sync_job (organization_id, job_id, connection_id, kind, state, reason, position, done, result, problem,
      created_at, finished_at)
    values (${organizationId}, gen_random_uuid(), ${connectionId}, 'audit', 'done', 'asked', '{}', 1, '{}', ${mark}, now(),
      now())
    returning job_id`)
  await sql`
    insert into audit_difference (organization_id, job_id, difference_id, stock_unit_id, sku, class, healed, read_at)
    values (${organizationId}, ${jobId}, gen_random_uuid(), ${mark}, ${mark}, 'gone', 'closed', now())`.execute(
    db,
  )
  await sql`
    insert into order_gap (organization_id, gap_id, connection_id, found_by, from_at, to_at, missing, state, tries, found_at)
    values (${organizationId}, gen_random_uuid(), ${connectionId}, 'count', now() - interval '1 hour', now(), 7, 'open', 1,
      now())`.execute(db)
  await sql`
    insert into webhook_health (organization_id, connection_id, arrived, missed, missed_in_row, verdict, repairs, failures,
      problem)
    values (${organizationId}, ${connectionId}, 7, 7, 0, 'poor', 7, 7, ${mark})
    on conflict (organization_id, connection_id) do nothing`.execute(db)
  await sql`
    insert into stale_rule (organization_id, scope, scope_id, after_ms, kind, amount, updated_at)
    values (${organizationId}, 'connection', ${connectionId}, 7000000, 'buffer', 7, now())`.execute(db)
  await sql`
    insert into stale_orders (organization_id, connection_id, kind, amount, since, marked_at)
    values (${organizationId}, ${connectionId}, 'buffer', 7, now(), now())`.execute(db)
  await sql`
    insert into connection_file (organization_id, connection_id, direction, feed, name, sequence, digest, bytes, key_name,
      sealed, kept_at)
    values (${organizationId}, ${connectionId}, 'in', 'levels', ${mark}, '', repeat('0', 64), 7, ${mark}, 'x', now())`.execute(
    db,
  )
  const { replayId } = await one(sql<{ replayId: string }>`
    insert into replay (organization_id, replay_id, events, asked_at)
    values (${organizationId}, gen_random_uuid(), 7, now()) returning replay_id`)
  const { driftId } = await one(sql<{ driftId: string }>`
    update drift set healed = 'asked' where organization_id = ${organizationId} returning drift_id`)
  return { connectionId, listingId, jobId, driftId, replayId }
}
