import { inspect } from 'node:util'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inbound, inventory, order, product, putAway, returned } from './answers.ts'
import { toCount, toListing, toReceipt, toReturn, toShipment } from './map.ts'

const ID = '0b8f4a52-1111-4222-8333-444455556666'

/** In the shape that `order/get_order_by_code` documents. */
const orderJson = (more: Record<string, unknown> = {}) => ({
  order_code: 'G000-210420-0004',
  reference_no: ID,
  platform: 'OTHER',
  order_status: 'D',
  shipping_method: 'FEDEX-SMALLPARCEL',
  tracking_no: '7700',
  warehouse_code: 'USEA',
  order_weight: '10.000',
  date_create: '2021-04-20 19:40:28',
  date_shipping: '2021-04-21 15:18:50',
  date_modify: '2021-04-21 15:20:08',
  abnormal_problem_reason: '',
  consignee_name: 'WONG',
  consignee_last_name: 'Fen',
  consignee_city: 'Dayton',
  consignee_address1: 'Docks 32 Road',
  consigne_zipcode: '18810',
  consignee_company: null,
  items: [
    { product_sku: 'FISH-65', quantity: 10, transaction_id: '' },
    { product_sku: 'CUP', quantity: '2' },
  ],
  fee_details: { totalFee: 79.844 },
  orderBoxInfo: [],
  ...more,
})
const shipmentOf = (more?: Record<string, unknown>) => toShipment(order.parse(orderJson(more)))

test('what lies there is the sum of its parts, and each unit is in one of them', () => {
  const units = fc.nat({ max: 100_000 })
  fc.assert(
    fc.property(fc.tuple(units, units, units, units, units, units), fc.boolean(), (parts, isText) => {
      const [sellable, reserved, unsellable, frozen, onway, pending] = parts
      const write = (number: number) => (isText ? String(number) : number)
      const count = toCount(
        inventory.parse({
          product_sku: 'TEA-1',
          warehouse_code: 'USEA',
          onway: write(onway),
          pending: write(pending),
          sellable: write(sellable),
          unsellable: write(unsellable),
          reserved: write(reserved),
          shipped: write(7),
          pi_freeze: write(frozen),
        }),
      )
      expect(count).toMatchObject({
        available: sellable,
        held: unsellable + frozen,
        incoming: onway + pending,
      })
      expect(count.onHand).toBe(sellable + reserved + unsellable + frozen)
      expect((count.onHand ?? 0) - count.available - count.held).toBe(reserved)
    }),
    fromEnvironment(),
  )
})

test('older answers name no frozen units; a number that is none is refused, not nought', () => {
  const row = {
    product_sku: 'A',
    warehouse_code: 'DE',
    onway: '0',
    pending: 0,
    sellable: '5',
    unsellable: 0,
    reserved: '1',
  }
  expect(toCount(inventory.parse(row))).toMatchObject({ onHand: 6, held: 0 })
  for (const wrong of ['', null, '-1', '1.5', 'many', undefined])
    expect(inventory.safeParse({ ...row, sellable: wrong }).success).toBe(false)
})

test.each([
  ['S', 'active'],
  ['D', 'inactive'],
  ['W', 'inactive'],
  ['R', 'inactive'],
  ['X', 'inactive'],
  [null, 'inactive'],
])('a product of state %s is %s', (status, state) => {
  const json = { product_sku: 'A', product_status: status, product_title_cn: '茶杯', product_title_en: '' }
  expect(toListing(product.parse(json))).toMatchObject({
    externalId: 'A',
    stockUnitId: 'A',
    title: '茶杯',
    state,
  })
})

test.each([
  [{ order_status: 'W', tracking_no: '' }, 'received', 0],
  [{ order_status: 'W', tracking_no: '7700' }, 'working', 0],
  [{ order_status: 'C' }, 'held', 0],
  [{ order_status: 'H' }, 'held', 0],
  [{ order_status: 'N' }, 'held', 0],
  [{ order_status: 'P' }, 'held', 0],
  [{ order_status: 'X' }, 'cancelled', 0],
  [{ order_status: 'D' }, 'shipped', 1],
])('an order with %j is %s', (more, state, parcels) => {
  const shipment = shipmentOf(more)
  expect(shipment).toMatchObject({
    externalId: 'G000-210420-0004',
    shipmentId: ID,
    state,
    version: undefined,
  })
  expect(shipment.parcels).toHaveLength(parcels)
  expect(shipment.problem?.code).toBe(state === 'held' ? more.order_status : undefined)
})

test('an order of one box is one parcel with all that was ordered, by Beijing time', () => {
  expect(shipmentOf().parcels).toEqual([
    {
      externalId: 'G000-210420-0004',
      carrier: 'FEDEX-SMALLPARCEL',
      trackingNumber: '7700',
      trackingUrl: undefined,
      shippedAt: new Date('2021-04-21T07:18:50Z'),
      lines: [
        { lineId: undefined, sku: 'FISH-65', quantity: 10, lot: undefined, serials: [] },
        { lineId: undefined, sku: 'CUP', quantity: 2, lot: undefined, serials: [] },
      ],
    },
  ])
})

