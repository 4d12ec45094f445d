import type { Tx } from '@plimsoll/database'
import type { StockContext } from '../context.ts'
import type { Item } from '../items.store.ts'
import { findLots, type LotKey, lockNewLots } from '../lots/lots.store.ts'
import type { Lot } from '../lots/lots.ts'
import { toLotCode } from '../lots/lots.ts'
import { findShelfLifeMinima } from '../lots/shelf-life.store.ts'
import { lockSerials } from '../serials/serials.store.ts'
import type { Directory } from './directory.ts'
import type { Names } from './kind.ts'

/** The part of a directory that only tracked items need. */
type Tracked = Pick<Directory, 'lots' | 'lotIds' | 'serials' | 'serialPlaces' | 'shelfLife'>

export const NOTHING_TRACKED: Tracked = {
  lots: [],
  lotIds: new Map(),
  serials: [],
  serialPlaces: [],
  shelfLife: [],
}

/** What is named of lots and serials: a lot or serial is the item's that is named beside it. */
export async function readTracked(
  tx: Tx,
  context: StockContext,
  directory: Directory,
  names: readonly Names[],
): Promise<Tracked> {
  const { organizationId } = context
  const named = names.map((each) => ({ ...each, items: itemsOf(directory, each) }))
  const keysOf = (codes: (names: Names) => readonly string[], tracking: Item['tracking']) =>
    named.flatMap((each) =>
      each.items
        .filter((item) => item.tracking === tracking)
        .flatMap(({ itemId }) => codes(each).map((code) => ({ itemId, code }))),
    )
  const lotKeys = toLotKeys(keysOf((each) => each.lots ?? [], 'lot'))
  const mayBeMade = toLotKeys(keysOf((each) => (each.mayMakeLots === true ? (each.lots ?? []) : []), 'lot'))
  const serials = keysOf((each) => each.serials ?? [], 'serial').map(({ itemId, code }) => ({
    itemId,
    serial: code,
  }))
  const serialPlaces = named.flatMap(({ items, serialsAt }) => {
    const location = serialsAt === undefined ? undefined : directory.locationsByCode.get(serialsAt)
    return location === undefined
      ? []
      : items
          .filter((item) => item.tracking === 'serial')
          .map(({ itemId }) => ({ itemId, locationId: location.locationId }))
  })
  const owners = names.flatMap((each) => each.lines ?? [])
  const isLots = [...directory.itemsById.values()].some((item) => item.tracking === 'lot')
  const shelfLifeFor = isLots ? names.flatMap((each) => each.shelfLifeFor ?? []) : []
  const [lots, locked, shelfLife] = await Promise.all([
    findLots(tx, organizationId, lotKeys),
    lockSerials(tx, organizationId, { named: serials, places: serialPlaces, owners }),
    shelfLifeFor.length === 0 ? [] : findShelfLifeMinima(tx, organizationId, shelfLifeFor),
  ])
  const missing = notAmong(mayBeMade, lots)
  const rest = { serials: locked, serialPlaces, shelfLife }
  if (missing.length === 0) return { lots, lotIds: idsOf(lots), ...rest }
  // Somebody may have made one of them before we were alone with it.
  const [, found] = await Promise.all([
    lockNewLots(tx, organizationId, missing),
    findLots(tx, organizationId, missing),
  ])
  const known = [...lots, ...found]
  const made = notAmong(missing, found).map((key) => [lotText(key), context.uuid()] as const)
  return { lots: known, lotIds: new Map([...idsOf(known), ...made]), ...rest }
}

/** One string per lot as it is named, for maps. */
export function lotText({ itemId, code }: LotKey): string {
  return `${itemId} ${code}`
}

/** The lot that a command names, or the id that it gets when the command makes it; undefined for one that is unknown. */
export function lotIdOf(
  directory: Pick<Directory, 'lotIds'>,
  item: Pick<Item, 'itemId' | 'tracking'>,
  code: string,
): string | undefined {
  const known = toLotCode(code)
  if (item.tracking !== 'lot' || known === undefined) return undefined
  return directory.lotIds.get(lotText({ itemId: item.itemId, code: known }))
}

function toLotKeys(keys: readonly LotKey[]): LotKey[] {
  return keys.flatMap(({ itemId, code }) => {
    const known = toLotCode(code)
    return known === undefined ? [] : [{ itemId, code: known }]
  })
}

function idsOf(lots: readonly Lot[]): Map<string, string> {
  return new Map(lots.map((lot) => [lotText(lot), lot.lotId]))
}

function itemsOf(directory: Directory, { skus = [], reservationOwners = [], lines = [] }: Names): Item[] {
  const ids = directory.reservations
    .filter((row) => reservationOwners.includes(row.ownerId) || lines.includes(row.ownerId))
    .map((row) => row.itemId)
  const reserved = [...new Set(ids)].flatMap((itemId) => directory.itemsById.get(itemId) ?? [])
  return [...skus.flatMap((sku) => directory.itemsBySku.get(sku) ?? []), ...reserved]
}

function notAmong(keys: readonly LotKey[], lots: readonly Lot[]): LotKey[] {
  const known = new Set(lots.map(lotText))
  return [...new Map(keys.map((key) => [lotText(key), key])).values()].filter(
    (key) => !known.has(lotText(key)),
  )
}
