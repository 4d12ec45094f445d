import { Invalid, Malformed, type ShipmentRequest } from '@plimsoll/connector-kit'
import { expectSoundShipment, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FulfilmentOrder, fulfilmentOrder } from './mcs-answers.ts'
import { openUnitsOf, REFERENCE_MAX, sellerOrderIdOf, toShipment } from './mcs-map.ts'
import { toFulfilment } from './mcs-request.ts'
import { type Settings, settingsSchema } from './settings.ts'

const asked = [
  { lineId: 'line-a', sku: 'MUG' },
  { lineId: 'line-b', sku: 'CUP' },
]
const units = (measurementValue: number) => ({ measurementValue })

const order = (
  status: string,
  lines: Record<string, number>[] = [{}],
  shipments: { status?: string; line?: string; quantity: number }[] = [],
): FulfilmentOrder =>
  fulfilmentOrder.parse({
    sellerOrderId: 'P1',
    status,
    orderLines: lines.map((each) => ({
      orderedQty: units(Object.values(each).reduce((sum, count) => sum + count, 0)),
      orderLineQuantityInfo: Object.entries(each).map(([its, count]) => ({
        status: its,
        statusQuantity: units(count),
      })),
    })),
    shipments: shipments.map(({ status: its = 'SHIPPED', line = '1', quantity }, at) => ({
      status: its,
      packageId: `B${at}`,
      carrierDescription: 'Fedex',
      trackingNo: `T${at}`,
      actualShipmentDate: '2026-11-26T10:00:00.000Z',
      shipmentLines: [{ fulfillerLineId: line, quantity: units(quantity) }],
    })),
  })
const shown = (given: FulfilmentOrder) => toShipment(given, { shipmentId: 'one', asked })

test.each<[string, FulfilmentOrder, string]>([
  ['nobody has begun', order('CREATED', [{ CREATED: 2 }]), 'received'],
  ['acknowledged', order('ACKNOWLEDGED', [{ ACKNOWLEDGED: 2 }]), 'received'],
  ['being worked on', order('PROCESSING', [{ PROCESSING: 2 }]), 'working'],
  ['a part has left', order('PROCESSING', [{ PROCESSING: 1, SHIPPED: 1 }], [{ quantity: 1 }]), 'working'],
  ['all has left', order('SHIPPED', [{ SHIPPED: 2 }], [{ quantity: 2 }]), 'shipped'],
  [
    'and was delivered',
    order('DELIVERED', [{ DELIVERED: 2 }], [{ status: 'DELIVERED', quantity: 2 }]),
    'shipped',
  ],
  // Its lines say so before any parcel does: not ended, or it would be sent once more.
  ['all has left, and no parcel is told', order('SHIPPED', [{ SHIPPED: 2 }]), 'working'],
  ['a unit came to nothing', order('SHIPPED', [{ SHIPPED: 1, CANCELLED: 1 }], [{ quantity: 1 }]), 'shipped'],
  ['cancelled, in one spelling', order('CANCELED', [{ CANCELED: 2 }]), 'cancelled'],
  ['cancelled, in the other', order('CANCELLED', [{ CANCELLED: 2 }]), 'cancelled'],
  // The example of the published document: its line is still being worked on where its shipment was delivered.
  ['said of the order alone', order('DELIVERED', [{}], [{ status: 'DELIVERED', quantity: 1 }]), 'shipped'],
])('%s: %o is %s', (_, given, state) => {
  const found = shown(given)
  expect(found.state).toBe(state)
  expectSoundShipment(found)
})

test('what is not documented, and a line that nobody asked for, are no guess', () => {
  expect(() => shown(order('PONDERING'))).toThrow(Malformed)
  expect(() => shown(order('PROCESSING', [{ PONDERING: 1 }]))).toThrow(Malformed)
  expect(() => shown(order('SHIPPED', [{ SHIPPED: 1 }], [{ line: '3', quantity: 1 }]))).toThrow(Malformed)
  const unasked = order('SHIPPED', [{ SHIPPED: 1 }], [{ quantity: 1 }])
  expect(() => toShipment(unasked, { shipmentId: 'one', asked: undefined })).toThrow(Malformed)
})

