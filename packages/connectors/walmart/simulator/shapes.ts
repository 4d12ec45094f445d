import type { Recipient } from '@plimsoll/connector-kit'
import { toAlpha3 } from '../countries.ts'
import type { Marketplace } from './marketplace.ts'
import { type Item, type Line, type PurchaseOrder, unitsIn } from './records.ts'

/** How Walmart writes what it keeps. */
export type Shapes = { currency: string; mart: string; taxName: string }

export function toItemShape(item: Item, { currency, mart }: Shapes) {
  return {
    mart,
    sku: item.sku,
    condition: 'New',
    wpid: item.wpid,
    upc: item.upc,
    gtin: item.gtin,
    productName: item.title,
    shelf: '["Home Page"]',
    productType: 'Demo',
    price: { currency, amount: item.price },
    publishedStatus: item.publishedStatus,
    ...(item.publishedStatus === 'UNPUBLISHED' && {
      unpublishedReasons: { reason: ['The seller took it off.'] },
    }),
    lifecycleStatus: item.lifecycleStatus,
  }
}

/** Personal data is made up; quantities are text, moments are numbers. */
export function toOrderShape(order: PurchaseOrder, marketplace: Marketplace, shapes: Shapes) {
  const node = order.node === undefined ? undefined : marketplace.nodes.get(order.node)
  return {
    purchaseOrderId: order.id,
    customerOrderId: order.customerOrderId,
    customerEmailId: '0000000000000000@relay.walmart.com',
    orderDate: order.createdMs,
    shippingInfo: {
      phone: order.to?.phone ?? '',
      estimatedDeliveryDate: order.shipByMs + 3 * 86_400_000,
      estimatedShipDate: order.shipByMs,
      methodCode: 'Standard',
      // Every order of the real Walmart has one; which parts are empty elsewhere is guessed.
      postalAddress: toAddressShape(order.to),
    },
    orderLines: { orderLine: order.lines.map((line) => toLineShape(line, shapes)) },
    shipNode:
      node === undefined
        ? { type: 'WFSFulfilled', name: 'Walmart Fulfillment Services', id: '100' }
        : { type: 'SellerFulfilled', name: node.name, id: node.shownAs ?? node.id },
  }
}

function toAddressShape(to: Recipient | undefined) {
  return {
    name: to?.name ?? '',
    address1: to?.addressLines[0] ?? '',
    ...(to !== undefined && to.addressLines.length > 1 && { address2: to.addressLines.slice(1).join(', ') }),
    city: to?.city ?? '',
    state: to?.region ?? '',
    postalCode: to?.postalCode ?? '',
    country: to === undefined ? '' : toAlpha3(to.country),
    addressType: 'RESIDENTIAL',
  }
}

function toLineShape(line: Line, { currency, taxName }: Shapes) {
  const money = { currency, amount: line.price }
  return {
    lineNumber: line.number,
    item: { productName: line.title, sku: line.sku, condition: 'New' },
    charges: {
      charge: [
        {
          chargeType: 'PRODUCT',
          chargeName: 'ItemPrice',
          chargeAmount: money,
          tax: { taxName, taxAmount: { currency, amount: 0 } },
        },
      ],
    },
    orderLineQuantity: toUnits(line.ordered),
    statusDate: line.statusMs,
    ...(line.isUnwanted === true && { intentToCancel: 'TRUE' }),
    orderLineStatuses: {
      orderLineStatus: line.statuses.map(({ status, units, reason, tracking }) => ({
        // A refund stands in place of the state that it came to.
        status: line.isRefunded && status === 'Shipped' ? 'Refund' : status,
        statusQuantity: toUnits(units),
        ...(reason !== undefined && { cancellationReason: reason }),
        ...(tracking !== undefined && { trackingInfo: tracking }),
      })),
    },
    fulfillment: { fulfillmentOption: 'S2H', shipMethod: 'STANDARD' },
    ...(line.isRefunded && {
      refund: {
        refundId: `R-${line.number}`,
        refundCharges: {
          refundCharge: [
            {
              refundReason: 'CustomerChangedMind',
              charge: {
                chargeType: 'PRODUCT',
                chargeName: 'Item Price',
                chargeAmount: { currency, amount: -line.price * unitsIn(line, 'Shipped', 'Delivered') },
              },
            },
          ],
        },
      },
    }),
  }
}

function toUnits(units: number) {
  return { unitOfMeasurement: 'EACH', amount: String(units) }
}

export function toQuantityShape(amount: number) {
  return { unit: 'EACH', amount }
}
