import { expect, test } from 'vitest'
import { hubSide, readAll } from './testing/hub-side.ts'

test('a delivery whose first file is too old to be read says that it does not remember all', async () => {
  let now = Date.UTC(2026, 8, 1)
  const receipts = {
    files: 'R*.csv',
    format: { kind: 'csv' },
    map: { columns: { externalId: 'paper', sku: 'sku', quantity: 'units', row: 'row', line: 'row' } },
  }
  const levels = { format: { kind: 'csv' }, map: { columns: { sku: 'sku', onHand: 'units' } } }
  const definition = { feeds: { levels: { ...levels, files: 'S*.csv' }, receipts }, memoryDays: 60 }
  const hub = hubSide({ settings: { definition }, now: () => now })
  const told = async () =>
    (await readAll(hub.operations.warehouse.receipts)).map(({ remembersAll, lines }) => ({
      remembersAll,
      lines: lines.map(({ externalId, quantity }) => [externalId, quantity]),
    }))
  await hub.upload('R1.csv', 'paper,sku,units,row\nD1,TEA,60,a\n')
  expect(await told()).toEqual([{ remembersAll: false, lines: [['a', 60]] }])
  now += 61 * 86_400_000
  await hub.upload('R2.csv', 'paper,sku,units,row\nD1,TEA,40,b\n')
  expect(await told()).toEqual([{ remembersAll: false, lines: [['b', 40]] }])
})
