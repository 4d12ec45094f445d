import {
  type ExternalListing,
  type ExternalOrder,
  Malformed,
  type OrderHold,
  type OrderLine,
  type OrderState,
  type Subtracted,
} from '@plimsoll/connector-kit'
import { destinationOf } from './addresses.ts'
import type { MagentoOrder, OrderItem, Product } from './answers.ts'
import { fromGmt } from './search.ts'

/** Pure maps from Magento's shapes to canonical ones. Sources: README, "Sources". */

/**
 * A quantity as the shop says it; undefined where it says none, or one in fractions: then no whole number is true, and
 * zero least of all (I12).
 */
export function toQuantity(value: number | string | null): number | undefined {
  // Number() would make 0 of blank text.
  if (value === null || (typeof value === 'string' && !/^-?\d+(\.\d+)?$/.test(value))) return undefined
  const quantity = Number(value)
  if (!Number.isSafeInteger(quantity)) return undefined
  return quantity === 0 ? 0 : quantity // never -0
}

/** Sold as the products that they are made of, never as themselves. */
const composites = new Set(['configurable', 'bundle', 'grouped'])

export function isSellable({ type_id }: Pick<Product, 'type_id'>): boolean {
  return !composites.has(type_id ?? 'simple')
}

/** What is known of how the shop counts a product. */
export type StockFacts = { isCounted: boolean; sellsBeyondZero: boolean }

/** Product → listing. Simple, virtual, downloadable products and gift cards all count by their SKU. */
export function toListing(product: Product, facts: StockFacts, barcodeAttribute: string): ExternalListing {
  return {
    externalId: String(product.id),
    sku: product.sku,
    barcode: barcodeOf(product, barcodeAttribute),
    title: product.name ?? '',
    stockUnitId: product.sku,
    tracked: facts.isCounted,
    fulfilledBy: 'merchant',
    sellsBeyondZero: facts.isCounted && facts.sellsBeyondZero,
    state: product.status === 1 ? 'active' : 'inactive',
  }
}

