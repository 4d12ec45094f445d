// Places, stock and orders as the database keeps them, and the decision on them.
import { inTransaction, refreshStatistics } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { changeLocation, prepareBalances, runStockCommands, UNALLOCATED_LOT } from '@plimsoll/stock'
import { commandOf, createStockWorld } from '@plimsoll/stock/testing'
import { type KyselyPlugin, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideRoutes } from './decide-routes.ts'
import { findOrdersToTry, loadRoutingOrders } from './routing-orders.store.ts'
import { findFreeStock, findRoutingItems, loadRoutingPlaces } from './routing-places.store.ts'
import { findRoutingRules, listRoutingRules, saveRoutingRules } from './routing-rules.store.ts'
import { DEFAULT_ROUTING_RULES } from './routing-rules.ts'
import { tryRules } from './try-rules.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const newWorld = () => createStockWorld(database, { skus: ['MUG', 'BOX'], locationCodes: ['MAIN', 'EAST'] })
type World = Awaited<ReturnType<typeof newWorld>>

/** Orders of one line each, with their reservation at MAIN, as the intake writes them. */
async function insertOrders(
  { context, itemId, locationId }: World,
  orders: { sku: string; units: number; shipped?: number; placedAt?: string }[],
): Promise<string[]> {
  const { organizationId, uuid, now } = context
  const connectionId = uuid()
  const secretId = uuid()
  await sql`
    insert into secret (organization_id, secret_id, sealed, key_name, created_at)
    values (${organizationId}, ${secretId}, '', 'none', ${now()})`.execute(database.kysely)
  await sql`
    insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings, secret_id,
      default_location_id, orders_poll_ms, created_at)
    values (${organizationId}, ${connectionId}, 'shop', ${connectionId}, 'draft', '{}', '{}', ${secretId},
      ${locationId('MAIN')}, 60000, ${now()})`.execute(database.kysely)
  const ids: string[] = []
  for (const { sku, units, shipped = 0, placedAt = now().toISOString() } of orders) {
    const [orderId, lineId] = [uuid(), uuid()]
    ids.push(orderId)
    await sql`
      insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at,
        content_hash, test, seen_by, seen_at, applied_at, changed_at)
      values (${organizationId}, ${orderId}, ${connectionId}, ${orderId}, ${`#${ids.length}`}, 'open', ${placedAt}, '',
        false, 'poll', ${now()}, ${now()}, ${now()})`.execute(database.kysely)
    await sql`
      insert into order_line (organization_id, line_id, order_id, connection_id, external_id, item_id, title,
        units_per_listing, ordered, current, reserved, released, shipped, returned, unsubtracted)
      values (${organizationId}, ${lineId}, ${orderId}, ${connectionId}, '1', ${itemId(sku)}, '', 1, ${units}, ${units},
        ${units}, 0, ${shipped}, 0, 0)`.execute(database.kysely)
    await sql`
      insert into reservation (organization_id, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
        order_id, units_each, reserved, released, shipped, returned, created_at, updated_at)
      values (${organizationId}, ${uuid()}, ${itemId(sku)}, ${locationId('MAIN')},
        '00000000-0000-0000-0000-000000000000', 'recorded', 'order-line', ${lineId}, ${orderId}, 1, ${units}, 0,
        ${shipped}, 0, ${now()}, ${now()})`.execute(database.kysely)
  }
  return ids
}

test('rules have versions; the same again is none, and one made from an older version is refused', async () => {
  const { context } = await newWorld()
  const save = (version: number | undefined, parcelsMax: number) =>
    saveRoutingRules(database, context, {
      rules: [{ kind: 'split', parcelsMax }],
      version,
      actor: 'somebody',
    })
  const known = () => findRoutingRules(database.kysely, context.organizationId)
  expect(await known()).toMatchObject({ version: 0, rules: DEFAULT_ROUTING_RULES })
  expect(await save(0, 1)).toMatchObject({ version: 1 })
  expect(await save(0, 2)).toBeUndefined()
  expect(await save(1, 1)).toMatchObject({ version: 1 })
  const raced = await Promise.all([save(1, 2), save(1, 3)])
  expect(raced.filter((each) => each !== undefined)).toHaveLength(1)
  const history = await listRoutingRules(database.kysely, context.organizationId, { limit: 10 })
  expect(history.map(({ version, actor }) => [version, actor])).toEqual([
    [2, 'somebody'],
    [1, 'somebody'],
  ])
  await expect(
    sql`delete from routing_rules where organization_id = ${context.organizationId}`.execute(database.kysely),
  ).rejects.toThrow('permission denied')
})

test('an order takes what is reserved for it at its channel’s location, and nobody else does', async () => {
  const world = await newWorld()
  const { context, itemId, locationId } = world
  const { organizationId } = context
  await runStockCommands(database, context, [
    commandOf('receive', 'MUG', 5, { locationCode: 'MAIN' }),
    commandOf('reserve', 'MUG', 5, { locationCode: 'MAIN' }),
    commandOf('receive', 'MUG', 2, { locationCode: 'EAST' }),
  ])
  await changeLocation(database, context, { code: 'MAIN', changes: { routingPriority: 1 } })
  const ids = await insertOrders(world, [
    { sku: 'MUG', units: 3, placedAt: '2026-04-01T00:00:00Z' },
    { sku: 'MUG', units: 2, placedAt: '2026-04-02T00:00:00Z' },
  ])
  const orders = await loadRoutingOrders(database.kysely, organizationId, ids, 'open')
  expect(orders.map(({ number }) => number)).toEqual(['#1', '#2'])
  expect(orders[0]).toMatchObject({
    destination: undefined,
    lines: [{ itemId: itemId('MUG'), units: 3, unitsPerListing: 1 }],
    own: [{ itemId: itemId('MUG'), locationId: locationId('MAIN'), units: 3 }],
  })
  const places = await loadRoutingPlaces(
    database.kysely,
    organizationId,
    [itemId('MUG')],
    new Map([[locationId('EAST'), 7]]),
  )
  expect(
    places.map(({ code, assignedToday, stock }) => [code, assignedToday, stock.map(({ free }) => free)]),
  ).toEqual([
    ['EAST', 7, [2]],
    ['MAIN', 0, [0]],
  ])
  const items = await findRoutingItems(database.kysely, organizationId, [itemId('MUG')])
  const plans = decideRoutes({ places, items, rules: DEFAULT_ROUTING_RULES }, orders, context.now())
  expect(plans.map(({ parcels, waiting }) => [parcels.map((each) => each.locationId), waiting])).toEqual([
    [[locationId('MAIN')], []],
    [[locationId('MAIN')], []],
  ])
})

test('past orders are tried with all that was sent for them put back, and nothing is touched', async () => {
  const world = await newWorld()
  const { context, itemId } = world
  const { organizationId } = context
  await runStockCommands(database, context, [commandOf('receive', 'MUG', 4, { locationCode: 'EAST' })])
  await insertOrders(world, [
    { sku: 'MUG', units: 3, shipped: 3, placedAt: '2026-04-01T00:00:00Z' },
    { sku: 'MUG', units: 2, shipped: 2, placedAt: '2026-04-02T00:00:00Z' },
  ])
  const find = (since?: string) =>
    findOrdersToTry(database.kysely, organizationId, {
      since: since === undefined ? undefined : new Date(since),
      limit: 10,
    })
  expect(await find('2026-04-02T00:00:00Z')).toHaveLength(1)
  const orders = await loadRoutingOrders(database.kysely, organizationId, await find(), 'ordered')
  const places = await loadRoutingPlaces(database.kysely, organizationId, [itemId('MUG')])
  const trial = tryRules({ places }, orders, {
    present: [{ kind: 'channel', connections: ['shop'], locations: ['MAIN'] }],
    tried: [{ kind: 'channel', connections: ['shop'], locations: ['EAST'] }],
  })
  expect(trial).toMatchObject({
    orders: 2,
    withDestination: 0,
    present: { parcels: 2, byLocation: [{ code: 'MAIN', parcels: 2, units: 5 }], waitingUnits: 0 },
    tried: {
      parcels: 2,
      byLocation: [{ code: 'EAST', parcels: 2, units: 4 }],
      waitingUnits: 1,
      because: { 'excluded-by-rules': 1 },
    },
  })
  expect(trial.differences.map(({ order, present, tried }) => [order.number, present, tried])).toEqual([
    ['#1', ['MAIN'], ['EAST']],
    ['#2', ['MAIN'], ['EAST']],
  ])
})

test('free stock and orders are found by indexes, among 20,000 of both', async () => {
  const world = await newWorld()
  const { context, itemId, locationId } = world
  const { organizationId, now } = context
  const [orderId = ''] = await insertOrders(world, [{ sku: 'MUG', units: 1 }])
  await sql`
    insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at, content_hash,
      test, seen_by, seen_at, applied_at, changed_at)
    select ${organizationId}, gen_random_uuid(), ${context.uuid()}, n::text, n::text, 'open', ${now()}, '', false, 'poll',
      ${now()}, ${now()}, ${now()}
    from generate_series(1, 20000) as n`.execute(database.kysely)
  await sql`
    insert into order_line (organization_id, line_id, order_id, connection_id, external_id, item_id, title,
      units_per_listing, ordered, current, reserved, released, shipped, returned, unsubtracted)
    select organization_id, gen_random_uuid(), order_id, connection_id, '1', ${itemId('BOX')}, '', 1, 1, 1, 1, 0, 0, 0, 0
    from sales_order where organization_id = ${organizationId} and order_id <> ${orderId}`.execute(
    database.kysely,
  )
  await sql`
    insert into reservation (organization_id, reservation_id, item_id, location_id, lot_id, kind, owner_kind, owner_id,
      order_id, units_each, reserved, released, shipped, returned, created_at, updated_at)
    select organization_id, gen_random_uuid(), item_id, ${locationId('MAIN')}, ${UNALLOCATED_LOT}, 'recorded', 'order-line',
      line_id, order_id, 1, 1, 0, 0, 0, ${now()}, ${now()}
    from order_line where organization_id = ${organizationId} and order_id <> ${orderId}`.execute(
    database.kysely,
  )
  const others = Array.from({ length: 20_000 }, () => context.uuid())
  await inTransaction(database, (tx) =>
    prepareBalances(
      tx,
      context,
      others.map((other) => ({ itemId: other, locationId: locationId('MAIN'), lotId: UNALLOCATED_LOT })),
    ),
  )
  await refreshStatistics(database.kysely)
  const plans: string[] = []
  const explaining: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (node.kind !== 'RawNode') return node
      const [first = '', ...rest] = node.sqlFragments
      return { ...node, sqlFragments: [`explain ${first}`, ...rest] }
    },
    transformResult: async ({ result }) => {
      plans.push(result.rows.map((each) => Object.values(each).join()).join('\n'))
      return { ...result, rows: [] }
    },
  }
  const db = database.kysely.withPlugin(explaining)
  await findFreeStock(db, organizationId, [itemId('MUG')])
  await loadRoutingOrders(db, organizationId, [orderId], 'open')
  expect(plans.length).toBeGreaterThanOrEqual(4)
  for (const plan of plans)
    expect(plan).not.toMatch(/Seq Scan on (balance|sales_order|order_line|reservation)/)
})
