import { inTransaction, refreshStatistics } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineKit } from '../kits/define-kit.ts'
import { createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import { findCatalogueItems, findItemIdsByCode } from './catalogue.store.ts'
import { type CatalogueContext, type RowOutcome, saveCatalogueItems } from './catalogue.ts'
import type { CatalogueRow } from './catalogue-item.ts'
import { findItemByCode, findStockItems } from './lookup.store.ts'

let database: TestDatabase
let world: StockWorld
let context: CatalogueContext
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

/** An organization of its own, so that no test meets what another left. */
async function renew(): Promise<void> {
  world = await createStockWorld(database, { skus: [], locationCodes: ['MAIN'] })
  context = { ...world.context, actor: 'Mia' }
}
const save = (...rows: CatalogueRow[]): Promise<RowOutcome[]> =>
  inTransaction(database, (tx) => saveCatalogueItems(tx, context, rows))

async function makeTea(): Promise<string> {
  await renew()
  const units = [
    { code: 'pallet', factor: 480, rounding: 'down' as const },
    { code: 'case', factor: 12 },
  ]
  const barcodes = [
    { barcode: '4006381333931' },
    { barcode: '10614141000415', unit: 'case' },
    { barcode: 'SHELF-7', unit: 'tin' },
  ]
  const row = { sku: 'TEA', name: 'Green tea', tracking: 'lot' as const, baseUnit: 'tin', units, barcodes }
  const [outcome] = await save(row)
  if (outcome === undefined || outcome.kind === 'refused') throw new Error('the tea was not made')
  return outcome.item.itemId
}

test('a code is a SKU or a barcode, and says how many base units one scan means', async () => {
  await makeTea()
  const find = (code: string) => findItemByCode(database.kysely, context.organizationId, code)
  expect(await find('TEA')).toMatchObject({ kind: 'found', unit: 'tin', factor: 1, matched: 'sku' })
  expect(await find('SHELF-7')).toMatchObject({ unit: 'tin', factor: 1, matched: 'barcode' })
  expect(await find('4006381333931')).toMatchObject({ item: { sku: 'TEA' }, unit: 'tin', factor: 1 })
  expect(await find('04006381333931')).toMatchObject({ item: { sku: 'TEA' }, unit: 'tin', factor: 1 })
  expect(await find('10614141000415')).toMatchObject({ unit: 'case', factor: 12, matched: 'barcode' })
  expect(await find('shelf-7')).toMatchObject({ code: 'unknown-code' })
  await save({
    sku: 'OWN',
    name: 'Own',
    units: [{ code: 'case', factor: 6 }],
    barcodes: [{ barcode: 'OWN', unit: 'case' }],
  })
  expect(await find('OWN')).toMatchObject({ unit: 'case', factor: 6, matched: 'barcode' })
})

test('a code that means two items is refused, whatever came first', async () => {
  await renew()
  await save({ sku: '4006381333931', name: 'Pen' })
  await save({ sku: 'BOX', name: 'Box', barcodes: [{ barcode: '04006381333931' }] })
  expect(await findItemByCode(database.kysely, context.organizationId, '4006381333931')).toMatchObject({
    code: 'ambiguous-code',
    message: '"4006381333931" is the SKU of the item "Pen" and a barcode of the item "BOX".',
  })
})

test('commands find what they must know of items by SKU and by id in one statement', async () => {
  const itemId = await makeTea()
  await save({ sku: 'MUG', name: 'Mug' })
  const components = [{ sku: 'TEA', quantity: 1 }]
  const kit = { sku: 'MUG', kind: 'virtual' as const, components, actor: 'test', reason: null }
  await inTransaction(database, (tx) => defineKit(tx, world.context, { ...kit, expectedVersion: undefined }))
  // What is said of the item otherwise leaves it the kit that it is.
  await save({ sku: 'MUG', archived: true })
  const found = await findStockItems(database.kysely, context.organizationId, {
    skus: ['MUG', 'NONE'],
    itemIds: [itemId],
  })
  expect(found.sort((a, b) => (a.sku < b.sku ? -1 : 1))).toEqual([
    {
      itemId: expect.any(String),
      sku: 'MUG',
      name: 'Mug',
      tracking: 'plain',
      serialCapture: 'receipt',
      kitKind: 'virtual',
      archivedAt: world.context.now(),
      baseUnit: 'each',
      units: [],
    },
    {
      itemId,
      sku: 'TEA',
      name: 'Green tea',
      tracking: 'lot',
      serialCapture: 'receipt',
      kitKind: 'none',
      archivedAt: null,
      baseUnit: 'tin',
      units: [
        { code: 'case', factor: 12, rounding: 'refuse' },
        { code: 'pallet', factor: 480, rounding: 'down' },
      ],
    },
  ])
})

test('a scan, and the items that commands name, are found among 20,000 without reading the others', async () => {
  await renew()
  const rows = Array.from({ length: 20_000 }, (_, nth): CatalogueRow => {
    return { sku: `ITEM-${nth}`, name: 'x', barcodes: [{ barcode: `B-${nth}` }] }
  })
  await save(...rows)
  await refreshStatistics(database.kysely)
  const plans: string[] = []
  const explaining: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (node.kind !== 'RawNode') return node
      const [first = '', ...rest] = node.sqlFragments
      return { ...node, sqlFragments: [`explain (analyze) ${first}`, ...rest] }
    },
    transformResult: async ({ result }) => {
      plans.push(result.rows.map((each) => Object.values(each).join()).join('\n'))
      return { ...result, rows: [] }
    },
  }
  const db = database.kysely.withPlugin(explaining)
  const { organizationId } = context
  const [item] = await findCatalogueItems(database.kysely, organizationId, { skus: ['ITEM-7'] })
  await findItemIdsByCode(db, organizationId, 'B-77')
  await findCatalogueItems(db, organizationId, { itemIds: [item?.itemId ?? ''] })
  await findStockItems(db, organizationId, { skus: ['ITEM-1', 'ITEM-2'], itemIds: [item?.itemId ?? ''] })
  expect(plans).toHaveLength(3)
  for (const plan of plans) {
    expect(plan).toContain('Index')
    expect(plan).not.toMatch(/Seq Scan on (item|barcode)|Rows Removed by Filter: [1-9]/)
  }
})
