import type { LevelWrite } from '@plimsoll/connector-kit'
import type { ControlLevel } from '@plimsoll/connector-kit/simulator'
import { expect, test } from 'vitest'
import { idempotencyKey } from './levels.ts'
import { withShop } from './testing/connected-shop.ts'

const row = (change: Partial<LevelWrite> = {}): LevelWrite => ({
  writeId: 'w-1',
  stockUnitId: 'gid://shopify/InventoryItem/1',
  locationId: 'gid://shopify/Location/1',
  quantity: 5,
  expected: 7,
  ...change,
})
const write = (level: ControlLevel | undefined, change: Partial<LevelWrite> = {}): LevelWrite => {
  if (level === undefined) throw new Error('no level')
  return row({ stockUnitId: level.stockUnitId, locationId: level.locationId, expected: 10, ...change })
}

test('the idempotency key is a UUID of what is written', () => {
  const key = idempotencyKey([row()], 1)
  expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(idempotencyKey([row()], 1)).toBe(key)
  for (const change of [
    { writeId: 'w-2' },
    { quantity: 6 },
    { expected: 8 },
    { expected: undefined },
    { locationId: 'x' },
  ]) {
    expect(idempotencyKey([row(change)], 1)).not.toBe(key)
  }
  expect(idempotencyKey([row()], 2)).not.toBe(key)
})

test('I3: the same writes in another order are the same request, applied once', () =>
  withShop({}, async ({ operations, seed, buy, simulator }) => {
    const [a, b] = await seed({}, {})
    const writes = [write(a, { writeId: 'a' }), write(b, { writeId: 'b' })]
    await operations.setLevels(writes)
    await buy('S-0', 2)
    // Resent after a sale: had it been applied again, the sale would be gone, or the compare-and-set would fail.
    const outcomes = await operations.setLevels(writes.toReversed())
    expect(outcomes.map(({ kind }) => kind)).toEqual(['applied', 'applied'])
    expect(simulator.books.writes.last()).toBe(2)
    const [level] = await operations.levels([write(a)])
    expect(level?.quantity).toBe(3)
  }))

test('a batch is all or nothing: the stale row is named, the others are untouched', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const levels = await seed({}, {}, {})
    const writes = levels.map((level, at) =>
      write(level, { writeId: `w-${at}`, expected: at === 1 ? 4 : 10 }),
    )
    const outcomes = await operations.setLevels(writes)
    expect(outcomes).toMatchObject([
      { writeId: 'w-0', kind: 'untouched' },
      { writeId: 'w-1', kind: 'refused', error: { kind: 'conflict', current: undefined } },
      { writeId: 'w-2', kind: 'untouched' },
    ])
    expect(simulator.books.writes.last()).toBe(0)
  }))

test('a key whose attempt failed is spent: the next attempt has another', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const [level] = await seed({})
    const stale = write(level, { expected: 4 })
    await operations.setLevels([stale])
    // Now the platform shows what was expected, and the very same write goes through.
    const { itemId, locationId } =
      [...simulator.shop.levels.values()].flatMap((each) => [...each.values()])[0] ?? {}
    if (itemId === undefined || locationId === undefined) throw new Error('no level')
    simulator.shop.moveUnits(itemId, locationId, { available: -6 })
    expect(await operations.setLevels([stale])).toMatchObject([{ kind: 'applied', quantity: 5 }])
  }))

test('without an expectation the write overwrites', () =>
  withShop({}, async ({ operations, seed }) => {
    const [level] = await seed({})
    expect(await operations.setLevels([write(level, { expected: undefined })])).toMatchObject([
      { kind: 'applied', quantity: 5 },
    ])
  }))

test('setting what is there already has no echo and is read back', () =>
  withShop({}, async ({ operations, seed, calls }) => {
    const [level] = await seed({})
    expect(await operations.setLevels([write(level, { quantity: 10 })])).toMatchObject([
      { kind: 'applied', quantity: 10 },
    ])
    expect(calls).toEqual(['setLevels', 'levels'])
  }))

test('an echo without quantities is read back, and a difference is a sale that came between', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const [level] = await seed({})
    let answers = 0
    simulator.faults.rewriteAnswers((body) => {
      answers += 1
      return answers === 1
        ? body.replace(/"quantityAfterChange":\d+/, '"quantityAfterChange":null')
        : body.replace(/"quantity":5/, '"quantity":3')
    })
    expect(await operations.setLevels([write(level)])).toMatchObject([
      { kind: 'refused', error: { kind: 'conflict', current: 3 } },
    ])
  }))

test('when proving fails the write is unknown, not waiting', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const [level] = await seed({})
    let answers = 0
    simulator.faults.rewriteAnswers((body) => {
      answers += 1
      return answers === 1
        ? body.replace(/"quantityAfterChange":\d+/, '"quantityAfterChange":null')
        : '<html>'
    })
    await expect(operations.setLevels([write(level)])).rejects.toMatchObject({
      kind: 'unavailable',
      sent: true,
    })
  }))

test('I12: a null that an error left behind is thrown, never read as absent', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const [level] = await seed({})
    simulator.faults.rewriteAnswers(() =>
      JSON.stringify({
        data: { nodes: [null] },
        errors: [
          { message: 'Internal error', path: ['nodes', 0], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
        ],
      }),
    )
    await expect(operations.levels([write(level)])).rejects.toMatchObject({ kind: 'unavailable' })
  }))

test('a write that was carried out beside an error is known by its echo', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const [level] = await seed({})
    simulator.faults.rewriteAnswers((body) =>
      JSON.stringify({ ...JSON.parse(body), errors: [{ message: 'odd', extensions: { code: 'TIMEOUT' } }] }),
    )
    expect(await operations.setLevels([write(level)])).toMatchObject([{ kind: 'applied', quantity: 5 }])
  }))

test('a negative level is read as it is', () =>
  withShop({}, async ({ operations, seed, simulator }) => {
    const [level] = await seed({})
    const [byLocation] = simulator.shop.levels.values()
    const [record] = byLocation?.values() ?? []
    if (record === undefined) throw new Error('no level')
    simulator.shop.moveUnits(record.itemId, record.locationId, { available: -13 })
    expect(await operations.levels([write(level)])).toMatchObject([{ quantity: -3 }])
  }))

test('levels at several locations: a quantity is set where the item was not stocked', () =>
  withShop({ locations: ['A', 'B'] }, async ({ operations, seed }) => {
    const [first] = await seed({})
    const locations = await operations.locations()
    expect(locations.map(({ name }) => name)).toEqual(['A', 'B'])
    const there = write(first, { locationId: locations[1]?.externalId ?? '', expected: undefined })
    expect(await operations.levels([there])).toEqual([])
    expect(await operations.setLevels([there])).toMatchObject([{ kind: 'applied', quantity: 5 }])
    const read = await operations.levels([write(first), there])
    expect(read.map(({ quantity }) => quantity)).toEqual([10, 5])
  }))

test('more rows than the platform takes are refused before anything is sent', () =>
  withShop({}, async ({ operations, calls }) => {
    const writes = Array.from({ length: 251 }, (_, at) => row({ writeId: `${at}` }))
    await expect(operations.setLevels(writes)).rejects.toMatchObject({ kind: 'invalid' })
    expect(calls).toEqual([])
  }))
