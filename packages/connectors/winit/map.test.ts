import { expect, test } from 'vitest'
import { item, listedOrder, orders, pageOf, storage } from './answers.ts'
import { productOf, stateOf, toCount, toListing, toOpenShipment, toShippedShipment, unitIdOf } from './map.ts'

const ID = '0b8f4a52-1111-4222-8333-444455556666'

test.each([
  [{ inventory: '12', reservedInventory: 5, pipelineInventory: '100' }, 12, 7, 100],
  [{ inventory: 0, reservedInventory: '0', pipelineInventory: 0 }, 0, 0, 0],
  // More is ordered than lies there.
  [{ inventory: 3, reservedInventory: 8, pipelineInventory: 20 }, 3, 0, 20],
])('of %j so much lies there, is free and comes', (row, onHand, available, incoming) => {
  const read = storage.parse({ productCode: 'A', specification: '', ...row })
  expect(toCount(read, '1000069')).toMatchObject({
    stockUnitId: 'A',
    locationId: '1000069',
    onHand,
    available,
    held: 0,
    incoming,
  })
})

test('a number that is none is refused, never taken for nought', () => {
  for (const inventory of [null, '', '1.5', 'many', -1, undefined])
    expect(
      storage.safeParse({ productCode: 'A', inventory, reservedInventory: 0, pipelineInventory: 0 }).success,
    ).toBe(false)
})

test.each([
  ['A', undefined],
  ['A', 'red'],
  ['A-1', 'red @@ blue'],
])('%s with specification %s is one unit, and found again', (code, specification) => {
  expect(productOf(unitIdOf(code, specification))).toEqual({ code, specification })
  const listing = toListing(item.parse({ skuCode: code, specification, name: 'Shoe', isActive: 'N' }))
  expect(listing).toMatchObject({ sku: unitIdOf(code, specification), title: 'Shoe', state: 'inactive' })
})

test.each([
  ['CFI', 'received'],
  ['CF', 'received'],
  ['PKI', 'working'],
  ['PKC', 'working'],
  ['PAI', 'working'],
  ['PAC', 'working'],
  ['FC', 'working'],
  ['VOI', 'working'],
  ['DR', 'held'],
  ['WSC', 'held'],
  ['HPO', 'shipped'],
  ['DLI', 'shipped'],
  ['DLC', 'shipped'],
  ['VO', 'cancelled'],
])('%s is %s', (status, state) => {
  expect(stateOf(status, 'WO1')).toBe(state)
  const told = toOpenShipment(listedOrder.parse({ documentNo: 'WO1', sellerOrderNo: ID, status }))
  expect(told).toMatchObject({ externalId: 'WO1', shipmentId: ID, state, parcels: [] })
  expect(told.problem?.code).toBe(state === 'held' ? status : undefined)
})

test('a status that was never documented is no state', () => {
  expect(() => stateOf('NEW', 'WO1')).toThrow(/never documented/)
})

const left = (more: Record<string, unknown> = {}) => ({
  outboundOrderNum: 'WO1',
  sellerOrderNo: `#1001 ${ID}`,
  status: 'DLI',
  outboundDate: '2026-06-01 20:00:00',
  trackingNum: 'T-ORDER',
  carrier: 'UPS',
  deliverywayName: 'UPS Ground',
  packageList: [
    {
      packageNum: 'P1',
      trackingNos: ['T-1', 'T-2'],
      outboundDate: '2026-06-01 19:00:00',
      merchandiseList: [
        { productCode: 'A', productNum: '2', specification: '' },
        { productCode: 'A', productNum: 1 },
        { productCode: 'B', productNum: 1, specification: 'red' },
      ],
    },
  ],
  ...more,
})
const told = (more?: Record<string, unknown>) =>
  orders.parse({ list: [left(more)] }).map((one) => toShippedShipment(one))[0]

test('each package is a parcel, with what is in it, when it left (Beijing time) and its number', () => {
  expect(told()).toMatchObject({ externalId: 'WO1', shipmentId: ID, state: 'shipped' })
  expect(told()?.parcels).toEqual([
    {
      externalId: 'P1',
      carrier: 'UPS',
      trackingNumber: 'T-1',
      trackingUrl: undefined,
      shippedAt: new Date('2026-06-01T11:00:00Z'),
      lines: [
        { lineId: undefined, sku: 'A', quantity: 3, lot: undefined, serials: [] },
        { lineId: undefined, sku: 'B@@red', quantity: 1, lot: undefined, serials: [] },
      ],
    },
  ])
})

test('the order’s own tracking number and moment stand for a single package’s, its number for none', () => {
  const merchandiseList = [{ productCode: 'A', productNum: 1 }]
  const [single] = told({ packageList: [{ trackingNos: [], merchandiseList }] })?.parcels ?? []
  expect(single).toMatchObject({
    externalId: 'WO1-1',
    trackingNumber: 'T-ORDER',
    shippedAt: new Date('2026-06-01T12:00:00Z'),
  })
  const both = told({ packageList: [{ merchandiseList }, { merchandiseList }] })?.parcels ?? []
  expect(both.map(({ externalId, trackingNumber }) => [externalId, trackingNumber])).toEqual([
    ['WO1-1', undefined],
    ['WO1-2', undefined],
  ])
})

test.each([
  ['no packages', { packageList: null }],
  ['nothing in one', { packageList: [{ packageNum: 'P1', merchandiseList: [] }] }],
  [
    'no moment',
    { outboundDate: null, packageList: [{ merchandiseList: [{ productCode: 'A', productNum: 1 }] }] },
  ],
])('one that has left with %s is unreadable', (_, more) => {
  expect(() => told(more)).toThrow(/WO1/)
})

test('an order is read as documented, itself the answer, and as clients find it, in a list', () => {
  expect(orders.parse(left())).toEqual(orders.parse({ list: [left()] }))
})

test('the length of a list stands outside or inside', () => {
  const page = pageOf(listedOrder)
  expect(page.parse({ total: '7', list: [] })).toEqual({ list: [], total: 7 })
  expect(page.parse({ pageParams: { totalCount: 7 }, list: null })).toEqual({ list: [], total: 7 })
  expect(page.parse({ list: [] })).toEqual({ list: [], total: undefined })
  for (const none of [{}, { total: 3 }, null, []]) expect(page.safeParse(none).success).toBe(false)
})
