import {
  type ExternalLevel,
  type ExternalListing,
  type ExternalOrder,
  Malformed,
  type OrderLine,
  type OrderState,
  type Subtracted,
} from '@plimsoll/connector-kit'
import { toDestination } from './addresses.ts'
import type { WooFulfillment, WooOrder, WooProduct, WooRefund, WooVariation } from './answers.ts'
import { defaultLocationId, toStockUnitId } from './ids.ts'
import { departuresOf, neverLeft, unitsThatLeft } from './refunded-units.ts'

/** Pure maps from WooCommerce's shapes to canonical ones. Sources: README, "Sources". */

/** WooCommerce's `_gmt` fields are UTC but carry no zone, so Date would read them as local time. */
export function fromGmt(text: string): Date {
  return new Date(`${text}Z`)
}

/** The form that the `_gmt` fields and date filters have: whole seconds, cut off, not rounded. */
export function toGmt(date: Date): string {
  return date.toISOString().slice(0, 19)
}

/**
 * A quantity as the shop says it; undefined where it does not count, or counts in fractions: then no whole
 * number is true, and zero least of all (I12). Negative is legal: oversold or backordered.
 */
export function toQuantity(value: number | string | null): number | undefined {
  // Number() would make 0 of blank text.
  if (value === null || (typeof value === 'string' && !/^-?\d+(\.\d+)?$/.test(value))) return undefined
  const quantity = Number(value)
  if (!Number.isSafeInteger(quantity)) return undefined
  return quantity === 0 ? 0 : quantity // never -0
}

// Sold under another name or elsewhere, never as themselves.
const unsellableTypes = new Set(['variable', 'variable-subscription', 'grouped', 'external'])

/** True for products that are themselves sold. Variable ones are sold as their variations. */
export function isSellable(product: WooProduct): boolean {
  return !unsellableTypes.has(product.type ?? 'simple')
}

export function isVariable(product: WooProduct): boolean {
  return product.type === 'variable' || product.type === 'variable-subscription'
}

/** Product without variations → listing. */
export function toListing(product: WooProduct): ExternalListing {
  return {
    ...toListingFacts(product, product.parent_id ?? 0),
    title: product.name ?? '',
    state: toListingState(product.status),
  }
}

/**
 * Variation → listing.
 * @param parent undefined when it is gone: then its variations cannot be bought
 */
export function toVariationListing(
  variation: WooVariation,
  parent: { id: number; name: string; status: string } | undefined,
): ExternalListing {
  const options = (variation.attributes ?? []).map(({ option }) => String(option ?? '')).filter(Boolean)
  const own = toListingState(variation.status)
  const parents = parent === undefined ? 'gone' : toListingState(parent.status)
  return {
    ...toListingFacts(variation, variation.parent_id ?? parent?.id ?? 0),
    // The shop's own `name` of a variation is its options in the shop's order; older shops have none.
    title: [parent?.name, options.length > 0 ? options.join(' / ') : variation.name]
      .filter(Boolean)
      .join(' – '),
    state: own === 'active' ? parents : own,
  }
}

function toListingFacts(row: WooProduct, parentId: number): Omit<ExternalListing, 'title' | 'state'> {
  const isCounted = row.manage_stock !== false
  return {
    externalId: String(row.id),
    sku: row.sku || undefined,
    barcode: row.global_unique_id || undefined,
    stockUnitId: toStockUnitId({ id: row.id, parentId, isCountedByParent: row.manage_stock === 'parent' }),
    tracked: isCounted && (row.stock_quantity === null || toQuantity(row.stock_quantity) !== undefined),
    fulfilledBy: 'merchant',
    sellsBeyondZero: isCounted && row.backorders !== 'no',
  }
}

function toListingState(status: string): ExternalListing['state'] {
  if (status === 'trash') return 'gone'
  // Draft, pending, private, future: there, but nobody can buy it.
  return status === 'publish' ? 'active' : 'inactive'
}

/** What the shop shows for a product or variation that counts for itself; else `quantity` is undefined. */
export function toLevel(row: WooProduct, stockUnitId: string): ExternalLevel {
  return {
    stockUnitId,
    locationId: defaultLocationId,
    quantity: row.manage_stock === true ? toQuantity(row.stock_quantity) : undefined,
    updatedAt: row.date_modified_gmt ? fromGmt(row.date_modified_gmt) : undefined,
  }
}

/** What the statuses of plugins mean in this shop, as a person has said: status → state. */
export type CustomStatuses = ReadonlyMap<string, OrderState>

/** Reads the `orderStatuses` setting: `partially-shipped=open, ready=open`. */
export function readCustomStatuses(setting: string): CustomStatuses {
  const states: Record<string, OrderState> = {
    pending: 'pending',
    open: 'open',
    closed: 'closed',
    cancelled: 'cancelled',
  }
  const statuses = new Map<string, OrderState>()
  for (const pair of setting.split(',')) {
    const [status = '', meaning = ''] = pair.split('=').map((part) => part.trim())
    const state = states[meaning]
    // WordPress stores `wc-partially-shipped`, the API says it without the prefix; people write either.
    if (status !== '' && state !== undefined) statuses.set(status.replace(/^wc-/, ''), state)
  }
  return statuses
}

