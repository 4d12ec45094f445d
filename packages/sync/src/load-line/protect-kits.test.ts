import { randomUUID } from 'node:crypto'
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findItemsBySku, saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { insertChangedItems } from '../availability/availability.store.ts'
import { updateAvailability } from '../availability/availability.ts'
import { changeKit } from '../availability/kit-changes.ts'
import { toStockContext } from '../context.ts'
import { changePools } from '../pools/change-pools.ts'
import type { Fault, MemoryPlatform, Operation } from '../testing/memory-platform.ts'
import { type Stepped, stepConnection } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { changeProtection } from './protections.ts'

// Guaranteed protection where kits join items: each unit of a kit takes of several items that are sold alone as well.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

type Shop = { platform: MemoryPlatform; connectionId: string; stepped: Stepped }

/** What one unit of each listing takes. */
const PARTS: Readonly<Record<string, Record<string, number>>> = {
  bottle: { bottle: 1 },
  cap: { cap: 1 },
  label: { label: 1 },
  set: { bottle: 1, cap: 2 },
  box: { cap: 1, label: 1 },
}
const ITEMS = ['bottle', 'cap', 'label'] as const

async function createKitWorld(clock: ManualClock, units: number): Promise<World> {
  const world = await createWorld(database, clock)
  for (const sku of ITEMS) await world.stock(sku, units)
  for (const sku of ['set', 'box']) {
    await world.stock(sku, 0)
    await changeKit(world.context, {
      sku,
      kind: 'virtual',
      components: Object.entries(PARTS[sku] ?? {}).map(([each, quantity]) => ({ sku: each, quantity })),
      actor: 'test',
      reason: null,
      expectedVersion: undefined,
    })
  }
  return world
}

async function openShop(
  world: World,
  name: string,
  listings: Record<string, number | undefined>,
  writeStyle: 'compare-and-set' | 'absolute',
): Promise<Shop> {
  const opened = await world.open(name, listings, { writeStyle })
  return { ...opened, stepped: await stepConnection(world, opened.connectionId) }
}

async function rest(world: World, clock: ManualClock, shops: readonly Shop[], turns = 12): Promise<void> {
  for (let each = 0; each < turns; each += 1) {
    for (const { stepped } of shops) {
      await stepped.turn()
      await updateAvailability(world.context)
    }
    await clock.advance(300)
  }
}

/** Rests until nothing is left to do, or that many turns: most worlds are done after a few, and each turn is scores of statements. */
async function restUntilDone(world: World, clock: ManualClock, shops: readonly Shop[], turnsMax: number) {
  const writes = () => shops.reduce((sum, { platform }) => sum + platform.writes.length, 0)
  for (let quiet = 0, turns = 0; quiet < QUIET_TURNS && turns < turnsMax; turns += 1) {
    const before = writes()
    await rest(world, clock, shops, 1)
    quiet = writes() === before && !(await isAnythingLeft(world)) ? quiet + 1 : 0
  }
}
/** Longer than the hub leaves between two looks at a number that differs. */
const QUIET_TURNS = 6

async function isAnythingLeft(world: World): Promise<boolean> {
  const [found] = await world.rows(sql<{ isLeft: boolean }>`
    select exists (select from lane_entry where organization_id = own.id)
      or exists (select from write where organization_id = own.id and settled_at is null)
      or exists (select from changed_item where organization_id = own.id)
      or exists (
        select from level where organization_id = own.id and (recheck_at is not null or exposure_older > 0
          or exposure_current > greatest(0, acknowledged - (subtracted - acknowledged_subtracted)))
      ) as is_left
    from (select ${world.context.organizationId}::uuid as id) as own`)
  return found?.isLeft ?? true
}

type Standing = { state: string; obstacles: string[] }

async function standings(world: World): Promise<Record<string, Standing>> {
  const found = await world.rows(sql<Standing & { sku: string }>`
    select sku, item_protection.state, obstacles from item_protection join item using (organization_id, item_id)
    where organization_id = ${world.context.organizationId} order by sku`)
  return Object.fromEntries(found.map(({ sku, ...row }) => [sku, row]))
}

const isClaimed = (standing: Standing | undefined) =>
  standing?.state === 'guaranteed' && standing.obstacles.length === 0

