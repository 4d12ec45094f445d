// Policies are set, and every channel that they reach shows at once what they ask for.
import { systemClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { saveItems } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideDesired } from '../availability/desired.ts'
import { toStockContext } from '../context.ts'
import { createWorld, type World } from '../testing/world.ts'
import { findPolicies } from './policies.store.ts'
import { changePolicy, type PolicyChange } from './policies.ts'
import { mergePolicies } from './policy.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function openWorld() {
  const world = await createWorld(database, systemClock)
  await world.stock('MUG', 40)
  await world.stock('CUP', 10)
  const north = await world.open('north', { MUG: 0, CUP: 0 })
  const south = await world.open('south', { MUG: 0 })
  const shown = async () => ({
    northMug: (await world.level(north.connectionId, 'MUG')).desired,
    northCup: (await world.level(north.connectionId, 'CUP')).desired,
    southMug: (await world.level(south.connectionId, 'MUG')).desired,
  })
  return { world, north, south, shown }
}

async function listingOf(world: World, connectionId: string, sku: string): Promise<string> {
  const [found] = await world.rows(sql<{ listingId: string }>`
    select listing_id from listing
    where organization_id = ${world.context.organizationId} and connection_id = ${connectionId} and sku = ${sku}`)
  return found?.listingId ?? ''
}

test('a policy of everything, of a connection or of a listing reaches those levels and no other', async () => {
  const { world, north, shown } = await openWorld()
  const { context } = world
  await changePolicy(context, {}, { bufferUnits: 4 })
  expect(await shown()).toEqual({ northMug: 36, northCup: 6, southMug: 36 })
  await changePolicy(context, { connection: 'north' }, { cap: 20 })
  expect(await shown()).toEqual({ northMug: 20, northCup: 6, southMug: 36 })
  const listing = await listingOf(world, north.connectionId, 'MUG')
  await changePolicy(context, { listing }, { fixed: 3, paused: false })
  expect(await shown()).toEqual({ northMug: 3, northCup: 6, southMug: 36 })
  expect(await findPolicies(database.kysely, context.organizationId)).toMatchObject([
    { scope: 'organization', bufferUnits: 4, cap: null, connectionId: null },
    { scope: 'connection', connectionName: 'north', cap: 20, bufferUnits: null },
    { scope: 'listing', connectionName: 'north', listingId: listing, fixed: 3, paused: false },
  ])
  await changePolicy(context, {}, { paused: true })
  expect(await shown()).toEqual({ northMug: 3, northCup: 0, southMug: 0 })
})

test('a field left out stays, null takes it back, and a policy that sets nothing is gone', async () => {
  const { world, north, shown } = await openWorld()
  const target = { connection: north.connectionId }
  await changePolicy(world.context, target, { cap: 5 })
  expect(await changePolicy(world.context, target, { floor: 2 })).toMatchObject({ cap: 5, floor: 2 })
  await changePolicy(world.context, target, { cap: null })
  expect(await shown()).toMatchObject({ northMug: 40 })
  await changePolicy(world.context, target, { floor: null })
  expect(await findPolicies(database.kysely, world.context.organizationId)).toEqual([])
})

const refused: [change: PolicyChange, field: string][] = [
  [{ floor: 11 }, 'floor'],
  [{ fixed: 11 }, 'fixed'],
  [{ cap: null, floor: 8, fixed: 7 }, 'fixed'],
]
test.each(refused)('%o contradicts a cap of 10 or itself, and nothing is changed', async (change, field) => {
  const { world, shown } = await openWorld()
  await changePolicy(world.context, {}, { cap: 10 })
  const before = await shown()
  await expect(changePolicy(world.context, {}, change)).rejects.toMatchObject({
    code: 'policy-contradiction',
    field,
  })
  expect(await shown()).toEqual(before)
  expect(await findPolicies(database.kysely, world.context.organizationId)).toMatchObject([
    { cap: 10, floor: null, fixed: null },
  ])
})

test('connections and listings that are not known are refused', async () => {
  const { world } = await openWorld()
  for (const listing of ['x', '00000000-0000-7000-8000-000000000000']) {
    const setting = changePolicy(world.context, { listing }, { cap: 1 })
    await expect(setting).rejects.toMatchObject({ code: 'unknown-listing' })
  }
  const setting = changePolicy(world.context, { connection: 'west' }, { cap: 1 })
  await expect(setting).rejects.toMatchObject({ code: 'unknown-connection' })
  const both = changePolicy(world.context, { connection: 'north', listing: 'x' }, { cap: 1 })
  await expect(both).rejects.toMatchObject({ code: 'policy-contradiction' })
})

test('whatever is set side by side, no change is lost, and each level shows what the policy says', async () => {
  const { world, shown } = await openWorld()
  const units = fc.option(fc.integer({ min: 0, max: 50 }))
  const flag = fc.option(fc.boolean())
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        bufferUnits: units,
        bufferPercent: units,
        cap: units,
        paused: flag,
        promiseIncoming: flag,
      }),
      async (wanted) => {
        const changes = Object.entries(wanted).map(([field, value]) => ({ [field]: value }))
        await Promise.all(changes.map((change) => changePolicy(world.context, {}, change)))
        const stored = await findPolicies(database.kysely, world.context.organizationId)
        const policy = mergePolicies([stored[0]])
        expect(policy).toEqual(mergePolicies([wanted]))
        const input = { incoming: 0, unitsPerListing: 1, unsubtracted: 0, quantityMax: 1_000 }
        const mug = decideDesired({ ...input, available: 40 }, policy).units
        const cup = decideDesired({ ...input, available: 10 }, policy).units
        expect(await shown()).toEqual({ northMug: mug, northCup: cup, southMug: mug })
      },
    ),
    fromEnvironment(25),
  )
})

test('a policy of more items than one turn takes reaches all of them', async () => {
  const world = await createWorld(database, systemClock)
  const skus = Array.from({ length: 501 }, (_, index) => `S${index}`)
  await inTransaction(database, (tx) =>
    saveItems(
      tx,
      toStockContext(world.context),
      skus.map((sku) => ({ sku, name: sku })),
    ),
  )
  await world.open('many', Object.fromEntries(skus.map((sku) => [sku, 0])))
  await changePolicy(world.context, {}, { fixed: 7 })
  const [found] = await world.rows(sql<{ levels: number; correct: number }>`
    select count(*) as levels, count(*) filter (where desired = 7) as correct from level
    where organization_id = ${world.context.organizationId} and item_id is not null`)
  expect(found).toEqual({ levels: 501, correct: 501 })
})
