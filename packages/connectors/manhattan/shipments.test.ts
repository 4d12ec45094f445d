import { expect, test } from 'vitest'
import { order as omniOrder, toShipment as toOmniShipment } from './omni/order-map.ts'
import { shipmentOf, withEnvironment } from './testing/connected-environment.ts'
import { asn, toReceipt } from './wm/asn-map.ts'
import { olpn, order, toShipment } from './wm/order-map.ts'

const ID = '0190b4a0-0000-7000-8000-000000000001'
const AT = '2026-06-01T12:00:00.123'
const units = { base: 'UNIT', packagesOf: () => [{ uom: 'CASE', units: 12 }] }

const wm = (least: string, most: string, olpns: object[] = [], more: object = {}) =>
  toShipment(
    order.parse({
      OriginalOrderId: ID,
      MinimumStatus: least,
      MaximumStatus: most,
      UpdatedTimestamp: AT,
      ...more,
    }),
    olpns.map((each) => olpn.parse(each)),
    units,
  )
const box = (OlpnId: string, Status: string, more: object = {}) => ({
  OlpnId,
  Status,
  TrackingNumber: `1Z${OlpnId}`,
  CarrierId: 'UPS',
  UpdatedTimestamp: AT,
  OlpnDetail: [
    { ItemId: 'SOCK', PackedQuantity: '2.0000', OriginalOrderId: ID, OriginalOrderLineId: 'l1', ...more },
  ],
})

test.each([
  ['drafted', wm('0500', '0500'), 'received', 0],
  ['released', wm('1000', '1000'), 'received', 0],
  ['allocated in part', wm('1000', '2090'), 'working', 0],
  ['at a place nobody named between two that are', wm('3500', '3500'), 'working', 0],
  ['packed', wm('7200', '7200', [box('A', '7200')]), 'working', 0],
  ['on hold', wm('1000', '1000', [], { OnHold: true }), 'held', 0],
  ['one box left', wm('7200', '8000', [box('A', '8000'), box('B', '7200')]), 'working', 1],
  ['shipped', wm('8000', '8000', [box('A', '8000'), box('B', '8000')]), 'shipped', 2],
  ['shipped, a box was given up', wm('8000', '8000', [box('A', '8000'), box('B', '9000')]), 'shipped', 1],
  ['shipped, the rest cancelled', wm('8000', '9000', [box('A', '8000')]), 'shipped', 1],
  [
    'cancelled when a part had left',
    wm('9000', '9000', [box('A', '8000')], { Cancelled: true }),
    'shipped',
    1,
  ],
  ['cancelled', wm('9000', '9000'), 'cancelled', 0],
  ['cancelled before its lines say so', wm('1000', '1000', [], { Cancelled: true }), 'cancelled', 0],
  // Said to have left, with no box to show for it: nothing is lost by waiting, everything by believing it.
  ['shipped, its boxes not told yet', wm('8000', '8000'), 'working', 0],
  ['shipped, a box still open', wm('8000', '8000', [box('A', '8000'), box('B', '7800')]), 'working', 1],
] as const)('WM: %s', (_, found, state, parcels) => {
  expect(found).toMatchObject({ externalId: ID, shipmentId: ID, state })
  expect(found.parcels).toHaveLength(parcels)
  if (state === 'held') expect(found.problem).toEqual({ code: 'on-hold', message: expect.any(String) })
})

test.each(['Teleported', '', '800', '12345', '8500', null, undefined])(
  'WM: the status %s is unreadable',
  (most) => {
    expect(() => wm('1000', most as string)).toThrow(expect.objectContaining({ kind: 'malformed' }))
  },
)

test('WM: why it is held is a code or nothing: what does not look like one may be somebody’s words', () => {
  const held = (HoldTypeId: string) =>
    wm('1000', '1000', [], { OnHold: true, OrderHold: [{ HoldTypeId }] }).problem?.code
  expect(held('FRAUD-CHECK')).toBe('FRAUD-CHECK')
  expect(held('call Mrs. Example, +1 (217) 555 0100 <pat@example.com> before noon')).toBe('on-hold')
})