/** Of an item, what all shops could sell and what was sold of it, from their own books. */
function takenAndAtLarge(shops: readonly Shop[], item: string): number {
  return shops.reduce((sum, { platform }) => {
    const shown = [...platform.listings].reduce(
      (units, [id, { quantity }]) => units + Math.max(0, quantity ?? 0) * (PARTS[id]?.[item] ?? 0),
      0,
    )
    const sold = [...platform.orders.values()].reduce((units, { listing: id, ...order }) => {
      const takes = order.state === 'cancelled' ? order.shipped : order.units
      return units + takes * (PARTS[id]?.[item] ?? 0)
    }, 0)
    return sum + shown + sold
  }, 0)
}

test('what is said of an item is not said again by the turn of another item in its kits', async () => {
  const clock = manualClock()
  const world = await createKitWorld(clock, 10)
  const counted = await openShop(world, 'counted', { bottle: 0, cap: 0, set: 0 }, 'compare-and-set')
  const uncounted = await openShop(world, 'uncounted', { cap: undefined }, 'compare-and-set')
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, [counted, uncounted])
  expect(await standings(world)).toMatchObject({
    bottle: { state: 'guaranteed', obstacles: [] },
    cap: { obstacles: ['untracked'] },
  })

  await world.adjust('bottle', 5)
  expect(isClaimed((await standings(world)).cap)).toBe(false)
  await rest(world, clock, [counted, uncounted])
  expect(isClaimed((await standings(world)).cap)).toBe(false)
})

test('a kit and its parts are dealt together, whichever of them changes', async () => {
  const clock = manualClock()
  const world = await createKitWorld(clock, 12)
  const shop = await openShop(world, 'one', { bottle: 0, cap: 0, set: 0 }, 'compare-and-set')
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, [shop])
  const shown = () => [...shop.platform.listings.values()].map(({ quantity }) => quantity ?? 0)
  const [bottles = 0, caps = 0, sets = 0] = shown()
  expect(sets).toBeGreaterThan(0)
  expect(bottles + sets).toBe(12)
  expect(caps + 2 * sets).toBe(12)

  // A sale of the kit alone: what its parts hold is looked at as well.
  shop.platform.sell('set', sets)
  await rest(world, clock, [shop], 20)
  const [bottlesLeft = 0, capsLeft = 0, setsLeft = 0] = shown()
  expect(setsLeft).toBeGreaterThan(0)
  expect(bottlesLeft + setsLeft).toBe(12 - sets)
  expect(capsLeft + 2 * setsLeft).toBe(12 - 2 * sets)
})

test('where kits were protected and are no more, nothing more is said of their parts', async () => {
  const clock = manualClock()
  const world = await createKitWorld(clock, 10)
  const shop = await openShop(world, 'one', { bottle: 0, cap: 0, set: 0 }, 'compare-and-set')
  await changeProtection(world.context, {}, { mode: 'open' })
  await changeProtection(world.context, { item: 'bottle' }, { mode: 'guaranteed' })
  await rest(world, clock, [shop])
  expect(await standings(world)).toMatchObject({
    bottle: { state: 'guaranteed', obstacles: [] },
    cap: { obstacles: ['not-dealt'] },
  })
  await changeProtection(world.context, { item: 'bottle' }, { mode: null })
  await rest(world, clock, [shop])
  expect(await standings(world)).toEqual({})
})

test('guaranteed items that only a kit joins which nobody sells are worked out once', async () => {
  const clock = manualClock()
  const world = await createKitWorld(clock, 10)
  const shop = await openShop(world, 'one', { cap: 0, label: 0 }, 'absolute')
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, [shop], 20)
  // Each named the other, and the turn did not end.
  await world.adjust('cap', 1)
  await updateAvailability(world.context)
  expect(await standings(world)).toMatchObject({
    cap: { state: 'guaranteed', obstacles: [] },
    label: { state: 'guaranteed', obstacles: [] },
  })
}, 60_000)

