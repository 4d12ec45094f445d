import type { FloorInbound, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { WFS_LOCATION } from '../ids.ts'
import { invalid } from './api-error.ts'
import { fieldOf } from './inventory-routes.ts'
import type { Marketplace } from './marketplace.ts'
import type { Route, RouteCall } from './server.ts'

const API = 'WFS_INBOUND_API'
const ROOT = '/v3/fulfillment'

const announced = z.object({
  inboundOrderId: z.string().min(1).max(100),
  returnAddress: z.object({
    addressLine1: z.string().min(1),
    city: z.string().min(1),
    stateCode: z.string().regex(/^[A-Z]{2}$/),
    countryCode: z.string().min(2),
    postalCode: z.string().min(5),
  }),
  orderItems: z
    .array(
      z.object({
        productId: z.string().regex(/^\d{14}$/),
        productType: z.literal('GTIN'),
        sku: z.string().min(1),
        itemDesc: z.string().min(1),
        itemQty: z.int().min(1),
        vendorPackQty: z.int().min(1),
        innerPackQty: z.int().min(1),
        expectedDeliveryDate: z.iso.datetime(),
      }),
    )
    .min(1)
    .max(5_000),
})

/** Goods on their way to Walmart's floor: each line of an announcement goes to another centre, as a part of its own. */
export function inboundRoutes(marketplace: Marketplace, { intake }: WarehouseFloor): Route[] {
  const announce = ({ body }: RouteCall) => {
    const read = announced.safeParse(body)
    if (!read.success) throw invalid(API, fieldOf(read.error), 'Request content is invalid.')
    const { inboundOrderId, orderItems } = read.data
    const stranger = orderItems.find(({ sku, productId }) => marketplace.items.get(sku)?.gtin !== productId)
    if (stranger !== undefined) throw invalid(API, 'orderItems.sku', `${stranger.sku} is not in WFS.`)
    const odd = orderItems.find((each) => each.vendorPackQty * each.innerPackQty !== each.itemQty)
    if (odd !== undefined) throw invalid(API, 'orderItems.vendorPackQty', 'Cases and units do not agree.')
    const taken = intake.announce({
      reference: inboundOrderId,
      number: inboundOrderId,
      facilityId: WFS_LOCATION,
      lines: orderItems.map(({ sku, itemQty }) => ({ sku, quantity: itemQty })),
    })
    if (taken.kind !== 'announced')
      throw invalid(API, 'inboundOrderId', 'Inbound Order ID has already been used before')
    return {
      status: 'OK',
      payload: partsOf(taken.inbound).map(({ shipmentId, sku, units }) => ({
        shipmentId,
        shipmentItems: [{ vendorSku: sku, itemQty: units }],
      })),
    }
  }

  const list = ({ query }: RouteCall) => {
    const from = new Date(query.fromCreateDate ?? 0).getTime()
    const rows = intake
      .inbounds()
      .filter(({ reference }) => query.inboundOrderId === undefined || reference === query.inboundOrderId)
      .filter(({ announcedAtMs }) => announcedAtMs >= from)
      .flatMap((inbound) => partsOf(inbound).map((part) => toShipment(inbound, part)))
    return page(rows, query)
  }

  const items = ({ query }: RouteCall) => {
    const rows = intake.inbounds().flatMap((inbound) =>
      partsOf(inbound)
        .filter(({ shipmentId }) => shipmentId === query.shipmentId)
        .map(({ shipmentId, sku, units, received, damaged }) => ({
          inboundOrderId: inbound.reference,
          shipmentId,
          sku,
          itemQty: units,
          receivedQty: received,
          damagedQty: damaged,
        })),
    )
    return page(rows, query)
  }

  return [
    { method: 'POST', path: `${ROOT}/inbound-shipments`, limit: 'inbound-post', handle: announce },
    { method: 'GET', path: `${ROOT}/inbound-shipments`, limit: 'inbound-get', handle: list },
    { method: 'GET', path: `${ROOT}/inbound-shipment-items`, limit: 'inbound-get', handle: items },
  ]
}

type Part = { shipmentId: string; sku: string; units: number; received: number; damaged: number }

function partsOf(inbound: FloorInbound): Part[] {
  return inbound.lines.map(({ sku, quantity }, nth) => {
    const own = inbound.received.filter((each) => each.sku === sku)
    const sum = (rows: typeof own) => rows.reduce((units, each) => units + each.quantity, 0)
    return {
      shipmentId: `${String(inbound.id * 1_000 + nth).padStart(7, '0')}GDM`,
      sku,
      units: quantity,
      received: sum(own),
      damaged: sum(own.filter(({ condition }) => condition === 'damaged')),
    }
  })
}

function toShipment(inbound: FloorInbound, { shipmentId, units, received }: Part) {
  const words = { announced: 'AWAITING_DELIVERY', arriving: 'RECEIVING_IN_PROGRESS', closed: 'CLOSED' }
  return {
    inboundOrderId: inbound.reference,
    shipmentId,
    shipToAddress: { fcName: 'NJ3', city: 'Pedricktown', stateCode: 'NJ', countryCode: 'US' },
    status: inbound.state === 'cancelled' ? 'CANCELLED' : words[inbound.state],
    createdDate: new Date(inbound.announcedAtMs).toISOString(),
    shipmentUnits: units,
    receivedUnits: received,
  }
}

function page<Row>(rows: readonly Row[], query: Readonly<Record<string, string | undefined>>) {
  const offset = Number(query.offset ?? 0)
  const limit = Number(query.limit ?? 10)
  return {
    headers: { limit, offset, totalCount: rows.length },
    payload: rows.slice(offset, offset + limit),
  }
}
