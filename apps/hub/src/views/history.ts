import type { ItemStockAt, MovementPage, StockAtPage } from '@plimsoll/client'
import { inTransaction, type Tx } from '@plimsoll/database'
import {
  type AsOfMode,
  availableOf,
  type Balance,
  BEGINNING,
  findItemAsOf,
  findLocationAsOf,
  findLocations,
  findMovementEntries,
  type Location,
  type MovementQuestion,
  type Refusal,
  refuse,
  toCursor,
  UNALLOCATED_LOT,
} from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { getItemHead } from './item.ts'
import { findOrderNumbers } from './movements.store.ts'

export type AsOfAsked = {
  /** Undefined: now. */
  at: Date | undefined
  by: AsOfMode
  location?: string | undefined
  lot?: string | undefined
}
export type Answered<T> = { kind: 'answered'; answer: T } | Refusal

/**
 * Stock of an item at a moment, by location and lot, with what each figure is made of.
 * @throws SyncProblem for an unknown SKU
 */
export async function getItemStockAt(
  context: SyncContext,
  sku: string,
  asked: AsOfAsked,
): Promise<Answered<ItemStockAt>> {
  const { kysely } = context.database
  const item = await getItemHead(context, sku)
  const at = momentOf(context, asked.at)
  if (!(at instanceof Date)) return at
  const locations = await findLocations(kysely, context.organizationId)
  const location = findAsked(locations, asked.location)
  if (location?.kind === 'refused') return location
  const place = { locationId: location?.location.locationId, lotId: asked.lot }
  const found = await atOneMoment(context, (tx) =>
    findItemAsOf(tx, context.organizationId, item.itemId, { at, by: asked.by, ...place }),
  )
  if (found.kind === 'refused') return found
  const places = found.places
    .map((place) => ({
      locationCode: codeOf(locations, place.locationId),
      lotId: lotOf(place.lotId),
      ...withAvailable(place.figures),
      checkpoint: place.checkpoint,
      movements: place.movements,
      late: place.late,
      lateMovements: place.lateMovements,
    }))
    .sort((a, b) => compareText(a.locationCode, b.locationCode) || compareText(a.lotId ?? '', b.lotId ?? ''))
  return {
    kind: 'answered',
    answer: {
      sku: item.sku,
      name: item.name,
      at: at.toISOString(),
      by: asked.by,
      checkpointAt: found.openingAt > BEGINNING ? found.openingAt.toISOString() : null,
      ...withAvailable(sumOf(places)),
      places,
    },
  }
}

/** Stock of every item that a location ever held, at a moment, in order of SKU. */
export async function getStockAt(
  context: SyncContext,
  asked: AsOfAsked & { location: string },
  page: { cursor: string | undefined; limit: number },
): Promise<Answered<StockAtPage>> {
  const { kysely } = context.database
  const at = momentOf(context, asked.at)
  if (!(at instanceof Date)) return at
  const location = findAsked(await findLocations(kysely, context.organizationId), asked.location)
  if (location === undefined || location.kind === 'refused')
    return location ?? unknownLocation(asked.location)
  const { locationId } = location.location
  const found = await atOneMoment(context, (tx) =>
    findLocationAsOf(
      tx,
      context.organizationId,
      { at, by: asked.by, locationId },
      { afterSku: page.cursor, limit: page.limit },
    ),
  )
  if (found.kind === 'refused') return found
  return {
    kind: 'answered',
    answer: {
      locationCode: location.location.code,
      at: at.toISOString(),
      by: asked.by,
      rows: found.rows.map(({ sku, name, figures }) => ({ sku, name, ...withAvailable(figures) })),
      next: found.next,
    },
  }
}

/** Movements of an item, newest first, each with the figures right after it. */
export async function getMovements(
  context: SyncContext,
  sku: string,
  { location: asked, ...question }: Omit<MovementQuestion, 'locationId'> & { location?: string | undefined },
): Promise<Answered<MovementPage>> {
  const { kysely } = context.database
  const item = await getItemHead(context, sku)
  const locations = await findLocations(kysely, context.organizationId)
  const location = findAsked(locations, asked)
  if (location?.kind === 'refused') return location
  const locationId = location?.location.locationId
  const found = await atOneMoment(context, (tx) =>
    findMovementEntries(tx, context.organizationId, item.itemId, { ...question, locationId }),
  )
  const orderIds = found.rows.flatMap(({ referenceKind, referenceId }) =>
    referenceKind === 'order' && referenceId !== null ? [referenceId] : [],
  )
  const numbers = await findOrderNumbers(kysely, context.organizationId, [...new Set(orderIds)])
  return {
    kind: 'answered',
    answer: {
      rows: found.rows.map((row) => ({
        movementId: row.movementId,
        kind: row.kind,
        locationCode: codeOf(locations, row.locationId),
        lotId: lotOf(row.lotId),
        onHandDelta: row.onHandDelta,
        reservedDelta: row.reservedDelta,
        heldDelta: row.heldDelta,
        incomingDelta: row.incomingDelta,
        reason: row.reason,
        actor: row.actor,
        reference: row.referenceId === null ? null : (numbers.get(row.referenceId) ?? null),
        effectiveAt: row.effectiveAt.toISOString(),
        recordedAt: row.recordedAt.toISOString(),
        after: row.after,
      })),
      next: found.next === undefined ? null : toCursor(found.next),
      archivedBefore: found.archivedBefore?.toISOString() ?? null,
    },
  }
}

/** What is read in several statements must be of one moment, or a movement in between would make figures that differ. */
async function atOneMoment<T>(context: SyncContext, read: (tx: Tx) => Promise<T>): Promise<T> {
  return await inTransaction(context.database, read, { isolationLevel: 'repeatable read' })
}

/** The moment that is asked about, now where none is; one that is still to come is refused. */
export function momentOf(context: SyncContext, asked: Date | undefined): Date | Refusal {
  const now = new Date(context.clock.now())
  if (asked !== undefined && asked > now) {
    return refuse('moment-in-future', 'at', `${asked.toISOString()} is still to come.`)
  }
  return asked ?? now
}

/** The location with a code; undefined where none is asked for. */
export function findAsked(
  locations: readonly Location[],
  code: string | undefined,
): { kind: 'location'; location: Location } | Refusal | undefined {
  if (code === undefined) return undefined
  const location = locations.find((each) => each.code === code)
  return location === undefined ? unknownLocation(code) : { kind: 'location', location }
}

function unknownLocation(code: string): Refusal {
  return refuse('unknown-location', 'location', `There is no location with the code "${code}".`)
}

/** The code of a location, for people. */
export function codeOf(locations: readonly Location[], locationId: string): string {
  return locations.find((location) => location.locationId === locationId)?.code ?? locationId
}

function lotOf(lotId: string): string | null {
  return lotId === UNALLOCATED_LOT ? null : lotId
}

function withAvailable({ onHand, reserved, held, incoming }: Balance) {
  const figures = { onHand, reserved, held, incoming }
  return { ...figures, available: availableOf(figures) }
}

function sumOf(balances: readonly Balance[]): Balance {
  const total = (of: keyof Balance) => balances.reduce((sum, each) => sum + each[of], 0)
  return {
    onHand: total('onHand'),
    reserved: total('reserved'),
    held: total('held'),
    incoming: total('incoming'),
  }
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