test('how deep the stock of an item is does not hang on which of its listings are looked at', async () => {
  const clock = manualClock()
  const world = await createKitWorld(clock, 1)
  const { organizationId } = world.context
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(world.context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  const kits = await openShop(world, 'kits', { set: 0, box: 0 }, 'absolute')
  const singles = await openShop(world, 'singles', { bottle: 0, label: 0 }, 'absolute')
  // Kits are sent from the main warehouse, which has few; single units from both.
  const main = await listedPlace(world, kits.connectionId)
  await changePools(world.context, kits.connectionId, [{ externalId: main, locations: ['MAIN'] }])
  const both = await listedPlace(world, singles.connectionId)
  await changePools(world.context, singles.connectionId, [{ externalId: both, locations: ['MAIN', 'EAST'] }])
  for (const sku of ['bottle', 'label']) await world.adjust(sku, 50, 'EAST')
  for (const item of ['bottle', 'label']) await changeProtection(world.context, { item }, { mode: 'auto' })
  await sql`
    insert into item_depth (organization_id, item_id, tighten_units, measured_at)
    select organization_id, item_id, 2, now() from item
    where organization_id = ${organizationId} and sku in ('bottle', 'label')`.execute(database.kysely)
  await rest(world, clock, [kits, singles])

  // Dealt by what the kits alone say of the other part, each turn named the other, and the work never ended.
  for (const skus of [['cap'], ['cap', 'label'], ['bottle', 'cap']]) {
    const items = await findItemsBySku(database.kysely, organizationId, skus)
    const noted = { at: new Date(clock.now()), uuid: randomUUID }
    await inTransaction(database, (tx) =>
      insertChangedItems(
        tx,
        organizationId,
        items.map(({ itemId }) => itemId),
        noted,
      ),
    )
    await updateAvailability(world.context)
    expect(await standings(world)).toEqual({})
  }
}, 60_000)

async function listedPlace(world: World, connectionId: string): Promise<string> {
  const [place] = await world.rows(sql<{ externalId: string }>`
    select external_id from external_location
    where organization_id = ${world.context.organizationId} and connection_id = ${connectionId}`)
  return place?.externalId ?? ''
}

test('items that are in many kits between them are worked out together, however many those are', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { organizationId } = world.context
  const parts = Array.from({ length: 7 }, (_, nth) => `part-${nth}`)
  for (const sku of parts) await world.stock(sku, 6)
  // Of each 80 kits, and one of all of them. What is sold comes last.
  const sold = [...parts.map((part) => ({ sku: `${part}-last`, parts: [part] })), { sku: 'all', parts }]
  const unsold = parts.flatMap((part) =>
    Array.from({ length: 78 }, (_, nth) => ({ sku: `${part}-${nth}`, parts: [part] })),
  )
  await inTransaction(database, async (tx) => {
    await sql`
      insert into item (organization_id, item_id, sku, name, created_at, kit_kind)
      select ${organizationId}, overlay(gen_random_uuid()::text placing lead from 1 for 1)::uuid, sku, sku, now(), 'virtual'
      from unnest(${sql.val([...sold, ...unsold].map(({ sku }) => sku))}::text[],
        ${sql.val([...sold.map(() => 'f'), ...unsold.map(() => '0')])}::text[]) as made(sku, lead)`.execute(
      tx,
    )
    const rows = [...sold, ...unsold].flatMap((kit) => kit.parts.map((part) => ({ kit: kit.sku, part })))
    for (const [table, column] of [
      ['kit_component', 'component_item_id'],
      ['kit_part', 'part_item_id'],
    ] as const) {
      await sql`
        insert into ${sql.table(table)} (organization_id, kit_item_id, ${sql.ref(column)}, quantity)
        select ${organizationId}, kit.item_id, part.item_id, 1
        from unnest(${sql.val(rows.map(({ kit }) => kit))}::text[], ${sql.val(rows.map(({ part }) => part))}::text[])
          as made(kit, part)
        join item as kit on kit.organization_id = ${organizationId} and kit.sku = made.kit
        join item as part on part.organization_id = ${organizationId} and part.sku = made.part`.execute(tx)
    }
  })
  const listings = Object.fromEntries([...parts, ...sold.map(({ sku }) => sku)].map((sku) => [sku, 0]))
  const shop = await openShop(world, 'one', listings, 'compare-and-set')
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, [shop])
  await world.adjust('part-0', 1)
  // Some kits were left to the next turn, which named their parts, whose turn left them again.
  await updateAvailability(world.context)
  await rest(world, clock, [shop])
  const found = await standings(world)
  for (const part of parts) expect(isClaimed(found[part]), part).toBe(true)
  // Nothing lies idle: what may be sold of each, kits included, is what is there.
  for (const part of parts) {
    const shown = [part, `${part}-last`, 'all'].map((sku) => shop.platform.quantityOf(sku) ?? 0)
    expect(
      shown.reduce((sum, units) => sum + units, 0),
      part,
    ).toBe(part === 'part-0' ? 7 : 6)
  }
}, 60_000)

