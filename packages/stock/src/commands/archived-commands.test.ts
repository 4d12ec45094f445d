import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveCatalogueItems } from '../items/catalogue.ts'
import { defineKit } from '../kits/define-kit.ts'
import { commandOf, createStockWorld, releaseOf, type StockWorld } from '../testing/stock-world.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function run(...commands: StockCommand[]): Promise<string[]> {
  const outcomes = await runStockCommands(database, world.context, commands)
  return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))
}

const head = { reason: null, actor: 'test', effectiveAt: undefined }
const expectOf = (key: string, quantity: number): StockCommand => ({
  kind: 'expect',
  ...head,
  key,
  sku: 'A',
  locationCode: 'MAIN',
  quantity,
})

test('an archived item takes nothing new, and lets go of all that it has', async () => {
  world = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN', 'EAST'] })
  const [, reserved] = await runStockCommands(database, world.context, [
    commandOf('receive', 'A', 10),
    commandOf('reserve', 'A', 4),
    expectOf('expected', 5),
  ])
  const reservationId = reserved?.kind === 'applied' ? reserved.result.reservationId : null
  if (reservationId === null || reservationId === undefined) throw new Error('nothing was reserved')
  await inTransaction(database, (tx) =>
    saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [{ sku: 'A', archived: true }]),
  )

  expect(
    await run(
      commandOf('receive', 'A', 1),
      commandOf('reserve', 'A', 1),
      commandOf('adjust', 'A', 1),
      commandOf('count', 'A', 11),
      expectOf('more', 1),
      // The others of the batch are not about it.
      commandOf('receive', 'B', 1),
    ),
  ).toEqual(['item-archived', 'item-archived', 'item-archived', 'item-archived', 'item-archived', 'applied'])
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 10, reserved: 4, held: 0, incoming: 5 })

  expect(
    await run(
      { kind: 'transfer', ...head, key: 'moved', sku: 'A', fromCode: 'MAIN', toCode: 'EAST', quantity: 5 },
      {
        kind: 'move-reservation',
        ...head,
        key: 'claim',
        reservationId,
        locationCode: 'EAST',
        quantity: 3,
      },
      releaseOf(reservationId, 4),
      expectOf('cancelled', -5),
      commandOf('hold', 'A', 1),
      commandOf('unhold', 'A', 1),
      commandOf('count', 'A', 2),
      commandOf('adjust', 'A', -2),
      commandOf('adjust', 'A', -5, { locationCode: 'EAST' }),
    ),
  ).toEqual(Array.from({ length: 9 }, () => 'applied'))
  for (const code of ['MAIN', 'EAST']) {
    expect(await world.balance('A', code)).toEqual({ onHand: 0, reserved: 0, held: 0, incoming: 0 })
  }
})

test('what was on its way to an archived item arrives, with what came on top; nothing more is expected', async () => {
  world = await createStockWorld(database, { skus: ['A'], locationCodes: ['MAIN'] })
  await run(expectOf('expected', 5))
  await inTransaction(database, (tx) =>
    saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [{ sku: 'A', archived: true }]),
  )
  const came: StockCommand = {
    ...{ kind: 'arrive', ...head, key: 'came', sku: 'A', locationCode: 'MAIN' },
    ...{ quantity: 7, expected: 5, damaged: 1 },
  }
  expect(await run(came, expectOf('again', 1), commandOf('reserve', 'A', 1))).toEqual([
    'applied',
    'item-archived',
    'item-archived',
  ])
  expect(await world.balance('A', 'MAIN')).toEqual({ onHand: 7, reserved: 0, held: 1, incoming: 0 })
})

test('an archived virtual kit is promised no more, though its parts are', async () => {
  world = await createStockWorld(database, { skus: ['CUP', 'BOX'], locationCodes: ['MAIN'] })
  await inTransaction(database, (tx) =>
    defineKit(tx, world.context, {
      sku: 'BOX',
      kind: 'virtual',
      components: [{ sku: 'CUP', quantity: 2 }],
      actor: 'test',
      reason: null,
      expectedVersion: undefined,
    }),
  )
  expect(await run(commandOf('receive', 'CUP', 9), commandOf('reserve', 'BOX', 1))).toEqual([
    'applied',
    'applied',
  ])
  await inTransaction(database, (tx) =>
    saveCatalogueItems(tx, { ...world.context, actor: 'test' }, [{ sku: 'BOX', archived: true }]),
  )
  expect(await run(commandOf('reserve', 'BOX', 1), commandOf('reserve', 'CUP', 1))).toEqual([
    'item-archived',
    'applied',
  ])
})
