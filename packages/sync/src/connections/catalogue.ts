import { type ChannelOperations, type ExternalListing, isConnectorError } from '@plimsoll/connector-kit'
import { type Db, inTransaction, refreshStatistics } from '@plimsoll/database'
import { insertChangedItems } from '../availability/availability.store.ts'
import { updateAvailability } from '../availability/availability.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { findOrderCursor, saveOrderCursor, UNREAD } from '../intake/cursors.store.ts'
import { replayParked } from '../intake/inbox.store.ts'
import { toStorable } from '../intake/storable.ts'
import { queueWhatDiffers } from '../lanes/lane-entries.store.ts'
import { closeLevels, findLevelsToObserve, observeLevels } from '../lanes/levels.store.ts'
import { notify } from '../notify.ts'
import { hasPool, savePool } from '../pools/pools.store.ts'
import { findVanished } from '../reconcile/audit.store.ts'
import { NOT_THERE } from '../reconcile/read-back.ts'
import { decideConnectionStep } from './connection-state.ts'
import { type Connection, lockStatus, saveStatus } from './connections.store.ts'
import {
  findItemsOf,
  type ListingRow,
  markListingGone,
  saveExternalLocations,
  saveListings,
} from './mappings.store.ts'
import { matchAndNote, matchListings } from './match-listings.ts'

export type CatalogueReport = {
  locations: number
  listings: number
  mappedBySku: number
  levels: number
  untracked: number
  replayed: number
}

/** Reports how far an import is, for whoever waits. */
export type Progress = (step: 'locations' | 'listings' | 'mapping' | 'levels', done: number) => void

/**
 * Imports what a connection sells: its locations, listings and levels; ties listings to items where the
 * SKU is unique on both sides. Done again it brings everything up to date. A draft becomes shadow.
 * Orders are followed from the moment this began.
 */
