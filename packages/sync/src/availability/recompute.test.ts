// What a change touches is worked out at once; all of it worked out anew must come to the same.
import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findItemsBySku, findLocations, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rebuildLevels } from '../connections/rebuild-levels.store.ts'
import { toStockContext } from '../context.ts'
import { SyncProblem } from '../errors.ts'
import { tieListings } from '../mapping/tie.ts'
import { changePolicy, type PolicyTarget } from '../policies/policies.ts'
import { notePassedWindows, scheduleWindow } from '../policies/policy-windows.ts'
import { changePools } from '../pools/change-pools.ts'
import { savePool } from '../pools/pools.store.ts'
import { createWorld, type World } from '../testing/world.ts'
import { insertChangedItems } from './availability.store.ts'
import { updateAvailability, workOutItems } from './availability.ts'
import { noteExpiredLots } from './expired-lots.ts'
import { changeKit } from './kit-changes.ts'
import { recomputeAll } from './recompute.ts'
import { changeStock } from './stock-changes.ts'

vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const SKUS = ['A', 'B', 'K']
const PLACES = ['MAIN', 'EAST']
const SHOPS = ['north', 'south']

const anySku = fc.constantFrom(...SKUS)
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value)
const anyTarget = fc.oneof(
  fc.constant({ kind: 'organization' as const }),
  fc.record({ kind: fc.constant('connection' as const), shop: fc.constantFrom(...SHOPS) }),
  fc.record({ kind: fc.constant('item' as const), sku: anySku }),
  fc.record({ kind: fc.constant('listing' as const), shop: fc.constantFrom(...SHOPS), sku: anySku }),
)
const anyFields = fc.record(
  {
    bufferUnits: orNull(fc.nat(10)),
    bufferPercent: orNull(fc.nat(40)),
    cap: orNull(fc.integer({ min: 10, max: 60 })),
    floor: orNull(fc.nat(9)),
    paused: orNull(fc.boolean()),
    sharePercent: orNull(fc.nat(100)),
    exclusivePercent: orNull(fc.integer({ min: 1, max: 60 })),
    promiseIncoming: orNull(fc.boolean()),
    incomingPercent: orNull(fc.nat(100)),
    incomingWithinDays: orNull(fc.nat(20)),
    pool: orNull(fc.subarray(PLACES, { minLength: 1 })),
  },
  { requiredKeys: [] },
)
const anyStep = fc.oneof(
  fc.record({
    kind: fc.constant('stock' as const),
    sku: fc.constantFrom('A', 'B'),
    place: fc.constantFrom(...PLACES),
    units: fc.integer({ min: 1, max: 40 }),
  }),
  fc.record({ kind: fc.constant('policy' as const), target: anyTarget, set: anyFields }),
  fc.record({
    kind: fc.constant('window' as const),
    target: anyTarget,
    set: anyFields,
    campaignUnits: maybe(fc.integer({ min: 1, max: 30 })),
    inHours: fc.nat(10),
    hours: fc.integer({ min: 1, max: 20 }),
  }),
  fc.record({ kind: fc.constant('time' as const), hours: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('kit' as const), a: fc.nat(2), b: fc.nat(2) }),
  fc.record({
    kind: fc.constant('map' as const),
    sku: anySku,
    to: anySku,
    units: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    kind: fc.constant('pool' as const),
    shop: fc.constantFrom(...SHOPS),
    places: fc.subarray(PLACES, { minLength: 1 }),
  }),
  fc.record({
    kind: fc.constant('expect' as const),
    sku: fc.constantFrom('A', 'B'),
    units: fc.integer({ min: 1, max: 30 }),
  }),
)
type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never

async function openWorld() {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context } = world
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  for (const sku of SKUS) await world.stock(sku, sku === 'K' ? 0 : 50)
  const opened = []
  for (const shop of SHOPS) opened.push(await world.open(shop, { A: 0, B: 0, K: 0 }))
  const locations = await findLocations(database.kysely, context.organizationId)
  for (const { connectionId } of opened) {
    const [external] = await world.rows(sql<{ externalId: string }>`
      select external_id from external_location
      where organization_id = ${context.organizationId} and connection_id = ${connectionId}`)
    const pool = locations.map(({ locationId }) => ({ externalId: external?.externalId ?? '', locationId }))
    await inTransaction(database, (tx) =>
      savePool(tx, { organizationId: context.organizationId, connectionId }, pool),
    )
  }
  return { clock, world, connectionIds: opened.map(({ connectionId }) => connectionId) }
}

