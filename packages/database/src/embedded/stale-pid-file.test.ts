import { spawn } from 'node:child_process'
import { chown, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../open-database.ts'
import { type DataFolder, makeDataFolder } from '../testing/data-folder.ts'
import { findPostmaster } from './postmaster.ts'

// Real servers on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let folder: DataFolder
beforeAll(async () => {
  folder = await makeDataFolder()
  await openOnce()
  await folder.stop()
})
afterAll(() => folder.remove())

async function openOnce(): Promise<{ lines: string[]; rows: unknown[] }> {
  const lines: string[] = []
  const database = await openDatabase({
    dataFolder: folder.path,
    keep: 'running',
    log: (line) => lines.push(line),
  })
  const { rows } = await database.pool.query('select 1 as one')
  await database.close()
  return { lines, rows }
}

async function writePidFile(text: string): Promise<void> {
  const file = join(folder.cluster, 'postmaster.pid')
  const { uid, gid } = await stat(folder.cluster)
  await writeFile(file, text, { mode: 0o600 })
  await chown(file, uid, gid)
}

test('a postmaster.pid that names a living stranger of the same user is removed', async () => {
  const { uid, gid } = await stat(folder.cluster)
  const stranger = spawn('cat', [], {
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    ...(process.getuid?.() === 0 ? { uid, gid } : {}),
  })
  try {
    await writePidFile(
      `${stranger.pid}\n${folder.cluster}\n1700000000\n54321\n\n127.0.0.1\n  123 456\nready   \n`,
    )
    expect(await findPostmaster(folder.cluster)).toBeUndefined()
    const { lines, rows } = await openOnce()
    expect(rows).toEqual([{ one: 1 }])
    expect(lines).toContainEqual(expect.stringContaining('named a stranger'))
    expect(stranger.exitCode, 'the stranger lives').toBeNull()
  } finally {
    stranger.stdin?.end()
    await folder.stop()
  }
})

test.each([
  ['names a dead process', `4194303\n/nowhere\n1700000000\n54321\n\n127.0.0.1\n  123 456\nready   \n`],
  ['is empty, as a start that died on a full disk leaves it', ''],
])('a postmaster.pid that %s does not block the start', async (_, text) => {
  await writePidFile(text)
  expect((await openOnce()).rows).toEqual([{ one: 1 }])
  await folder.stop()
})
