import { expectSoundOrder, fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { item, order, shipNodes, wfsInventory } from './answers.ts'
import { toCount, toListing, toLocation, toOrder } from './map.ts'
import { STATUSES } from './simulator/records.ts'
import { orderShape } from './testing/orders.ts'

type Lines = Parameters<typeof orderShape>[0]
const read = (lines: Lines, rest: object = {}) => toOrder(order.parse(orderShape(lines, rest)), 'us')

describe('orders', () => {
  test('one as Walmart’s own example shows it', () => {
    expect(read([{ ordered: 1, statuses: [['Created', 1]] }])).toEqual({
      externalId: '1796277083022',
      number: '5281956426648',
      state: 'open',
      placedAt: new Date('2019-09-14T13:09:31.000Z'),
      version: 1_568_466_647_000,
      currency: 'USD',
      test: false,
      locationId: '1000005050',
      shipBy: new Date(1_568_700_000_000),
      shippingMethod: 'Value',
      holds: [],
      lines: [
        {
          externalId: '4',
          listingExternalId: 'test1',
          sku: 'test1',
          title: 'Laundry bag',
          ordered: 1,
          current: 1,
          shipped: 0,
          returned: 0,
          subtracted: 'never',
          held: 0,
        },
      ],
    })
  })

  test.each([
    ['TRUE', 2],
    ['true', 2],
    [true, 2],
    // A word that nobody documented is worth a person's look.
    ['CUSTOMER_REQUESTED', 2],
    ['FALSE', 0],
    [false, 0],
    ['', 0],
    [null, 0],
    // No word at all says nothing, and makes no order unreadable.
    [7, 0],
    [undefined, 0],
  ])(
    'a line whose customer wants to cancel (%o) waits with its open units, and no other',
    (intentToCancel, held) => {
      const shape = orderShape([
        {
          ordered: 3,
          statuses: [
            ['Acknowledged', 2],
            ['Shipped', 1],
          ],
        },
        { number: '5', ordered: 1, statuses: [['Created', 1]] },
      ])
      const [first] = shape.orderLines.orderLine
      if (first === undefined) throw new Error('it has two lines')
      const found = toOrder(
        order.parse({
          ...shape,
          orderLines: { orderLine: [{ ...first, intentToCancel }, ...shape.orderLines.orderLine.slice(1)] },
        }),
        'us',
      )
      expect(found.lines.map((line) => line.held)).toEqual([held, 0])
      expect(found.holds).toEqual(held > 0 ? [{ reason: 'cancellation', code: 'INTENT_TO_CANCEL' }] : [])
    },
  )

  test.each([
    [
      'as Walmart writes it',
      { state: 'CA', postalCode: '94086', city: 'Sunnyvale', country: 'USA' },
      'US',
      'CA',
    ],
    ['in two letters', { country: 'CA', state: 'ON' }, 'CA', 'ON'],
    ['without a region', { country: 'PRI', state: '' }, 'PR', undefined],
  ])('where it goes, %s', (_, postalAddress, country, region) => {
    const { destination } = read([{ ordered: 1, statuses: [['Created', 1]] }], {
      shippingInfo: { postalAddress },
    })
    expect(destination).toMatchObject({ country, region })
  })

  test.each([null, {}, 'nowhere', { postalAddress: null }, { postalAddress: { country: 'Mars', city: 7 } }])(
    'where it goes is not known of %o, and the order is read',
    (shippingInfo) => {
      const order = read([{ ordered: 1, statuses: [['Created', 1]] }], { shippingInfo })
      expect(order.destination).toBeUndefined()
    },
  )

  test.each<[string, Lines, { state: string; units: [current: number, shipped: number][] }]>([
    ['acknowledged', [{ ordered: 2, statuses: [['Acknowledged', 2]] }], { state: 'open', units: [[2, 0]] }],
    [
      'a unit shipped, one cancelled, one still to go',
      [
        {
          ordered: 3,
          statuses: [
            ['Shipped', 1],
            ['Cancelled', 1],
            ['Acknowledged', 1],
          ],
        },
      ],
      { state: 'open', units: [[2, 1]] },
    ],
    [
      'delivered and cancelled',
      [
        { number: '1', ordered: 2, statuses: [['Delivered', 2]] },
        { number: '2', ordered: 1, statuses: [['Cancelled', 1]] },
      ],
      {
        state: 'closed',
        units: [
          [2, 2],
          [0, 0],
        ],
      },
    ],
    ['cancelled', [{ ordered: 2, statuses: [['Cancelled', 2]] }], { state: 'cancelled', units: [[0, 0]] }],
    [
      'a refund in place of what has shipped',
      [{ ordered: 2, statuses: [['Refund', 2]] }],
      { state: 'closed', units: [[2, 2]] },
    ],
    [
      'a refund beside what has shipped',
      [
        {
          ordered: 2,
          statuses: [
            ['Shipped', 2],
            ['Refund', 1],
          ],
        },
      ],
      { state: 'closed', units: [[2, 2]] },
    ],
  ])('%s', (_, lines, { state, units }) => {
    const found = read(lines)
    expect(found.state).toBe(state)
    expect(found.lines.map(({ current, shipped }) => [current, shipped])).toEqual(units)
  })

  test.each<[string, Lines]>([
    ['a state that nobody documented', [{ ordered: 1, statuses: [['Teleported', 1]] }]],
    ['a state that every object has', [{ ordered: 1, statuses: [['constructor', 1]] }]],
    ['units in no state', [{ ordered: 2, statuses: [['Created', 1]] }]],
    [
      'more units than were ordered',
      [
        {
          ordered: 1,
          statuses: [
            ['Created', 1],
            ['Shipped', 1],
          ],
        },
      ],
    ],
    [
      'two lines of one number',
      [
        { ordered: 1, statuses: [['Created', 1]] },
        { ordered: 1, statuses: [['Created', 1]] },
      ],
    ],
  ])('%s is Malformed', (_, lines) => {
    expect(() => read(lines)).toThrow(expect.objectContaining({ kind: 'malformed' }))
  })

  test('I12: a quantity that is missing or no whole number is no order', () => {
    for (const amount of [undefined, null, '', '1.5', '-1', 1.5, -1, '1e3', ' 1']) {
      const shape = orderShape([{ ordered: 1, statuses: [['Created', 1]] }])
      Object.assign(shape.orderLines.orderLine[0]?.orderLineQuantity ?? {}, { amount })
      expect(order.safeParse(shape).success, String(amount)).toBe(false)
    }
  })

  test('without the time of each line’s last change there is no version', () => {
    const found = read([
      { number: '1', ordered: 1, statuses: [['Created', 1]] },
      { number: '2', ordered: 1, statuses: [['Created', 1]], statusDate: undefined },
    ])
    expect(found.version).toBeUndefined()
  })

  test('what Walmart sends itself is not at a place of the seller’s', () => {
    const shipNode = { type: 'WFSFulfilled', id: '100', name: 'WFS' }
    expect(read([{ ordered: 1, statuses: [['Created', 1]] }], { shipNode }).locationId).toBe('WFS')
    expect(read([{ ordered: 1, statuses: [['Created', 1]] }], { shipNode: null }).locationId).toBeUndefined()
  })

  test('whatever states the units are in, they add up or it is Malformed', () => {
    const rows = fc.array(fc.tuple(fc.constantFrom(...STATUSES), fc.nat(3)), { maxLength: 5 })
    const line = fc.record({ ordered: fc.nat(8), statuses: rows })
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const numbered = lines.map((each, at) => ({ ...each, number: String(at + 1) }))
        const sumOf = (at: number, ...wanted: string[]) =>
          lines[at]?.statuses.reduce((sum, [status, n]) => sum + (wanted.includes(status) ? n : 0), 0) ?? 0
        let found: ReturnType<typeof read>
        try {
          found = read(numbered)
        } catch (error) {
          expect(error).toMatchObject({ kind: 'malformed' })
          return
        }
        expectSoundOrder(found)
        for (const [at, { ordered, current, shipped }] of found.lines.entries()) {
          expect(ordered - current).toBe(sumOf(at, 'Cancelled'))
          expect(current - shipped).toBe(sumOf(at, 'Created', 'Acknowledged'))
        }
      }),
      fromEnvironment({ numRuns: 300 }),
    )
  })
})

