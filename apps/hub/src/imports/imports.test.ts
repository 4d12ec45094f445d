import { randomUUID } from 'node:crypto'
import { type ImportMode, inTransaction } from '@plimsoll/database'
import { writeXlsx } from '@plimsoll/files'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openExport } from '../exports/exports.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { hasPieces, tidyImports } from './import-file.store.ts'
import { findProblems } from './import-problems.store.ts'
import { type ImportJob, keepHold } from './imports.store.ts'
import { getImport, requestApply, workImport } from './imports.ts'
import type { ImportContext } from './open-file.ts'
import { receiveFile } from './receive-file.ts'
import type { ImportWhat } from './sheet.ts'

let served: ServedHub
let context: ImportContext
beforeAll(async () => {
  served = await serveHub()
  context = served.hub.imports.context
})
afterAll(() => served.close())

async function take(what: ImportWhat, content: string | Buffer, name: string = randomUUID()) {
  async function* bytes() {
    yield Buffer.from(content)
  }
  const request = { what, name, fileName: name, sheet: undefined, actor: 'test' }
  const { job } = await receiveFile(context, request, bytes())
  await workImport(context, job.importId)
  return await getImport(context, job.importId)
}
async function apply(job: ImportJob, mode: ImportMode = 'all-or-nothing', confirmZeros = false) {
  await requestApply(context, job.importId, { mode, confirmZeros })
  await workImport(context, job.importId)
  return await getImport(context, job.importId)
}
const problemsOf = async ({ importId, organizationId }: ImportJob) =>
  (
    await findProblems(context.database.kysely, organizationId, importId, { after: undefined, limit: 1_000 })
  ).map(({ row, code, column, value, level }) => ({ row, code, column, value, level }))
async function onHand(sku: string): Promise<number | undefined> {
  const { body } = await served.ask('GET', `/api/v1/items/${encodeURIComponent(sku)}`)

  return body.onHand as number | undefined
}
const movements = async () =>
  (await sql<{ rows: number }>`select count(*) as rows from movement`.execute(context.database.kysely))
    .rows[0]?.rows

test('items with opening stock: checked first with nothing written, then applied as a whole', async () => {
  const checked = await take('items', 'SKU;名称;数量\nA-1;Tea;5\nA-2;Cup;\n00123;Jar;0\n')
  expect(checked).toMatchObject({ state: 'checked', rowsTotal: 3, rowsBad: 0, encoding: 'utf-8' })
  expect(checked.preview).toMatchObject({
    columns: [
      { name: 'SKU', field: 'sku' },
      { name: '名称', field: 'name' },
      { name: '数量', field: 'quantity' },
    ],
    rows: [
      { row: 2, values: { sku: 'A-1', name: 'Tea', quantity: 5 } },
      { row: 3, values: { sku: 'A-2', name: 'Cup' } },
      { row: 4, values: { sku: '00123', name: 'Jar', quantity: 0 } },
    ],
    effect: { created: 3, changed: 0, unchanged: 0, units: 5 },
  })
  expect(await onHand('A-1')).toBeUndefined()
  const done = await apply(checked)
  expect(done).toMatchObject({ state: 'done', applied: 3, skipped: 0, units: 5, heldUntil: null })
  expect([await onHand('A-1'), await onHand('A-2'), await onHand('00123')]).toEqual([5, 0, 0])
})

test('stock that a file of the same name brought before is not foreseen again, and another quantity of it is told before anything is written', async () => {
  const name = 'spring.csv'
  await apply(await take('items', 'sku,name,quantity\nB-1,Tea,5\nB-2,Cup,2\n', name))
  const more = await take(
    'items',
    'sku,name,quantity,location\nB-1,Tea,5,\nB-2,Cup,3,\nB-3,Jar,4,\nB-4,Pot,9,NOWHERE\n',
    name,
  )
  expect(more).toMatchObject({ state: 'checked', rowsBad: 2 })
  // What wrong rows would have brought is not counted.
  expect(more.preview).toMatchObject({ effect: { created: 1, unchanged: 1, units: 4 } })
  expect(await problemsOf(more)).toMatchObject([
    { row: 3, code: 'key-reused', value: 'B-2', level: 'error' },
    { row: 5, code: 'unknown-location', value: 'NOWHERE' },
  ])
  const done = await apply(more, 'good-rows')
  expect(done).toMatchObject({ state: 'done', units: 4, skipped: 2 })
  expect([await onHand('B-1'), await onHand('B-2'), await onHand('B-3')]).toEqual([5, 2, 4])
})

