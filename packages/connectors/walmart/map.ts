import {
  type ExternalCount,
  type ExternalListing,
  type ExternalLocation,
  type ExternalOrder,
  Malformed,
  type OrderHold,
  type OrderLine,
  type OrderState,
} from '@plimsoll/connector-kit'
import { toDestination } from './addresses.ts'
import type { ShipNode, WalmartItem, WalmartLine, WalmartOrder, WfsRow } from './answers.ts'
import { DEFAULT_LOCATION, WFS_LOCATION } from './ids.ts'
import { MARKET_TERMS, type Market } from './markets.ts'

/** Walmart's shapes, and what they mean. Pure. */

/**
 * Walmart's own words: PHYSICAL and VIRTUAL are the seller's, 3PL a partner's. Orders that a partner's node sends are not
 * in the list that is read here, so nothing is written there.
 */
export function toLocation({ shipNode, shipNodeName, nodeType, status }: ShipNode): ExternalLocation {
  return {
    externalId: shipNode,
    name: shipNodeName || `Fulfilment centre ${shipNode}`,
    active: status !== 'INACTIVE' && nodeType !== '3PL',
  }
}

/** @param keptByWalmart whether Walmart keeps its stock (WFS): the item itself does not say */
export function toListing(item: WalmartItem, keptByWalmart: boolean): ExternalListing {
  return {
    externalId: item.sku,
    sku: item.sku,
    barcode: toBarcode(item),
    title: item.productName || item.sku,
    stockUnitId: item.sku,
    // Walmart counts everything that it sells.
    tracked: true,
    fulfilledBy: keptByWalmart ? 'platform' : 'merchant',
    sellsBeyondZero: false,
    state: stateOf(item),
  }
}

/** Unpublished and archived items may come back by themselves, so their stock is still kept right. */
function stateOf({ lifecycleStatus, publishedStatus }: WalmartItem): ExternalListing['state'] {
  if (lifecycleStatus === 'RETIRED') return 'gone'
  const isActive = lifecycleStatus === 'ACTIVE' || lifecycleStatus == null
  return isActive && publishedStatus === 'PUBLISHED' ? 'active' : 'inactive'
}

/** The UPC; else the GTIN without the zeros that make an EAN or UPC one of fourteen digits. */
function toBarcode({ upc, gtin }: WalmartItem): string | undefined {
  if (upc) return upc
  if (!gtin) return undefined
  const code = /^0{1,2}(\d{12,13})$/.exec(gtin)?.[1]
  return code ?? gtin
}

/** Units of a line by what has become of them. */
export type LineUnits = {
  ordered: number
  created: number
  /** Of those that are open: what may not be sent yet. */
  held: number
  open: number
  cancelled: number
  shipped: number
}

/**
 * States stand beside each other with the units in each. A refund changes money and no units: its units are among
 * those that have left.
 * @throws Malformed where the units of a line do not add up, or a state is one that nobody documented
 */
export function unitsOf(line: WalmartLine): LineUnits {
  const sums = { Created: 0, Acknowledged: 0, OnHold: 0, Shipped: 0, Delivered: 0, Cancelled: 0, Refund: 0 }
  for (const { status, statusQuantity } of line.orderLineStatuses.orderLineStatus) {
    if (!isStatus(status, sums)) throw new Malformed(`line ${line.lineNumber} is ${status}`, status)
    sums[status] += statusQuantity.amount
  }
  const ordered = line.orderLineQuantity.amount
  // What Walmart holds back (Mexico) is sold all the same.
  const open = sums.Created + sums.Acknowledged + sums.OnHold
  const cancelled = sums.Cancelled
  const left = sums.Shipped + sums.Delivered
  const rest = ordered - open - cancelled - left
  if (rest < 0 || rest > sums.Refund) {
    const said = JSON.stringify(line.orderLineStatuses)
    throw new Malformed(`line ${line.lineNumber}: of ${ordered} units ${rest} are in no state`, said)
  }
  return { ordered, created: sums.Created, held: sums.OnHold, open, cancelled, shipped: left + rest }
}

function isStatus<T extends object>(status: string, sums: T): status is string & keyof T {
  return Object.hasOwn(sums, status)
}

