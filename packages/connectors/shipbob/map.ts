import {
  type ExternalCount,
  type ExternalListing,
  hubIdOf,
  Malformed,
  type Parcel,
  type WarehouseReceipt,
  type WarehouseReturn,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { z } from 'zod'
import type { Boxes, inventory, levels, lots, Order, OrderShipment, Receiving, Returned } from './answers.ts'

/** ShipBob's shapes and what they mean. Pure. */

export function toListing({
  inventory_id,
  sku,
  name,
  barcode,
  variant,
}: z.infer<typeof inventory>): ExternalListing {
  return {
    externalId: String(inventory_id),
    sku: sku || undefined,
    barcode: barcode || undefined,
    title: name ?? '',
    stockUnitId: String(inventory_id),
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: variant?.is_active === false ? 'inactive' : 'active',
  }
}

type LevelItem = z.infer<typeof levels>['items'][number]
type LotItem = z.infer<typeof lots>['items'][number]

/**
 * One row for each place where ShipBob names it. `fulfillable` is what new orders may take and `committed` what orders have;
 * what lies there beyond both cannot be picked: held.
 */
export function toCounts(item: LevelItem, lotItem: LotItem | undefined): ExternalCount[] {
  const stockUnitId = String(item.inventory_id)
  return (item.locations ?? []).map((place) => {
    const byLot = (lotItem?.lots ?? []).flatMap(({ lot_number, lot_date, locations }) => {
      const here = locations?.find(({ location_id }) => location_id === place.location_id)
      if (here === undefined || !lot_number) return []
      return [
        {
          code: lot_number,
          expiresOn: lot_date?.toISOString().slice(0, 10),
          onHand: here.on_hand_quantity,
          held: heldOf(here),
        },
      ]
    })
    // Lots that are not the whole, as of an item that only began to have them, would not add up.
    const isWhole = byLot.reduce((sum, { onHand }) => sum + onHand, 0) === place.on_hand_quantity
    return {
      stockUnitId,
      locationId: String(place.location_id),
      available: place.fulfillable_quantity,
      held: heldOf(place),
      incoming: place.awaiting_quantity,
      countedAt: undefined,
      onHand: place.on_hand_quantity,
      ...(byLot.length > 0 && isWhole && { lots: byLot }),
    }
  })
}

function heldOf(place: {
  on_hand_quantity: number
  fulfillable_quantity: number
  committed_quantity: number
}): number {
  return Math.max(0, place.on_hand_quantity - place.fulfillable_quantity - place.committed_quantity)
}

type ShipmentMeaning = 'received' | 'working' | 'held' | 'shipped' | 'cancelled'

/** Source: developer.shipbob.com/status-reference, and the names in the OpenAPI description. */
function meaningOf({ id, status, status_details }: OrderShipment): ShipmentMeaning {
  switch (status) {
    case 'None':
      return 'received'
    case 'Processing':
      // Its details say how far it is: picked (100), packed (101), labelled (102). Without, nobody has begun.
      return (status_details ?? []).length > 0 ? 'working' : 'received'
    case 'LabeledCreated':
      return 'working'
    case 'Completed':
      return 'shipped'
    case 'Exception':
    case 'OnHold':
    case 'ImportReview':
    // Taken off the floor without having been cancelled or sent: a person must see what becomes of it.
    case 'CleanSweeped':
      return 'held'
    case 'Cancelled':
      return 'cancelled'
    default:
      throw new Malformed(`shipment ${id} has a status that ShipBob never documented`, status.slice(0, 100))
  }
}

/** Of an order that has no shipments yet. */
function stateOfBare({ id, status }: Order): WarehouseShipmentState {
  switch (status) {
    case 'Processing':
      return 'received'
    case 'Exception':
    case 'ImportReview':
      return 'held'
    case 'Cancelled':
      return 'cancelled'
    default:
      throw new Malformed(
        `order ${id} has no shipments and a status that does not explain it`,
        status.slice(0, 100),
      )
  }
}

/** One order of the hub, which ShipBob may have split into several shipments of its own. */
export function toShipment(order: Order): WarehouseShipment {
  const shipments = (order.shipments ?? []).map((each) => ({ each, meaning: meaningOf(each) }))
  const meanings = new Set(shipments.map(({ meaning }) => meaning))
  const waiting = shipments.find(({ meaning }) => meaning === 'held')
  const state = shipments.length === 0 ? stateOfBare(order) : stateOf(meanings)
  return {
    externalId: String(order.id),
    shipmentId: hubIdOf(order.reference_id),
    version: versionOf(order),
    state,
    problem:
      waiting !== undefined ? problemOf(waiting.each) : state === 'held' ? bareProblem(order) : undefined,
    parcels: shipments.filter(({ meaning }) => meaning === 'shipped').map(({ each }) => toParcel(each)),
  }
}

function stateOf(meanings: ReadonlySet<ShipmentMeaning>): WarehouseShipmentState {
  if (meanings.has('held')) return 'held'
  // Where some of it has left and some has not, it is being worked on, whether anybody has begun with the rest or not.
  if (meanings.has('working') || (meanings.has('received') && meanings.has('shipped'))) return 'working'
  if (meanings.has('received')) return 'received'
  return meanings.has('shipped') ? 'shipped' : 'cancelled'
}

/** When the last of its shipments changed; undefined where ShipBob does not say. */
function versionOf({ created_date, shipments }: Order): number | undefined {
  const moments = (shipments ?? []).flatMap(({ last_update_at, created_date: madeAt }) => {
    const at = last_update_at ?? madeAt
    return at === null || at === undefined ? [] : [at.getTime()]
  })
  return moments.length > 0 ? Math.max(...moments) : created_date?.getTime()
}

function problemOf({ status, status_details }: OrderShipment): { code: string; message: string } {
  const detail = status_details?.[0]
  return {
    code: detail?.name || status,
    // The description is of the kind of problem, never of the person: status reference.
    message: detail?.description || `ShipBob shows ${status}.`,
  }
}

function bareProblem({ status }: Order): { code: string; message: string } {
  return { code: status, message: `ShipBob shows ${status}.` }
}

function toParcel(shipment: OrderShipment): Parcel {
  const { id, tracking, products, actual_fulfillment_date, last_update_at } = shipment
  const shippedAt = actual_fulfillment_date ?? tracking?.shipping_date ?? last_update_at
  if (shippedAt === null || shippedAt === undefined)
    throw new Malformed(`shipment ${id} is completed and says not when`, '')
  return {
    externalId: String(id),
    carrier: tracking?.carrier || undefined,
    trackingNumber: tracking?.tracking_number || undefined,
    trackingUrl: tracking?.tracking_url || undefined,
    shippedAt,
    lines: (products ?? []).flatMap(({ reference_id, sku, inventory_items }) =>
      (inventory_items ?? [])
        .filter(({ quantity }) => quantity > 0)
        .map(({ quantity, lot, serial_numbers }) => {
          // The reference is what the hub ordered it by; the SKU may have been renamed since.
          const name = reference_id || sku
          if (!name) throw new Malformed(`shipment ${id} has units of nothing that has a name`, '')
          return {
            lineId: undefined,
            sku: name,
            quantity,
            lot: lot || undefined,
            serials: serial_numbers ?? [],
          }
        }),
    ),
  }
}

const openReceivings = new Set([
  'Awaiting',
  'Processing',
  'Incomplete',
  'Arrived',
  'PartiallyArrived',
  'PartiallyArrivedAtHub',
  'ArrivedAtHub',
  'ProcessingAtHub',
  'InternalTransfer',
])

/** Whether more of it may come. */
export function isReceivingComplete({ id, status }: Pick<Receiving, 'id' | 'status'>): boolean {
  if (status === 'Completed' || status === 'Cancelled') return true
  if (openReceivings.has(status)) return false
  throw new Malformed(
    `receiving order ${id} has a status that ShipBob never documented`,
    status.slice(0, 100),
  )
}

/** Units count once they are stowed: then they are on hand. Damaged ones are not told apart. */
export function toReceipt(receiving: Receiving, boxes: Boxes): WarehouseReceipt {
  const skus = new Map(
    (receiving.inventory_quantities ?? []).map(({ inventory_id, sku }) => [inventory_id, sku]),
  )
  const items = boxes.flatMap(({ box_id, box_items, received_date, arrived_date }) =>
    (box_items ?? []).map((item) => ({ box_id, at: received_date ?? arrived_date, item })),
  )
  return {
    externalId: String(receiving.id),
    inboundId: hubIdOf(receiving.purchase_order_number),
    version: receiving.last_updated_date.getTime(),
    locationId: String(receiving.fulfillment_center.id),
    isComplete: isReceivingComplete(receiving),
    lines: items
      .filter(({ item }) => item.stowed_quantity > 0)
      .map(({ box_id, at, item: { inventory_id, lot_number, lot_date, stowed_quantity } }) => ({
        externalId: [box_id, inventory_id, lot_number ?? ''].join('-'),
        sku: nameOf(skus.get(inventory_id), `receiving order ${receiving.id}`),
        quantity: stowed_quantity,
        condition: 'sellable',
        lot: lot_number || undefined,
        expiresOn: lot_date?.toISOString().slice(0, 10),
        serials: [],
        receivedAt: at ?? receiving.last_updated_date,
      })),
  }
}

function nameOf(sku: string | null | undefined, what: string): string {
  if (!sku) throw new Malformed(`${what} has units of nothing that has a name`, '')
  return sku
}

type Condition = WarehouseReturn['lines'][number]['condition']
const conditions = new Map<string, Condition>([
  ['restock', 'sellable'],
  ['quarantine', 'damaged'],
  ['dispose', 'disposed'],
])
const openReturns = new Set(['awaitingarrival', 'arrived', 'processing'])

function statusOfReturn({ status }: Pick<Returned, 'status'>): string {
  return status.replaceAll(/\s/g, '').toLowerCase()
}

export function isReturnCancelled(back: Pick<Returned, 'status'>): boolean {
  return statusOfReturn(back) === 'cancelled'
}

/** Its parcel has not come: the only time at which ShipBob lets it be called off. */
export function isReturnExpected(back: Pick<Returned, 'status'>): boolean {
  return statusOfReturn(back) === 'awaitingarrival'
}

export function toReturn(back: Returned): WarehouseReturn {
  const status = statusOfReturn(back)
  const isComplete = status === 'completed' || status === 'cancelled'
  if (!isComplete && !openReturns.has(status))
    throw new Malformed(
      `return ${back.id} has a status that ShipBob never documented`,
      back.status.slice(0, 100),
    )
  const receivedAt = back.arrived_date ?? back.completed_date ?? back.insert_date
  return {
    externalId: String(back.id),
    number: back.reference_id || undefined,
    shipmentId: hubIdOf(back.store_order_id),
    version: returnVersion(back),
    locationId: String(back.fulfillment_center.id),
    isComplete,
    lines: (back.inventory ?? []).flatMap((item, at) => {
      const parts = partsOf(back.id, item, isComplete)
      return parts.map(({ condition, quantity }) => ({
        externalId: [item.id, at, condition].join('-'),
        sku: nameOf(item.sku, `return ${back.id}`),
        quantity,
        condition,
        lot: item.lot_information?.number || undefined,
        expiresOn: item.lot_information?.expiration?.toISOString().slice(0, 10),
        serials: [],
        receivedAt,
      }))
    }),
  }
}

/** What became of the units of one line; what nobody has decided yet waits, unless all is over. */
function partsOf(
  returnId: number,
  { quantity, action_taken }: NonNullable<Returned['inventory']>[number],
  isComplete: boolean,
): { condition: Condition; quantity: number }[] {
  const units = new Map<Condition, number>()
  for (const { action, quantity_processed } of action_taken ?? []) {
    if (quantity_processed === 0) continue
    const condition = conditions.get((action ?? '').toLowerCase())
    if (condition === undefined)
      throw new Malformed(
        `return ${returnId} has an action that ShipBob never documented`,
        (action ?? '').slice(0, 100),
      )
    units.set(condition, (units.get(condition) ?? 0) + quantity_processed)
  }
  const decided = [...units.values()].reduce((sum, each) => sum + each, 0)
  if (!isComplete && quantity > decided) units.set('waiting', quantity - decided)
  return [...units].map(([condition, quantity]) => ({ condition, quantity }))
}

export function returnVersion({
  insert_date,
  arrived_date,
  completed_date,
  status_history,
}: Returned): number {
  const moments = [
    insert_date,
    arrived_date,
    completed_date,
    ...(status_history ?? []).map(({ timestamp }) => timestamp),
  ]
  return Math.max(...moments.flatMap((at) => (at === null || at === undefined ? [] : [at.getTime()])))
}
