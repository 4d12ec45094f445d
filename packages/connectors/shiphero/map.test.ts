import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { order, purchaseOrder, returned, warehouseProduct } from './answers.ts'
import { toReceipt, toReturn } from './deliveries.ts'
import { toCount, toShipment } from './map.ts'

const SHIPMENT_ID = '0190c0de-0000-7000-8000-000000000001'
const LINE_ID = '0190c0de-0000-7000-8000-000000000002'
const none = { pageInfo: { hasNextPage: false, endCursor: null } }
const listOf = (...nodes: object[]) => ({ ...none, edges: nodes.map((node) => ({ node })) })

type Given = { [field: string]: unknown }
const line = (more: Given = {}) => ({
  id: 'L1',
  sku: 'S-1',
  partner_line_item_id: LINE_ID,
  quantity: 3,
  quantity_pending_fulfillment: 3,
  quantity_shipped: 0,
  backorder_quantity: 0,
  ...more,
})
const shipment = (more: Given = {}, ...lines: Given[]) => ({
  id: 'P1',
  created_date: '2026-11-01T10:00:00',
  shipping_labels: [{ id: 'B1', tracking_number: '1Z', carrier: 'UPS', refunded: false }],
  line_items: listOf(
    ...(lines.length > 0 ? lines : [{ id: 'X1', quantity: 3, line_item_id: 'L1', shipping_label_id: 'B1' }]),
  ),
  ...more,
})
const shown = (more: Given = {}, heldStatuses: string[] = []) =>
  toShipment(
    order.parse({
      id: 'O1',
      partner_order_id: SHIPMENT_ID,
      fulfillment_status: 'pending',
      holds: { fraud_hold: false, address_hold: null },
      line_items: listOf(line()),
      shipments: [],
      ...more,
    }),
    heldStatuses,
  )

describe('the state of an order', () => {
  const picks = listOf(line({ tote_picks: [{ quantity: 3 }] }))
  const short = listOf(line({ backorder_quantity: 2 }))
  test.each([
    ['nothing was done', {}, 'received', undefined],
    ['it is in a tote', { line_items: picks }, 'working', undefined],
    ['some of it left', { shipments: [shipment()] }, 'working', undefined],
    ['an address is in doubt', { holds: { address_hold: true } }, 'held', 'address_hold'],
    [
      'held while it is in a tote',
      { line_items: picks, holds: { client_hold: true } },
      'held',
      'client_hold',
    ],
    ['units lack', { line_items: short }, 'held', 'backorder'],
    ['all of it left', { fulfillment_status: 'fulfilled', shipments: [shipment()] }, 'shipped', undefined],
    ['marked by hand', { fulfillment_status: 'fulfilled' }, 'held', 'fulfilled-without-shipment'],
    ['called off', { fulfillment_status: 'canceled' }, 'cancelled', undefined],
    ['called off, spelt otherwise', { fulfillment_status: 'Cancelled' }, 'cancelled', undefined],
    [
      'called off after some left',
      { fulfillment_status: 'canceled', shipments: [shipment()] },
      'shipped',
      undefined,
    ],
  ])('%s: %o', (_, given, state, code) => {
    const found = shown(given)
    expect(found.state).toBe(state)
    expect(found.problem?.code).toBe(code)
    expect(found.shipmentId).toBe(SHIPMENT_ID)
  })

  test('a status of the account’s own is unreadable until the settings say that it waits', () => {
    expect(() => shown({ fulfillment_status: 'Wholesale' })).toThrow(/say in the settings/)
    expect(shown({ fulfillment_status: 'Wholesale' }, ['wholesale'])).toMatchObject({
      state: 'held',
      problem: { code: 'Wholesale' },
    })
  })

  test('an order that others made says nothing to the hub', () => {
    expect(shown({ partner_order_id: '4711' }).shipmentId).toBeUndefined()
  })
})

