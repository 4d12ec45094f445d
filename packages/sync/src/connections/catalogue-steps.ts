import { type ExternalListing, isConnectorError } from '@plimsoll/connector-kit'
import { inTransaction, refreshStatistics } from '@plimsoll/database'
import { insertChangedItems } from '../availability/availability.store.ts'
import { updateAvailability } from '../availability/availability.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { findOrderCursor, saveOrderCursor, UNREAD } from '../intake/cursors.store.ts'
import { toStorable } from '../intake/storable.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { notify } from '../notify.ts'
import { findItemsUnder } from '../policies/policies.store.ts'
import { hasPool, savePool } from '../pools/pools.store.ts'
import { findVanished } from '../reconcile/audit.store.ts'
import { readLevelBatch } from './catalogue-levels.ts'
import {
  type CatalogueProgress,
  type CatalogueReport,
  type CatalogueRun,
  type CatalogueStage,
  callOptions,
  placeOf,
} from './catalogue-run.ts'
import { decideConnectionStep } from './connection-state.ts'
import { lockStatus, saveStatus } from './connections.store.ts'
import { type ListingRow, markListingGone, saveExternalLocations, saveListings } from './mappings.store.ts'
import { matchListings } from './match-listings.ts'
import { replayUnmapped } from './replay-unmapped.ts'

/** One step. @returns how far it is then, as it was handed to `save` */
export async function stepCatalogue(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  switch (now.position.stage) {
    case 'locations':
      return await stepLocations(run, now)
    case 'listings':
      return await stepListings(run, now)
    case 'vanished':
      return await stepVanished(run, now)
    case 'mapping':
      return await stepMapping(run, now)
    case 'levels':
      return await stepLevels(run, now)
    case 'finish':
      return await stepFinish(run, now)
    case 'done':
      return now
    default: {
      const never: never = now.position.stage
      throw new Error(`unknown step ${String(never)}`)
    }
  }
}

type Part = {
  stage?: CatalogueStage
  report?: Partial<CatalogueReport>
  cursor?: string | undefined
  again?: boolean
  total?: number | null
  prepared?: number | null
  againInMs?: number | undefined
}

function onwards(now: CatalogueProgress, part: Part): CatalogueProgress {
  const { stage = now.position.stage, cursor, again = now.position.again, againInMs } = part
  return {
    position: {
      stage,
      beganAt: now.position.beganAt,
      ...(cursor !== undefined && { cursor }),
      ...(again !== undefined && { again }),
    },
    report: { ...now.report, ...part.report },
    total: part.total === undefined ? now.total : part.total,
    prepared: part.prepared === undefined ? now.prepared : part.prepared,
    ...(againInMs !== undefined && { againInMs }),
  }
}

/** Orders are followed from the moment this began. */
async function stepLocations(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  const { context, connection, operations } = run
  await beginToFollowOrders(context, connection.connectionId)
  const locations = await operations.locations(callOptions(run))
  const next = onwards(now, { stage: 'listings', report: { locations: locations.length } })
  await inTransaction(context.database, async (tx) => {
    const place = placeOf(run)
    await saveExternalLocations(tx, place, locations)
    await run.save(tx, next)
    if (await hasPool(tx, place)) return
    const [first, ...others] = locations.filter(
      ({ active, countedByPlatform }) => active && countedByPlatform !== true,
    )
    if (first === undefined) return
    // The platform adds its locations up: what lies at ours is shown at one of them, or it would be sold at each.
    await savePool(tx, place, [{ externalId: first.externalId, locationId: connection.defaultLocationId }])
    if (others.length > 0)
      context.log.warn(
        { connection: connection.name, location: first.name, untouched: others.map(({ name }) => name) },
        'of several locations one is written; the others are left as they are until a person says what lies there',
      )
  })
  return next
}

async function beginToFollowOrders(context: SyncContext, connectionId: string): Promise<void> {
  const known = await findOrderCursor(context.database.kysely, context.organizationId, connectionId)
  if (known !== undefined) return
  const since = nowOf(context)
  await inTransaction(context.database, (tx) =>
    saveOrderCursor(tx, context.organizationId, connectionId, { ...UNREAD, since, deepReadAt: since }),
  )
}

async function stepListings(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  const { context } = run
  const page = await readPage(run, now)
  const next =
    page === 'begin-anew'
      ? onwards(now, { cursor: undefined, again: true, report: { listings: 0 }, prepared: null })
      : onwards(now, {
          stage: page.next === undefined ? 'vanished' : 'listings',
          cursor: page.next,
          report: { listings: now.report.listings + page.rows.length },
          ...(page.total !== undefined && { total: page.total }),
          prepared: page.prepared ?? null,
          againInMs: page.againInMs,
        })
  await inTransaction(context.database, async (tx) => {
    if (page !== 'begin-anew') await saveListings(tx, savedNow(run), page.rows.map(toListingRow))
    await run.save(tx, next)
  })
  return next
}

