import { Invalid, Malformed, type ShipmentRequest } from '@plimsoll/connector-kit'
import { expectSoundShipment, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FulfillmentDetail } from './mcf-answers.ts'
import { packageToFollow, toShipment } from './mcf-map.ts'
import { toFulfillmentOrder } from './mcf-request.ts'
import { type Settings, settings as schema } from './settings.ts'

const ID = '019b0000-0000-7000-8000-000000000001'
const LINE = '019b0000-0000-7000-8000-000000000002'
const AT = '2026-11-26T10:00:00Z'

const shipment = (id: string, status: string, quantity: number, packages = [7_001]) => ({
  amazonShipmentId: id,
  fulfillmentShipmentStatus: status,
  shippingDate: AT,
  fulfillmentShipmentItem: packages.map((packageNumber) => ({
    sellerSku: 'MUG',
    sellerFulfillmentOrderItemId: LINE,
    quantity,
    packageNumber,
    serialNumber: null,
  })),
  fulfillmentShipmentPackage: packages.map((packageNumber) => ({
    packageNumber,
    carrierCode: 'UPS',
    trackingNumber: `T${packageNumber}`,
    amazonFulfillmentTrackingNumber: null,
  })),
})
const detail = (
  status: string,
  shipments: FulfillmentDetail['fulfillmentShipments'] = [],
  { quantity = 2, unfulfillable = 0, action = 'Ship' } = {},
): FulfillmentDetail => ({
  fulfillmentOrder: {
    sellerFulfillmentOrderId: ID,
    fulfillmentOrderStatus: status,
    fulfillmentAction: action,
    statusUpdatedDate: AT,
  },
  fulfillmentOrderItems: [
    { sellerSku: 'MUG', quantity, cancelledQuantity: 0, unfulfillableQuantity: unfulfillable },
  ],
  fulfillmentShipments: shipments,
})
const shown = (given: FulfillmentDetail) => toShipment(given.fulfillmentOrder, given)

test.each([
  ['New', [], 'received'],
  ['RECEIVED', [], 'received'],
  ['Planning', [], 'received'],
  ['Processing', [shipment('D1', 'PENDING', 2)], 'working'],
  ['PROCESSING', [shipment('D1', 'SHIPPED', 1), shipment('D2', 'Pending', 1, [7_002])], 'working'],
  ['Complete', [shipment('D1', 'Shipped', 2)], 'shipped'],
  // Amazon says that all is done before it names what left: not ended, or it would be sent once more.
  ['Complete', [shipment('D1', 'SHIPPED', 1)], 'working'],
  ['COMPLETE_PARTIALLED', [], 'working'],
  ['CompletePartialled', [shipment('D1', 'SHIPPED', 1)], 'shipped'],
  ['Cancelled', [shipment('D1', 'CANCELLED_BY_SELLER', 2)], 'cancelled'],
  ['Cancelled', [shipment('D1', 'SHIPPED', 1)], 'shipped'],
  ['Unfulfillable', [shipment('D1', 'CANCELLED_BY_FULFILLER', 2)], 'rejected'],
  ['Invalid', [], 'rejected'],
] as const)('%s with %o is %s', (status, shipments, state) => {
  const found = shown(detail(status, [...shipments]))
  expect(found).toMatchObject({ externalId: ID, shipmentId: ID, version: undefined, state })
  expectSoundShipment(found)
})

test('a held order says so; a status that nobody documented is no guess', () => {
  expect(shown(detail('Received', [], { action: 'HOLD' }))).toMatchObject({
    state: 'held',
    problem: { code: 'Hold' },
  })
  expect(() => shown(detail('Pondering'))).toThrow(Malformed)
  expect(() => shown(detail('Processing', [shipment('D1', 'TELEPORTED', 1)]))).toThrow(Malformed)
})

test('each package is a parcel with its own units, and stays the same when the next one leaves', () => {
  const first = shipment('D1', 'SHIPPED', 1, [7_001, 7_002])
  const before = shown(detail('Processing', [first], { quantity: 4 })).parcels
  expect(before).toMatchObject([
    {
      externalId: 'D1/7001',
      carrier: 'UPS',
      trackingNumber: 'T7001',
      lines: [{ lineId: LINE, sku: 'MUG', quantity: 1 }],
    },
    { externalId: 'D1/7002', trackingNumber: 'T7002' },
  ])
  const after = shown(detail('Complete', [first, shipment('D2', 'SHIPPED', 2, [7_003])], { quantity: 4 }))
  expect(after.parcels.slice(0, 2)).toEqual(before)
  expect(after).toMatchObject({ state: 'shipped', parcels: [{}, {}, { externalId: 'D2/7003' }] })
})

test('only what Amazon carries itself, or has no number, is followed on its page', () => {
  const [parcel] = shown(detail('Complete', [shipment('D1', 'SHIPPED', 2)])).parcels
  if (parcel === undefined) throw new Error('nothing left')
  expect(packageToFollow(parcel)).toBeUndefined()
  expect(packageToFollow({ ...parcel, carrier: 'AMZN_US' })).toBe(7_001)
  expect(packageToFollow({ ...parcel, trackingNumber: 'TBA123' })).toBe(7_001)
  expect(packageToFollow({ ...parcel, trackingNumber: undefined })).toBe(7_001)
})