test('lines are known by their number, and only what is open is cancelled', () => {
  const given = order(
    'PROCESSING',
    [{ SHIPPED: 1, PROCESSING: 2 }, { CREATED: 3 }],
    [{ line: '1', quantity: 1 }],
  )
  expect(shown(given).parcels).toMatchObject([{ lines: [{ lineId: 'line-a', sku: 'MUG', quantity: 1 }] }])
  expect(openUnitsOf(given)).toEqual([2, 3])
})

test('the id is short enough, always the same, and no two of the hub’s share one', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.uuid(), { minLength: 2, maxLength: 200 }), (ids) => {
      const made = ids.map(sellerOrderIdOf)
      for (const id of made) expect(id).toMatch(new RegExp(`^P[0-9A-Z]{1,${REFERENCE_MAX - 1}}$`))
      expect(new Set(made).size).toBe(ids.length)
      expect(ids.map(sellerOrderIdOf)).toEqual(made)
    }),
    fromEnvironment(),
  )
})

const settings = (more: Partial<Settings> = {}): Settings =>
  settingsSchema.parse({ multiChannel: true, orderChannelId: 'OTHERS', ...more })
const somebody = sampleRecipients.find(({ country }) => country === 'US')
const request = (
  to: Partial<ShipmentRequest['recipient']> = {},
  more: Partial<ShipmentRequest> = {},
): ShipmentRequest => {
  if (somebody === undefined) throw new Error('nobody lives in the United States')
  return {
    shipmentId: 'one',
    number: '#1001',
    placedAt: new Date('2026-11-26T10:00:00Z'),
    locationId: 'WFS',
    recipient: {
      ...somebody,
      email: 'shopper@example.com',
      phone: '+1 (217) 555-0177',
      postalCode: '62704-1234',
      region: 'il',
      ...to,
    },
    lines: [
      {
        lineId: 'a',
        sku: 'MUG',
        stockUnitId: 'MUG',
        quantity: 2,
        title: 'Mug',
        lot: undefined,
        unitValue: 9,
      },
    ],
    method: undefined,
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
    ...more,
  }
}

test('what Walmart is sent: its own spellings, the brand’s address in place of the shopper’s, no price', () => {
  const body = JSON.stringify(toFulfilment(request(), settings({ contactEmail: 'orders@brand.example' })))
  expect(JSON.parse(body)).toMatchObject({
    payload: {
      orderChannelId: 'OTHERS',
      sellerOrderId: sellerOrderIdOf('one'),
      customer: { contact: { phone: '12175550177', email: 'orders@brand.example' } },
      orderItems: [
        {
          sellerLineId: '1',
          itemDetail: { sku: 'MUG' },
          qty: { unitOfMeasure: 'EACH', measurementValue: 2 },
          shippingTo: { address: { state: 'IL', country: 'USA', zip: '62704' } },
          chargeDetails: [{ chargePerUnit: { currencyAmount: 0 } }],
        },
      ],
    },
  })
  expect(body).not.toContain('shopper@')
})

test.each<[string, ShipmentRequest, Settings, string]>([
  ['no sales channel', request(), settingsSchema.parse({ multiChannel: true }), 'orderChannelId'],
  ['another country', request({ country: 'CA' }), settings(), 'recipient.country'],
  ['no e-mail address', request({ email: undefined }), settings(), 'recipient.email'],
  ['no telephone number', request({ phone: undefined }), settings(), 'recipient.phone'],
  ['a state in words', request({ region: 'Illinois' }), settings(), 'recipient.region'],
  [
    'a lot',
    request({}, { lines: request().lines.map((line) => ({ ...line, lot: 'L' })) }),
    settings(),
    'lines.lot',
  ],
])('refused before anything is sent: %s', (_, given, its, field) => {
  expect(() => toFulfilment(given, its)).toThrow(Invalid)
  try {
    toFulfilment(given, its)
  } catch (error) {
    expect(error).toMatchObject({ field })
  }
})
