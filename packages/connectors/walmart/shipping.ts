import { Conflict, Invalid, Malformed, type Shipment } from '@plimsoll/connector-kit'
import type { WalmartLine, WalmartOrder } from './answers.ts'
import type { Options, WalmartApi } from './api.ts'
import { carrierNamed } from './carriers.ts'
import { isKeptByWalmart, unitsOf } from './map.ts'
import { MARKET_TERMS, type Market } from './markets.ts'
import { fetchOrder } from './orders.ts'

type Shipping = { api: WalmartApi; market: Market; now: () => number; options: Options }

/** A line of a shipment with the line of the order that it is about. */
type ShippedLine = { line: WalmartLine; quantity: number }

const METHODS = new Set(['Standard', 'Express', 'OneDay', 'Freight', 'WhiteGlove', 'Value'])

/**
 * Tells Walmart that a parcel has left, which charges the customer. What Walmart shows as available rises by a unit that is
 * shipped, since it is not open any more and nobody has taken it off the input quantity: the hub lowers that before it tells,
 * as with every line whose units a platform has not taken off. Nothing is lowered here, or each unit would be taken off twice.
 * A parcel that is told already is known by its tracking number.
 */
export async function ship(shipment: Shipment, shipping: Shipping): Promise<{ externalId: string }> {
  const { api, market, options } = shipping
  const { orderExternalId: id } = shipment
  const tracking = trackingOf(shipment, market)
  const externalId = `${id}/${tracking.number}`
  const { order, date } = await fetchOrder(id, shipping)
  if (isKeptByWalmart(order)) throw new Invalid('Walmart ships this order itself.', 'orderExternalId')
  const lines = linesOf(shipment, order)
  if (lines.every(({ line }) => isTold(line, tracking.number))) return { externalId }

  for (const { line, quantity } of lines) {
    const { open, held } = unitsOf(line)
    if (quantity > open) {
      throw new Invalid(`Of line ${line.lineNumber} ${open} units are left, not ${quantity}.`, 'lines')
    }
    if (quantity > open - held) {
      throw new Conflict(`Walmart holds ${held} units of line ${line.lineNumber}: they may not be sent yet.`)
    }
  }
  if (lines.some(({ line }) => unitsOf(line).created > 0)) await api.acknowledge(id, options)
  const now = Math.min(shipping.now(), date?.getTime() ?? Number.POSITIVE_INFINITY)
  const shippedAt = Math.max(order.orderDate, now)
  const body = toBody(lines, { order, tracking, shipment, shippedAt, market })
  const { data, detail } = await api.ship(id, body, options)
  const answered = new Map(data.order.orderLines.orderLine.map((line) => [line.lineNumber, line]))
  for (const { line, quantity } of lines) {
    const after = answered.get(line.lineNumber)
    if (after === undefined || unitsOf(after).shipped < unitsOf(line).shipped + quantity) {
      const said = JSON.stringify(after ?? {})
      throw new Malformed(`Walmart does not show line ${line.lineNumber} as shipped`, said, true, detail)
    }
  }
  return { externalId }
}

function trackingOf({ tracking }: Shipment, market: Market): NonNullable<Shipment['tracking']> {
  if (tracking === undefined || tracking.number === '') {
    throw new Invalid('Walmart takes no shipment without a tracking number.', 'tracking')
  }
  if (carrierNamed(tracking.carrier, market) === undefined && tracking.url === undefined) {
    const why = `Walmart does not know the carrier "${tracking.carrier}"`
    throw new Invalid(`${why}: it then wants an address to track the parcel at.`, 'tracking.url')
  }
  return tracking
}

/** @throws Invalid for lines that the order does not have */
function linesOf({ lines, orderExternalId }: Shipment, order: WalmartOrder): ShippedLine[] {
  const known = new Map(order.orderLines.orderLine.map((line) => [line.lineNumber, line]))
  const found = lines
    .filter(({ quantity }) => quantity > 0)
    .map(({ lineExternalId, quantity }) => {
      const line = known.get(lineExternalId)
      if (line === undefined) {
        throw new Invalid(`Order ${orderExternalId} has no line ${lineExternalId}.`, 'lines')
      }
      return { line, quantity }
    })
  if (found.length === 0) throw new Invalid('A shipment without units.', 'lines')
  return found
}

function isTold({ orderLineStatuses }: WalmartLine, trackingNumber: string): boolean {
  return orderLineStatuses.orderLineStatus.some(
    ({ status, trackingInfo }) =>
      (status === 'Shipped' || status === 'Delivered') && trackingInfo?.trackingNumber === trackingNumber,
  )
}

function toBody(
  lines: readonly ShippedLine[],
  about: {
    order: WalmartOrder
    tracking: NonNullable<Shipment['tracking']>
    shipment: Shipment
    shippedAt: number
    market: Market
  },
) {
  const { order, tracking, shipment, shippedAt, market } = about
  const method = order.shippingInfo?.methodCode ?? ''
  const carrier = carrierNamed(tracking.carrier, market)
  return {
    orderShipment: {
      orderLines: {
        orderLine: lines.map(({ line, quantity }) => ({
          lineNumber: line.lineNumber,
          // A customer who asked to cancel after it left still gets it.
          intentToCancelOverride: true,
          sellerOrderId: shipment.shipmentId,
          orderLineStatuses: {
            orderLineStatus: [
              {
                status: 'Shipped',
                statusQuantity: { unitOfMeasurement: 'EACH', amount: String(quantity) },
                trackingInfo: {
                  shipDateTime: shippedAt,
                  carrierName: carrier === undefined ? otherCarrier(tracking.carrier, market) : { carrier },
                  methodCode: METHODS.has(method) ? method : 'Standard',
                  trackingNumber: tracking.number,
                  ...(tracking.url !== undefined && { trackingURL: tracking.url }),
                },
              },
            ],
          },
        })),
      },
    },
  }
}

/** Mexico has a word for any other carrier, beside its name. */
function otherCarrier(name: string, market: Market): { carrier?: string; otherCarrier: string } {
  return { ...(MARKET_TERMS[market].carriers === 'mx' && { carrier: 'Other' }), otherCarrier: name }
}