function barcodeOf({ custom_attributes }: Product, code: string): string | undefined {
  if (code === '') return undefined
  const value = custom_attributes?.find((one) => one.attribute_code === code)?.value
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

const states: Readonly<Record<string, OrderState>> = {
  new: 'open',
  processing: 'open',
  holded: 'open',
  payment_review: 'open',
  pending_payment: 'pending',
  complete: 'closed',
  closed: 'closed',
  canceled: 'cancelled',
}

/**
 * Magento order → canonical order. Its `status` is a label that shops make up; the `state` is one of a closed set.
 * @param subtracted of open units: sources fall when a unit ships, a single stock when it is ordered
 * @throws Malformed for an unknown state: parked, never guessed
 */
export function toOrder(order: MagentoOrder, subtracted: Extract<Subtracted, 'yes' | 'no'>): ExternalOrder {
  const named = Object.hasOwn(states, order.state) ? states[order.state] : undefined
  if (named === undefined) {
    const body = JSON.stringify({ state: order.state })
    throw new Malformed(`The order state "${order.state}" is none of Magento’s.`, body, false)
  }
  const lines = soldItems(order.items).map((sold) => toLine(sold, { order, subtracted }))
  const destination = destinationOf(order)
  return {
    externalId: String(order.entity_id),
    number: `#${order.increment_id ?? order.entity_id}`,
    state: stateBy(named, lines),
    placedAt: fromGmt(order.created_at),
    version: versionOf(order),
    currency: order.order_currency_code ?? undefined,
    test: false,
    // Which source it leaves from is decided when it ships.
    locationId: undefined,
    ...(destination !== undefined && { destination }),
    ...(order.shipping_description && { shippingMethod: order.shipping_description }),
    holds: holdsOf(order.state),
    lines,
  }
}

/** Two states in which Magento ships nothing: a person put it on hold, or its payment is being looked at for fraud. */
function holdsOf(state: string): OrderHold[] {
  if (state === 'holded') return [{ reason: 'other', code: state }]
  return state === 'payment_review' ? [{ reason: 'payment', code: state }] : []
}

/** What the units say beside the state: `closed` is also an order that was refunded before anything left. */
function stateBy(named: OrderState, lines: readonly OrderLine[]): OrderState {
  const hasLeft = lines.some((line) => line.shipped > 0)
  if (named === 'closed') return hasLeft || lines.some((line) => line.current > 0) ? 'closed' : 'cancelled'
  // Shipped and not invoiced yet: the order stays open in the shop, and nothing more will ship.
  const isAllGone = hasLeft && lines.every((line) => line.shipped >= line.current)
  return named === 'open' && isAllGone ? 'closed' : named
}

/** A line that sells a product, with all that says what became of it. */
export type SoldItem = {
  /** The row that sells the product. */
  item: OrderItem
  /** The row that it belongs to; undefined for one by itself. */
  parent: OrderItem | undefined
  /** A configurable's one child: its parent's row counts for both, and is the one that ships. */
  isChosenOption: boolean
}

/** The rows that sell something that is counted: those without rows of their own beneath them. */
export function soldItems(items: readonly OrderItem[]): SoldItem[] {
  const byId = new Map(items.map((item) => [item.item_id, item]))
  const children = Map.groupBy(items, (item) => item.parent_item_id ?? undefined)
  return items
    .filter((item) => !children.has(item.item_id))
    .map((item) => {
      const parent = byId.get(item.parent_item_id ?? 0)
      const isOnly = children.get(item.parent_item_id ?? undefined)?.length === 1
      return { item, parent, isChosenOption: parent?.product_type === 'configurable' && isOnly }
    })
}

function toLine(
  sold: SoldItem,
  { order, subtracted }: { order: MagentoOrder; subtracted: Extract<Subtracted, 'yes' | 'no'> },
): OrderLine {
  const { item, parent, isChosenOption } = sold
  const row = isChosenOption && parent !== undefined ? parent : item
  const ordered = row.qty_ordered
  const of = (field: 'qty_canceled' | 'qty_invoiced' | 'qty_refunded' | 'qty_shipped') =>
    Math.min(ordered, unitsOf(sold, row, field))
  // What is sent by nobody leaves when it is invoiced.
  const shipped = isSet(item.is_virtual) ? of('qty_invoiced') : of('qty_shipped')
  const kept = Math.max(shipped, ordered - of('qty_canceled'))
  // Magento counts a refunded unit against those that have not left, as long as there are any (Order\Item, getSimpleQtyToShip).
  const refundedBefore = Math.min(of('qty_refunded'), kept - shipped)
  return {
    externalId: String(row.item_id),
    listingExternalId: item.product_id ? String(item.product_id) : undefined,
    sku: item.sku || undefined,
    title: item.name ?? parent?.name ?? '',
    ordered,
    current: order.state === 'canceled' ? shipped : kept - refundedBefore,
    shipped,
    // A credit memo does not say in the API whether its units went back into stock.
    returned: 0,
    subtracted,
  }
}

/**
 * Of a bundle some numbers stand on the bundle's row and some on its parts', depending on how its price is made and how
 * it is sent: whichever says more is what happened.
 */
function unitsOf(
  { item, parent, isChosenOption }: SoldItem,
  row: OrderItem,
  field: 'qty_canceled' | 'qty_invoiced' | 'qty_refunded' | 'qty_shipped',
): number {
  if (parent === undefined) return item[field]
  if (isChosenOption) return Math.max(row[field], item[field])
  return Math.max(item[field], Math.floor(parent[field] * partsEach({ item, parent })))
}

/** How many units of a part one bundle holds. */
export function partsEach({ item, parent }: { item: OrderItem; parent: OrderItem }): number {
  return parent.qty_ordered === 0 ? 0 : item.qty_ordered / parent.qty_ordered
}

export function isSet(flag: boolean | number | string | null | undefined): boolean {
  return flag === true || Number(flag) === 1
}

/**
 * When it last changed, in milliseconds; the shop keeps whole seconds, and leaves them alone when only a line has
 * changed (a part was shipped). What has become of the lines only ever grows, so it is added: of two states the later is
 * the larger.
 */
export function versionOf({
  updated_at,
  items,
}: Pick<MagentoOrder, 'updated_at' | 'items'>): number | undefined {
  if (!updated_at) return undefined
  const steps = items.reduce(
    (sum, item) => sum + item.qty_canceled + item.qty_invoiced + item.qty_refunded + item.qty_shipped,
    0,
  )
  return fromGmt(updated_at).getTime() + Math.min(999, steps)
}
