import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { updateAvailability } from '../availability/availability.ts'
import { changeStock } from '../availability/stock-changes.ts'
import { toStockContext } from '../context.ts'
import { changePolicy } from '../policies/policies.ts'
import type { Fault, MemoryPlatform, Operation } from '../testing/memory-platform.ts'
import { type Stepped, stepConnection } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { isHeldByOrders } from './held-by-orders.store.ts'
import { changeProtection } from './protections.ts'

// Guaranteed protection as it is carried out: the production worker on a real PostgreSQL, shops in memory, stepped by hand.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

type Style = 'compare-and-set' | 'absolute'
type Shop = { platform: MemoryPlatform; connectionId: string; stepped: Stepped }

async function openShops(world: World, styles: readonly Style[], shows: number): Promise<Shop[]> {
  const shops: Shop[] = []
  for (const [nth, writeStyle] of styles.entries()) {
    const opened = await world.open(`shop-${nth}`, { bottle: shows }, { writeStyle })
    shops.push({ ...opened, stepped: await stepConnection(world, opened.connectionId) })
  }
  return shops
}

async function turn(world: World, clock: ManualClock, shops: readonly Shop[]): Promise<void> {
  for (const { stepped } of shops) {
    await stepped.turn()
    await updateAvailability(world.context)
  }
  await clock.advance(300)
}

async function rest(world: World, clock: ManualClock, shops: readonly Shop[], turns = 12): Promise<void> {
  for (let each = 0; each < turns; each += 1) await turn(world, clock, shops)
}

const shownBy = (shops: readonly Shop[]) => shops.map(({ platform }) => platform.quantityOf('bottle') ?? 0)

async function standing(world: World) {
  const [row] = await world.rows(sql<{ state: string; shortUnits: number; obstacles: string[] }>`
    select state, short_units, obstacles from item_protection
    where organization_id = ${world.context.organizationId}`)
  return row
}

/** What all shops could sell and have sold unseen, from their own books. */
function atLarge(shops: readonly Shop[], known: ReadonlyMap<string, number>): number {
  return shops.reduce((sum, { platform }, nth) => {
    const unseen = [...platform.orders.values()].reduce((units, order) => {
      const takes = order.state === 'cancelled' ? order.shipped : order.units
      return units + takes - (known.get(`${nth} ${order.externalId}`) ?? 0)
    }, 0)
    return sum + unseen + (platform.quantityOf('bottle') ?? 0)
  }, 0)
}

async function knownUnits(world: World, shops: readonly Shop[]): Promise<Map<string, number>> {
  const rows = await world.rows(sql<{ connectionId: string; externalId: string; units: number }>`
    select sales_order.connection_id, sales_order.external_id, coalesce(sum(reservation.reserved - reservation.released), 0)::bigint as units
    from sales_order
    join order_line using (organization_id, order_id)
    join reservation on reservation.organization_id = order_line.organization_id and owner_id = line_id
    where sales_order.organization_id = ${world.context.organizationId}
    group by 1, 2`)
  const nthOf = new Map(shops.map(({ connectionId }, nth) => [connectionId, nth]))
  return new Map(rows.map((row) => [`${nthOf.get(row.connectionId)} ${row.externalId}`, row.units]))
}

test('units are dealt among the shops, and dealt again as they sell', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const shops = await openShops(world, ['compare-and-set', 'absolute'], 10)
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  expect(await standing(world)).toMatchObject({ state: 'tightening' })
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([5, 5])
  expect(await standing(world)).toEqual({ state: 'guaranteed', shortUnits: 0, obstacles: [] })

  shops[0]?.platform.sell('bottle', 5)
  await rest(world, clock, shops)
  const shown = shownBy(shops)
  expect(shown[0]).toBeGreaterThan(0)
  expect((shown[0] ?? 0) + (shown[1] ?? 0)).toBe(5)
})

test('tightening lowers at once where that is safe, and does not wait for orders that show late', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const shops: Shop[] = []
  for (const name of ['late-0', 'late-1']) {
    const opened = await world.open(name, { bottle: 10 }, { visibilityLagMs: 30_000 })
    shops.push({ ...opened, stepped: await stepConnection(world, opened.connectionId) })
  }
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, shops, 3)
  expect(shownBy(shops)).toEqual([5, 5])
  expect(await standing(world)).toMatchObject({ state: 'tightening' })
  await clock.advance(41_000)
  await rest(world, clock, shops, 3)
  expect(await standing(world)).toMatchObject({ state: 'guaranteed' })
  expect(shops.flatMap(({ platform }) => platform.writes).length).toBe(2)
})

