import {
  type ExternalCount,
  type ExternalListing,
  Malformed,
  type Parcel,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import type { lotList, Order, OrderShipment, product, warehouseProduct } from './answers.ts'

/** ShipHero's stock and orders, and what they mean. Pure. */

const hubId = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** The hub's id, where a reference is one or ends with one; what others made says nothing to it. */
export function hubIdOf(reference: string | null | undefined): string | undefined {
  return reference?.match(hubId)?.[0]
}

type Product = z.infer<typeof product>
type WarehouseProduct = z.infer<typeof warehouseProduct>

/** What has no stock of its own: kits that are put together as they are packed, and virtual goods. */
export function isCounted({
  kit,
  kit_build,
  virtual,
}: Pick<Product, 'kit' | 'kit_build' | 'virtual'>): boolean {
  return virtual !== true && (kit !== true || kit_build === true)
}

export function toListing({ id, sku, name, barcode, active }: Product): ExternalListing {
  return {
    externalId: id,
    sku: sku || undefined,
    barcode: barcode || undefined,
    title: name ?? '',
    stockUnitId: id,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: active === false ? 'inactive' : 'active',
  }
}

type Places = z.infer<typeof lotList>['data']['nodes'][number]['locations']

/**
 * `on_hand` is all that lies there, what is allocated to orders and what cannot be sold included. What is on its way is not
 * told with it: the hub's own inbound shipments say that.
 */
export function toCount(row: WarehouseProduct, places: Places | undefined): ExternalCount {
  const held = row.non_sellable_quantity ?? 0
  const lots = places === undefined ? [] : toLots(places)
  const sum = (pick: (lot: (typeof lots)[number]) => number) =>
    lots.reduce((total, lot) => total + pick(lot), 0)
  return {
    stockUnitId: row.product.id,
    locationId: row.warehouse_id,
    // Below nought where more was promised than lies there.
    available: Math.max(0, row.available),
    held,
    incoming: 0,
    countedAt: undefined,
    onHand: row.on_hand,
    // Lots that are not the whole, as of an item that only began to have them, would not add up.
    ...(lots.length > 0 &&
      sum((lot) => lot.onHand) === row.on_hand &&
      sum((lot) => lot.held) === held && { lots }),
  }
}

function toLots({ nodes, hasMore }: Places): NonNullable<ExternalCount['lots']>[number][] {
  if (hasMore) return []
  const byName = new Map<string, NonNullable<ExternalCount['lots']>[number]>()
  for (const { quantity, location, expiration_lot } of nodes) {
    const code = expiration_lot?.name
    if (!code) continue
    const known = byName.get(code)
    byName.set(code, {
      code,
      expiresOn: known?.expiresOn ?? expiration_lot?.expires_at?.toISOString().slice(0, 10),
      onHand: (known?.onHand ?? 0) + quantity,
      held: (known?.held ?? 0) + (location?.sellable === false ? quantity : 0),
    })
  }
  return [...byName.values()]
}

/** What a fulfilment status means; an account makes up its own, which its settings explain. */
type StatusMeaning = 'open' | 'fulfilled' | 'cancelled' | 'waits'

function meaningOf({ id, fulfillment_status }: Order, heldStatuses: readonly string[]): StatusMeaning {
  const status = fulfillment_status.trim().toLowerCase()
  if (heldStatuses.some((held) => held.toLowerCase() === status)) return 'waits'
  switch (status) {
    case 'pending':
      return 'open'
    case 'fulfilled':
      return 'fulfilled'
    case 'canceled':
    case 'cancelled':
      return 'cancelled'
    default:
      throw new Malformed(
        `order ${id} has a fulfilment status that is not known: say in the settings whether it waits`,
        fulfillment_status.slice(0, 100),
      )
  }
}

export function isCancelledStatus(status: string | null | undefined): boolean {
  return /^cancell?ed$/i.test(status?.trim() ?? '')
}

/** One order of the hub. It has no version: what it says now is what counts. */
export function toShipment(order: Order, heldStatuses: readonly string[] = []): WarehouseShipment {
  const parcels = (order.shipments ?? []).flatMap((each) => (each == null ? [] : toParcels(each, order)))
  const { state, problem } = stateOf(order, meaningOf(order, heldStatuses), parcels.length > 0)
  return {
    externalId: order.id,
    shipmentId: hubIdOf(order.partner_order_id),
    version: undefined,
    state,
    problem,
    parcels,
  }
}

type State = { state: WarehouseShipmentState; problem: WarehouseShipment['problem'] }

function stateOf(order: Order, meaning: StatusMeaning, hasLeft: boolean): State {
  const held = (code: string, message: string): State => ({ state: 'held', problem: { code, message } })
  switch (meaning) {
    case 'cancelled':
      // What left of it has left; the rest never will.
      return { state: hasLeft ? 'shipped' : 'cancelled', problem: undefined }
    case 'fulfilled':
      if (hasLeft) return { state: 'shipped', problem: undefined }
      // Marked by hand: whether anything left, and what, only people there know.
      return held('fulfilled-without-shipment', 'ShipHero calls it fulfilled and has no shipment of it.')
    case 'waits':
      return held(order.fulfillment_status, 'It has a status in which it waits for a person.')
    case 'open': {
      const hold = Object.entries(order.holds ?? {}).find(([, isOn]) => isOn === true)?.[0]
      if (hold !== undefined) return held(hold, `ShipHero holds it: ${hold.replaceAll('_', ' ')}.`)
      const lines = order.line_items.nodes
      const isPicked = lines.some(({ tote_picks }) => (tote_picks ?? []).some((pick) => pick != null))
      const isShort = lines.some(({ backorder_quantity }) => (backorder_quantity ?? 0) > 0)
      if (isShort && !isPicked) return held('backorder', 'There is not enough stock.')
      return { state: isPicked || hasLeft ? 'working' : 'received', problem: undefined }
    }
    default: {
      const never: never = meaning
      return never
    }
  }
}

type ShippedLine = OrderShipment['line_items']['nodes'][number]

/**
 * The parcels of one shipment: one, or one for each label where all that is in it says by which. Each keeps its id whatever
 * becomes of its label: the shipment's, and for further ones that of their first line. Voided before anybody took it
 * along, nothing has left.
 */
function toParcels(shipment: OrderShipment, order: Order): Parcel[] {
  const labels = (shipment.shipping_labels ?? []).flatMap((label) => (label == null ? [] : [label]))
  const isTaken = shipment.picked_up === true || shipment.delivered === true
  const isVoid =
    shipment.refunded === true || (labels.length > 0 && labels.every(({ refunded }) => refunded === true))
  if (isVoid && !isTaken) return []
  const live = labels.filter(({ refunded }) => refunded !== true)
  // In whatever order they come, they make the same parcels.
  const lines = shipment.line_items.nodes
    .filter(({ quantity }) => quantity > 0)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const [firstLine] = lines
  if (firstLine === undefined) return []
  const isSplit =
    live.length > 1 &&
    lines.every(({ shipping_label_id }) => live.some((label) => label.id === shipping_label_id))
  const groups = isSplit
    ? [...Map.groupBy(lines, ({ shipping_label_id }) => shipping_label_id).values()]
    : [lines]
  return groups.map((own, at) => {
    const label = live.find(({ id }) => id === own[0]?.shipping_label_id) ?? live[0] ?? labels[0]
    return {
      externalId: at === 0 ? shipment.id : `${shipment.id}/${own[0]?.id ?? at}`,
      carrier: label?.carrier || undefined,
      trackingNumber: label?.tracking_number || undefined,
      // It has an address of its own only in webhooks.
      trackingUrl: undefined,
      shippedAt: shipment.created_date,
      lines: own.map((line) => toParcelLine(line, order)),
    }
  })
}

function toParcelLine({ line_item_id, quantity }: ShippedLine, order: Order): Parcel['lines'][number] {
  const line = order.line_items.nodes.find(({ id }) => id === line_item_id)
  if (line === undefined)
    throw new Malformed(`order ${order.id} shipped a line that it does not have`, line_item_id.slice(0, 100))
  const lots = [...new Set((line.shipped_line_item_lots ?? []).flatMap((lot) => lot?.lot_name || []))]
  const serials = (line.serial_numbers ?? []).flatMap((serial) => serial?.serial_number || [])
  return {
    lineId: hubIdOf(line.partner_line_item_id),
    sku: line.sku,
    quantity,
    // Of several lots it does not say how many units of each.
    lot: lots.length === 1 ? lots[0] : undefined,
    // They are of the order's line: of this parcel only where all of them can be.
    serials: serials.length === quantity && line.quantity_shipped === quantity ? serials : [],
  }
}
