import {
  type Destination,
  type ExternalCount,
  type ExternalLevel,
  type ExternalListing,
  type ExternalOrder,
  Malformed,
  type OrderLine,
  type OrderState,
  type Subtracted,
} from '@plimsoll/connector-kit'
import { toDestination } from './addresses.ts'
import type { Item, LevelItem, Order, OrderItemV0, OrderV0, Summary } from './answers.ts'
import { AMAZON_STOCK, isAmazonsChannel, OWN_STOCK } from './ids.ts'
import { findMarketplace } from './marketplaces.ts'

/**
 * A listing; undefined for the parent of variations, which nobody can buy. One SKU is one listing, however many
 * marketplaces show it: they sell from one number.
 */
export function toListing(item: Item): ExternalListing | undefined {
  if (isParent(item)) return undefined
  const channels = item.fulfillmentAvailability ?? []
  const own = channels.find(({ fulfillmentChannelCode }) => fulfillmentChannelCode === OWN_STOCK)
  const isAmazons =
    own === undefined &&
    channels.some(({ fulfillmentChannelCode }) => isAmazonsChannel(fulfillmentChannelCode))
  // At nought a listing is not buyable and still found: only one that is neither is off.
  const isShown = item.summaries.some(({ status }) => status.length > 0)
  return {
    externalId: item.sku,
    sku: item.sku,
    barcode: toBarcode(item),
    title: item.summaries.find(({ itemName }) => itemName !== undefined)?.itemName ?? item.sku,
    stockUnitId: item.sku,
    tracked: isAmazons || own?.quantity !== undefined,
    fulfilledBy: isAmazons ? 'platform' : 'merchant',
    sellsBeyondZero: false,
    state: isShown ? 'active' : 'inactive',
  }
}

function isParent({ relationships = [] }: Item): boolean {
  return relationships.some((one) =>
    one.relationships.some(({ type, childSkus = [] }) => type === 'VARIATION' && childSkus.length > 0),
  )
}

/** EAN, UPC, GTIN or ISBN: 8 to 14 digits, the last of an ISBN may be an X. */
function toBarcode({ attributes }: Item): string | undefined {
  const found = attributes?.externally_assigned_product_identifier?.find(
    ({ value }) => value !== undefined && /^(\d{8,14}|\d{9}[\dX])$/.test(value),
  )
  return found?.value
}

/**
 * The number that Amazon sells from, which is not the one that was last submitted (`attributes`). Undefined where
 * the seller keeps none of it: then there is no level.
 */
export function toLevel({ sku, fulfillmentAvailability }: LevelItem): ExternalLevel | undefined {
  const channels = fulfillmentAvailability ?? []
  const own = channels.find(({ fulfillmentChannelCode }) => fulfillmentChannelCode === OWN_STOCK)
  const isAmazons = channels.some(({ fulfillmentChannelCode }) => isAmazonsChannel(fulfillmentChannelCode))
  if (own === undefined && isAmazons) return undefined
  return { stockUnitId: sku, locationId: OWN_STOCK, quantity: own?.quantity, updatedAt: undefined }
}

/** What Amazon counts of one SKU; undefined where it says no number (I12). */
export function toCount({ sellerSku, inventoryDetails }: Summary): ExternalCount | undefined {
  const available = inventoryDetails?.fulfillableQuantity
  if (sellerSku === undefined || sellerSku === '' || available === undefined) return undefined
  const unfulfillable = inventoryDetails?.unfulfillableQuantity?.totalUnfulfillableQuantity ?? 0
  const researching = inventoryDetails?.researchingQuantity?.totalResearchingQuantity ?? 0
  return {
    stockUnitId: sellerSku,
    locationId: AMAZON_STOCK,
    // What is reserved for orders and transfers is in neither: it cannot be sold and is not damaged.
    available,
    held: unfulfillable + researching,
    // What is only planned (`inboundWorking`) is not on its way.
    incoming:
      (inventoryDetails?.inboundShippedQuantity ?? 0) + (inventoryDetails?.inboundReceivingQuantity ?? 0),
    countedAt: undefined,
  }
}

type Status = { state: OrderState; subtracted: Subtracted }

/** Amazon takes an order's units off the number as it is placed, and puts them back where it dies. */
const statuses: Readonly<Record<string, Status>> = {
  PENDING_AVAILABILITY: { state: 'pending', subtracted: 'unknown' },
  PENDING: { state: 'pending', subtracted: 'yes' },
  UNSHIPPED: { state: 'open', subtracted: 'yes' },
  PARTIALLY_SHIPPED: { state: 'open', subtracted: 'yes' },
  SHIPPED: { state: 'closed', subtracted: 'yes' },
  CANCELLED: { state: 'cancelled', subtracted: 'yes' },
  // Only of orders that Amazon sends and did not take itself: nothing of it will ship.
  UNFULFILLABLE: { state: 'cancelled', subtracted: 'yes' },
}

const statusesV0: Readonly<Record<string, string>> = {
  PendingAvailability: 'PENDING_AVAILABILITY',
  Pending: 'PENDING',
  Unshipped: 'UNSHIPPED',
  PartiallyShipped: 'PARTIALLY_SHIPPED',
  Shipped: 'SHIPPED',
  Canceled: 'CANCELLED',
  Unfulfillable: 'UNFULFILLABLE',
}

type Line = {
  externalId: string
  sku: string | undefined
  title: string | undefined
  ordered: number
  /** Undefined: not said. */
  shipped: number | undefined
  open: number | undefined
  /** The buyer asked to cancel it, and nobody has yet. */
  isUnwanted: boolean
}

