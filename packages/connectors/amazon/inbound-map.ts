import { hubIdOf, Malformed, unitsBySku, type WarehouseReceipt } from '@plimsoll/connector-kit'
import { AMAZON_STOCK } from './ids.ts'
import type { InboundItem, InboundShipment } from './inbound-answers.ts'

/** What Amazon's words for goods on their way to it mean. Pure. Source: fulfillmentInboundV0.json, ShipmentStatus. */

type InboundState = 'planned' | 'under-way' | 'ended'

const states: ReadonlyMap<string, InboundState> = new Map([
  ['WORKING', 'planned'],
  ['READY_TO_SHIP', 'planned'],
  ['SHIPPED', 'under-way'],
  ['IN_TRANSIT', 'under-way'],
  ['DELIVERED', 'under-way'],
  ['CHECKED_IN', 'under-way'],
  ['RECEIVING', 'under-way'],
  // A person has to look at it in Seller Central; until then some of it may still come.
  ['ERROR', 'under-way'],
  ['CLOSED', 'ended'],
  ['CANCELLED', 'ended'],
  ['DELETED', 'ended'],
])

/** @throws Malformed for a status that is not documented */
export function inboundStateOf({ ShipmentId, ShipmentStatus }: InboundShipment): InboundState {
  const state = states.get(ShipmentStatus)
  if (state === undefined)
    throw new Malformed(
      `inbound shipment ${ShipmentId} has a status that Amazon never documented`,
      ShipmentStatus.slice(0, 100),
    )
  return state
}

/**
 * What came of one shipment so far. Its condition is not told: what Amazon finds damaged is in its count.
 * @param seen `version`: grows with each change that was seen; `receivedAt`: the units came no earlier, since Amazon names no day
 */
export function toReceipt(
  shipment: InboundShipment,
  items: readonly InboundItem[],
  seen: { version: number; receivedAt: Date },
): WarehouseReceipt {
  const received = items.map(({ SellerSKU, QuantityReceived }) => ({
    sku: SellerSKU,
    quantity: QuantityReceived ?? 0,
  }))
  return {
    externalId: shipment.ShipmentId,
    // The person who made it in Seller Central has written it into the name.
    inboundId: hubIdOf(shipment.ShipmentName),
    version: seen.version,
    locationId: AMAZON_STOCK,
    isComplete: inboundStateOf(shipment) === 'ended',
    lines: unitsBySku(received)
      .filter(({ quantity }) => quantity > 0)
      .map(({ sku, quantity }) => ({
        externalId: `${shipment.ShipmentId} ${sku}`,
        sku,
        quantity,
        condition: 'sellable',
        lot: undefined,
        expiresOn: undefined,
        serials: [],
        receivedAt: seen.receivedAt,
      })),
  }
}
