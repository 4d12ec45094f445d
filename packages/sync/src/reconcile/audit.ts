import { type ExternalListing, isConnectorError, type Page } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { importPage } from '../connections/catalogue.ts'
import { markListingGone } from '../connections/mappings.store.ts'
import { matchAndNote } from '../connections/match-listings.ts'
import { nowOf, type Tx } from '../context.ts'
import { expectedOf } from '../lanes/expected.ts'
import { countLevels, findLevelsAfter } from '../lanes/levels.store.ts'
import { dealSoon } from '../load-line/protect.ts'
import type { JobStep, JobTools } from '../worker/job-runner.ts'
import type { SyncJob } from '../worker/sync-jobs.store.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import {
  classify,
  countOpen,
  type Difference,
  findKnownListings,
  findVanished,
  insertDifferences,
  leaveOpen,
  tally,
} from './audit.store.ts'
import { type Judged, reconcileLevels } from './reconcile.ts'

/** What a first look could not settle is waited for so long, beyond the time that orders take to be shown. */
const SECOND_LOOKS_MS = 120_000
const LOOK_AGAIN_MS = 1_000

/**
 * Where an audit goes on: first the catalogue (unknown and vanished listings), then every level, then what had to be
 * looked at a second time.
 */
type Position =
  | { stage: 'catalogue'; began: string; cursor?: string }
  | { stage: 'levels'; after?: string }
  | { stage: 'second-look'; since: string }

export type AuditResult = {
  listingsRead: number
  levelsRead: number
  agreeing: number
  /** First known quantities: nothing was expected of these. */
  firstLooks: number
  /** By class and by what was done. */
  differing: { class: string; healed: string; differences: number }[]
  healed: number
  left: number
}

const NOTHING: AuditResult = {
  listingsRead: 0,
  levelsRead: 0,
  agreeing: 0,
  firstLooks: 0,
  differing: [],
  healed: 0,
  left: 0,
}

/** One step of a full audit: a page of listings, or a batch of levels, compared and healed as always. */
export async function stepAudit(context: WorkerContext, job: SyncJob, tools: JobTools): Promise<JobStep> {
  const result = { ...NOTHING, ...(job.result as Partial<AuditResult>) }
  const position = toPosition(context, job)
  switch (position.stage) {
    case 'catalogue':
      return await stepCatalogue(context, job, position, result)
    case 'levels':
      return await stepLevels(context, job, position, { result, tools })
    case 'second-look':
      return await stepSecondLook(context, job, position, result)
    default: {
      const never: never = position
      throw new Error(`unknown stage ${String(never)}`)
    }
  }
}

/** A job begins with an empty position; any other was written here. */
function toPosition(context: WorkerContext, job: SyncJob): Position {
  const position = job.position as Partial<Position>
  if (position.stage === undefined) return { stage: 'catalogue', began: nowOf(context).toISOString() }
  return position as Position
}

async function stepCatalogue(
  context: WorkerContext,
  job: SyncJob,
  position: Position & { stage: 'catalogue' },
  result: AuditResult,
): Promise<JobStep> {
  const { database, organizationId, connection, uuid } = context
  const { connectionId } = connection
  const page = await readListings(context, position)
  // The platform has forgotten the place: what was read of the catalogue proves nothing, it is read from the beginning.
  if (page === undefined) {
    const again = { stage: 'catalogue' as const, began: nowOf(context).toISOString() }
    return { state: 'running', position: again, total: job.total, done: job.done, result }
  }
  const ids = page.rows.map((listing) => listing.externalId)
  const known = await findKnownListings(database.kysely, organizationId, connectionId, ids)
  await importPage(context, page.rows)
  const differences: Difference[] = page.rows.flatMap((listing) => {
    const change = changeOfListing(listing, known.get(listing.externalId))
    return change === undefined ? [] : [{ ...differenceOf(context, listing), ...change }]
  })
  const next: JobStep = {
    state: 'running',
    position: { ...position, ...(page.next !== undefined && { cursor: page.next }) },
    total: job.total,
    done: job.done,
    result: { ...result, listingsRead: result.listingsRead + page.rows.length },
    ...(page.againInMs !== undefined && { againAt: new Date(nowOf(context).getTime() + page.againInMs) }),
  }
  let vanished: { externalId: string; stockUnitId: string }[] = []
  if (page.next === undefined) {
    vanished = await findVanished(database.kysely, organizationId, connectionId, new Date(position.began))
    differences.push(
      ...vanished.map((listing) => ({ ...differenceOf(context, listing), class: 'gone', healed: 'closed' })),
    )
    next.position = { stage: 'levels' } satisfies Position
    next.total = await countLevels(database.kysely, organizationId, connectionId)
  }
  next.within = async (tx: Tx) => {
    const found = differences.map((each) => ({ ...each, differenceId: uuid() }))
    await insertDifferences(tx, organizationId, job.jobId, found)
    for (const { externalId } of vanished) {
      const itemIds = await markListingGone(tx, organizationId, connectionId, externalId)
      await dealSoon(tx, { organizationId, at: nowOf(context), uuid }, itemIds)
    }
    // What took the place of one that is gone could not be told before.
    if (vanished.length > 0) await matchAndNote(context, tx, connectionId, undefined)
  }
  return next
}

