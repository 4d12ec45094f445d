import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction, type KitKind } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenKits, findItemsBySku, findLocations, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rebuildLevels } from '../connections/rebuild-levels.store.ts'
import { toStockContext } from '../context.ts'
import { replayParked } from '../intake/inbox.store.ts'
import { tieListings } from '../mapping/tie.ts'
import { savePool } from '../pools/pools.store.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { insertChangedItems } from './availability.store.ts'
import { updateAvailability } from './availability.ts'
import { changeKit } from './kit-changes.ts'
import { changeStock } from './stock-changes.ts'

// The properties make an organization per run: much longer than usual where the machine is busy.
vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenKits(database.kysely)).toEqual([])
  await database.drop()
})

const kit = (world: World, sku: string, kind: KitKind, components: Record<string, number>) =>
  changeKit(world.context, {
    sku,
    kind,
    components: Object.entries(components).map(([each, quantity]) => ({ sku: each, quantity })),
    actor: 'test',
    reason: null,
    expectedVersion: undefined,
  })

test('a sale of a component on one shop lowers the kits that contain it on another', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('cup', 11)
  await world.stock('tin', 100)
  await world.stock('pair', 0)
  await world.stock('party', 0)
  await kit(world, 'pair', 'virtual', { cup: 2 })
  await kit(world, 'party', 'virtual', { pair: 2, tin: 1 })
  const here = await world.open('here', { cup: 11 })
  const there = await world.open('there', { pair: 0, party: 0 })
  const [worksHere, worksThere] = [
    await stepConnection(world, here.connectionId),
    await stepConnection(world, there.connectionId),
  ]
  await turns(clock, worksThere, 4, 1_100)
  expect(there.platform.listings.get('pair')?.quantity).toBe(5)
  expect(there.platform.listings.get('party')?.quantity).toBe(2)

  here.platform.sell('cup', 4)
  await turns(clock, worksHere, 3)
  await turns(clock, worksThere, 3)
  expect(there.platform.listings.get('pair')?.quantity).toBe(3)
  expect(there.platform.listings.get('party')?.quantity).toBe(1)

  // And so does saying that a kit contains more.
  await kit(world, 'pair', 'virtual', { cup: 3 })
  await turns(clock, worksThere, 3)
  expect(there.platform.listings.get('pair')?.quantity).toBe(2)
  expect(there.platform.listings.get('party')?.quantity).toBe(1)
})

test('selling a kit on one shop lowers it and its components on another; a cancel gives them back', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { organizationId } = world.context
  await world.stock('cup', 11)
  const pairId = await world.stock('pair', 0)
  await kit(world, 'pair', 'virtual', { cup: 2 })
  const here = await world.open('here', { cup: 0, pair: 0 })
  const there = await world.open('there', { cup: 0, pair: 0 })
  const works = [
    await stepConnection(world, here.connectionId),
    await stepConnection(world, there.connectionId),
  ]
  const shown = async () => {
    for (let round = 0; round < 4; round += 1) for (const work of works) await turns(clock, work, 1, 600)
    return [here, there].flatMap(({ platform }) =>
      ['cup', 'pair'].map((sku) => platform.listings.get(sku)?.quantity),
    )
  }
  expect(await shown()).toEqual([11, 5, 11, 5])
  const order = there.platform.sell('pair', 2)
  expect(await shown()).toEqual([7, 3, 7, 3])
  there.platform.cancel(order?.externalId ?? '')
  expect(await shown()).toEqual([11, 5, 11, 5])

  // Without parts nobody could say what was sold: a person is told, and a replay makes up for it.
  const parts = await world.rows(sql<{ partItemId: string }>`
    delete from kit_part where organization_id = ${organizationId} and kit_item_id = ${pairId}
    returning part_item_id`)
  there.platform.sell('pair', 1)
  await shown()
  const parked = await world.rows(sql<{ reason: string }>`
    select reason from inbox where organization_id = ${organizationId} and state = 'parked'`)
  expect(parked).toEqual([{ reason: expect.stringContaining('sells a virtual kit without components') }])
  await sql`
    insert into kit_part (organization_id, kit_item_id, part_item_id, quantity)
    values (${organizationId}, ${pairId}, ${parts[0]?.partItemId}, 2)`.execute(database.kysely)
  await replayParked(database.kysely, organizationId, { connectionId: there.connectionId })
  expect(await shown()).toEqual([9, 4, 9, 4])
})

const PLAIN = ['P0', 'P1', 'P2']
const KITS = ['K0', 'K1', 'K2', 'K3']
const SKUS = [...PLAIN, ...KITS]
const PLACES = ['MAIN', 'EAST', 'WEST']