type Told = {
  orderId: string
  status: string
  placedAt: string
  changedAt: string
  marketplaceId: string | undefined
  isAmazons: boolean
  destination: Destination | undefined
  shipBy: string | undefined
  shippingMethod: string | undefined
  lines: Line[]
}

/** Source: models/orders-api-model/orders_2026-01-01.json. @throws Malformed for a status that is not documented */
export function toOrder(order: Order): ExternalOrder {
  return toExternalOrder({
    orderId: order.orderId,
    status: order.fulfillment.fulfillmentStatus,
    placedAt: order.createdTime,
    changedAt: order.lastUpdatedTime,
    marketplaceId: order.salesChannel.marketplaceId,
    isAmazons: order.fulfillment.fulfilledBy === 'AMAZON',
    destination: toDestination({
      city: order.recipient?.deliveryAddress?.city,
      region: order.recipient?.deliveryAddress?.stateOrRegion,
      postalCode: order.recipient?.deliveryAddress?.postalCode,
      country: order.recipient?.deliveryAddress?.countryCode,
    }),
    shipBy: order.fulfillment.shipByWindow?.latestDateTime,
    shippingMethod: order.fulfillment.fulfillmentServiceLevel,
    lines: order.orderItems.map(({ orderItemId, quantityOrdered, product, fulfillment, cancellation }) => ({
      externalId: orderItemId,
      sku: product.sellerSku,
      title: product.title,
      ordered: quantityOrdered,
      shipped: fulfillment?.quantityFulfilled,
      open: fulfillment?.quantityUnfulfilled,
      isUnwanted:
        cancellation?.cancellationRequest !== undefined && cancellation.cancellationExecution === undefined,
    })),
  })
}

/** Source: models/orders-api-model/ordersV0.json. */
export function toOrderV0(order: OrderV0, items: readonly OrderItemV0[]): ExternalOrder {
  return toExternalOrder({
    orderId: order.AmazonOrderId,
    status: toStatus(order.OrderStatus, items),
    placedAt: order.PurchaseDate,
    changedAt: order.LastUpdateDate,
    marketplaceId: order.MarketplaceId,
    isAmazons: order.FulfillmentChannel === 'AFN',
    destination: toDestination({
      city: order.ShippingAddress?.City,
      region: order.ShippingAddress?.StateOrRegion,
      postalCode: order.ShippingAddress?.PostalCode,
      country: order.ShippingAddress?.CountryCode,
    }),
    shipBy: order.LatestShipDate,
    shippingMethod: order.ShipServiceLevel,
    lines: items.map((line) => ({
      externalId: line.OrderItemId,
      sku: line.SellerSKU,
      title: line.Title,
      ordered: line.QuantityOrdered,
      shipped: line.QuantityShipped,
      open: undefined,
      isUnwanted: String(line.BuyerRequestedCancel?.IsBuyerRequestedCancel).toLowerCase() === 'true',
    })),
  })
}

/**
 * "All items in the order have been shipped", and an invoice is missing (`InvoiceUnconfirmed`): lines that say that something has
 * not left are believed.
 */
function toStatus(status: string, items: readonly OrderItemV0[]): string {
  if (status !== 'InvoiceUnconfirmed') return statusesV0[status] ?? status
  const isWhole = items.every(
    ({ QuantityShipped: left, QuantityOrdered: all }) => left === undefined || left >= all,
  )
  return isWhole ? 'SHIPPED' : 'PARTIALLY_SHIPPED'
}

function toExternalOrder(told: Told): ExternalOrder {
  const status = Object.hasOwn(statuses, told.status) ? statuses[told.status] : undefined
  if (status === undefined) {
    throw new Malformed(
      `order ${told.orderId}: the status "${told.status}" is not documented`,
      JSON.stringify({ orderId: told.orderId, status: told.status }),
    )
  }
  const lines = told.lines.map((line) => toLine(line, told, status))
  return {
    externalId: told.orderId,
    number: told.orderId,
    state: status.state,
    placedAt: new Date(told.placedAt),
    version: Date.parse(told.changedAt),
    currency: told.marketplaceId === undefined ? undefined : findMarketplace(told.marketplaceId)?.currency,
    test: false,
    locationId: told.isAmazons ? AMAZON_STOCK : OWN_STOCK,
    ...(told.destination !== undefined && { destination: told.destination }),
    ...(told.shipBy !== undefined && { shipBy: new Date(told.shipBy) }),
    ...(told.shippingMethod && { shippingMethod: told.shippingMethod }),
    // Amazon counts a late shipment all the same: a person answers, by cancelling or by sending it.
    holds: lines.some(({ held }) => held > 0)
      ? [{ reason: 'cancellation', code: 'BuyerRequestedCancel' }]
      : [],
    lines,
  }
}

function toLine(line: Line, { status: name, orderId }: Told, { state, subtracted }: Status) {
  // An order that is shipped whole says so of its lines too; where it does not, all of them have left.
  const shipped = line.shipped ?? (name === 'SHIPPED' ? line.ordered : 0)
  const open = state === 'pending' || state === 'open' ? (line.open ?? line.ordered - shipped) : 0
  if (open < 0) {
    throw new Malformed(
      `order ${orderId}: ${shipped} of ${line.ordered} units of a line have shipped`,
      JSON.stringify(line),
    )
  }
  const current = shipped + open
  const sku = line.sku === '' ? undefined : line.sku
  return {
    externalId: line.externalId,
    listingExternalId: sku,
    sku,
    title: line.title ?? sku ?? line.externalId,
    // The older API sets the number ordered to nought as it cancels; what is still promised was ordered all the same.
    ordered: Math.max(line.ordered, current),
    current,
    shipped,
    returned: 0,
    subtracted,
    held: line.isUnwanted ? open : 0,
  } satisfies OrderLine
}
