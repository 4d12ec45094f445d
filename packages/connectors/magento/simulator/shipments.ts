import { canShip, type ShopOrder, toShip } from './order-book.ts'
import { MagentoError } from './rest.ts'
import type { Shop } from './shop.ts'

export type ShipRequest = {
  /** Rows and units; undefined: all that is left. */
  items: { orderItemId: number; quantity: number }[] | undefined
  source: string | undefined
  tracks: { track_number: string; title: string; carrier_code: string }[]
  comment: { comment: string; isVisible: boolean } | undefined
}

type Times = {
  second(): number
  settle(order: ShopOrder, isInProcess: boolean, isChanged?: boolean): void
}

/**
 * One shipment of one source: each unit leaves the source, and its reservation is made good. Nothing keeps a second
 * shipment of what is left from being made. Sources: Sales\Model\ShipOrder and its validators; InventoryShipping,
 * SourceDeductionProcessor.
 */
export function shipOrder(
  { stock, settings, catalogue, book }: Shop,
  order: ShopOrder,
  request: ShipRequest,
  { second, settle }: Times,
): number {
  if (!canShip(order)) throw invalidShipment('The order does not allow a shipment to be created.')
  const asked =
    request.items ??
    order.rows
      .map((row) => ({ orderItemId: row.itemId, quantity: toShip(row) }))
      .filter(({ quantity }) => quantity > 0)
  if (asked.length === 0) throw invalidShipment("You can't create a shipment without products.")

  const leaving = asked.flatMap(({ orderItemId, quantity }) => {
    const row = order.rows.find(({ itemId }) => itemId === orderItemId)
    if (row === undefined)
      throw invalidShipment(
        `The shipment contains product SKU "${orderItemId}" that is not part of the original order.`,
      )
    if (!row.countsForShipping || quantity > toShip(row) || quantity <= 0)
      throw invalidShipment(
        `The quantity to ship must not be greater than the unshipped quantity for product SKU "${row.sku}".`,
      )
    const children = order.rows.filter((child) => child.parentItemId === row.itemId && !child.isVirtual)
    const share = quantity / row.ordered
    return [
      { row, units: quantity },
      ...children.map((child) => ({ row: child, units: Math.round(child.ordered * share) })),
    ]
  })
  const codes = stock.stocks.find(({ id }) => id === order.stockId)?.sources ?? []
  const source = settings.multiSource ? (request.source ?? 'default') : undefined
  if (source !== undefined) {
    if (!stock.sources.some(({ code }) => code === source))
      throw new MagentoError(404, 'Source with code "%value" does not exist.', { value: source })
    // All or nothing: what is short is found before anything has moved.
    for (const { row, units } of leaving) {
      const product = row.isHeld ? catalogue.find(row.productId) : undefined
      const holds = stock.item(row.sku, source)?.quantity ?? 0
      if (product?.manageStock === true && holds < units)
        throw new MagentoError(400, 'Not all of your products are available in the requested quantity.')
    }
  }
  for (const { row, units } of leaving) {
    const isOption = row.parentItemId !== undefined && isOptionOf(order, row.parentItemId)
    // The row of a configurable's option says nothing of shipments; its parent's does.
    if (!isOption) row.shipped += units
    const product = row.isHeld ? catalogue.find(row.productId) : undefined
    if (product === undefined || source === undefined) continue
    stock.deduct(source, product, units)
    if (codes.length > 0) stock.reserve(order.stockId, row.sku, units, 'shipment_created')
  }
  const id = book.newId()
  book.shipments.push({
    id,
    orderId: order.id,
    createdMs: second(),
    items: asked,
    source,
    tracks: request.tracks.map((track) => ({ id: book.newId(), ...track })),
    comments: request.comment === undefined ? [] : [request.comment],
  })
  settle(order, true)
  return id
}

function isOptionOf(order: ShopOrder, itemId: number): boolean {
  return order.rows.find((row) => row.itemId === itemId)?.type === 'configurable'
}

function invalidShipment(why: string): MagentoError {
  return new MagentoError(400, `Shipment Document Validation Error(s):\n${why}`)
}
