import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { lastly } from './statements.ts'
import { createTestDatabase, type TestDatabase } from './testing/index.ts'
import { inOneTrip, inTransaction, isTransient, newCounters } from './transactions.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  const client = await database.pool.connect()
  await client.query('reset role')
  await client.query('create table counter (id int primary key, value bigint not null)')
  client.release(true)
})
afterAll(() => database.drop())
beforeEach(async () => {
  await database.pool.query('delete from counter')
  await database.pool.query('insert into counter values (1, 0), (2, 0)')
  Object.assign(database.counters, newCounters())
})

/** Both parties wait here until the other has arrived. */
function meetingPoint(parties: number): () => Promise<void> {
  let open: () => void
  const everybody = new Promise<void>((resolve) => {
    open = resolve
  })
  let arrived = 0
  return () => {
    if (++arrived === parties) open()
    return everybody
  }
}

const values = async () =>
  (await database.pool.query('select value from counter order by id')).rows.map((row) => row.value)

test('a deadlock is repeated: both transactions take place, and it is counted', async () => {
  const meet = meetingPoint(2)
  const add = (ids: [number, number]) =>
    inTransaction(database, async (tx) => {
      await sql`update counter set value = value + 1 where id = ${ids[0]}`.execute(tx)
      await meet()
      await sql`update counter set value = value + 1 where id = ${ids[1]}`.execute(tx)
    })
  await Promise.all([add([1, 2]), add([2, 1])])
  expect(await values()).toEqual([2, 2])
  expect(database.counters).toEqual({ committed: 2, deadlocks: 1, serializationFailures: 0, gaveUp: 0 })
})

test('a serialization failure is repeated with what the other one wrote', async () => {
  const meet = meetingPoint(2)
  const add = () =>
    inTransaction(
      database,
      async (tx) => {
        const { rows } = await sql<{ value: number }>`select value from counter where id = 1`.execute(tx)
        await meet()
        await sql`update counter set value = ${(rows[0]?.value ?? 0) + 1} where id = 1`.execute(tx)
      },
      { isolationLevel: 'repeatable read' },
    )
  await Promise.all([add(), add()])
  expect(await values()).toEqual([2, 0])
  expect(database.counters).toMatchObject({ committed: 2, serializationFailures: 1 })
})

test('what fails for another reason, or too often, is thrown, and nothing of it stays', async () => {
  let runs = 0
  const refused = inTransaction(database, async (tx) => {
    runs++
    await sql`update counter set value = 5`.execute(tx)
    await sql`insert into counter values (1, 0)`.execute(tx)
  })
  await expect(refused).rejects.toMatchObject({ code: '23505' })
  expect(runs).toBe(1)

  const always = async () => {
    runs++
    throw Object.assign(new Error('could not serialize access'), { code: '40001' })
  }
  await expect(inTransaction(database, always, { triesMax: 3 })).rejects.toMatchObject({ code: '40001' })
  expect(runs).toBe(4)
  expect(await values()).toEqual([0, 0])
  expect(database.counters).toMatchObject({ committed: 0, serializationFailures: 3, gaveUp: 1 })
})

test('a backend that is ended makes a transient error and no repetition: the commit may have happened', async () => {
  let runs = 0
  const cut = inTransaction(database, async (tx) => {
    runs++
    await sql`reset role`.execute(tx) // the runtime role may not end backends
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx)
  })
  const error = await cut.catch((caught: unknown) => caught)
  expect(isTransient(error), String(error)).toBe(true)
  expect(runs).toBe(1)
})

test.each([
  ['08006', true],
  ['40P01', true],
  ['53300', true],
  ['ECONNREFUSED', true],
  ['23505', false],
  ['53100', false],
  ['ENOENT', false],
])('an error with the code %s is transient: %s', (code, transient) => {
  expect(isTransient(Object.assign(new Error('x'), { code }))).toBe(transient)
})

test('last statements are carried out before the commit that travels with them', async () => {
  const answer = await inTransaction(database, async (tx) => {
    await sql`update counter set value = 5 where id = ${1}`.execute(tx)
    lastly(tx, sql`update counter set value = value + ${1} where id = 1`.execute(tx))
    lastly(
      tx,
      Promise.all([2, 3].map((by) => sql`update counter set value = value * ${by} where id = 1`.execute(tx))),
    )
    return 'done'
  })
  expect(answer).toBe('done')
  expect(await values()).toEqual([36, 0])
})

test('a last statement that fails takes the whole transaction with it', async () => {
  const failing = inTransaction(database, async (tx) => {
    await sql`update counter set value = ${9} where id = 1`.execute(tx)
    lastly(tx, sql`insert into counter values (${1}, 0)`.execute(tx))
  })
  await expect(failing).rejects.toMatchObject({ code: '23505' })
  expect(await values()).toEqual([0, 0])
})

test('a statement that comes after the commit is refused, and nothing of it is done', async () => {
  const late = inTransaction(database, async (tx) => {
    const first = sql`update counter set value = ${1} where id = 1`.execute(tx)
    // The first answer may come with that of `begin`, before the commit is sent; the second comes after it.
    const second = first.then(() => sql`select ${1}::int`.execute(tx))
    lastly(
      tx,
      second.then(() => sql`update counter set value = ${2} where id = 2`.execute(tx)),
    )
  })
  await expect(late).rejects.toThrow('after the end of its transaction')
  expect((await values())[1]).toBe(0)
})

test('when one part of a transaction throws, what the others still ask for is refused', async () => {
  const late: Promise<unknown>[] = []
  const failing = inTransaction(database, async (tx) => {
    const other = sql`select ${1}::int`
      .execute(tx)
      .then(() => sql`select ${2}::int`.execute(tx))
      .then(() => sql`update counter set value = ${7} where id = 1`.execute(tx))
    late.push(other)
    await Promise.all([other, Promise.reject(new Error('a mistake of ours'))])
  })
  await expect(failing).rejects.toThrow('a mistake of ours')
  await expect(Promise.all(late)).rejects.toThrow('after the end of its transaction')
  expect(await values()).toEqual([0, 0])
})

test('a statement in one trip is committed, and answers', async () => {
  const changed = await inOneTrip(database, (tx) =>
    sql<{ value: number }>`update counter set value = 5 where id = 1 returning value`.execute(tx),
  )
  expect(changed.rows).toEqual([{ value: 5 }])
  expect(await values()).toEqual([5, 0])
})

test('a statement in one trip that fails, or whose answer is refused, throws that', async () => {
  await expect(inOneTrip(database, (tx) => sql`select 1 / 0`.execute(tx))).rejects.toThrow('division by zero')
  await expect(
    inOneTrip(database, async (tx) => {
      await sql`select 1`.execute(tx)
      throw new Error('the lease is lost')
    }),
  ).rejects.toThrow('the lease is lost')
})

test('a dead-lock of statements in one trip is repeated', async () => {
  const add = (from: number) => () =>
    inOneTrip(database, (tx) =>
      sql`
        with first as (update counter set value = value + 1 where id = ${from} returning pg_sleep(0.05))
        update counter set value = value + 1 where id = ${3 - from} and (select count(*) from first) > 0`.execute(
        tx,
      ),
    )
  await Promise.all([add(1)(), add(2)()])
  expect(await values()).toEqual([2, 2])
})
