import { randomUUID } from 'node:crypto'
import { inTransaction } from '@plimsoll/database'
import { writeCsv } from '@plimsoll/files'
import { findCatalogueItems, saveCatalogueItems, saveCustomField, saveProducts } from '@plimsoll/stock'
import { toStockContext } from '@plimsoll/sync'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openExport } from '../exports/exports.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { findProblems } from './import-problems.store.ts'
import { getImport, requestApply, workImport } from './imports.ts'
import type { ImportContext } from './open-file.ts'
import { receiveFile } from './receive-file.ts'
import type { ImportWhat } from './sheet.ts'

let served: ServedHub
let context: ImportContext
beforeAll(async () => {
  served = await serveHub()
  context = served.hub.imports.context
  const catalogue = { ...toStockContext(context), actor: 'test' }
  await inTransaction(context.database, async (tx) => {
    await saveCustomField(tx, catalogue, { key: 'color', type: 'string', name: '颜色' })
    await saveCustomField(tx, catalogue, { key: 'grams', type: 'number', name: 'Weight' })
    await saveCustomField(tx, catalogue, { key: 'fragile', type: 'boolean', name: 'Fragile' })
    await saveProducts(tx, catalogue, [{ code: 'SHIRT', name: 'Shirt', optionNames: ['size'] }])
  })
})
afterAll(() => served.close())

async function check(what: ImportWhat, content: string | Buffer) {
  async function* bytes() {
    yield Buffer.from(content)
  }
  const name = randomUUID()
  const { job } = await receiveFile(
    context,
    { what, name, fileName: name, sheet: undefined, actor: 'ann' },
    bytes(),
  )
  await workImport(context, job.importId)
  return await getImport(context, job.importId)
}
async function apply(what: ImportWhat, content: string | Buffer) {
  const { importId } = await check(what, content)
  await requestApply(context, importId, { mode: 'all-or-nothing', confirmZeros: false })
  await workImport(context, importId)
  return await getImport(context, importId)
}
const itemOf = async (sku: string) =>
  (await findCatalogueItems(context.database.kysely, context.organizationId, { skus: [sku] }))[0]
async function problemsOf(what: ImportWhat, content: string) {
  const job = await check(what, content)
  const page = { after: undefined, limit: 100 }
  const found = await findProblems(context.database.kysely, job.organizationId, job.importId, page)
  return found.map(({ row, column, code }) => ({ row, column, code }))
}

const HEADER = '货号,名称,中文名称,条码,单位,换算,产品,规格,custom.color,Weight,Fragile,quantity'

test('an item comes with names, barcodes, units, its product and custom fields, and its opening stock', async () => {
  const done = await apply(
    'items',
    `${HEADER}\nS-1,Shirt,衬衫,6901234567892|case=10614141000415,piece,case=12,SHIRT,size=M,red,120.5,yes,24\n`,
  )
  expect(done).toMatchObject({ state: 'done', applied: 1, units: 24 })
  expect(await itemOf('S-1')).toMatchObject({
    name: 'Shirt',
    names: { 'zh-CN': '衬衫' },
    baseUnit: 'piece',
    units: [{ code: 'case', factor: 12, rounding: 'refuse' }],
    barcodes: [
      { barcode: '6901234567892', kind: 'gtin', unit: null },
      { barcode: '10614141000415', kind: 'gtin', unit: 'case' },
    ],
    product: 'SHIRT',
    options: { size: 'M' },
    custom: { color: 'red', grams: 120.5, fragile: true },
  })
})

test('what a file does not say is left as it is, and the same again changes nothing', async () => {
  expect(await apply('items', 'sku,custom.color\nS-1,blue\n')).toMatchObject({ applied: 1, unchanged: 0 })
  const item = await itemOf('S-1')
  expect(item).toMatchObject({ name: 'Shirt', custom: { color: 'blue', grams: 120.5 }, product: 'SHIRT' })
  expect(await apply('items', 'sku,颜色\nS-1,blue\n')).toMatchObject({ applied: 0, unchanged: 1 })
  expect((await itemOf('S-1'))?.version).toBe(item?.version)
})