test('WM: of a box that holds several orders’ things, one’s own; cases are taken apart; lots and serials come along', () => {
  const shared = {
    ...box('A', '8000'),
    ShippedDateTime: '2026-06-02T08:00:00',
    OlpnDetail: [
      {
        ItemId: 'SOCK',
        PackedQuantity: 2,
        QuantityUomId: 'CASE',
        BatchNumber: 'L1',
        OriginalOrderId: ID,
        OriginalOrderLineId: 'l1',
        OlpnSerialNumber: [{ SerialNumber: 'S1' }],
      },
      { ItemId: 'HAT', PackedQuantity: 9, OriginalOrderId: 'another' },
      { ItemId: 'GLOVE', PackedQuantity: 0, OriginalOrderId: ID },
    ],
  }
  expect(wm('8000', '8000', [shared]).parcels).toEqual([
    {
      externalId: 'A',
      carrier: 'UPS',
      trackingNumber: '1ZA',
      trackingUrl: undefined,
      shippedAt: new Date('2026-06-02T08:00:00Z'),
      lines: [{ lineId: 'l1', sku: 'SOCK', quantity: 24, lot: 'L1', serials: ['S1'] }],
    },
  ])
})

test.each([
  ['a unit that the item has not', { QuantityUomId: 'PALLET' }],
  ['no quantity', { PackedQuantity: null }],
  ['more serials than units', { OlpnSerialNumber: ['a', 'b', 'c'].map((each) => ({ SerialNumber: each })) }],
])('WM: a box with %s is unreadable', (_, more) => {
  expect(() => wm('8000', '8000', [box('A', '8000', more)])).toThrow(
    expect.objectContaining({ kind: 'malformed' }),
  )
})

test('WM: what was picked counts where nothing says what was packed', () => {
  const of = (more: object) => wm('8000', '8000', [box('A', '8000', more)]).parcels[0]?.lines[0]?.quantity
  expect(of({ PackedQuantity: 1, PickedQuantity: 2, InitialQuantity: 3 })).toBe(1)
  expect(of({ PackedQuantity: null, PickedQuantity: 2, InitialQuantity: 3 })).toBe(2)
  expect(of({ PackedQuantity: null, InitialQuantity: 3 })).toBe(3)
})

const omni = (least: string, most: string, details: object[] = [], more: object = {}) =>
  toOmniShipment(
    omniOrder.parse({
      OrderId: ID,
      MinFulfillmentStatusId: least,
      MaxFulfillmentStatusId: most,
      UpdatedTimestamp: AT,
      OrderLine: [{ OrderLineId: 'l1', ItemId: 'SOCK', FulfillmentDetail: details }],
      ...more,
    }),
    units,
  )
const sent = (PackageId: string | null, Quantity: number, more: object = {}) => ({
  PackageId,
  Quantity,
  StatusId: '7000',
  FulfilledTimestamp: AT,
  TrackingNumber: '1Z',
  ...more,
})

test.each([
  ['open', omni('1000', '1000'), 'received', 0],
  ['released', omni('3000', '3000'), 'received', 0],
  ['in work', omni('3000', '3500'), 'working', 0],
  ['on hold', omni('1000', '1000', [], { IsOnHold: true }), 'held', 0],
  ['a part has left', omni('3500', '7000', [sent('P', 1)]), 'working', 1],
  ['fulfilled', omni('7000', '7000', [sent('P', 1), sent('Q', 1)]), 'shipped', 2],
  ['delivered', omni('7500', '7500', [sent('P', 1, { StatusId: '7500' })]), 'shipped', 1],
  ['fulfilled, nothing to show for it yet', omni('7000', '7000'), 'working', 0],
  ['cancelled', omni('9000', '9000'), 'cancelled', 0],
  ['cancelled but for what had left', omni('7000', '9000', [sent('P', 1)]), 'shipped', 1],
] as const)('Omni: %s', (_, found, state, parcels) => {
  expect(found).toMatchObject({ externalId: ID, shipmentId: ID, state })
  expect(found.parcels).toHaveLength(parcels)
})

