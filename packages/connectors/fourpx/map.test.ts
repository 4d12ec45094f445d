import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { flow, inbound, inventory, outbound } from './answers.ts'
import { toCounts, toReceipt, toShipment } from './map.ts'

const ID = '0b8f4a52-1111-4222-8333-444455556666'

test('rows by batch and quality add up to one count, wherever each unit stands', () => {
  const units = fc.nat({ max: 9_999 })
  const row = fc.record({
    sku_code: fc.constantFrom('A', 'B'),
    warehouse_code: fc.constantFrom('USLAXA', 'DEFRAA'),
    stock_quality: fc.constantFrom('G', 'G', 'B', 'C', 'W', 'M', 'E', 'Z'),
    batch_no: fc.constantFrom('', '1', '2'),
    available_stock: units,
    pending_stock: units,
    onway_stock: units,
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), fc.boolean(), (rows, isText) => {
      const write = (value: unknown) => (isText && typeof value === 'number' ? String(value) : value)
      const counts = toCounts(
        rows.map((each) =>
          inventory.parse(
            Object.fromEntries(Object.entries(each).map(([name, value]) => [name, write(value)])),
          ),
        ),
      )
      expect(new Set(counts.map((count) => `${count.stockUnitId} ${count.locationId}`)).size).toBe(
        counts.length,
      )
      const sum = (of: readonly number[]) => of.reduce((total, each) => total + each, 0)
      const lying = rows.map((each) => each.available_stock + each.pending_stock)
      const good = rows.filter(({ stock_quality }) => stock_quality === 'G')
      expect(sum(counts.map(({ onHand = 0 }) => onHand))).toBe(sum(lying))
      expect(sum(counts.map(({ available }) => available))).toBe(
        sum(good.map((each) => each.available_stock)),
      )
      expect(sum(counts.map(({ incoming }) => incoming))).toBe(sum(rows.map((each) => each.onway_stock)))
      // What is neither free nor held is promised.
      expect(sum(counts.map(({ onHand = 0, available, held }) => onHand - available - held))).toBe(
        sum(good.map((each) => each.pending_stock)),
      )
    }),
    fromEnvironment(),
  )
})

const row = (more: Record<string, unknown> = {}) =>
  toShipment(
    outbound.parse({
      consignment_no: 'OC9002781804180098',
      ref_no: ID,
      from_warehouse_code: 'USLAXA',
      status: 'C',
      shipping_no: '1Z9',
      '4px_tracking_no': '4PX1',
      carrier_code: 'UPS',
      logistics_product_code: 'F400',
      complete_time: 1_780_315_200_000,
      update_time: '1780315200000',
      first_name: 'WONG Fen',
      street: 'Docks 32 Road',
      phone: '15644556258',
      outboundlist_sku: [
        { sku_code: 'A', qty: '2', batch_no: '1' },
        { sku_code: 'A', qty: 1, batch_no: '2' },
        { sku_code: 'B', qty: 0 },
      ],
      ...more,
    }),
  )

test.each([
  ['S', 'received'],
  ['P', 'working'],
  ['C', 'shipped'],
  ['N', 'held'],
  ['E', 'held'],
  ['X', 'cancelled'],
  ['D', 'cancelled'],
])('a consignment of status %s is %s', (status, state) => {
  expect(row({ status })).toMatchObject({ externalId: 'OC9002781804180098', shipmentId: ID, state })
  expect(row({ status }).parcels).toHaveLength(state === 'shipped' ? 1 : 0)
})

test('what left is one parcel, its batches of one SKU together', () => {
  expect(row().parcels).toEqual([
    {
      externalId: 'OC9002781804180098',
      carrier: 'UPS',
      trackingNumber: '1Z9',
      trackingUrl: undefined,
      shippedAt: new Date('2026-06-01T12:00:00Z'),
      lines: [{ lineId: undefined, sku: 'A', quantity: 3, lot: undefined, serials: [] }],
    },
  ])
  expect(row({ shipping_no: '', carrier_code: null }).parcels[0]).toMatchObject({
    carrier: 'F400',
    trackingNumber: '4PX1',
  })
})

test.each([
  [{ status: 'Q' }, /never documented/],
  [{ complete_time: null }, /not when/],
  [{ outboundlist_sku: [] }, /not what/],
])('%j makes no sense and is not guessed', (more, message) => {
  expect(() => row(more)).toThrow(message)
})

test('why it is held is told by its sub-status, and by its sentence unless that names who it is for', () => {
  const told = (sub_status: unknown, error_message_origin: unknown) =>
    row({ status: 'E', sub_status, error_message_origin }).problem
  expect(told('S', null)).toEqual({ code: 'E-S', message: '缺货: there is not enough stock' })
  expect(told('R', '超出派送范围')?.message).toContain('超出派送范围')
  expect(told('R', 'Docks 32 Road 超出派送范围')?.message).toBe('审核失败: it was not approved')
  expect(told(null, '15644556258')).toEqual({ code: 'E', message: '异常: something is wrong with it' })
})

test('receipts are what the log says was put away under the consignment’s number', () => {
  const one = inbound.parse({
    consignment_no: 'IC1',
    ref_no: ID,
    to_warehouse_code: 'USLAXA',
    status: 'P',
    lstsku: [],
  })
  const entry = (id: string, io_qty: unknown, more: object = {}) =>
    flow.parse({
      inventory_flow_id: id,
      sku_code: 'A',
      business_ref_no: 'IC1',
      io_qty,
      stock_quality: 'G',
      create_time: 1_780_315_200_000,
      ...more,
    })
  const flows = [
    entry('1', '6'),
    entry('2', 3, { stock_quality: 'B' }),
    entry('3', '-2'),
    entry('4', 5, { business_ref_no: 'IC2' }),
  ]
  const receipt = toReceipt(one, flows)
  expect(receipt).toMatchObject({ externalId: 'IC1', inboundId: ID, isComplete: false })
  expect(
    receipt.lines.map(({ externalId, quantity, condition }) => [externalId, quantity, condition]),
  ).toEqual([
    ['1', 6, 'sellable'],
    ['2', 3, 'damaged'],
  ])
  for (const status of ['C', 'X', 'D']) expect(toReceipt({ ...one, status }, []).isComplete).toBe(true)
  expect(() => toReceipt({ ...one, status: 'Q' }, [])).toThrow(/never documented/)
})
