import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fulfillments, inventoryRow, order, shipment } from './answers.ts'
import { toCount, toShipment } from './map.ts'

const SHIPMENT_ID = '0190c0de-0000-7000-8000-000000000001'
const LINE_ID = '0190c0de-0000-7000-8000-000000000002'
type Given = { [field: string]: unknown }

const item = (more: Given = {}) => ({
  orderItemId: 1,
  lineItemKey: LINE_ID,
  sku: 'S-1',
  quantity: 3,
  ...more,
})
const orderOf = (more: Given = {}) =>
  order.parse({
    orderId: 7,
    orderKey: SHIPMENT_ID,
    orderStatus: 'awaiting_shipment',
    createDate: '2026-11-26T09:30:00.0000000',
    userId: null,
    items: [item()],
    ...more,
  })
const label = (shipmentId: number, more: Given = {}) =>
  shipment.parse({
    shipmentId,
    orderId: 7,
    createDate: '2026-11-26T10:00:00.0000000',
    trackingNumber: `T-${shipmentId}`,
    carrierCode: 'ups',
    voided: false,
    isReturnLabel: false,
    shipmentItems: [item()],
    ...more,
  })
const mark = (more: Given = {}) =>
  fulfillments.parse({
    fulfillments: [
      {
        fulfillmentId: 5,
        createDate: '2026-11-26T10:00:00',
        trackingNumber: 'M',
        carrierCode: 'fedex',
        voidDate: null,
        ...more,
      },
    ],
  }).fulfillments
const shown = (
  given: Given = {},
  labels: ReturnType<typeof label>[] = [],
  marks: ReturnType<typeof mark> = [],
) => toShipment(orderOf(given), { labels, fulfillments: marks })
const unitsOf = (found: ReturnType<typeof shown>) =>
  found.parcels.flatMap(({ lines }) => lines).reduce((sum, { quantity }) => sum + quantity, 0)

describe('the state of an order', () => {
  const part = [label(1, { shipmentItems: [item({ quantity: 1 })] })]
  test.each<[string, Given, ReturnType<typeof label>[], string, string | undefined]>([
    ['nothing was done', {}, [], 'received', undefined],
    ['it is somebody’s', { userId: 'u' }, [], 'working', undefined],
    ['some of it left', {}, part, 'working', undefined],
    ['at a fulfilment provider', { orderStatus: 'pending_fulfillment' }, [], 'working', undefined],
    ['refused by it', { orderStatus: 'rejected_fulfillment' }, [], 'held', 'rejected_fulfillment'],
    ['on hold', { orderStatus: 'on_hold' }, [], 'held', 'on_hold'],
    ['waiting for money', { orderStatus: 'awaiting_payment' }, [], 'held', 'awaiting_payment'],
    ['labelled', { orderStatus: 'shipped' }, [label(1)], 'shipped', undefined],
    ['called shipped', { orderStatus: 'shipped' }, [], 'held', 'shipped-without-label'],
    [
      'its label is void',
      { orderStatus: 'shipped' },
      [label(1, { voided: true })],
      'held',
      'shipped-without-label',
    ],
    ['called off', { orderStatus: 'cancelled' }, [], 'cancelled', undefined],
    ['called off after some left', { orderStatus: 'cancelled' }, part, 'shipped', undefined],
    ['split by people', { advancedOptions: { mergedOrSplit: true } }, part, 'held', 'merged-or-split'],
  ])('%s', (_, given, labels, state, code) => {
    const found = shown(given, labels)
    expect(found.state).toBe(state)
    expect(found.problem?.code).toBe(code)
  })

  test('a status that was never documented cannot be read', () => {
    expect(() => shown({ orderStatus: 'teleported' })).toThrow(/never documented/)
  })

  test('an order that others made says nothing to the hub', () => {
    expect(shown({ orderKey: 'manual-123' }).shipmentId).toBeUndefined()
    expect(shown({ orderKey: `${SHIPMENT_ID}-1` }).shipmentId).toBeUndefined()
  })
})