async function listingOf(world: World, connectionId: string, sku: string): Promise<string> {
  const [found] = await world.rows(sql<{ listingId: string }>`
    select listing_id from listing
    where organization_id = ${world.context.organizationId} and connection_id = ${connectionId} and sku = ${sku}`)
  return found?.listingId ?? ''
}

type Opened = Awaited<ReturnType<typeof openWorld>>

async function toTarget(
  { world, connectionIds }: Opened,
  target: typeof anyTarget extends fc.Arbitrary<infer T> ? T : never,
): Promise<PolicyTarget> {
  switch (target.kind) {
    case 'organization':
      return {}
    case 'connection':
      return { connection: target.shop }
    case 'item':
      return { item: target.sku }
    case 'listing':
      return { listing: await listingOf(world, connectionIds[SHOPS.indexOf(target.shop)] ?? '', target.sku) }
  }
}

async function play(opened: Opened, step: Step): Promise<void> {
  const { world, clock, connectionIds } = opened
  const { context } = world
  const { organizationId } = context
  const head = { key: randomUUID(), actor: 'test', reason: null, effectiveAt: undefined }
  switch (step.kind) {
    case 'stock':
      await changeStock(context, [
        { ...head, kind: 'adjust', sku: step.sku, locationCode: step.place, quantity: step.units },
      ])
      return
    case 'expect': {
      const inboundId = randomUUID()
      const [item] = await findItemsBySku(database.kysely, organizationId, [step.sku])
      const [place] = await findLocations(database.kysely, organizationId)
      await sql`
        insert into inbound_shipment (organization_id, inbound_id, location_id, expected_on, state, created_by, created_at)
        values (${organizationId}, ${inboundId}, ${place?.locationId}, ${new Date(clock.now() + step.units * 40_000_000)},
          'expected', 'test', ${new Date(clock.now())})`.execute(database.kysely)
      await sql`
        insert into inbound_line (organization_id, inbound_id, line, item_id, expected, received, damaged, over, cancelled)
        values (${organizationId}, ${inboundId}, 1, ${item?.itemId}, ${step.units}, 0, 0, 0, 0)`.execute(
        database.kysely,
      )
      await changeStock(context, [
        {
          ...head,
          kind: 'expect',
          sku: step.sku,
          locationCode: place?.code ?? '',
          quantity: step.units,
          document: { kind: 'inbound', id: inboundId },
        },
      ])
      return
    }
    case 'policy':
      await unlessRefused(async () => changePolicy(context, await toTarget(opened, step.target), step.set))
      return
    case 'window': {
      const startsAt = clock.now() + step.inHours * 3_600_000
      await unlessRefused(async () =>
        scheduleWindow(context, {
          ...(await toTarget(opened, step.target)),
          name: 'sale',
          startsAt: new Date(startsAt).toISOString(),
          endsAt: new Date(startsAt + step.hours * 3_600_000).toISOString(),
          set: { ...step.set, campaignUnits: step.campaignUnits },
        }),
      )
      return
    }
    case 'time':
      await clock.advance(step.hours * 3_600_000)
      await notePassedWindows(context)
      await noteExpiredLots(context)
      await updateAvailability(context)
      return
    case 'kit': {
      const components = [
        { sku: 'A', quantity: step.a },
        { sku: 'B', quantity: step.b },
      ].filter(({ quantity }) => quantity > 0)
      await changeKit(context, {
        sku: 'K',
        kind: components.length === 0 ? 'none' : 'virtual',
        components,
        actor: 'test',
        reason: null,
        expectedVersion: undefined,
      })
      return
    }
    case 'pool': {
      const connectionId = connectionIds[SHOPS.indexOf(step.shop)] ?? ''
      const [external] = await world.rows(sql<{ externalId: string }>`
        select external_id from external_location
        where organization_id = ${organizationId} and connection_id = ${connectionId}`)
      const externalId = external?.externalId ?? ''
      await changePools(context, connectionId, [{ externalId, locations: step.places }])
      await updateAvailability(context)
      return
    }
    case 'map': {
      const [connectionId = ''] = connectionIds
      const [item] = await findItemsBySku(database.kysely, organizationId, [step.to])
      await inTransaction(database, async (tx) => {
        const listingId = await listingOf(world, connectionId, step.sku)
        await tieListings(tx, organizationId, [
          {
            listingId,
            itemId: item?.itemId ?? '',
            unitsPerListing: step.units,
          },
        ])
        const itemIds = await rebuildLevels(tx, { organizationId, connectionId, uuid: randomUUID })
        await insertChangedItems(tx, organizationId, itemIds, { at: new Date(clock.now()), uuid: randomUUID })
      })
      await updateAvailability(context)
      return
    }
  }
}

