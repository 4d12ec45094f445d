import { inTransaction, type KitKind } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { readAssembly } from '../kits/assembly.ts'
import { defineKit } from '../kits/define-kit.ts'
import { commandOf, createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import { findBrokenBalances, findBrokenReservations } from '../verify.store.ts'
import type { CommandOutcome } from './apply-commands.ts'
import type { StockCommand } from './command.ts'
import { runStockCommands } from './run-commands.ts'

// The properties make an organization per run: much longer than usual where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 5 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
  await database.drop()
})

async function define(world: StockWorld, sku: string, kind: KitKind, components: Record<string, number>) {
  const outcome = await inTransaction(database, (tx) =>
    defineKit(tx, world.context, {
      sku,
      kind,
      components: Object.entries(components).map(([each, quantity]) => ({ sku: each, quantity })),
      actor: 'test',
      reason: null,
      expectedVersion: undefined,
    }),
  )
  expect(outcome.kind).toBe('defined')
}

/** A hamper is two cups and a virtual pair of tins; a crate is three hampers and a cup. */
async function newWorld(): Promise<StockWorld> {
  const world = await createStockWorld(database, {
    skus: ['CUP', 'TIN', 'TINS', 'HAMPER', 'CRATE'],
    locationCodes: ['MAIN', 'EAST'],
  })
  await define(world, 'TINS', 'virtual', { TIN: 2 })
  await define(world, 'HAMPER', 'assembled', { CUP: 2, TINS: 1 })
  await define(world, 'CRATE', 'assembled', { HAMPER: 3, CUP: 1 })
  return world
}

const kitCommand = (
  kind: 'assemble' | 'disassemble',
  sku: string,
  quantity: number,
  rest: { key?: string; locationCode?: string } = {},
): StockCommand => ({
  kind,
  sku,
  quantity,
  key: uuidv7(),
  locationCode: 'MAIN',
  actor: 'test',
  reason: null,
  effectiveAt: undefined,
  ...rest,
})

const run = (world: StockWorld, ...commands: StockCommand[]) =>
  runStockCommands(database, world.context, commands)
const toldBy = (outcomes: readonly CommandOutcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))

test('assembling takes the components and gives the kit in one command; taking apart gives them back', async () => {
  const world = await newWorld()
  await run(world, commandOf('receive', 'CUP', 10), commandOf('receive', 'TIN', 7))
  const [assembled] = await run(world, kitCommand('assemble', 'HAMPER', 3, { key: 'once' }))
  expect(assembled).toMatchObject({
    kind: 'applied',
    result: {
      sku: 'HAMPER',
      onHand: 3,
      available: 3,
      components: [
        { sku: 'CUP', units: 6, available: 4 },
        { sku: 'TIN', units: 6, available: 1 },
      ].sort((a, b) => (world.itemId(a.sku) < world.itemId(b.sku) ? -1 : 1)),
    },
  })
  const moved = await sql<{ sku: string; kind: string; units: number; commandKey: string }>`
    select sku, kind, on_hand_delta as units, command_key from movement join item using (organization_id, item_id)
    where organization_id = ${world.context.organizationId} and kind = 'assemble' order by sku`.execute(
    database.kysely,
  )
  expect(moved.rows).toEqual([
    { sku: 'CUP', kind: 'assemble', units: -6, commandKey: 'once' },
    { sku: 'HAMPER', kind: 'assemble', units: 3, commandKey: 'once' },
    { sku: 'TIN', kind: 'assemble', units: -6, commandKey: 'once' },
  ])
  // Sent again it is the same one.
  expect(await run(world, kitCommand('assemble', 'HAMPER', 3, { key: 'once' }))).toMatchObject([
    { kind: 'repeated', result: { onHand: 3 } },
  ])
  expect(toldBy(await run(world, kitCommand('disassemble', 'HAMPER', 3, { key: 'once' })))).toEqual([
    'key-reused',
  ])

  expect(toldBy(await run(world, kitCommand('disassemble', 'HAMPER', 2)))).toEqual(['applied'])
  expect(await world.balance('HAMPER', 'MAIN')).toMatchObject({ onHand: 1 })
  expect(await world.balance('CUP', 'MAIN')).toMatchObject({ onHand: 8 })
  expect(await world.balance('TIN', 'MAIN')).toMatchObject({ onHand: 5 })
})

