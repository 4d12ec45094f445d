import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { saveCurrency } from '../history/valuation.store.ts'
import { findValuations } from '../history/valuation-page.store.ts'
import { commandOf, createStockWorld, type StockWorld, WORLD_TIME } from '../testing/stock-world.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN'] })
})
afterAll(() => database.drop())

const run = (...commands: StockCommand[]) => runStockCommands(database, world.context, commands)
const costs = async () =>
  (
    await sql<{ unitCost: number }>`
      select unit_cost from movement_cost where organization_id = ${world.context.organizationId}
      order by unit_cost`.execute(database.kysely)
  ).rows.map(({ unitCost }) => unitCost)

test('a cost needs a currency; without one nothing is received', async () => {
  expect(await run(commandOf('receive', 'A', 1, { unitCost: 10_000 }))).toMatchObject([
    { kind: 'refused', code: 'currency-not-set', field: 'unitCost' },
  ])
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 0 })
  expect(await costs()).toEqual([])
})

test('what is received at a cost is valued at it, each movement at its own, once', async () => {
  const { organizationId } = world.context
  await saveCurrency(database.kysely, organizationId, 'EUR')
  const first = commandOf('receive', 'A', 4, { unitCost: 25_000 })
  const commands = [
    first,
    commandOf('adjust', 'A', -1, { reason: 'broken' }),
    commandOf('receive', 'A', 2, { unitCost: 40_000, into: 'held' }),
    commandOf('receive', 'B', 3),
    commandOf('receive', 'B', 1, { unitCost: 0 }),
  ]
  expect((await run(...commands)).map(({ kind }) => kind)).toEqual(commands.map(() => 'applied'))
  expect(await run(first)).toMatchObject([{ kind: 'repeated' }])
  expect(await run({ ...first, unitCost: 26_000 })).toMatchObject([{ code: 'key-reused' }])
  expect(await costs()).toEqual([0, 25_000, 40_000])
  const valued = await findValuations(
    database.kysely,
    organizationId,
    { method: 'fifo', at: WORLD_TIME },
    { afterSku: undefined, limit: 9 },
  )
  expect(valued).toMatchObject({
    currency: 'EUR',
    items: [
      { sku: 'A', places: [{ units: 5, cost: 155_000n, unpricedUnits: 0 }] },
      { sku: 'B', places: [{ units: 4 }] },
    ],
  })
})

test.each([
  [-1, 'quantity-negative'],
  [0.5, 'quantity-not-whole'],
  [2 ** 53, 'quantity-out-of-range'],
])('a cost of %d is refused: %s', async (unitCost, code) => {
  expect(await run(commandOf('receive', 'A', 1, { unitCost }))).toMatchObject([{ code, field: 'unitCost' }])
})
