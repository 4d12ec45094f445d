import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toCount as toOmniCount } from './omni/stock.ts'
import { awkwardText } from './testing/awkward-text.ts'
import { shipmentOf, withEnvironment } from './testing/connected-environment.ts'
import { toBaseUnits } from './units.ts'
import { type Inventory, type Place, toCount } from './wm/stock.ts'

const place = (rows: Partial<Inventory>[], more: Partial<Place> = {}): Place => ({
  byItem: new Map([
    [
      'SOCK',
      rows.map((row, at) => ({
        InventoryId: String(at),
        ItemId: 'SOCK',
        OnHand: 0,
        Allocated: 0,
        InventoryContainerId: `C${at}`,
        BatchNumber: undefined,
        ExpiryDate: undefined,
        ...row,
      })),
    ],
  ]),
  heldContainers: new Set(),
  keeps: new Set(),
  ...more,
})

test('on hand is the sum of all containers; a condition holds what is in its container, allocations what is free', () => {
  const rows = [{ OnHand: 10, Allocated: 4 }, { OnHand: 5 }, { OnHand: 3, InventoryContainerId: undefined }]
  expect(toCount('SOCK', 'DC', place(rows, { heldContainers: new Set(['C1']) }))).toMatchObject({
    onHand: 18,
    held: 5,
    available: 9,
  })
})

test('below nought on one shelf and above on another is one number; fewer than none is no number', () => {
  expect(toCount('SOCK', 'DC', place([{ OnHand: 10 }, { OnHand: -4 }]))).toMatchObject({ onHand: 6 })
  expect(() => toCount('SOCK', 'DC', place([{ OnHand: -4 }]))).toThrow(/no units/)
  expect(() => toCount('SOCK', 'DC', place([{ OnHand: 2.5 }]))).toThrow(/no units/)
  const held = { heldContainers: new Set(['C0']) }
  expect(() => toCount('SOCK', 'DC', place([{ OnHand: 5 }, { OnHand: -4 }], held))).toThrow(/more is held/)
})

test('nothing is nought only where the facility keeps the item (I12)', () => {
  const nothing = { byItem: new Map(), heldContainers: new Set<string>() }
  expect(toCount('SOCK', 'DC', { ...nothing, keeps: new Set() })).toBeUndefined()
  expect(toCount('SOCK', 'DC', { ...nothing, keeps: new Set(['SOCK']) })).toMatchObject({
    onHand: 0,
    held: 0,
  })
})

test('lots are told where every unit is of one', () => {
  const lotted = [
    { OnHand: 4, BatchNumber: 'A', ExpiryDate: '2030-01-02' },
    { OnHand: 2, BatchNumber: 'A', ExpiryDate: '2030-01-01' },
    { OnHand: 1, BatchNumber: 'B' },
    { OnHand: 0 },
  ]
  expect(toCount('SOCK', 'DC', place(lotted, { heldContainers: new Set(['C2']) }))?.lots).toEqual([
    { code: 'A', expiresOn: '2030-01-01', onHand: 6, held: 0 },
    { code: 'B', expiresOn: undefined, onHand: 1, held: 1 },
  ])
  expect(toCount('SOCK', 'DC', place([...lotted, { OnHand: 1 }]))?.lots).toBeUndefined()
})

test('whatever lies there: held and free are no more than on hand, and lots add up', () => {
  const row = fc.record({
    OnHand: fc.integer({ min: -5, max: 50 }),
    Allocated: fc.integer({ min: 0, max: 50 }),
    BatchNumber: fc.constantFrom(undefined, 'A', 'B'),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.subarray(['C0', 'C1', 'C2', 'C3']), (rows, held) => {
      let count: ReturnType<typeof toCount>
      try {
        count = toCount('SOCK', 'DC', place(rows, { heldContainers: new Set(held) }))
      } catch (error) {
        expect(error).toMatchObject({ kind: 'malformed' })
        return
      }
      if (count === undefined) return
      const { onHand = -1, available, lots } = count
      expect(onHand).toBe(rows.reduce((sum, { OnHand }) => sum + OnHand, 0))
      expect(available).toBeGreaterThanOrEqual(0)
      expect(available + count.held).toBeLessThanOrEqual(onHand)
      if (lots === undefined) return
      expect(lots.reduce((sum, lot) => sum + lot.onHand, 0)).toBe(onHand)
      expect(lots.reduce((sum, lot) => sum + lot.held, 0)).toBe(count.held)
    }),
    fromEnvironment({ numRuns: 500 }),
  )
})

