// Commands on reservations of virtual kits answer in kits, whatever was given up, shipped and taken back before. Method:
// random commands in random order, against a model that knows kits only, and parts as multiples of them.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { defineKit } from '../kits/define-kit.ts'
import { commandOf, createStockWorld, onReservation, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from '../verify.store.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

// The property makes an organization per run: much longer than usual where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

/** A HAMPER is two BOXes and a LID, a BOX three CUPs and a LID: six cups and three lids. */
const PARTS = { CUP: 6, LID: 3 } as const
const THERE = { CUP: 61, LID: 33 } as const
const KITS_THERE = 10

async function newWorld(): Promise<StockWorld> {
  const world = await createStockWorld(database, {
    skus: ['CUP', 'LID', 'BOX', 'HAMPER'],
    locationCodes: ['MAIN', 'EAST'],
  })
  const kits = { BOX: { CUP: 3, LID: 1 }, HAMPER: { BOX: 2, LID: 1 } }
  for (const [sku, components] of Object.entries(kits)) await define(world, sku, components)
  for (const locationCode of ['MAIN', 'EAST']) {
    await run(world, commandOf('receive', 'CUP', THERE.CUP, { locationCode }))
    await run(world, commandOf('receive', 'LID', THERE.LID, { locationCode }))
  }
  return world
}

async function define(world: StockWorld, sku: string, components: Record<string, number>) {
  const outcome = await inTransaction(database, (tx) =>
    defineKit(tx, world.context, {
      sku,
      kind: 'virtual',
      components: Object.entries(components).map(([each, quantity]) => ({ sku: each, quantity })),
      actor: 'test',
      reason: null,
      expectedVersion: undefined,
    }),
  )
  expect(outcome.kind).toBe('defined')
}

async function run(world: StockWorld, command: StockCommand) {
  const [outcome] = await runStockCommands(database, world.context, [command])
  if (outcome === undefined) throw new Error('the command was not answered')
  return outcome
}

type Step = { kind: 'release' | 'ship' | 'return' | 'move-reservation'; quantity: number }
const anyStep = fc.record<Step>({
  kind: fc.constantFrom('release', 'ship', 'return', 'move-reservation'),
  quantity: fc.integer({ min: 1, max: 5 }),
})

/** What a kit's owner holds, in kits: all that there is to know. */
type Model = { reserved: number; released: number; shipped: number; returned: number; atMain: number }

/** @returns false where the step must be refused; the model is left alone then */
function follow(model: Model, { kind, quantity }: Step): boolean {
  const open = model.reserved - model.released - model.shipped
  if (kind === 'return') {
    if (quantity > model.shipped - model.returned) return false
    model.returned += quantity
    return true
  }
  if (quantity > (kind === 'move-reservation' ? model.atMain : open)) return false
  if (kind === 'move-reservation') model.atMain -= quantity
  if (kind === 'release') {
    model.released += quantity
    // What is at the place that was moved to last is given up first.
    model.atMain -= Math.max(0, quantity - (open - model.atMain))
  }
  if (kind === 'ship') {
    model.shipped += quantity
    // What was reserved first leaves first.
    model.atMain -= Math.min(model.atMain, quantity)
  }
  return true
}

test('I11: a kit’s reservation answers in kits, its parts in multiples of them, in whatever order it is ended', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: KITS_THERE }),
      fc.array(anyStep, { maxLength: 12 }),
      async (wanted, steps) => {
        const world = await newWorld()
        const reserved = await run(world, commandOf('reserve', 'HAMPER', wanted))
        if (reserved.kind !== 'applied') throw new Error(reserved.kind)
        const id = reserved.result.reservationId ?? ''
        const model: Model = { reserved: wanted, released: 0, shipped: 0, returned: 0, atMain: wanted }
        expect(reserved.result).toMatchObject(toAnswer(model))
        for (const step of steps) {
          const isAllowed = follow(model, step)
          const outcome = await run(world, toCommand(step, id))
          expect(outcome.kind, JSON.stringify({ step, model })).toBe(isAllowed ? 'applied' : 'refused')
          if (outcome.kind === 'applied') {
            expect(outcome.result).toMatchObject({ sku: 'HAMPER', reservationId: id, ...toAnswer(model) })
            const cups = await world.balance('CUP', 'MAIN')
            const lids = await world.balance('LID', 'MAIN')
            const kitsOf = (of: 'onHand' | 'reserved') =>
              Math.min(Math.floor(cups[of] / PARTS.CUP), Math.floor(lids[of] / PARTS.LID))
            expect(outcome.result.onHand).toBe(kitsOf('onHand'))
            expect(outcome.result.available).toBe(
              Math.min(
                Math.floor((cups.onHand - cups.reserved) / PARTS.CUP),
                Math.floor((lids.onHand - lids.reserved) / PARTS.LID),
              ),
            )
          }
        }
        const back = model.shipped - model.returned
        for (const [sku, quantity] of Object.entries(PARTS)) {
          const places = await Promise.all(['MAIN', 'EAST'].map((code) => world.balance(sku, code)))
          const sum = (of: 'onHand' | 'reserved') => places.reduce((total, each) => total + each[of], 0)
          expect(sum('onHand')).toBe(2 * THERE[sku as keyof typeof THERE] - back * quantity)
          expect(sum('reserved')).toBe((model.reserved - model.released - model.shipped) * quantity)
        }
      },
    ),
    fromEnvironment(25),
  )
})

