import type { Database, Db } from '@plimsoll/database'
import { sql } from 'kysely'
import type { ServerContext } from '../http/server.ts'
import { CostlyCount } from './costly-count.ts'
import { levelStatusSql } from './level-status.ts'
import { countOverview } from './overview.store.ts'

/** How a connection's listings and levels stand. */
export type ConnectionFigures = {
  connectionId: string
  listings: number
  unmapped: number
  inStep: number
  pending: number
  drift: number
  refused: number
  lastWriteAt: Date | null
}

export const NO_FIGURES: Omit<ConnectionFigures, 'connectionId'> = {
  listings: 0,
  unmapped: 0,
  inStep: 0,
  pending: 0,
  drift: 0,
  refused: 0,
  lastWriteAt: null,
}

/** More levels than this take long enough to be counted behind the answers. */
const COSTLY_LEVELS = 100_000

type Hub = Pick<ServerContext, 'database' | 'context'>
type Kept = {
  connections: CostlyCount<ConnectionFigures[]>
  overview: CostlyCount<Awaited<ReturnType<typeof countOverview>>>
}
/** Of each organization on each database that this process serves. */
const keptOf = new WeakMap<Database, Map<string, Kept>>()

function countsOf({ database, context }: Hub): Kept {
  const { organizationId, clock, log } = context
  const ofDatabase = keptOf.get(database) ?? new Map<string, Kept>()
  keptOf.set(database, ofDatabase)
  const onTrouble = (error: unknown) => log.warn({ error }, 'levels could not be counted anew')
  const kept = ofDatabase.get(organizationId) ?? {
    connections: new CostlyCount<ConnectionFigures[]>({
      clock,
      onTrouble,
      isCostly: (rows) => rows.reduce((sum, { listings }) => sum + listings, 0) > COSTLY_LEVELS,
    }),
    overview: new CostlyCount<Awaited<ReturnType<typeof countOverview>>>({
      clock,
      onTrouble,
      isCostly: ({ listings }) => listings > COSTLY_LEVELS,
    }),
  }
  ofDatabase.set(organizationId, kept)
  return kept
}

/** By connection; of many levels they may be some seconds old (`CostlyCount`). */
export async function findConnectionFigures(hub: Hub): Promise<Map<string, ConnectionFigures>> {
  const { organizationId } = hub.context
  const rows = await countsOf(hub).connections.get(() =>
    countConnectionFigures(hub.database.kysely, organizationId),
  )
  return new Map(rows.map((row) => [row.connectionId, row]))
}

export async function findOverviewCounts(hub: Hub): ReturnType<typeof countOverview> {
  return await countsOf(hub).overview.get(() =>
    countOverview(hub.database.kysely, hub.context.organizationId),
  )
}

async function countConnectionFigures(db: Db, organizationId: string): Promise<ConnectionFigures[]> {
  const found = await sql<ConnectionFigures>`
    with status as (
      select level.connection_id,
        count(*) filter (where ${levelStatusSql} = 'in-step') as in_step,
        count(*) filter (where ${levelStatusSql} = 'pending') as pending,
        count(*) filter (where ${levelStatusSql} = 'drift') as drift,
        count(*) filter (where level.problem_code = 'refused') as refused,
        max(acknowledged_at) as last_write_at
      from level
      join connection on connection.organization_id = level.organization_id
        and connection.connection_id = level.connection_id
      where level.organization_id = ${organizationId}
      group by level.connection_id
    ),
    sells as (
      select connection_id, count(*) as listings, count(*) filter (where item_id is null and ignored_at is null) as unmapped
      from listing
      where organization_id = ${organizationId} and state <> 'gone'
      group by connection_id
    )
    select connection_id, coalesce(listings, 0) as listings, coalesce(unmapped, 0) as unmapped,
      coalesce(in_step, 0) as in_step, coalesce(pending, 0) as pending, coalesce(drift, 0) as drift,
      coalesce(refused, 0) as refused, last_write_at
    from status full join sells using (connection_id)`.execute(db)
  return found.rows
}
