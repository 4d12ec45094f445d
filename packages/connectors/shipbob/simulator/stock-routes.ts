import type { FloorCount, FloorItem, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { CHANNEL, OTHER_CHANNEL } from './account.ts'

const listQuery = z.object({
  PageSize: z.coerce.number().int().min(1).max(1_000).default(50),
  InventoryIds: z.string().optional(),
  Cursor: z.coerce.number().int().default(0),
})

/** Channels, facilities, inventory and its levels, as of 2026-01. */
export function stockRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  app.get('/channel', async () => ({ items: [OTHER_CHANNEL, CHANNEL], next: null, prev: null }))
  app.get('/location', async () =>
    floor.facilities.map(({ id, name }) => ({
      id: Number(id),
      name,
      abbreviation: name.slice(0, 3).toUpperCase(),
      access_granted: true,
      is_active: true,
      is_receiving_enabled: true,
      is_shipping_enabled: true,
      attributes: ['HasPicking'],
      region: { id: 1, name: 'US Regions' },
      services: [],
      timezone: 'Central Standard Time',
    })),
  )
  app.get('/inventory', async (request) => page(request, floor.items(), toInventory))
  app.get('/inventory/:id', async (request, reply) => {
    const item = floor.itemOf(z.object({ id: z.string() }).parse(request.params).id)
    return item === undefined ? reply.code(404).send(missing) : toInventory(item)
  })

  // Of thousands of SKUs each page would else count the whole floor.
  const countsBySku = () => Map.groupBy(floor.counts(), ({ sku }) => sku)
  app.get('/inventory-level/locations', async (request) => {
    const counts = countsBySku()
    return page(request, floor.items(), (item) => ({
      ...identityOf(item),
      locations: (counts.get(item.sku) ?? []).map((count) => ({
        location_id: Number(count.facilityId),
        name: floor.facilities.find(({ id }) => id === count.facilityId)?.name ?? '',
        ...quantitiesOf(count),
      })),
    }))
  })
  app.get('/inventory-level/lots', async (request) => {
    const counts = countsBySku()
    return page(request, floor.items(), (item) => ({
      ...identityOf(item),
      lots: lotsOf(floor, item, counts.get(item.sku) ?? []),
    }))
  })
}

function identityOf({ stockUnitId, sku, title }: FloorItem) {
  return { inventory_id: Number(stockUnitId), sku, name: title }
}

function toInventory(item: FloorItem) {
  return {
    ...identityOf(item),
    barcode: item.barcode ?? null,
    is_case: false,
    is_lot: false,
    user_id: 1,
    variant: { is_active: true, is_bundle: false, is_digital: false },
  }
}

/** Units that orders have are committed as far as they are there; the rest of the sellable ones is free. */
function quantitiesOf({ onHand, sellable, committed, incoming }: FloorCount) {
  return {
    on_hand_quantity: onHand,
    committed_quantity: Math.min(committed, sellable),
    fulfillable_quantity: Math.max(0, sellable - committed),
    awaiting_quantity: incoming,
    internal_transfer_quantity: 0,
  }
}

/** What orders have is taken from the lots that expire first. */
function lotsOf(floor: WarehouseFloor, { sku }: FloorItem, counts: readonly FloorCount[]) {
  const committedLeft = new Map(counts.map(({ facilityId, committed }) => [facilityId, committed]))
  const places = floor
    .shelf({ sku })
    .filter(({ lot }) => lot !== undefined)
    .map((row) => {
      const left = committedLeft.get(row.facilityId) ?? 0
      const committed = Math.min(left, row.sellable)
      committedLeft.set(row.facilityId, left - committed)
      return { row, committed }
    })
  return [...Map.groupBy(places, ({ row }) => row.lot ?? '')].map(([lot, own]) => {
    const locations = own.map(({ row, committed }) => ({
      location_id: Number(row.facilityId),
      name: floor.facilities.find(({ id }) => id === row.facilityId)?.name ?? '',
      on_hand_quantity: row.sellable + row.damaged,
      committed_quantity: committed,
      fulfillable_quantity: row.sellable - committed,
      awaiting_quantity: 0,
      internal_transfer_quantity: 0,
    }))
    const sum = (pick: (place: (typeof locations)[number]) => number) =>
      locations.reduce((total, place) => total + pick(place), 0)
    const expiresOn = own[0]?.row.expiresOn
    return {
      lot_number: lot,
      lot_date: expiresOn === undefined ? null : `${expiresOn}T00:00:00Z`,
      on_hand_quantity: sum((place) => place.on_hand_quantity),
      committed_quantity: sum((place) => place.committed_quantity),
      fulfillable_quantity: sum((place) => place.fulfillable_quantity),
      awaiting_quantity: 0,
      internal_transfer_quantity: 0,
      locations,
    }
  })
}

/** By id, so that what is added while somebody reads comes at the end. */
function page<Row>(request: FastifyRequest, items: readonly FloorItem[], toRow: (item: FloorItem) => Row) {
  const { PageSize, InventoryIds, Cursor } = listQuery.parse(request.query)
  const wanted = InventoryIds === undefined ? undefined : new Set(InventoryIds.split(','))
  const rest = items
    .filter(({ stockUnitId }) => wanted === undefined || wanted.has(stockUnitId))
    .filter(({ stockUnitId }) => Number(stockUnitId) > Cursor)
  const shown = rest.slice(0, PageSize)
  const last = shown.at(-1)
  const query = new URLSearchParams({ PageSize: String(PageSize), Cursor: last?.stockUnitId ?? '' })
  if (InventoryIds !== undefined) query.set('InventoryIds', InventoryIds)
  const address = `http://${request.headers.host}${request.url.split('?')[0]}?${query}`
  return {
    items: shown.map(toRow),
    first: null,
    prev: null,
    last: null,
    next: rest.length > shown.length ? address : null,
  }
}

const missing = { type: 'about:blank', title: 'Not Found', status: 404, detail: null, instance: null }