test('I5: what an order that cannot be read may have sold is dealt to nobody until it has been read, and that is shown', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context, rows } = world
  const { organizationId } = context
  await world.stock('bottle', 10)
  const shops = await openShops(world, ['absolute', 'absolute'], 10)
  await changeProtection(context, {}, { mode: 'guaranteed' })
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([5, 5])
  const [{ itemId } = { itemId: '' }] = await rows(
    sql<{ itemId: string }>`select item_id from item where organization_id = ${organizationId}`,
  )
  expect(await isHeldByOrders(database.kysely, organizationId, itemId)).toBe(false)

  // An order came that nobody could read; then the first shop gives up what it has.
  const [first] = shops
  const at = new Date(clock.now())
  const inboxId = context.uuid()
  await rows(sql`
    insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, reason_code, reason,
      attempts, received_at, settled_at)
    values (${organizationId}, ${inboxId}, ${first?.connectionId}, 'order', 'o-77', 'webhook', '{}', 'parked', 'malformed',
      'A field that nobody knows', 0, ${at}, ${at})
    returning inbox_id`)
  await changePolicy(context, { connection: 'shop-0' }, { cap: 0 })
  await rest(world, clock, shops, 10)
  expect(shownBy(shops)).toEqual([0, 5])
  expect(await isHeldByOrders(database.kysely, organizationId, itemId)).toBe(true)

  // It was read: it had sold nothing that is not known.
  await rows(sql`
    update inbox set state = 'applied', reason_code = null, reason = null
    where organization_id = ${organizationId} and inbox_id = ${inboxId} returning inbox_id`)
  await rest(world, clock, shops, 10)
  expect(shownBy(shops)).toEqual([0, 10])
  expect(await isHeldByOrders(database.kysely, organizationId, itemId)).toBe(false)
}, 240_000)

test('what the hub decides takes nothing that the channels may sell', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const shops = await openShops(world, ['compare-and-set'], 0)
  await changeProtection(world.context, { item: 'bottle' }, { mode: 'guaranteed' })
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([10])

  const reserve = (quantity: number, key: string) => ({
    key,
    kind: 'reserve' as const,
    sku: 'bottle',
    locationCode: 'MAIN',
    quantity,
    actor: 'test',
    reason: null,
    effectiveAt: undefined,
  })
  expect(await changeStock(world.context, [reserve(1, 'a')])).toMatchObject([
    { kind: 'refused', code: 'insufficient-stock', field: 'quantity' },
  ])
  expect(await world.available('bottle')).toBe(10)

  // What is promised out of a place that no channel shows may not be promised out of theirs instead.
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(world.context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  await world.adjust('bottle', 3, 'EAST')
  const [held] = await changeStock(world.context, [{ ...reserve(2, 'b'), locationCode: 'EAST' }])
  const { reservationId } = z
    .object({ result: z.object({ reservationId: z.string() }) })
    .parse(held, { reportInput: true }).result
  const { actor, reason, effectiveAt } = reserve(2, 'c')
  const move = {
    key: 'c',
    kind: 'move-reservation' as const,
    reservationId,
    quantity: 2,
    locationCode: 'MAIN',
  }
  expect(await changeStock(world.context, [{ ...move, actor, reason, effectiveAt }])).toMatchObject([
    { kind: 'refused', code: 'insufficient-stock', field: 'quantity' },
  ])
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([10])
  expect(await standing(world)).toMatchObject({ state: 'guaranteed', shortUnits: 0 })

  // A loss is a fact: it breaks the bound, all is recalled, and the screen says since when.
  await world.adjust('bottle', -4)
  expect(await standing(world)).toMatchObject({ state: 'broken', shortUnits: 4 })
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([6])
  expect(await standing(world)).toMatchObject({ state: 'guaranteed', shortUnits: 0 })
})

test('an item is not guaranteed while it is sold where it is not dealt', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const shops = await openShops(world, ['compare-and-set', 'compare-and-set'], 0)
  await changeProtection(world.context, { connection: 'shop-0' }, { mode: 'guaranteed' })
  await rest(world, clock, shops)
  expect(await standing(world)).toMatchObject({ obstacles: ['not-dealt'] })
  await changeProtection(world.context, { connection: 'shop-0' }, { mode: null })
  expect(await standing(world)).toBeUndefined()
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([10, 10])
})