/** What the catalogue says of a listing that the hub did not know; undefined: nothing. */
function changeOfListing(
  listing: ExternalListing,
  known: { isGone: boolean; tracked: boolean } | undefined,
): Pick<Difference, 'class' | 'healed'> | undefined {
  const isGone = listing.state === 'gone'
  if (known === undefined || known.isGone)
    return isGone ? undefined : { class: 'unknown-listing', healed: 'imported' }
  if (isGone) return { class: 'gone', healed: 'closed' }
  return known.tracked && !listing.tracked ? { class: 'untracked', healed: 'closed' } : undefined
}

async function readListings(
  context: WorkerContext,
  { cursor }: Position & { stage: 'catalogue' },
): Promise<Page<ExternalListing> | undefined> {
  try {
    return await context.operations.listings(cursor, { signal: context.signal })
  } catch (error) {
    if (cursor === undefined || !isConnectorError(error)) throw error
    if (error.kind !== 'invalid' && error.kind !== 'not-found') throw error
    return undefined
  }
}

function differenceOf(context: WorkerContext, listing: { externalId: string; stockUnitId: string }) {
  return {
    differenceId: '',
    levelId: null,
    listingExternalId: listing.externalId,
    stockUnitId: listing.stockUnitId,
    externalLocationId: null,
    expected: null,
    observed: null,
    readAt: nowOf(context),
  }
}

async function stepLevels(
  context: WorkerContext,
  job: SyncJob,
  position: Position & { stage: 'levels' },
  { result, tools }: { result: AuditResult; tools: JobTools },
): Promise<JobStep> {
  const { database, organizationId, connection, connector, uuid } = context
  const { batchMax } = connector.manifest.capabilities
  const levels = await findLevelsAfter(database.kysely, organizationId, connection.connectionId, {
    after: position.after,
    limit: batchMax,
  })
  const readAt = nowOf(context)
  const judged = await reconcileLevels(context, tools.suspicions, levels, tools)
  const differing = judged.filter(({ verdict }) => verdict.kind !== 'agrees' && verdict.kind !== 'first-look')
  const after = levels.at(-1)?.levelId
  const isEnd = levels.length < batchMax || after === undefined
  return {
    state: 'running',
    position: isEnd
      ? { stage: 'second-look', since: nowOf(context).toISOString() }
      : ({ stage: 'levels', after } satisfies Position),
    total: job.total,
    done: job.done + levels.length,
    result: {
      ...result,
      levelsRead: result.levelsRead + judged.length,
      agreeing: result.agreeing + judged.filter(({ verdict }) => verdict.kind === 'agrees').length,
      firstLooks: result.firstLooks + judged.filter(({ verdict }) => verdict.kind === 'first-look').length,
    },
    within: async (tx) => {
      const found = differing.map((each) => toDifference(each, uuid(), readAt))
      await insertDifferences(tx, organizationId, job.jobId, found)
    },
  }
}

function toDifference({ level, reading, verdict }: Judged, differenceId: string, readAt: Date): Difference {
  const isClosed = reading.kind !== 'quantity'
  return {
    differenceId,
    levelId: level.levelId,
    listingExternalId: null,
    stockUnitId: level.stockUnitId,
    externalLocationId: level.externalLocationId,
    expected: (verdict.kind === 'unseen-sale' ? verdict.expected : expectedOf(level)) ?? null,
    observed: reading.kind === 'quantity' ? reading.quantity : null,
    class: isClosed ? reading.kind : verdict.kind === 'unseen-sale' ? 'unseen-sale' : null,
    healed: isClosed ? 'closed' : verdict.kind === 'unseen-sale' ? 'fetched' : null,
    // What this very look has settled was noted at the same moment, and belongs to it.
    readAt: verdict.kind === 'drift' ? new Date(readAt.getTime() - 1) : readAt,
  }
}

async function stepSecondLook(
  context: WorkerContext,
  job: SyncJob,
  position: Position & { stage: 'second-look' },
  result: AuditResult,
): Promise<JobStep> {
  const { database, organizationId } = context
  const { visibilityLagMs } = context.connector.manifest.capabilities
  const isLate = context.clock.now() - Date.parse(position.since) > SECOND_LOOKS_MS + visibilityLagMs
  const { jobId } = job
  await inTransaction(database, async (tx) => {
    await classify(tx, organizationId, jobId)
    if (isLate) await leaveOpen(tx, organizationId, jobId)
  })
  const open = await countOpen(database.kysely, organizationId, jobId)
  const differing = await tally(database.kysely, organizationId, jobId)
  const sumOf = (isIn: (healed: string) => boolean) =>
    differing.filter(({ healed }) => isIn(healed)).reduce((sum, each) => sum + each.differences, 0)
  const isOpenEnd = (healed: string) => healed === 'left' || healed === 'asked'
  return {
    state: open === 0 ? 'done' : 'running',
    position,
    total: job.total,
    done: job.done,
    result: {
      ...result,
      differing,
      healed: sumOf((each) => !isOpenEnd(each)),
      left: sumOf(isOpenEnd) + open,
    },
    ...(open > 0 && { againAt: new Date(context.clock.now() + LOOK_AGAIN_MS) }),
  }
}