type Scene = {
  step: 'sell' | 'turn' | 'receive' | 'land'
  nth: number
  listing: string
  size: number
  weather: { operation: Operation; fault: Fault } | undefined
}

const anyScene: fc.Arbitrary<Scene> = fc.record({
  step: fc.constantFrom('sell', 'sell', 'sell', 'turn', 'turn', 'receive', 'land'),
  nth: fc.nat(2),
  listing: fc.constantFrom(...Object.keys(PARTS)),
  size: fc.integer({ min: 1, max: 2 }),
  weather: fc.option(
    fc.record({
      operation: fc.constantFrom<Operation>('setLevels', 'setLevels', 'orders', 'levels'),
      fault: fc.constantFrom<Fault>('unsent', 'lost', 'dropped', 'late', 'throttled'),
    }),
    { nil: undefined, freq: 2 },
  ),
})

test('I5: of items in kits none is oversold that is said to be guaranteed, and nothing lies idle (any faults)', async () => {
  let held = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          style: fc.constantFrom('compare-and-set' as const, 'absolute' as const),
          listings: fc.subarray(Object.keys(PARTS), { minLength: 2 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      fc.array(anyScene, { minLength: 8, maxLength: 24 }),
      async (plans, scenes) => {
        const clock = manualClock()
        const world = await createKitWorld(clock, 12)
        await changeProtection(world.context, {}, { mode: 'guaranteed' })
        const shops: Shop[] = []
        for (const [nth, { style, listings }] of plans.entries()) {
          const shown = Object.fromEntries(listings.map((id) => [id, 4]))
          shops.push(await openShop(world, `shop-${nth}`, shown, style))
        }
        await rest(world, clock, shops, 6)
        const received = new Map<string, number>()
        for (const { step, nth, listing, size, weather } of scenes) {
          const shop = shops[nth % shops.length]
          if (shop === undefined) continue
          shop.platform.fault = (operation) => (operation === weather?.operation ? weather.fault : undefined)
          if (step === 'sell' && shop.platform.listings.has(listing)) shop.platform.sell(listing, size)
          if (step === 'land') shop.platform.landLate()
          const item = ITEMS.find((each) => each === listing)
          if (step === 'receive' && item !== undefined) {
            await world.adjust(item, size)
            received.set(item, (received.get(item) ?? 0) + size)
          }
          if (step === 'turn') await rest(world, clock, [shop], 1)
          const said = await standings(world)
          for (const each of ITEMS.filter((sku) => isClaimed(said[sku]))) {
            held += 1
            expect(takenAndAtLarge(shops, each)).toBeLessThanOrEqual(12 + (received.get(each) ?? 0))
          }
        }
        for (const { platform } of shops) {
          platform.fault = () => undefined
          platform.landLate()
        }
        await clock.advance(41_000)
        for (const shop of shops) {
          await clock.advance(world.context.pace.leaseMs + 1)
          shop.stepped = await stepConnection(world, shop.connectionId)
        }
        await restUntilDone(world, clock, shops, 40)
        const free = new Map<string, number>()
        for (const sku of ITEMS) {
          const left = 12 + (received.get(sku) ?? 0) - takenAndAtLarge(shops, sku)
          expect(left).toBeGreaterThanOrEqual(0)
          free.set(sku, left)
        }
        for (const { platform } of shops) {
          for (const [id, { quantity }] of platform.listings) {
            if ((quantity ?? 0) > 0) continue
            const isIdle = Object.entries(PARTS[id] ?? {}).every(
              ([sku, each]) => (free.get(sku) ?? 0) >= each,
            )
            expect({ id, isIdle }).toEqual({ id, isIdle: false })
          }
        }
        const writes = () => shops.reduce((sum, { platform }) => sum + platform.writes.length, 0)
        const before = writes()
        await rest(world, clock, shops, 12)
        expect(writes()).toBe(before)
      },
    ),
    { ...fromEnvironment(4), endOnFailure: true },
  )
  expect(held).toBeGreaterThan(10)
}, 600_000)
