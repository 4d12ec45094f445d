import { inTransaction, type KitKind } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runStockCommands } from '../commands/run-commands.ts'
import { findItemNatures } from '../items.store.ts'
import { commandOf, createStockWorld, type StockWorld } from '../testing/stock-world.ts'
import { defineKit } from './define-kit.ts'
import { refuseStockOfKit } from './kit-definition.ts'
import { findKitDefinitions, findNamedParts, findUsesOf } from './kit-views.store.ts'
import { findAssemblyParts, findKitParts } from './kits.store.ts'
import { findBrokenKits } from './verify-kits.store.ts'

// The properties make an organization per run: much longer than usual where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenKits(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
  await database.drop()
})

const newWorld = (...skus: string[]) => createStockWorld(database, { skus, locationCodes: ['MAIN', 'EAST'] })

async function define(
  world: StockWorld,
  sku: string,
  kind: KitKind,
  components: Record<string, number>,
  expectedVersion?: number,
) {
  const named = Object.entries(components).map(([each, quantity]) => ({ sku: each, quantity }))
  return await inTransaction(database, (tx) =>
    defineKit(tx, world.context, {
      sku,
      kind,
      components: named,
      actor: 'test',
      reason: null,
      expectedVersion,
    }),
  )
}

/** What a kit comes down to, by SKU. */
async function partsOf(world: StockWorld, sku: string): Promise<Record<string, number>> {
  const parts = await findNamedParts(database.kysely, world.context.organizationId, world.itemId(sku))
  return Object.fromEntries(parts.map((part) => [part.sku, part.quantity]))
}

test('a change of a kit within others is worked out for all of them, and says which', async () => {
  const world = await newWorld('CUP', 'TIN', 'PAIR', 'PARTY', 'OTHER')
  expect(await define(world, 'PAIR', 'virtual', { CUP: 2 })).toMatchObject({
    kind: 'defined',
    isChanged: true,
    version: 1,
    changedKitIds: [world.itemId('PAIR')],
  })
  await define(world, 'PARTY', 'virtual', { PAIR: 3, TIN: 1 })
  await define(world, 'OTHER', 'virtual', { TIN: 5 })
  expect(await partsOf(world, 'PARTY')).toEqual({ CUP: 6, TIN: 1 })

  const changed = await define(world, 'PAIR', 'virtual', { CUP: 2, TIN: 4 })
  expect(changed).toMatchObject({ version: 2 })
  if (changed.kind !== 'defined') throw new Error('it was refused')
  expect(changed.changedKitIds).toEqual([world.itemId('PAIR'), world.itemId('PARTY')].sort())
  expect(await partsOf(world, 'PARTY')).toEqual({ CUP: 6, TIN: 13 })
  expect(await partsOf(world, 'OTHER')).toEqual({ TIN: 5 })

  // Assembled, it is a thing of its own within the party; no kit at all, it still is.
  await define(world, 'PAIR', 'assembled', { CUP: 2, TIN: 4 })
  expect(await partsOf(world, 'PARTY')).toEqual({ PAIR: 3, TIN: 1 })
  expect(await partsOf(world, 'PAIR')).toEqual({})
  await define(world, 'PAIR', 'none', {})
  expect(await partsOf(world, 'PARTY')).toEqual({ PAIR: 3, TIN: 1 })
})

test('the same said again changes nothing; what was said before is kept with who said it', async () => {
  const world = await newWorld('CUP', 'TIN', 'SET')
  await define(world, 'SET', 'virtual', { CUP: 1, TIN: 2 })
  expect(await define(world, 'SET', 'virtual', { TIN: 2, CUP: 1 })).toMatchObject({
    isChanged: false,
    version: 1,
    changedKitIds: [],
  })
  await define(world, 'SET', 'assembled', { CUP: 1 })
  const history = await findKitDefinitions(
    database.kysely,
    world.context.organizationId,
    world.itemId('SET'),
    10,
  )
  expect(history).toMatchObject([
    { version: 2, kind: 'assembled', components: [{ sku: 'CUP', quantity: 1 }], actor: 'test' },
    {
      version: 1,
      kind: 'virtual',
      components: [
        { sku: 'CUP', quantity: 1 },
        { sku: 'TIN', quantity: 2 },
      ],
    },
  ])
  await expect(
    sql`update kit_definition set actor = 'somebody else'`.execute(database.kysely),
  ).rejects.toMatchObject({ code: '42501' })
})

