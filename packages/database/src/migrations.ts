import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'
import type { Timing } from './clock.ts'
import { DatabaseProblem, messageOf } from './errors.ts'

/** A file of `migrations/`, such as `0002-stock`. */
type MigrationFile = { name: string; text: string; checksum: string }

export type MigrateOptions = {
  /** By default this package's `migrations`. */
  migrationsFolder?: string
}

/** What Plimsoll notes about its migrations lives apart from its tables, where the runtime role has no rights. */
const schema = 'plimsoll_migration'
/** Of the advisory lock under which one process at a time migrates. */
export const LOCK_KEY = 7_204_513_086_112_394

/**
 * Brings the schema up to date: each file of `migrations/` in its own transaction, in order, once.
 * Processes that migrate at the same time wait for each other.
 * @returns the names of the migrations that this call applied
 * @throws DatabaseProblem `schema-newer`, `migration-edited` (nothing was changed), `migration-failed` (rolled back)
 */
export async function migrate(
  database: { url: string; timing: Timing },
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const files = await readMigrations(
    options.migrationsFolder ?? fileURLToPath(new URL('../migrations', import.meta.url)),
  )
  // Connections of its own: the pool may work as the runtime role and has time limits that an index build breaks.
  const pool = new pg.Pool({ connectionString: database.url, max: 2, application_name: 'plimsoll migrate' })
  // One that breaks between two statements would end the process: its next statement fails, which says enough.
  pool.on('connect', (client) => void client.on('error', () => undefined))
  pool.on('error', () => undefined)
  const kysely = new Kysely<NotedTables>({ dialect: new PostgresDialect({ pool }) })
  try {
    return await kysely.connection().execute(async (lock) => {
      await takeLock(lock, database.timing)
      try {
        await checkApplied(kysely, files)
        return { applied: await applyPending(kysely, files) }
      } finally {
        await sql`select pg_advisory_unlock(${sql.lit(LOCK_KEY)})`.execute(lock)
      }
    })
  } finally {
    await kysely.destroy()
  }
}

/** Asked again and again: a statement that waits holds a snapshot, which `create index concurrently` would wait for. */
async function takeLock(kysely: Kysely<NotedTables>, timing: Timing): Promise<void> {
  for (;;) {
    const { rows } = await sql<{
      taken: boolean
    }>`select pg_try_advisory_lock(${sql.lit(LOCK_KEY)}) as taken`.execute(kysely)
    if (rows[0]?.taken) return
    await timing.sleep(50)
  }
}

/** Refuses a database that knows migrations which we do not, or ran another text than the one we have. */
async function checkApplied(kysely: Kysely<NotedTables>, files: MigrationFile[]): Promise<void> {
  await sql`create schema if not exists ${sql.id(schema)}`.execute(kysely)
  await sql`
    create table if not exists ${sql.id(schema, 'checksum')} (
      name text primary key,
      sha256 text not null
    )`.execute(kysely)
  const applied = await kysely.selectFrom('plimsoll_migration.checksum').selectAll().orderBy('name').execute()
  for (const { name, sha256 } of applied) {
    const file = files.find((candidate) => candidate.name === name)
    if (!file) {
      throw new DatabaseProblem(
        'schema-newer',
        `The database was migrated by a newer Plimsoll (${name}); start that version.`,
      )
    }
    if (file.checksum !== sha256) {
      throw new DatabaseProblem(
        'migration-edited',
        `The migration ${name} was changed after it had been applied.`,
      )
    }
  }
}

/** One `migrateUp` per file, since `migrateToLatest` would put all of them into one transaction. */
async function applyPending(kysely: Kysely<NotedTables>, files: MigrationFile[]): Promise<string[]> {
  const migrator = new Migrator({
    db: kysely,
    migrationTableSchema: schema,
    migrationTableName: 'applied',
    migrationLockTableName: 'lock',
    provider: {
      getMigrations: async () => Object.fromEntries(files.map((file) => [file.name, toMigration(file)])),
    },
  })
  const applied: string[] = []
  for (;;) {
    const { error, results } = await migrator.migrateUp()
    const name = results?.[0]?.migrationName
    if (error !== undefined) {
      const which = name === undefined ? '' : ` ${name}`
      throw new DatabaseProblem(
        'migration-failed',
        `The migration${which} failed: ${messageOf(error)}`,
        error,
      )
    }
    if (name === undefined) return applied
    applied.push(name)
  }
}

function toMigration(file: MigrationFile): Migration {
  return {
    up: async (db: Kysely<NotedTables>) => {
      await sql.raw(file.text).execute(db)
      await db
        .insertInto('plimsoll_migration.checksum')
        .values({ name: file.name, sha256: file.checksum })
        .execute()
    },
  }
}

async function readMigrations(folder: string): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort()
  return Promise.all(
    names.map(async (fileName) => {
      // Git may check files out with other line ends; that is no edit.
      const text = (await readFile(join(folder, fileName), 'utf8')).replaceAll('\r\n', '\n')
      const checksum = createHash('sha256').update(text).digest('hex')
      return { name: fileName.replace(/\.sql$/, ''), text, checksum }
    }),
  )
}

type NotedTables = { 'plimsoll_migration.checksum': { name: string; sha256: string } }
