import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { commandOf, createStockWorld } from '../testing/stock-world.ts'
import { saveCatalogueItems } from './catalogue.ts'
import type { CatalogueRow } from './catalogue-item.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

test('when serials are told is fixed once the item has movements with them', async () => {
  const world = await createStockWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
  const save = (row: CatalogueRow) =>
    inTransaction(database, (tx) => saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [row]))
  await save({ sku: 'A', tracking: 'serial' })
  expect(await save({ sku: 'A', serialCapture: 'shipment' })).toMatchObject([
    { kind: 'changed', item: { serialCapture: 'shipment' } },
  ])
  await runStockCommands(database, world.context, [commandOf('receive', 'A', 1)])
  expect(await save({ sku: 'A', serialCapture: 'receipt' })).toMatchObject([
    { code: 'tracking-fixed', field: 'serialCapture' },
  ])
})
