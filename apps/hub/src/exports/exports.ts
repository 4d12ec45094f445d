import type { WrittenCell } from '@plimsoll/files'
import { availableOf, findCatalogueItems, findCustomFields, findLocations } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { writeBarcodesCell, writePairsCell, writeUnitsCell } from '../imports/item-cells.ts'
import { customColumn } from '../imports/item-columns.ts'
import {
  readBalances,
  readItems,
  readKits,
  readLots,
  readMappings,
  readMovements,
  readReservations,
  readSerials,
} from './exports.store.ts'
import { REPLENISHMENT_HEADER, replenishmentRows } from './replenishment-export.ts'

/** What can be exported. */
export const EXPORTS = [
  'items',
  'balances',
  'movements',
  'reservations',
  'locations',
  'kits',
  'lots',
  'serials',
  'mappings',
  'replenishment',
] as const
export type ExportWhat = (typeof EXPORTS)[number]

export type ExportQuery = {
  /** Of movements: recorded at or after, and before. */
  from: Date | undefined
  until: Date | undefined
  sku: string | undefined
}

export type Exported = { header: readonly string[]; rows: AsyncGenerator<readonly WrittenCell[]> }

/** Rows of one statement. Each page is read by itself, so that a slow reader holds nothing up. */
const PAGE_ROWS = 2_000

/**
 * A table as it is now, read page by page. Its columns are called as imports call them: what is exported and imported
 * again changes nothing.
 */
export async function openExport(
  context: SyncContext,
  what: ExportWhat,
  query: ExportQuery,
): Promise<Exported> {
  switch (what) {
    case 'items':
      return await openItems(context)
    case 'balances':
      return {
        header: ['sku', 'name', 'location', 'lot', 'on hand', 'reserved', 'held', 'incoming', 'available'],
        rows: balanceRows(context),
      }
    case 'movements':
      return { header: MOVEMENT_HEADER, rows: movementRows(context, query) }
    case 'reservations':
      return { header: RESERVATION_HEADER, rows: reservationRows(context) }
    case 'locations':
      return { header: ['code', 'name', 'kind'], rows: locationRows(context) }
    case 'kits':
      return { header: ['kit', 'kind', 'component', 'quantity'], rows: kitRows(context) }
    case 'lots':
      return { header: LOT_HEADER, rows: lotRows(context) }
    case 'serials':
      return { header: ['sku', 'serial', 'status', 'location', 'since'], rows: serialRows(context) }
    case 'mappings':
      return { header: MAPPING_HEADER, rows: mappingRows(context) }
    case 'replenishment':
      return { header: REPLENISHMENT_HEADER, rows: replenishmentRows(context) }
    default: {
      const never: never = what
      return never
    }
  }
}

const ITEM_HEADER = [
  ...['sku', 'name', 'names', 'barcodes', 'base unit', 'units', 'product', 'options', 'tracking', 'archived'],
]

async function openItems(context: SyncContext): Promise<Exported> {
  const fields = await findCustomFields(context.database.kysely, context.organizationId)
  const keys = fields.map(({ key }) => key)
  return { header: [...ITEM_HEADER, ...keys.map(customColumn)], rows: itemRows(context, keys) }
}

async function* itemRows(
  { database, organizationId }: SyncContext,
  customKeys: readonly string[],
): AsyncGenerator<WrittenCell[]> {
  let after: { sku: string } | undefined
  for (;;) {
    const page = await readItems(database.kysely, organizationId, after, PAGE_ROWS)
    const items = await findCatalogueItems(database.kysely, organizationId, {
      skus: page.map(({ sku }) => sku),
    })
    for (const item of items) {
      yield [
        ...[item.sku, item.name, writePairsCell(item.names), writeBarcodesCell(item.barcodes), item.baseUnit],
        ...[writeUnitsCell(item.units), item.product, writePairsCell(item.options), item.tracking],
        item.archivedAt === null ? 'no' : 'yes',
        ...customKeys.map((key) => customText(item.custom[key])),
      ]
    }
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

/** A number as text: cells of numbers are whole. */
function customText(value: string | number | boolean | undefined): WrittenCell {
  if (value === undefined) return null
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value)
}

async function* balanceRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  let after: { sku: string } | undefined
  for (;;) {
    const { rows, lastSku } = await readBalances(database.kysely, organizationId, after, PAGE_ROWS)
    for (const row of rows) {
      const { sku, name, locationCode, lot, onHand, reserved, held, incoming } = row
      yield [sku, name, locationCode, lot, onHand, reserved, held, incoming, availableOf(row)]
    }
    if (lastSku === undefined) return
    after = { sku: lastSku }
  }
}