test.each<
  [string, string, KitKind, Record<string, number>, { code: string; field: string; message: string }]
>([
  [
    'no such kit',
    'NONE',
    'virtual',
    { CUP: 1 },
    { code: 'unknown-sku', field: 'sku', message: 'There is no item with the SKU "NONE".' },
  ],
  [
    'no such component',
    'SET',
    'virtual',
    { CUP: 1, NONE: 1 },
    {
      code: 'unknown-component',
      field: 'components.1.sku',
      message: 'Component 2: there is no item with the SKU "NONE".',
    },
  ],
  [
    'no components',
    'SET',
    'virtual',
    {},
    { code: 'kit-components', field: 'components', message: 'The kit "SET" would have no components.' },
  ],
  [
    'components of what is no kit',
    'SET',
    'none',
    { CUP: 1 },
    {
      code: 'kit-components',
      field: 'components',
      message: '"SET" is to be no kit, but components are given.',
    },
  ],
  [
    'half a unit',
    'SET',
    'virtual',
    { CUP: 1.5 },
    {
      code: 'quantity-not-whole',
      field: 'components.0.quantity',
      message: '1.5 of "CUP" is not a whole number of base units.',
    },
  ],
  [
    'none of a component',
    'SET',
    'virtual',
    { CUP: 1, TIN: 0 },
    {
      code: 'quantity-not-positive',
      field: 'components.1.quantity',
      message: 'A kit cannot contain 0 units of "TIN".',
    },
  ],
  [
    'more than can be counted',
    'SET',
    'virtual',
    { CUP: 2 ** 53 },
    {
      code: 'quantity-out-of-range',
      field: 'components.0.quantity',
      message: '9007199254740992 of "CUP" is larger than a stock count may be.',
    },
  ],
  [
    'itself',
    'SET',
    'virtual',
    { SET: 1 },
    { code: 'kit-cycle', field: 'components', message: 'A kit cannot contain itself: SET → SET.' },
  ],
  [
    'itself by way of another',
    'SET',
    'virtual',
    { CUP: 1, BOX: 1 },
    { code: 'kit-cycle', field: 'components', message: 'A kit cannot contain itself: SET → BOX → SET.' },
  ],
  [
    'stock of its own',
    'STOCKED',
    'virtual',
    { CUP: 1 },
    {
      code: 'kit-item-has-stock',
      field: 'kind',
      message:
        '"STOCKED" has stock of its own (on hand 0, reserved 0, held 0, incoming 0), so it cannot be a virtual kit.',
    },
  ],
])('refused, and nothing is changed: %s', async (_, sku, kind, components, refusal) => {
  const world = await newWorld('CUP', 'TIN', 'SET', 'BOX', 'STOCKED')
  await define(world, 'SET', 'virtual', { TIN: 1 })
  await define(world, 'BOX', 'virtual', { SET: 1 })
  // Five here and five too few there are stock, though they add up to none.
  await runStockCommands(database, world.context, [
    commandOf('adjust', 'STOCKED', 5),
    commandOf('adjust', 'STOCKED', -5, { locationCode: 'EAST' }),
  ])
  expect(await define(world, sku, kind, components)).toEqual({ kind: 'refused', ...refusal })
  expect(await partsOf(world, 'SET')).toEqual({ TIN: 1 })
  expect(await partsOf(world, 'BOX')).toEqual({ TIN: 1 })
})

test('a component named twice is refused by its row, and so is what somebody changed meanwhile', async () => {
  const world = await newWorld('CUP', 'TIN', 'SET')
  const components = ['CUP', 'TIN', 'CUP'].map((sku) => ({ sku, quantity: 1 }))
  const request = { sku: 'SET', kind: 'virtual' as const, components, actor: 'test', reason: null }
  const twice = await inTransaction(database, (tx) =>
    defineKit(tx, world.context, { ...request, expectedVersion: undefined }),
  )
  expect(twice).toMatchObject({
    code: 'kit-components',
    field: 'components.2.sku',
    message: '"CUP" is named twice, in components 1 and 3.',
  })
  expect(await define(world, 'SET', 'virtual', { CUP: 1 }, 0)).toMatchObject({ version: 1 })
  expect(await define(world, 'SET', 'virtual', { CUP: 2 }, 0)).toMatchObject({
    code: 'version-changed',
    field: 'version',
  })
  expect(await define(world, 'SET', 'virtual', { CUP: 2 }, 1)).toMatchObject({ version: 2 })
})