test.each([
  [24, 'UNIT', 24],
  [24, 'Unit', 24],
  [24, null, 24],
  [2, 'CASE', 24],
  [0.5, 'case', 6],
] as const)('%s of %s are %s base units', (amount, uom, units) => {
  expect(
    toBaseUnits(amount, uom, { item: 'SOCK', base: 'UNIT', packages: [{ uom: 'CASE', units: 12 }] }),
  ).toBe(units)
})

test.each([
  [1, 'PALLET', /has no unit PALLET/],
  [0.3, 'CASE', /no whole units/],
  [1.5, 'UNIT', /no whole units/],
])('%s of %s is not guessed at', (amount, uom, message) => {
  const about = { item: 'SOCK', base: 'UNIT', packages: [{ uom: 'CASE', units: 12 }] }
  expect(() => toBaseUnits(amount, uom, about)).toThrow(message)
})

const types = { onHandTypes: ['Free'], heldTypes: ['Bad'], incomingTypes: ['Coming'] }
const supply = (SupplyTypeId: string, Quantity: number) => ({
  SupplyId: SupplyTypeId,
  ItemId: 'SOCK',
  LocationId: 'DC',
  SupplyTypeId,
  Quantity,
})
const where = { stockUnitId: 'SOCK', locationId: 'DC' }

test('Omni: the view says what may be promised, but never more than lies there; the rest is by its supply', () => {
  const supplies = [supply('Free', 10), supply('Bad', 3), supply('Coming', 50)]
  const counted = { onHand: 13, held: 3, incoming: 50 }
  expect(toOmniCount(where, supplies, 6, types)).toMatchObject({ ...counted, available: 6 })
  expect(toOmniCount(where, supplies, 60, types)).toMatchObject({ ...counted, available: 10 })
})

test('Omni: a type of supply that the settings do not name might lie there: not guessed at', () => {
  expect(() => toOmniCount(where, [supply('Free', 10), supply('Quarantine', 1)], 10, types)).toThrow(
    /Quarantine/,
  )
  expect(toOmniCount(where, [supply('Free', 10), supply('Quarantine', 0)], 10, types)).toMatchObject({
    onHand: 10,
  })
})

test.each(['wm', 'omni'] as const)(
  '%s: one item that makes no sense is left out, the others are counted',
  (product) =>
    withEnvironment(
      async ({ floor, operations, simulator }) => {
        shipmentOf({ floor }, ['S-1', 'S-2'])
        simulator.faults.rewriteAnswers((body) =>
          body.replaceAll(/("ItemId":"S-1"[^{}]*"(?:OnHand|Quantity)":)"?[\d.]+"?/g, '$12.25'),
        )
        const page = await operations.counts?.(undefined)
        expect(page?.rows).toMatchObject([{ stockUnitId: 'S-2', onHand: 10 }])
        expect(page?.unreadable).toEqual([{ externalId: 'S-1 at DC-NORTH', version: undefined }])
      },
      { product },
    ),
)

test('conditions that hold nothing are those of the settings', () =>
  withEnvironment(async ({ floor, open }) => {
    shipmentOf({ floor }, ['S-1'])
    floor.adjust({ facilityId: 'DC-NORTH', sku: 'S-1', damaged: 3, reason: 'dropped' })
    const counted = async (freeConditions: string[]) =>
      (await open(undefined, { freeConditions }).operations.counts?.(undefined))?.rows[0]
    expect(await counted([])).toMatchObject({ onHand: 13, held: 3 })
    expect(await counted(['DMG'])).toMatchObject({ onHand: 13, held: 0 })
  }))

