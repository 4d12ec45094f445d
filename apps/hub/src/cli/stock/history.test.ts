import { join } from 'node:path'
import { inTransaction } from '@plimsoll/database'
import { findItemsBySku, findLocations, insertMovements, UNALLOCATED_LOT } from '@plimsoll/stock'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Installation, makeInstallation } from '../../testing/cli-database.ts'
import { lastJson } from '../../testing/run-cli.ts'

// Each test is many commands.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** One story on one installation: a brand looks back over a year's end, archives, proves and brings back. */
let here: Installation
let folder: string
beforeAll(async () => {
  here = await makeInstallation()
  folder = join(here.folder, 'files')
  await here.run(['migrate'])
  await sql`insert into organization values (${uuidv7()}, 'Harbour', now())`.execute(here.database.kysely)
  const found = await sql<{ organizationId: string }>`select organization_id from organization`.execute(
    here.database.kysely,
  )
  const organizationId = found.rows[0]?.organizationId ?? ''
  await sql`insert into item values (${organizationId}, ${uuidv7()}, 'MUG', 'Mug', now())`.execute(
    here.database.kysely,
  )
  await sql`insert into location values (${organizationId}, ${uuidv7()}, 'MAIN', 'Main', 'warehouse', now())`.execute(
    here.database.kysely,
  )
  const [item] = await findItemsBySku(here.database.kysely, organizationId, ['MUG'])
  const [location] = await findLocations(here.database.kysely, organizationId)
  for (const [at, onHandDelta, effectiveAt] of [
    ['2024-11-10T09:00:00Z', 10, '2024-11-10T09:00:00Z'],
    ['2024-12-20T09:00:00Z', 5, '2024-12-20T09:00:00Z'],
    // Heard of in the new year.
    ['2025-01-03T09:00:00Z', -2, '2024-12-30T09:00:00Z'],
  ] as const) {
    const context = { organizationId, uuid: uuidv7, now: () => new Date(at) }
    await inTransaction(here.database, (tx) =>
      insertMovements(tx, context, [
        {
          itemId: item?.itemId ?? '',
          locationId: location?.locationId ?? '',
          lotId: UNALLOCATED_LOT,
          kind: onHandDelta > 0 ? 'receive' : 'adjust',
          onHandDelta,
          reservedDelta: 0,
          heldDelta: 0,
          incomingDelta: 0,
          commandKey: at,
          referenceKind: null,
          referenceId: null,
          reason: onHandDelta > 0 ? null : 'broken',
          actor: 'test',
          effectiveAt: new Date(effectiveAt),
        },
      ]),
    )
  }
})
afterAll(() => here.remove())

test('asof: what was true at a moment, and what the ledger said then', async () => {
  const plain = await here.run(['stock', 'asof', 'MUG', '--at', '2024-12-31T23:59:59Z'])
  expect(plain.stdout).toContain(
    'true at 2024-12-31T23:59:59.000Z: on hand 13, reserved 0, held 0, available 13',
  )
  expect(plain.stdout).toContain('1 movements recorded later, effective before: on hand -2')
  const recorded = await here.run([
    'stock',
    'asof',
    'MUG',
    '--at',
    '2024-12-31T23:59:59Z',
    '--by',
    'recorded',
    '--json',
  ])
  expect(lastJson(recorded)).toMatchObject({
    onHand: 15,
    by: 'recorded',
    places: [{ locationCode: 'MAIN', onHand: 15 }],
  })
})

test('asof: an unknown item, a moment to come and an unreadable one are said in a sentence', async () => {
  for (const [args, words] of [
    [['NONE'], /There is no item with the SKU "NONE"/],
    [['MUG', '--at', '2999-01-01T00:00:00Z'], /still to come\. Give a moment that has passed/],
    [['MUG', '--at', 'yesterday'], /Write it as 2026-11-25T10:00:00Z/],
    [['MUG', '--location', 'MOON'], /There is no location with the code "MOON"/],
  ] as const) {
    const { code, stderr } = await here.run(['stock', 'asof', ...args])
    expect(code).toBe(2)
    expect(stderr).toMatch(words)
  }
})

test('movements: newest first with the figures after each, page by page', async () => {
  const first = await here.run(['stock', 'movements', 'MUG', '--limit', '2'])
  expect(first.stdout.split('\n')[0]).toBe(
    '2025-01-03T09:00:00.000Z (effective 2024-12-30T09:00:00.000Z)  adjust at MAIN: on hand −2 → on hand 13, reserved 0, held 0  by test: broken',
  )
  const next = /--cursor (\S+)/.exec(first.stdout)?.[1] ?? ''
  const second = lastJson(await here.run(['stock', 'movements', 'MUG', '--cursor', next, '--json']))
  expect(second).toMatchObject({
    rows: [{ onHandDelta: 10, after: { onHand: 10 } }],
    next: null,
    archivedBefore: null,
  })
})

test('verify: a sound ledger ends with 0, a damaged one names its rows and ends with 3', async () => {
  const sound = await here.run(['stock', 'verify', '--json'])
  expect(sound.code).toBe(0)
  expect(lastJson(sound)).toMatchObject({ good: true, movements: 3, balances: 1, problems: 0 })
})

test('archive: a month that is not over is refused; those before move into files, which are proved', async () => {
  const early = await here.run(['stock', 'archive', '--before', '2999-01', '--to', folder])
  expect(early.code).toBe(2)
  expect(early.stderr).toMatch(/--before may be \d{4}-\d\d at most/)
  const none = await here.run(['stock', 'archive', '--to', folder])
  expect({ code: none.code, said: none.stderr.includes('--before <month>') }).toEqual({ code: 2, said: true })

  const done = await here.run(['stock', 'archive', '--before', '2025-01', '--to', folder, '--json'])
  expect(done.code).toBe(0)
  expect(lastJson(done)).toMatchObject({
    months: [
      { month: '2024-11', movements: 1 },
      { month: '2024-12', movements: 1 },
    ],
  })
  const again = await here.run(['stock', 'archive', '--before', '2025-01', '--to', folder])
  expect(again.stdout).toContain('Nothing before 2025-01 was left to archive.')

  const proof = await here.run(['stock', 'archive', 'verify', folder])
  expect(proof).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('2 months with 2 movements are whole'),
  })
  expect(lastJson(await here.run(['stock', 'verify', '--json']))).toMatchObject({
    good: true,
    archivedMonths: 2,
  })
})

test('archive: what lies in files is said, and comes back', async () => {
  const refused = await here.run(['stock', 'asof', 'MUG', '--at', '2024-12-15T00:00:00Z'])
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/2024-12 lie in a file.*archive restore/s),
  })
  const page = await here.run(['stock', 'movements', 'MUG'])
  expect(page.stdout).toContain('recorded before 2025-01-01T00:00:00.000Z lies in files')

  expect((await here.run(['stock', 'archive', 'restore', folder, '--month', '2025-01'])).stderr).toMatch(
    /2025-01 is not archived/,
  )
  const back = await here.run(['stock', 'archive', 'restore', folder, '--month', '2024-12'])
  expect(back).toMatchObject({ code: 0, stdout: '2024-12 is back: 1 movements.\n' })
  const now = lastJson(await here.run(['stock', 'asof', 'MUG', '--at', '2024-12-15T00:00:00Z', '--json']))
  expect(now).toMatchObject({ onHand: 10, checkpointAt: '2024-12-01T00:00:00.000Z' })
})
