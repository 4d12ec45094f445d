import type { Status } from '../simulator/records.ts'

/** An order as the published examples write it: quantities as text, moments in milliseconds. Undefined parts are left out. */
export function orderShape(
  lines: readonly {
    number?: string
    ordered: number
    statuses: readonly (readonly [Status | string, number])[]
    sku?: string
    statusDate?: number | undefined
  }[],
  rest: object = {},
) {
  return {
    purchaseOrderId: '1796277083022',
    customerOrderId: '5281956426648',
    customerEmailId: '3A31739D8B0A45A1B23F7F8C81C8747F@relay.walmart.com',
    orderDate: 1_568_466_571_000,
    shippingInfo: { methodCode: 'Value', estimatedShipDate: 1_568_700_000_000 },
    shipNode: { type: 'SellerFulfilled', name: 'West', id: '1000005050' },
    orderLines: {
      orderLine: lines.map(({ number = '4', ordered, statuses, sku = 'test1', ...line }) => ({
        lineNumber: number,
        item: { productName: 'Laundry bag', sku },
        charges: { charge: [] },
        orderLineQuantity: { unitOfMeasurement: 'EACH', amount: String(ordered) },
        statusDate: 'statusDate' in line ? line.statusDate : 1_568_466_647_000,
        orderLineStatuses: {
          orderLineStatus: statuses.map(([status, units]) => ({
            status,
            statusQuantity: { unitOfMeasurement: 'EACH', amount: String(units) },
          })),
        },
      })),
    },
    ...rest,
  }
}
