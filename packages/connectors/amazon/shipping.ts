import { createHash } from 'node:crypto'
import { type ConnectorContext, Invalid, type Shipment } from '@plimsoll/connector-kit'
import type { Reading } from './levels.ts'
import { readOrderToShip } from './orders.ts'
import { type Credentials, homeMarketplace, type Settings } from './settings.ts'

type Shipping = Reading & Pick<ConnectorContext<Settings, Credentials>, 'now'>

/** Amazon refuses a moment that has not come yet by its clock, which may be behind ours. */
const BACK_MS = 60_000

/**
 * Confirms a parcel. Its reference is made of the shipment's id: told twice, Amazon changes the one parcel.
 * Source: models/orders-api-model/ordersV0.json, confirmShipment (not deprecated with the rest of v0).
 */
export async function ship(shipment: Shipment, shipping: Shipping): Promise<{ externalId: string }> {
  const { transport, settings, signal } = shipping
  const { tracking, orderExternalId } = shipment
  if (tracking === undefined || tracking.number === '') {
    throw new Invalid('Amazon takes no parcel without a carrier and a tracking number', 'tracking')
  }
  const { order, marketplaceId } = await readOrderToShip(orderExternalId, shipping)
  const shipDate = new Date(Math.max(order.placedAt.getTime(), shipping.now() - BACK_MS))
  const packageReferenceId = packageReferenceOf(shipment.shipmentId)
  await transport.tell({
    operation: 'ship',
    method: 'POST',
    path: `/orders/v0/orders/${encodeURIComponent(orderExternalId)}/shipmentConfirmation`,
    body: {
      marketplaceId: marketplaceId ?? homeMarketplace(settings),
      packageDetail: {
        packageReferenceId,
        ...toCarrier(tracking.carrier),
        trackingNumber: tracking.number,
        shipDate: shipDate.toISOString(),
        orderItems: toItems(shipment.lines),
      },
    },
    signal,
  })
  return { externalId: packageReferenceId }
}

/** A positive number, as text; the same for the same shipment. */
export function packageReferenceOf(shipmentId: string): string {
  const number = createHash('sha256').update(shipmentId).digest().readUInt32BE(0) % 2_147_483_647
  return String(number + 1)
}

/** A line that is named twice goes as one. */
function toItems(lines: Shipment['lines']): { orderItemId: string; quantity: number }[] {
  const units = new Map<string, number>()
  for (const { lineExternalId, quantity } of lines) {
    units.set(lineExternalId, (units.get(lineExternalId) ?? 0) + quantity)
  }
  return [...units].map(([orderItemId, quantity]) => ({ orderItemId, quantity }))
}

/**
 * Amazon's words for the carriers that it follows; any other goes by its name.
 * Source: developer-docs.amazon.com/sp-api/docs/confirm-the-shipment-status (its list of codes, read 2026-11).
 */
const CARRIERS = [
  'USPS',
  'UPS',
  'FedEx',
  'DHL',
  'DHL eCommerce',
  'OnTrac',
  'LaserShip',
  'China Post',
  'SF Express',
  'YunExpress',
  '4PX',
  'Yanwen',
  'Royal Mail',
  'DPD',
  'Evri',
  'GLS',
  'Canada Post',
  'Australia Post',
  'Deutsche Post',
  'Correos',
  'Chronopost',
  'La Poste',
  'PostNL',
  'InPost',
  'SEUR',
  'TNT',
  'Yamato Transport',
  'Sagawa Express',
  'Japan Post',
]
const codes = new Map(CARRIERS.map((code) => [keyOf(code), code]))

function keyOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}

export function toCarrier(name: string): { carrierCode: string; carrierName?: string } {
  const code = codes.get(keyOf(name))
  return code === undefined ? { carrierCode: 'Other', carrierName: name } : { carrierCode: code }
}
