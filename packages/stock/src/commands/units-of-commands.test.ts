import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveCatalogueItems } from '../items/catalogue.ts'
import { defineKit } from '../kits/define-kit.ts'
import { commandOf, createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, {
    skus: ['TEA', 'PLAIN', 'KIT'],
    locationCodes: ['MAIN'],
    tracking: { PLAIN: 'serial' },
  })
  await inTransaction(database, (tx) =>
    saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [
      {
        sku: 'TEA',
        baseUnit: 'tin',
        units: [
          { code: 'case', factor: 12 },
          { code: 'tray', factor: 10, rounding: 'down' },
        ],
      },
      { sku: 'KIT', units: [{ code: 'pair', factor: 2 }] },
      { sku: 'PLAIN', units: [{ code: 'pair', factor: 2 }] },
    ]),
  )
})
afterAll(() => database.drop())

const run = (...commands: StockCommand[]) => runStockCommands(database, world.context, commands)

test('a command may be asked in a unit of the item, in a fraction that comes out whole', async () => {
  const outcomes = await run(
    commandOf('receive', 'TEA', 2.5, { unit: 'case' }),
    commandOf('receive', 'TEA', 3, { unit: 'tin' }),
    commandOf('reserve', 'TEA', 1, { unit: 'case' }),
    commandOf('adjust', 'TEA', -0.25, { unit: 'case', reason: 'broken' }),
    commandOf('count', 'TEA', 0, { unit: 'case' }),
    commandOf('receive', 'TEA', 1.25, { unit: 'tray' }),
  )
  expect(outcomes).toMatchObject([
    { kind: 'applied', result: { onHand: 30, baseUnits: 30 } },
    { kind: 'applied', result: { onHand: 33, baseUnits: 3 } },
    { kind: 'applied', result: { onHand: 33, reserved: 12, baseUnits: 12 } },
    { kind: 'applied', result: { onHand: 30, baseUnits: -3 } },
    { kind: 'applied', result: { onHand: 0, baseUnits: 0 } },
    { kind: 'applied', result: { onHand: 12, baseUnits: 12 } },
  ])
  expect(await world.balance('TEA', 'MAIN')).toMatchObject({ onHand: 12, reserved: 12 })
})

test.each([
  ['a remainder', commandOf('receive', 'TEA', 0.3, { unit: 'case' }), 'conversion-remainder', 'quantity'],
  ['a unit of no item', commandOf('receive', 'TEA', 1, { unit: 'pallet' }), 'unknown-unit', 'unit'],
  ['a unit of another item', commandOf('receive', 'KIT', 1, { unit: 'case' }), 'unknown-unit', 'unit'],
  ['half a base unit', commandOf('receive', 'TEA', 0.5, { unit: 'tin' }), 'quantity-not-whole', 'quantity'],
  ['half of no unit', commandOf('receive', 'TEA', 0.5), 'quantity-not-whole', 'quantity'],
  ['no number', commandOf('receive', 'TEA', Number.NaN, { unit: 'case' }), 'quantity-unreadable', 'quantity'],
  ['nothing', commandOf('receive', 'TEA', 0, { unit: 'case' }), 'quantity-not-positive', 'quantity'],
  [
    'what rounds to nothing',
    commandOf('hold', 'TEA', 0.05, { unit: 'tray' }),
    'quantity-not-positive',
    'quantity',
  ],
  ['too much', commandOf('receive', 'TEA', 2 ** 52, { unit: 'case' }), 'quantity-out-of-range', 'quantity'],
  ['no item', commandOf('receive', 'NONE', 1, { unit: 'case' }), 'unknown-sku', 'sku'],
  [
    'fewer serials than base units',
    commandOf('receive', 'PLAIN', 1, { unit: 'pair', serials: ['S1'] }),
    'serial-count-mismatch',
    'serials',
  ],
] as const)('refuses %s', async (_name, command, code, field) => {
  expect(await run(command)).toMatchObject([{ kind: 'refused', code, field }])
})

test('a repeat is known by its unit too: a case is another command than a tin', async () => {
  const receive = commandOf('receive', 'TEA', 1, { unit: 'case' })
  const [first] = await run(receive)
  expect(await run(receive)).toMatchObject([{ kind: 'repeated', result: { baseUnits: 12 } }])
  expect(first).toMatchObject({ kind: 'applied' })
  expect(await run({ ...receive, unit: undefined })).toMatchObject([{ kind: 'refused', code: 'key-reused' }])
})

test('kits are put together by the unit', async () => {
  const own = await createStockWorld(database, { skus: ['CUP', 'SET'], locationCodes: ['MAIN'] })
  await inTransaction(database, (tx) =>
    saveCatalogueItems(tx, { ...own.context, actor: 'test' }, [
      { sku: 'SET', units: [{ code: 'pair', factor: 2 }] },
    ]),
  )
  await inTransaction(database, (tx) =>
    defineKit(tx, own.context, {
      sku: 'SET',
      kind: 'assembled',
      components: [{ sku: 'CUP', quantity: 3 }],
      actor: 'test',
      reason: null,
      expectedVersion: undefined,
    }),
  )
  expect(
    await runStockCommands(database, own.context, [
      commandOf('receive', 'CUP', 10),
      commandOf('assemble', 'SET', 1.5, { unit: 'pair' }),
      commandOf('assemble', 'SET', 1.3, { unit: 'pair' }),
      commandOf('disassemble', 'SET', 1, { unit: 'pair' }),
    ]),
  ).toMatchObject([
    { kind: 'applied' },
    { result: { onHand: 3, baseUnits: 3, components: [{ sku: 'CUP', units: 9, available: 1 }] } },
    { kind: 'refused', code: 'conversion-remainder' },
    { result: { onHand: 1, baseUnits: 2, components: [{ units: 6, available: 7 }] } },
  ])
})