test('every item without inventory is nought where the settings say so', () =>
  withEnvironment(async ({ floor, open }) => {
    floor.addItem({ sku: 'NEVER', title: 'Never there' })
    const counted = async (absent: 'all' | 'assigned') =>
      (await open(undefined, { absent }).operations.counts?.(undefined))?.rows
    expect(await counted('assigned')).toEqual([])
    expect(await counted('all')).toMatchObject([
      { locationId: 'DC-NORTH', onHand: 0 },
      { locationId: 'DC-SOUTH', onHand: 0 },
    ])
  }))

test.each(['wm', 'omni'] as const)(
  '%s: items of every legal SKU are counted, and none is taken for another',
  (product) =>
    withEnvironment(
      async ({ floor, operations }) => {
        const skus = fc
          .sample(
            fc.uniqueArray(
              awkwardText.filter((each) => each.trim() !== ''),
              { minLength: 40, maxLength: 40 },
            ),
            {
              numRuns: 1,
              seed: 7,
            },
          )
          .flat()
          // As an item of a warehouse would be: without control characters, and not half a character.
          .filter((each) => each.isWellFormed() && !/\p{Cc}/u.test(each))
        skus.forEach((sku, at) => {
          floor.addItem({ sku, title: 'Odd' })
          floor.adjust({ facilityId: 'DC-NORTH', sku, sellable: at + 1, reason: 'seeded' })
        })
        const listed = (await operations.listings(undefined)).rows.map(({ sku }) => sku)
        expect(listed.toSorted()).toEqual(skus.toSorted())
        const counted = new Map(
          (await operations.counts?.(undefined))?.rows.map(({ stockUnitId, onHand }) => [
            stockUnitId,
            onHand,
          ]),
        )
        skus.forEach((sku, at) => {
          // README, "Quirks": a search cannot name a backslash.
          expect(counted.get(sku), JSON.stringify(sku)).toBe(
            sku.includes('\\') || sku.includes('\u2028') ? undefined : at + 1,
          )
        })
      },
      { product },
    ),
)

test('what lies in more containers than a page has is counted whole, with every one that is held', () =>
  withEnvironment(async ({ floor, operations, exchanges }) => {
    const skus = Array.from({ length: 60 }, (_, at) => `S-${at}`)
    for (const sku of skus) {
      floor.addItem({ sku, title: sku })
      for (let lot = 0; lot < 10; lot += 1)
        floor.adjust({
          facilityId: 'DC-NORTH',
          sku,
          lot: `L${lot}`,
          sellable: 2,
          damaged: 1,
          reason: 'seeded',
        })
    }
    const rows = (await operations.counts?.(undefined))?.rows ?? []
    expect(rows.map(({ onHand, held }) => [onHand, held])).toEqual(skus.map(() => [30, 10]))
    // 1,800 containers and 600 conditions: several pages of each.
    for (const [entity, pages] of [
      ['inventory/search', 4],
      ['containerCondition/search', 2],
    ] as const)
      expect(
        exchanges.filter(({ url, text }) => url.includes(entity) && text.includes('DC-NORTH')),
      ).toHaveLength(pages)
  }))

test('a search whose pages do not go on is Malformed, not an endless reading', () =>
  withEnvironment(async ({ floor, operations, simulator }) => {
    shipmentOf({ floor }, ['S-1'])
    const row = { InventoryId: '7', ItemId: 'S-1', OnHand: 1 }
    const body = JSON.stringify({ success: true, data: Array.from({ length: 500 }, () => row) })
    simulator.faults.rewriteAnswers((text) => (text.includes('"OnHand"') ? body : text))
    await expect(operations.counts?.(undefined)).rejects.toMatchObject({ kind: 'malformed' })
  }))
