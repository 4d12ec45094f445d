import type {
  FloorCount,
  FloorInbound,
  FloorItem,
  FloorReturn,
  WarehouseFloor,
} from '@plimsoll/connector-kit/simulator'
import { connection, idOf, iso, type ListArgs } from './connection.ts'

/** What ShipHero shows of stock, of what comes in and of what comes back. */

/** The id is the floor's own number as it is: an id says nothing to whoever reads it. */
export function toProduct(floor: WarehouseFloor, item: FloorItem) {
  return {
    id: item.stockUnitId,
    legacy_id: Number(item.stockUnitId),
    sku: item.sku,
    name: item.title,
    barcode: item.barcode ?? null,
    active: true,
    kit: false,
    kit_build: false,
    virtual: false,
    needs_lot_tracking: floor.shelf({ sku: item.sku }).some(({ lot }) => lot !== undefined),
    needs_serial_number: item.hasSerials,
  }
}

/** One for each product and warehouse that has had it, in the order in which they were added. */
export function warehouseProducts(floor: WarehouseFloor, where: { sku?: string; facilityId?: string } = {}) {
  const bySku = Map.groupBy(floor.counts(where), ({ sku }) => sku)
  const items = where.sku === undefined ? floor.items() : floor.items().filter(({ sku }) => sku === where.sku)
  return items.flatMap((item) =>
    (bySku.get(item.sku) ?? []).map((count) => toWarehouseProduct(floor, item, count)),
  )
}

/** Units that orders have are allocated as far as they are there; the rest they owe. */
function toWarehouseProduct(floor: WarehouseFloor, item: FloorItem, count: FloorCount) {
  const { sku, facilityId, onHand, sellable, damaged, committed } = count
  const allocated = Math.min(committed, sellable)
  return {
    id: idOf('WarehouseProduct', `${item.stockUnitId}-${facilityId}`),
    sku,
    warehouse_id: facilityId,
    on_hand: onHand,
    allocated,
    available: sellable - committed,
    backorder: committed - allocated,
    non_sellable_quantity: damaged,
    reserve_inventory: 0,
    active: true,
    product: () => toProduct(floor, item),
    locations: (args: ListArgs) => connection(placesOf(floor, count), args),
  }
}

/** A bin for what can be sold, and one for what cannot, of each lot. */
function placesOf(floor: WarehouseFloor, { sku, facilityId }: FloorCount) {
  return floor.shelf({ sku, facilityId }).flatMap(({ lot, expiresOn, sellable, damaged }) =>
    [
      { quantity: sellable, name: 'A-1', isSellable: true },
      { quantity: damaged, name: 'Q-1', isSellable: false },
    ]
      .filter(({ quantity }) => quantity > 0)
      .map(({ quantity, name, isSellable }) => ({
        sku,
        quantity,
        warehouse_id: facilityId,
        location: { name, pickable: isSellable, sellable: isSellable },
        expiration_lot: lot === undefined ? null : lotOf(lot, expiresOn),
      })),
  )
}

function lotOf(name: string, expiresOn: string | undefined) {
  return { name, expires_at: expiresOn === undefined ? null : `${expiresOn}T00:00:00` }
}

export function toPurchaseOrder(inbound: FloorInbound) {
  const { id, number, facilityId, state, lines, received, announcedAtMs, changedAtMs, details } = inbound
  const names = { announced: 'pending', arriving: 'pending', closed: 'closed', cancelled: 'canceled' }
  const skus = [...new Set([...lines, ...received].map(({ sku }) => sku))]
  const units = (rows: readonly { sku: string; quantity: number }[], wanted: string) =>
    rows.filter(({ sku }) => sku === wanted).reduce((sum, { quantity }) => sum + quantity, 0)
  const shown = skus.map((sku, at) => {
    const lots = Map.groupBy(
      received.filter((row) => row.sku === sku && row.lot !== undefined),
      ({ lot }) => lot ?? '',
    )
    return {
      id: idOf('PurchaseOrderLineItem', id * 1_000 + at + 1),
      sku,
      partner_line_item_id: lines.find((line) => line.sku === sku)?.reference ?? null,
      quantity: units(lines, sku),
      quantity_received: units(received, sku),
      quantity_rejected: 0,
      updated_at: iso(changedAtMs),
      expiration_lots: (args: ListArgs) =>
        connection(
          [...lots].map(([name, own]) => lotOf(name, own[0]?.expiresOn)),
          args,
        ),
    }
  })
  return {
    id: idOf('PurchaseOrder', id),
    legacy_id: id,
    po_number: number,
    partner_order_number: details.partner_order_number ?? null,
    warehouse_id: facilityId,
    fulfillment_status: names[state],
    created_at: iso(announcedAtMs),
    date_closed: state === 'closed' ? iso(changedAtMs) : null,
    po_date: details.po_date ?? null,
    tracking_number: details.tracking_number ?? null,
    line_items: (args: ListArgs) => connection(shown, args),
  }
}

export function toReturn(floor: WarehouseFloor, one: FloorReturn) {
  const request = one.requestId === undefined ? undefined : floor.requests.get(one.requestId)
  return {
    id: idOf('Return', one.id),
    legacy_id: one.id,
    partner_id: one.reference,
    status: one.isComplete ? 'complete' : 'pending',
    created_at: iso(one.createdAtMs),
    order_id: request === undefined ? null : idOf('Order', request.id),
    order: request === undefined ? null : { partner_order_id: request.reference },
    line_items: one.lines.map(({ id, sku, quantity, condition }) => ({
      id: idOf('ReturnItem', one.id * 1_000 + id),
      quantity,
      quantity_received: condition === 'waiting' ? 0 : quantity,
      restock: condition === 'sellable' || condition === 'damaged' ? quantity : 0,
      condition: condition === 'damaged' ? 'damaged' : 'as new',
      warehouse_id: one.facilityId,
      created_at: iso(one.createdAtMs),
      updated_at: iso(one.changedAtMs),
      line_item: { sku },
    })),
  }
}