test('Omni: of one package one line for each lot; one without a package is a package of its line’s', () => {
  const details = [
    sent('P', 1, { SerialNumber: 'S1', BatchNumber: 'L' }),
    sent('P', 1, { SerialNumber: 'S2', BatchNumber: 'L' }),
    sent('P', 2, { UOM: 'CASE' }),
    sent(null, 1),
  ]
  expect(omni('7000', '7000', details).parcels).toMatchObject([
    {
      externalId: 'P',
      lines: [
        { quantity: 2, lot: 'L', serials: ['S1', 'S2'] },
        { quantity: 24, lot: undefined, serials: [] },
      ],
    },
    { externalId: `${ID}/l1`, lines: [{ quantity: 1 }] },
  ])
  expect(() => omni('7000', '7000', [sent('P', 1, { FulfilledTimestamp: null })])).toThrow(/when it left/)
})

const delivery = (AsnStatus: string, AsnLine: object[], Lpn: object[] = []) =>
  toReceipt(asn.parse({ AsnId: ID, AsnStatus, UpdatedTimestamp: AT, AsnLine, Lpn }), {
    facility: 'DC',
    heldContainers: new Set(['BAD']),
    units,
  })
const lpn = (LpnId: string, ReceivedQuantity: number, more: object = {}) => ({
  LpnId,
  LpnDetail: [{ LpnDetailId: '1', ItemId: 'SOCK', ReceivedQuantity, ...more }],
})
const line = (ReceivedQuantity: number | null, more: object = {}) => ({
  AsnLineId: 'a1',
  ItemId: 'SOCK',
  ReceivedQuantity,
  ...more,
})

test('a delivery is told by its containers, with what is damaged; by its lines where no container says', () => {
  expect(
    delivery('3000', [line(15)], [lpn('GOOD', 1, { QuantityUomId: 'CASE' }), lpn('BAD', 3)]),
  ).toMatchObject({
    inboundId: ID,
    isComplete: false,
    lines: [
      { externalId: 'GOOD/1', quantity: 12, condition: 'sellable' },
      { externalId: 'BAD/1', quantity: 3, condition: 'damaged' },
    ],
  })
  expect(delivery('8000', [line(15)], [lpn('GOOD', 0)])).toMatchObject({
    isComplete: true,
    lines: [{ externalId: 'a1', quantity: 15 }],
  })
  expect(delivery('3000', [line(null)], [lpn('GOOD', 4)]).lines).toMatchObject([{ quantity: 4 }])
})

test('where containers and lines differ nobody knows which is right', () => {
  expect(() => delivery('3000', [line(2)], [lpn('GOOD', 1)])).toThrow(/otherwise by its containers/)
  expect(() => delivery('4000', [line(2)])).toThrow(/none of Manhattan/)
})

test('a box that leaves is heard of although its order does not change', () =>
  withEnvironment(async ({ warehouse, floor }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    await warehouse.requestShipment(request)
    const [made] = floor.requests.all()
    if (made === undefined) throw new Error('nothing was made')
    floor.requests.step(made.id, { step: 'ship-part', lines: [{ sku: 'S-1', quantity: 1 }] })
    // As if the order had last changed long before.
    made.changedAtMs = Date.UTC(2020, 0)
    const told: (string | undefined)[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await warehouse.shipments?.({ since: new Date(Date.UTC(2021, 0)), cursor })
      told.push(...(page?.rows.map(({ shipmentId }) => shipmentId) ?? []))
      cursor = page?.next
      if (cursor === undefined) break
    }
    expect(told).toEqual([request.shipmentId])
  }))