test('a listing that is not counted keeps its item from being guaranteed, and its siblings from nothing', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const shops = await openShops(world, ['compare-and-set'], 0)
  await world.open('shop-uncounted', { bottle: undefined })
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, shops)
  expect(await standing(world)).toMatchObject({ obstacles: ['untracked'] })
  expect(shownBy(shops)).toEqual([10])
})

test('a platform whose number fell below zero is dealt units like one at zero', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const shops = await openShops(world, ['absolute'], 0)
  await sql`
    update level set acknowledged = 0, acknowledged_at = now(), acknowledged_subtracted = subtracted - 2
    where organization_id = ${world.context.organizationId}`.execute(database.kysely)
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  await rest(world, clock, shops)
  expect(shownBy(shops)).toEqual([10])
})

type Scene = {
  step: 'sell' | 'cancel' | 'turn' | 'receive' | 'land' | 'take-over'
  nth: number
  size: number
  weather: { operation: Operation; fault: Fault } | undefined
}

const anyScene: fc.Arbitrary<Scene> = fc.record({
  step: fc.constantFrom(
    'sell',
    'sell',
    'sell',
    'turn',
    'turn',
    'turn',
    'cancel',
    'receive',
    'land',
    'take-over',
  ),
  nth: fc.nat(2),
  size: fc.integer({ min: 1, max: 3 }),
  weather: fc.option(
    fc.record({
      operation: fc.constantFrom<Operation>('setLevels', 'setLevels', 'setLevels', 'orders', 'levels'),
      fault: fc.constantFrom<Fault>('unsent', 'lost', 'dropped', 'late', 'throttled', 'malformed'),
    }),
    { nil: undefined, freq: 2 },
  ),
})

test('I5: guaranteed is never oversold, and comes to show all that is there (any faults)', async () => {
  let held = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<Style>('compare-and-set', 'absolute'), { minLength: 2, maxLength: 3 }),
      fc.array(anyScene, { minLength: 10, maxLength: 30 }),
      async (styles, scenes) => {
        const clock = manualClock()
        const world = await createWorld(database, clock)
        await world.stock('bottle', 20)
        await changeProtection(world.context, {}, { mode: 'guaranteed' })
        const shops = await openShops(world, styles, 9)
        await rest(world, clock, shops, 4)
        for (const scene of scenes) {
          const shop = shops[scene.nth % shops.length]
          if (shop === undefined) continue
          const { platform } = shop
          const { weather } = scene
          platform.fault = (operation) => (operation === weather?.operation ? weather.fault : undefined)
          const orders = [...platform.orders.values()]
          if (scene.step === 'sell') platform.sell('bottle', scene.size)
          if (scene.step === 'receive') await world.adjust('bottle', scene.size)
          if (scene.step === 'land') platform.landLate()
          if (scene.step === 'cancel') {
            const order = orders[scene.size % Math.max(1, orders.length)]
            if (order !== undefined) platform.cancel(order.externalId)
          }
          if (scene.step === 'take-over') {
            await clock.advance(world.context.pace.leaseMs + 1)
            shop.stepped = await stepConnection(world, shop.connectionId)
          }
          if (scene.step === 'turn') await turn(world, clock, [shop])
          const found = await standing(world)
          if (found?.state !== 'guaranteed') continue
          held += 1
          const available = await world.available('bottle')
          expect(atLarge(shops, await knownUnits(world, shops))).toBeLessThanOrEqual(available)
        }
        for (const { platform } of shops) {
          platform.fault = () => undefined
          platform.landLate()
        }
        // What was unknown can act no more after the platform’s latest effect, counted from when it may have left at the latest.
        await clock.advance(41_000)
        for (const shop of shops) {
          await clock.advance(world.context.pace.leaseMs + 1)
          shop.stepped = await stepConnection(world, shop.connectionId)
        }
        await rest(world, clock, shops, 24)
        const shown = shownBy(shops).reduce((sum, each) => sum + each, 0)
        expect(shown).toBe(await world.available('bottle'))
      },
    ),
    { ...fromEnvironment(6), endOnFailure: true },
  )
  expect(held).toBeGreaterThan(10)
}, 600_000)
