import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LOCK_KEY, migrate } from './migrations.ts'
import { createTestDatabase, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
let migrationsFolder: string
beforeEach(async () => {
  // Emptied: these tests bring their own migrations. As the owner, since the runtime role may not drop.
  database = await createTestDatabase()
  await asOwner('drop schema plimsoll_migration cascade')
  migrationsFolder = await mkdtemp(join(tmpdir(), 'plimsoll-migrations-'))
})
afterEach(async () => {
  await database.drop()
  await rm(migrationsFolder, { recursive: true })
})

async function asOwner(statement: string): Promise<{ [column: string]: unknown }[]> {
  const client = await database.pool.connect()
  try {
    await client.query('reset role')
    return (await client.query(statement)).rows
  } finally {
    client.release(true)
  }
}

async function write(files: { [name: string]: string }): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(migrationsFolder, name), text)
}

const first = { '0001-first.sql': 'create table first (id int);\ninsert into first values (1);\n' }
const second = { '0002-second.sql': 'alter table first add column note text;' }

test('files are applied in order, once; other files are not migrations', async () => {
  await write({ ...second, ...first, 'README.md': 'not sql', '0003-draft.sql.bak': 'select 1/0' })
  expect(await migrate(database, { migrationsFolder })).toEqual({ applied: ['0001-first', '0002-second'] })
  expect(await migrate(database, { migrationsFolder })).toEqual({ applied: [] })
  expect(await asOwner('select * from first')).toEqual([{ id: 1, note: null }])
})

test('a migration that fails is undone as a whole; those before it stay, and a corrected one goes on', async () => {
  await write({ ...first, '0002-second.sql': 'create table second (id int);\nselect 1 / 0;' })
  await expect(migrate(database, { migrationsFolder })).rejects.toMatchObject({
    code: 'migration-failed',
    message: expect.stringContaining('0002-second failed: division by zero'),
  })
  expect(
    await asOwner(`select to_regclass('first') is null as first, to_regclass('second') is null as second`),
  ).toEqual([{ first: false, second: true }])
  await write(second)
  expect(await migrate(database, { migrationsFolder })).toEqual({ applied: ['0002-second'] })
})

test('a connection that breaks between two statements fails the migration, and does not end the process', async () => {
  await write(first)
  const holder = await database.pool.connect()
  try {
    await holder.query('select pg_advisory_lock($1)', [LOCK_KEY])
    const timing = {
      ...database.timing,
      // It waits for the lock: nothing is asked at this moment.
      sleep: async () => {
        await holder.query('reset role')
        await holder.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where application_name = 'plimsoll migrate' and datname = current_database()`,
        )
        await new Promise((resolve) => setTimeout(resolve, 100))
      },
    }
    await expect(migrate({ url: database.url, timing }, { migrationsFolder })).rejects.toThrow()
  } finally {
    holder.release(true)
  }
  expect(await migrate(database, { migrationsFolder })).toEqual({ applied: ['0001-first'] })
})

test('processes that migrate at once wait for each other: each file is applied by one of them', async () => {
  await write({ '0001-first.sql': `${first['0001-first.sql']} select pg_sleep(0.2);`, ...second })
  const racers = await Promise.all([1, 2, 3].map(() => migrate(database, { migrationsFolder })))
  expect(racers.flatMap(({ applied }) => applied).sort()).toEqual(['0001-first', '0002-second'])
  expect(await asOwner('select count(*) as rows from first')).toEqual([{ rows: 1 }])
})

test('a database migrated by a newer Plimsoll is refused, and nothing is applied', async () => {
  await write({ ...first, ...second, '0007-later.sql': 'create table later (id int);' })
  await migrate(database, { migrationsFolder })
  await rm(join(migrationsFolder, '0007-later.sql'))
  await write({ '0003-mine.sql': 'create table mine (id int);' })
  await expect(migrate(database, { migrationsFolder })).rejects.toMatchObject({
    code: 'schema-newer',
    message: 'The database was migrated by a newer Plimsoll (0007-later); start that version.',
  })
  expect(await asOwner(`select to_regclass('mine') is null as absent`)).toEqual([{ absent: true }])
})

test('a migration edited after it was applied is refused; other line ends are no edit', async () => {
  await write(first)
  await migrate(database, { migrationsFolder })
  await write({ '0001-first.sql': first['0001-first.sql'].replaceAll('\n', '\r\n'), ...second })
  expect(await migrate(database, { migrationsFolder })).toEqual({ applied: ['0002-second'] })
  await write({ '0001-first.sql': `${first['0001-first.sql']}-- a comment\n` })
  await expect(migrate(database, { migrationsFolder })).rejects.toMatchObject({ code: 'migration-edited' })
})

test('the runtime role may not touch the notes on migrations', async () => {
  await write(first)
  await migrate(database, { migrationsFolder })
  await expect(database.pool.query('delete from plimsoll_migration.checksum')).rejects.toMatchObject({
    code: '42501',
  })
})