/** What contradicts itself, overlaps or is too much is refused, and nothing is changed. */
async function unlessRefused(change: () => Promise<unknown>): Promise<void> {
  try {
    await change()
  } catch (error) {
    if (!(error instanceof SyncProblem)) throw error
    expect(['policy-contradiction', 'overfull-shares', 'window-overlap', 'invalid-window']).toContain(
      error.code,
    )
  }
}

async function shownIn(world: World) {
  return await world.rows(sql<{ levelId: string; desired: number; because: string }>`
    select level_id, stock_unit_id, item_id, desired, desired_because as because from level
    where organization_id = ${world.context.organizationId} and item_id is not null
    order by level_id`)
}

async function itemIdsOf(world: World): Promise<string[]> {
  const items = await findItemsBySku(database.kysely, world.context.organizationId, SKUS)
  return items.map(({ itemId }) => itemId)
}

/** Found by chance: its exclusive share is one of the kit's parts too, and a part showed units that were not for it. */
const LISTING_BECOMES_A_KITS: Step[] = [
  { kind: 'kit', a: 2, b: 1 },
  { kind: 'policy', target: { kind: 'connection', shop: 'south' }, set: { floor: 5 } },
  { kind: 'policy', target: { kind: 'listing', shop: 'north', sku: 'A' }, set: { exclusivePercent: 60 } },
  { kind: 'map', sku: 'A', to: 'K', units: 2 },
]

/** A kit alone is sold there: where it may be sent from is where its parts are set aside. */
const KITS_POOL_CHANGES: Step[] = [
  { kind: 'kit', a: 2, b: 1 },
  { kind: 'map', sku: 'A', to: 'K', units: 1 },
  { kind: 'map', sku: 'B', to: 'K', units: 1 },
  { kind: 'stock', sku: 'B', place: 'EAST', units: 30 },
  { kind: 'policy', target: { kind: 'listing', shop: 'north', sku: 'K' }, set: { exclusivePercent: 60 } },
  { kind: 'pool', shop: 'north', places: ['EAST'] },
]

test('whatever policies, windows, stock, kits, pools and mappings change, all worked out anew is what was shown', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 14 }), fc.nat(5), async (steps, wrong) => {
      const opened = await openWorld()
      const { world } = opened
      await notePassedWindows(world.context)
      await updateAvailability(world.context)
      for (const step of steps) {
        await play(opened, step)
        const shown = await shownIn(world)
        // Each item decided by itself, then all that one statement finds wrong: neither finds anything.
        await workOutItems(world.context, await itemIdsOf(world))
        expect(await shownIn(world), JSON.stringify(step)).toEqual(shown)
        expect(await recomputeAll(world.context)).toMatchObject({ changed: 0 })
        expect(await shownIn(world)).toEqual(shown)
      }
      const shown = await shownIn(world)
      const [spoilt] = shown.slice(wrong)
      await sql`
        update level set desired = desired + 1
        where organization_id = ${world.context.organizationId} and level_id = ${spoilt?.levelId}`.execute(
        database.kysely,
      )
      expect(await recomputeAll(world.context)).toMatchObject({ changed: 1 })
      expect(await shownIn(world)).toEqual(shown)
    }),
    {
      ...fromEnvironment<[Step[], number]>(6),
      examples: [
        [LISTING_BECOMES_A_KITS, 1],
        [KITS_POOL_CHANGES, 1],
      ],
      endOnFailure: true,
    },
  )
})
