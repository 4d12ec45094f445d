// Whatever is handed over as an array comes back from the server as it went.
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { arrayLiteral } from './array-literal.ts'
import { createTestDatabase, fromEnvironment, type TestDatabase } from './testing/index.ts'
import { kindsOfValues } from './testing/values-of-columns.ts'
import type { ColumnType } from './unnest.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 1 })
})
afterAll(() => database.drop())

const longAgo: [ColumnType, fc.Arbitrary<unknown>] = [
  'timestamptz',
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
]

test.each([...kindsOfValues, longAgo])('an array of %s comes back as it went', async (type, arbitrary) => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitrary, { maxLength: 20 }), async (values) => {
      const literal = arrayLiteral(values, (value) => value, type)
      const found = await sql<{ value: unknown }>`
        select value from unnest(${literal}::${sql.raw(type)}[]) with ordinality as given(value, nth)
        order by nth`.execute(database.kysely)
      expect(found.rows.map((row) => row.value)).toEqual(values)
    }),
    fromEnvironment(60),
  )
})