describe('listings', () => {
  const shape = {
    mart: 'WALMART_US',
    sku: '2792005',
    wpid: '0RE1TWYTKBKH',
    upc: '886859944807',
    gtin: '00886859944807',
    productName: 'Rugged vest',
    publishedStatus: 'PUBLISHED',
    lifecycleStatus: 'ACTIVE',
  }
  const listing = (change: object = {}, kept = false) => toListing(item.parse({ ...shape, ...change }), kept)

  test('one as Walmart’s own example shows it', () => {
    expect(listing()).toEqual({
      externalId: '2792005',
      sku: '2792005',
      barcode: '886859944807',
      title: 'Rugged vest',
      stockUnitId: '2792005',
      tracked: true,
      fulfilledBy: 'merchant',
      sellsBeyondZero: false,
      state: 'active',
    })
    expect(listing({}, true).fulfilledBy).toBe('platform')
  })

  test.each([
    [{ publishedStatus: 'UNPUBLISHED' }, 'inactive'],
    [{ publishedStatus: 'SYSTEM_PROBLEM' }, 'inactive'],
    [{ publishedStatus: 'INVENTED_LATER' }, 'inactive'],
    [{ lifecycleStatus: 'ARCHIVED' }, 'inactive'],
    [{ lifecycleStatus: 'RETIRED' }, 'gone'],
    [{ lifecycleStatus: 'RETIRED', publishedStatus: 'UNPUBLISHED' }, 'gone'],
  ])('%o is %s', (change, state) => {
    expect(listing(change).state).toBe(state)
  })

  test.each([
    [{ upc: '', gtin: '04006381333931' }, '4006381333931'],
    [{ upc: null, gtin: '00886859944807' }, '886859944807'],
    [{ upc: '', gtin: '10886859944804' }, '10886859944804'],
    [{ upc: '', gtin: '' }, undefined],
    [{ upc: undefined, gtin: undefined }, undefined],
  ])('%o has the barcode %s', (change, barcode) => {
    expect(listing(change).barcode).toBe(barcode)
  })
})

