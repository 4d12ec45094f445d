import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { codeOf } from '../errors.ts'
import { openDatabase } from '../open-database.ts'
import { mountSmallDisk, type SmallDisk } from '../testing/small-disk.ts'
import { problemFromLog } from './server-log.ts'

// Real servers on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

// Mounted for real where this process may; the words of a log are tested everywhere.
let tiny: SmallDisk | undefined
let small: SmallDisk | undefined
beforeAll(async () => {
  tiny = await mountSmallDisk(12)
  small = await mountSmallDisk(160)
})
afterAll(async () => {
  await tiny?.remove()
  await small?.remove()
})

test('a disk too small for a new database: refused with the cure, and nothing half-made is left', async ({
  skip,
}) => {
  if (!tiny) return skip()
  const dataFolder = join(tiny.path, 'data')
  await expect(openDatabase({ dataFolder, keep: 'stop-with-process' })).rejects.toMatchObject({
    code: 'disk-full',
  })
  expect(await readdir(dataFolder)).toEqual([])
})

test('a disk that fills up under a running server loses nothing acknowledged, and works again once freed', async ({
  skip,
}) => {
  if (!small) return skip()
  const options = { dataFolder: join(small.path, 'data'), keep: 'stop-with-process' } as const
  const database = await openDatabase(options)
  await database.pool.query('create table acknowledged (id bigint primary key, padding text)')
  let acknowledged = 0
  const insert = async () => {
    await database.pool.query(`insert into acknowledged values ($1, repeat('x', 1000))`, [acknowledged + 1])
    acknowledged++
  }
  for (let row = 0; row < 50; row++) await insert()

  await small.fill()
  const failure = await (async () => {
    for (let row = 0; row < 100_000; row++) await insert()
    return undefined
  })().catch((error: unknown) => error)
  expect(codeOf(failure), 'PostgreSQL says "disk full"').toBe('53100')

  await small.free()
  await insert()
  const { rows } = await database.pool.query('select count(*) as rows from acknowledged')
  expect(rows[0].rows).toBe(acknowledged)
  await database.close()

  await small.fill()
  await expect(openDatabase(options), 'a start on a full disk').rejects.toMatchObject({ code: 'disk-full' })
  await small.free()
  await small.makeReadOnly()
  await expect(openDatabase(options), 'a start on a read-only disk').rejects.toMatchObject({
    code: 'read-only-folder',
  })
  await expect(openDatabase({ ...options, dataFolder: join(small.path, 'new') })).rejects.toMatchObject({
    code: 'read-only-folder',
  })
})

test.each([
  ['disk-full', 'FATAL:  could not write lock file "postmaster.pid": No space left on device'],
  ['read-only-folder', 'FATAL:  could not open file "base/1/2601": Read-only file system'],
  ['permission', 'FATAL:  data directory "/data" has invalid permissions'],
  ['cannot-start', 'FATAL:  could not map anonymous shared memory: Cannot allocate memory'],
])('a server log that says so is the problem %s, with its last lines in the message', (code, line) => {
  const problem = problemFromLog('PostgreSQL did not start', `LOG:  starting\n${line}\n`)
  expect(problem.code).toBe(code)
  expect(problem.message).toContain(line)
  expect(problem.cure).not.toBe('')
})
