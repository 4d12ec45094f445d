import type { BookedWrite } from '@plimsoll/connector-kit/simulator'
import { HELD_STATES, type Level } from './records.ts'
import type { Shop } from './shop.ts'

/** `inventorySetQuantities`: checks every row, then changes all of them or none. */
export type SetRow = {
  itemId: number
  locationId: number
  quantity: number
  changeFromQuantity: number | null
}
export type SetRequest = { name: string; reason: string; rows: readonly SetRow[] }
export type SetError = { code: string; field: string[]; message: string }
export type SetChange = { name: string; delta: number; level: Level }
export type SetResult = { changes: SetChange[]; errors: SetError[]; createdAtMs: number; id: number }

const REASONS = new Set([
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
])

const QUANTITY_MAX = 1_000_000_000

export function setQuantities(
  shop: Shop,
  request: SetRequest,
  record: (write: Omit<BookedWrite, 'atNs'>) => void,
): SetResult {
  const errors = checkRequest(shop, request)
  const result: SetResult = { changes: [], errors, createdAtMs: shop.stampMs(), id: shop.nextId() }
  if (errors.length > 0) return result

  for (const row of request.rows) {
    const level = shop.putLevel(row.itemId, row.locationId)
    const before = level.available
    const after = request.name === 'on_hand' ? row.quantity - notForSale(level) : row.quantity
    level.available = after
    level.updatedAtMs = shop.stampMs()
    record({
      stockUnitId: `gid://shopify/InventoryItem/${row.itemId}`,
      locationId: `gid://shopify/Location/${row.locationId}`,
      quantity: row.quantity,
      before,
      after,
    })
    // Setting what is there already changes nothing and is not listed among the changes.
    if (after === before) continue
    result.changes.push({ name: 'available', delta: after - before, level })
    shop.emit({ kind: 'level', level })
  }
  return result
}

/** On hand and not available: promised to orders, or held. */
function notForSale({ committed, others }: Level): number {
  return HELD_STATES.reduce((sum, state) => sum + (others[state] ?? 0), committed)
}

function checkRequest(shop: Shop, { name, reason, rows }: SetRequest): SetError[] {
  if (name !== 'available' && name !== 'on_hand') {
    const message = "The quantity name must be either 'available' or 'on_hand'."
    return [{ code: 'INVALID_NAME', field: ['input', 'name'], message }]
  }
  if (!REASONS.has(reason)) {
    return [
      { code: 'INVALID_REASON', field: ['input', 'reason'], message: 'The specified reason is invalid.' },
    ]
  }
  const seen = new Set<string>()
  return rows.flatMap((row, at) => {
    const error = checkRow(shop, name, row)
    const pair = `${row.itemId} ${row.locationId}`
    const field = (last: string) => ['input', 'quantities', String(at), last]
    if (seen.has(pair)) {
      const code = 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'
      const message = 'The combination of inventoryItemId and locationId must be unique.'
      return [{ code, field: field('locationId'), message }]
    }
    seen.add(pair)
    return error === undefined
      ? []
      : [{ code: error.code, field: field(error.field), message: error.message }]
  })
}

function checkRow(
  shop: Shop,
  name: string,
  row: SetRow,
): { code: string; field: string; message: string } | undefined {
  if (!shop.variantByItem.has(row.itemId)) {
    const message = 'The specified inventory item could not be found.'
    return { code: 'INVALID_INVENTORY_ITEM', field: 'inventoryItemId', message }
  }
  const at = shop.locations.get(row.locationId)
  if (shop.variantByItem.get(row.itemId)?.bundle === true) {
    const message = "The inventory item's quantity can't be changed: it follows from its components."
    return { code: 'NON_MUTABLE_INVENTORY_ITEM', field: 'inventoryItemId', message }
  }
  // Another application's service counts for itself; which code says so is a guess.
  if (at?.active !== true || (at.fulfillmentService && at.isOurs !== true)) {
    return {
      code: 'INVALID_LOCATION',
      field: 'locationId',
      message: 'The specified location could not be found.',
    }
  }
  if (row.quantity < 0) {
    return {
      code: 'INVALID_QUANTITY_NEGATIVE',
      field: 'quantity',
      message: "The quantity can't be negative.",
    }
  }
  if (row.quantity > QUANTITY_MAX) {
    const message = "The total quantity can't be higher than 1,000,000,000."
    return { code: 'INVALID_QUANTITY_TOO_HIGH', field: 'quantity', message }
  }
  const level = shop.findLevel(row.itemId, row.locationId)
  const now = (level?.available ?? 0) + (name === 'on_hand' && level !== undefined ? notForSale(level) : 0)
  if (row.changeFromQuantity !== null && row.changeFromQuantity !== now) {
    const message = 'The changeFromQuantity value does not match persisted value.'
    return { code: 'CHANGE_FROM_QUANTITY_STALE', field: 'changeFromQuantity', message }
  }
  return undefined
}