function toCommand({ kind, quantity }: Step, id: string): StockCommand {
  const at = kind === 'move-reservation' ? { locationCode: 'EAST' } : {}
  return { ...onReservation('release', id, quantity), ...at, kind } as StockCommand
}

/** The model in kits, and each part so many times as much. */
function toAnswer({ reserved, released, shipped, returned }: Model) {
  const of = (each: number) => ({
    reserved: reserved * each,
    released: released * each,
    shipped: shipped * each,
    returned: returned * each,
    open: (reserved - released - shipped) * each,
  })
  return {
    reservation: of(1),
    parts: expect.arrayContaining(Object.entries(PARTS).map(([sku, each]) => ({ sku, ...of(each) }))),
  }
}

test('what is reserved keeps its kit and its parts, though the kit is put together otherwise meanwhile', async () => {
  const world = await newWorld()
  const reserved = await run(world, commandOf('reserve', 'HAMPER', 4))
  if (reserved.kind !== 'applied') throw new Error(reserved.kind)
  await define(world, 'HAMPER', { LID: 2 })
  const shipped = await run(world, onReservation('ship', reserved.result.reservationId ?? '', 1))
  expect(shipped).toMatchObject({
    result: {
      sku: 'HAMPER',
      reservation: { reserved: 4, shipped: 1, open: 3 },
      parts: expect.arrayContaining([expect.objectContaining({ sku: 'CUP', reserved: 24, shipped: 6 })]),
    },
  })
})

test('a plain item’s reservation answers its own figures, and no parts', async () => {
  const world = await newWorld()
  const reserved = await run(world, commandOf('reserve', 'CUP', 5))
  if (reserved.kind !== 'applied') throw new Error(reserved.kind)
  const released = await run(world, onReservation('release', reserved.result.reservationId ?? '', 2))
  expect(released).toMatchObject({
    result: {
      sku: 'CUP',
      reservation: { reserved: 5, released: 2, shipped: 0, returned: 0, open: 3 },
    },
  })
  expect(released).not.toHaveProperty('result.parts')
})

