import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { StartedSimulator } from '@plimsoll/connectors'
import { makeTemporaryFolder } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../testing/cli-database.ts'
import { lastJson, runCli, startRaw } from '../testing/run-cli.ts'
import { startShop } from '../testing/served-hub.ts'

// Each command is a process of its own once, to see it begin and end: a second and more where the machine is busy. What it
// says on other input is asked in this process.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** One story on one installation: what a brand does on its first day, without a hub that runs. */
let here: Installation
let shop: StartedSimulator
beforeAll(async () => {
  here = await makeInstallation()
  shop = await startShop('woocommerce', [
    { sku: 'MUG', quantity: 4 },
    { sku: 'TEA', quantity: 9 },
    { sku: 'OTHER', quantity: 1 },
  ])
})
afterAll(async () => {
  await shop.close()
  await here.remove()
})

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(here.folder, name)
  await writeFile(path, content)
  return path
}
const count = async (table: string): Promise<number> => {
  const found = await sql<{ rows: number }>`select count(*) as rows from ${sql.table(table)}`.execute(
    here.database.kysely,
  )
  return found.rows[0]?.rows ?? -1
}

test('migrate: a database that is up to date is left as it is', async () => {
  const plain = await here.runAlone(['migrate'])
  expect(plain).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' })
  expect(lastJson(await here.run(['migrate', '--json']))).toEqual({ applied: [] })
})

test('import items: a bad file changes nothing, and each bad row is named', async () => {
  const bad = await file('bad.csv', 'sku,name,quantity\n\nMUG,Mug,-1\n"TEA","Green\ntea",ten\n')
  const { code, stdout, stderr } = await here.runAlone(['import', 'items', bad])
  expect({ code, stdout }).toEqual({
    code: 2,
    stdout: '2 rows, 2 of them wrong: 0 new, 0 changed, 0 as they are; 0 units come in.\n',
  })
  expect(stderr).toBe(
    'plimsoll: Nothing was imported. row 3: quantity is negative; row 4: quantity is not a whole number. Correct it and import again, or import the good rows with --mode good-rows.\n',
  )
  const missing = await here.run(['import', 'items', join(here.folder, 'none.csv'), '--json'])
  expect(missing.code).toBe(2)
  expect(lastJson(missing)).toMatchObject({ exitCode: 2, error: expect.stringContaining('There is no file') })
  const latin = await here.run([
    'import',
    'items',
    await file('latin.csv', Buffer.from('sku,name\nA,Th\xe9', 'latin1')),
  ])
  expect(latin).toMatchObject({ code: 2, stderr: expect.stringContaining('Save it as "CSV UTF-8"') })
  const unsaid = await here.run(['import', bad])
  expect(unsaid).toMatchObject({ code: 2, stderr: expect.stringContaining(`plimsoll import items ${bad}`) })
  expect(await count('item')).toBe(0)
  expect(await count('location')).toBe(0)
})

test('import items: a trial writes nothing; a good file makes items and receives their stock, once', async () => {
  const good = await file('good.csv', 'sku,name,quantity\nMUG,Mug,10\nTEA,Green tea,12\nCUP,Cup,\n')
  const trial = await here.run(['import', 'items', good, '--dry-run'])
  expect(trial.code).toBe(0)
  expect(trial.stdout).toContain(
    '3 rows, 0 of them wrong: 3 new, 0 changed, 0 as they are; 22 units come in.',
  )
  expect(await count('item')).toBe(0)
  const first = await here.run(['import', 'items', good])
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain(
    'Done: 3 rows applied, 0 as they were already, 0 left out; 22 units come in.',
  )
  const again = await here.run(['import', 'items', good])
  expect(again.stdout).toMatch(
    /^This file was imported already, on .* under the name "good.csv"; nothing was changed/,
  )
  const more = await file('good2.csv', 'sku,name,quantity\nMUG,Mug,11\n')
  const other = await here.run(['import', 'items', more, '--as', 'good.csv', '--json'])
  expect(other.code).toBe(2)
  expect(lastJson(other)).toMatchObject({
    exitCode: 2,
    error: expect.stringContaining(
      'row 2: an import of this name brought another quantity of "MUG" at MAIN before',
    ),
    problems: [{ row: 2, code: 'key-reused' }],
  })
})

