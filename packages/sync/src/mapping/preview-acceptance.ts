import { inTransaction } from '@plimsoll/database'
import type { SyncContext, Tx } from '../context.ts'
import { digestOf, type Resolved, resolveWanted, type Wanted } from './accept.ts'
import { type AsksFirst, findStampedes, foreseeUnits, unitKey } from './foresee-units.ts'
import { findShown } from './shown.store.ts'
import { rebuildUnits, tieListings } from './tie.ts'

export type PreviewedListing = {
  listingId: string
  connectionId: string
  externalId: string
  title: string
  sku: string
  unitsPerListing: number
  /** What the platform shows by the hub's best knowledge, all its locations together; null: not known. */
  shows: number | null
  /** What it comes to show; null: it is not written (sent by the platform, not tracked there). */
  willShow: number | null
}

export type AcceptancePreview = {
  /** Hand it over with what is accepted: then it is this, or nothing. */
  digest: string
  listings: number
  raised: number
  lowered: number
  /** Listings that show something and would show zero. */
  toZero: number
  unitsBefore: number
  unitsAfter: number
  /** Connections of which so many would fall to zero, or rise, that the writes wait for a person (I8). */
  asksFirst: AsksFirst[]
  rows: PreviewedListing[]
}

/** Carries the answer out of a transaction of which nothing is to stay. */
class Undone extends Error {
  readonly preview: AcceptancePreview

  constructor(preview: AcceptancePreview) {
    super('a preview leaves nothing behind')
    this.preview = preview
  }
}

/**
 * What every listing would show were it accepted: it is, by the very code that accepts it, what its levels come to is worked
 * out, and all of it is undone.
 * @throws SyncProblem as `acceptMappings` does
 */
export async function previewAcceptance(context: SyncContext, wanted: Wanted): Promise<AcceptancePreview> {
  try {
    return await inTransaction(
      context.database,
      async (tx) => {
        throw new Undone(await tryAcceptance(context, tx, await resolveWanted(context, tx, wanted)))
      },
      { isolationLevel: 'repeatable read' },
    )
  } catch (error) {
    if (error instanceof Undone) return error.preview
    throw error
  }
}

async function tryAcceptance(
  context: SyncContext,
  tx: Tx,
  resolved: readonly Resolved[],
): Promise<AcceptancePreview> {
  const { organizationId } = context
  const units = await tieListings(
    tx,
    organizationId,
    resolved.map(({ tie }) => tie),
  )
  await rebuildUnits(context, tx, units)
  const shown = await findShown(tx, organizationId, units)
  const foreseen = await foreseeUnits(context, tx, {
    itemIds: resolved.flatMap(({ tie }) => tie.itemId ?? []),
    units: resolved.map(({ before }) => before),
  })
  const rows = resolved.map(({ tie, sku, before }): PreviewedListing => {
    const { connectionId, externalId, title, stockUnitId } = before
    const key = unitKey({ connectionId, stockUnitId })
    const { listingId, unitsPerListing } = tie
    const [shows, willShow] = [shown.get(key)?.shows ?? null, foreseen.get(key)?.units ?? null]
    return { listingId, connectionId, externalId, title, sku, unitsPerListing, shows, willShow }
  })
  // Listings of one stock unit show one number.
  const byUnit = new Map(
    rows.map((row, nth) => [unitKey(resolved[nth]?.before ?? { connectionId: '', stockUnitId: '' }), row]),
  )
  const written = [...byUnit.values()].flatMap(({ connectionId, shows, willShow }) =>
    willShow === null ? [] : [{ connectionId, shows, willShow }],
  )
  return {
    digest: digestOf(resolved),
    listings: rows.length,
    raised: written.filter(({ shows, willShow }) => willShow > (shows ?? 0)).length,
    lowered: written.filter(({ shows, willShow }) => willShow < (shows ?? 0)).length,
    toZero: written.filter(({ shows, willShow }) => willShow === 0 && (shows ?? 0) > 0).length,
    unitsBefore: written.reduce((sum, { shows }) => sum + (shows ?? 0), 0),
    unitsAfter: written.reduce((sum, { willShow }) => sum + willShow, 0),
    asksFirst: await findStampedes(context, tx, written),
    rows,
  }
}
