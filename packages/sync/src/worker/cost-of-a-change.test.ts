// What a change costs is the rows that it touches, however many listings a connection has.
import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction, refreshStatistics } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { saveItems } from '@plimsoll/stock'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { updateAvailability } from '../availability/availability.ts'
import { changeProtection, toStockContext } from '../index.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

// Thousands of listings are opened for each.
vi.setConfig({ testTimeout: 120_000 })

const POOL_MAX = 6
/** Of a small table PostgreSQL rightly reads everything. */
const LISTINGS = 3_000
/** Of all tables together; a single pass over one that grows with the listings is more. */
const ROWS_READ_MAX = LISTINGS / 2

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: POOL_MAX })
})
afterAll(() => database.drop())

/** Rows that the server has read so far, by whatever plan: what it counts by itself. */
async function countRead(): Promise<Record<string, number>> {
  // Those of everyone, and those that organizations share.
  const pools = [database.pool, database.forOrganization(randomUUID()).pool]
  const clients = await Promise.all(
    pools.flatMap((pool) => Array.from({ length: POOL_MAX }, () => pool.connect())),
  )
  try {
    for (const client of clients) await client.query('select pg_stat_force_next_flush()')
    for (const client of clients) await client.query('select 1')
  } finally {
    for (const client of clients) client.release()
  }
  const { rows } = await database.pool.query<{ name: string; read: string }>(
    `select relname as name, seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables`,
  )
  return Object.fromEntries(rows.map(({ name, read }) => [name, Number(read)]))
}

test.each([
  { writeStyle: 'compare-and-set', mode: 'open' },
  { writeStyle: 'absolute', mode: 'open' },
  { writeStyle: 'compare-and-set', mode: 'guaranteed' },
  { writeStyle: 'absolute', mode: 'guaranteed' },
] as const)(
  'a change and a sale ($writeStyle, $mode) read what they touch, not what is listed',
  async ({ writeStyle, mode }) => {
    const clock = manualClock()
    const pace = { reconcileMs: 3_600_000, deepReadMs: 3_600_000 }
    const world = await createWorld(database, clock, pace)
    const skus = Array.from({ length: LISTINGS }, (_, nth) => `sku-${nth}`)
    await inTransaction(database, (tx) =>
      saveItems(
        tx,
        toStockContext(world.context),
        skus.map((sku) => ({ sku, name: sku })),
      ),
    )
    const { platform, connectionId } = await world.open(
      'shop',
      Object.fromEntries(skus.map((sku) => [sku, 0])),
      { writeStyle },
    )
    await world.adjust('sku-7', 10)
    if (mode === 'guaranteed') await changeProtection(world.context, { item: 'sku-7' }, { mode })
    const stepped = await stepConnection(world, connectionId)
    const turn = async (count: number) => {
      for (let nth = 0; nth < count; nth += 1) {
        await turns(clock, stepped, 1, 1_000)
        await updateAvailability(world.context)
      }
    }
    await turn(10)
    await refreshStatistics(database.kysely)
    await world.adjust('sku-7', 5)
    await turn(10)
    expect(platform.quantityOf('sku-7')).toBe(15)

    const before = await countRead()
    await world.adjust('sku-7', -5)
    platform.sell('sku-7', 2)
    await turn(10)
    const after = await countRead()
    expect(platform.quantityOf('sku-7')).toBe(8)
    const read = Object.entries(after)
      .map(([name, total]) => [name, total - (before[name] ?? 0)] as const)
      .filter(([, rows]) => rows > ROWS_READ_MAX)
    expect(Object.fromEntries(read)).toEqual({})
  },
)