test('import: the good rows alone, with the wrong ones in a file beside their reasons; exports come back as they went', async () => {
  const mixed = await file('mixed.csv', '货号;名称\nPEN;Pen\n6.9E+12;Ink\n')
  const wrong = join(here.folder, 'wrong.csv')
  const some = await here.run(['import', 'items', mixed, '--mode', 'good-rows', '--problems', wrong])
  expect(some.code).toBe(3)
  expect(some.stdout).toContain('Done: 1 rows applied, 0 as they were already, 1 left out')
  expect(await readFile(wrong, 'utf8')).toContain('6.9E+12,Ink,3,"货号 ""6.9E+12"" has lost its last digits"')

  const balances = join(here.folder, 'balances.xlsx')
  const written = await here.runAlone(['export', 'balances', '--to', balances, '--json'])
  expect(lastJson(written)).toEqual({ file: balances, rows: 2 })
  const counted = await here.runAlone(['import', 'count', balances, '--json'])
  expect(lastJson(counted)).toMatchObject({ state: 'done', rowsTotal: 2, units: 0, warnings: 0 })
  const screen = await here.run(['export', 'items'])
  expect(screen.stdout.split('\r\n')).toEqual([
    '\uFEFFsku,name,names,barcodes,base unit,units,product,options,tracking,archived',
    'CUP,Cup,,,each,,,,plain,no',
    'MUG,Mug,,,each,,,,plain,no',
    'PEN,Pen,,,each,,,,plain,no',
    'TEA,Green tea,,,each,,,,plain,no',
    '',
  ])
  expect((await here.run(['export', 'items', '--format', 'xlsx'])).stderr).toContain('Name a file with --to')
})

test('explain: an item without channels, and an SKU that nobody knows', async () => {
  const known = await here.runAlone(['explain', 'MUG'])
  expect(known.code).toBe(0)
  expect(known.stdout).toContain('on hand 10 − reserved 0 − held 0 = available 10')
  expect(known.stdout).toContain('No channel sells it.')
  const unknown = await here.run(['explain', 'TEAPOT', '--json'])
  expect(unknown).toMatchObject({
    code: 2,
    stderr:
      'plimsoll: There is no item with the SKU "TEAPOT". Check the spelling, or import the item first.\n',
  })
  expect(lastJson(unknown)).toMatchObject({ exitCode: 2 })
})

const settings = () =>
  Object.entries(shop.settings as Record<string, string>).flatMap(([key, value]) =>
    value === '' ? [] : ['--set', `${key}=${value}`],
  )
const connect = (credentials: unknown, ...more: string[]) =>
  here.runAlone(['connect', 'woocommerce', ...settings(), '--credentials', '-', ...more], {
    input: typeof credentials === 'string' ? credentials : JSON.stringify(credentials),
  })

test('connect: wrong credentials end with 4 and the cure, and nothing is stored', async () => {
  const wrong = { ...(shop.credentials as object), consumerSecret: 'cs_hush' }
  const { code, stdout, stderr } = await connect(wrong)
  expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
  expect(stderr).toContain('Give working credentials and try again.')
  expect(stderr).not.toContain('cs_hush')
  expect(await count('connection')).toBe(0)
  expect(await count('secret')).toBe(0)
})

test.each([
  ['no credentials at all', [], undefined, 'Give the credentials with --credentials FILE'],
  [
    'a file that is not there',
    ['--credentials', 'none.json'],
    undefined,
    'There is no file none.json; check its name and folder.',
  ],
  ['credentials that are no JSON', ['--credentials', '-'], 'ck_hush:cs_hush', 'The credentials are not JSON'],
  [
    'a field that is missing',
    ['--credentials', '-'],
    '{"consumerKey":"ck_hush"}',
    'credentials.consumerSecret: ',
  ],
  [
    'a location that is none',
    ['--credentials', '-', '--location', 'MOON'],
    undefined,
    'There is no location with the code "MOON".',
  ],
])(
  'connect: %s ends with 2 and says what to do, without repeating what is secret',
  async (_what, args, input, said) => {
    const asked = ['connect', 'woocommerce', ...settings(), ...args]
    const given = input ?? JSON.stringify(shop.credentials)
    const isRead = args.includes('-')
    const { code, stdout, stderr } = isRead
      ? await here.runAlone(asked, { input: given })
      : await here.run(asked)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(said)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain('hush')
    expect(await count('connection')).toBe(0)
  },
)

test('connect: a platform that is out of reach ends with 4, and nothing is stored', async () => {
  const gone = await startShop('woocommerce', [{ sku: 'MUG', quantity: 1 }])
  await gone.close()
  const ended = await here.runAlone(
    ['connect', 'woocommerce', '--set', `url=${gone.url}`, '--credentials', '-'],
    {
      input: JSON.stringify(gone.credentials),
    },
  )
  expect(ended).toMatchObject({ code: 4, stdout: '' })
  expect(await count('connection')).toBe(0)
})

test('connect: a shop is tried, stored sealed, imported, and says what to do next', async () => {
  const { code, stdout, stderr } = await connect(shop.credentials, '--name', 'Harbour')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('Connected to ')
  expect(stdout).toContain('2 of 3 listings are tied to items by SKU')
  expect(stdout).toContain('shadow mode')
  const again = await connect(shop.credentials, '--name', 'Harbour')
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('There is a connection called "Harbour" already.'),
  })
})

test('import listings: by the name of the connection, or one sentence when there is none', async () => {
  const again = await here.runAlone(['import', 'listings', 'Harbour', '--json'])
  expect(again.code).toBe(0)
  expect(lastJson(again)).toMatchObject({ listings: 3, mappedBySku: 0 })
  const none = await here.run(['import', 'listings', 'Haven'])
  expect(none).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('There is no connection "Haven".'),
  })
})