test('what the catalogue refuses is said before anything is written, row by row', async () => {
  const content = [
    'sku,name,barcodes,units,product,Weight,Fragile',
    'X-1,One,6901234567891,,,,',
    'X-2,Two,6901234567892,,,,',
    'X-3,Three,,case,,,',
    'X-4,Four,,,NONE,,',
    'X-5,,,,,,',
    'X-6,Six,,,,heavy,maybe',
    'X-7,Seven,ABC,,,,',
    'X-8,Eight,ABC,,,,',
  ].join('\n')
  expect(await problemsOf('items', content)).toEqual([
    { row: 2, column: 'barcodes', code: 'barcode-check-digit' },
    { row: 3, column: 'barcodes', code: 'barcode-taken' },
    { row: 4, column: 'units', code: 'cell-invalid' },
    { row: 5, column: 'product', code: 'unknown-product' },
    { row: 6, column: 'name', code: 'invalid-text' },
    { row: 7, column: 'Weight', code: 'cell-invalid' },
    { row: 7, column: 'Fragile', code: 'cell-invalid' },
    { row: 9, column: 'barcodes', code: 'contradiction' },
    { row: 9, column: 'barcodes', code: 'barcode-taken' },
  ])
  expect(await itemOf('X-1')).toBeUndefined()
})

test('stock is given in any unit of its item; a unit that the item has not is named with those it has', async () => {
  expect(await apply('stock', 'sku,quantity,unit\nS-1,2,case\n')).toMatchObject({ units: 24 })
  expect(await apply('count', 'sku,counted,unit\nS-1,3,case\n')).toMatchObject({ units: 36 - 48 })
  expect(await problemsOf('stock', 'sku,quantity,unit,lot\nS-1,1,pallet,\nS-1,1,,L-1\n')).toEqual([
    { row: 2, column: 'unit', code: 'unknown-unit' },
    { row: 3, column: 'lot', code: 'lot-not-tracked' },
  ])
})

test('an archived item takes no new stock, and a file says so before anything is written', async () => {
  await apply('items', 'sku,name,归档\nOLD,Old,是\n')
  expect((await itemOf('OLD'))?.archivedAt).not.toBeNull()
  expect(await problemsOf('stock', 'sku,quantity\nOLD,1\n')).toEqual([
    { row: 2, column: 'sku', code: 'item-archived' },
  ])
  await apply('items', 'sku,archived\nOLD,no\n')
  expect((await itemOf('OLD'))?.archivedAt).toBeNull()
})

test('every item of any kind, exported and imported again, is as it was', async () => {
  const catalogue = { ...toStockContext(context), actor: 'test' }
  await inTransaction(context.database, (tx) =>
    saveCatalogueItems(tx, catalogue, [
      {
        sku: '=AWK|WARD',
        name: 'Quote " comma , line\nbreak',
        names: { 'zh-CN': '等号=竖线|', de: 'Semikolon;' },
        baseUnit: 'g|r',
        units: [{ code: 'a=b', factor: 7, rounding: 'down' }],
        barcodes: [
          { barcode: '12345678', kind: 'text' },
          { barcode: 'text:x', unit: 'a=b' },
        ],
        custom: { color: '00123', grams: -0.25, fragile: false },
        tracking: 'lot',
      },
    ]),
  )
  const query = { from: undefined, until: undefined, sku: undefined }
  const { header, rows } = await openExport(context, 'items', query)
  const before = await itemOf('=AWK|WARD')
  expect(before?.units).toHaveLength(1)
  const file = Buffer.concat(await Array.fromAsync(writeCsv(header, rows)))
  const done = await apply('items', file)
  expect(done).toMatchObject({ state: 'done', applied: 0, skipped: 0, warnings: 0, rowsTotal: 3 })
  expect(await itemOf('=AWK|WARD')).toEqual(before)
})
