import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStockContext } from '../context.ts'
import { changeConnection } from '../index.ts'
import { findHolds } from '../safety/holds.store.ts'
import { decideHold } from '../safety/holds.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { changePools, readPools } from './change-pools.ts'
import type { PoolChange } from './pools.ts'
import { previewPools } from './preview-pools.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const OWN = ['MAIN', 'EAST', 'WEST']
const PLACES = ['default', 'second', 'third']

/** A shop with three places that it adds up, live, and three locations of ours; the first import tied one to one. */
async function openPlaces(listings: Record<string, number>) {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context, rows } = world
  await inTransaction(database, async (tx) => {
    for (const code of OWN.slice(1))
      await saveLocation(tx, toStockContext(context), { code, name: code, kind: 'warehouse' })
  })
  for (const sku of Object.keys(listings)) await world.stock(sku, 0)
  const { platform, connectionId } = await world.open('shop', listings, { state: 'shadow' })
  platform.otherLocations = PLACES.slice(1)
  await world.import(connectionId)
  await changeConnection(context, connectionId, { kind: 'go-live' })
  const stepped = await stepConnection(world, connectionId)

  const available = async (sku: string, code: string): Promise<number> => {
    const [row] = await rows(sql<{ units: number }>`
      select coalesce(sum(on_hand - reserved - held), 0)::int as units from balance
      join item using (organization_id, item_id) join location using (organization_id, location_id)
      where balance.organization_id = ${context.organizationId} and sku = ${sku} and code = ${code}`)
    return row?.units ?? 0
  }
  const change = (...changes: PoolChange[]) => changePools(context, connectionId, changes)
  return {
    world,
    platform,
    connectionId,
    adjust: (sku: string, code: string, units: number) => world.adjust(sku, units, code),
    available,
    change,
    settle: (count = 12) => turns(clock, stepped, count),
    shown: (sku: string) => PLACES.map((place) => platform.quantityOf(sku, place)),
    pools: async () => (await readPools(context, connectionId)).rows,
  }
}

test('what stands behind a location is what it shows, and moves with it', async () => {
  const here = await openPlaces({ tea: 0 })
  await here.adjust('tea', 'MAIN', 10)
  await here.adjust('tea', 'EAST', 4)
  await here.settle()
  expect(here.shown('tea')).toEqual([10, 0, 0])

  await here.change({ externalId: 'second', locations: ['EAST'] })
  await here.settle()
  expect(here.shown('tea')).toEqual([10, 4, 0])

  // Both change places in one step, and what is sold at the second is ours in the main place.
  await here.change(
    { externalId: 'second', locations: ['MAIN'] },
    { externalId: 'default', locations: ['EAST'] },
  )
  await here.settle()
  expect(here.shown('tea')).toEqual([4, 10, 0])
  here.platform.sell('tea', 3, 'second')
  await here.settle()
  expect(here.shown('tea')).toEqual([4, 7, 0])
  expect([await here.available('tea', 'MAIN'), await here.available('tea', 'EAST')]).toEqual([7, 4])
})

test('what nothing stands behind any more goes to zero, or is left as a person says', async () => {
  const here = await openPlaces({ tea: 0 })
  await here.adjust('tea', 'MAIN', 10)
  await here.adjust('tea', 'EAST', 4)
  await here.change({ externalId: 'second', locations: ['EAST'] })
  await here.settle()
  await here.change({ externalId: 'second', locations: [] })
  await here.settle()
  expect(here.shown('tea')).toEqual([10, 0, 0])
  await here.change({ externalId: 'second', locations: ['EAST'] })
  await here.settle()
  await here.change({ externalId: 'second', locations: [], whenEmpty: 'leave' })
  here.platform.editAt('tea', 'second', 9)
  await here.settle()
  // It is theirs now, also for the next import.
  await here.world.import(here.connectionId)
  await here.settle()
  expect(here.shown('tea')).toEqual([10, 9, 0])
  // Everything left: no import begins anew.
  await here.change({ externalId: 'default', locations: [], whenEmpty: 'leave' })
  await here.world.import(here.connectionId)
  expect((await here.pools()).flatMap(({ locationCodes }) => locationCodes)).toEqual([])
})

