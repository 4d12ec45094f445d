import type { Recipient } from '@plimsoll/connector-kit'
import type { FulfillmentOrder, Line, Order, Variant } from './records.ts'
import type { Shop } from './shop.ts'

export type CheckoutResult =
  | { kind: 'placed'; order: Order }
  /** The whole basket is refused: these lack units, or do not exist. */
  | { kind: 'refused'; skus: string[] }

/**
 * A shopper's checkout: all lines or none. As the order is created its units go from available to committed at
 * the location that order routing assigns, whatever its payment state.
 */
export function placeOrder(
  shop: Shop,
  basket: readonly { sku: string; quantity: number }[],
  { paid = true, to }: { paid?: boolean; to?: Recipient | undefined } = {},
): CheckoutResult {
  const wanted = new Map<string, number>()
  for (const { sku, quantity } of basket) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity)
  const short = [...wanted].filter(([sku, quantity]) => !canSell(shop, shop.variantsBySku.get(sku), quantity))
  if (short.length > 0) return { kind: 'refused', skus: short.map(([sku]) => sku) }

  const lines: Line[] = []
  const bySite = new Map<number, FulfillmentOrder>()
  for (const { sku, quantity } of basket) {
    const variant = shop.variantsBySku.get(sku)
    if (variant === undefined) continue
    const { id: variantId, itemId, title } = variant
    const line: Line = { id: shop.nextId(), variantId, itemId, sku, title, ordered: quantity }
    lines.push(line)
    for (const share of route(shop, variant, quantity)) assign(shop, bySite, line, share)
  }

  const now = shop.stampMs()
  const order: Order = {
    id: shop.nextId(),
    number: 1_001 + shop.orders.size,
    createdAtMs: now,
    updatedAtMs: now,
    cancelledAtMs: undefined,
    cancelReason: undefined,
    closedAtMs: undefined,
    to,
    financialStatus: paid ? 'PAID' : 'PENDING',
    gateways: [paid ? 'shopify_payments' : 'Cash on Delivery (COD)'],
    lines,
    fulfillmentOrders: [...bySite.values()],
    fulfillments: [],
    refunds: [],
    returns: [],
  }
  const paidTopics = paid ? ['orders/paid'] : []
  shop.touchOrder(order, ['orders/create', ...paidTopics, 'orders/updated'])
  return { kind: 'placed', order }
}

/** Units that a shopper may buy; undefined: sold without limit. */
export function sellableUnits(shop: Shop, variant: Variant): number | undefined {
  if (!variant.tracked || variant.sellsBeyondZero) return undefined
  let units = 0
  for (const level of shop.levels.get(variant.itemId)?.values() ?? []) {
    // A location in the red does not take units away from the others.
    if (shop.locations.get(level.locationId)?.active) units += Math.max(0, level.available)
  }
  return units
}

function canSell(shop: Shop, variant: Variant | undefined, quantity: number): boolean {
  if (variant === undefined || !shop.isSold(variant)) return false
  return (sellableUnits(shop, variant) ?? Number.POSITIVE_INFINITY) >= quantity
}

type Share = { locationId: number; quantity: number }

/** One location that has it all, in their order; else each gives what it has, and the first takes the rest. */
function route(shop: Shop, variant: Variant, quantity: number): Share[] {
  const sites = [...shop.locations.values()].filter((location) => location.active)
  const at = (locationId: number) => Math.max(0, shop.findLevel(variant.itemId, locationId)?.available ?? 0)
  const first = sites.find((site) => !variant.tracked || at(site.id) >= quantity)
  if (first !== undefined) return [{ locationId: first.id, quantity }]
  const shares: Share[] = []
  let missing = quantity
  for (const site of sites) {
    const taken = Math.min(missing, at(site.id))
    if (taken > 0) shares.push({ locationId: site.id, quantity: taken })
    missing -= taken
  }
  const [rest] = sites
  if (missing > 0 && rest !== undefined) shares.push({ locationId: rest.id, quantity: missing })
  return shares
}

function assign(shop: Shop, bySite: Map<number, FulfillmentOrder>, line: Line, share: Share): void {
  const site: FulfillmentOrder = bySite.get(share.locationId) ?? {
    id: shop.nextId(),
    locationId: share.locationId,
    status: 'OPEN',
    requestStatus: 'UNSUBMITTED',
    lines: [],
  }
  bySite.set(share.locationId, site)
  const { quantity } = share
  site.lines.push({
    id: shop.nextId(),
    lineId: line.id,
    itemId: line.itemId,
    remaining: quantity,
    total: quantity,
  })
  shop.moveUnits(line.itemId, share.locationId, { available: -quantity, committed: quantity })
}
