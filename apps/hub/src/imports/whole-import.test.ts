import { randomUUID } from 'node:crypto'
import { inTransaction } from '@plimsoll/database'
import { fromEnvironment } from '@plimsoll/database/testing'
import { digestOf, saveCatalogueItems, verifyStock } from '@plimsoll/stock'
import { changeStock, toStockContext } from '@plimsoll/sync'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { importDesk } from '../testing/import-desk.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { findWaitingJob } from './imports.store.ts'
import { getImport, requestApply, workImport } from './imports.ts'
import type { ImportContext } from './open-file.ts'

// Several chunks of a thousand rows: what is stopped or refused in one of them must take the others with it.
const ROWS = 3_200
const SKUS = Array.from({ length: 16 }, (_, nth) => `W-${String(nth).padStart(2, '0')}`)

let served: ServedHub
let context: ImportContext
const desk = importDesk(() => context)
beforeAll(async () => {
  served = await serveHub()
  context = served.hub.imports.context
  for (const sku of SKUS) await served.stock(sku, 1_000)
})
afterAll(() => served.close())

type Ledger = { units: number; movements: number; keys: number }
async function ledger(): Promise<Ledger | undefined> {
  const found = await sql<Ledger>`
    select (select sum(on_hand)::bigint from balance) as units, (select count(*) from movement) as movements,
      (select count(*) from command_key) as keys`.execute(context.database.kysely)
  return found.rows[0]
}
async function findKey(key: string): Promise<unknown[]> {
  const found = await sql`select from command_key where command_key = ${key}`.execute(context.database.kysely)
  return found.rows
}
/** A unit each. */
const fileOf = (nthOf: (row: number) => number) => {
  const lines = Array.from({ length: ROWS }, (_, row) => `${SKUS[nthOf(row)]},1,R-${row}`)
  return `sku,quantity,reference\n${lines.join('\n')}\n`
}
const file = () => fileOf((row) => (row * 7) % SKUS.length)

async function archive(sku: string, archived: boolean) {
  const catalogue = { ...toStockContext(context), actor: 'ann' }
  await inTransaction(context.database, (tx) => saveCatalogueItems(tx, catalogue, [{ sku, archived }]))
}

class Stopped extends Error {}

test('I3: all or nothing: stopped between any two chunks nothing is there, and gone on with it is there once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      async (stops) => {
        const checked = await desk.check('stock', file())
        expect(checked).toMatchObject({ state: 'checked', rowsBad: 0, rowsTotal: ROWS })
        const before = await ledger()
        await requestApply(context, checked.importId, { mode: 'all-or-nothing', confirmZeros: false })
        for (const stop of stops) {
          let chunks = 0
          const working = workImport(context, checked.importId, () => {
            chunks += 1
            if (chunks === stop) throw new Stopped()
          })
          // There are four chunks: to stop at the fifth is not to stop.
          if (stop === 5) {
            await working
            break
          }
          await expect(working).rejects.toThrow(Stopped)
          expect(await ledger()).toEqual(before)
          expect(await getImport(context, checked.importId)).toMatchObject({ state: 'applying', doneRow: 0 })
        }
        await workImport(context, checked.importId)
        expect(await getImport(context, checked.importId)).toMatchObject({
          state: 'done',
          applied: ROWS,
          units: ROWS,
          rowsPassed: ROWS,
        })
        expect(await ledger()).toEqual({
          units: (before?.units ?? 0) + ROWS,
          movements: (before?.movements ?? 0) + ROWS,
          keys: (before?.keys ?? 0) + ROWS,
        })
      },
    ),
    fromEnvironment(4),
  )
}, 120_000)

test('all or nothing: a row that becomes wrong after the check takes every other row with it, wherever it stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: ROWS - 1 }), async (row) => {
      const sku = `LATE-${randomUUID()}`
      await served.stock(sku, 1)
      const lines = file().trimEnd().split('\n')
      lines[row + 1] = `${sku},1,LATE`
      const content = `${lines.join('\n')}\n`
      const name = randomUUID()
      const checked = await desk.check('stock', content, name)
      expect(checked).toMatchObject({ state: 'checked', rowsBad: 0 })
      const before = await ledger()
      await archive(sku, true)
      const refused = await desk.apply(checked)
      expect(refused).toMatchObject({ state: 'checked', rowsBad: 1, applied: 0, doneRow: 0, rowsPassed: 0 })
      expect(await desk.problems(refused)).toEqual([{ row: row + 2, column: 'sku', code: 'item-archived' }])
      expect(await ledger()).toEqual(before)
      await expect(desk.apply(refused)).rejects.toMatchObject({ code: 'import-has-errors' })
      // Cured, the same file is looked at again and goes in.
      await archive(sku, false)
      expect(await desk.take('stock', content, name)).toMatchObject({ state: 'done', applied: ROWS })
    }),
    fromEnvironment(3),
  )
}, 120_000)

