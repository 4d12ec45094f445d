// The schema as PostgreSQL keeps it, against what the design asks of every table: rows of one organization lie together.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 1 })
})
afterAll(() => database.drop())

/** Written thousands of times a second: what they refer to is proved by the decision and by `verify`. */
const HOT_TABLES = ['order_line', 'reservation', 'movement', 'balance', 'platform_call']

test('I9: every table has a key, and every key and unique index starts with organization_id', async () => {
  const { rows } = await sql<{ table: string; index: string; first: string; primary: boolean }>`
    select pg_class.relname as "table", indexes.relname as index, pg_attribute.attname as first,
      indisprimary as primary
    from pg_index
    join pg_class on pg_class.oid = indrelid
    join pg_class as indexes on indexes.oid = indexrelid
    join pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where pg_class.relnamespace = 'public'::regnamespace and indisunique
    order by 1, 2`.execute(database.kysely)
  expect(rows.filter((row) => row.first !== 'organization_id')).toEqual([])
  const keyed = new Set(rows.filter((row) => row.primary).map((row) => row.table))
  expect((await tables()).filter((table) => !keyed.has(table))).toEqual([])
})

test('I9: every foreign key starts with organization_id, on both sides', async () => {
  const { rows } = await sql<{ name: string; from: string; to: string }>`
    select conrelid::regclass || '.' || conname as name, own.attname as from, theirs.attname as to
    from pg_constraint
    join pg_attribute as own on own.attrelid = conrelid and own.attnum = conkey[1]
    join pg_attribute as theirs on theirs.attrelid = confrelid and theirs.attnum = confkey[1]
    where contype = 'f' and connamespace = 'public'::regnamespace`.execute(database.kysely)
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.filter((row) => row.from !== 'organization_id' || row.to !== 'organization_id')).toEqual([])
})

test('hot tables carry check constraints and no foreign keys', async () => {
  const { rows } = await sql<{ table: string; checks: number; foreign: number }>`
    select relname as "table",
      count(*) filter (where contype = 'c') as checks, count(*) filter (where contype = 'f') as foreign
    from pg_constraint join pg_class on pg_class.oid = conrelid
    where relname = any(${sql.val(HOT_TABLES)}::text[]) group by 1 order by 1`.execute(database.kysely)
  expect(rows.map((row) => row.table)).toEqual([...HOT_TABLES].sort())
  expect(rows.filter((row) => row.checks === 0 || row.foreign > 0)).toEqual([])
})

async function tables(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')`.execute(database.kysely)
  return rows.map((row) => row.name)
}