type Step =
  | { kind: 'stock'; sku: string; place: string; units: number }
  | { kind: 'incoming'; sku: string; place: string; units: number }
  | { kind: 'kit'; kit: number; as: KitKind; named: [string, number][] }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: stockStep() },
  { weight: 2, arbitrary: incomingStep() },
  { weight: 2, arbitrary: kitStep() },
)

function stockStep(): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('stock' as const),
    sku: fc.constantFrom(...PLAIN, ...PLAIN, ...KITS),
    place: fc.constantFrom(...PLACES),
    units: fc.integer({ min: -8, max: 30 }).filter((units) => units !== 0),
  })
}

function incomingStep(): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('incoming' as const),
    sku: fc.constantFrom(...PLAIN),
    place: fc.constantFrom(...PLACES),
    units: fc.integer({ min: 1, max: 20 }),
  })
}

function kitStep(): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('kit' as const),
    kit: fc.nat(KITS.length - 1),
    as: fc.constantFrom<KitKind>('virtual', 'virtual', 'virtual', 'assembled', 'none'),
    named: fc.array(fc.tuple(fc.constantFrom(...SKUS), fc.integer({ min: 1, max: 4 })), {
      minLength: 1,
      maxLength: 3,
    }),
  })
}

/** The ten lines that say what a listing of a kit should show. */
class Model {
  stock = new Map<string, number>()
  incoming = new Map<string, number>()
  kits = new Map<string, { kind: KitKind; components: Record<string, number> }>()

  needs(sku: string, times = 1): [string, number][] {
    const { kind = 'none', components = {} } = this.kits.get(sku) ?? {}
    if (kind !== 'virtual') return [[sku, times]]
    return Object.entries(components).flatMap(([each, quantity]) => this.needs(each, times * quantity))
  }

  desired(sku: string, pool: readonly string[], unitsPerListing: number, isPreOrder: boolean): number {
    const needed = new Map<string, number>()
    for (const [each, units] of this.needs(sku)) needed.set(each, (needed.get(each) ?? 0) + units)
    const at = (figures: Map<string, number>, each: string) =>
      pool.reduce((sum, place) => sum + (figures.get(`${each} ${place}`) ?? 0), 0)
    const listings = [...needed].map(([each, units]) => {
      const there = at(this.stock, each) + (isPreOrder ? at(this.incoming, each) : 0)
      return Math.floor(there / (units * unitsPerListing))
    })
    return Math.max(0, Math.min(...listings))
  }
}

test('I5: whatever kits, pools, stock and stock to come there are, a listing of a kit shows what its scarcest part allows', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep, { minLength: 4, maxLength: 16 }),
      fc.subarray(PLACES, { minLength: 1 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: SKUS.length, maxLength: SKUS.length }),
      fc.boolean(),
      async (steps, pool, unitsPerListing, isPreOrder) => {
        const model = new Model()
        const { world, connectionId } = await openShop(pool, unitsPerListing)
        if (isPreOrder) {
          await sql`
            insert into policy (organization_id, scope, scope_id, promise_incoming, updated_at)
            values (${world.context.organizationId}, 'connection', ${connectionId}, true, now())`.execute(
            database.kysely,
          )
        }
        for (const step of steps) {
          await play(world, model, step)
          const shown = await world.rows(sql<{ stockUnitId: string; desired: number }>`
            select stock_unit_id, desired from level
            where organization_id = ${world.context.organizationId} and connection_id = ${connectionId}
            order by stock_unit_id`)
          expect(Object.fromEntries(shown.map((level) => [level.stockUnitId, level.desired]))).toEqual(
            Object.fromEntries(
              SKUS.map((sku, nth) => [sku, model.desired(sku, pool, unitsPerListing[nth] ?? 1, isPreOrder)]),
            ),
          )
        }
      },
    ),
    { ...fromEnvironment<unknown>(20), endOnFailure: true },
  )
})

async function openShop(pool: readonly string[], unitsPerListing: readonly number[]) {
  const world = await createWorld(database, manualClock())
  const { organizationId } = world.context
  for (const sku of SKUS) await world.stock(sku, 0)
  await inTransaction(database, async (tx) => {
    for (const code of ['EAST', 'WEST']) {
      await saveLocation(tx, toStockContext(world.context), { code, name: code, kind: 'warehouse' })
    }
  })
  const { connectionId } = await world.open('shop', Object.fromEntries(SKUS.map((sku) => [sku, 0])))
  const place = { organizationId, connectionId }
  const listings = await world.rows(sql<{ listingId: string; externalId: string; itemId: string }>`
    select listing_id, external_id, item_id from listing
    where organization_id = ${organizationId} and connection_id = ${connectionId}`)
  const locations = await findLocations(database.kysely, organizationId)
  await inTransaction(database, async (tx) => {
    const external = await sql<{ externalLocationId: string }>`
      select distinct external_location_id from level
      where organization_id = ${organizationId} and connection_id = ${connectionId}`.execute(tx)
    const [{ externalLocationId: externalId } = { externalLocationId: '' }] = external.rows
    await savePool(
      tx,
      place,
      locations
        .filter(({ code }) => pool.includes(code))
        .map(({ locationId }) => ({ externalId, locationId })),
    )
    for (const { listingId, externalId: sku, itemId } of listings) {
      const units = unitsPerListing[SKUS.indexOf(sku)] ?? 1
      await tieListings(tx, organizationId, [{ listingId, itemId, unitsPerListing: units }])
    }
    await rebuildLevels(tx, { ...place, uuid: randomUUID })
  })
  return { world, connectionId }
}