test('explain: with a channel, down to the movements', async () => {
  const { code, stdout } = await here.run(['explain', 'MUG'])
  expect(code).toBe(0)
  expect(stdout).toContain('Harbour: ')
  expect(stdout).toContain('movements (receive): 10')
  const json = lastJson(await here.run(['explain', 'MUG', '--json']))
  expect(json).toMatchObject({ sku: 'MUG', onHand: 10, listings: [{ connectionName: 'Harbour' }] })
})

test('doctor: what it looked at is named, and what is not as it should be ends with 3', async () => {
  // The server of tests runs without fsync, which a doctor must not call healthy.
  const { code, stdout } = await here.runAlone(['doctor'])
  expect(code).toBe(3)
  const lines = stdout.trim().split('\n')
  expect(lines.filter((line) => line.startsWith('BAD'))).toEqual([
    expect.stringContaining('durability: fsync or synchronous_commit is off'),
  ])
  for (const check of [
    'runtime',
    'conservation (I1)',
    'reservations',
    'parked events',
    'inbox',
    'connection Harbour',
  ])
    expect(lines.filter((line) => line.startsWith('good'))).toContainEqual(expect.stringContaining(check))
})

test('doctor: a fresh installation on the embedded database is healthy and ends with 0', async () => {
  const fresh = await makeTemporaryFolder()
  try {
    const { code, stdout, stderr } = await runCli(['doctor', '--data', fresh, '--json'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ good: true })
  } finally {
    await rm(fresh, { recursive: true, force: true, maxRetries: 5 })
  }
})

test('doctor and replay: a parked event is found, named with its cure, and put back in line', async () => {
  await here.database.kysely
    .insertInto('inbox')
    .columns([
      'organizationId',
      'inboxId',
      'connectionId',
      'topic',
      'subject',
      'source',
      'payload',
      'state',
      'reasonCode',
      'reason',
      'attempts',
      'receivedAt',
      'settledAt',
    ])
    .expression(sql`
      select organization_id, gen_random_uuid(), connection_id, 'listing', '77', 'webhook', '{}'::jsonb, 'parked',
        'cannot-apply', 'It could not be applied.', 1, now(), now()
      from connection`)
    .execute()
  const doctor = await here.run(['doctor', '--json'])
  expect(doctor.code).toBe(3)
  expect(lastJson(doctor)).toMatchObject({ good: false })
  expect(JSON.stringify(lastJson(doctor))).toContain('see them with: plimsoll replay')

  const listed = await here.runAlone(['replay'])
  expect(listed.code).toBe(0)
  expect(listed.stdout).toContain('1 parked:')
  expect(listed.stdout).toContain('cannot-apply  listing 77: It could not be applied.')

  const bad = await here.run(['replay', '--id', '7'])
  expect(bad).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"7" is not the id of a parked event'),
  })
  const none = await here.run(['replay', '--reason', 'unmapped-listing', '--json'])
  expect(lastJson(none)).toMatchObject({ replayed: 0, waiting: 0, stillParked: 0 })
  expect(none.code).toBe(0)

  // No hub runs, so what is put back in line waits, and that is what is said.
  const all = await here.run(['replay', '--all', '--json'])
  expect(lastJson(all)).toEqual({
    replayId: expect.any(String),
    replayed: 1,
    applied: 0,
    waiting: 1,
    stillParked: 0,
  })
  expect(all.code).toBe(0)
})

test('a database that is not there ends with 1 and one sentence, and its password is not repeated', async () => {
  const url = new URL(here.database.url)
  url.port = '1'
  url.password = 'hush'
  const { code, stderr } = await runCli(['doctor', '--database-url', url.href, '--data', here.folder])
  expect(code).toBe(1)
  expect(stderr).toContain('Check host, port and database name in DATABASE_URL')
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).not.toContain('hush')
})

test('connect: a platform that fails half-way ends with 4, and what is stored and how to go on is said', async () => {
  const failing = await startShop('woocommerce', [{ sku: 'MUG', quantity: 1 }])
  try {
    // Slow, so that it fails for certain between the trial of the credentials and the end of the import.
    failing.faults.set({ latencyMs: [200, 200] })
    const started = startRaw(
      [
        'connect',
        'woocommerce',
        '--name',
        'Half',
        '--set',
        `url=${failing.url}`,
        '--credentials',
        '-',
        ...here.place,
      ],
      { input: JSON.stringify(failing.credentials) },
    )
    started.process.stdout?.on('data', (text: string) => {
      if (text.includes('Connected to')) failing.faults.set({ errorRate: 1 })
    })
    const { code, stderr } = await started.ended
    expect(code).toBe(4)
    expect(stderr).toContain('Once this is cured run: plimsoll import listings "Half"')
    failing.faults.set({ errorRate: 0, latencyMs: [0, 0] })
    expect((await here.run(['import', 'listings', 'Half'])).code).toBe(0)
  } finally {
    await failing.close()
  }
})
