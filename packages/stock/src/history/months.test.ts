import { type Database, inTransaction, openDatabase } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UNALLOCATED_LOT } from '../context.ts'
import { insertMovements } from '../movements.store.ts'
import type { NewMovement } from '../movements.ts'
import { createHistoryWorld, type HistoryWorld } from '../testing/history-world.ts'
import { closeMonths, examineMonths, findClosedMonths, prepareMonths } from './months.store.ts'
import { isOver, monthText, nextMonthsChoreMs, parseMonth, startOfMonth } from './months.ts'

let database: TestDatabase
let world: HistoryWorld
beforeEach(async () => {
  database = await createTestDatabase()
  world = await createHistoryWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
})
afterEach(() => database.drop())

const at = (text: string) => new Date(text)

test('months are those of UTC, also over the end of a year', () => {
  expect(startOfMonth(at('2024-12-31T23:59:59.999Z'))).toEqual(at('2024-12-01T00:00:00Z'))
  expect(startOfMonth(at('2024-12-31T23:59:59Z'), 1)).toEqual(at('2025-01-01T00:00:00Z'))
  expect(monthText(at('2025-01-01T00:00:00Z'))).toBe('2025-01')
  expect(parseMonth('2025-01')).toEqual(at('2025-01-01T00:00:00Z'))
  expect(['2025-13', '2025-1', '25-01', '2025-01-01', ''].map(parseMonth)).toEqual(Array(5).fill(undefined))
})

test('a month is over for long enough an hour after its end, and is then looked at', () => {
  expect(isOver(at('2024-12-01'), at('2025-01-01T00:59:59Z'))).toBe(false)
  expect(isOver(at('2024-12-01'), at('2025-01-01T01:00:00Z'))).toBe(true)
  expect(nextMonthsChoreMs(at('2024-12-10T00:00:00Z'))).toBe(86_400_000)
  expect(nextMonthsChoreMs(at('2024-12-31T23:00:00Z'))).toBe(2 * 3_600_000)
})

test('this month and the next three are made, once, also at the end of a year', async () => {
  const made = await prepareMonths(database.kysely, at('2024-11-05T10:00:00Z'))
  expect(made).toEqual(['movement_2024_11', 'movement_2024_12', 'movement_2025_01', 'movement_2025_02'])
  expect(await prepareMonths(database.kysely, at('2024-11-30T23:59:59Z'))).toEqual([])
  expect(await prepareMonths(database.kysely, at('2024-12-01T00:00:00Z'))).toEqual(['movement_2025_03'])
})

test('processes that make and close months at once make and close each of them once', async () => {
  await world.record(at('2024-09-15T00:00:00Z'), [receive(1)])
  await world.record(at('2024-10-15T00:00:00Z'), [receive(2)])
  const others = await Promise.all(
    [1, 2, 3].map(() => openDatabase({ databaseUrl: database.url, keep: 'running' })),
  )
  const now = at('2024-11-05T10:00:00Z')
  try {
    const made = await Promise.all(others.map((other) => prepareMonths(other.kysely, now)))
    expect(made.flat()).toHaveLength(4)
    const closed = await Promise.all(others.map((other) => closeMonths(other, now)))
    expect(closed.flat().map(monthText).sort()).toEqual(['2024-09', '2024-10'])
  } finally {
    await Promise.all(others.map((other) => other.close()))
  }
  expect(await checkpoints()).toEqual(['2024-10 1', '2024-11 3'])
})

test('a month that the default partition already has rows of stays there until it is closed, and moves then', async () => {
  await world.record(at('2024-12-15T00:00:00Z'), [receive(5)])
  const made = await prepareMonths(database.kysely, at('2024-12-20T00:00:00Z'))
  expect(made).not.toContain('movement_2024_12')
  await world.record(at('2024-12-21T00:00:00Z'), [receive(6)])
  expect(await partitions()).toEqual({ movement_other: 2 })
  await closeMonths(database, at('2025-01-01T02:00:00Z'))
  expect(await partitions()).toEqual({ movement_2024_12: 2 })
  expect(await checkpoints()).toEqual(['2025-01 11'])
  expect((await world.balance('A', 'MAIN')).onHand).toBe(11)
})

test('a month that nobody had made ahead is read while it is added up', async () => {
  await world.record(at('2024-11-15T00:00:00Z'), [receive(5)])
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  // What the adding up writes to last lets it wait as if there were millions of movements.
  await owner.query('begin; lock table closed_month in share mode')
  const closing = closeMonths(database, at('2024-12-01T02:00:00Z'))
  try {
    await waitingForLock('closed_month')
    const read = await inTransaction(database, async (tx) => {
      await sql`set local lock_timeout = '2s'`.execute(tx)
      return await sql`select from movement`.execute(tx)
    })
    expect(read.rows).toHaveLength(1)
  } finally {
    await owner.end()
    await closing
  }
  expect(await checkpoints()).toEqual(['2024-12 5'])
})

test('a closed month takes no movement any more, wherever it would have gone', async () => {
  await world.record(at('2024-11-15T00:00:00Z'), [receive(5)])
  await closeMonths(database, at('2025-01-01T02:00:00Z'))
  for (const late of ['2024-12-31T23:59:59Z', '2024-11-01T00:00:00Z', '2023-01-01T00:00:00Z']) {
    await expect(world.record(at(late), [receive(1)])).rejects.toThrow(/the month of .* is closed/)
  }
  expect((await world.balance('A', 'MAIN')).onHand).toBe(5)
  await world.record(at('2025-01-01T00:00:00Z'), [receive(1)])
  expect((await world.balance('A', 'MAIN')).onHand).toBe(6)
  // Closed months are not made again.
  expect(await prepareMonths(database.kysely, at('2024-10-01T00:00:00Z'))).not.toContain('movement_2024_10')
})

