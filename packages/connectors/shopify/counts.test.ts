import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COUNTED_STATES } from './count-documents.ts'
import { toCount } from './counts.ts'
import { withShop } from './testing/connected-shop.ts'

const item = { id: 'gid://shopify/InventoryItem/1', tracked: true }
const stateOf = (units: readonly number[]) =>
  COUNTED_STATES.map((name, at) => ({ name, quantity: units[at] ?? 0 }))

test('I12: every state is counted once, in the one place where it belongs', () => {
  const units = fc.array(fc.nat({ max: 1_000_000 }), {
    minLength: COUNTED_STATES.length,
    maxLength: COUNTED_STATES.length,
  })
  fc.assert(
    fc.property(units, fc.integer({ min: -50, max: 50 }), (counts, available) => {
      const quantities = stateOf([available, ...counts.slice(1)])
      const count = toCount({ item, quantities }, 'here')
      expect(count?.available).toBe(available)
      expect(count?.incoming).toBe(counts.at(-1))
      // On hand less what orders were promised.
      const held = counts.slice(1, -1).reduce((sum, each) => sum + each, 0)
      expect(count?.held).toBe(held)
      // Which order they come in says nothing.
      expect(toCount({ item, quantities: quantities.toReversed() }, 'here')).toEqual(count)
    }),
    fromEnvironment(),
  )
})

test.each(COUNTED_STATES)('a level without its %s is Malformed, not nought', (missing) => {
  const quantities = stateOf([1, 1, 1, 1, 1, 1]).filter(({ name }) => name !== missing)
  expect(() => toCount({ item, quantities }, 'here')).toThrow(expect.objectContaining({ kind: 'malformed' }))
})

test('what is not counted has no count', () => {
  expect(toCount({ item: { ...item, tracked: false }, quantities: [] }, 'here')).toBeUndefined()
})

test('damaged, reserved and coming units of another application’s service are told; orders take from available', () =>
  withShop({}, async ({ operations, simulator, seed, buy }) => {
    const [level] = await seed({ sku: 'FAR', quantity: 9, keptByPlatform: true })
    const kept = simulator.shop.levels.get(simulator.shop.variantsBySku.get('FAR')?.itemId ?? 0)
    for (const each of kept?.values() ?? []) {
      each.others = { reserved: 1, damaged: 2, quality_control: 3, safety_stock: 4, incoming: 50 }
    }
    await buy('FAR', 2)
    const { rows } = (await operations.counts?.(undefined)) ?? { rows: [] }
    expect(rows).toEqual([
      {
        stockUnitId: level?.stockUnitId,
        locationId: level?.locationId,
        available: 7,
        held: 10,
        incoming: 50,
        countedAt: undefined,
      },
    ])
  }))

test('the location of our own service is not counted elsewhere: it is written', () =>
  withShop({ fulfillmentService: 'Ours' }, async ({ operations, simulator, seed }) => {
    const service = simulator.shop.addService('Ours')
    const [level] = await seed({ sku: 'TEA' })
    const key = { stockUnitId: level?.stockUnitId ?? '', locationId: `gid://shopify/Location/${service.id}` }
    expect(
      await operations.setLevels([{ ...key, writeId: 'w', quantity: 5, expected: undefined }]),
    ).toMatchObject([{ kind: 'applied', quantity: 5 }])
    expect(await operations.levels([key])).toMatchObject([{ quantity: 5 }])
    expect(await operations.counts?.(undefined)).toMatchObject({ rows: [], next: undefined })
  }))

test('a cursor that is none of ours is Invalid', () =>
  withShop({}, async ({ operations }) => {
    await expect(operations.counts?.('{}')).rejects.toMatchObject({ kind: 'invalid', field: 'cursor' })
  }))
