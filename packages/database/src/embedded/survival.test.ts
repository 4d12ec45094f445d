import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Database, openDatabase } from '../open-database.ts'
import { type Child, startHubLike } from '../testing/child-process.ts'
import { type DataFolder, makeDataFolder, until } from '../testing/data-folder.ts'
import { isTransient } from '../transactions.ts'
import { isAlive } from './postmaster.ts'

// Real servers on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

// Real servers and real processes. All tests of this file share one data folder and leave it stopped or running.
let folder: DataFolder
const children: Child[] = []
const opened: Database[] = []

beforeAll(async () => {
  folder = await makeDataFolder()
})
afterEach(async () => {
  for (const child of children.splice(0)) if (isAlive(child.pid)) child.kill('SIGKILL')
  for (const database of opened.splice(0)) await database.close()
})
afterAll(() => folder.remove())

async function open(keep: 'running' | 'stop-with-process' = 'running'): Promise<Database> {
  const database = await openDatabase({ dataFolder: folder.path, keep, poolMax: 2 })
  opened.push(database)
  return database
}

function start(mode: 'open' | 'insert', keep: 'running' | 'stop-with-process'): Child {
  const child = startHubLike(mode, folder.path, keep)
  children.push(child)
  return child
}

test('three processes at once on an empty folder: one makes and starts it, all work on it', async () => {
  const hubs = [1, 2, 3].map(() => start('open', 'running'))
  const seen = await Promise.all(hubs.map(async (hub) => JSON.parse(await hub.line())))
  expect(new Set(seen.map(({ url, started }) => `${url} ${started}`)).size).toBe(1)
  expect(seen[0].fsync).toBe('on')
  for (const hub of hubs) hub.endInput()
  for (const hub of hubs) expect((await hub.ended).errors).toBe('')
  expect(await folder.serverPid()).toBeDefined()
})

test('only the server may read its folder, and only we the password', async () => {
  const mode = async (path: string) => (await stat(path)).mode & 0o777
  expect(await mode(folder.cluster)).toBe(0o700)
  expect(await mode(join(folder.path, 'postgres', 'password'))).toBe(0o600)
  const database = await open()
  const wrong = new URL(database.url)
  wrong.password = 'guessed'
  await expect(openDatabase({ databaseUrl: wrong.href, keep: 'running' })).rejects.toMatchObject({
    code: 'permission',
  })
})

test('closing leaves a server that is to keep running, and the next hub adopts it', async () => {
  const first = await open()
  const pid = await folder.serverPid()
  await first.close()
  opened.pop()
  const second = await open()
  expect(await folder.serverPid()).toBe(pid)
  expect((await second.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('the server killed with -9 under an open database: it comes back and the same pool works on', async () => {
  const database = await open()
  let reconnects = 0
  const heard: string[] = []
  await database.listen(
    'survival',
    (payload) => heard.push(payload),
    () => reconnects++,
  )
  const killed = await folder.serverPid()
  await folder.stop('SIGKILL')

  await until(async () => {
    try {
      return (await database.pool.query('select 1')).rowCount === 1
    } catch (error) {
      expect(isTransient(error), String(error)).toBe(true)
      return false
    }
  })
  expect(await folder.serverPid()).not.toBe(killed)
  await until(() => reconnects === 1)
  await database.pool.query(`select pg_notify('survival', 'again')`)
  await until(() => heard.includes('again'))
})

test('the server killed with -9 while no hub runs: the next start recovers it', async () => {
  await open()
  await opened.pop()?.close()
  await folder.stop('SIGKILL')
  expect(await readFile(join(folder.cluster, 'postmaster.pid'), 'utf8')).not.toBe('')
  const database = await open()
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a port that somebody else took meanwhile: the server moves to another', async () => {
  const before = await open()
  const port = Number(new URL(before.url).port)
  await before.close()
  opened.pop()
  await folder.stop()
  const squatter = createServer().listen(port, '127.0.0.1')
  try {
    const after = await open()
    expect(Number(new URL(after.url).port)).not.toBe(port)
    expect((await after.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  } finally {
    squatter.close()
  }
})

test('a port taken while the database is open: the pool follows the restarted server to its new port', async () => {
  const database = await open()
  const port = Number(new URL(database.url).port)
  await folder.stop()
  const squatter = createServer((socket) => socket.destroy()).listen(port, '127.0.0.1')
  try {
    await until(() => Number(new URL(database.url).port) !== port)
    expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
  } finally {
    squatter.close()
  }
})

test.each(['running', 'stop-with-process'] as const)(
  'a hub killed with -9 (%s): no acknowledged row is lost and the next start works',
  async (keep) => {
    await folder.stop()
    const hub = start('insert', keep)
    for (let lines = 0; lines < 200; lines++) await hub.line()
    const pid = await folder.serverPid()
    hub.kill('SIGKILL')
    const { lines } = await hub.ended
    const last = Number(lines.at(-1) ?? 199)

    // The watchdog ends the server; without it the server outlives the hub.
    if (keep === 'stop-with-process') await until(() => pid !== undefined && !isAlive(pid))
    else expect(await folder.serverPid()).toBe(pid)

    const database = await open()
    const { rows } = await database.pool.query('select count(*) as rows, max(id) as last from acknowledged')
    expect(rows[0].last).toBeGreaterThanOrEqual(last)
    expect(rows[0].rows).toBe(rows[0].last)
    await database.pool.query('drop table acknowledged')
  },
)

test('Ctrl-C goes to the whole process group, and the server stays for a hub that is draining', async () => {
  await folder.stop()
  const hub = start('open', 'stop-with-process')
  await hub.line()
  hub.kill('SIGINT', 'group')
  expect(await hub.line()).toBe('drained')
  hub.write('still there')
  expect(await hub.line()).toBe('still there')
  hub.endInput()
  expect((await hub.ended).errors).toBe('')
  expect(await folder.serverPid(), 'closed with its process').toBeUndefined()
})
