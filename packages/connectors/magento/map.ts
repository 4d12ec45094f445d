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
import type { MagentoOrder, Product } from './answers.ts'
import { type LineHistory, neverLeftBy } from './refunded-units.ts'
import { fromGmt } from './search.ts'
import { isSet, type SoldItem, soldItems, unitsOf } from './sold-items.ts'

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
 * @param history what became of it when, where that was read: see `needsHistory`
 * @throws Malformed for an unknown state: parked, never guessed
 */
export function toOrder(
  order: MagentoOrder,
  subtracted: Extract<Subtracted, 'yes' | 'no'>,
  history?: LineHistory | undefined,
): ExternalOrder {
  const named = Object.hasOwn(states, order.state) ? states[order.state] : undefined
  if (named === undefined) {
    const body = JSON.stringify({ state: order.state })
    throw new Malformed(`The order state "${order.state}" is none of Magento’s.`, body, false)
  }
  const lines = soldItems(order.items).map((sold) => toLine(sold, { order, subtracted, history }))
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

function toLine(
  sold: SoldItem,
  {
    order,
    subtracted,
    history,
  }: {
    order: MagentoOrder
    subtracted: Extract<Subtracted, 'yes' | 'no'>
    history: LineHistory | undefined
  },
): OrderLine {
  const { item, parent, isChosenOption } = sold
  const row = isChosenOption && parent !== undefined ? parent : item
  const ordered = row.qty_ordered
  const of = (field: 'qty_canceled' | 'qty_invoiced' | 'qty_refunded' | 'qty_shipped') =>
    Math.min(ordered, unitsOf(sold, row, field))
  // What is sent by nobody leaves when it is invoiced.
  const shipped = isSet(item.is_virtual) ? of('qty_invoiced') : of('qty_shipped')
  const kept = Math.max(shipped, ordered - of('qty_canceled'))
  const refunded = of('qty_refunded')
  const open = kept - shipped
  // A credit memo says money, not which unit: what may have come back may be still owed. What is surely not is what was
  // refunded beyond all that has left, now or at any time.
  const neverLeft = Math.min(open, Math.max(refunded - shipped, neverLeftBy(history, sold, { row, shipped })))
  // Magento's own reservation is gone for every refunded unit that had not left by its numbers, whichever it was.
  const isKeptThere = Math.min(refunded, open) === neverLeft
  return {
    externalId: String(row.item_id),
    listingExternalId: item.product_id ? String(item.product_id) : undefined,
    sku: item.sku || undefined,
    title: item.name ?? parent?.name ?? '',
    ordered,
    current: order.state === 'canceled' ? shipped : kept - neverLeft,
    shipped,
    // A credit memo does not say in the API whether its units went back into stock.
    returned: 0,
    subtracted: subtracted === 'no' && !isKeptThere ? 'unheld' : subtracted,
  }
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
