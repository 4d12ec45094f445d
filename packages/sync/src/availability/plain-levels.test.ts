// Method: any state that the rows of levels may be in is decided twice from the same beginning, level by level in
// TypeScript and all at once in SQL; what is written, logged and queued must be the same.
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeProtection } from '../load-line/protections.ts'
import { changePolicy } from '../policies/policies.ts'
import { createWorld, type World } from '../testing/world.ts'
import { insertChangedItems } from './availability.store.ts'
import { updateAvailability, workOutItems } from './availability.ts'
import { changeKit } from './kit-changes.ts'
import { workOutPlainItems } from './plain-levels.ts'

vi.setConfig({ testTimeout: 120_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const SKUS = ['A', 'B', 'C']
const SHOPS = ['north', 'south']

const anyCount = fc.integer({ min: 0, max: 12 })
const anyLevel = fc.record({
  desired: fc.option(anyCount),
  because: fc.constantFrom('available', 'capped', 'share'),
  acknowledged: fc.option(anyCount),
  acknowledgedMs: fc.nat(1),
  acknowledgedSubtracted: anyCount,
  subtracted: anyCount,
  open: fc.option(fc.record({ greatest: anyCount, last: anyCount, sinceMs: fc.nat(1) })),
  unitsPerListing: fc.integer({ min: 1, max: 3 }),
  tracked: fc.boolean(),
  writable: fc.boolean(),
  isPooled: fc.boolean(),
  unsubtracted: fc.option(fc.integer({ min: 1, max: 5 })),
  entry: fc.option(fc.record({ priority: fc.nat(1), isBehind: fc.boolean(), attempts: fc.nat(2) })),
})
const anyPolicy = fc.record(
  {
    bufferUnits: fc.nat(4),
    bufferPercent: fc.nat(40),
    cap: fc.integer({ min: 4, max: 12 }),
    floor: fc.nat(3),
    sharePercent: fc.nat(100),
    promiseIncoming: fc.boolean(),
    incomingPercent: fc.nat(100),
    paused: fc.boolean(),
  },
  { requiredKeys: [] },
)
const anyState = fc.record({
  onHand: fc.array(fc.integer({ min: -4, max: 16 }), { minLength: SKUS.length, maxLength: SKUS.length }),
  incoming: fc.nat(30),
  organization: anyPolicy,
  connection: fc.oneof(
    anyPolicy,
    fc.nat(9).map((fixed) => ({ fixed })),
  ),
  zeroed: fc.boolean(),
  state: fc.constantFrom('live' as const, 'paused' as const, 'shadow' as const),
  quantityMax: fc.constantFrom(8, 1_000),
  levels: fc.array(anyLevel, { minLength: SKUS.length * 2, maxLength: SKUS.length * 2 }),
})
type State = typeof anyState extends fc.Arbitrary<infer T> ? T : never

async function openWorld({ onHand, quantityMax }: State) {
  const clock = manualClock(1_700_000_000_000)
  const world = await createWorld(database, clock)
  const itemIds: string[] = []
  for (const [nth, sku] of SKUS.entries()) {
    itemIds.push(await world.stock(sku, 50))
    await world.adjust(sku, (onHand[nth] ?? 0) - 50)
  }
  const connectionIds: string[] = []
  for (const shop of SHOPS) {
    const listings = Object.fromEntries(SKUS.map((sku) => [sku, 1]))
    connectionIds.push((await world.open(shop, listings, { quantityMax })).connectionId)
  }
  return { world, clock, itemIds, connectionIds }
}

/** Brings rows into any state that they may be in, by hand: no story need lead there. */
async function spoil(world: World, connectionIds: readonly string[], state: State): Promise<void> {
  const { organizationId } = world.context
  await changePolicy(world.context, {}, state.organization)
  await changePolicy(world.context, { connection: 'south' }, state.connection)
  await sql`
    update connection set state = ${state.state}, zeroed_for = ${state.zeroed ? 'a reason' : null}
    where organization_id = ${organizationId} and connection_id = ${connectionIds[1]}`.execute(
    database.kysely,
  )
  const levels = await world.rows(sql<{ levelId: string; connectionId: string; stockUnitId: string }>`
    select level_id, connection_id, stock_unit_id from level
    where organization_id = ${organizationId} order by level_id`)
  await sql`delete from lane_entry where organization_id = ${organizationId}`.execute(database.kysely)
  for (const [nth, { levelId, connectionId }] of levels.entries()) {
    const made = state.levels[nth]
    if (made === undefined) continue
    const at = (ms: number) => new Date(1_700_000_000_000 + ms)
    await sql`
      update level set desired = ${made.desired}, desired_because = ${made.desired === null ? null : made.because},
        acknowledged = ${made.acknowledged}, acknowledged_at = ${made.acknowledged === null ? null : at(made.acknowledgedMs)},
        acknowledged_subtracted = ${made.acknowledgedSubtracted}, subtracted = ${made.subtracted},
        open_greatest = ${made.open?.greatest ?? null}, open_last = ${made.open?.last ?? null},
        open_since = ${made.open === null ? null : at(made.open.sinceMs)},
        units_per_listing = ${made.unitsPerListing}, tracked = ${made.tracked}, writable = ${made.writable},
        external_location_id = ${made.isPooled ? sql`external_location_id` : 'elsewhere'}
      where organization_id = ${organizationId} and level_id = ${levelId}`.execute(database.kysely)
    if (made.unsubtracted !== null) await addUnsubtracted(world, levelId, made.unsubtracted)
    if (made.entry === null) continue
    const { priority, attempts, isBehind } = made.entry
    await sql`
      insert into lane_entry (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
      select ${organizationId}, ${connectionId}, level_id, ${priority},
        desired_version - ${isBehind ? 1 : 0}, ${at(0)}, ${at(9)}, ${attempts}
      from level where organization_id = ${organizationId} and level_id = ${levelId}`.execute(database.kysely)
  }
}

/** An order line that its platform has not subtracted yet. */
async function addUnsubtracted(world: World, levelId: string, units: number): Promise<void> {
  const { organizationId, uuid } = world.context
  await sql`
    insert into order_line (organization_id, connection_id, line_id, order_id, external_id, listing_external_id,
      stock_unit_id, item_id, sku, title, units_per_listing, ordered, current, reserved, released, shipped, returned,
      unsubtracted)
    select organization_id, connection_id, ${uuid()}, ${uuid()}, '1', stock_unit_id, stock_unit_id, item_id, null, 'A thing',
      1, ${units}, ${units}, 0, 0, 0, 0, ${units}
    from level where organization_id = ${organizationId} and level_id = ${levelId}`.execute(database.kysely)
}

const TABLES = ['level', 'lane_entry', 'task'] as const

async function keep({ context, rows }: World): Promise<Map<string, unknown>> {
  const kept = new Map<string, unknown>()
  for (const table of TABLES) {
    const [row] = await rows(sql<{ all: unknown }>`
      select coalesce(jsonb_agg(to_jsonb(each)), '[]') as all from ${sql.table(table)} as each
      where organization_id = ${context.organizationId}`)
    kept.set(table, row?.all)
  }
  return kept
}

async function restore({ context }: World, kept: ReadonlyMap<string, unknown>): Promise<void> {
  for (const table of TABLES) {
    await sql`delete from ${sql.table(table)} where organization_id = ${context.organizationId}`.execute(
      database.kysely,
    )
    await sql`
      insert into ${sql.table(table)}
      select * from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(kept.get(table))})`.execute(
      database.kysely,
    )
  }
}

/** All that may be written, but the moments that the clock gave. */
async function written({ context, rows }: World, at: Date) {
  const { organizationId } = context
  return {
    levels: await rows(sql`
      select level_id, desired, desired_because, desired_version, desired_at = ${at} as is_new, raised_at = ${at} as is_raised
      from level where organization_id = ${organizationId} order by level_id`),
    entries: await rows(sql`
      select level_id, priority, desired_version, caused_at = ${at} as is_new, not_before, attempts
      from lane_entry where organization_id = ${organizationId} order by level_id`),
    log: await rows(sql`
      select level_id, version, before, desired, because, protection, kept_back from desired_log
      where organization_id = ${organizationId} and at = ${at} and caused_at = ${at} order by level_id`),
    tasks: await rows(sql`
      select kind, subject, sku, units, closed_at = ${at} as is_closed
      from task where organization_id = ${organizationId} order by kind, subject`),
  }
}

test('what plain levels show is the same decided one by one and all at once, whatever state they are in', async () => {
  await fc.assert(
    fc.asyncProperty(anyState, async (state) => {
      const { world, clock, itemIds, connectionIds } = await openWorld(state)
      await spoil(world, connectionIds, state)
      const kept = await keep(world)
      await clock.advance(1_000)
      const singly = await workOutItems(world.context, itemIds)
      const expected = await written(world, new Date(clock.now()))
      await restore(world, kept)
      await clock.advance(1_000)
      expect(await workOutPlainItems(world.context, itemIds)).toEqual({ ...singly, special: [] })
      expect(await written(world, new Date(clock.now()))).toEqual(expected)
    }),
    { ...fromEnvironment<unknown>(10), endOnFailure: true },
  )
})

const SPECIAL: Record<string, (world: World, itemId: string, connectionId: string) => Promise<unknown>> = {
  'has a policy of its own': ({ context }) => changePolicy(context, { item: 'A' }, { cap: 5 }),
  'has a listing with one': async ({ context, rows }, itemId) => {
    const [listing] = await rows(sql<{ listingId: string }>`
      select listing_id from listing where organization_id = ${context.organizationId} and item_id = ${itemId}
      order by listing_id limit 1`)
    await changePolicy(context, { listing: listing?.listingId ?? '' }, { cap: 5 })
  },
  'is to be guaranteed': ({ context }) => changeProtection(context, { item: 'A' }, { mode: 'guaranteed' }),
  'was dealt until now': ({ context }, itemId) =>
    sql`update level set protection = 'guaranteed', granted = 3
      where organization_id = ${context.organizationId} and item_id = ${itemId}`.execute(database.kysely),
  'is measured': ({ context }, itemId) =>
    sql`insert into item_depth (organization_id, item_id, tighten_units, measured_at)
      values (${context.organizationId}, ${itemId}, 4, ${new Date(0)})`.execute(database.kysely),
  'is a kit': ({ context }) => changeKit(context, toKit('A', 'B')),
  'has a lot that lasts for a time': ({ context }, itemId) =>
    sql`insert into lot (organization_id, lot_id, item_id, code, expires_on, status, created_at)
      values (${context.organizationId}, ${context.uuid()}, ${itemId}, 'L', '2030-01-01', 'released', ${new Date(0)})`.execute(
      database.kysely,
    ),
}
const SHARED: typeof SPECIAL = {
  'all are to be guaranteed': ({ context }) => changeProtection(context, {}, { mode: 'guaranteed' }),
  'a connection keeps a buffer': ({ context }) =>
    changeProtection(context, { connection: 'north' }, { mode: 'buffered' }),
  'a connection has an exclusive share': ({ context }) =>
    changePolicy(context, { connection: 'north' }, { exclusivePercent: 30 }),
  'what comes soon may be promised': ({ context }) =>
    changePolicy(context, {}, { promiseIncoming: true, incomingWithinDays: 3 }),
  'the orders of a connection are not known': ({ context }, _itemId, connectionId) =>
    sql`insert into stale_orders (organization_id, connection_id, kind, amount, since, marked_at)
      values (${context.organizationId}, ${connectionId}, 'zero', 0, ${new Date(0)}, ${new Date(0)})`.execute(
      database.kysely,
    ),
}

function toKit(sku: string, part: string) {
  return {
    sku,
    kind: 'virtual' as const,
    components: [{ sku: part, quantity: 2 }],
    actor: 'test',
    reason: null,
    expectedVersion: undefined,
  }
}

async function openPlain() {
  const world = await createWorld(database, manualClock(1_700_000_000_000))
  const itemIds = [await world.stock('A', 0), await world.stock('B', 9), await world.stock('C', 9)]
  const { connectionId } = await world.open('north', { A: 1, B: 1, C: 1 })
  return { world, itemIds: itemIds.sort(), itemId: itemIds[0] ?? '', connectionId }
}

test.each(Object.entries(SPECIAL))('an item is not plain that %s', async (_what, make) => {
  const { world, itemIds, connectionId } = await openPlain()
  const [item] = await world.rows(sql<{ itemId: string }>`
    select item_id from item where organization_id = ${world.context.organizationId} and sku = 'A'`)
  await make(world, item?.itemId ?? '', connectionId)
  expect(await workOutPlainItems(world.context, itemIds)).toMatchObject({ special: [item?.itemId] })
})

test.each(Object.entries(SHARED))('no item is plain where %s', async (_what, make) => {
  const { world, itemIds, itemId, connectionId } = await openPlain()
  await make(world, itemId, connectionId)
  expect(await workOutPlainItems(world.context, itemIds)).toEqual({ changed: 0, special: itemIds })
})

test('a turn of many items, plain and special ones mixed, leaves nothing to be decided one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('plain', 'policy', 'kit', 'part', 'oversold'), {
        minLength: 22,
        maxLength: 26,
      }),
      async (kinds) => {
        const world = await createWorld(database, manualClock(1_700_000_000_000))
        const { organizationId, uuid } = world.context
        const skus = kinds.map((kind, nth) => `${kind}-${nth}`)
        const itemIds: string[] = []
        for (const sku of skus) itemIds.push(await world.stock(sku, sku.startsWith('kit') ? 0 : 7))
        await world.open('north', Object.fromEntries(skus.map((sku) => [sku, 1])))
        const part = skus.find((sku) => sku.startsWith('part'))
        for (const [nth, sku] of skus.entries()) {
          if (kinds[nth] === 'policy') await changePolicy(world.context, { item: sku }, { cap: 3 })
          if (kinds[nth] === 'oversold') await world.adjust(sku, -9)
          if (kinds[nth] === 'kit' && part !== undefined) await changeKit(world.context, toKit(sku, part))
        }
        await sql`update level set desired = 999 where organization_id = ${organizationId}`.execute(
          database.kysely,
        )
        await inTransaction(database, (tx) =>
          insertChangedItems(tx, organizationId, itemIds, { at: new Date(0), uuid }),
        )
        await updateAvailability(world.context)
        const shown = await world.rows(sql`
          select stock_unit_id, desired, desired_because from level
          where organization_id = ${organizationId} order by stock_unit_id`)
        expect(await workOutItems(world.context, itemIds)).toEqual({ changed: 0 })
        expect(shown).not.toContainEqual(expect.objectContaining({ desired: 999 }))
        const tasks = await world.rows(sql`
          select sku from task where organization_id = ${organizationId} and kind = 'oversold' and closed_at is null`)
        expect(tasks).toHaveLength(kinds.filter((kind) => kind === 'oversold').length)
      },
    ),
    { ...fromEnvironment<unknown>(4), endOnFailure: true },
  )
})