/** Does it for real; the model follows where it was taken. */
async function play(world: World, model: Model, step: Step): Promise<void> {
  if (step.kind === 'kit') {
    const sku = `K${step.kit}`
    const components = step.as === 'none' ? {} : Object.fromEntries(step.named)
    const outcome = await kit(world, sku, step.as, components)
    if (outcome.kind === 'defined') model.kits.set(sku, { kind: step.as, components })
    else expect(['kit-cycle', 'kit-item-has-stock']).toContain(outcome.code)
    return
  }
  // The ledger refuses this by itself, once its commands know of kits.
  if (model.kits.get(step.sku)?.kind === 'virtual') return
  const { sku, place, units } = step
  const at = `${sku} ${place}`
  if (step.kind === 'incoming') {
    await expectUnits(world, sku, place, units)
    model.incoming.set(at, (model.incoming.get(at) ?? 0) + units)
    return
  }
  const [outcome] = await changeStock(world.context, [
    {
      key: randomUUID(),
      kind: 'adjust',
      sku,
      locationCode: place,
      quantity: units,
      actor: 'test',
      reason: null,
      effectiveAt: undefined,
    },
  ])
  expect(outcome?.kind).toBe('applied')
  model.stock.set(at, (model.stock.get(at) ?? 0) + units)
}

/** As an inbound shipment does. */
async function expectUnits(world: World, sku: string, locationCode: string, quantity: number): Promise<void> {
  const head = { key: randomUUID(), actor: 'test', reason: null, effectiveAt: undefined }
  const document = { kind: 'inbound' as const, id: randomUUID() }
  const [outcome] = await changeStock(world.context, [
    { ...head, kind: 'expect', sku, locationCode, quantity, document },
  ])
  expect(outcome?.kind).toBe('applied')
}

test('a part of more kits than are worked out at once changes all of them in the end, the rest in later turns', async () => {
  const world = await createWorld(database, manualClock())
  const { organizationId } = world.context
  const boxId = await world.stock('box', 40)
  const skus = Array.from({ length: 620 }, (_, nth) => `set-${nth}`)
  await inTransaction(database, async (tx) => {
    await sql`
      insert into item (organization_id, item_id, sku, name, created_at, kit_kind)
      select ${organizationId}, gen_random_uuid(), sku, sku, ${new Date(world.context.clock.now())}, 'virtual'
      from unnest(${sql.val(skus)}::text[]) as made(sku)`.execute(tx)
    for (const [table, column] of [
      ['kit_component', 'component_item_id'],
      ['kit_part', 'part_item_id'],
    ] as const) {
      await sql`
        insert into ${sql.table(table)} (organization_id, kit_item_id, ${sql.ref(column)}, quantity)
        select organization_id, item_id, ${boxId}, 2 from item
        where organization_id = ${organizationId} and kit_kind = 'virtual'`.execute(tx)
    }
  })
  const { connectionId } = await world.open('shop', Object.fromEntries(skus.map((sku) => [sku, 0])))
  const shown = async () =>
    await world.rows(sql<{ desired: number; levels: number }>`
      select desired, count(*) as levels from level
      where organization_id = ${organizationId} and connection_id = ${connectionId}
      group by desired order by desired`)
  expect(await shown()).toEqual([{ desired: 20, levels: 620 }])

  // With the change itself only some; that none is forgotten is noted in the same transaction.
  await world.adjust('box', -20)
  expect(await shown()).toEqual([
    { desired: 10, levels: 500 },
    { desired: 20, levels: 120 },
  ])
  await updateAvailability(world.context)
  expect(await shown()).toEqual([{ desired: 10, levels: 620 }])

  // Noted, and worked out by turns alone.
  const [box] = await findItemsBySku(database.kysely, organizationId, ['box'])
  await sql`delete from pool_location where organization_id = ${organizationId}`.execute(database.kysely)
  await inTransaction(database, (tx) =>
    insertChangedItems(tx, organizationId, [box?.itemId ?? ''], { at: new Date(0), uuid: randomUUID }),
  )
  await updateAvailability(world.context)
  expect(await shown()).toEqual([{ desired: 0, levels: 620 }])
  const left = await world.rows(sql`select from changed_item where organization_id = ${organizationId}`)
  expect(left).toEqual([])
})