test('I3: the same file again, under the same name, is the import that it was and changes nothing', async () => {
  const content = 'sku,name,quantity\nB-1,Tea,5\n'
  const first = await apply(await take('items', content, 'twice'))
  const before = await movements()
  const again = await take('items', content, 'twice')
  expect(again).toEqual(first)
  expect(await apply(again)).toEqual(first)
  expect(await movements()).toBe(before)
})

test('I3: applying twice at once is applying once', async () => {
  const lines = Array.from({ length: 2_500 }, (_, at) => `C-${at},Tea,1`)
  const checked = await take('items', `sku,name,quantity\n${lines.join('\n')}\n`)
  const request = { mode: 'good-rows', confirmZeros: false } as const
  await Promise.all([1, 2, 3].map(() => requestApply(context, checked.importId, request)))
  const worked = await Promise.all([1, 2, 3].map(() => workImport(context, checked.importId)))
  expect(worked.filter(Boolean)).toHaveLength(1)
  expect(await getImport(context, checked.importId)).toMatchObject({
    state: 'done',
    applied: 2_500,
    units: 2_500,
    doneRow: 2_501,
  })
  expect(await onHand('C-2499')).toBe(1)
})

test('all or nothing: one wrong row, and nothing is written; the good rows alone, and the wrong ones are left out', async () => {
  const content = 'sku,name,quantity\nD-1,Tea,5\nD-2,Cup,-1\nD-3,Jar,6.5\nD-4,Pot,1\n'
  const checked = await take('items', content)
  expect(await problemsOf(checked)).toEqual([
    { row: 3, code: 'number-out-of-range', column: 'quantity', value: '-1', level: 'error' },
    { row: 4, code: 'not-whole-number', column: 'quantity', value: '6.5', level: 'error' },
  ])
  await expect(apply(checked)).rejects.toMatchObject({ code: 'import-has-errors' })
  expect(await onHand('D-1')).toBeUndefined()
  expect(await apply(checked, 'good-rows')).toMatchObject({ applied: 2, skipped: 2, units: 6 })
  expect([await onHand('D-1'), await onHand('D-2'), await onHand('D-4')]).toEqual([5, undefined, 1])
})

test('rows that contradict each other are both named and neither is believed; the same row twice counts once', async () => {
  const content = 'sku,location,quantity\nA-1,MAIN,3\nA-2,MAIN,1\nA-1,MAIN,4\nA-2,MAIN,1\n'
  const checked = await take('stock', content)
  expect(await problemsOf(checked)).toEqual([
    { row: 2, code: 'row-twice', column: null, value: null, level: 'error' },
    { row: 4, code: 'row-twice', column: null, value: null, level: 'error' },
    { row: 5, code: 'row-repeated', column: null, value: null, level: 'warning' },
  ])
  expect(checked).toMatchObject({ rowsBad: 2, warnings: 1 })
  expect(await apply(checked, 'good-rows')).toMatchObject({ applied: 1, unchanged: 1, skipped: 2, units: 1 })
  expect(await onHand('A-2')).toBe(1)
})

test('a row of an unknown SKU or location, or of an item with two names, says which and what there is', async () => {
  const stock = await take('stock', 'sku,location,quantity\nNONE,MAIN,1\nA-1,ELSEWHERE,1\n')
  const found = await findProblems(context.database.kysely, stock.organizationId, stock.importId, {
    after: undefined,
    limit: 10,
  })
  expect(found).toMatchObject([
    { row: 2, column: 'sku', code: 'unknown-sku', message: 'there is no item with the SKU "NONE"' },
    {
      row: 3,
      column: 'location',
      code: 'unknown-location',
      message: 'there is no location with the code "ELSEWHERE"; use one of: MAIN',
    },
  ])
  const items = await take('items', 'sku,name,location,quantity\nE-1,Tea,MAIN,1\nE-1,Coffee,,\n')
  expect(await problemsOf(items)).toEqual([
    { row: 3, code: 'contradiction', column: 'name', value: 'Coffee', level: 'error' },
  ])
})

