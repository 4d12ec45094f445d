import { expect, test } from 'vitest'
import { instant, order, receiving, returned } from './answers.ts'
import { toCounts, toReceipt, toReturn, toShipment } from './map.ts'

const AT = '2026-06-01T12:00:00Z'
const shipment = (id: number, status: string, more: object = {}) => ({
  id,
  status,
  last_update_at: AT,
  actual_fulfillment_date: AT,
  status_details: [],
  products: [
    {
      reference_id: 'SOCK',
      sku: 'OLD-SOCK',
      inventory_items: [{ quantity: 2, lot: null, serial_numbers: [] }],
    },
  ],
  tracking: { carrier: 'UPS', tracking_number: '1Z', tracking_url: null },
  ...more,
})
const shown = (status: string, shipments: object[], more: object = {}) =>
  toShipment(
    order.parse({
      id: 7,
      status,
      reference_id: '0190b4a0-0000-7000-8000-000000000001',
      created_date: AT,
      shipments,
      ...more,
    }),
  )
const detail = (name: string) => ({ status_details: [{ id: 1, name, description: `About ${name}` }] })

test.each([
  ['nothing yet', 'Processing', [], 'received', 0],
  ['nothing yet, and cancelled', 'Cancelled', [], 'cancelled', 0],
  ['nothing yet, to be reviewed', 'ImportReview', [], 'held', 0],
  ['waiting', 'Processing', [shipment(1, 'Processing')], 'received', 0],
  ['none', 'Processing', [shipment(1, 'None')], 'received', 0],
  ['picked', 'Processing', [shipment(1, 'Processing', detail('Picked'))], 'working', 0],
  ['a label is made: it has not left', 'Processing', [shipment(1, 'LabeledCreated')], 'working', 0],
  ['no stock', 'Exception', [shipment(1, 'Exception', detail('OutOfStock'))], 'held', 0],
  ['on hold', 'Processing', [shipment(1, 'OnHold', detail('InvalidAddress'))], 'held', 0],
  ['to be reviewed', 'ImportReview', [shipment(1, 'ImportReview')], 'held', 0],
  ['swept away', 'Processing', [shipment(1, 'CleanSweeped')], 'held', 0],
  ['left', 'Fulfilled', [shipment(1, 'Completed')], 'shipped', 1],
  [
    'one left, one waits',
    'PartiallyFulfilled',
    [shipment(1, 'Completed'), shipment(2, 'Processing')],
    'working',
    1,
  ],
  [
    'one left, one lacks stock',
    'PartiallyFulfilled',
    [shipment(1, 'Completed'), shipment(2, 'Exception')],
    'held',
    1,
  ],
  [
    'one left, one is cancelled',
    'Fulfilled',
    [shipment(1, 'Completed'), shipment(2, 'Cancelled')],
    'shipped',
    1,
  ],
  ['both left', 'Fulfilled', [shipment(1, 'Completed'), shipment(2, 'Completed')], 'shipped', 2],
  ['both cancelled', 'Cancelled', [shipment(1, 'Cancelled'), shipment(2, 'Cancelled')], 'cancelled', 0],
  [
    'one cancelled, one waits',
    'Processing',
    [shipment(1, 'Cancelled'), shipment(2, 'Processing')],
    'received',
    0,
  ],
] as const)('%s', (_, status, shipments, state, parcels) => {
  const found = shown(status, [...shipments])
  expect(found.state).toBe(state)
  expect(found.parcels).toHaveLength(parcels)
  if (state === 'held') expect(found.problem?.message).toBeTruthy()
  else expect(found.problem).toBeUndefined()
})

test('the problem is ShipBob’s name of it; a status alone has to do where it gives no more', () => {
  expect(shown('Exception', [shipment(1, 'Exception', detail('OutOfStock'))]).problem).toEqual({
    code: 'OutOfStock',
    message: 'About OutOfStock',
  })
  expect(shown('Processing', [shipment(1, 'OnHold')]).problem?.code).toBe('OnHold')
})

test.each([
  ['of a shipment', 'Processing', [shipment(1, 'Teleported')]],
  ['of an order without shipments', 'Fulfilled', []],
  [
    'no moment of leaving',
    'Fulfilled',
    [shipment(1, 'Completed', { actual_fulfillment_date: null, last_update_at: null })],
  ],
  [
    'units of nothing',
    'Fulfilled',
    [shipment(1, 'Completed', { products: [{ inventory_items: [{ quantity: 1 }] }] })],
  ],
])('what is not documented is not guessed: %s', (_, status, shipments) => {
  expect(() => shown(status, shipments)).toThrow()
})

test('the version is when the last of its shipments changed', () => {
  const later = '2026-06-02T00:00:00Z'
  const found = shown('Processing', [
    shipment(1, 'Completed'),
    shipment(2, 'Processing', { last_update_at: later }),
  ])
  expect(found.version).toBe(Date.parse(later))
  expect(shown('Processing', []).version).toBe(Date.parse(AT))
})

