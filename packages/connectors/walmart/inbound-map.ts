import {
  hubIdOf,
  type InboundNotice,
  Invalid,
  unitsBySku,
  type WarehouseReceipt,
} from '@plimsoll/connector-kit'
import { WFS_LOCATION } from './ids.ts'
import type { InboundItem, InboundShipment } from './inbound-answers.ts'
import type { Settings } from './settings.ts'

/** What Walmart's words for goods on their way mean, and how they are announced. Pure. */

/** No list of them is published in whole; any other word is one that is still under way. */
const ENDED = new Set(['CLOSED', 'CANCELLED', 'CANCELED'])

export function hasEnded({ status }: InboundShipment): boolean {
  return ENDED.has(status.toUpperCase())
}

/**
 * What came of one announcement, all of its parts together.
 * @param items of all its parts that anything was received of
 */
export function toReceipt(
  inboundOrderId: string,
  shipments: readonly InboundShipment[],
  items: readonly InboundItem[],
): WarehouseReceipt {
  // Nothing says when units came in. Taken for as early as can be, a count that was made since has them already, and Walmart's
  // count is what it is: too little for a while harms nobody.
  const madeAt = new Map(shipments.map(({ shipmentId, createdDate }) => [shipmentId, new Date(createdDate)]))
  const first = new Date(Math.min(...shipments.map(({ createdDate }) => new Date(createdDate).getTime())))
  return {
    externalId: inboundOrderId,
    inboundId: hubIdOf(inboundOrderId),
    version: undefined,
    locationId: WFS_LOCATION,
    isComplete: shipments.every(hasEnded),
    lines: items.flatMap(({ shipmentId, sku, receivedQty, damagedQty }) => {
      const received = receivedQty ?? 0
      const damaged = Math.min(received, damagedQty ?? 0)
      const line = (condition: 'sellable' | 'damaged', quantity: number) =>
        quantity === 0
          ? []
          : [
              {
                externalId: `${shipmentId} ${sku} ${condition}`,
                sku,
                quantity,
                condition,
                lot: undefined,
                expiresOn: undefined,
                serials: [],
                receivedAt: madeAt.get(shipmentId) ?? first,
              },
            ]
      return [...line('sellable', received - damaged), ...line('damaged', damaged)]
    }),
  }
}

/** An item as Walmart lists it, as far as announcing it takes. */
export type AnnouncedItem = { sku: string; gtin: string; name: string }

/** @throws Invalid where something is missing that Walmart wants */
export function toInboundOrder(
  notice: InboundNotice,
  items: readonly AnnouncedItem[],
  { settings, now }: { settings: Settings; now: number },
) {
  const expectedDeliveryDate = (notice.expectedAt ?? new Date(now + 14 * 86_400_000)).toISOString()
  return {
    inboundOrderId: notice.inboundId,
    returnAddress: returnAddressOf(settings),
    orderItems: unitsBySku(notice.lines.map((line) => ({ ...line, sku: line.stockUnitId }))).map(
      ({ sku, quantity }) => {
        const item = items.find((each) => each.sku === sku)
        if (item === undefined) throw new Invalid(`Walmart has no item ${sku}.`, 'lines.sku')
        return {
          productId: item.gtin,
          productType: 'GTIN',
          sku,
          itemDesc: item.name,
          itemQty: quantity,
          // Loose units: each is a case of one.
          vendorPackQty: quantity,
          innerPackQty: 1,
          expectedDeliveryDate,
        }
      },
    ),
  }
}

/** `860 W California Ave; Sunnyvale; CA; 94086`, as the settings have it. */
function returnAddressOf({ inboundReturnAddress }: Settings) {
  const [addressLine1, city, stateCode, postalCode] =
    inboundReturnAddress?.split(';').map((part) => part.trim()) ?? []
  if (!addressLine1 || !city || !stateCode || !postalCode)
    throw new Invalid(
      'Walmart wants an address that goods can be sent back to: name it in the settings (inboundReturnAddress).',
      'inboundReturnAddress',
    )
  return { addressLine1, city, stateCode, countryCode: 'USA', postalCode }
}
