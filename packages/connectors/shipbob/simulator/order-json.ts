import {
  type FloorParcel,
  type FloorRequest,
  openUnits,
  type WarehouseFloor,
} from '@plimsoll/connector-kit/simulator'
import { CHANNEL } from './account.ts'

/** What ShipBob shows of an order: one shipment for each parcel that left, and one for what is still there. */

/** What an order was made with, beyond what the floor knows. */
export type OrderDetails = { channelId: number; shippingMethod: string; purchaseDate: string }

export function detailsOf({ details, receivedAtMs }: FloorRequest): OrderDetails {
  const { channelId, shippingMethod, purchaseDate } = details as Partial<OrderDetails>
  return {
    channelId: channelId ?? CHANNEL.id,
    shippingMethod: shippingMethod ?? 'Standard',
    purchaseDate: purchaseDate ?? iso(receivedAtMs),
  }
}

export function toOrderJson(floor: WarehouseFloor, request: FloorRequest) {
  const { channelId, shippingMethod, purchaseDate } = detailsOf(request)
  return {
    id: request.id,
    created_date: iso(request.receivedAtMs),
    purchase_date: purchaseDate,
    reference_id: request.reference,
    order_number: request.number,
    status: orderStatusOf(request),
    type: 'DTC',
    channel: { id: channelId, name: CHANNEL.name },
    shipping_method: shippingMethod,
    recipient: recipientJson(request),
    products: request.lines.map(({ id, sku, quantity }) => ({
      id,
      reference_id: sku,
      sku,
      quantity,
      external_line_id: id,
    })),
    tags: [],
    shipments: toShipmentsJson(floor, request),
    gift_message: null,
  }
}

function orderStatusOf({ state, problem, parcels }: FloorRequest): string {
  if (state === 'shipped') return 'Fulfilled'
  if (state === 'cancelled' || state === 'rejected') return 'Cancelled'
  if (parcels.length > 0) return 'PartiallyFulfilled'
  return state === 'held' && problem?.code === 'out-of-stock' ? 'Exception' : 'Processing'
}

export function toShipmentsJson(floor: WarehouseFloor, request: FloorRequest) {
  const { parcels, lines, changedAtMs } = request
  const rest = lines.filter((line) => openUnits(line) > 0)
  const hasRest = rest.length > 0 || parcels.length === 0
  const sent = parcels.map((parcel, at) => ({
    ...shipmentJson(floor, request, parcel.id),
    status: 'Completed',
    status_details: [{ id: 200, name: 'Processing', description: 'Waiting For Carrier Pickup' }],
    // The last one carries what changed since, where nothing is left to carry it.
    last_update_at: iso(!hasRest && at === parcels.length - 1 ? changedAtMs : parcel.shippedAtMs),
    actual_fulfillment_date: iso(parcel.shippedAtMs),
    products: productsOf(floor, parcel),
    tracking: {
      carrier: parcel.carrier,
      carrier_service: 'Ground',
      tracking_number: parcel.trackingNumber,
      tracking_url: parcel.trackingUrl,
      shipping_date: iso(parcel.shippedAtMs),
    },
  }))
  if (!hasRest) return sent
  return [
    ...sent,
    {
      ...shipmentJson(floor, request, parcels.length + 1),
      ...statusOf(request),
      last_update_at: iso(changedAtMs),
      actual_fulfillment_date: null,
      products: rest.map((line) => ({
        id: line.id,
        reference_id: line.sku,
        sku: line.sku,
        name: floor.item(line.sku)?.title ?? line.sku,
        inventory_items: [
          {
            id: inventoryId(floor, line.sku),
            name: floor.item(line.sku)?.title ?? line.sku,
            quantity: openUnits(line),
            quantity_committed: openUnits(line),
            lot: null,
            expiration_date: null,
            serial_numbers: [],
            is_dangerous_goods: false,
          },
        ],
      })),
    },
  ]
}

/** Names and numbers as in the status reference; that of a pick under way is made up. */
function statusOf({ state, problem, isPicked }: FloorRequest) {
  const detail = (id: number, name: string, description: string) => [{ id, name, description }]
  switch (state) {
    case 'received':
      return { status: 'Processing', status_details: [] }
    case 'working':
      return {
        status: 'Processing',
        status_details: isPicked
          ? detail(100, 'Picked', 'Picking Completed')
          : detail(99, 'PickInProcess', 'Pick in Process'),
      }
    case 'held':
      if (problem?.code === 'out-of-stock')
        return { status: 'Exception', status_details: detail(303, 'OutOfStock', 'No Stock On Hand For Sku') }
      if (problem?.code === 'address')
        return { status: 'OnHold', status_details: detail(401, 'InvalidAddress', 'Invalid Address') }
      return { status: 'OnHold', status_details: detail(406, 'Manual', 'Requested Manual Hold') }
    case 'rejected':
    case 'cancelled':
      return { status: 'Cancelled', status_details: [] }
    case 'shipped':
      return { status: 'Completed', status_details: [] }
  }
}

function shipmentJson(floor: WarehouseFloor, request: FloorRequest, number: number) {
  const facility = floor.facilities.find(({ id }) => id === request.facilityId)
  const recipient = recipientJson(request)
  return {
    id: shipmentIdOf(request, number),
    order_id: request.id,
    reference_id: request.reference,
    created_date: iso(request.receivedAtMs),
    location: { id: Number(request.facilityId), name: facility?.name ?? '' },
    recipient: { ...recipient, full_name: recipient.name },
    ship_option: detailsOf(request).shippingMethod,
    is_tracking_uploaded: false,
    require_signature: false,
    package_material_type: 'Box',
    parent_cartons: [],
  }
}

export function shipmentIdOf(request: FloorRequest, number: number): number {
  return request.id * 100 + number
}

/** Of one product there may be several lots: one inventory item each. */
function productsOf(floor: WarehouseFloor, { lines }: FloorParcel) {
  return [...Map.groupBy(lines, ({ lineId }) => lineId)].map(([id, own]) => {
    const sku = own[0]?.sku ?? ''
    const name = floor.item(sku)?.title ?? sku
    return {
      id,
      reference_id: sku,
      sku,
      name,
      inventory_items: own.map(({ quantity, lot, serials }) => ({
        id: inventoryId(floor, sku),
        name,
        quantity,
        quantity_committed: quantity,
        lot: lot ?? null,
        expiration_date: null,
        serial_numbers: serials,
        is_dangerous_goods: false,
      })),
    }
  })
}

function recipientJson({ recipient }: FloorRequest) {
  const [address1 = '', ...more] = recipient.addressLines
  return {
    name: recipient.name,
    email: recipient.email ?? null,
    phone_number: recipient.phone ?? null,
    address: {
      address1,
      address2: more.length > 0 ? more.join(', ') : null,
      company_name: recipient.company ?? null,
      city: recipient.city,
      state: recipient.region ?? null,
      country: recipient.country,
      zip_code: recipient.postalCode ?? null,
    },
  }
}

export function inventoryId(floor: WarehouseFloor, sku: string): number {
  return Number(floor.item(sku)?.stockUnitId ?? 0)
}

export function iso(ms: number): string {
  return new Date(ms).toISOString()
}