export async function importCatalogue(
  context: SyncContext,
  connection: Connection,
  operations: ChannelOperations,
  progress: Progress = () => undefined,
): Promise<CatalogueReport> {
  const place = { organizationId: context.organizationId, connectionId: connection.connectionId }
  const beganAt = nowOf(context)
  await beginToFollowOrders(context, connection.connectionId)

  const locations = await operations.locations()
  await inTransaction(context.database, async (tx) => {
    await saveExternalLocations(tx, place, locations)
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
  progress('locations', locations.length)

  const listings = await importListings(context, place, operations, progress)
  await markVanished(context, place, operations, beganAt)
  // What follows is noted once, for all that it sells, as it ends.
  const { mapped: mappedBySku } = await inTransaction(context.database, (tx) =>
    matchListings(context, tx, place.connectionId, undefined),
  )
  progress('mapping', mappedBySku)

  const read = await readAllLevels(context, connection, place, operations, progress)
  await finish(context, place)
  await refreshStatistics(context.database.kysely)
  await updateAvailability(context)
  const replayed = await replayUnmapped(context.database.kysely, place)
  return { locations: locations.length, listings, mappedBySku, ...read, replayed }
}

/** One listing that an event named: new, changed, or gone. */
export async function importOneListing(
  context: SyncContext & { connection: Connection; operations: ChannelOperations; signal: AbortSignal },
  externalId: string,
): Promise<void> {
  const listing = await context.operations.listing(externalId, { signal: context.signal })
  await importPage(context, [listing])
}

/** Listings as they were just read: saved, tied to items where the SKU is unique, with their levels. */
export async function importPage(
  context: SyncContext & { connection: Connection },
  listings: readonly ExternalListing[],
): Promise<void> {
  const place = { organizationId: context.organizationId, connectionId: context.connection.connectionId }
  await inTransaction(context.database, async (tx) => {
    await saveListings(tx, { ...place, at: nowOf(context), uuid: context.uuid }, listings.map(toRow))
    const ids = listings.map(({ externalId }) => externalId)
    const mapped = await matchAndNote(context, tx, place.connectionId, ids)
    if (mapped > 0) await replayUnmapped(tx, place)
  })
}

/** Orders that waited for a listing to be tied to an item are applied with what is tied now. @returns how many */
async function replayUnmapped(
  db: Db,
  place: { organizationId: string; connectionId: string },
): Promise<number> {
  const { replayed } = await replayParked(db, place.organizationId, {
    reasonCode: 'unmapped-listing',
    connectionId: place.connectionId,
  })
  if (replayed > 0) {
    await notify(db, place.organizationId, { kind: 'inbox', connectionIds: [place.connectionId] })
  }
  return replayed
}

async function beginToFollowOrders(context: SyncContext, connectionId: string): Promise<void> {
  const known = await findOrderCursor(context.database.kysely, context.organizationId, connectionId)
  if (known !== undefined) return
  const since = nowOf(context)
  await inTransaction(context.database, (tx) =>
    saveOrderCursor(tx, context.organizationId, connectionId, { ...UNREAD, since, deepReadAt: since }),
  )
}

async function importListings(
  context: SyncContext,
  place: { organizationId: string; connectionId: string },
  operations: ChannelOperations,
  progress: Progress,
): Promise<number> {
  let cursor: string | undefined
  let count = 0
  do {
    const page = await operations.listings(cursor)
    await inTransaction(context.database, (tx) =>
      saveListings(tx, { ...place, at: nowOf(context), uuid: context.uuid }, page.rows.map(toRow)),
    )
    count += page.rows.length
    progress('listings', count)
    cursor = page.next
    if (page.againInMs !== undefined) await context.clock.sleep(page.againInMs)
  } while (cursor !== undefined)
  return count
}

/** Looked for one by one; what is left is found by the next import, or by an audit. */
const VANISHED_MAX = 200

/**
 * Listings that the platform did not show although all of it was read: gone, where the platform says so of the listing
 * itself. A page that was read while rows moved may have left one out.
 */
async function markVanished(
  context: SyncContext,
  place: { organizationId: string; connectionId: string },
  operations: ChannelOperations,
  beganAt: Date,
): Promise<void> {
  const { organizationId, connectionId } = place
  const vanished = await findVanished(context.database.kysely, organizationId, connectionId, beganAt)
  for (const { externalId } of vanished.slice(0, VANISHED_MAX)) {
    try {
      const listing = await operations.listing(externalId)
      await inTransaction(context.database, (tx) =>
        saveListings(tx, { ...place, at: nowOf(context), uuid: context.uuid }, [toRow(listing)]),
      )
    } catch (error) {
      if (!isConnectorError(error) || error.kind !== 'not-found') throw error
      await inTransaction(context.database, (tx) =>
        markListingGone(tx, organizationId, connectionId, externalId),
      )
    }
  }
}

/** The first known quantity of every level that has none yet. */
async function readAllLevels(
  context: SyncContext,
  connection: Connection,
  place: { organizationId: string; connectionId: string },
  operations: ChannelOperations,
  progress: Progress,
): Promise<{ levels: number; untracked: number }> {
  const batchMax = context.connectors.get(connection.connector)?.manifest.capabilities.batchMax ?? 100
  const seen = new Set<string>()
  let untracked = 0
  for (;;) {
    const due = await findLevelsToObserve(context.database.kysely, place.organizationId, place.connectionId, {
      now: nowOf(context),
      suspiciousOnly: false,
      limit: batchMax,
    })
    const levels = due.filter((level) => level.acknowledged === null && !seen.has(level.levelId))
    if (levels.length === 0) return { levels: seen.size, untracked }
    for (const level of levels) seen.add(level.levelId)
    const found = await operations.levels(
      levels.map((level) => ({ stockUnitId: level.stockUnitId, locationId: level.externalLocationId })),
    )
    const quantities = new Map(
      found.map((level) => [`${level.stockUnitId} ${level.locationId}`, level.quantity]),
    )
    const at = nowOf(context)
    await inTransaction(context.database, async (tx) => {
      const read = levels.map((level) => ({
        key: `${level.stockUnitId} ${level.externalLocationId}`,
        levelId: level.levelId,
        givenBack: level.givenBack,
        quantity: quantities.get(`${level.stockUnitId} ${level.externalLocationId}`),
      }))
      await observeLevels(
        tx,
        place.organizationId,
        read.flatMap(({ levelId, givenBack, quantity }) =>
          quantity === undefined ? [] : [{ levelId, quantity, adopt: true, givenBack, isFenced: false }],
        ),
        at,
      )
      const closed = read.filter(({ quantity }) => quantity === undefined)
      const [absent, uncounted] = [
        closed.filter(({ key }) => !quantities.has(key)),
        closed.filter(({ key }) => quantities.has(key)),
      ]
      untracked += uncounted.length
      await closeLevels(
        tx,
        place.organizationId,
        [
          ...uncounted.map(({ levelId }) => ({
            levelId,
            code: 'untracked' as const,
            problem:
              'The platform does not count this listing. Switch stock tracking on there, then import again.',
          })),
          ...absent.map(({ levelId }) => ({ levelId, code: 'gone' as const, problem: NOT_THERE })),
        ],
        at,
      )
    })
    progress('levels', seen.size)
  }
}

async function finish(
  context: SyncContext,
  place: { organizationId: string; connectionId: string },
): Promise<void> {
  const { organizationId, connectionId } = place
  await inTransaction(context.database, async (tx) => {
    const itemIds = await findItemsOf(tx, place)
    await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid: context.uuid })
    await queueWhatDiffers(tx, organizationId, [connectionId], { levelIds: undefined, at: nowOf(context) })
    const status = await lockStatus(tx, organizationId, connectionId)
    if (status === undefined) return
    const step = decideConnectionStep(status, { kind: 'imported' })
    if (step.kind === 'moved') await saveStatus(tx, organizationId, connectionId, step.status)
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'items' })
  })
}

function toRow(listing: ExternalListing): ListingRow {
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