test('an item that had stock once may become a virtual kit when all of it is gone', async () => {
  const world = await newWorld('CUP', 'SET')
  await runStockCommands(database, world.context, [commandOf('receive', 'SET', 5)])
  expect(await define(world, 'SET', 'virtual', { CUP: 1 })).toMatchObject({ code: 'kit-item-has-stock' })
  expect(await define(world, 'SET', 'assembled', { CUP: 1 })).toMatchObject({ kind: 'defined' })
  expect(await define(world, 'SET', 'virtual', { CUP: 1 })).toMatchObject({ code: 'kit-item-has-stock' })
  await runStockCommands(database, world.context, [commandOf('count', 'SET', 0)])
  expect(await define(world, 'SET', 'virtual', { CUP: 1 })).toMatchObject({ kind: 'defined' })
  const kinds = await findItemNatures(database.kysely, world.context.organizationId, [
    world.itemId('SET'),
    world.itemId('CUP'),
  ])
  expect([...kinds]).toMatchObject([[world.itemId('SET'), { kitKind: 'virtual' }]])
  expect(refuseStockOfKit('SET', kinds.get(world.itemId('SET'))?.kitKind ?? 'none')).toMatchObject({
    code: 'kit-has-no-stock',
  })
  expect(refuseStockOfKit('CUP', kinds.get(world.itemId('CUP'))?.kitKind ?? 'none')).toBeUndefined()
})

test('while an item becomes a virtual kit, nobody gives it stock: one of the two is refused', async () => {
  const tellings = new Set<string>()
  for (let round = 0; round < 25; round += 1) {
    const world = await newWorld('CUP', 'SET')
    // Half of the time there is a balance already, and half of the time none yet.
    if (round % 2 === 0) {
      await runStockCommands(database, world.context, [commandOf('receive', 'SET', 1)])
      await runStockCommands(database, world.context, [commandOf('count', 'SET', 0)])
    }
    const [defined, received] = await Promise.all([
      define(world, 'SET', 'virtual', { CUP: 1 }),
      runStockCommands(database, world.context, [commandOf('receive', 'SET', 5)]),
    ])
    const [outcome] = received
    const told = [defined, outcome]
      .map((each) => (each?.kind === 'refused' ? each.code : each?.kind))
      .join(', ')
    expect(['defined, kit-has-no-stock', 'kit-item-has-stock, applied']).toContain(told)
    tellings.add(told)
    expect((await world.balance('SET', 'MAIN')).onHand).toBe(outcome?.kind === 'applied' ? 5 : 0)
  }
  expect(tellings.size).toBeGreaterThan(0)
})

test('what an item is used in, at any depth, page by page', async () => {
  const world = await newWorld('CUP', 'A-PAIR', 'B-PARTY', 'C-CASE', 'D-OTHER')
  await define(world, 'A-PAIR', 'virtual', { CUP: 2 })
  await define(world, 'B-PARTY', 'virtual', { 'A-PAIR': 3, CUP: 1 })
  await define(world, 'C-CASE', 'assembled', { 'B-PARTY': 2 })
  const usesOf = (after: string | undefined, limit: number) =>
    findUsesOf(database.kysely, world.context.organizationId, world.itemId('CUP'), { after, limit })
  expect(await usesOf(undefined, 2)).toMatchObject([
    { sku: 'A-PAIR', kind: 'virtual', quantity: 2, partQuantity: 2 },
    { sku: 'B-PARTY', kind: 'virtual', quantity: 1, partQuantity: 7 },
  ])
  expect(await usesOf('B-PARTY', 2)).toMatchObject([
    { sku: 'C-CASE', kind: 'assembled', quantity: null, partQuantity: null },
  ])
  // Assembling a case takes what its virtual kits come down to.
  const { organizationId } = world.context
  expect(await findAssemblyParts(database.kysely, organizationId, ['C-CASE', 'B-PARTY'])).toEqual(
    new Map([[world.itemId('C-CASE'), [{ itemId: world.itemId('CUP'), quantity: 14 }]]]),
  )
  expect(await findKitParts(database.kysely, organizationId, [world.itemId('C-CASE')])).toEqual(new Map())
})