test('I8: a place emptied of many waits for a person, and nothing rises elsewhere meanwhile', async () => {
  const skus = Array.from({ length: 12 }, (_, nth) => `sku-${nth}`)
  const here = await openPlaces(Object.fromEntries(skus.map((sku) => [sku, 0])))
  for (const sku of skus) await here.adjust(sku, 'MAIN', 5)
  await here.settle(20)
  const total = () => skus.map((sku) => here.platform.totalOf(sku))
  expect(total()).toEqual(skus.map(() => 5))

  await here.change({ externalId: 'default', locations: [] }, { externalId: 'second', locations: ['MAIN'] })
  await here.settle(20)
  expect(await here.world.tasks('hold')).toMatchObject([{ isOpen: true }])
  expect(skus.map((sku) => here.shown(sku))).toEqual(skus.map(() => [5, 0, 0]))
  const { context } = here.world
  const [hold] = await findHolds(database.kysely, context.organizationId, { isOpen: true, limit: 1 })
  await decideHold(context, hold?.holdId ?? '', { kind: 'confirm', actor: 'test', reason: null })
  await here.settle(20)
  expect(skus.map((sku) => here.shown(sku))).toEqual(skus.map(() => [0, 5, 0]))
})

test('a preview says what would change, and changes nothing', async () => {
  const here = await openPlaces({ tea: 0, mug: 0 })
  await here.adjust('tea', 'MAIN', 10)
  await here.adjust('mug', 'EAST', 4)
  await here.settle()
  const before = await here.pools()
  const preview = await previewPools(here.world.context, here.connectionId, [
    { externalId: 'default', locations: ['EAST'] },
    { externalId: 'second', locations: ['MAIN'] },
  ])
  expect(preview).toMatchObject({
    changed: 4,
    toZero: 1,
    lowered: 1,
    raised: 2,
    added: 2,
    left: 0,
    unitsBefore: 10,
    unitsAfter: 14,
    asksFirst: false,
  })
  expect(preview.rows[0]).toMatchObject({ sku: 'tea', externalLocation: 'default', before: 10, after: 0 })
  expect(await here.pools()).toEqual(before)
  const left = await previewPools(here.world.context, here.connectionId, [
    { externalId: 'default', locations: [], whenEmpty: 'leave' },
  ])
  expect(left).toMatchObject({ toZero: 0, left: 2, leftUnits: 10, unitsAfter: 0 })
})

test('a change that was meant for another state of things is refused, and one that changes nothing is none', async () => {
  const here = await openPlaces({ tea: 0 })
  const { context } = here.world
  const again = [{ externalId: 'default', locations: ['MAIN'] }]
  expect(await changePools(context, here.connectionId, again, 3)).toEqual({
    kind: 'version-changed',
    version: 0,
  })
  await changePools(context, here.connectionId, again, 0)
  await changePools(context, here.connectionId, again)
  expect(await readPools(context, here.connectionId)).toMatchObject({ version: 1 })
})

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('pools' as const),
      changes: fc.array(
        fc.record({
          externalId: fc.constantFrom(...PLACES),
          locations: fc.uniqueArray(fc.constantFrom(...OWN), { maxLength: 2 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('sell' as const),
      place: fc.constantFrom(...PLACES),
      units: fc.integer({ min: 1, max: 4 }),
    }),
  },
  fc.record({
    kind: fc.constant('adjust' as const),
    location: fc.constantFrom(...OWN),
    units: fc.integer({ min: -3, max: 8 }).filter((units) => units !== 0),
  }),
  fc.record({ kind: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 4 }) }),
)

test('I5: whatever is said and sold in whatever order, places that are added up promise no unit of ours twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), async (steps) => {
      const here = await openPlaces({ tea: 0 })
      for (const code of OWN) await here.adjust('tea', code, 6)
      await here.settle(4)
      for (const each of steps) {
        if (each.kind === 'pools') await here.change(...each.changes).catch(assertRefused)
        if (each.kind === 'sell') here.platform.sell('tea', each.units, each.place)
        // The ledger refuses to lose what is not there.
        if (each.kind === 'adjust' && (await here.available('tea', each.location)) + each.units >= 0)
          await here.adjust('tea', each.location, each.units)
        if (each.kind === 'wait') await here.settle(each.turns)
      }
      await here.settle(30)
      let union = 0
      for (const { externalId, locationCodes, isEmptied } of await here.pools()) {
        let behind = 0
        for (const code of locationCodes) behind += await here.available('tea', code)
        union += Math.max(0, behind)
        // Each shows what is behind it; nothing where nothing is.
        expect(here.platform.quantityOf('tea', externalId)).toBe(Math.max(0, behind))
        if (isEmptied) expect(here.platform.quantityOf('tea', externalId)).toBe(0)
      }
      expect(here.platform.totalOf('tea')).toBeLessThanOrEqual(union)
    }),
    { numRuns: Number(process.env.PLIMSOLL_RUNS ?? 12) },
  )
}, 120_000)

function assertRefused(error: unknown): void {
  expect(error).toMatchObject({ name: 'SyncProblem' })
}