test('what the ledger itself refuses takes the whole file back, or only its own row', async () => {
  const max = Number.MAX_SAFE_INTEGER
  const content = `sku,quantity\nA-2,1\nA-1,${max}\n`
  const checked = await take('stock', content, 'too much')
  const before = await onHand('A-2')
  const refused = await apply(checked)
  expect(refused).toMatchObject({ state: 'checked', rowsBad: 1, applied: 0 })
  expect(await problemsOf(refused)).toMatchObject([{ row: 3, code: 'quantity-out-of-range' }])
  expect(await onHand('A-2')).toBe(before)
  expect(await apply(refused, 'good-rows')).toMatchObject({ state: 'done', applied: 1, skipped: 1 })
  expect(await onHand('A-2')).toBe((before ?? 0) + 1)
})

test('counts and adjustments: a count is the figure, an adjustment the difference, and zero is counted', async () => {
  expect(await apply(await take('adjust', 'sku,difference,reason\nA-1,-2,broken\n'))).toMatchObject({
    units: -2,
  })
  expect(await onHand('A-1')).toBe(3)
  const counted = await apply(await take('count', 'sku,counted\nA-1,7\nA-2,0\n'))
  expect(counted).toMatchObject({ state: 'done', applied: 2, skipped: 0 })
  expect([await onHand('A-1'), await onHand('A-2')]).toEqual([7, 0])
  expect(await problemsOf(await take('adjust', 'sku,quantity\nA-1,0\n'))).toMatchObject([
    { code: 'number-out-of-range', value: '0' },
  ])
})

test('a count under the name of last week’s counts again, and a receipt does not', async () => {
  await apply(await take('count', 'sku,counted\nA-1,10\n', 'weekly.csv'))
  await apply(await take('count', 'sku,counted\nA-1,12\n', 'weekly.csv'))
  expect(await onHand('A-1')).toBe(12)
  await apply(await take('stock', 'sku,quantity\nA-1,1\n', 'receipt.csv'))
  const more = await apply(await take('stock', 'sku,quantity\nA-1,2\n', 'receipt.csv'), 'good-rows')
  expect(more).toMatchObject({ applied: 0, skipped: 1 })
  expect(await problemsOf(more)).toMatchObject([{ row: 2, code: 'key-reused', value: 'A-1' }])
  expect(await onHand('A-1')).toBe(13)
})

test('I8: a file that leaves nothing of many items waits until a person confirms it', async () => {
  const skus = Array.from({ length: 12 }, (_, at) => `Z-${at}`)
  await apply(await take('items', `sku,name,quantity\n${skus.map((sku) => `${sku},Tea,4`).join('\n')}\n`))
  const checked = await take('count', `sku,counted\n${skus.map((sku) => `${sku},0`).join('\n')}\n`)
  expect(checked).toMatchObject({ zeroed: 12 })
  // Of thousands in stock twelve are no stampede; of these few they are.
  await sql`update import_job set stocked = 40 where import_id = ${checked.importId}`.execute(
    context.database.kysely,
  )
  await expect(apply(checked)).rejects.toMatchObject({
    code: 'import-takes-to-zero',
    message: expect.stringContaining('nothing of 12 items'),
  })
  expect(await onHand('Z-3')).toBe(4)
  expect(await apply(checked, 'all-or-nothing', true)).toMatchObject({ state: 'done', units: -48 })
  expect(await onHand('Z-3')).toBe(0)
})

test('locations: made, renamed, left as they are; a kind in Chinese', async () => {
  const content = 'code,name,kind\nMAIN,Main warehouse,\nSHOP,Shop,门店\n'
  expect(await apply(await take('locations', content))).toMatchObject({ applied: 1, unchanged: 1 })
  const { body } = await served.ask('GET', '/api/v1/locations')
  expect(body.rows).toMatchObject([{ code: 'MAIN' }, { code: 'SHOP', kind: 'store' }])
  // With two locations a row must say which.
  expect(await problemsOf(await take('stock', 'sku,quantity\nA-1,1\n'))).toMatchObject([
    { row: 2, code: 'cell-empty', column: 'location' },
  ])
  await sql`update location set archived_at = ${new Date()} where code = 'SHOP'`.execute(
    context.database.kysely,
  )
})