/** A SET is one MILK, tracked by lot, and two LIDs; a reservation of four of them at two places. */
async function newSpreadReservation() {
  const world = await createStockWorld(database, {
    skus: ['MILK', 'LID', 'SET'],
    locationCodes: ['MAIN', 'EAST', 'WEST'],
    tracking: { MILK: 'lot' },
  })
  await define(world, 'SET', { MILK: 1, LID: 2 })
  await run(world, commandOf('receive', 'MILK', 10, { lot: 'L1' }))
  await run(world, commandOf('receive', 'MILK', 4, { lot: 'L2', locationCode: 'EAST' }))
  await run(world, commandOf('receive', 'LID', 10))
  await run(world, commandOf('receive', 'LID', 6, { locationCode: 'EAST' }))
  const reserved = await run(world, commandOf('reserve', 'SET', 4))
  if (reserved.kind !== 'applied') throw new Error(reserved.kind)
  const id = reserved.result.reservationId ?? ''
  const move = (quantity: number, locationCode: string) =>
    run(world, { ...onReservation('release', id, quantity), kind: 'move-reservation', locationCode })
  expect(await move(2, 'EAST')).toMatchObject({ kind: 'applied' })
  // The milk of one set leaves from EAST, where its lot is, and the lids from MAIN, where they were reserved first.
  const lots = [{ lot: 'L2', quantity: 1 }]
  expect(await run(world, onReservation('ship', id, 1, { lots }))).toMatchObject({ kind: 'applied' })
  const reservedAt = async (code: string) => [
    (await world.balance('MILK', code)).reserved,
    (await world.balance('LID', code)).reserved,
  ]
  expect([await reservedAt('MAIN'), await reservedAt('EAST')]).toEqual([
    [2, 2],
    [1, 4],
  ])
  return { world, id, move, reservedAt }
}

test('a kit whose parts lie at several places moves whole: each part gives what is not there already', async () => {
  const { move, reservedAt } = await newSpreadReservation()
  // One set is whole at EAST. The lids of another are there already, so only its milk moves.
  expect(await move(1, 'EAST')).toMatchObject({
    kind: 'applied',
    result: { reservation: { reserved: 4, shipped: 1, released: 0, open: 3 } },
  })
  expect([await reservedAt('MAIN'), await reservedAt('EAST')]).toEqual([
    [1, 2],
    [2, 4],
  ])
  expect(await move(1, 'EAST')).toMatchObject({ kind: 'applied' })
  expect([await reservedAt('MAIN'), await reservedAt('EAST')]).toEqual([
    [0, 0],
    [3, 6],
  ])
})

test('a kit moves from all places at once to a third', async () => {
  const { world, move, reservedAt } = await newSpreadReservation()
  await run(world, commandOf('receive', 'MILK', 3, { lot: 'L3', locationCode: 'WEST' }))
  await run(world, commandOf('receive', 'LID', 6, { locationCode: 'WEST' }))
  expect(await move(3, 'WEST')).toMatchObject({ kind: 'applied' })
  expect([await reservedAt('MAIN'), await reservedAt('EAST'), await reservedAt('WEST')]).toEqual([
    [0, 0],
    [0, 0],
    [3, 6],
  ])
})

test('a kit that cannot move whole does not move at all, and the refusal says what is missing of each part', async () => {
  const { world, id, move, reservedAt } = await newSpreadReservation()
  expect(await move(3, 'EAST')).toMatchObject({
    kind: 'refused',
    code: 'insufficient-open',
    message: '3 units asked, 2 are still reserved elsewhere than at "EAST".',
  })
  await run(world, commandOf('receive', 'LID', 5, { locationCode: 'WEST' }))
  await run(world, commandOf('receive', 'MILK', 1, { lot: 'L3', locationCode: 'WEST' }))
  const before = [await reservedAt('MAIN'), await reservedAt('EAST'), await reservedAt('WEST')]
  expect(await move(3, 'WEST')).toMatchObject({
    kind: 'refused',
    code: 'insufficient-stock',
    message:
      '3 units of "MILK" asked, 1 are available at "WEST": 2 missing. 6 units of "LID" asked, 5 are available at "WEST": 1 missing.',
  })
  expect([await reservedAt('MAIN'), await reservedAt('EAST'), await reservedAt('WEST')]).toEqual(before)
  const released = await run(world, onReservation('release', id, 3))
  expect(released).toMatchObject({ kind: 'applied' })
})