type Change = { kit: number; kind: KitKind; named: [number, number][] }
const ITEMS = Array.from({ length: 7 }, (_, nth) => `I${nth}`)
const anyChange: fc.Arbitrary<Change> = fc.record({
  kit: fc.nat(ITEMS.length - 1),
  kind: fc.constantFrom<KitKind>('virtual', 'virtual', 'virtual', 'assembled', 'none'),
  named: fc.array(fc.tuple(fc.nat(ITEMS.length - 1), fc.integer({ min: 1, max: 4 })), {
    minLength: 1,
    maxLength: 3,
  }),
})

test('whatever changes come at once, each is taken whole or refused, and every kit comes down to what its components say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyChange, { minLength: 4, maxLength: 14 }), async (changes) => {
      const world = await newWorld(...ITEMS)
      const outcomes = await Promise.all(
        changes.map(({ kit, kind, named }) =>
          define(
            world,
            `I${kit}`,
            kind,
            kind === 'none' ? {} : Object.fromEntries(named.map(([nth, quantity]) => [`I${nth}`, quantity])),
          ),
        ),
      )
      const refusals = outcomes.flatMap((each) => (each.kind === 'refused' ? [each.code] : []))
      expect(new Set(refusals).difference(new Set(['kit-cycle']))).toEqual(new Set())
      const { organizationId } = world.context
      const broken = await findBrokenKits(database.kysely)
      expect(broken.filter((each) => each.organizationId === organizationId)).toEqual([])

      // The last that was taken of each kit stands, whole.
      for (const sku of ITEMS) {
        const [last] = await findKitDefinitions(database.kysely, organizationId, world.itemId(sku), 1)
        const stands = await sql<{ sku: string; quantity: number }>`
          select sku, quantity from kit_component
          join item on item.organization_id = kit_component.organization_id and item_id = component_item_id
          where kit_component.organization_id = ${organizationId} and kit_item_id = ${world.itemId(sku)}
          order by sku`.execute(database.kysely)
        expect(stands.rows).toEqual(last?.components ?? [])
      }
    }),
    fromEnvironment(25),
  )
})

test('the verifier finds parts that do not follow from components, and stock of a virtual kit', async () => {
  const world = await newWorld('CUP', 'TIN', 'SET', 'BOX', 'BAG')
  await define(world, 'SET', 'virtual', { CUP: 1 })
  await define(world, 'BOX', 'virtual', { SET: 2 })
  await define(world, 'BAG', 'virtual', { TIN: 1 })
  const { organizationId } = world.context
  const found = async () => {
    const broken = await findBrokenKits(database.kysely)
    return broken.filter((each) => each.organizationId === organizationId)
  }
  await sql`update kit_part set quantity = 7 where kit_item_id = ${world.itemId('BOX')}`.execute(
    database.kysely,
  )
  await sql`delete from kit_part where kit_item_id = ${world.itemId('BAG')}`.execute(database.kysely)
  expect(await found()).toEqual(
    [world.itemId('BOX'), world.itemId('BAG')]
      .sort()
      .map((kitItemId) => ({ organizationId, kitItemId, problem: 'parts' })),
  )
  await sql`update kit_part set quantity = 2 where kit_item_id = ${world.itemId('BOX')}`.execute(
    database.kysely,
  )
  await sql`
    insert into kit_part (organization_id, kit_item_id, part_item_id, quantity)
    values (${organizationId}, ${world.itemId('BAG')}, ${world.itemId('TIN')}, 1)`.execute(database.kysely)
  expect(await found()).toEqual([])

  await sql`update item set kit_kind = 'virtual' where item_id = ${world.itemId('CUP')}`.execute(
    database.kysely,
  )
  expect((await found()).map((each) => each.kitItemId)).toContain(world.itemId('CUP'))
  await sql`update item set kit_kind = 'none' where item_id = ${world.itemId('CUP')}`.execute(database.kysely)

  await define(world, 'SET', 'assembled', { CUP: 1 })
  await runStockCommands(database, world.context, [commandOf('receive', 'SET', 5)])
  await sql`update item set kit_kind = 'virtual' where item_id = ${world.itemId('SET')}`.execute(
    database.kysely,
  )
  expect((await found()).map((each) => each.problem)).toContain('stock')
  await sql`update item set kit_kind = 'assembled' where item_id = ${world.itemId('SET')}`.execute(
    database.kysely,
  )
})