test('fulfilment centres: a partner’s and an inactive one are not written to', () => {
  const nodes = shipNodes.parse([
    { shipNode: '99351656957153281', nodeType: '3PL', shipNodeName: 'MP_Deliverr', status: 'ACTIVE' },
    { shipNode: '84955660770217985', nodeType: 'PHYSICAL', shipNodeName: 'West', status: 'INACTIVE' },
    { shipNode: 1_000_005_050, nodeType: 'VIRTUAL', status: 'ACTIVE' },
  ])
  expect(nodes.map(toLocation)).toEqual([
    { externalId: '99351656957153281', name: 'MP_Deliverr', active: false },
    { externalId: '84955660770217985', name: 'West', active: false },
    { externalId: '1000005050', name: 'Fulfilment centre 1000005050', active: true },
  ])
})

test('I12: what Walmart keeps: all centres together; without a number there is no row', () => {
  const rows = wfsInventory.parse({
    payload: {
      inventory: [
        {
          sku: 'A',
          shipNodes: [
            { modifiedDate: '2026-11-20T10:00:00Z', availToSellQty: 3, onHandQty: 5 },
            { modifiedDate: '2026-11-21T10:00:00Z', availToSellQty: 0, onHandQty: 0 },
          ],
        },
        { sku: 'B', shipNodes: [{ availToSellQty: null, onHandQty: 4 }] },
        { sku: 'C', shipNodes: [] },
        { sku: 'D' },
      ],
    },
  }).payload.inventory
  expect(rows.map((row) => toCount(row))).toEqual([
    {
      stockUnitId: 'A',
      locationId: 'WFS',
      available: 3,
      held: 2,
      incoming: 0,
      countedAt: new Date('2026-11-20T10:00:00Z'),
    },
    undefined,
    undefined,
    undefined,
  ])
})