const MOVEMENT_HEADER = [
  ...[
    'sku',
    'location',
    'lot',
    'kind',
    'on hand change',
    'reserved change',
    'held change',
    'incoming change',
  ],
  ...['reason', 'actor', 'reference', 'effective at', 'recorded at', 'movement id'],
]

/** The last that PostgreSQL and a four-digit year both know. */
const END_OF_TIME = new Date('9999-12-31T23:59:59Z')

async function* movementRows(
  { database, organizationId }: SyncContext,
  { from = new Date(0), until = END_OF_TIME, sku }: ExportQuery,
): AsyncGenerator<WrittenCell[]> {
  let after: { sku: string; movementId: string } | undefined
  for (;;) {
    const page = await readMovements(database.kysely, organizationId, { from, until, sku }, after, PAGE_ROWS)
    for (const row of page) {
      yield [
        ...[row.sku, row.locationCode, row.lot, row.kind],
        ...[row.onHandDelta, row.reservedDelta, row.heldDelta, row.incomingDelta],
        ...[row.reason, row.actor, row.reference, row.effectiveAt, row.recordedAt, row.movementId],
      ]
    }
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

const RESERVATION_HEADER = [
  ...[
    'sku',
    'location',
    'lot',
    'kind',
    'owner kind',
    'owner id',
    'reserved',
    'released',
    'shipped',
    'returned',
  ],
  ...['open', 'created at', 'reservation id'],
]

async function* reservationRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  let after: { sku: string; reservationId: string } | undefined
  for (;;) {
    const page = await readReservations(database.kysely, organizationId, after, PAGE_ROWS)
    for (const row of page) {
      yield [
        ...[row.sku, row.locationCode, row.lot, row.kind, row.ownerKind, row.ownerId],
        ...[row.reserved, row.released, row.shipped, row.returned],
        ...[row.reserved - row.released - row.shipped, row.createdAt, row.reservationId],
      ]
    }
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

const LOT_HEADER = ['sku', 'lot', 'expires on', 'manufactured on', 'supplier lot', 'status']

async function* lotRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  let after: { sku: string; lot: string } | undefined
  for (;;) {
    const page = await readLots(database.kysely, organizationId, after, PAGE_ROWS)
    for (const { sku, lot, expiresOn, manufacturedOn, supplierLot, status } of page) {
      yield [sku, lot, expiresOn, manufacturedOn, supplierLot, status]
    }
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

async function* serialRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  let after: { sku: string; serial: string } | undefined
  for (;;) {
    const page = await readSerials(database.kysely, organizationId, after, PAGE_ROWS)
    for (const row of page) yield [row.sku, row.serial, row.state, row.locationCode, row.effectiveAt]
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

const MAPPING_HEADER = [
  ...[
    'connection',
    'listing',
    'title',
    'listing sku',
    'sku',
    'units per listing',
    'mapped by',
    'ignored because',
  ],
]

async function* mappingRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  let after: { connection: string; externalId: string } | undefined
  for (;;) {
    const page = await readMappings(database.kysely, organizationId, after, PAGE_ROWS)
    for (const row of page) {
      const { connection, externalId, title, listingSku, sku, unitsPerListing, mappedBy, ignoredBecause } =
        row
      yield [connection, externalId, title, listingSku, sku, unitsPerListing, mappedBy, ignoredBecause]
    }
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

async function* kitRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  let after: { kitSku: string; componentSku: string } | undefined
  for (;;) {
    const page = await readKits(database.kysely, organizationId, after, PAGE_ROWS)
    for (const { kitSku, kind, componentSku, quantity } of page) yield [kitSku, kind, componentSku, quantity]
    after = page.at(-1)
    if (page.length < PAGE_ROWS) return
  }
}

async function* locationRows({ database, organizationId }: SyncContext): AsyncGenerator<WrittenCell[]> {
  for (const { code, name, kind } of await findLocations(database.kysely, organizationId)) {
    yield [code, name, kind]
  }
}