test('whatever leaves in whatever shipments: units told are units shipped, and none comes twice', () => {
  const each = fc.record({
    status: fc.constantFrom('SHIPPED', 'PENDING', 'CANCELLED_BY_FULFILLER'),
    quantity: fc.nat({ max: 5 }),
    packages: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(
      fc.array(each, { maxLength: 5 }),
      fc.constantFrom('Processing', 'Complete', 'Cancelled'),
      (given, status) => {
        const shipments = given.map(({ status: its, quantity, packages }, at) =>
          shipment(
            `D${at}`,
            its,
            quantity,
            Array.from({ length: packages }, (_, nth) => at * 10 + nth + 1),
          ),
        )
        const found = shown(detail(status, shipments, { quantity: 100 }))
        expectSoundShipment(found)
        const told = found.parcels
          .flatMap(({ lines }) => lines)
          .reduce((sum, { quantity }) => sum + quantity, 0)
        const left = given
          .filter((one) => one.status === 'SHIPPED')
          .reduce((sum, { quantity, packages }) => sum + quantity * packages, 0)
        expect(told).toBe(left)
      },
    ),
    fromEnvironment(),
  )
})

const settings = (more: Partial<Settings> = {}): Settings =>
  schema.parse({ sellerId: 'A3PLIMSOLLSIM', marketplaces: ['ATVPDKIKX0DER'], multiChannel: true, ...more })
const [somebody] = sampleRecipients
const request = (more: Partial<ShipmentRequest> = {}): ShipmentRequest => {
  if (somebody === undefined) throw new Error('nobody is there')
  return {
    shipmentId: ID,
    number: '#1001',
    placedAt: new Date(AT),
    locationId: 'FBA',
    recipient: somebody,
    lines: [
      {
        lineId: LINE,
        sku: 'MUG',
        stockUnitId: 'MUG',
        quantity: 2,
        title: 'Mug',
        lot: undefined,
        unitValue: undefined,
      },
    ],
    method: undefined,
    currency: 'USD',
    shipBy: undefined,
    note: undefined,
    ...more,
  }
}
const withLines = (quantity: number, count: number) =>
  request({
    lines: Array.from({ length: count }, (_, at) => ({
      ...request().lines[0],
      sku: `S${at}`,
      quantity,
    })) as ShipmentRequest['lines'],
  })

test('what Amazon is sent: the hub’s id, the number that people use, no e-mail address, whole or not at all', () => {
  const body = toFulfillmentOrder(request(), settings({ multiChannelBlankBox: true }))
  expect(body).toMatchObject({
    sellerFulfillmentOrderId: ID,
    displayableOrderId: '#1001',
    shippingSpeedCategory: 'Standard',
    fulfillmentPolicy: 'FillOrKill',
    featureConstraints: [{ featureName: 'BLANK_BOX', featureFulfillmentPolicy: 'Required' }],
    items: [{ sellerSku: 'MUG', sellerFulfillmentOrderItemId: LINE, quantity: 2 }],
  })
  expect(JSON.stringify(body)).not.toContain('@')
  expect(toFulfillmentOrder(request(), settings())).not.toHaveProperty('featureConstraints')
})

test('the speed is the settings’ unless the order names one of Amazon’s; a shopper’s express is not guessed at', () => {
  const speedOf = (method: string | undefined, more: Partial<Settings> = {}) =>
    toFulfillmentOrder(request({ method }), settings(more)).shippingSpeedCategory
  expect(speedOf('Express')).toBe('Standard')
  expect(speedOf('priority')).toBe('Priority')
  expect(speedOf(undefined, { multiChannelSpeed: 'Expedited' })).toBe('Expedited')
})

test('in Japan the city is a part of the first line', () => {
  if (somebody === undefined) throw new Error('nobody is there')
  const recipient = { ...somebody, country: 'JP', city: '渋谷区', addressLines: ['神南1-1'] }
  expect(toFulfillmentOrder(request({ recipient }), settings()).destinationAddress).toMatchObject({
    addressLine1: '渋谷区神南1-1',
    countryCode: 'JP',
  })
  expect(toFulfillmentOrder(request({ recipient }), settings()).destinationAddress).not.toHaveProperty('city')
})

test.each<[string, ShipmentRequest, string]>([
  ['another place', request({ locationId: 'DEFAULT' }), 'locationId'],
  ['more lines than it takes', withLines(1, 101), 'lines'],
  ['more units than it takes', withLines(63, 4), 'lines.quantity'],
])('refused before anything is sent: %s', (_, given, field) => {
  expect(() => toFulfillmentOrder(given, settings())).toThrow(Invalid)
  try {
    toFulfillmentOrder(given, settings())
  } catch (error) {
    expect(error).toMatchObject({ field })
  }
})