const coreStates: Readonly<Record<string, OrderState>> = {
  pending: 'pending',
  'checkout-draft': 'pending',
  'on-hold': 'open',
  processing: 'open',
  completed: 'closed',
  cancelled: 'cancelled',
  failed: 'cancelled',
  refunded: 'cancelled',
  trash: 'cancelled',
}

/**
 * Order status → state. Source: "Order statuses" of the WooCommerce documentation and wc-stock-functions.php.
 * @throws Malformed for a status that neither core nor the settings know: parked, never guessed
 */
export function toOrderState(status: string, custom: CustomStatuses): OrderState {
  const state = Object.hasOwn(coreStates, status)
    ? coreStates[status]
    : custom.get(status.replace(/^wc-/, ''))
  if (state === undefined) {
    throw new Malformed(
      `The order status "${status}" comes from a plugin. Say in the connection's settings what it means, for example ${status}=open.`,
      JSON.stringify({ status }),
      false,
    )
  }
  return state
}

/** What the order itself does not tell. */
export type OrderParts = {
  /** All refunds of the order, empty when it has none. */
  refunds: readonly WooRefund[]
  /** Core's fulfilments, empty when it has none. */
  fulfillments: readonly WooFulfillment[]
  /** The shop surely keeps the units of this unpaid order from others: see `unpaid-orders.ts`. */
  isHeld: boolean
}

/** Statuses that move no stock by themselves: whether the order had taken its units before, and has them still, is not told. */
const movesNothing = new Set(['failed', 'refunded', 'trash'])

/**
 * What the shop's own number has done for the order's open units. One that is unpaid has taken none; whether others can buy
 * them hangs on its hold. After `failed` it stands where it stood: core gives back on `cancelled` and `pending` alone, and
 * takes nothing a second time when the order is paid after all (wc-stock-functions.php).
 */
function subtractedOf({ status }: WooOrder, state: OrderState, isHeld: boolean): Subtracted {
  if (state === 'cancelled' && movesNothing.has(status)) return 'unknown'
  if (state !== 'pending') return 'yes'
  return isHeld ? 'no' : 'unheld'
}

/**
 * WooCommerce order → canonical order. Stock falls by a line once the order reaches on-hold, processing or
 * completed, and comes back when it goes to cancelled or pending (wc-stock-functions.php).
 * @throws Malformed for an unknown status
 */
export function toOrder(
  order: WooOrder,
  { refunds, fulfillments, isHeld }: OrderParts,
  custom: CustomStatuses,
): ExternalOrder {
  const named = toOrderState(order.status, custom)
  // A checkout that somebody looked at: once its ten minutes are over it is nobody's order until it is placed.
  const status = order.status === 'checkout-draft' && !isHeld ? 'cancelled' : named
  const hasLeft = status === 'closed' || (status === 'cancelled' && !!order.date_completed_gmt)
  // A completed order that is put in the trash or refunded has still left the house. Only `cancelled` takes
  // it back: that is when the shop adds its units again.
  const isTakenBack = hasLeft && order.status === 'cancelled'
  const state: OrderState = hasLeft && !isTakenBack ? 'closed' : status
  const subtracted = subtractedOf(order, state, isHeld)
  const departures = departuresOf(order, fulfillments)
  const shipped = unitsThatLeft(departures)
  const completedGmt = hasLeft ? order.date_completed_gmt : undefined
  const refunded = neverLeft(order, refunds, { completedGmt, departures })
  const destination = toDestination(order)
  const method = order.shipping_lines?.find((line) => line.method_title)?.method_title

  return {
    externalId: String(order.id),
    number: `#${order.number || order.id}`,
    state,
    placedAt: fromGmt(order.date_created_gmt),
    // Whole seconds only: two changes within one second share a version.
    version: order.date_modified_gmt ? fromGmt(order.date_modified_gmt).getTime() : undefined,
    currency: order.currency,
    test: false,
    locationId: defaultLocationId,
    ...(destination !== undefined && { destination }),
    ...(method && { shippingMethod: method }),
    // Stock is taken, and the money is not there: a bank transfer or a cheque that somebody has to confirm.
    holds: order.status === 'on-hold' ? [{ reason: 'payment', code: order.status }] : [],
    lines: order.line_items.map((line): OrderLine => {
      const kept = Math.max(0, line.quantity - (refunded.get(line.id) ?? 0))
      const gone = hasLeft ? kept : Math.min(kept, shipped.get(String(line.id)) ?? 0)
      return {
        externalId: String(line.id),
        // A simple product has variation 0; a deleted one has product 0.
        listingExternalId:
          line.variation_id || line.product_id ? String(line.variation_id || line.product_id) : undefined,
        sku: line.sku || undefined,
        title: line.name,
        ordered: line.quantity,
        current: state === 'cancelled' ? gone : kept,
        shipped: gone,
        // The API does not say whether a refund put units back, so only a cancel, which does, counts.
        returned: isTakenBack ? gone : 0,
        subtracted,
      }
    }),
  }
}
