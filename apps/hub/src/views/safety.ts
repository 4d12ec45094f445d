import type { Hold, HoldDetail, PauseList, Preview, ShadowReport } from '@plimsoll/client'
import {
  countUnzeroed,
  describeHold,
  differenceOf,
  findConnections,
  findHalts,
  findHeldListings,
  findHolds,
  findPauseChanges,
  makePreview,
  readHold,
  reportShadow,
  type SyncContext,
} from '@plimsoll/sync'

type StoredHold = Awaited<ReturnType<typeof readHold>>

const HELD_LISTINGS_MAX = 1_000
const HOLDS_MAX = 200
const CHANGES_MAX = 50

/** A hold as the API says it. */
export function toHold({ organizationId: _, ...hold }: StoredHold): Hold {
  return {
    ...hold,
    detail: describeHold(hold),
    openedAt: hold.openedAt.toISOString(),
    decidedAt: hold.decidedAt?.toISOString() ?? null,
  }
}

/** Holds, newest first; only those that hold something unless `isOpen` is false. */
export async function listHolds(context: SyncContext, isOpen: boolean): Promise<Hold[]> {
  const found = await findHolds(context.database.kysely, context.organizationId, { isOpen, limit: HOLDS_MAX })
  return found.map(toHold)
}

export async function getHold(context: SyncContext, holdId: string): Promise<HoldDetail> {
  const { database, organizationId } = context
  const hold = await readHold(context, holdId)
  const rows = await findHeldListings(database.kysely, organizationId, holdId, HELD_LISTINGS_MAX)
  return { ...toHold(hold), rows }
}

/** What stops writes now, and who stopped and started what. */
export async function listPauses(context: SyncContext): Promise<PauseList> {
  const { database, organizationId } = context
  const [halts, connections, changes] = await Promise.all([
    findHalts(database.kysely, organizationId),
    findConnections(database.kysely, organizationId),
    findPauseChanges(database.kysely, organizationId, CHANGES_MAX),
  ])
  const rows = await Promise.all(
    connections.map(async ({ connectionId, name, state, pauseReasons, zeroedFor }) => ({
      connectionId,
      name,
      state,
      reasons: pauseReasons,
      zeroing:
        zeroedFor === null
          ? null
          : { reason: zeroedFor, ...(await countUnzeroed(database.kysely, organizationId, connectionId)) },
    })),
  )
  return {
    halts: halts.map((halt) => ({ ...halt, since: halt.since.toISOString() })),
    connections: rows,
    changes: changes.map(({ scope, connectionName, what, reason, actor, changedAt }) => ({
      scope,
      connectionName,
      what,
      reason,
      actor,
      at: changedAt.toISOString(),
    })),
  }
}

/** What a connection would write. */
export async function getShadowReport(context: SyncContext, connectionId: string): Promise<ShadowReport> {
  return toReport(await reportShadow(context, connectionId))
}

/** The same, kept under an id that going live names. */
export async function createPreview(context: SyncContext, connectionId: string): Promise<Preview> {
  const { preview, ...report } = await makePreview(context, connectionId)
  const { previewId, digest, levels, madeAt } = preview
  return { ...toReport(report), previewId, digest, writes: levels, madeAt: madeAt.toISOString() }
}

function toReport({ totals, levels }: Awaited<ReturnType<typeof reportShadow>>): ShadowReport {
  return {
    totals,
    rows: levels.map((level) => ({
      levelId: level.levelId,
      listing: level.listing,
      sku: level.sku,
      title: level.title,
      location: level.location,
      shows: level.shows,
      wouldShow: level.wouldShow,
      because: level.because,
      difference: differenceOf(level),
    })),
  }
}