test('refused, and nothing is moved: too few components, reserved or held ones, and what is no assembled kit', async () => {
  const world = await newWorld()
  await run(world, commandOf('receive', 'CUP', 10), commandOf('receive', 'TIN', 10))
  await run(world, commandOf('reserve', 'CUP', 3), commandOf('hold', 'CUP', 2))
  // Five cups are free: two hampers, and not three.
  expect(await run(world, kitCommand('assemble', 'HAMPER', 3))).toMatchObject([
    {
      kind: 'refused',
      code: 'insufficient-stock',
      field: 'quantity',
      message: '6 units of "CUP" asked, 5 are available at "MAIN".',
    },
  ])
  // Another location's components do not count.
  expect(toldBy(await run(world, kitCommand('assemble', 'HAMPER', 1, { locationCode: 'EAST' })))).toEqual([
    'insufficient-stock',
  ])
  expect(await run(world, kitCommand('disassemble', 'HAMPER', 1))).toMatchObject([
    { code: 'insufficient-stock', message: '1 units of "HAMPER" asked, 0 are available at "MAIN".' },
  ])
  const refused = await run(
    world,
    kitCommand('assemble', 'CUP', 1),
    kitCommand('assemble', 'TINS', 1),
    kitCommand('assemble', 'NONE', 1),
    kitCommand('assemble', 'HAMPER', 1, { locationCode: 'NOWHERE' }),
    kitCommand('assemble', 'HAMPER', 0),
    kitCommand('assemble', 'HAMPER', 1.5),
    kitCommand('assemble', 'HAMPER', Number.MAX_SAFE_INTEGER),
    commandOf('receive', 'TINS', 1),
    commandOf('count', 'TINS', 4),
  )
  expect(toldBy(refused)).toEqual([
    'not-assembled',
    'not-assembled',
    'unknown-sku',
    'unknown-location',
    'quantity-not-positive',
    'quantity-not-whole',
    'insufficient-stock',
    'kit-has-no-stock',
    'kit-has-no-stock',
  ])
  expect(await world.balance('CUP', 'MAIN')).toEqual({ onHand: 10, reserved: 3, held: 2, incoming: 0 })
  // Later commands of a batch see what the earlier ones left.
  const batch = ['assemble', 'assemble', 'disassemble', 'assemble'] as const
  expect(toldBy(await run(world, ...batch.map((kind) => kitCommand(kind, 'HAMPER', 2))))).toEqual([
    'applied',
    'insufficient-stock',
    'applied',
    'applied',
  ])
})

type Step = {
  kind: 'assemble' | 'disassemble' | 'receive' | 'reserve'
  sku: string
  quantity: number
  at: string
}
const anyStep: fc.Arbitrary<Step> = fc
  .record({
    kind: fc.constantFrom<Step['kind']>(
      'assemble',
      'assemble',
      'disassemble',
      'receive',
      'receive',
      'reserve',
    ),
    plain: fc.constantFrom('CUP', 'TIN'),
    kit: fc.constantFrom('HAMPER', 'HAMPER', 'CRATE'),
    quantity: fc.integer({ min: 1, max: 12 }),
    at: fc.constantFrom('MAIN', 'MAIN', 'EAST'),
  })
  .map(({ kind, plain, kit, quantity, at }) => ({
    kind,
    sku: kind === 'receive' ? plain : kit,
    quantity: kind === 'receive' ? quantity * 3 : Math.ceil(quantity / 4),
    at,
  }))

/** Cups and tins that are within a unit of each. */
const WITHIN: Record<string, { CUP: number; TIN: number }> = {
  CUP: { CUP: 1, TIN: 0 },
  TIN: { CUP: 0, TIN: 1 },
  HAMPER: { CUP: 2, TIN: 2 },
  CRATE: { CUP: 7, TIN: 6 },
}

test('I1, I5: whatever is put together and taken apart at once, no component comes or goes, and none is taken twice', async () => {
  let applied = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyStep, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
      async (batches) => {
        const world = await newWorld()
        const outcomes = await Promise.all(
          batches.map((steps) =>
            run(
              world,
              ...steps.map(({ kind, sku, quantity, at }) =>
                kind === 'assemble' || kind === 'disassemble'
                  ? kitCommand(kind, sku, quantity, { locationCode: at })
                  : commandOf(kind, sku, quantity, { locationCode: at }),
              ),
            ),
          ),
        )
        expect(
          new Set(outcomes.flatMap(toldBy)).difference(new Set(['applied', 'insufficient-stock'])),
        ).toEqual(new Set())
        applied += outcomes.flat().filter((each) => each.kind === 'applied' && each.result.components).length
        for (const at of ['MAIN', 'EAST']) {
          const there = { CUP: 0, TIN: 0 }
          for (const [sku, within] of Object.entries(WITHIN)) {
            const balance = await world.balance(sku, at)
            expect(balance.onHand - balance.reserved - balance.held).toBeGreaterThanOrEqual(0)
            there.CUP += balance.onHand * within.CUP
            there.TIN += balance.onHand * within.TIN
          }
          const received = { CUP: 0, TIN: 0 }
          for (const step of batches.flat()) {
            if (step.kind !== 'receive' || step.at !== at) continue
            if (step.sku === 'CUP' || step.sku === 'TIN') received[step.sku] += step.quantity
          }
          expect(there).toEqual(received)
        }
      },
    ),
    fromEnvironment(40),
  )
  expect(applied).toBeGreaterThan(0)
})