describe('parcels', () => {
  const labels = (...ids: string[]) => ids.map((id) => ({ id, tracking_number: `T-${id}`, carrier: 'UPS' }))
  const inLabel = (id: string, label: string | null) => ({
    id,
    quantity: 1,
    line_item_id: 'L1',
    shipping_label_id: label,
  })

  test('one for each label where all that is in it says by which', () => {
    const both = shipment({ shipping_labels: labels('B1', 'B2') }, inLabel('X1', 'B1'), inLabel('X2', 'B2'))
    const { parcels } = shown({ shipments: [both] })
    expect(parcels.map(({ externalId, trackingNumber }) => [externalId, trackingNumber])).toEqual([
      ['P1', 'T-B1'],
      ['P1/X2', 'T-B2'],
    ])
  })

  test('one, where something in it does not say', () => {
    const both = shipment({ shipping_labels: labels('B1', 'B2') }, inLabel('X1', 'B1'), inLabel('X2', null))
    const { parcels } = shown({ shipments: [both] })
    expect(parcels).toHaveLength(1)
    expect(parcels[0]?.lines.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(2)
  })

  test('a label that is made anew is the same parcel: it does not leave twice', () => {
    const [before] = shown({ shipments: [shipment()] }).parcels
    const again = shipment({
      shipping_labels: [
        { id: 'B1', tracking_number: '1Z', carrier: 'UPS', refunded: true },
        { id: 'B9', tracking_number: '9Z', carrier: 'DHL', refunded: false },
      ],
    })
    const after = shown({ shipments: [again] }).parcels
    expect(after).toHaveLength(1)
    expect(after[0]).toMatchObject({ externalId: before?.externalId, trackingNumber: '9Z', carrier: 'DHL' })
  })

  test.each([
    ['its label is void', { shipping_labels: [{ id: 'B1', refunded: true }] }, 0],
    ['it is void', { refunded: true }, 0],
    ['it is void, and the carrier has it', { refunded: true, picked_up: true }, 1],
    ['it has no label', { shipping_labels: [] }, 1],
  ])('%s: %o: %i left', (_, given, count) => {
    expect(shown({ shipments: [shipment(given)] }).parcels).toHaveLength(count)
  })

  test('units of a line that the order does not have cannot be read', () => {
    const strange = shipment({}, { id: 'X1', quantity: 1, line_item_id: 'L9', shipping_label_id: 'B1' })
    expect(() => shown({ shipments: [strange] })).toThrow(/a line that it does not have/)
  })

  test('a lot is told where there is one, serials where all of them are in this parcel', () => {
    const all = line({
      quantity_shipped: 3,
      shipped_line_item_lots: [{ lot_name: 'L-1' }],
      serial_numbers: ['a', 'b', 'c'].map((serial_number) => ({ serial_number })),
    })
    const [parcel] = shown({ line_items: listOf(all), shipments: [shipment()] }).parcels
    expect(parcel?.lines).toEqual([
      { lineId: LINE_ID, sku: 'S-1', quantity: 3, lot: 'L-1', serials: ['a', 'b', 'c'] },
    ])
    const several = line({ ...all, shipped_line_item_lots: [{ lot_name: 'L-1' }, { lot_name: 'L-2' }] })
    const part = shipment({}, { id: 'X1', quantity: 2, line_item_id: 'L1', shipping_label_id: 'B1' })
    const [other] = shown({ line_items: listOf(several), shipments: [part] }).parcels
    expect(other?.lines[0]).toMatchObject({ lot: undefined, serials: [] })
  })

  test('whatever labels there are, what left is told once and with ids of its own', () => {
    const shapes = fc.array(
      fc.record({ label: fc.constantFrom('B1', 'B2', 'B3', null), quantity: fc.integer({ min: 0, max: 5 }) }),
      { minLength: 1, maxLength: 6 },
    )
    const refunded = fc.array(fc.boolean(), { minLength: 3, maxLength: 3 })
    fc.assert(
      fc.property(shapes, refunded, (lines, voided) => {
        const isAllVoid = voided.every(Boolean)
        const one = shipment(
          {
            shipping_labels: labels('B1', 'B2', 'B3').map((each, at) => ({ ...each, refunded: voided[at] })),
          },
          ...lines.map(({ label, quantity }, at) => ({ ...inLabel(`X${at}`, label), quantity })),
        )
        const { parcels } = shown({ shipments: [one] })
        const units = parcels
          .flatMap((parcel) => parcel.lines)
          .reduce((sum, { quantity }) => sum + quantity, 0)
        const wanted = lines.reduce((sum, { quantity }) => sum + quantity, 0)
        expect(units).toBe(isAllVoid ? 0 : wanted)
        expect(new Set(parcels.map(({ externalId }) => externalId)).size).toBe(parcels.length)
        const turned = {
          ...one,
          line_items: { ...none, edges: one.line_items.edges.toReversed() },
        }
        const ids = (given: typeof parcels) => given.map(({ externalId }) => externalId).sort()
        expect(ids(shown({ shipments: [turned] }).parcels)).toEqual(ids(parcels))
      }),
      fromEnvironment({ numRuns: 200 }),
    )
  })
})

describe('counts', () => {
  const row = (more: Given = {}) =>
    warehouseProduct.parse({
      id: 'WP1',
      sku: 'S-1',
      warehouse_id: 'W1',
      on_hand: 10,
      allocated: 4,
      available: 3,
      backorder: 0,
      non_sellable_quantity: 3,
      product: { id: 'S', needs_lot_tracking: true },
      ...more,
    })
  const place = (quantity: number, name: string | null, sellable = true) => ({
    quantity,
    location: { sellable },
    expiration_lot: name === null ? null : { name, expires_at: new Date('2030-01-31T00:00:00Z') },
  })
  const places = (...nodes: ReturnType<typeof place>[]) => ({ nodes, hasMore: false, next: undefined })

  test('on hand, held and free; more promised than lies there is nothing free', () => {
    expect(toCount(row(), undefined)).toMatchObject({ onHand: 10, held: 3, available: 3, stockUnitId: 'S' })
    expect(toCount(row({ available: -4 }), undefined).available).toBe(0)
    expect(warehouseProduct.safeParse({ ...row(), on_hand: -1 }).success).toBe(false)
  })

  test('lots are told where they are the whole', () => {
    const whole = places(place(3, 'L-1'), place(4, 'L-1'), place(3, 'L-2', false))
    expect(toCount(row(), whole).lots).toEqual([
      { code: 'L-1', expiresOn: '2030-01-31', onHand: 7, held: 0 },
      { code: 'L-2', expiresOn: '2030-01-31', onHand: 3, held: 3 },
    ])
    expect(toCount(row(), places(place(7, 'L-1'))).lots).toBeUndefined()
    expect(toCount(row(), places(place(7, 'L-1'), place(3, null, false))).lots).toBeUndefined()
    expect(toCount(row(), { ...whole, hasMore: true }).lots).toBeUndefined()
  })
})

describe('deliveries', () => {
  const po = (more: Given = {}) =>
    purchaseOrder.parse({
      id: 'PO1',
      po_number: `PO-77 ${SHIPMENT_ID}`,
      warehouse_id: 'W1',
      fulfillment_status: 'pending',
      created_at: '2026-11-01T00:00:00',
      date_closed: null,
      ...more,
    })
  const lineOf = (received: number, at = '2026-11-02T00:00:00Z') => ({
    id: 'PL1',
    sku: 'S-1',
    quantity_received: received,
    updated_at: new Date(at),
    expiration_lots: undefined,
  })

  test('states of one second are told apart by what was taken in', () => {
    const versions = [toReceipt(po(), [lineOf(3)]), toReceipt(po(), [lineOf(5)])].map(
      ({ version }) => version,
    )
    expect(versions[1]).toBeGreaterThan(versions[0] ?? 0)
    const closed = toReceipt(po({ fulfillment_status: 'closed' }), [lineOf(5)])
    expect(closed).toMatchObject({ isComplete: true, inboundId: SHIPMENT_ID })
    expect(closed.version).toBeGreaterThan(versions[1] ?? 0)
  })

  test('a status of the account’s own does not end a delivery, its date of closing does', () => {
    expect(toReceipt(po({ fulfillment_status: 'On the ship' }), []).isComplete).toBe(false)
    expect(
      toReceipt(po({ fulfillment_status: 'On the ship', date_closed: '2026-11-03' }), []).isComplete,
    ).toBe(true)
  })

  const back = (status: string, more: Given = {}) =>
    toReturn(
      returned.parse({
        id: 'R1',
        status,
        created_at: '2026-11-01T00:00:00',
        order: { partner_order_id: SHIPMENT_ID },
        line_items: [
          {
            id: 'RL1',
            quantity: 5,
            quantity_received: 4,
            restock: 1,
            warehouse_id: 'W1',
            line_item: { sku: 'S-1' },
            ...more,
          },
        ],
      }),
    ).lines.map(({ condition, quantity }) => [condition, quantity])

  test.each([
    [
      'pending',
      {},
      [
        ['sellable', 1],
        ['waiting', 4],
      ],
    ],
    [
      'complete',
      {},
      [
        ['sellable', 1],
        ['disposed', 3],
      ],
    ],
    [
      'complete',
      { condition: 'Damaged box' },
      [
        ['damaged', 1],
        ['disposed', 3],
      ],
    ],
    ['complete', { restock: 9 }, [['sellable', 5]]],
    ['pending', { quantity_received: 0, restock: 0 }, [['waiting', 5]]],
    ['canceled', { quantity_received: 0, restock: 0 }, []],
  ])('a return that is %s with %o', (status, more, lines) => {
    expect(back(status, more)).toEqual(lines)
  })
})
