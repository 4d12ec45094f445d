import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toSafeInteger } from './pool.ts'
import { createTestDatabase, fromEnvironment, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('a bigint is read exactly or refused, never rounded', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
      const fits = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
      if (fits) expect(BigInt(toSafeInteger(String(value)))).toBe(value)
      else expect(() => toSafeInteger(String(value))).toThrow(RangeError)
    }),
    fromEnvironment(),
  )
})

test('columns arrive as whole numbers, instants, days and JSON', async () => {
  const { rows } = await database.pool.query(`select
    9007199254740991::bigint as most, '{1,null,3}'::bigint[] as many, '{}'::bigint[] as none,
    '2026-03-29 02:30:00+00'::timestamptz as instant, '2026-03-29'::date as day, '{"some_key": 1}'::jsonb as json`)
  expect(rows).toEqual([
    {
      most: 9_007_199_254_740_991,
      many: [1, null, 3],
      none: [],
      instant: new Date('2026-03-29T02:30:00Z'),
      day: '2026-03-29',
      json: { some_key: 1 },
    },
  ])
})

test('a bigint that does not fit fails its query, and the connection works on', async () => {
  const client = await database.pool.connect()
  try {
    await expect(client.query('select 9007199254740992::bigint as value')).rejects.toThrow(RangeError)
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  } finally {
    client.release()
  }
})

test('Kysely speaks camelCase, and leaves the keys inside JSON alone', async () => {
  const organizationId = '0199aaaa-0000-7000-8000-000000000001'
  await database.kysely
    .insertInto('organization')
    .values({ organizationId, name: 'Acme', createdAt: new Date('2026-01-01T00:00:00Z') })
    .execute()
  await database.kysely
    .insertInto('commandKey')
    .values({
      organizationId,
      commandKey: 'k',
      digest: 'd',
      result: { snake_key: 1 },
      appliedAt: new Date(0),
    })
    .execute()
  const row = await database.kysely.selectFrom('commandKey').selectAll().executeTakeFirstOrThrow()
  expect(row).toMatchObject({
    organizationId,
    commandKey: 'k',
    result: { snake_key: 1 },
    appliedAt: new Date(0),
  })
})

test.each([
  ['plimsoll_everyone', () => database],
  ['plimsoll_runtime', () => database.forOrganization('0199aaaa-0000-7000-8000-000000000001')],
])('every pooled connection works as the role %s, in UTC, with time limits', async (user, from) => {
  const { rows } =
    await from().pool.query(`select current_user as "user", current_setting('timezone') as zone,
    current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
    current_setting('idle_in_transaction_session_timeout') as idle`)
  expect(rows).toEqual([{ user, zone: 'UTC', statement: '2min', lock: '20s', idle: '6s' }])
})

test('a process that stands still in a transaction holds its locks for seconds only', async () => {
  const [standing, other] = [await database.pool.connect(), await database.pool.connect()]
  try {
    await standing.query('begin; lock table organization')
    const startedMs = performance.now()
    await other.query('begin; lock table organization; rollback')
    expect(performance.now() - startedMs).toBeLessThan(9_000)
    await expect(standing.query('commit')).rejects.toThrow()
  } finally {
    standing.release(true)
    other.release()
  }
})

test('I2: the runtime role can neither change a movement nor write a balance', async () => {
  for (const statement of [
    'delete from movement',
    'update movement set reason = null',
    'truncate movement',
    'delete from balance',
  ]) {
    await expect(database.pool.query(statement), statement).rejects.toMatchObject({ code: '42501' })
  }
})
