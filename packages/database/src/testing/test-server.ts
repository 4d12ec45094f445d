import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../migrations.ts'
import { type Database, openDatabase } from '../open-database.ts'

/** How a test finds the server of its run: an administrator's connection string and the migrated template's name. */
export type TestServer = { url: string; template: string }

export type TestDatabase = Database & { drop(): Promise<void> }

/**
 * Starts a server for tests: embedded, `fsync` off, in a temporary folder, or the one named by
 * PLIMSOLL_TEST_DATABASE_URL; with a template database that is migrated once.
 */
export async function startTestServer(): Promise<TestServer & { stop(): Promise<void> }> {
  const given = process.env.PLIMSOLL_TEST_DATABASE_URL
  const folder = given === undefined ? await makeTemporaryFolder() : undefined
  const admin = await openDatabase({
    keep: 'stop-with-process',
    fsync: false,
    runtimeRole: false,
    ...(folder === undefined ? {} : { dataFolder: folder }),
    ...(given === undefined ? {} : { databaseUrl: given }),
  })
  const template = uniqueName('template')
  const stop = async () => {
    await admin.pool.query(`drop database if exists ${template} with (force)`)
    await admin.close()
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    if (folder !== undefined && admin.folder !== undefined)
      await rm(admin.folder, { recursive: true, force: true })
  }
  try {
    await admin.pool.query(`create database ${template}`)
    await migrate({ url: databaseUrl(admin.url, template), timing: admin.timing })
    return { url: admin.url, template, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** A fresh clone of the server's template, opened. `drop` closes and removes it. */
export async function cloneTemplate(
  server: TestServer,
  options: { poolMax?: number } = {},
): Promise<TestDatabase> {
  const name = uniqueName('test')
  await asAdministrator(server, `create database ${name} template ${server.template}`)
  const database = await openDatabase({
    databaseUrl: databaseUrl(server.url, name),
    keep: 'running',
    poolMax: options.poolMax ?? 5,
    applicationName: name,
  })
  const drop = async () => {
    await database.close()
    await asAdministrator(server, `drop database if exists ${name} with (force)`)
  }
  // Assigned and not spread: a spread would freeze the getter of `url`.
  return Object.assign(database, { drop })
}

async function asAdministrator(server: TestServer, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

function databaseUrl(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

function uniqueName(kind: string): string {
  return `plimsoll_${kind}_${randomBytes(6).toString('hex')}`
}

/** Passable for the unprivileged user that the server runs as when tests run as root. */
export async function makeTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-test-'))
  await chmod(folder, 0o711)
  return folder
}
