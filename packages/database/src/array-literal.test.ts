// Whatever is handed over as an array comes back from the server as it went.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrayLiteral } from './array-literal.ts'
import { createTestDatabase, fromEnvironment, type TestDatabase } from './testing/index.ts'
import type { ColumnType } from './unnest.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 1 })
})
afterAll(() => database.drop())

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
/** PostgreSQL stores no zero character in a text. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', '')),
  fc.constantFrom('', 'NULL', 'null', '{}', ',', '"', '\\', ' a ', '\n', '库存'),
)
const kinds: [ColumnType, fc.Arbitrary<unknown>][] = [
  ['text', text],
  ['uuid', fc.uuid()],
  ['bigint', fc.maxSafeInteger()],
  ['int', fc.integer({ min: -2_147_483_648, max: 2_147_483_647 })],
  ['boolean', fc.boolean()],
  ['timestamptz', fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })],
  ['date', fc.constantFrom('2026-02-28', '0099-01-01')],
  ['jsonb', fc.record({ text, number: fc.integer(), list: fc.array(text) })],
]

test.each(kinds)('an array of %s comes back as it went', async (type, arbitrary) => {
  await fc.assert(
    fc.asyncProperty(fc.array(optional(arbitrary), { maxLength: 20 }), async (values) => {
      const rows = values.map((value) => ({ value }))
      const literal = arrayLiteral(rows, 'value', type)
      const found = await sql<{ value: unknown }>`
        select value from unnest(${literal}::${sql.raw(type)}[]) with ordinality as given(value, nth)
        order by nth`.execute(database.kysely)
      expect(found.rows.map((row) => row.value)).toEqual(values)
    }),
    fromEnvironment(60),
  )
})
