// Virtual kits that API clients reserve: all parts or none, and none beyond what is there.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { defineKit } from '../kits/define-kit.ts'
import { findBrokenKits } from '../kits/verify-kits.store.ts'
import { findBrokenLots } from '../lots/verify-tracked.store.ts'
import { commandOf, createStockWorld, onReservation, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from '../verify.store.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

// The property makes an organization per run: much longer than usual where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(await findBrokenKits(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
  await database.drop()
})

const CUP_UNITS = 11
const MILK_USABLE = 7
const KITS = { BOX: { CUP: 2, MILK: 1 }, CRATE: { CUP: 1, MILK: 3 } } as const

/** Eleven cups, and milk: seven that may leave, five that have expired. */
async function newWorld(): Promise<StockWorld> {
  const world = await createStockWorld(database, {
    skus: ['CUP', 'MILK', 'BOX', 'CRATE'],
    locationCodes: ['MAIN', 'EAST'],
    tracking: { MILK: 'lot' },
  })
  for (const [sku, components] of Object.entries(KITS)) {
    const defined = await inTransaction(database, (tx) =>
      defineKit(tx, world.context, {
        sku,
        kind: 'virtual',
        components: Object.entries(components).map(([each, quantity]) => ({ sku: each, quantity })),
        actor: 'test',
        reason: null,
        expectedVersion: undefined,
      }),
    )
    expect(defined.kind).toBe('defined')
  }
  const old = { lot: 'OLD', expiresOn: '2026-04-01', force: true, reason: 'a test' }
  await answers(
    world,
    commandOf('receive', 'CUP', CUP_UNITS),
    commandOf('receive', 'MILK', MILK_USABLE, { lot: 'NEW', expiresOn: '2026-06-01' }),
    commandOf('receive', 'MILK', 5, old),
  )
  return world
}

async function answers(world: StockWorld, ...commands: StockCommand[]) {
  const outcomes = await runStockCommands(database, world.context, commands)
  return outcomes.map((outcome) => {
    if (outcome.kind === 'refused') throw new Error(outcome.message)
    return outcome.result
  })
}

async function codes(world: StockWorld, ...commands: StockCommand[]) {
  const outcomes = await runStockCommands(database, world.context, commands)
  return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))
}

test('a kit is promised out of its parts, answered in kits, and shipped, returned and released as one', async () => {
  const world = await newWorld()
  const [reserved] = await answers(world, commandOf('reserve', 'BOX', 3))
  // Cups for five, milk for twelve of which seven may leave; six cups and three milk are promised.
  expect(reserved).toMatchObject({ sku: 'BOX', onHand: 5, reserved: 3, held: 0, available: 2 })
  expect(await world.balance('CUP', 'MAIN')).toMatchObject({ onHand: 11, reserved: 6 })
  expect(await world.balance('MILK', 'MAIN')).toMatchObject({ onHand: 12, reserved: 3 })

  // CRATE: four usable milk left are enough for one.
  expect(await codes(world, commandOf('reserve', 'CRATE', 2), commandOf('reserve', 'BOX', 3))).toEqual([
    'insufficient-stock',
    'insufficient-stock',
  ])
  const [some] = await answers(world, commandOf('reserve', 'CRATE', 9, { grant: 'partial' }))
  expect(some).toMatchObject({ sku: 'CRATE', granted: 1, available: 0 })

  const id = reserved?.reservationId ?? ''
  await answers(world, onReservation('ship', id, 2))
  expect(await world.balance('CUP', 'MAIN')).toMatchObject({ onHand: 7, reserved: 3 })
  expect(await world.balance('MILK', 'MAIN')).toMatchObject({ onHand: 10, reserved: 4 })
  await answers(world, onReservation('return', id, 1), onReservation('release', id, 1))
  expect(await world.balance('CUP', 'MAIN')).toMatchObject({ onHand: 9, reserved: 1 })
  expect(await world.balance('MILK', 'MAIN')).toMatchObject({ onHand: 11, reserved: 3 })
  expect(await codes(world, onReservation('release', id, 1))).toEqual(['insufficient-open'])
})

test('nothing of a kit is promised where one part is missing, nor where a lot is named', async () => {
  const world = await newWorld()
  expect(
    await codes(
      world,
      commandOf('reserve', 'BOX', 1, { locationCode: 'EAST' }),
      commandOf('reserve', 'BOX', 1, { lot: 'NEW' }),
      commandOf('hold', 'CUP', 10),
      commandOf('reserve', 'BOX', 1),
      commandOf('reserve', 'BOX', 1, { grant: 'partial' }),
    ),
  ).toEqual(['insufficient-stock', 'lot-not-tracked', 'applied', 'insufficient-stock', 'insufficient-stock'])
  expect(await world.balance('MILK', 'MAIN')).toMatchObject({ reserved: 0 })
})

test('I5: batches at once that reserve kits and their parts never promise a part beyond what may leave', async () => {
  const anyReserve = fc.record({
    sku: fc.constantFrom('BOX', 'CRATE', 'CUP', 'MILK'),
    quantity: fc.integer({ min: 1, max: 4 }),
    grant: fc.constantFrom('all' as const, 'partial' as const),
  })
  const anyBatches = fc.array(fc.array(anyReserve, { minLength: 1, maxLength: 4 }), {
    minLength: 2,
    maxLength: 6,
  })
  await fc.assert(
    fc.asyncProperty(anyBatches, async (batches) => {
      const world = await newWorld()
      const told = await Promise.all(
        batches.map(async (batch) => {
          const commands = batch.map(({ sku, quantity, grant }) =>
            commandOf('reserve', sku, quantity, { grant }),
          )
          const outcomes = await runStockCommands(database, world.context, commands)
          return batch.map(({ sku, quantity }, nth) => {
            const outcome = outcomes[nth]
            return { sku, units: outcome?.kind === 'applied' ? (outcome.result.granted ?? quantity) : 0 }
          })
        }),
      )
      const promised = { CUP: 0, MILK: 0 }
      for (const { sku, units } of told.flat()) {
        const parts = sku === 'BOX' || sku === 'CRATE' ? KITS[sku] : { CUP: 0, MILK: 0, [sku]: 1 }
        promised.CUP += units * parts.CUP
        promised.MILK += units * parts.MILK
      }
      expect(promised.CUP).toBeLessThanOrEqual(CUP_UNITS)
      expect(promised.MILK).toBeLessThanOrEqual(MILK_USABLE)
      expect((await world.balance('CUP', 'MAIN')).reserved).toBe(promised.CUP)
      expect((await world.balance('MILK', 'MAIN')).reserved).toBe(promised.MILK)
      const ofKits = await sql`
        select from balance
        where organization_id = ${world.context.organizationId}
          and item_id in (${world.itemId('BOX')}, ${world.itemId('CRATE')})
          and (on_hand, reserved, held, incoming) <> (0, 0, 0, 0)`.execute(database.kysely)
      expect(ofKits.rows).toEqual([])
    }),
    fromEnvironment(25),
  )
})