test('boxes are parcels: their barcodes begin with the customer’s code', () => {
  const box = (box_no: string, product_barcode: string, ob_qty: unknown, tracking_number = '') => ({
    box_no,
    product_barcode,
    ob_qty,
    tracking_number,
    ob_length: '100.00',
  })
  const { parcels } = shipmentOf({
    orderBoxInfo: [
      box('1-1', 'G000-FISH-65', 6, '7701'),
      box('1-2', 'G000-FISH-65', '3'),
      box('1-2', 'G000-CUP', 2),
      box('1-2', 'g000-fish-65', 1),
      box('1-3', 'G000-CUP', 0),
    ],
  })
  expect(parcels.map(({ externalId, trackingNumber }) => [externalId, trackingNumber])).toEqual([
    ['G000-210420-0004/1-1', '7701'],
    ['G000-210420-0004/1-2', '7700'],
  ])
  expect(parcels.map(({ lines }) => lines.map(({ sku, quantity }) => [sku, quantity]))).toEqual([
    [['FISH-65', 6]],
    [
      ['FISH-65', 4],
      ['CUP', 2],
    ],
  ])
  expect(() => shipmentOf({ orderBoxInfo: [box('1-1', 'G000-OTHER', 1)] })).toThrow(/not ordered/)
})

test.each([
  [{ order_status: 'Q' }, /never documented/],
  [{ date_shipping: '0000-00-00 00:00:00' }, /not when/],
  [{ items: [] }, /not what/],
])('%j makes no sense and is not guessed', (more, message) => {
  expect(() => shipmentOf(more)).toThrow(message)
})

test('why it is held is told, unless that names who it is for', () => {
  const told = (reason: string) =>
    shipmentOf({ order_status: 'P', abnormal_problem_reason: reason }).problem?.message
  expect(told('库存不足')).toContain('库存不足')
  for (const personal of [
    '收件人 wong 电话有误',
    '邮编18810不存在',
    'Dayton is no city',
    'Docks 32 Road not found',
  ])
    expect(inspect(told(personal))).not.toContain(personal)
  expect(told('收件人 wong 电话有误')).toBe('问题件: it is a problem parcel')
})

test('units put away are told by SKU, moment and condition, so far', () => {
  const delivery = (receiving_status: unknown) =>
    inbound.parse({
      receiving_code: 'RVG296-190222-0001',
      reference_no: ID,
      receiving_status,
      warehouse_code: 'USEA',
    })
  const batch = (product_sku: string, quantity: unknown, inventory_type = 1) =>
    putAway.parse({ product_sku, quantity, putaway_time: '2019-03-04 21:51:17', inventory_type })
  const receipt = toReceipt(delivery('8'), [
    batch('A', '17'),
    batch('A', 3),
    batch('A', 2, 2),
    batch('B', '0'),
  ])
  expect(receipt).toMatchObject({ inboundId: ID, isComplete: false, locationId: 'USEA', version: undefined })
  expect(receipt.lines.map(({ sku, quantity, condition }) => [sku, quantity, condition])).toEqual([
    ['A', 20, 'sellable'],
    ['A', 2, 'damaged'],
  ])
  expect(receipt.lines[0]?.receivedAt).toEqual(new Date('2019-03-04T13:51:17Z'))
  expect(toReceipt(delivery(10), []).isComplete).toBe(true)
  expect(toReceipt(delivery(100), []).isComplete).toBe(true)
  expect(() => toReceipt(delivery(11), [])).toThrow(/never documented/)
  expect(() => toReceipt(delivery(8), [batch('A', 1, 3)])).toThrow(/never documented/)
})

test('returns: nothing until it has come, then what became of it, then whole', () => {
  const back = (asro_status: unknown, detail: Record<string, unknown> = {}) =>
    toReturn(
      returned.parse({
        asro_code: 'RG296-170914-0013',
        order_code: 'G296-170914-0002',
        reference_no: 'RMA-7',
        asro_status,
        asro_add_time: '2017-09-14 17:07:41',
        asro_audit_time: '2017-09-14 17:08:08',
        asro_putaway_time: '0000-00-00 00:00:00',
        warehouse_code: 'USEA',
        product_detail: [
          { product_sku: 'A', sellable_qty: 1, unsellable_qty: '0', destruction_qty: 2, ...detail },
        ],
      }),
      ID,
    )
  expect(back('0')).toBeUndefined()
  expect(back(1)).toBeUndefined()
  expect(back('4', { sellable_qty: 0, destruction_qty: 0 })).toMatchObject({ isComplete: false, lines: [] })
  expect(back('5')).toMatchObject({ isComplete: true, number: 'RMA-7', shipmentId: ID, locationId: 'USEA' })
  expect(back('7')?.lines.map(({ externalId, quantity }) => [externalId, quantity])).toEqual([
    ['A/sellable', 1],
    ['A/disposed', 2],
  ])
  expect(back('6')?.isComplete).toBe(true)
  expect(() => back('2')).toThrow(/never documented/)
})
