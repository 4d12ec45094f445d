import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { commandOf, createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import { findCatalogueItems } from './catalogue.store.ts'
import { type CatalogueContext, type RowOutcome, saveCatalogueItems } from './catalogue.ts'
import type { CatalogueItem, CatalogueRow } from './catalogue-item.ts'
import { removeCustomField, saveCustomField } from './custom-fields.store.ts'
import { findItemChanges } from './lookup.store.ts'
import { removeProduct, saveProducts } from './products.store.ts'

let database: TestDatabase
let world: StockWorld
let context: CatalogueContext
beforeAll(async () => {
  database = await createTestDatabase()
  await renew()
})
afterAll(() => database.drop())

/** An organization of its own, so that no test meets what another left. */
async function renew(): Promise<void> {
  world = await createStockWorld(database, { skus: [], locationCodes: ['MAIN'] })
  context = { ...world.context, actor: 'Mia' }
}
const save = (...rows: CatalogueRow[]): Promise<RowOutcome[]> =>
  database.kysely.transaction().execute((tx) => saveCatalogueItems(tx, context, rows))
const define = (key: string, type: 'string' | 'number' | 'boolean') =>
  database.kysely.transaction().execute((tx) => saveCustomField(tx, context, { key, type, name: key }))
const makeProduct = (code: string, optionNames: string[]) =>
  database.kysely
    .transaction()
    .execute((tx) => saveProducts(tx, context, [{ code, name: code, optionNames }]))
async function read(sku: string): Promise<CatalogueItem> {
  const [item] = await findCatalogueItems(database.kysely, context.organizationId, { skus: [sku] })
  if (item === undefined) throw new Error(`there is no ${sku}`)
  return item
}
const changesOf = async (sku: string) => {
  const { itemId } = await read(sku)
  const page = await findItemChanges(database.kysely, context.organizationId, itemId, {
    cursor: undefined,
    limit: 100,
  })
  return page.map(({ what, before, after, actor }) => ({ what, before, after, actor }))
}

const TEA: CatalogueRow = {
  sku: 'TEA',
  name: 'Green tea',
  names: { 'zh-cn': '绿茶', DE: 'Grüner Tee' },
  tracking: 'lot',
  custom: { origin: 'Fuding', organic: true, grams: 100 },
  baseUnit: 'tin',
  units: [
    { code: 'pallet', factor: 480, rounding: 'down' },
    { code: 'case', factor: 12 },
  ],
  barcodes: [
    { barcode: '4006381333931' },
    { barcode: '10614141000415', unit: 'case' },
    { barcode: 'SHELF-7', unit: 'tin' },
  ],
  product: 'TEAS',
  options: { kind: 'green' },
}

async function makeTea(): Promise<void> {
  await renew()
  await define('origin', 'string')
  await define('organic', 'boolean')
  await define('grams', 'number')
  await makeProduct('TEAS', ['kind', 'size'])
  expect(await save(TEA)).toMatchObject([{ kind: 'created' }])
}

test('an item is made with all its parts, and read as it was made', async () => {
  await makeTea()
  expect(await read('TEA')).toEqual({
    itemId: expect.any(String),
    sku: 'TEA',
    name: 'Green tea',
    names: { 'zh-CN': '绿茶', de: 'Grüner Tee' },
    tracking: 'lot',
    serialCapture: 'receipt',
    kitKind: 'none',
    custom: { origin: 'Fuding', organic: true, grams: 100 },
    baseUnit: 'tin',
    units: [
      { code: 'case', factor: 12, rounding: 'refuse' },
      { code: 'pallet', factor: 480, rounding: 'down' },
    ],
    barcodes: [
      { barcode: '4006381333931', kind: 'gtin', unit: null },
      { barcode: '10614141000415', kind: 'gtin', unit: 'case' },
      { barcode: 'SHELF-7', kind: 'text', unit: null },
    ],
    product: 'TEAS',
    options: { kind: 'green' },
    version: 1,
    archivedAt: null,
  })
  expect(await changesOf('TEA')).toEqual([{ what: 'created', before: null, after: null, actor: 'Mia' }])
})

test('the same again changes nothing, and nothing is noted', async () => {
  await makeTea()
  expect(await save(TEA)).toMatchObject([{ kind: 'unchanged', item: { version: 1 } }])
  expect(await changesOf('TEA')).toHaveLength(1)
})

test('what is absent is left alone; names and custom fields are put over, lists replace the whole', async () => {
  await makeTea()
  const before = await read('TEA')
  const [outcome] = await save({
    sku: 'TEA',
    version: 1,
    names: { de: null, fr: 'Thé vert' },
    custom: { grams: null, organic: false },
    units: [{ code: 'case', factor: 10 }],
  })
  const after = {
    ...before,
    names: { 'zh-CN': '绿茶', fr: 'Thé vert' },
    custom: { origin: 'Fuding', organic: false },
    units: [{ code: 'case', factor: 10, rounding: 'refuse' as const }],
    version: 2,
  }
  expect(outcome).toMatchObject({ kind: 'changed', item: after })
  expect(await read('TEA')).toEqual(after)
  // A factor may change, and what it was is known.
  expect(await changesOf('TEA')).toContainEqual({
    what: 'units',
    before: before.units,
    after: after.units,
    actor: 'Mia',
  })
  expect((await changesOf('TEA')).map(({ what }) => what).sort()).toEqual([
    'created',
    'custom',
    'names',
    'units',
  ])
})

test('a change of a version that is no longer there is refused, and changes nothing', async () => {
  await makeTea()
  await save({ sku: 'TEA', name: 'Better tea' })
  expect(await save({ sku: 'TEA', version: 1, name: 'Worse tea' })).toMatchObject([
    { code: 'version-changed', message: 'The item "TEA" is at version 2, not 1.' },
  ])
  expect(await read('TEA')).toMatchObject({ name: 'Better tea', version: 2 })
})

const refused: [what: string, row: CatalogueRow, code: string, field: string][] = [
  ['a new item without a name', { sku: 'NEW' }, 'invalid-text', 'name'],
  ['an empty SKU', { sku: ' ', name: 'x' }, 'invalid-text', 'sku'],
  ['a SKU with a space at its end', { sku: 'NEW ', name: 'x' }, 'invalid-text', 'sku'],
  ['a SKU that is too long', { sku: 'x'.repeat(201), name: 'x' }, 'invalid-text', 'sku'],
  ['a name that cannot be stored', { sku: 'NEW', name: 'a\u0000' }, 'invalid-text', 'name'],
  ['a name that is too long', { sku: 'NEW', name: 'x'.repeat(501) }, 'invalid-text', 'name'],
  ['making what is there', { sku: 'TEA', mode: 'create', name: 'x' }, 'sku-taken', 'sku'],
  ['a SKU that is a barcode of another', { sku: '4006381333931', name: 'x' }, 'sku-taken', 'sku'],
  ['changing what is not there', { sku: 'NEW', mode: 'change', name: 'x' }, 'unknown-sku', 'sku'],
  ['a version of what is not there', { sku: 'NEW', version: 1, name: 'x' }, 'unknown-sku', 'sku'],
  [
    'a language that is none',
    { sku: 'NEW', name: 'x', names: { 'z!': 'x' } },
    'invalid-language-tag',
    'names',
  ],
  [
    'a language twice',
    { sku: 'NEW', name: 'x', names: { 'zh-CN': 'x', 'ZH-cn': 'y' } },
    'invalid-language-tag',
    'names',
  ],
  ['an empty name', { sku: 'NEW', name: 'x', names: { en: '' } }, 'invalid-text', 'names.en'],
  ['an unknown field', { sku: 'NEW', name: 'x', custom: { hue: 1 } }, 'unknown-custom-field', 'custom.hue'],
  ['text for a number', { sku: 'TEA', custom: { grams: '100' } }, 'invalid-custom-field', 'custom.grams'],
  ['no number', { sku: 'TEA', custom: { grams: Number.NaN } }, 'invalid-custom-field', 'custom.grams'],
  ['a factor of one', { sku: 'TEA', units: [{ code: 'x', factor: 1 }] }, 'invalid-factor', 'units'],
  ['half a factor', { sku: 'TEA', units: [{ code: 'x', factor: 2.5 }] }, 'invalid-factor', 'units'],
  ['a factor too large', { sku: 'TEA', units: [{ code: 'x', factor: 2 ** 53 }] }, 'invalid-factor', 'units'],
  ['a unit without code', { sku: 'TEA', units: [{ code: '', factor: 2 }] }, 'invalid-text', 'units'],
  [
    'a unit that is the base unit',
    { sku: 'TEA', units: [{ code: 'Tin', factor: 2 }] },
    'invalid-unit',
    'units',
  ],
  ['a unit gone that has a barcode', { sku: 'TEA', units: [] }, 'unit-in-use', 'units'],
  ['a base unit that is a unit', { sku: 'TEA', baseUnit: 'case' }, 'invalid-unit', 'units'],
  [
    'a barcode of a unit that is not there',
    { sku: 'TEA', barcodes: [{ barcode: 'A', unit: 'crate' }] },
    'unknown-unit',
    'unit',
  ],
  [
    'a wrong check digit',
    { sku: 'TEA', barcodes: [{ barcode: '4006381333932' }] },
    'barcode-check-digit',
    'barcodes',
  ],
  [
    'one barcode twice',
    { sku: 'TEA', barcodes: [{ barcode: '036000291452' }, { barcode: '0036000291452' }] },
    'barcode-taken',
    'barcodes',
  ],
  [
    'a barcode of another, in another length',
    { sku: 'NEW', name: 'x', barcodes: [{ barcode: '04006381333931' }] },
    'barcode-taken',
    'barcodes',
  ],
  [
    'a barcode that is the SKU of another',
    { sku: 'NEW', name: 'x', barcodes: [{ barcode: 'TEA' }] },
    'barcode-taken',
    'barcodes',
  ],
  ['an unknown product', { sku: 'NEW', name: 'x', product: 'CUPS' }, 'unknown-product', 'product'],
  [
    'an option without product',
    { sku: 'NEW', name: 'x', options: { size: 'M' } },
    'options-mismatch',
    'options',
  ],
  ['an unknown option', { sku: 'TEA', options: { hue: 'red' } }, 'options-mismatch', 'options'],
  ['an empty option', { sku: 'TEA', options: { size: '' } }, 'invalid-text', 'options.size'],
  [
    'the options of a sister',
    { sku: 'NEW', name: 'x', product: 'TEAS', options: { kind: 'green' } },
    'variant-taken',
    'options',
  ],
]
test.each(refused)('%s is refused, and nothing is written', async (_what, row, code, field) => {
  await makeTea()
  const [outcome, other] = await save(row, { sku: 'OTHER', name: 'Other' })
  expect(outcome).toMatchObject({ kind: 'refused', sku: row.sku, code, field })
  expect(other).toMatchObject({ kind: 'created' })
  expect(await read('TEA')).toMatchObject({ version: 1 })
  const all = await database.kysely
    .selectFrom('item')
    .select('sku')
    .where('organizationId', '=', context.organizationId)
    .execute()
  expect(all.map(({ sku }) => sku).sort()).toEqual(['OTHER', 'TEA'])
})

test('rows are decided in order: a barcode is free once an earlier row gave it up, not before', async () => {
  await renew()
  await save({ sku: 'A', name: 'A', barcodes: [{ barcode: 'X' }] })
  expect(
    await save({ sku: 'B', name: 'B', barcodes: [{ barcode: 'X' }] }, { sku: 'A', barcodes: [] }),
  ).toMatchObject([
    { code: 'barcode-taken', message: '"X" is a barcode of the item "A".' },
    { kind: 'changed' },
  ])
  await save({ sku: 'A', barcodes: [{ barcode: 'X' }] })
  expect(
    await save({ sku: 'A', barcodes: [] }, { sku: 'B', name: 'B', barcodes: [{ barcode: 'X' }] }),
  ).toMatchObject([{ kind: 'changed' }, { kind: 'created' }])
  expect(await read('B')).toMatchObject({ barcodes: [{ barcode: 'X' }] })
})

test('a unit and its barcodes may change, and go, together', async () => {
  await makeTea()
  const barcodes = [{ barcode: '10614141000415', unit: 'carton' }]
  expect(await save({ sku: 'TEA', units: [{ code: 'carton', factor: 12 }], barcodes })).toMatchObject([
    { kind: 'changed' },
  ])
  expect(await save({ sku: 'TEA', units: [], barcodes: [] })).toMatchObject([{ kind: 'changed' }])
  expect(await read('TEA')).toMatchObject({ units: [], barcodes: [] })
})

test('one SKU twice in one call: the first is taken, the second refused', async () => {
  await renew()
  expect(await save({ sku: 'A', name: 'One' }, { sku: 'A', name: 'Two' })).toMatchObject([
    { kind: 'created' },
    { code: 'row-repeated', message: 'The SKU "A" is on row 1 already.' },
  ])
  expect(await read('A')).toMatchObject({ name: 'One' })
})

test('tracking is fixed once the item has movements; before that it is not', async () => {
  await renew()
  await save({ sku: 'A', name: 'A' })
  expect(await save({ sku: 'A', tracking: 'lot' })).toMatchObject([{ kind: 'changed' }])
  await save({ sku: 'A', tracking: 'plain' })
  await runStockCommands(database, world.context, [commandOf('receive', 'A', 1)])
  expect(await save({ sku: 'A', tracking: 'serial', name: 'B' })).toMatchObject([
    {
      code: 'tracking-fixed',
      message: 'The item "A" has movements as plain, so it cannot become serial.',
    },
  ])
  expect(await save({ sku: 'A', tracking: 'plain', name: 'B' })).toMatchObject([{ kind: 'changed' }])
  expect(await read('A')).toMatchObject({ tracking: 'plain', name: 'B' })
})

test('an archived item keeps its SKU and barcodes, gives up its options, and comes back if they are free', async () => {
  await makeTea()
  expect(await save({ sku: 'TEA', archived: true })).toMatchObject([{ kind: 'changed' }])
  expect(await save({ sku: 'TEA', archived: true })).toMatchObject([{ kind: 'unchanged' }])
  expect(await save({ sku: 'TEA', mode: 'create', name: 'x' })).toMatchObject([
    { code: 'sku-taken', message: 'There is an item with the SKU "TEA" already, archived.' },
  ])
  expect(await save({ sku: 'B', name: 'B', barcodes: [{ barcode: 'SHELF-7' }] })).toMatchObject([
    { code: 'barcode-taken' },
  ])
  const sister = { sku: 'SISTER', name: 'Green tea', product: 'TEAS', options: { kind: 'green' } }
  expect(await save(sister)).toMatchObject([{ kind: 'created' }])
  expect(await save({ sku: 'TEA', archived: false })).toMatchObject([{ code: 'variant-taken' }])
  expect(
    await save({ sku: 'SISTER', options: { kind: 'black' } }, { sku: 'TEA', archived: false }),
  ).toMatchObject([{ kind: 'changed' }, { kind: 'changed', item: { archivedAt: null } }])
  expect((await changesOf('TEA')).filter(({ what }) => what === 'archived')).toEqual([
    { what: 'archived', before: true, after: false, actor: 'Mia' },
    { what: 'archived', before: false, after: true, actor: 'Mia' },
  ])
})

test('a product cannot lose an option that variants have, nor go while it has variants', async () => {
  await makeTea()
  expect(await makeProduct('TEAS', ['size'])).toMatchObject([
    { code: 'options-mismatch', message: 'Variants of the product have the option "kind".' },
  ])
  expect(await makeProduct('TEAS', ['kind', 'size'])).toMatchObject([{ kind: 'unchanged' }])
  expect(await makeProduct('TEAS', ['kind'])).toMatchObject([{ kind: 'changed', product: { version: 2 } }])
  const remove = () => database.kysely.transaction().execute((tx) => removeProduct(tx, context, 'TEAS'))
  expect(await remove()).toMatchObject({ code: 'product-in-use' })
  expect(await save({ sku: 'TEA', product: null })).toMatchObject([
    { kind: 'changed', item: { options: {} } },
  ])
  expect(await remove()).toEqual({ kind: 'removed' })
  expect(await remove()).toMatchObject({ code: 'unknown-product' })
})

test('a custom field keeps its type, and stays, while any item has it', async () => {
  await makeTea()
  const remove = () => database.kysely.transaction().execute((tx) => removeCustomField(tx, context, 'grams'))
  expect(await define('grams', 'string')).toMatchObject({
    code: 'custom-field-in-use',
    message: 'The custom field "grams" is in use. The item "TEA" has it.',
  })
  expect(await remove()).toMatchObject({ code: 'custom-field-in-use' })
  await save({ sku: 'TEA', custom: { grams: null } })
  expect(await define('grams', 'string')).toMatchObject({ kind: 'changed' })
  expect(await remove()).toEqual({ kind: 'removed' })
  expect(await remove()).toMatchObject({ code: 'unknown-custom-field' })
  expect(await define('Grams', 'string')).toMatchObject({ code: 'invalid-text' })
})
