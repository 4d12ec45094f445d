import type { Tx } from '@plimsoll/database'
import type { StockContext } from '../context.ts'
import { isUuid } from '../documents/uuids.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findCurrency } from '../history/valuation.store.ts'
import { findStockItems } from '../items/lookup.store.ts'
import type { ItemUnits } from '../items/units.ts'
import { findItemsById, findItemsBySku, findLocations, type Item, type Location } from '../items.store.ts'
import type { KitPart } from '../kits/flatten.ts'
import { findKitClaims } from '../kits/kit-claims.store.ts'
import { findAssemblyParts, findKitParts } from '../kits/kits.store.ts'
import type { Lot } from '../lots/lots.ts'
import type { ShelfLifeMinimum } from '../lots/shelf-life.store.ts'
import { readReasons } from '../reasons/reasons.store.ts'
import { NO_REASON_RULES, type ReasonRules } from '../reasons/reasons.ts'
import { lockReservationsOf, lockReservationsOfCallers, type ReservationRow } from '../reservations.store.ts'
import type { SerialRow } from '../serials/serials.ts'
import type { PlaceNames } from './command.ts'
import type { Names } from './kind.ts'
import { NOTHING_TRACKED, readTracked } from './tracked.ts'

/** What the names in a batch of commands stand for. Reservations and serials are locked, lots against another status. */
export type Directory = {
  itemsBySku: ReadonlyMap<string, Item>
  itemsById: ReadonlyMap<string, Item>
  locationsByCode: ReadonlyMap<string, Location>
  locationsById: ReadonlyMap<string, Location>
  /** Of items that a command of the batch asks for in a unit. */
  unitsBySku: ReadonlyMap<string, ItemUnits>
  /** That costs are in; undefined where none is set, or where no command of the batch gives a cost. */
  currency: string | undefined
  /** What adjustments may give as their reason; read where a command of the batch gives one. */
  reasons: ReasonRules
  /** As they were before the batch. */
  reservations: readonly ReservationRow[]
  /** Assembled kits, by id, with what one of them takes. */
  assemblies: ReadonlyMap<string, readonly KitPart[]>
  /** Virtual kits that stand for their parts in the batch, by id, with what one base unit of them needs. */
  kitParts: ReadonlyMap<string, readonly KitPart[]>
  /** Owners whose reservation is of a virtual kit, with the kit's id. */
  kitOfOwner: ReadonlyMap<string, string>
  /** Those that are named. */
  lots: readonly Lot[]
  /** By `lotText`: of those, and of lots that a command may make, which nobody else can make now. */
  lotIds: ReadonlyMap<string, string>
  serials: readonly SerialRow[]
  /** Where all serials in stock are among them. */
  serialPlaces: readonly { itemId: string; locationId: string }[]
  shelfLife: readonly ShelfLifeMinimum[]
}

/** One item at one location, decided on with all that its lots hold; and the lot that may be written there. */
export type Place = {
  itemId: string
  locationId: string
  lotId: string
  /** Of a count: undefined where it is of now. */
  countedAt?: Date
  isCounted?: boolean
}

export async function readDirectory(
  tx: Tx,
  context: StockContext,
  names: readonly Names[],
): Promise<Directory> {
  const { organizationId } = context
  const owners = names.flatMap((each) => each.reservationOwners ?? []).filter(isUuid)
  const skus = names.flatMap((each) => each.skus ?? [])
  const kitSkus = names.flatMap((each) => each.kitSkus ?? [])
  const unitSkus = names.flatMap((each) => each.unitsOfSkus ?? [])
  const lines = names.flatMap((each) => each.lines ?? []).filter(isUuid)
  const [ofCallers, kitClaims, ofLines, named, locations, assemblies, reasons, inUnits, currency] =
    await Promise.all([
      lockReservationsOfCallers(tx, organizationId, owners),
      findKitClaims(tx, organizationId, owners),
      lockReservationsOf(tx, organizationId, lines),
      findItemsBySku(tx, organizationId, skus),
      findLocations(tx, organizationId),
      findAssemblyParts(tx, organizationId, kitSkus),
      names.some((each) => each.reasons === true) ? readReasons(tx, organizationId) : NO_REASON_RULES,
      findStockItems(tx, organizationId, { skus: unitSkus }),
      names.some((each) => each.costs === true) ? findCurrency(tx, organizationId) : undefined,
    ])
  const reservations = [...ofCallers, ...ofLines]
  const kitsTakenApart = new Set(names.flatMap((each) => (each.kitParts === true ? (each.skus ?? []) : [])))
  const kitParts = await findKitParts(
    tx,
    organizationId,
    named
      .filter((item) => item.kitKind === 'virtual' && kitsTakenApart.has(item.sku))
      .map((item) => item.itemId),
  )
  const parts = [...assemblies.values(), ...kitParts.values()].flat()
  const reserved = await findItemsById(tx, organizationId, [
    ...[...reservations, ...parts].map((row) => row.itemId),
    ...kitClaims.map((claim) => claim.kitItemId),
  ])
  const directory: Directory = {
    itemsBySku: new Map(named.map((item) => [item.sku, item])),
    itemsById: new Map([...named, ...reserved].map((item) => [item.itemId, item])),
    locationsByCode: new Map(locations.map((location) => [location.code, location])),
    locationsById: new Map(locations.map((location) => [location.locationId, location])),
    unitsBySku: new Map(inUnits.map((item) => [item.sku, item])),
    currency,
    reasons,
    reservations,
    assemblies,
    kitParts,
    kitOfOwner: new Map(kitClaims.map(({ ownerId, kitItemId }) => [ownerId, kitItemId])),
    ...NOTHING_TRACKED,
  }
  const isTracked = [...directory.itemsById.values()].some((item) => item.tracking !== 'plain')
  return isTracked ? { ...directory, ...(await readTracked(tx, context, directory, names)) } : directory
}

/** The item and location that a command names. */
export function findPlace(
  directory: Directory,
  { sku, locationCode }: PlaceNames,
): { kind: 'found'; item: Item; location: Location } | Refusal {
  const item = directory.itemsBySku.get(sku)
  if (item === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  const location = findLocation(directory, locationCode)
  return location.kind === 'refused' ? location : { kind: 'found', item, location: location.location }
}

export function findLocation(
  directory: Directory,
  code: string,
  field = 'location',
): { kind: 'found'; location: Location } | Refusal {
  const location = directory.locationsByCode.get(code)
  if (location === undefined) {
    return refuse('unknown-location', field, `There is no location with the code "${code}".`)
  }
  return location.archivedAt === null
    ? { kind: 'found', location }
    : refuse('location-archived', field, `The location "${code}" is archived.`)
}