/** @throws Malformed, never guesses */
export function toOrder(order: WalmartOrder, market: Market): ExternalOrder {
  const lines = order.orderLines.orderLine.map(toLine)
  const numbers = new Set(lines.map(({ externalId }) => externalId))
  if (numbers.size !== lines.length) {
    throw new Malformed(`order ${order.purchaseOrderId} has two lines of one number`, [...numbers].join(' '))
  }
  const { postalAddress, estimatedShipDate, methodCode } = order.shippingInfo ?? {}
  const destination = toDestination(postalAddress)
  return {
    externalId: order.purchaseOrderId,
    // What the customer sees; several purchase orders may share it.
    number: order.customerOrderId || order.purchaseOrderId,
    state: stateOfLines(lines),
    placedAt: new Date(order.orderDate),
    version: versionOf(order),
    currency: MARKET_TERMS[market].currency,
    test: false,
    locationId: locationOf(order, market),
    ...(destination !== undefined && { destination }),
    ...(estimatedShipDate != null && { shipBy: new Date(estimatedShipDate) }),
    ...(methodCode && { shippingMethod: methodCode }),
    holds: toHolds(order.orderLines.orderLine),
    lines,
  }
}

/** Walmart's own hold is said in Mexico alone; that a customer wants to cancel a line, in the United States. */
function toHolds(lines: readonly WalmartLine[]): OrderHold[] {
  const units = lines.map((line) => ({ ...unitsOf(line), isUnwanted: wantsToCancel(line) }))
  return [
    ...(units.some(({ held }) => held > 0) ? [{ reason: 'other' as const, code: 'OnHold' }] : []),
    ...(units.some(({ isUnwanted, open }) => isUnwanted && open > 0)
      ? [{ reason: 'cancellation' as const, code: 'INTENT_TO_CANCEL' }]
      : []),
  ]
}

/** What it says is not documented: whatever is no plain "no" is worth a person's look, who may send it all the same. */
function wantsToCancel({ intentToCancel }: WalmartLine): boolean {
  return !['', 'false', 'no', 'n', '0', 'null', 'none'].includes((intentToCancel ?? '').trim().toLowerCase())
}

function toLine(line: WalmartLine): OrderLine {
  const { ordered, cancelled, shipped, held, open } = unitsOf(line)
  const sku = line.item.sku || undefined
  return {
    externalId: line.lineNumber,
    listingExternalId: sku,
    sku,
    title: line.item.productName || sku || '',
    ordered,
    current: ordered - cancelled,
    shipped,
    // A refund may come without goods, and goods that come back say nothing here.
    returned: 0,
    subtracted: 'never',
    held: wantsToCancel(line) ? open : held,
  }
}

function stateOfLines(lines: readonly OrderLine[]): OrderState {
  if (lines.every(({ current }) => current === 0)) return 'cancelled'
  return lines.every(({ current, shipped }) => current === shipped) ? 'closed' : 'open'
}

/** The order carries no time of its last change; each line carries that of its own. */
function versionOf({ orderLines }: WalmartOrder): number | undefined {
  let newest = Number.NEGATIVE_INFINITY
  for (const { statusDate } of orderLines.orderLine) {
    if (statusDate == null) return undefined
    newest = Math.max(newest, statusDate)
  }
  return newest
}

/**
 * Where the order is sent from. Where there is no list of the seller's centres, all lies at the one place without a name,
 * whatever id the order gives it.
 */
export function locationOf(order: Pick<WalmartOrder, 'shipNode'>, market: Market): string | undefined {
  if (isKeptByWalmart(order)) return WFS_LOCATION
  return MARKET_TERMS[market].hasNodes ? order.shipNode?.id || undefined : DEFAULT_LOCATION
}

/** Sold out of Walmart's own fulfilment centres: the seller's stock has nothing to do with it. */
export function isKeptByWalmart({ shipNode }: Pick<WalmartOrder, 'shipNode'>): boolean {
  return /^WFS/i.test(shipNode?.type ?? '')
}

/**
 * What Walmart counts of one SKU in all of its centres; undefined where it says no number (I12).
 * @param sendsForOthers what lies there beyond may be promised to orders of the hub, whose units are its own to count
 */
export function toCount({ sku, shipNodes }: WfsRow, sendsForOthers = false): ExternalCount | undefined {
  let available = 0
  let onHand = 0
  let countedMs: number | undefined
  if (!shipNodes || shipNodes.length === 0) return undefined
  for (const node of shipNodes) {
    if (node.availToSellQty == null) return undefined
    available += node.availToSellQty
    onHand += Math.max(node.onHandQty ?? 0, node.availToSellQty)
    const modified = node.modifiedDate ? new Date(node.modifiedDate).getTime() : Number.NaN
    // Together they are as old as the oldest of them.
    if (!Number.isNaN(modified)) countedMs = Math.min(countedMs ?? modified, modified)
  }
  return {
    stockUnitId: sku,
    locationId: WFS_LOCATION,
    available,
    held: sendsForOthers ? 0 : onHand - available,
    incoming: 0,
    countedAt: countedMs === undefined ? undefined : new Date(countedMs),
  }
}
