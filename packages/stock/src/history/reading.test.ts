// However long a history is, a question about it reads the rows since the nearest checkpoint, and its own page of them.
import { inTransaction, refreshStatistics, type Tx } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UNALLOCATED_LOT } from '../context.ts'
import { movementOf } from '../movements.ts'
import { createHistoryWorld, type HistoryWorld } from '../testing/history-world.ts'
import { findItemAsOf } from './as-of.store.ts'
import { closeMonths, prepareMonths } from './months.store.ts'
import { startOfMonth } from './months.ts'
import { findMovementEntries } from './movement-page.store.ts'

const MONTHS = 18
const SKUS = Array.from({ length: 20 }, (_, nth) => `SKU-${nth}`)
/** Of one item in one month. */
const MOVEMENTS = 60
const BEGINNING = startOfMonth(new Date('2025-03-01T00:00:00Z'))
const END = startOfMonth(BEGINNING, MONTHS)
const DAY_MS = 86_400_000

let database: TestDatabase
let world: HistoryWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createHistoryWorld(database, { skus: SKUS, locationCodes: ['MAIN'] })
  for (let month = 0; month < MONTHS; month += 1) await recordMonth(startOfMonth(BEGINNING, month))
  await closeMonths(database, END)
  await refreshStatistics(database.kysely)
}, 60_000)
afterAll(() => database.drop())

/** One in ten was heard of two days late. */
async function recordMonth(month: Date): Promise<void> {
  await prepareMonths(database.kysely, month)
  for (let nth = 0; nth < MOVEMENTS; nth += 1) {
    const at = new Date(month.getTime() + (nth * 27 * DAY_MS) / MOVEMENTS)
    await world.record(
      at,
      SKUS.map((sku) =>
        movementOf(
          {
            itemId: world.itemId(sku),
            locationId: world.locationId('MAIN'),
            lotId: UNALLOCATED_LOT,
            commandKey: `${at.getTime()}`,
            referenceKind: null,
            referenceId: null,
            reason: null,
            actor: 'test',
            effectiveAt: nth % 10 === 0 ? new Date(at.getTime() - 2 * DAY_MS) : at,
          },
          nth % 3 === 0 ? 'ship' : 'receive',
          { onHandDelta: nth % 3 === 0 ? -1 : 1 },
        ),
      ),
    )
  }
}

const itemId = () => world.itemId('SKU-7')
const middle = new Date((BEGINNING.getTime() + END.getTime()) / 2)
const organizationId = () => world.context.organizationId

/** Rows of movements that a question has looked at, by whatever plan: what the server counts by itself. */
async function rowsRead(ask: (tx: Tx) => Promise<unknown>): Promise<number> {
  return await inTransaction(database, async (tx) => {
    const before = await countRead(tx)
    await ask(tx)
    return (await countRead(tx)) - before
  })
}

async function countRead(tx: Tx): Promise<number> {
  const { rows } = await sql<{ read: number }>`
    select sum(seq_tup_read + idx_tup_fetch)::bigint as read from pg_stat_xact_user_tables
    where relname like 'movement%'`.execute(tx)
  return rows[0]?.read ?? 0
}

const page = { limit: 20 }
/** A row more than the page, and the first of each month, between which the newest is chosen. */
const PAGE_ROWS = 21 + MONTHS
test.each<[string, (tx: Tx) => Promise<unknown>, number]>([
  [
    'the newest page',
    (tx) => findMovementEntries(tx, organizationId(), itemId(), page),
    MOVEMENTS + PAGE_ROWS,
  ],
  [
    'a page in the middle',
    (tx) => findMovementEntries(tx, organizationId(), itemId(), { ...page, to: middle }),
    MOVEMENTS + PAGE_ROWS,
  ],
  [
    'a page of one kind',
    (tx) => findMovementEntries(tx, organizationId(), itemId(), { ...page, to: middle, kind: 'ship' }),
    // Two of three rows are of the other kind; they are looked at twice, for the figures between.
    3 * (MOVEMENTS + PAGE_ROWS),
  ],
  [
    'stock as recorded at a moment',
    (tx) => findItemAsOf(tx, organizationId(), itemId(), { at: middle, by: 'recorded' }),
    MOVEMENTS,
  ],
  [
    'stock as true at a moment',
    (tx) => findItemAsOf(tx, organizationId(), itemId(), { at: middle, by: 'effective' }),
    // Those that were heard of late, after the moment, are found by an index of their own.
    MOVEMENTS + (MONTHS * MOVEMENTS) / 10,
  ],
])('%s reads few rows of many', async (_, ask, most) => {
  // Plans are kept: what the first ones read says nothing of those that follow.
  for (let warm = 0; warm < 6; warm += 1) await rowsRead(ask)
  const read = await rowsRead(ask)
  expect(read).toBeGreaterThan(0)
  expect(read).toBeLessThanOrEqual(most)
})