describe('parcels', () => {
  test('a label more for what has left already is no second parcel', () => {
    const found = shown({ orderStatus: 'shipped' }, [label(2), label(1)])
    expect(found.parcels).toHaveLength(1)
    expect(found.parcels[0]).toMatchObject({ externalId: '1', trackingNumber: 'T-1' })
    expect(found.parcels[0]?.lines).toEqual([
      { lineId: LINE_ID, sku: 'S-1', quantity: 3, lot: undefined, serials: [] },
    ])
  })

  test('labels that do not say what is in them: the first has it all', () => {
    const bare = [label(2, { shipmentItems: null }), label(1, { shipmentItems: [] })]
    const found = shown({ orderStatus: 'shipped' }, bare)
    expect(found.parcels.map(({ externalId }) => externalId)).toEqual(['1'])
    expect(unitsOf(found)).toBe(3)
  })

  test('marked as shipped without a label, all of it left; a mark that was taken back is none', () => {
    const found = shown({ orderStatus: 'shipped' }, [], mark())
    expect(found).toMatchObject({
      state: 'shipped',
      parcels: [{ externalId: 'fulfillment-5', carrier: 'fedex' }],
    })
    expect(unitsOf(found)).toBe(3)
    expect(shown({ orderStatus: 'shipped' }, [], mark({ voidDate: '2026-11-26' })).state).toBe('held')
  })

  test('a label for coming back has left nothing', () => {
    expect(shown({}, [label(1, { isReturnLabel: true })]).parcels).toEqual([])
  })

  test('whatever labels say, no more leaves than was ordered, and each parcel has an id of its own', () => {
    const items = fc.array(
      fc.record({ sku: fc.constantFrom('S-1', 'S-2'), quantity: fc.integer({ min: 0, max: 4 }) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    const labels = fc.array(
      fc.record({
        voided: fc.boolean(),
        items: fc.array(
          fc.record({
            sku: fc.constantFrom('S-1', 'S-2', 'S-3'),
            orderItemId: fc.option(fc.integer({ min: 1, max: 5 })),
            quantity: fc.integer({ min: 0, max: 5 }),
          }),
          { maxLength: 4 },
        ),
      }),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(items, labels, (ordered, printed) => {
        const found = shown(
          { items: ordered.map((each, at) => ({ ...each, orderItemId: at + 1, lineItemKey: null })) },
          printed.map((each, at) => label(at + 1, { voided: each.voided, shipmentItems: each.items })),
        )
        for (const sku of ['S-1', 'S-2', 'S-3']) {
          const left = found.parcels
            .flatMap(({ lines }) => lines.filter((line) => line.sku === sku))
            .reduce((sum, { quantity }) => sum + quantity, 0)
          const wanted = ordered
            .filter((each) => each.sku === sku)
            .reduce((sum, { quantity }) => sum + quantity, 0)
          expect(left).toBeLessThanOrEqual(wanted)
        }
        expect(new Set(found.parcels.map(({ externalId }) => externalId)).size).toBe(found.parcels.length)
        expect(found.parcels.every(({ lines }) => lines.length > 0)).toBe(true)
      }),
      fromEnvironment({ numRuns: 300 }),
    )
  })
})

test('counts: held is what neither orders nor anybody new may have', () => {
  const key = { stockUnitId: '1', locationId: '2' }
  const count = (on_hand: number, allocated: number | null, available: number) =>
    toCount(inventoryRow.parse({ sku: 'S', on_hand, allocated, available, inventory_warehouse_id: 'w' }), key)
  expect(count(10, 3, 5)).toMatchObject({ onHand: 10, available: 5, held: 2 })
  expect(count(10, 15, -5)).toMatchObject({ onHand: 10, available: 0, held: 0 })
  expect(count(10, null, 10)).toMatchObject({ onHand: 10, available: 10, held: 0 })
})
