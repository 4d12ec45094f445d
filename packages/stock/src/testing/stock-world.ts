import type { Database, Tracking } from '@plimsoll/database'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { PlacedKind, StockCommand } from '../commands/command.ts'
import type { StockContext } from '../context.ts'
import { findItemsBySku, findLocations, type Item, saveItems, saveLocation } from '../items.store.ts'
import type { Balance } from '../movements.ts'

/** One organization with items and locations, alone in its rows: several fit into one test database. */
export type StockWorld = {
  database: Database
  context: StockContext
  itemId(sku: string): string
  locationId(code: string): string
  /** All four figures, lots added up; zeros where there is no balance. */
  balance(sku: string, locationCode: string): Promise<Balance>
}

/** The moment that everything in a stock world is recorded at. */
export const WORLD_TIME = new Date('2026-05-01T12:00:00Z')

export async function createStockWorld(
  hub: Database,
  names: {
    skus: readonly string[]
    locationCodes: readonly string[]
    /** By SKU; plain unless told. */
    tracking?: Readonly<Record<string, Tracking | 'serial-at-shipment'>>
  },
): Promise<StockWorld> {
  const organizationId = uuidv7()
  const database = hub.forOrganization(organizationId)
  const context: StockContext = { organizationId, uuid: () => uuidv7(), now: () => WORLD_TIME }
  await database.kysely.transaction().execute(async (tx) => {
    await tx
      .insertInto('organization')
      .values({ organizationId, name: 'A brand', createdAt: WORLD_TIME })
      .execute()
    await saveItems(
      tx,
      context,
      names.skus.map((sku) => ({ sku, name: `Item ${sku}` })),
    )
    for (const [sku, tracking] of Object.entries(names.tracking ?? {})) {
      const isAtShipment = tracking === 'serial-at-shipment'
      await tx
        .updateTable('item')
        .set({
          tracking: isAtShipment ? 'serial' : tracking,
          serialCapture: isAtShipment ? 'shipment' : 'receipt',
        })
        .where('organizationId', '=', organizationId)
        .where('sku', '=', sku)
        .execute()
    }
    for (const code of names.locationCodes) {
      await saveLocation(tx, context, { code, name: `Location ${code}`, kind: 'warehouse' })
    }
  })
  const items = await findItemsBySku(database.kysely, organizationId, names.skus)
  const itemId = idOf(items, (item: Item) => [item.sku, item.itemId])
  const locations = await findLocations(database.kysely, organizationId)
  const locationId = idOf(locations, (location) => [location.code, location.locationId])
  return {
    database,
    context,
    itemId,
    locationId,
    balance: async (sku, locationCode) => {
      const found = await sql<Balance>`
        select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved,
          coalesce(sum(held), 0)::bigint as held, coalesce(sum(incoming), 0)::bigint as incoming
        from balance
        where organization_id = ${organizationId} and item_id = ${itemId(sku)}
          and location_id = ${locationId(locationCode)}`.execute(database.kysely)
      const [row] = found.rows
      if (row === undefined) throw new Error('an aggregate always answers one row')
      return row
    },
  }
}

/** A stock command with the fields that a test does not care for filled in. */
export function commandOf<Kind extends PlacedKind>(
  kind: Kind,
  sku: string,
  quantity: number,
  rest: Partial<Omit<Extract<StockCommand, { kind: Kind }>, 'kind' | 'sku' | 'quantity'>> = {},
): Extract<StockCommand, { kind: Kind }> {
  const head = { key: uuidv7(), locationCode: 'MAIN', reason: null, actor: 'test', effectiveAt: undefined }
  const command = { ...head, kind, sku, quantity, ...rest }
  // All kinds of place commands consist of these fields and options; TypeScript cannot follow that for any of them.
  return command as unknown as Extract<StockCommand, { kind: Kind }>
}

/** A command on a reservation, with the fields that a test does not care for filled in. */
export function onReservation<Kind extends 'ship' | 'return' | 'allocate' | 'release'>(
  kind: Kind,
  reservationId: string,
  quantity: number,
  rest: Partial<Omit<Extract<StockCommand, { kind: Kind }>, 'kind' | 'reservationId' | 'quantity'>> = {},
): Extract<StockCommand, { kind: Kind }> {
  const head = { key: uuidv7(), reason: null, actor: 'test', effectiveAt: undefined }
  const command = { ...head, kind, reservationId, quantity, ...rest }
  return command as unknown as Extract<StockCommand, { kind: Kind }>
}

export function releaseOf(reservationId: string, quantity: number, key: string = uuidv7()): StockCommand {
  return {
    kind: 'release',
    reservationId,
    quantity,
    key,
    reason: null,
    actor: 'test',
    effectiveAt: undefined,
  }
}

function idOf<Row>(rows: readonly Row[], entryOf: (row: Row) => [string, string]): (name: string) => string {
  const ids = new Map(rows.map(entryOf))
  return (name) => {
    const id = ids.get(name)
    if (id === undefined) throw new Error(`This world has no ${name}.`)
    return id
  }
}
