// Parameters arrive as they were given, whatever their kind and length; a refused one leaves the connection as it was.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, fromEnvironment, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 1 })
})
afterAll(() => database.drop())

/** Around the length from which bytes are sent as they are. */
const length = fc.oneof(fc.nat(20), fc.integer({ min: 500, max: 530 }), fc.nat(100_000))
const parameter = fc.oneof(
  fc.constant(null),
  length.map((bytes) => Buffer.alloc(bytes, 0xa5)),
  length.map((bytes) => '库a'.repeat(bytes / 4)),
)

test('parameters arrive as they were given', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(parameter, { minLength: 1, maxLength: 12 }), async (values) => {
      const casts = values.map(
        (value, nth) => `$${nth + 1}::${Buffer.isBuffer(value) ? 'bytea' : 'text'} as v${nth}`,
      )
      const { rows } = await database.pool.query<Record<string, unknown>>(
        `select ${casts.join(', ')}`,
        values,
      )
      expect(values.map((_, nth) => rows[0]?.[`v${nth}`])).toEqual(values)
    }),
    fromEnvironment(60),
  )
})

test('as many parameters as the protocol counts are sent', async () => {
  const values = Array.from({ length: 65_535 }, (_, nth) => nth)
  const sum = values.map((_, nth) => `($${nth + 1}::int)`).join(', ')
  const { rows } = await database.pool.query(
    `select count(*)::int as found from (values ${sum}) as given`,
    values,
  )
  expect(rows).toEqual([{ found: values.length }])
})

test('a parameter that cannot be written is refused, and the next statement runs', async () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  await expect(database.pool.query('select $1::text', [circular])).rejects.toThrow('circular')
  const { rows } = await database.pool.query<{ said: string }>('select $1::text as said', ['still here'])
  expect(rows).toEqual([{ said: 'still here' }])
})
