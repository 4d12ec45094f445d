import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStockWorld } from '../testing/stock-world.ts'
import { comparableOf } from './barcodes.ts'
import { findCatalogueItems } from './catalogue.store.ts'
import { type CatalogueContext, type RowOutcome, saveCatalogueItems } from './catalogue.ts'
import type { CatalogueItem, CatalogueRow } from './catalogue-item.ts'
import { saveProducts } from './products.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const SKUS = ['A', 'B', 'C', 'D']
const BARCODES = ['X', 'Y', '036000291452', '0036000291452', '4006381333931', 'A']

async function makeOrganization(): Promise<CatalogueContext> {
  const { context } = await createStockWorld(database, { skus: [], locationCodes: [] })
  const made = { ...context, actor: 'test' }
  await inTransaction(database, (tx) =>
    saveProducts(tx, made, [{ code: 'P', name: 'P', optionNames: ['size'] }]),
  )
  return made
}
/** An item as a row that gives all of it. */
function toRow({ itemId: _id, archivedAt, ...item }: CatalogueItem): CatalogueRow {
  return { ...item, archived: archivedAt !== null }
}
const save = (context: CatalogueContext, rows: readonly CatalogueRow[]): Promise<RowOutcome[]> =>
  inTransaction(database, (tx) => saveCatalogueItems(tx, context, rows))

const unit = fc.record({
  code: fc.constantFrom('case', 'pallet'),
  factor: fc.integer({ min: 2, max: 4 }),
})
const row: fc.Arbitrary<CatalogueRow> = fc.record(
  {
    sku: fc.constantFrom(...SKUS),
    name: fc.constantFrom('One', 'Two'),
    units: fc.uniqueArray(unit, { selector: ({ code }) => code, maxLength: 2 }),
    barcodes: fc.array(
      fc.record({ barcode: fc.constantFrom(...BARCODES), unit: fc.constantFrom(null, 'case') }),
      { maxLength: 3 },
    ),
    product: fc.constantFrom('P', null),
    options: fc.constantFrom({}, { size: 'S' }, { size: 'M' }),
    archived: fc.boolean(),
  },
  { requiredKeys: ['sku', 'name'] },
)

/** What no catalogue may be, whatever was sent to it. */
function expectSound(items: readonly CatalogueItem[]): void {
  const barcodes = items.flatMap((item) => item.barcodes.map(({ barcode }) => comparableOf(barcode)))
  expect(new Set(barcodes).size).toBe(barcodes.length)
  const variants = items
    .filter(({ archivedAt, product, options }) => archivedAt === null && product !== null && options.size)
    .map(({ options }) => options.size)
  expect(new Set(variants).size).toBe(variants.length)
  for (const { barcodes, units, sku } of items) {
    for (const each of barcodes) {
      expect(each.unit === null || units.some(({ code }) => code === each.unit)).toBe(true)
      expect(each.barcode === sku || !items.some((item) => item.sku === each.barcode)).toBe(true)
    }
  }
}

test('whatever rows are sent in whatever calls, what is answered is what is stored, and it is sound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { maxLength: 6 }),
      async (calls) => {
        const context = await makeOrganization()
        const expected = new Map<string, CatalogueItem>()
        for (const rows of calls) {
          const outcomes = await save(context, rows)
          expect(outcomes).toHaveLength(rows.length)
          for (const outcome of outcomes) {
            if (outcome.kind === 'refused') continue
            const before = expected.get(outcome.item.sku)
            expect(outcome.kind === 'created').toBe(before === undefined)
            expect(outcome.item.version).toBe((before?.version ?? 0) + (outcome.kind === 'unchanged' ? 0 : 1))
            expected.set(outcome.item.sku, outcome.item)
          }
          const stored = await findCatalogueItems(database.kysely, context.organizationId, { skus: SKUS })
          expect(stored).toEqual([...expected.values()].sort((a, b) => (a.sku < b.sku ? -1 : 1)))
          expectSound(stored)
          // What was read may be sent again, whole: it changes nothing.
          const again = await save(context, stored.map(toRow))
          expect(again.map(({ kind }) => kind)).toEqual(stored.map(() => 'unchanged'))
        }
      },
    ),
    fromEnvironment(30),
  )
}, 120_000)

test('eight who give one barcode to eight items at once: one gets it, the others are told who has it', async () => {
  const context = await makeOrganization()
  const outcomes = await Promise.all(
    Array.from({ length: 8 }, (_, nth) =>
      save(context, [{ sku: `ITEM-${nth}`, name: 'x', barcodes: [{ barcode: '036000291452' }] }]),
    ),
  )
  const kinds = outcomes.flat().map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))
  expect(kinds.sort()).toEqual([...Array(7).fill('barcode-taken'), 'created'])
})

test('eight who change the version that they read at once: one changes it, and none is lost', async () => {
  const context = await makeOrganization()
  await save(context, [{ sku: 'A', name: 'A' }])
  const once = () =>
    Promise.all(
      Array.from({ length: 8 }, (_, nth) => save(context, [{ sku: 'A', version: 1, name: `Name ${nth}` }])),
    )
  const kinds = (await once()).flat().map((each) => (each.kind === 'refused' ? each.code : each.kind))
  expect(kinds.sort()).toEqual(['changed', ...Array(7).fill('version-changed')])
  expect(await once()).toEqual(Array(8).fill([expect.objectContaining({ code: 'version-changed' })]))
})

test('random calls at once neither deadlock nor break anything', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 1, maxLength: 6 }), { minLength: 4, maxLength: 8 }),
      async (calls) => {
        const context = await makeOrganization()
        await Promise.all(calls.map((rows) => save(context, rows)))
        expectSound(await findCatalogueItems(database.kysely, context.organizationId, { skus: SKUS }))
      },
    ),
    fromEnvironment(20),
  )
  expect(database.counters).toMatchObject({ deadlocks: 0 })
}, 120_000)

test('a catalogue of 2,000 items takes as many statements as one item', async () => {
  const statementsFor = async (items: number): Promise<number> => {
    const context = await makeOrganization()
    let statements = 0
    const counting: KyselyPlugin = {
      transformQuery: ({ node }) => {
        statements += 1
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const rows = Array.from({ length: items }, (_, nth): CatalogueRow => {
      const sku = `ITEM-${nth}`
      const barcodes = [{ barcode: `B-${nth}` }, { barcode: `C-${nth}`, unit: 'case' }]
      return { sku, name: sku, product: 'P', units: [{ code: 'case', factor: 6 }], barcodes }
    })
    const run = () =>
      database.kysely
        .withPlugin(counting)
        .transaction()
        .execute((tx) => saveCatalogueItems(tx, context, rows))
    expect(new Set((await run()).map(({ kind }) => kind))).toEqual(new Set(['created']))
    const moreBarcodes = rows.map((each) => ({ ...each, barcodes: [], units: [] }))
    rows.splice(0, rows.length, ...moreBarcodes)
    expect(new Set((await run()).map(({ kind }) => kind))).toEqual(new Set(['changed']))
    return statements
  }
  expect(await statementsFor(2_000)).toBe(await statementsFor(1))
})