test('what left goes by the reference that the hub ordered it by, lot by lot', () => {
  const items = [
    { quantity: 2, lot: 'A', serial_numbers: ['S1', 'S2'] },
    { quantity: 0, lot: 'B' },
  ]
  const [parcel] = shown('Fulfilled', [
    shipment(1, 'Completed', { products: [{ reference_id: 'SOCK', sku: 'OLD', inventory_items: items }] }),
  ]).parcels
  expect(parcel).toMatchObject({
    externalId: '1',
    carrier: 'UPS',
    trackingNumber: '1Z',
    trackingUrl: undefined,
    lines: [{ sku: 'SOCK', quantity: 2, lot: 'A', serials: ['S1', 'S2'] }],
  })
})

test('an instant without a zone is UTC, a day that does not exist is none', () => {
  expect(instant.parse('2026-06-01T12:00:00').toISOString()).toBe('2026-06-01T12:00:00.000Z')
  expect(instant.parse('2026-06-01T12:00:00+02:00').toISOString()).toBe('2026-06-01T10:00:00.000Z')
  expect(instant.safeParse('soon').success).toBe(false)
})

const place = (more: object = {}) => ({
  location_id: 3,
  on_hand_quantity: 10,
  fulfillable_quantity: 6,
  committed_quantity: 3,
  awaiting_quantity: 4,
  ...more,
})

test('counts: what is neither free nor an order’s is held; a place that is not named is not nought', () => {
  expect(toCounts({ inventory_id: 7, locations: [place()] }, undefined)).toEqual([
    {
      stockUnitId: '7',
      locationId: '3',
      available: 6,
      held: 1,
      incoming: 4,
      countedAt: undefined,
      onHand: 10,
    },
  ])
  expect(toCounts({ inventory_id: 7, locations: [] }, undefined)).toEqual([])
})

test.each([
  ['the whole', 10, true],
  ['not the whole: they would not add up', 7, false],
])('lots that are %s', (_, onHand, isTold) => {
  const lots = [
    {
      lot_number: 'L',
      lot_date: new Date('2030-01-01'),
      locations: [place({ on_hand_quantity: onHand })],
    },
  ]
  const [count] = toCounts({ inventory_id: 7, locations: [place()] }, { inventory_id: 7, lots })
  expect(count?.lots?.map(({ code, expiresOn }) => [code, expiresOn])).toEqual(
    isTold ? [['L', '2030-01-01']] : undefined,
  )
})

const delivery = (status: string) =>
  receiving.parse({
    id: 4,
    status,
    purchase_order_number: 'PO-1 0190b4a0-0000-7000-8000-000000000001',
    fulfillment_center: { id: 3 },
    insert_date: AT,
    last_updated_date: AT,
    inventory_quantities: [
      { inventory_id: 7, sku: 'SOCK', expected_quantity: 5, received_quantity: 4, stowed_quantity: 3 },
    ],
  })

test('a delivery counts what is stowed, by box and lot', () => {
  const box = (box_id: number, stowed_quantity: number) => ({
    box_id,
    box_items: [{ inventory_id: 7, lot_number: 'L', stowed_quantity }],
  })
  const receipt = toReceipt(delivery('Processing'), [box(1, 2), box(2, 1), box(3, 0)])
  expect(receipt).toMatchObject({ inboundId: '0190b4a0-0000-7000-8000-000000000001', isComplete: false })
  expect(receipt.lines.map(({ externalId, sku, quantity, lot }) => [externalId, sku, quantity, lot])).toEqual(
    [
      ['1-7-L', 'SOCK', 2, 'L'],
      ['2-7-L', 'SOCK', 1, 'L'],
    ],
  )
  expect(toReceipt(delivery('Completed'), []).isComplete).toBe(true)
  expect(() => toReceipt(delivery('Teleported'), [])).toThrow('never documented')
})

const back = (status: string, taken: [string, number][]) =>
  toReturn(
    returned.parse({
      id: 5,
      status,
      reference_id: 'RMA-1',
      store_order_id: 'SHOP-1001',
      fulfillment_center: { id: 3 },
      insert_date: AT,
      inventory: [
        {
          id: 7,
          sku: 'SOCK',
          quantity: 5,
          action_taken: taken.map(([action, quantity_processed]) => ({ action, quantity_processed })),
        },
      ],
    }),
  )

test.each([
  ['Awaiting Arrival', [], false, { waiting: 5 }],
  ['Processing', [['Restock', 2]], false, { sellable: 2, waiting: 3 }],
  [
    'Completed',
    [
      ['Restock', 2],
      ['Quarantine', 2],
      ['Dispose', 1],
    ],
    true,
    { sellable: 2, damaged: 2, disposed: 1 },
  ],
  // Fewer came than were announced: the others never will.
  ['Completed', [['Restock', 2]], true, { sellable: 2 }],
] as const)('a return that is %s', (status, taken, isComplete, conditions) => {
  const found = back(
    status,
    taken.map(([action, units]) => [action, units]),
  )
  expect(found).toMatchObject({ number: 'RMA-1', shipmentId: undefined, isComplete })
  expect(Object.fromEntries(found.lines.map(({ condition, quantity }) => [condition, quantity]))).toEqual(
    conditions,
  )
})

test('an action that was never documented is not guessed', () => {
  expect(() => back('Processing', [['Teleport', 1]])).toThrow('never documented')
})
