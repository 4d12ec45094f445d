import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UNALLOCATED_LOT } from './context.ts'
import { withBalancesAssumed } from './movements.store.ts'
import { movementOf } from './movements.ts'
import { createStockWorld, type StockWorld } from './testing/stock-world.ts'
import { findBrokenBalances } from './verify.store.ts'

let database: TestDatabase
let world: StockWorld
beforeAll(async () => {
  database = await createTestDatabase()
  world = await createStockWorld(database, { skus: ['A', 'B'], locationCodes: ['MAIN'] })
})
afterAll(() => database.drop())

test('balances are assumed to be there; where one is missing the whole is done once more, and nothing twice', async () => {
  expect(await receive(['A'])).toBe(2)
  expect(await receive(['A'])).toBe(1)
  // One of two is missing: what was done for the other is undone with it.
  expect(await receive(['A', 'B'])).toBe(2)
  expect(await world.balance('A', 'MAIN')).toMatchObject({ onHand: 3 })
  expect(await world.balance('B', 'MAIN')).toMatchObject({ onHand: 1 })
  expect(await findBrokenBalances(database.kysely)).toEqual([])
})

test('whatever else goes wrong is not tried again', async () => {
  let tries = 0
  const failing = withBalancesAssumed(async () => {
    tries += 1
    throw new Error('another reason')
  })
  await expect(failing).rejects.toThrow('another reason')
  expect(tries).toBe(1)
})

/** @returns how often the transaction ran */
async function receive(skus: readonly string[]): Promise<number> {
  let tries = 0
  await withBalancesAssumed((write) =>
    inTransaction(database, async (tx) => {
      tries += 1
      await write(tx, world.context, skus.map(receiptOf))
    }),
  )
  return tries
}

function receiptOf(sku: string) {
  return movementOf(
    {
      itemId: world.itemId(sku),
      locationId: world.locationId('MAIN'),
      lotId: UNALLOCATED_LOT,
      commandKey: 'key',
      referenceKind: null,
      referenceId: null,
      reason: null,
      actor: 'test',
      effectiveAt: world.context.now(),
    },
    'receive',
    { onHandDelta: 1 },
  )
}
