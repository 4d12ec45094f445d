import { itemNames, itemPage } from '@plimsoll/client'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedLargeBrand } from '../../../../bench/hub/large-brand.ts'
import { findItemNames, findItemPage, type ItemQuery } from './items.store.ts'

let database: TestDatabase
let organizationId: string

beforeAll(async () => {
  // One connection, so that what it counts about indexes can be asked for.
  database = await createTestDatabase({ poolMax: 1 })
  ;({ organizationId } = await seedLargeBrand(database, { items: 2_000 }))
  await database.pool.query(
    `insert into item (organization_id, item_id, sku, name, created_at, archived_at) values
       ($1, md5('never received')::uuid, 'ZINC 50%_off', 'Never received', now(), null),
       ($1, md5('archived')::uuid, 'ANCHOR-000000', 'Archived', now(), now())`,
    [organizationId],
  )
}, 60_000)
afterAll(() => database.drop())

const query = (rest: Partial<ItemQuery>): ItemQuery => ({
  search: '',
  filter: 'all',
  offset: 0,
  limit: 50,
  ...rest,
})
const page = async (rest: Partial<ItemQuery>) => {
  const found = await findItemPage(database.kysely, organizationId, query(rest))
  return itemPage.parse(found)
}
const names = async (rest: Partial<ItemQuery>) =>
  itemNames.parse(JSON.parse(await findItemNames(database.kysely, organizationId, query(rest))))

test('windows by position follow each other in order of SKU, without what is archived', async () => {
  const whole = await names({ limit: 25_000 })
  expect(whole.skus).toHaveLength(2_001)
  expect(whole.skus).toEqual(whole.skus.toSorted())
  expect(whole.skus).not.toContain('ANCHOR-000000')
  const windows = await Promise.all(
    [0, 500, 1_000, 1_500, 2_000].map((offset) => page({ offset, limit: 500 })),
  )
  expect(windows.flatMap(({ rows }) => rows.map(({ sku }) => sku))).toEqual(whole.skus)
  expect(new Set(windows.map(({ total }) => total))).toEqual(new Set([2_001]))
})

test('a row adds its balances up and tells what each channel shows', async () => {
  const { rows } = await page({ search: 'ANCHOR-000008' })
  expect(rows).toHaveLength(1)
  const [row] = rows
  expect(row?.locations).toHaveLength(5)
  expect(row?.available).toBe(row?.locations.reduce((sum, { available }) => sum + available, 0))
  expect(row?.channels.map(({ desired, status }) => ({ desired, status }))).toEqual([
    { desired: row?.available, status: 'in-step' },
    { desired: row?.available, status: 'in-step' },
  ])
})

test.each<[string, Partial<ItemQuery>, number]>([
  ['a SKU, in any case', { search: 'compass-0001' }, 12],
  ['a part of a name', { search: 'kettle moss' }, 50],
  ['signs that SQL would take for any letter', { search: '50%_' }, 1],
  ['nothing', { search: '%%' }, 0],
  ['oversold items', { filter: 'oversold' }, 2],
  ['items out of stock, those that never had any among them', { filter: 'out' }, 3],
  ['items that a platform shows differently', { filter: 'drift' }, 4],
  ['items on their way', { filter: 'pending' }, 0],
  ['filter and search together', { filter: 'out', search: 'anchor' }, 2],
])('finds %s', async (_what, rest, count) => {
  const found = await page({ ...rest, limit: 500 })
  expect(found.total).toBe(count)
  expect(found.rows).toHaveLength(count)
  expect((await names({ ...rest, limit: 500 })).skus).toEqual(found.rows.map(({ sku }) => sku))
})

test('a window beyond the end of what was found is empty and still knows how many there are', async () => {
  expect(await page({ search: 'compass', offset: 5_000 })).toEqual({ total: 250, offset: 5_000, rows: [] })
})

test('a window of the whole list is answered from the index made for it', async () => {
  const scans = async () => {
    await database.pool.query('select pg_stat_force_next_flush()')
    const { rows } = await database.pool.query<{ scans: number }>(
      `select idx_scan as scans from pg_stat_user_indexes where indexrelname = 'item_in_order'`,
    )
    return rows[0]?.scans ?? 0
  }
  // With so few rows the planner would take the table: only what an index alone can answer is left to choose.
  for (const way of ['seqscan', 'indexscan', 'bitmapscan'])
    await database.pool.query(`set enable_${way} = off`)
  const before = await scans()
  await page({ offset: 100 })
  expect(await scans()).toBeGreaterThan(before)
})