test('a long import and orders for the same stock wait for each other in one direction only: nothing deadlocks', async () => {
  // From the last key to the first, against the order of all other locks.
  const content = fileOf((row) => SKUS.length - 1 - Math.floor((row / ROWS) * SKUS.length))
  const checked = await desk.check('stock', content)
  await requestApply(context, checked.importId, { mode: 'all-or-nothing', confirmZeros: false })
  const before = await ledger()
  const deadlocks = context.database.counters.deadlocks
  let isRunning = true
  let taken = 0
  const take = async (skus: readonly string[]) => {
    while (isRunning) {
      const outcomes = await changeStock(
        context,
        skus.map((sku) => ({
          kind: 'adjust' as const,
          key: randomUUID(),
          actor: 'ann',
          sku,
          locationCode: 'MAIN',
          quantity: -1,
          reason: 'sold',
          effectiveAt: undefined,
        })),
      )
      taken += outcomes.filter(({ kind }) => kind === 'applied').length
    }
  }
  const selling = [take(SKUS), take(SKUS.slice(4).reverse())]
  await workImport(context, checked.importId)
  isRunning = false
  await Promise.all(selling)
  expect(await getImport(context, checked.importId)).toMatchObject({ state: 'done', applied: ROWS })
  expect(context.database.counters.deadlocks).toBe(deadlocks)
  expect((await ledger())?.units).toBe((before?.units ?? 0) + ROWS - taken)
  expect(taken).toBeGreaterThan(0)
}, 60_000)

test('nobody else takes an import that is being applied whole, however long it takes', async () => {
  const checked = await desk.check('stock', file())
  await requestApply(context, checked.importId, { mode: 'all-or-nothing', confirmZeros: false })
  const tomorrow = new Date(Date.UTC(2100, 0, 1))
  const { kysely } = context.database
  const found: unknown[] = []
  let looking: Promise<unknown> = Promise.resolve()
  await workImport(context, checked.importId, () => {
    looking = looking.then(async () =>
      found.push(await findWaitingJob(kysely, context.organizationId, tomorrow)),
    )
  })
  await looking
  expect(found.length).toBeGreaterThan(3)
  expect(found.slice(0, 2)).toEqual([undefined, undefined])
  const problems: unknown[] = []
  await verifyStock(context.database, (problem) => problems.push(problem))
  expect(problems).toEqual([])
}, 60_000)

test('whoever looks meanwhile sees how far an import is that is applied whole, and nothing of what it writes', async () => {
  const name = randomUUID()
  const checked = await desk.check('stock', file(), name)
  await requestApply(context, checked.importId, { mode: 'all-or-nothing', confirmZeros: false })
  const before = await ledger()
  const look = async () => (await served.ask('GET', `/api/v1/imports/${checked.importId}`)).body
  const passed: number[] = []
  const lastSku = SKUS[((ROWS - 1) * 7) % SKUS.length]
  const lastKey = `import:${digestOf(['stock', name, lastSku, 'MAIN', null, `R-${ROWS - 1}`, null])}`
  let stopped: Promise<unknown> = Promise.resolve()
  // Somebody else is about to use the key of the last row, so the import waits there until it has been looked at.
  await context.database.kysely
    .transaction()
    .execute(async (tx) => {
      await sql`
        insert into command_key (organization_id, command_key, digest, applied_at)
        values (${context.organizationId}, ${lastKey}, '', now())`.execute(tx)
      stopped = workImport(context, checked.importId, ({ rows }) => {
        if (rows === ROWS) throw new Stopped()
      }).catch((error: unknown) => error)
      await vi.waitUntil(
        async () => {
          const seen = await look()
          passed.push(Number(seen.rowsPassed))
          expect(seen).toMatchObject({ state: 'applying', applied: 0 })
          expect(await ledger()).toEqual(before)
          return passed.some((rows) => rows > 0)
        },
        { timeout: 30_000, interval: 5 },
      )
      throw new Stopped()
    })
    .catch((error: unknown) => expect(error).toBeInstanceOf(Stopped))
  expect(await stopped).toBeInstanceOf(Stopped)
  expect(passed.filter((rows) => rows > 0 && rows < ROWS)).not.toEqual([])
  expect(passed).toEqual([...passed].sort((a, b) => a - b))
  // It was undone, and so is what was said of it.
  expect(await look()).toMatchObject({ state: 'applying', rowsPassed: 0, isWorkedOn: false })
  await workImport(context, checked.importId)
  expect(await look()).toMatchObject({ state: 'done', rowsPassed: ROWS, applied: ROWS })
  expect(await findKey(lastKey)).toHaveLength(1)
}, 60_000)

test('an import that is applied whole waits for nobody to say how far it is', async () => {
  const checked = await desk.check('stock', file())
  await requestApply(context, checked.importId, { mode: 'all-or-nothing', confirmZeros: false })
  const { kysely } = context.database
  const at = sql`organization_id = ${context.organizationId} and import_id = ${checked.importId}`
  await sql`
    insert into import_progress (organization_id, import_id, fencing, rows_passed)
    values (${context.organizationId}, ${checked.importId}, 0, 0)`.execute(kysely)
  let working: Promise<unknown> = Promise.resolve()
  await kysely.transaction().execute(async (tx) => {
    // Where it would be written is locked until the import is done.
    await sql`select from import_progress where ${at} for update`.execute(tx)
    working = workImport(context, checked.importId)
    await expect
      .poll(async () => (await getImport(context, checked.importId)).state, { timeout: 30_000 })
      .toBe('done')
  })
  expect(await working).toBe(true)
  expect(await getImport(context, checked.importId)).toMatchObject({ state: 'done', rowsPassed: ROWS })
}, 60_000)
