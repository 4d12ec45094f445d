import { execFile, spawn } from 'node:child_process'
import { chown, mkdir, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { migrate } from './migrations.ts'
import { openDatabase } from './open-database.ts'
import { until } from './testing/data-folder.ts'
import { createTestDatabase, makeTemporaryFolder } from './testing/index.ts'
import { readWall } from './wall.ts'

test('a server that does not answer, or does not know the database, is a problem with its address', async () => {
  const database = await createTestDatabase()
  const nowhere = new URL(database.url)
  nowhere.pathname = '/no_such_database'
  const opening = openDatabase({ databaseUrl: nowhere.href, keep: 'running' })
  await expect(opening).rejects.toMatchObject({
    code: 'address',
    message: expect.stringContaining('no_such_database'),
  })

  const port = await freePort()
  const refused = openDatabase({ databaseUrl: `postgres://nobody@127.0.0.1:${port}/x`, keep: 'running' })
  await expect(refused).rejects.toMatchObject({
    code: 'address',
    message: expect.stringContaining('ECONNREFUSED'),
  })
  await database.drop()
})

test('test databases are clones that share nothing, and are gone when dropped', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  const insert = `insert into organization values ('0199aaaa-0000-7000-8000-000000000001', 'Acme', '2026-01-01Z')`
  await one.pool.query(insert)
  expect((await other.pool.query('select from organization')).rowCount).toBe(0)
  const url = one.url
  await one.drop()
  await expect(openDatabase({ databaseUrl: url, keep: 'running' })).rejects.toMatchObject({ code: 'address' })
  await other.drop()
})

test("Debian's PostgreSQL, where it is installed, serves as the given one", async ({ skip }) => {
  const programs = await findDebianPrograms()
  if (programs === undefined) {
    process.stdout.write(
      'notice: no PostgreSQL under /usr/lib/postgresql, the test of a given server is skipped\n',
    )
    return skip()
  }
  const folder = await makeTemporaryFolder()
  const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const data = join(folder, 'data')
  await mkdir(data, { mode: 0o700 })
  if (user.uid !== undefined) await chown(data, user.uid, user.gid)
  await promisify(execFile)(join(programs, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-N'], {
    cwd: '/',
    ...user,
  })
  const port = await freePort()
  const args = ['-D', data, '-p', String(port), '-k', '', '-c', 'listen_addresses=127.0.0.1', '-F']
  const server = spawn(join(programs, 'postgres'), args, { cwd: '/', stdio: 'ignore', ...user })
  const ended = new Promise((resolve) => server.on('exit', resolve))
  try {
    const databaseUrl = `postgres://postgres@127.0.0.1:${port}/postgres`
    const open = () => openDatabase({ databaseUrl, keep: 'running' })
    await until(() =>
      open().then(
        (database) => database.close().then(() => true),
        () => false,
      ),
    )
    const database = await open()
    expect(database).toMatchObject({
      kind: 'given',
      serverVersion: expect.stringMatching(/^1[5-9]|^[2-9]\d/),
    })
    expect((await migrate(database)).applied).toContain('0001-organization-and-roles')
    expect((await database.pool.query('select current_user as "user"')).rows).toEqual([
      { user: 'plimsoll_everyone' },
    ])
    const walled = database.forOrganization('0199aaaa-0000-7000-8000-000000000001')
    expect(await readWall(walled.pool)).toEqual({ role: 'plimsoll_runtime', isUp: true })
    await database.close()
  } finally {
    server.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
})

async function findDebianPrograms(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql'
  const majors = await readdir(root).catch(() => [])
  const newest = majors
    .map(Number)
    .filter((major) => major >= 15)
    .sort((a, b) => b - a)[0]
  return newest === undefined ? undefined : join(root, String(newest), 'bin')
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
