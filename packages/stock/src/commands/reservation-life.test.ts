// A reservation from its beginning to its end on a real database: moved, shipped, returned, released.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandOf, createStockWorld, releaseOf, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from '../verify.store.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, { skus: ['A'], locationCodes: ['MAIN', 'EAST'] })
})
afterAll(() => database.drop())

test('moved, shipped, returned and released, each unit once', async () => {
  await answers(commandOf('receive', 'A', 10), commandOf('receive', 'A', 3, { locationCode: 'EAST' }))
  const reservationId = (await answers(commandOf('reserve', 'A', 6)))[0]?.reservationId ?? ''

  await answers(on(reservationId, 'move-reservation', 2, { locationCode: 'EAST' }))
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 10, reserved: 4 })
  expect(await world.balance('A', 'EAST')).toMatchObject({ onHand: 3, reserved: 2 })
  expect(await codes(on(reservationId, 'move-reservation', 2, { locationCode: 'EAST' }))).toEqual([
    'insufficient-stock',
  ])

  await answers(on(reservationId, 'ship', 5))
  expect(await codes(on(reservationId, 'ship', 2))).toEqual(['insufficient-open'])
  await answers(on(reservationId, 'return', 1, { condition: 'damaged', locationCode: 'EAST' }))
  expect(await codes(on(reservationId, 'return', 5))).toEqual(['insufficient-shipped'])
  await answers(releaseOf(reservationId, 1))
  expect(await codes(releaseOf(reservationId, 1))).toEqual(['insufficient-open'])

  const [main, east] = [await world.balance('A', 'MAIN'), await world.balance('A', 'EAST')]
  expect(main.reserved + east.reserved).toBe(0)
  expect(main.onHand + east.onHand).toBe(13 - 5 + 1)
  expect(east.held).toBe(1)
})

test('I1: after all of the above, balances are the sums of movements and reservations match', async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
})

function on(
  reservationId: string,
  kind: 'ship' | 'return' | 'move-reservation',
  quantity: number,
  rest: { condition?: 'damaged'; locationCode?: string } = {},
): StockCommand {
  return { ...releaseOf(reservationId, quantity), ...rest, kind } as StockCommand
}

async function answers(...commands: StockCommand[]) {
  const outcomes = await runStockCommands(database, world.context, commands)
  return outcomes.map((outcome) => {
    if (outcome.kind === 'refused') throw new Error(outcome.message)
    return outcome.result
  })
}

async function codes(...commands: StockCommand[]) {
  const outcomes = await runStockCommands(database, world.context, commands)
  return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))
}
