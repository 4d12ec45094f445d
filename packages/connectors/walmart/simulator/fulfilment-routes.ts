import type { FloorRequest, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { WFS_LOCATION } from '../ids.ts'
import { LINES_MAX } from '../mcs-request.ts'
import { ApiError, invalid } from './api-error.ts'
import { fieldOf } from './inventory-routes.ts'
import type { Marketplace } from './marketplace.ts'
import type { Route, RouteCall } from './server.ts'

const API = 'WFS_ORDER_API'
const ROOT = '/v3/fulfillment/orders-fulfillments'

const quantity = z.object({ unitOfMeasure: z.literal('EACH'), measurementValue: z.int().min(1) })
const contact = z.object({
  name: z.object({ firstName: z.string().min(1).max(64), lastName: z.string().min(1).max(64) }),
  phone: z.string().min(1).max(15),
  email: z.string().min(3).max(64),
})
const address = z.object({
  line1: z.string().min(1).max(120),
  line2: z.string().max(120).optional(),
  city: z.string().min(1).max(32),
  state: z.string().regex(/^[A-Z]{2}$/),
  country: z.literal('USA'),
  zip: z.string().regex(/^\d{5}$/),
  addressType: z.string().optional(),
})
const created = z.object({
  payload: z.object({
    orderChannelId: z.string().min(1),
    sellerOrderId: z.string().min(1).max(18),
    orderPlacedTime: z.iso.datetime(),
    customer: z.object({ contact }),
    orderItems: z
      .array(
        z.object({
          sellerLineId: z.string().min(1).max(6),
          shippingMethod: z.enum(['STANDARD', 'EXPEDITED', 'RUSH']).optional(),
          itemDetail: z.object({
            sku: z.string().min(1).max(50),
            description: z.string().max(256).optional(),
          }),
          qty: quantity,
          shippingTo: z.object({ contact, address }),
          chargeDetails: z.array(z.looseObject({ chargeCategory: z.string() })).min(1),
        }),
      )
      .min(1)
      .max(LINES_MAX),
  }),
})
const cancelled = z.object({
  payload: z.object({
    sellerOrderId: z.string().min(1),
    orderItems: z.array(z.object({ sellerLineId: z.string(), qty: quantity })).min(1),
  }),
})

export type Sending = {
  /** The sales channel that there is. */
  orderChannelId: string
  uuid: () => string
}

/** Multichannel Solutions, on Walmart's floor. */
export function fulfilmentRoutes(
  marketplace: Marketplace,
  floor: WarehouseFloor,
  { orderChannelId, uuid }: Sending,
): Route[] {
  const { requests } = floor
  floor.onChange((change) => {
    if (change.kind !== 'request') return
    const { request } = change
    for (const { sku } of request.lines) {
      const kept = marketplace.kept.get(sku)
      if (kept !== undefined) kept.modifiedMs = marketplace.options.now()
    }
    // It has no way to say that something waits: what is not there is not sent.
    if (request.state === 'held' && request.problem?.code === 'out-of-stock')
      requests.step(request.id, { step: 'reject', code: 'out-of-stock', message: 'Nothing was found.' })
  })
  const accepted = () => ({
    status: 'ACCEPTED',
    header: { headerAttributes: { buId: '0', martId: '202' } },
    payload: { requestId: uuid() },
  })
  const notFound = (id: string | undefined) =>
    new ApiError(400, 'OS_NOT_FOUND_ERROR', { description: `No order ${id}.` })

  const create = ({ body }: RouteCall) => {
    const read = created.safeParse(body)
    if (!read.success) throw invalid(API, fieldOf(read.error), 'Request content is invalid.')
    const { payload } = read.data
    const [first] = payload.orderItems
    if (payload.orderChannelId !== orderChannelId)
      throw invalid(API, 'orderChannelId', 'orderChannelId is invalid.')
    const stranger = payload.orderItems.find(({ itemDetail }) => !marketplace.kept.has(itemDetail.sku))
    if (stranger !== undefined)
      throw invalid(API, 'payload.orderItems.itemDetail.sku', `${stranger.itemDetail.sku} is not in WFS.`)
    const short = payload.orderItems.find(
      ({ itemDetail, qty }) => (marketplace.kept.get(itemDetail.sku)?.available ?? 0) < qty.measurementValue,
    )
    if (short !== undefined) throw invalid(API, 'payload.orderItems.qty', 'There is not enough inventory.')
    const to = first?.shippingTo
    if (to === undefined) throw invalid(API, 'payload.orderItems', 'Request content is invalid.')
    const { name, phone, email } = to.contact
    const taken = requests.ask({
      reference: payload.sellerOrderId,
      number: payload.sellerOrderId,
      facilityId: WFS_LOCATION,
      recipient: {
        name: `${name.firstName} ${name.lastName}`,
        company: undefined,
        addressLines: [to.address.line1, ...(to.address.line2 === undefined ? [] : [to.address.line2])],
        city: to.address.city,
        region: to.address.state,
        postalCode: to.address.zip,
        country: 'US',
        phone,
        email,
      },
      lines: payload.orderItems.map(({ sellerLineId, itemDetail, qty }) => ({
        reference: sellerLineId,
        sku: itemDetail.sku,
        quantity: qty.measurementValue,
      })),
    })
    if (taken.kind !== 'received')
      throw invalid(
        API,
        'payload.sellerOrderId',
        `${payload.sellerOrderId} of ${name.lastName} is there already.`,
      )
    return accepted()
  }

  return [
    { method: 'POST', path: ROOT, limit: 'fulfilment-post', handle: create },
    {
      method: 'POST',
      path: `${ROOT}/cancel`,
      limit: 'fulfilment-post',
      handle({ body }) {
        const read = cancelled.safeParse(body)
        if (!read.success) throw invalid(API, fieldOf(read.error), 'Request content is invalid.')
        const { sellerOrderId } = read.data.payload
        const request = requests.byReference(sellerOrderId)
        if (request === undefined) throw notFound(sellerOrderId)
        if (requests.cancel(request.id, 'until-working') === 'too-late')
          throw invalid(
            API,
            'payload.orderItems',
            `The order of ${request.recipient.name} cannot be cancelled.`,
          )
        return accepted()
      },
    },
    {
      method: 'GET',
      path: `${ROOT}/status`,
      limit: 'fulfilment-get',
      handle({ query }) {
        const request = requests.byReference(query.orderNumber ?? '')
        if (request === undefined || query.orderChannelId !== orderChannelId)
          throw notFound(query.orderNumber)
        return {
          status: 'OK',
          header: { headerAttributes: { buId: '0', martId: '202', pageCount: 1, totalCount: 1 } },
          payload: [toOrder(request, orderChannelId)],
        }
      },
    },
  ]
}

function toOrder(request: FloorRequest, orderChannelId: string) {
  const { recipient, lines, parcels, receivedAtMs, changedAtMs } = request
  const [firstName = '', ...others] = recipient.name.split(' ')
  const each = (units: number) => ({ unitOfMeasure: 'EA', measurementValue: units })
  const openAs = request.state === 'received' ? 'CREATED' : 'PROCESSING'
  return {
    orderChannelId,
    sellerOrderId: request.reference,
    orderType: 'DOMESTIC',
    status: statusOf(request),
    orderDate: new Date(receivedAtMs).toISOString(),
    buyerInfo: { primaryContact: { name: { firstName, lastName: others.join(' ') } } },
    shipments: parcels.map((parcel) => ({
      status: 'SHIPPED',
      statusDescription: 'Shipment Shipped',
      purchaseOrderId: String(2_000_000_000_000 + request.id),
      scac: parcel.carrier,
      trackingNo: parcel.trackingNumber,
      externalTrackingURL: parcel.trackingUrl,
      shipmentNo: `S${request.id}-${parcel.id}`,
      actualShipmentDate: new Date(parcel.shippedAtMs).toISOString(),
      carrierDescription: parcel.carrier,
      packageId: `${request.id}${String(parcel.id).padStart(4, '0')}`,
      lastModified: new Date(parcel.shippedAtMs).toISOString(),
      shipmentLines: parcel.lines.map((line, at) => ({
        shipmentLineNo: String(at + 1),
        fulfillerLineId: line.reference ?? String(line.lineId),
        quantity: each(line.quantity),
      })),
    })),
    orderLines: lines.map(({ sku, quantity, shipped, dropped }) => ({
      fulfillmentType: 'DELIVERY',
      lastModified: new Date(changedAtMs).toISOString(),
      shippingMethod: 'STANDARD',
      orderLineQuantityInfo: [
        { status: openAs, units: quantity - shipped - dropped },
        { status: 'SHIPPED', units: shipped },
        { status: 'CANCELLED', units: dropped },
      ]
        .filter(({ units }) => units > 0)
        .map(({ status, units }) => ({ status, statusQuantity: each(units) })),
      orderProduct: { productName: sku },
      orderedQty: each(quantity),
      customerShipToAddress: {
        address: {
          addressLine1: recipient.addressLines[0] ?? '',
          city: recipient.city,
          stateCode: recipient.region ?? '',
          countryCode: recipient.country,
          postalCode: recipient.postalCode ?? '',
        },
        name: { completeName: recipient.name },
      },
    })),
  }
}

/** Walmart has no word for one that waits: it is being worked on. */
function statusOf({ state }: FloorRequest): string {
  switch (state) {
    case 'received':
      return 'CREATED'
    case 'working':
    case 'held':
      return 'PROCESSING'
    case 'shipped':
      return 'SHIPPED'
    case 'cancelled':
    case 'rejected':
      return 'CANCELLED'
    default: {
      const never: never = state
      return never
    }
  }
}
