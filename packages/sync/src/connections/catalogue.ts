import type { ChannelOperations, ExternalListing } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import {
  type CatalogueProgress,
  type CatalogueReport,
  type CatalogueRun,
  catalogueBegin,
} from './catalogue-run.ts'
import { stepCatalogue, toListingRow } from './catalogue-steps.ts'
import type { Connection } from './connections.store.ts'
import { saveListings } from './mappings.store.ts'
import { matchAndNote } from './match-listings.ts'
import { findStockUnitsOf } from './rebuild-levels.store.ts'
import { replayUnmapped } from './replay-unmapped.ts'

/** Reports how far an import is, for whoever waits. */
export type Progress = (step: 'locations' | 'listings' | 'mapping' | 'levels', done: number) => void

/**
 * Imports what a connection sells: its locations, listings and levels; ties listings to items where the
 * SKU is unique on both sides. Done again it brings everything up to date. A draft becomes shadow.
 * Orders are followed from the moment this began. All of it at once, noted nowhere: `import-jobs.ts` is for whoever may be stopped.
 */
export async function importCatalogue(
  context: SyncContext,
  connection: Connection,
  operations: ChannelOperations,
  progress: Progress = () => undefined,
): Promise<CatalogueReport> {
  const run: CatalogueRun = { context, connection, operations, seen: new Set(), save: async () => undefined }
  let now = catalogueBegin(nowOf(context))
  while (now.position.stage !== 'done') {
    const before = now
    now = await stepCatalogue(run, before)
    tellProgress(progress, before, now)
    if (now.againInMs !== undefined) await context.clock.sleep(now.againInMs)
  }
  return now.report
}

/** What a step did, for whoever waits. */
export function tellProgress(progress: Progress, before: CatalogueProgress, now: CatalogueProgress): void {
  const { stage } = before.position
  const { report } = now
  if (stage === 'locations') progress('locations', report.locations)
  if (stage === 'listings') progress('listings', report.listings)
  if (stage === 'mapping') progress('mapping', report.mappedBySku)
  if (stage === 'levels' && report.levels > before.report.levels) progress('levels', report.levels)
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
    const externalIds = listings.map(({ externalId }) => externalId)
    const stockUnitsBefore = await findStockUnitsOf(tx, place, externalIds)
    await saveListings(tx, { ...place, at: nowOf(context), uuid: context.uuid }, listings.map(toListingRow))
    const mapped = await matchAndNote(context, tx, place.connectionId, { externalIds, stockUnitsBefore })
    if (mapped > 0) await replayUnmapped(tx, place)
  })
}
