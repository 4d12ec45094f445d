import { readFile, rm, writeFile } from 'node:fs/promises'
import { inTransaction } from '@plimsoll/database'
import {
  createTestDatabase,
  fromEnvironment,
  makeTemporaryFolder,
  type TestDatabase,
} from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StockCommand } from '../commands/command.ts'
import { runStockCommands } from '../commands/run-commands.ts'
import { saveCatalogueItems } from '../items/catalogue.ts'
import { createHistoryWorld, type HistoryWorld } from '../testing/history-world.ts'
import { commandOf } from '../testing/stock-world.ts'
import { findBrokenBalances } from '../verify.store.ts'
import { archiveMonths, restoreMonth, verifyArchive } from './archive.ts'
import { fileNames } from './archive-file.ts'
import { closeMonths, prepareMonths } from './months.store.ts'

const at = (text: string) => new Date(text)
const NOW = at('2025-03-10T00:00:00Z')
const DECEMBER = at('2024-12-01T00:00:00Z')
let folder: string
let database: TestDatabase
let world: HistoryWorld
beforeEach(async () => {
  folder = await makeTemporaryFolder()
  database = await createTestDatabase()
  world = await createHistoryWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN'] })
  await prepareMonths(database.kysely, at('2024-11-01T00:00:00Z'))
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true, force: true })
})

const run = (now: Date, commands: readonly StockCommand[]) =>
  runStockCommands(database, { ...world.context, now: () => now }, commands)

test('I3: every command sent again across a month’s end and after archiving changes nothing', async () => {
  const anyCommand = fc
    .record({
      kind: fc.constantFrom('receive' as const, 'adjust' as const, 'count' as const, 'reserve' as const),
      sku: fc.constantFrom('A', 'B'),
      quantity: fc.integer({ min: 1, max: 9 }),
    })
    .map(({ kind, sku, quantity }) => commandOf(kind, sku, quantity))
  await fc.assert(
    fc.asyncProperty(fc.array(anyCommand, { minLength: 2, maxLength: 12 }), async (drawn) => {
      // The first is always granted, or there might be nothing to archive.
      const commands = [commandOf('receive', 'A', 1), ...drawn]
      const own = await createTestDatabase()
      database = own
      world = await createHistoryWorld(own, { skus: ['A', 'B'], locationCodes: ['MAIN'] })
      const half = Math.ceil(commands.length / 2)
      const first = [
        ...(await run(at('2024-12-31T23:59:59Z'), commands.slice(0, half))),
        ...(await run(at('2025-01-01T00:00:01Z'), commands.slice(half))),
      ]
      const before = await everything()
      const again = async (now: Date) => {
        const outcomes = await run(now, commands)
        for (const [index, outcome] of outcomes.entries()) {
          const told = first[index]
          if (told?.kind !== 'applied') continue
          expect(outcome).toMatchObject({ kind: 'repeated', result: told.result })
        }
        // What was refused then may be granted now: only what was applied must not be again.
      }
      const applied = new Set(first.flatMap((outcome) => (outcome.kind === 'applied' ? [outcome.key] : [])))
      const sendAgain = commands.filter(({ key }) => applied.has(key))
      commands.splice(0, commands.length, ...sendAgain)
      first.splice(0, first.length, ...first.filter(({ key }) => applied.has(key)))
      await again(at('2025-01-02T00:00:00Z'))
      await closeMonths(own, NOW)
      await again(NOW)
      const place = `${folder}/${world.context.organizationId}`
      expect(
        (await archiveMonths(own, { before: at('2025-03-01T00:00:00Z'), folder: place, now: NOW })).kind,
      ).toBe('archived')
      await again(NOW)
      expect(await everything()).toEqual(before)
      expect(await findBrokenBalances(own.kysely)).toEqual([])
      await own.drop()
      database = await createTestDatabase()
    }),
    fromEnvironment(3),
  )
}, 300_000)

