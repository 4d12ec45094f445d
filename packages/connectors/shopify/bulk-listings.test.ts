import { manualClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { BULK_FROM, readBulkCursor, waitMs } from './bulk-listings.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

const bottomless = { capacity: 10_000_000, restoreRate: 1_000_000 }
const MANY = BULK_FROM + 700

async function seedMany({ seed }: ConnectedShop): Promise<void> {
  await seed(...Array.from({ length: MANY }, (_, at) => ({ sku: `P-${at} 中文 🧦` })))
}

async function readAll({ operations }: ConnectedShop, between: (pages: number) => void = () => undefined) {
  const skus: string[] = []
  let waits = 0
  for (let cursor: string | undefined, pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(200)
    const page = await operations.listings(cursor)
    skus.push(...page.rows.map((row) => row.sku ?? ''))
    if (page.againInMs !== undefined) waits += 1
    between(pages)
    if (page.next === undefined) return { skus, waits }
    cursor = page.next
  }
}
const all = new Set(Array.from({ length: MANY }, (_, at) => `P-${at} 中文 🧦`))

test('a large catalogue is read from a file, in parts, and spends hardly a query point', () =>
  withShop({}, async (world) => {
    await seedMany(world)
    const { skus } = await readAll(world)
    expect(skus).toHaveLength(MANY)
    expect(new Set(skus)).toEqual(all)
    const files = world.calls.filter((operation) => operation === 'listings.file')
    expect(files.length).toBeGreaterThan(1)
    expect((await world.operations.check()).account).toContain('Harbour')
  }))

test('while the file is being made there is nothing, and it says when to ask again', () => {
  const clock = manualClock()
  return withShop({ bulkMs: 60, clock }, async (world) => {
    await seedMany(world)
    const started = await world.operations.listings(undefined)
    expect(started).toMatchObject({ rows: [], next: expect.stringContaining('BulkOperation') })
    const waiting = await world.operations.listings(started.next)
    expect(waiting).toMatchObject({ rows: [], againInMs: 1_000 })
    expect(readBulkCursor(waiting.next)).toMatchObject({ at: 0, asked: 1 })
    await clock.advance(80)
    const { rows } = await world.operations.listings(waiting.next)
    expect(rows.length).toBeGreaterThan(100)
  })
})

test.each(['fails', 'expires', 'busy'] as const)(
  'an operation that %s proves nothing: the catalogue is paged from its beginning',
  (bulk) =>
    withShop({ bulk, bucket: bottomless }, async (world) => {
      await seedMany(world)
      expect(new Set((await readAll(world)).skus)).toEqual(all)
      expect(world.calls).not.toContain('listings.file')
    }),
)

test('a file that is gone in the middle of the reading: paged from the beginning, nothing is lost', () =>
  withShop({ bucket: bottomless }, async (world) => {
    await seedMany(world)
    const { skus } = await readAll(world, (pages) => {
      if (pages === 2) world.simulator.bulk.bulk = 'expires'
    })
    expect(world.calls).toContain('listings.file')
    expect(skus.length).toBeGreaterThan(MANY)
    expect(new Set(skus)).toEqual(all)
  }))

test('an address that is not the platform’s is never called', () =>
  withShop({}, async (world) => {
    await seedMany(world)
    world.simulator.faults.rewriteAnswers((body) =>
      body.replace(/"url":"http:[^"]+"/, '"url":"http://169.254.169.254/latest"'),
    )
    await expect(readAll(world)).rejects.toMatchObject({ kind: 'malformed' })
    expect(world.calls).not.toContain('listings.file')
  }))

test('a small catalogue is paged', () =>
  withShop({}, async (world) => {
    await world.seed({ sku: 'TEA' })
    expect((await readAll(world)).skus).toEqual(['TEA'])
    expect(world.calls).toEqual(['locations', 'listings', 'listings'])
  }))

test('it is asked for ever less often, half a minute apart at the most', () => {
  expect([0, 1, 2, 3, 4, 5, 50].map(waitMs)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
})
