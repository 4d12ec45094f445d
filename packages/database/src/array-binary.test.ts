// What is handed over in binary is what the server would have read from the text, and what the form does not hold is left to it.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrayBinary } from './array-binary.ts'
import { arrayLiteral } from './array-literal.ts'
import { createTestDatabase, fromEnvironment, type TestDatabase } from './testing/index.ts'
import { kindsOfValues } from './testing/values-of-columns.ts'
import { arrayOf, type ColumnType } from './unnest.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 1 })
})
afterAll(() => database.drop())

async function readBack(array: Buffer | string, type: ColumnType): Promise<unknown[]> {
  const found = await sql<{ value: unknown }>`
    select value from unnest(${array}::${sql.raw(type)}[]) with ordinality as given(value, nth)
    order by nth`.execute(database.kysely)
  return found.rows.map((row) => row.value)
}

test.each(kindsOfValues.filter(([type]) => type !== 'date'))(
  'an array of %s comes back as it went',
  async (type, arbitrary) => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitrary, { maxLength: 20 }), async (values) => {
        const binary = arrayBinary(values, (value) => value, type)
        expect(binary).toBeDefined()
        expect(await readBack(binary ?? '', type)).toEqual(values)
        expect(
          await readBack(
            arrayLiteral(values, (value) => value, type),
            type,
          ),
        ).toEqual(values)
      }),
      fromEnvironment(60),
    )
  },
)

test('a text of any length keeps its bytes, and so do the arrays beside it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', '库', '🧦', 'é'), fc.nat(2_000)), { maxLength: 40 }),
      async (pieces) => {
        const texts = pieces.map(([piece, times]) => piece.repeat(times))
        const both = [arrayBinary(texts, (text) => text, 'text'), arrayBinary(texts, (text) => text, 'text')]
        for (const array of both) expect(await readBack(array ?? '', 'text')).toEqual(texts)
      },
    ),
    fromEnvironment(20),
  )
})

test('more than a piece of memory holds is written too', async () => {
  const texts = Array.from({ length: 3 }, (_, nth) => String(nth).repeat(400_000))
  expect(await readBack(arrayBinary(texts, (text) => text, 'text') ?? '', 'text')).toEqual(texts)
})

test.each<[ColumnType, unknown]>([
  ['bigint', 1.5],
  ['bigint', 2 ** 53],
  ['bigint', 7n],
  ['int', 2 ** 31],
  ['uuid', 'not an id'],
  ['uuid', '01234567-89ab-7def-8123-456789abcdeg'],
  ['boolean', 'true'],
  ['timestamptz', '2026-11-25T00:00:00Z'],
  ['timestamptz', new Date(Number.NaN)],
  ['timestamptz', new Date('9999-12-31')],
  ['text', 7],
  ['date', '2026-11-25'],
])('%s does not hold %s in binary', (type, value) => {
  expect(arrayBinary([value], (each) => each, type)).toBeUndefined()
})

test('what the form does not hold goes as a text, and the server says what is wrong with it', async () => {
  const read = (values: unknown[], type: ColumnType) =>
    sql<{ values: unknown[] }>`select ${arrayOf(values, type)} as values`.execute(database.kysely)
  expect((await read([7n, 8], 'bigint')).rows[0]?.values).toEqual([7, 8])
  await expect(read([1, 1.5], 'bigint')).rejects.toThrow('invalid input syntax for type bigint: "1.5"')
  await expect(read(['nonsense'], 'uuid')).rejects.toThrow('invalid input syntax for type uuid: "nonsense"')
  // An array that was given up halfway leaves nothing behind.
  expect((await read([1, 2], 'bigint')).rows[0]?.values).toEqual([1, 2])
})
