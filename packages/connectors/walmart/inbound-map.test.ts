import { Invalid } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { toInboundOrder, toReceipt } from './inbound-map.ts'
import { settingsSchema } from './settings.ts'

const ID = '0a4f7f0e-0000-4000-8000-000000000001'
const part = (shipmentId: string, status: string) => ({
  inboundOrderId: ID,
  shipmentId,
  status,
  createdDate: '2026-06-01T10:00:00.000Z',
  receivedUnits: 1,
})
const notice = {
  inboundId: ID,
  number: 'PO-7',
  locationId: 'WFS',
  expectedAt: new Date('2026-07-01T00:00:00Z'),
  carrier: undefined,
  trackingNumber: undefined,
  lines: [6, 4].map((quantity) => ({
    lineId: `l${quantity}`,
    sku: 'MUG',
    stockUnitId: 'MUG',
    quantity,
    lot: undefined,
    expiresOn: undefined,
  })),
}
const now = Date.UTC(2026, 5, 1)
const settings = settingsSchema.parse({ inboundReturnAddress: '1 Quay Street; Baltimore; MD; 21230' })
const items = [{ sku: 'MUG', gtin: '00012345678905', name: 'Mug' }]

test('the parts of one announcement are one receipt, complete once each has ended, damaged units apart', () => {
  const received = [
    { shipmentId: 'A', sku: 'MUG', receivedQty: 7, damagedQty: 2 },
    { shipmentId: 'B', sku: 'MUG', receivedQty: 3, damagedQty: 0 },
    { shipmentId: 'B', sku: 'CUP', receivedQty: 0, damagedQty: null },
  ]
  const open = toReceipt(ID, [part('A', 'CLOSED'), part('B', 'A_WORD_OF_TOMORROW')], received)
  expect(open).toMatchObject({ externalId: ID, inboundId: ID, locationId: 'WFS', isComplete: false })
  expect(open.lines.map((line) => [line.externalId, line.quantity, line.condition])).toEqual([
    ['A MUG sellable', 5, 'sellable'],
    ['A MUG damaged', 2, 'damaged'],
    ['B MUG sellable', 3, 'sellable'],
  ])
  const ended = toReceipt(ID, [part('A', 'CLOSED'), part('B', 'Cancelled')], received)
  expect(ended.isComplete).toBe(true)
  expect(ended.lines).toEqual(open.lines)
})

test('a SKU is announced once, in loose units, by its GTIN', () => {
  expect(toInboundOrder(notice, items, { settings, now })).toEqual({
    inboundOrderId: ID,
    returnAddress: {
      addressLine1: '1 Quay Street',
      city: 'Baltimore',
      stateCode: 'MD',
      countryCode: 'USA',
      postalCode: '21230',
    },
    orderItems: [
      {
        productId: '00012345678905',
        productType: 'GTIN',
        sku: 'MUG',
        itemDesc: 'Mug',
        itemQty: 10,
        vendorPackQty: 10,
        innerPackQty: 1,
        expectedDeliveryDate: '2026-07-01T00:00:00.000Z',
      },
    ],
  })
})

test('what is missing is named', () => {
  const without = settingsSchema.parse({})
  expect(() => toInboundOrder(notice, items, { settings: without, now })).toThrow(
    expect.objectContaining({ field: 'inboundReturnAddress' }),
  )
  expect(() => toInboundOrder(notice, [], { settings, now })).toThrow(Invalid)
})