test('I5: as many as are said to be possible are put together and taken apart, and one more never', async () => {
  let possible = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('CUP', 'TIN'), fc.constantFrom('MAIN', 'EAST'), fc.nat(30)), {
        maxLength: 5,
      }),
      fc.array(
        fc.tuple(
          fc.constantFrom<'reserve' | 'hold'>('reserve', 'hold'),
          fc.constantFrom('CUP', 'TIN'),
          fc.integer({ min: 1, max: 9 }),
        ),
        {
          maxLength: 3,
        },
      ),
      fc.tuple(fc.nat(30), fc.nat(30)),
      async (more, kept, [cups, tins]) => {
        const world = await newWorld()
        const { organizationId } = world.context
        const received = [['CUP', 'MAIN', cups] as const, ['TIN', 'MAIN', tins] as const, ...more]
        for (const [sku, locationCode, units] of received)
          await run(world, commandOf('receive', sku, units + 1, { locationCode }))
        for (const [kind, sku, units] of kept) await run(world, commandOf(kind, sku, units))
        const read = () => readAssembly(world.database.kysely, organizationId, 'HAMPER', world.context.now())
        const before = await read()
        expect(before?.parts.map(({ sku, quantity }) => [sku, quantity])).toEqual([
          ['CUP', 2],
          ['TIN', 2],
        ])
        for (const { code, togetherAtMost } of before?.locations ?? []) {
          possible += togetherAtMost
          const at = { locationCode: code }
          expect(toldBy(await run(world, kitCommand('assemble', 'HAMPER', togetherAtMost + 1, at)))).toEqual([
            'insufficient-stock',
          ])
          if (togetherAtMost > 0)
            expect(toldBy(await run(world, kitCommand('assemble', 'HAMPER', togetherAtMost, at)))).toEqual([
              'applied',
            ])
        }
        for (const { code, togetherAtMost, apartAtMost } of (await read())?.locations ?? []) {
          const was = before?.locations.find((each) => each.code === code)
          expect([togetherAtMost, apartAtMost]).toEqual([0, was?.togetherAtMost])
          const at = { locationCode: code }
          expect(toldBy(await run(world, kitCommand('disassemble', 'HAMPER', apartAtMost + 1, at)))).toEqual([
            'insufficient-stock',
          ])
          if (apartAtMost > 0)
            expect(toldBy(await run(world, kitCommand('disassemble', 'HAMPER', apartAtMost, at)))).toEqual([
              'applied',
            ])
        }
        expect(await read()).toEqual(before)
      },
    ),
    fromEnvironment(8),
  )
  expect(possible).toBeGreaterThan(0)
})

test('what is tracked so that a command would refuse it is said beforehand, with the item; blocked lots do not count', async () => {
  const world = await createStockWorld(database, {
    skus: ['OIL', 'BOX', 'GIFT', 'RADIO', 'PACK', 'CUP'],
    locationCodes: ['MAIN'],
    tracking: { OIL: 'lot', RADIO: 'serial' },
  })
  await define(world, 'GIFT', 'assembled', { OIL: 1, BOX: 2 })
  await define(world, 'PACK', 'assembled', { RADIO: 1 })
  await run(
    world,
    commandOf('receive', 'BOX', 20),
    commandOf('receive', 'OIL', 4, {
      lot: 'OLD',
      expiresOn: '2026-04-30',
      force: true,
      reason: 'test',
    }),
    commandOf('receive', 'OIL', 3, { lot: 'NEW', expiresOn: '2027-04-30' }),
  )
  const read = (sku: string) =>
    readAssembly(world.database.kysely, world.context.organizationId, sku, world.context.now())
  expect(await read('GIFT')).toMatchObject({
    cannotPutTogether: undefined,
    cannotTakeApart: { code: 'lot-missing', sku: 'OIL' },
    locations: [{ code: 'MAIN', togetherAtMost: 3, apartAtMost: 0, available: [20, 3] }],
  })
  expect(
    toldBy(await run(world, kitCommand('assemble', 'GIFT', 4), kitCommand('assemble', 'GIFT', 3))),
  ).toEqual(['insufficient-stock', 'applied'])
  expect(toldBy(await run(world, kitCommand('disassemble', 'GIFT', 1)))).toEqual(['lot-missing'])
  expect(await read('PACK')).toMatchObject({
    cannotPutTogether: { code: 'serial-missing', sku: 'RADIO' },
    cannotTakeApart: { code: 'serial-missing', sku: 'RADIO' },
  })
  for (const sku of ['CUP', 'NONE']) expect(await read(sku)).toBeUndefined()
})