test('a month is closed only once nobody can still record into it: closing waits for who is about to', async () => {
  await prepareMonths(database.kysely, at('2024-12-01T00:00:00Z'))
  await world.record(at('2024-12-15T00:00:00Z'), [receive(5)])
  const held = Promise.withResolvers<void>()
  const inserted = Promise.withResolvers<void>()
  const late = { ...world.context, now: () => at('2024-12-31T23:59:59Z') }
  const straggler = inTransaction(database, async (tx) => {
    await insertMovements(tx, late, [receive(7)])
    inserted.resolve()
    await held.promise
  })
  await inserted.promise
  const closing = closeMonths(database, at('2025-01-01T02:00:00Z'))
  await waitingForLock('movement_2024_12')
  expect(await checkpoints()).toEqual([])
  held.resolve()
  await Promise.all([straggler, closing])
  expect(await checkpoints()).toEqual(['2025-01 12'])
})

test('months without movements are closed too, for every organization, and nothing is before there is any', async () => {
  expect(await closeMonths(database, at('2025-03-05T00:00:00Z'))).toEqual([])
  const other = await createHistoryWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
  await world.record(at('2024-12-15T00:00:00Z'), [receive(5)])
  await closeMonths(database, at('2025-03-05T00:00:00Z'))
  const counted = async (organizationId: string) =>
    (await findClosedMonths(database.kysely, organizationId)).map(
      ({ month, movements }) => `${monthText(month)} ${movements}`,
    )
  expect(await counted(world.context.organizationId)).toEqual(['2024-12 1', '2025-01 0', '2025-02 0'])
  expect(await counted(other.context.organizationId)).toEqual(['2024-12 0', '2025-01 0', '2025-02 0'])
})

test('what a doctor looks at: the next month, movements without a month, and months that nobody closes', async () => {
  const now = at('2024-12-20T00:00:00Z')
  expect(await examineMonths(database.kysely, now)).toEqual({
    isNextReady: false,
    strays: 0,
    isClosingBehind: false,
  })
  await world.record(now, [receive(1)])
  await prepareMonths(database.kysely, now)
  expect(await examineMonths(database.kysely, now)).toEqual({
    isNextReady: true,
    strays: 1,
    isClosingBehind: false,
  })
  const later = at('2025-01-03T00:00:00Z')
  expect(await examineMonths(database.kysely, later)).toEqual({
    isNextReady: true,
    strays: 0,
    isClosingBehind: true,
  })
  await closeMonths(database, later)
  expect(await examineMonths(database.kysely, later)).toMatchObject({ isClosingBehind: false })
})

test('I2: checkpoints and closed months are written by closing alone, whoever tries', async () => {
  await world.record(at('2024-11-15T00:00:00Z'), [receive(5)])
  await closeMonths(database, at('2025-01-01T02:00:00Z'))
  const owner = await openDatabase({
    databaseUrl: database.url,
    keep: 'running',
    poolMax: 1,
    runtimeRole: false,
  })
  try {
    for (const statement of [
      'update balance_checkpoint set on_hand = 9',
      'delete from balance_checkpoint',
      'truncate balance_checkpoint',
      'update closed_month set movements = 9',
      'delete from closed_month',
      'truncate closed_month',
    ]) {
      expect(await codeOfRefusal(owner, statement), statement).toBe('23001')
      expect(await codeOfRefusal(database, statement), statement).toBe('42501')
    }
    for (const name of ['balance_checkpoint', 'closed_month']) {
      expect(await codeOfRefusal(database, `insert into ${name} select * from ${name}`)).toBe('42501')
    }
    for (const work of ['insert into', 'delete from', 'update', 'truncate']) {
      const partition = 'movement_2024_11'
      const rest =
        { 'insert into': `select * from ${partition}`, update: 'set on_hand_delta = 1' }[work] ?? ''
      expect(await codeOfRefusal(owner, `${work} ${partition} ${rest}`)).toBe('23001')
      expect(await codeOfRefusal(database, `${work} ${partition} ${rest}`)).toBe('42501')
    }
  } finally {
    await owner.close()
  }
})

function receive(units: number): NewMovement {
  return {
    itemId: world.itemId('A'),
    locationId: world.locationId('MAIN'),
    lotId: UNALLOCATED_LOT,
    kind: 'receive',
    onHandDelta: units,
    reservedDelta: 0,
    heldDelta: 0,
    incomingDelta: 0,
    commandKey: 'test',
    referenceKind: null,
    referenceId: null,
    reason: null,
    actor: 'test',
    effectiveAt: at('2024-01-01T00:00:00Z'),
  }
}

async function checkpoints(): Promise<string[]> {
  const found = await sql<{ at: Date; onHand: number }>`
    select at, on_hand from balance_checkpoint order by at`.execute(database.kysely)
  return found.rows.map((row) => `${monthText(row.at)} ${row.onHand}`)
}

async function partitions(): Promise<Record<string, number>> {
  const found = await sql<{ name: string; rows: number }>`
    select tableoid::regclass::text as name, count(*) as rows from movement group by 1 order by 1`.execute(
    database.kysely,
  )
  return Object.fromEntries(found.rows.map(({ name, rows }) => [name, rows]))
}

async function waitingForLock(table: string): Promise<void> {
  for (;;) {
    const found = await sql<{ waiting: number }>`
      select count(*) as waiting from pg_locks where not granted and relation = ${table}::regclass`.execute(
      database.kysely,
    )
    if ((found.rows[0]?.waiting ?? 0) > 0) return
  }
}

async function codeOfRefusal(as: Database, statement: string): Promise<string | undefined> {
  try {
    await as.pool.query(statement)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}