test('a file that cannot be read says why, and nothing of it is kept but that', async () => {
  const open = await take('items', 'sku,name\nA,"Tea\n')
  expect(open).toMatchObject({ state: 'unreadable', failure: { code: 'quote-open' } })
  expect(await take('items', 'shelf,name\nA,Tea\n')).toMatchObject({
    state: 'unreadable',
    failure: { code: 'column-missing', message: expect.stringContaining('no column "sku"') },
  })
  await expect(apply(open)).rejects.toMatchObject({ code: 'import-has-errors' })
  await expect(take('items', '')).rejects.toMatchObject({ code: 'file-empty' })
  await expect(take('items', Buffer.from('d0cf11e0a1b11ae1', 'hex'))).rejects.toMatchObject({
    code: 'file-old-excel',
  })
  const left = await sql`select from import_job where state = 'uploading'`.execute(context.database.kysely)
  expect(left.rows).toEqual([])
})

test('more than a hundred thousand problems: the rest is not read, and nothing can be applied', async () => {
  const checked = await take('items', `sku,name\n${'A,\n'.repeat(101_000)}`)
  expect(checked).toMatchObject({ state: 'checked', isCut: true })
  await expect(apply(checked, 'good-rows')).rejects.toMatchObject({ code: 'import-too-many-errors' })
}, 120_000)

test.each(['items', 'balances', 'locations'] as const)(
  'the export of %s, imported again as Excel, changes nothing',
  async (what) => {
    const query = { from: undefined, until: undefined, sku: undefined }
    const read = async () => Array.fromAsync((await openExport(context, what, query)).rows)
    const before = await read()
    const { header, rows } = await openExport(context, what, query)
    const file = Buffer.concat(await Array.fromAsync(writeXlsx(header, rows)))
    const checked = await take(what === 'balances' ? 'count' : what, file)
    expect(checked).toMatchObject({ state: 'checked', rowsBad: 0, warnings: 0, rowsTotal: before.length })
    const count = await movements()
    expect(await apply(checked, 'all-or-nothing', true)).toMatchObject({
      state: 'done',
      skipped: 0,
      units: 0,
    })
    expect(await read()).toEqual(before)
    expect(await movements()).toBe(count)
    expect(before.length).toBeGreaterThan(0)
  },
)

test('whoever lost an import to another process writes no more of it', async () => {
  const checked = await take('items', 'sku,name\nF-1,Tea\n')
  const hold = {
    organizationId: checked.organizationId,
    importId: checked.importId,
    fencing: checked.fencing - 1,
  }
  const late = inTransaction(context.database, async (tx) => keepHold(tx, hold, new Date()))
  await expect(late).rejects.toThrow('Another process works on the import')
})

// Last: with a second location a file must say which is meant.
test('a file that was kept no longer is looked at again once it comes again, and its wrong rows can be taken', async () => {
  const file = 'sku,name,quantity,location\nKEPT-1,One,3,MAIN\nKEPT-2,Two,4,LATER\n'
  const done = await apply(await take('items', file, 'kept.csv'), 'good-rows')
  expect(done).toMatchObject({ state: 'done', applied: 1, skipped: 1 })
  const old = { uploads: new Date(0), files: new Date(Date.now() + 1_000) }
  await tidyImports(context.database.kysely, context.organizationId, {
    ...old,
    personal: { what: [], before: new Date(0) },
  })
  expect(await hasPieces(context.database.kysely, context.organizationId, done.importId)).toBe(false)
  await served.ask('POST', '/api/v1/locations', { code: 'LATER', name: 'Later', kind: 'store' })
  const again = await take('items', file, 'kept.csv')
  expect(again).toMatchObject({ importId: done.importId, state: 'checked', rowsTotal: 2, rowsBad: 0 })
  expect(await apply(again)).toMatchObject({ state: 'done', skipped: 0 })
  expect([await onHand('KEPT-1'), await onHand('KEPT-2')]).toEqual([3, 4])
})
