// Planning as the engine does it: by any number of processes at once, with what channels hold and one task per location.
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { acceptSuggestions, changeReplenishmentSetting, wantSweep } from '@plimsoll/orders'
import { saveLocation } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toStockContext } from '../context.ts'
import { changeKit, changeStock, toDocumentStore } from '../index.ts'
import { createWorld, type World } from '../testing/world.ts'
import { keepReplenishment, toPlanningContext } from './keep-replenishment.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

/** A main warehouse and one place abroad, where each item is expected to sell four a day. */
async function openWorld(items: Record<string, { main: number; away: number }>) {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context } = world
  await inTransaction(database, async (tx) => {
    await saveLocation(tx, toStockContext(context), { code: 'AWAY', name: 'Away', kind: '3pl' })
    await sql`
      update location set country = case code when 'MAIN' then 'CN' else 'US' end
      where organization_id = ${context.organizationId}`.execute(tx)
  })
  for (const [sku, { main, away }] of Object.entries(items)) {
    await world.stock(sku, main)
    if (away > 0) await world.adjust(sku, away, 'AWAY')
  }
  await changeReplenishmentSetting(database, toPlanningContext(context), {
    target: { sku: null, locationCode: 'AWAY' },
    changes: { expectedPerDay: 4 },
    actor: 'test',
  })
  return { ...world, clock }
}

const tasks = (world: Pick<World, 'rows' | 'context'>) =>
  world.rows(sql<{ subject: string; detail: string }>`
    select subject, detail from task
    where organization_id = ${world.context.organizationId} and kind = 'runs-out' and closed_at is null
    order by subject`)
const plans = (world: Pick<World, 'rows' | 'context'>) =>
  world.rows(sql<{ sku: string; units: number; suggestionId: string; because: string | null }>`
    select item.sku, suggested_units as units, suggestion_id, figures ->> 'because' as because
    from replenishment
    join item using (organization_id, item_id)
    join location using (organization_id, location_id)
    where replenishment.organization_id = ${world.context.organizationId} and location.code = 'AWAY'
    order by item.sku`)

test('one task for a location, however many items run out there; it ends when all of it is on its way', async () => {
  const world = await openWorld({
    A: { main: 900, away: 10 },
    B: { main: 900, away: 0 },
    C: { main: 0, away: 900 },
  })
  await keepReplenishment(world.context)
  expect(await tasks(world)).toEqual([
    { subject: 'AWAY', detail: 'At AWAY, 2 items run out before they can be replenished; first B.' },
  ])
  const head = (key: string) => ({ key, actor: 'test' })
  const store = toDocumentStore(world.context)
  const planning = toPlanningContext(world.context)
  const [a, b] = await plans(world)
  await acceptSuggestions(store, planning, head('b'), [{ suggestionId: b?.suggestionId ?? '' }])
  await keepReplenishment(world.context)
  expect(await tasks(world)).toEqual([
    { subject: 'AWAY', detail: 'At AWAY, A runs out before it can be replenished.' },
  ])
  await acceptSuggestions(store, planning, head('a'), [{ suggestionId: a?.suggestionId ?? '' }])
  await keepReplenishment(world.context)
  expect(await tasks(world)).toEqual([])
})

test('units that channels may sell already are not suggested to be sent', async () => {
  const world = await openWorld({ A: { main: 300, away: 0 } })
  await sql`
    insert into level_grant (organization_id, level_id, item_id, location_id, units)
    select ${world.context.organizationId}, ${world.context.uuid()}, item_id, location_id, 260 from item, location
    where item.organization_id = ${world.context.organizationId}
      and location.organization_id = ${world.context.organizationId} and location.code = 'MAIN'`.execute(
    database.kysely,
  )
  await keepReplenishment(world.context)
  expect(await plans(world)).toMatchObject([{ sku: 'A', units: 40, because: 'held-for-channels' }])
})

test('several processes at once plan each item, and what one has planned the next does not plan again', async () => {
  const items = Object.fromEntries(
    Array.from({ length: 30 }, (_, nth) => [`I${nth}`, { main: 900, away: nth }]),
  )
  const world = await openWorld(items)
  await Promise.all(Array.from({ length: 4 }, () => keepReplenishment(world.context)))
  const first = await plans(world)
  expect(first).toHaveLength(30)
  await Promise.all(Array.from({ length: 4 }, () => keepReplenishment(world.context)))
  // A sweep that somebody wants finds the same, under the same ids.
  await inTransaction(database, (tx) => wantSweep(tx, world.context.organizationId))
  await Promise.all(Array.from({ length: 4 }, () => keepReplenishment(world.context)))
  expect(await plans(world)).toEqual(first)
})

test('what sells meanwhile is seen within minutes', async () => {
  const world = await openWorld({ A: { main: 900, away: 600 } })
  await keepReplenishment(world.context)
  expect(await plans(world)).toMatchObject([{ units: 0 }])
  await world.clock.advance(6 * 60_000)
  await world.adjust('A', -590, 'AWAY')
  await world.clock.advance(6 * 60_000)
  await keepReplenishment(world.context)
  const [plan] = await plans(world)
  expect(plan?.units).toBeGreaterThan(100)
})

test('a kit is demand of its parts; what a caller gave up is demand of nothing', async () => {
  const world = await openWorld({ A: { main: 900, away: 600 }, B: { main: 900, away: 0 } })
  const { context } = world
  const components = [
    { sku: 'A', quantity: 2 },
    { sku: 'B', quantity: 1 },
  ]
  await world.stock('SET', 0)
  const defined = { sku: 'SET', kind: 'virtual', components, actor: 'test', reason: null } as const
  expect(await changeKit(context, { ...defined, expectedVersion: undefined })).toMatchObject({
    kind: 'defined',
  })
  await keepReplenishment(context)
  await world.clock.advance(6 * 3_600_000)
  const head = () => ({ key: context.uuid(), actor: 'test', reason: null, effectiveAt: undefined })
  const reserve = async (quantity: number) => {
    const [outcome] = await changeStock(context, [
      { ...head(), kind: 'reserve', sku: 'SET', locationCode: 'MAIN', quantity },
    ])
    return outcome?.kind === 'applied' ? (outcome.result.reservationId ?? '') : ''
  }
  const kept = await reserve(3)
  const cart = await reserve(5)
  await changeStock(context, [
    { ...head(), kind: 'ship', reservationId: kept, quantity: 3 },
    { ...head(), kind: 'release', reservationId: cart, quantity: 5 },
  ])
  await world.clock.advance(26 * 3_600_000)
  await keepReplenishment(context)
  const demand = await world.rows(sql<{ sku: string; last: number }>`
    select sku, (history -> 'units' -> -1)::int as last
    from item_demand
    join item using (organization_id, item_id)
    join location using (organization_id, location_id)
    where item_demand.organization_id = ${context.organizationId} and code = 'MAIN'
    order by sku`)
  expect(demand).toEqual([
    { sku: 'A', last: 6 },
    { sku: 'B', last: 3 },
  ])
})
