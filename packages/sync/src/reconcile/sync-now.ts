import type { Db } from '@plimsoll/database'
import { sql } from 'kysely'
import { nowOf } from '../context.ts'
import { expectedOf } from '../lanes/expected.ts'
import { findLevelsById, findLevelsOfListing, type KnownLevel } from '../lanes/levels.store.ts'
import type { JobStep, JobTools } from '../worker/job-runner.ts'
import type { SyncJob } from '../worker/sync-jobs.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { reconcileLevels } from './reconcile.ts'

/** A second look at a difference, as always. */
const LOOK_AGAIN_MS = 1_000
const LOOKS_MAX = 4
/** A write that takes longer than this is told of as under way. */
const WAIT_MS = 8_000
const POLL_MS = 100

type Position = { began?: string; looks?: number; readUntil?: string }

/** What "sync now" did with one level. */
export type SyncedLevel = {
  levelId: string
  externalLocationId: string
  /** What the platform should have shown, and what it did. */
  expected: number | null
  observed: number | null
  /** Why they differed, and what was done; null: they did not, or nothing is known yet. */
  cause: string | null
  healed: string | null
  desired: number | null
  /** What was written; null: nothing had to be. */
  written: number | null
  /** What the platform shows now, by its last answer. */
  shows: number | null
  isPending: boolean
}

export type SyncNowResult = { levels: SyncedLevel[] }

/**
 * Reads the orders and the levels of one listing now, heals what differs, and waits for what follows to be written: a
 * step that reads, and steps that look how far the lane is.
 */
export async function stepSyncNow(context: WorkerContext, job: SyncJob, tools: JobTools): Promise<JobStep> {
  const position = job.position as Position
  const result = { levels: [], ...(job.result as Partial<SyncNowResult>) }
  return position.readUntil === undefined
    ? await read(context, job, { position, result }, tools)
    : await wait(context, job, position, result)
}

async function read(
  context: WorkerContext,
  job: SyncJob,
  { position, result }: { position: Position; result: SyncNowResult },
  tools: JobTools,
): Promise<JobStep> {
  const { database, organizationId, clock } = context
  const began = position.began ?? nowOf(context).toISOString()
  const levels = await findLevelsOfListing(database.kysely, organizationId, job.listingId ?? '')
  const judged = await reconcileLevels(context, tools.suspicions, levels, tools)
  const looks = (position.looks ?? 0) + 1
  const isOpen = judged.some(({ verdict }) => verdict.kind === 'look-again')
  const told = judged.map(
    ({ level, reading }): SyncedLevel => ({
      levelId: level.levelId,
      externalLocationId: level.externalLocationId,
      expected: expectedOf(level) ?? null,
      observed: reading.kind === 'quantity' ? reading.quantity : null,
      cause: reading.kind === 'quantity' ? null : reading.kind,
      healed: null,
      desired: level.desired,
      written: null,
      shows: null,
      isPending: false,
    }),
  )
  // What the first look saw is what is told; a second one only settles it.
  const first = result.levels.length > 0 ? result.levels : told
  const base = { state: 'running' as const, total: levels.length, done: 0, result: { levels: first } }
  if (isOpen && looks < LOOKS_MAX) {
    const { visibilityLagMs } = context.connector.manifest.capabilities
    const againAt = new Date(clock.now() + LOOK_AGAIN_MS + visibilityLagMs)
    return { ...base, position: { began, looks }, againAt }
  }
  const readUntil = new Date(clock.now() + WAIT_MS).toISOString()
  // The lane comes first: what is to be written is written before the next step.
  return { ...base, position: { began, looks, readUntil }, againAt: nowOf(context) }
}

async function wait(
  context: WorkerContext,
  job: SyncJob,
  position: Position,
  result: SyncNowResult,
): Promise<JobStep> {
  const { database, organizationId, connection, clock } = context
  const ids = result.levels.map(({ levelId }) => levelId)
  const levels = await findLevelsById(database.kysely, organizationId, connection.connectionId, ids)
  const byId = new Map(levels.map((level) => [level.levelId, level]))
  const began = new Date(position.began ?? job.createdAt)
  const written = await findWrittenSince(database.kysely, organizationId, ids, began)
  const drifts = await findDriftsSince(database.kysely, organizationId, ids, began)
  const told = result.levels.map((each) => ({
    ...each,
    ...nowShown(byId.get(each.levelId), written),
    ...drifts.get(each.levelId),
  }))
  const isOver =
    connection.state !== 'live' ||
    told.every(({ isPending }) => !isPending) ||
    clock.now() >= Date.parse(position.readUntil ?? '')
  return {
    state: isOver ? 'done' : 'running',
    position,
    total: told.length,
    done: told.filter(({ isPending }) => !isPending).length,
    result: { levels: told },
    ...(!isOver && { againAt: new Date(clock.now() + POLL_MS) }),
  }
}

function nowShown(level: KnownLevel | undefined, written: ReadonlyMap<string, number>) {
  if (level === undefined) return {}
  return {
    desired: level.desired,
    written: written.get(level.levelId) ?? null,
    shows: expectedOf(level) ?? null,
    isPending: level.isBusy,
  }
}

/** The last quantity that was written to each level since then, and confirmed. */
async function findWrittenSince(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  since: Date,
): Promise<Map<string, number>> {
  if (levelIds.length === 0) return new Map()
  const found = await sql<{ levelId: string; quantity: number }>`
    select distinct on (level_id) level_id, quantity from write
    where organization_id = ${organizationId} and level_id = any(${sql.val([...levelIds])}::uuid[])
      and sent_at >= ${since} and state = 'applied'
    order by level_id, sent_at desc, write_id desc`.execute(db)
  return new Map(found.rows.map((row) => [row.levelId, row.quantity]))
}

/** The last difference that was recorded of each level since then. */
async function findDriftsSince(
  db: Db,
  organizationId: string,
  levelIds: readonly string[],
  since: Date,
): Promise<Map<string, { cause: string; healed: string }>> {
  if (levelIds.length === 0) return new Map()
  const found = await sql<{ levelId: string; cause: string; healed: string }>`
    select distinct on (level_id) level_id, cause, healed from drift
    where organization_id = ${organizationId} and level_id = any(${sql.val([...levelIds])}::uuid[])
      and found_at >= ${since}
    order by level_id, found_at desc, drift_id desc`.execute(db)
  return new Map(found.rows.map(({ levelId, ...drift }) => [levelId, drift]))
}
