import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { makeTemporaryFolder } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { lastJson, runCli, runHere, startCli } from '../testing/run-cli.ts'

// Each command is a process of its own, and the whole suite takes a while.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 })

/** One author's story: a folder outside of the repository, made, tried, broken, and used by the hub. */
let outside: string
let lantern: string
beforeAll(async () => {
  outside = await makeTemporaryFolder()
  lantern = path.join(outside, 'lantern-market')
})
afterAll(() => rm(outside, { recursive: true, force: true }))

const environment = () => ({ PLIMSOLL_CONNECTORS: outside })
const change = async (file: string, from: string, to: string) => {
  const text = await readFile(path.join(lantern, file), 'utf8')
  expect(text).toContain(from)
  await writeFile(path.join(lantern, file), text.replace(from, to))
}

test('connector new: the folder of a whole connector, under its own names', async () => {
  const made = await runCli(['connector', 'new', 'lantern-market', '--to', outside, '--json'])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(lastJson(made)).toMatchObject({ folder: lantern })
  const files = lastJson(made).files as string[]
  expect(files).toEqual(
    expect.arrayContaining(['index.ts', 'conformance.ts', 'simulator/index.ts', 'README.md']),
  )
  for (const file of files) {
    const text = await readFile(path.join(lantern, file), 'utf8')
    expect({ file, left: /my-?platform/i.test(text) || /My Platform/.test(text) }).toEqual({
      file,
      left: false,
    })
  }
  expect(await readFile(path.join(lantern, 'index.ts'), 'utf8')).toContain("name: 'Lantern Market'")
})

test('connector new: nothing that is there is overwritten, and an id is a folder name', async () => {
  const again = await runHere(['connector', 'new', 'lantern-market', '--to', outside])
  expect(again).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('is there already') })
  const taken = await runHere(['connector', 'new', 'shopify', '--to', outside])
  expect(taken).toMatchObject({ code: 2, stderr: expect.stringContaining('Take another id') })
  const wrong = await runHere(['connector', 'new', '../lantern', '--to', outside])
  expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('is no id') })
})

test('what was made passes the type checker and the whole suite', async () => {
  const tsc = path.resolve(import.meta.dirname, '../../../../node_modules/typescript/bin/tsc')
  await promisify(execFile)(process.execPath, [tsc, '-p', lantern]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout)
  })
  const tried = await runCli(['conformance', lantern])
  expect(tried.stdout).toMatch(/ {2}ok {11}access: check\(\) names the account/)
  expect(tried.stdout).toMatch(
    / {2}not claimed {2}counts: read to the end.*the manifest declares no `counts`/,
  )
  expect(tried.stdout).toMatch(/\n\d+ ok, 0 failed, \d+ not claimed\.\n$/)
  expect({ code: tried.code, stderr: tried.stderr }).toEqual({ code: 0, stderr: '' })
})

test('a connector from outside is listed, simulated and counted among the others', async () => {
  const listed = await runCli(['connectors', 'lantern-market'], { environment: environment() })
  expect(listed).toMatchObject({ code: 0, stderr: '' })
  expect(listed.stdout).toContain('lantern-market  Lantern Market, channel, API v1')
  const shop = await startCli(['simulate', 'lantern-market', '--products', '2', '--json'], {
    environment: environment(),
  })
  expect(shop.ready).toMatchObject({ credentials: { apiKey: 'simulator-key' } })
  expect(await shop.stop()).toMatchObject({ code: 0, stderr: '' })
  const unknown = await runCli(['connectors', 'lantern'], { environment: environment() })
  expect(unknown.stderr).toMatch(/there are: .*lantern-market, /)
})

test('conformance: a defect ends with 3 and says which case found it and why; in JSON too', async () => {
  await change(
    'map.ts',
    "['placed', { state: 'pending', subtracted: 'yes' }]",
    "['placed', { state: 'pending', subtracted: 'no' }]",
  )
  const args = ['conformance', 'lantern-market', '--case', 'subtracted: just placed']
  const said = await runCli(args, { environment: environment() })
  expect(said.code).toBe(3)
  expect(said.stdout).toContain('  FAILED       subtracted: just placed')
  expect(said.stdout).toMatch(/ {15}expected 10, got 8\n0 ok, 1 failed, 0 not claimed\.\n$/)
  const verbose = await runCli([...args, '--verbose'], { environment: environment() })
  expect(verbose.stdout).toContain('order-cases.ts:')
  const json = await runCli([...args, '--json'], { environment: environment() })
  expect(lastJson(json)).toMatchObject({
    connector: 'lantern-market',
    ok: 0,
    failed: 1,
    runs: [{ name: 'Lantern Market', results: [{ outcome: 'failed', why: 'expected 10, got 8' }] }],
  })
  const none = await runHere(['conformance', lantern, '--case', 'teleport'])
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('No case has "teleport"') })
})

test('conformance: what is no connector is said with the cure', async () => {
  const nowhere = await runHere(['conformance', 'lantern'])
  expect(nowhere).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is no connector and no folder "lantern"; there are: '),
  })
  const empty = await runHere(['conformance', outside])
  expect(empty).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no index.ts') })
  await rm(path.join(lantern, 'conformance.ts'))
  const unstarted = await runHere(['conformance', lantern])
  expect(unstarted).toMatchObject({ code: 2, stderr: expect.stringContaining('holds no conformance.ts') })
})

test.each<[what: string, file: string, text: string, said: string]>([
  ['no connector in it', 'index.ts', 'export const other = 1\n', 'exports no `connector`'],
  [
    'a mistake in it',
    'index.ts',
    'export const connector = nobody\n',
    'cannot be loaded: nobody is not defined.',
  ],
  [
    'an import that leads nowhere',
    'index.ts',
    "import './gone.ts'\n",
    'cannot be loaded: Cannot find module',
  ],
  ['TypeScript that Node cannot run', 'index.ts', 'export enum Kind { A }\n', 'cannot be loaded: '],
  [
    'another id than its folder',
    'index.ts',
    "export const connector = { manifest: { id: 'other' }, open() {}, webhooks: {} }\n",
    'folder and id must be the same',
  ],
  [
    'a manifest with a hole, in plain JavaScript',
    'index.js',
    "export const connector = { manifest: { id: 'faulty', name: 'F', kind: 'shop' }, open() {}, webhooks: {} }\n",
    'manifest.kind: ',
  ],
])('a folder with %s stops every command, and is named', async (_what, file, text, said) => {
  const folder = path.join(outside, 'faulty')
  await mkdir(folder)
  try {
    await writeFile(path.join(folder, file), text)
    const { code, stderr } = await runCli(['connectors'], { environment: environment() })
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 2, lines: 1 })
    expect(stderr).toContain(path.join('faulty'))
    expect(stderr).toContain(said)
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a place that is none is named with its variable', async () => {
  const gone = await runCli(['connectors'], {
    environment: { PLIMSOLL_CONNECTORS: path.join(outside, 'gone') },
  })
  expect(gone).toMatchObject({ code: 2, stderr: expect.stringContaining('PLIMSOLL_CONNECTORS names ') })
  const empty = path.join(outside, 'empty')
  await mkdir(empty)
  const bare = await runCli(['connectors'], { environment: { PLIMSOLL_CONNECTORS: empty } })
  expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining('plimsoll connector new ID --to') })
  const twice = await runCli(['connectors'], {
    environment: { PLIMSOLL_CONNECTORS: [outside, lantern].join(path.delimiter) },
  })
  expect(twice).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('are both the connector "lantern-market"'),
  })
})