test('a file that is damaged, foreign or missing is named, and brings nothing back', async () => {
  await run(at('2024-12-10T00:00:00Z'), [commandOf('receive', 'A', 5), commandOf('receive', 'B', 6)])
  await archiveMonths(database, { before: at('2025-01-01T00:00:00Z'), folder, now: NOW })
  const files = fileNames(folder, '2024-12')
  const whole = await readFile(files.movements)
  const problems = async () =>
    (await verifyArchive(database, folder)).problems.map(({ problem }) => problem).join('; ')
  expect(await problems()).toBe('')

  await writeFile(files.movements, whole.subarray(0, whole.length - 20))
  expect(await problems()).toMatch(/cannot be read/)
  expect(await restoreMonth(database, folder, DECEMBER)).toMatchObject({ kind: 'stopped' })

  await writeFile(files.movements, whole)
  const manifest = await readFile(files.manifest, 'utf8')
  await writeFile(files.manifest, manifest.replace('"movements": 2', '"movements": 3'))
  expect(await problems()).toMatch(
    /holds 2 movements, its manifest says 3; it is not the file that was archived/,
  )
  await rm(files.manifest)
  expect(await problems()).toBe('its files are not in this folder')
  expect(await count()).toBe(0)

  await writeFile(files.manifest, manifest)
  expect(await restoreMonth(database, folder, DECEMBER)).toMatchObject({ kind: 'restored', movements: 2 })
  expect(await count()).toBe(2)
})

test('an item whose movements are all in files has moved all the same: its tracking stays', async () => {
  await run(at('2024-12-10T00:00:00Z'), [commandOf('receive', 'A', 5), commandOf('adjust', 'A', -5)])
  await archiveMonths(database, { before: at('2025-01-01T00:00:00Z'), folder, now: NOW })
  expect(await count()).toBe(0)
  const [outcome] = await inTransaction(database, (tx) =>
    saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [
      { sku: 'A', tracking: 'lot', mode: 'change' },
    ]),
  )
  expect(outcome).toMatchObject({ kind: 'refused', code: 'tracking-fixed' })
})

test('the database drops nothing that the file does not hold, in whatever order it is asked', async () => {
  await run(at('2024-11-10T00:00:00Z'), [commandOf('receive', 'A', 5)])
  await run(at('2024-12-10T00:00:00Z'), [commandOf('receive', 'A', 5)])
  const drop = (month: string, archive: object) =>
    sql`select archive_movement_month(${at(month)}, ${JSON.stringify(archive)}::jsonb, ${NOW})`.execute(
      database.kysely,
    )
  const lie = { movements: 1, rowDigest: '1', sumDigest: '1' }
  await expect(drop('2024-11-01T00:00:00Z', lie)).rejects.toThrow(/is not closed/)
  await closeMonths(database, NOW)
  await expect(drop('2024-12-01T00:00:00Z', lie)).rejects.toThrow(/an earlier month/)
  await expect(drop('2024-11-01T00:00:00Z', lie)).rejects.toThrow(/does not hold what the table holds/)
  await expect(drop('2024-11-01T00:00:00Z', {})).rejects.toThrow(/does not hold what the table holds/)
  expect(await count()).toBe(2)
})

test('a folder that holds another ledger’s file of the month is not written over', async () => {
  await run(at('2024-12-10T00:00:00Z'), [commandOf('receive', 'A', 5)])
  await archiveMonths(database, { before: at('2025-01-01T00:00:00Z'), folder, now: NOW })
  const other = await createTestDatabase()
  try {
    const there = await createHistoryWorld(other, { skus: ['A'], locationCodes: ['MAIN'] })
    const context = { ...there.context, now: () => at('2024-12-10T00:00:00Z') }
    await runStockCommands(other, context, [commandOf('receive', 'A', 1), commandOf('receive', 'A', 2)])
    const outcome = await archiveMonths(other, { before: at('2025-01-01T00:00:00Z'), folder, now: NOW })
    expect(outcome).toMatchObject({
      kind: 'stopped',
      message: expect.stringMatching(/already holds a file of 2024-12/),
    })
  } finally {
    await other.drop()
  }
  expect((await verifyArchive(database, folder)).good).toBe(true)
})

async function count(): Promise<number> {
  const found = await sql<{ rows: number }>`select count(*) as rows from movement`.execute(database.kysely)
  return found.rows[0]?.rows ?? -1
}

/** What commands change and archiving does not. */
async function everything() {
  const tables = ['balance', 'reservation', 'command_key']
  return await Promise.all(
    tables.map(async (table) => {
      const found = await sql`
        select md5(string_agg(each::text, '|' order by each::text)) as digest from ${sql.table(table)} as each`.execute(
        database.kysely,
      )
      return { table, rows: found.rows }
    }),
  )
}