/** A place in the list that the platform no longer knows, after a pause: the list is read from its beginning, once. */
async function readPage(run: CatalogueRun, { position: { cursor, again } }: CatalogueProgress) {
  try {
    return await run.operations.listings(cursor, callOptions(run))
  } catch (error) {
    if (!isConnectorError(error) || cursor === undefined || again === true) throw error
    if (error.kind !== 'invalid' && error.kind !== 'not-found') throw error
    return 'begin-anew' as const
  }
}

/** Looked for one by one; what is left is found by the next import, or by an audit. */
const VANISHED_MAX = 200

/**
 * Listings that the platform did not show although all of it was read: gone, where the platform says so of the listing
 * itself. A page that was read while rows moved may have left one out.
 */
async function stepVanished(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  const { context, operations } = run
  const { organizationId, connectionId } = placeOf(run)
  const beganAt = new Date(now.position.beganAt)
  const vanished = await findVanished(context.database.kysely, organizationId, connectionId, beganAt)
  for (const { externalId } of vanished.slice(0, VANISHED_MAX)) {
    try {
      const listing = await operations.listing(externalId, callOptions(run))
      await inTransaction(context.database, (tx) => saveListings(tx, savedNow(run), [toListingRow(listing)]))
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'not-found') throw error
      await inTransaction(context.database, (tx) =>
        markListingGone(tx, organizationId, connectionId, externalId),
      )
    }
  }
  const next = onwards(now, { stage: 'mapping' })
  await inTransaction(context.database, (tx) => run.save(tx, next))
  return next
}

async function stepMapping(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  const { context, connection } = run
  return await inTransaction(context.database, async (tx) => {
    // What follows is noted once, for all that it sells, as it ends.
    const { mapped } = await matchListings(context, tx, connection.connectionId, undefined)
    const next = onwards(now, { stage: 'levels', report: { mappedBySku: mapped } })
    await run.save(tx, next)
    return next
  })
}

async function stepLevels(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  const batch = await readLevelBatch(run)
  const { levels, untracked } = now.report
  const next =
    batch === undefined
      ? onwards(now, { stage: 'finish' })
      : onwards(now, { report: { levels: levels + batch.read, untracked: untracked + batch.untracked } })
  await inTransaction(run.context.database, async (tx) => {
    await batch?.write(tx)
    await run.save(tx, next)
  })
  return next
}

/** Items noted in one statement: more would hold the event loop. */
const NOTED_AT_ONCE = 5_000

async function stepFinish(run: CatalogueRun, now: CatalogueProgress): Promise<CatalogueProgress> {
  const { context } = run
  const place = placeOf(run)
  const { organizationId, connectionId } = place
  await inTransaction(context.database, async (tx) => {
    const itemIds = await findItemsUnder(tx, organizationId, { scope: 'connection', scopeId: connectionId })
    for (let from = 0; from < itemIds.length; from += NOTED_AT_ONCE)
      await insertChangedItems(tx, organizationId, itemIds.slice(from, from + NOTED_AT_ONCE), {
        at: nowOf(context),
        uuid: context.uuid,
      })
    await queueWhatDiffers(tx, organizationId, [connectionId], { levelIds: undefined, at: nowOf(context) })
    const status = await lockStatus(tx, organizationId, connectionId)
    if (status === undefined) return
    const step = decideConnectionStep(status, { kind: 'imported' })
    if (step.kind === 'moved') await saveStatus(tx, organizationId, connectionId, step.status)
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'items' })
  })
  await refreshStatistics(context.database.kysely)
  await updateAvailability(context)
  return await inTransaction(context.database, async (tx) => {
    const replayed = await replayUnmapped(tx, place)
    const next = onwards(now, { stage: 'done', report: { replayed } })
    await run.save(tx, next)
    return next
  })
}

function savedNow(run: CatalogueRun) {
  return { ...placeOf(run), at: nowOf(run.context), uuid: run.context.uuid }
}

export function toListingRow(listing: ExternalListing): ListingRow {
  const { externalId, stockUnitId, sku, barcode, title, tracked, fulfilledBy, sellsBeyondZero, state } =
    listing
  const texts = toStorable({ title, sku: sku ?? null, barcode: barcode ?? null })
  return {
    externalId,
    stockUnitId,
    sku: texts.sku ?? undefined,
    barcode: texts.barcode ?? undefined,
    title: texts.title,
    tracked,
    fulfilledBy,
    sellsBeyondZero,
    state,
  }
}
