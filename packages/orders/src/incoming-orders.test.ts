import { inTransaction, type Tx } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import {
  findBrokenBalances,
  findBrokenReservations,
  insertMovements,
  runStockCommands,
} from '@plimsoll/stock'
import { commandOf, createStockWorld, type StockWorld } from '@plimsoll/stock/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type AppliedOrder,
  decideOrders,
  type IncomingOrder,
  lockOrders,
  saveOrders,
} from './incoming-orders.ts'
import type { OrderFacts } from './order-facts.ts'
import { anyOrderHistory, mapTo } from './testing/order-histories.ts'
import { factsOf, lineOf } from './testing/order-states.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

type Shop = {
  world: StockWorld
  connectionId: string
  apply(incoming: readonly IncomingOrder[]): Promise<AppliedOrder[]>
}

test('I3: any states of an order, in any order, repeated or missed, end where the newest alone ends', async () => {
  await fc.assert(
    fc.asyncProperty(anyOrderHistory(), fc.integer({ min: 1, max: 4 }), async (history, perBatch) => {
      const shop = await openShop()
      const told: AppliedOrder[] = []
      for (let at = 0; at < history.arrivals.length; at += perBatch) {
        const batch = history.arrivals.slice(at, at + perBatch)
        told.push(...(await shop.apply(batch.map((facts) => incomingOf(shop, facts)))))
      }
      const other = await openShop()
      const alone = await other.apply([incomingOf(other, history.newest)])

      expect(await picture(shop)).toEqual(await picture(other))
      expect(subtractedBy(told)).toEqual(subtractedBy(alone))
    }),
    fromEnvironment(40),
  )
})

test('I1: after all of these histories, balances are the sums of movements and reservations match', async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
})

test('I3: an order seen for the first time by several processes at once is applied once', async () => {
  const shop = await openShop()
  const facts = factsOf({ lines: [lineOf({ current: 2 })] })
  const others: Promise<AppliedOrder[]>[] = []
  const first = await inTransaction(database, async (tx) => {
    const connection = { connectionId: shop.connectionId, defaultLocationId: shop.world.locationId('MAIN') }
    const applied = await applyOrders(tx, shop.world, connection, [incomingOf(shop, facts)])
    // The others read and decide while this one is not committed yet.
    for (let other = 0; other < 3; other += 1) others.push(shop.apply([incomingOf(shop, facts)]))
    await waitUntilLocked(3)
    await insertMovements(tx, shop.world.context, applied.movements)
    return applied.orders
  })
  const told = [first, ...(await Promise.all(others))].flat()
  expect(told.map((order) => order.verdict)).toEqual(['apply', 'repeated', 'repeated', 'repeated'])
  expect((await picture(shop)).balances).toEqual(['A 0 2'])
})

test('a line that was edited has been taken off its platform once, however often its order is told of after', async () => {
  const shop = await openShop()
  const told: AppliedOrder[] = []
  for (const [nth, state] of (['open', 'open', 'closed'] as const).entries()) {
    const units = nth === 0 ? 5 : 2
    const line = lineOf({ ordered: units, current: units, shipped: state === 'closed' ? units : 0 })
    told.push(...(await shop.apply([incomingOf(shop, factsOf({ version: nth + 1, state, lines: [line] }))])))
  }
  const moved = told.map(({ subtracted }) => subtracted.map(({ sold, givenBack }) => sold - givenBack))
  expect(moved).toEqual([[5], [-3], []])
})

test('several states of one order in one batch are applied in order', async () => {
  const shop = await openShop()
  const told = await shop.apply(
    [
      factsOf({ version: 1, lines: [lineOf({ current: 3 })] }),
      factsOf({ version: 3, lines: [lineOf({ current: 3, shipped: 3 })] }),
      factsOf({ version: 2, lines: [lineOf({ current: 3, shipped: 1 })] }),
      factsOf({ version: 3, lines: [lineOf({ current: 3, shipped: 3 })] }),
    ].map((facts) => incomingOf(shop, facts)),
  )
  expect(told.map((order) => [order.verdict, order.isNew])).toEqual([
    ['apply', true],
    ['apply', false],
    ['older', false],
    ['repeated', false],
  ])
  expect(new Set(told.map((order) => order.orderId)).size).toBe(1)
  expect((await picture(shop)).balances).toEqual(['A -3 0'])
})

test('a state without a version is not applied on its word, and is once it was read directly', async () => {
  const shop = await openShop()
  const cancelled = factsOf({ version: undefined, state: 'cancelled' })
  expect(await shop.apply([incomingOf(shop, factsOf())])).toMatchObject([{ verdict: 'apply' }])
  expect(await shop.apply([incomingOf(shop, cancelled)])).toMatchObject([{ verdict: 'fetch-again' }])
  expect((await picture(shop)).balances).toEqual(['A 0 1'])
  const read = { ...incomingOf(shop, cancelled), authoritative: true }
  expect(await shop.apply([read])).toMatchObject([{ verdict: 'apply' }])
  expect((await picture(shop)).balances).toEqual([])
})

test('an order with an unmapped line is applied again, at the same version, once the listing is mapped', async () => {
  const shop = await openShop()
  const unmapped = incomingOf(shop, factsOf({ lines: [lineOf({ current: 2, itemId: undefined })] }))
  const mapped = incomingOf(shop, factsOf({ lines: [lineOf({ current: 2, unitsPerListing: 6 })] }))
  unmapped.facts.lines = unmapped.facts.lines.map((line) => ({ ...line, itemId: undefined }))
  expect(await shop.apply([unmapped])).toMatchObject([
    { verdict: 'apply', unmapped: [{ externalId: 'line-1' }] },
  ])
  expect((await picture(shop)).balances).toEqual([])
  expect(await shop.apply([mapped])).toMatchObject([{ verdict: 'apply', unmapped: [], isNew: false }])
  expect(await shop.apply([mapped])).toMatchObject([{ verdict: 'repeated' }])
  expect((await picture(shop)).balances).toEqual(['A 0 12'])
})

test('I1: two connections and a client sell the same items at once: nothing is lost and nobody deadlocks', async () => {
  const first = await openShop()
  const second = await openShop(first.world)
  await runStockCommands(database, first.world.context, [
    commandOf('receive', 'A', 500),
    commandOf('receive', 'B', 500),
  ])
  const before = database.counters.deadlocks

  const sell = async (shop: Shop, reversed: boolean) => {
    for (let version = 1; version <= 12; version += 1) {
      // C has no balance yet when the first orders come: rows that are missing are met by all at once.
      const lines = ['A', 'B', 'C'].map((sku) =>
        lineOf({ externalId: sku, itemId: sku, current: 2, shipped: version > 6 ? 1 : 0 }),
      )
      const batch = Array.from({ length: 5 }, (_, index) =>
        factsOf({ externalId: `order-${index}`, version, lines: reversed ? lines.toReversed() : lines }),
      )
      await shop.apply((reversed ? batch.toReversed() : batch).map((facts) => incomingOf(shop, facts)))
    }
  }
  const reserve = async () => {
    for (let time = 0; time < 20; time += 1) {
      const skus = time % 2 === 0 ? ['A', 'B', 'C'] : ['C', 'B', 'A']
      await runStockCommands(
        database,
        first.world.context,
        skus.map((sku) => commandOf('adjust', sku, -1)),
      )
    }
  }
  await Promise.all([sell(first, false), sell(second, true), reserve(), reserve()])

  expect(database.counters.deadlocks - before).toBe(0)
  // Two connections, five orders each, two units a line of which one has left; forty adjustments of one.
  expect(await first.world.balance('A', 'MAIN')).toEqual({
    onHand: 500 - 10 - 40,
    reserved: 10,
    held: 0,
    incoming: 0,
  })
  expect(await first.world.balance('C', 'MAIN')).toEqual({
    onHand: 0 - 10 - 40,
    reserved: 10,
    held: 0,
    incoming: 0,
  })
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
})

/** As the hub does it: lock, decide, write; the movements last. */
async function applyOrders(
  tx: Tx,
  { context }: StockWorld,
  connection: { connectionId: string; defaultLocationId: string },
  incoming: readonly IncomingOrder[],
) {
  const externalIds = incoming.map((order) => order.facts.externalId)
  const known = await lockOrders(tx, context.organizationId, connection.connectionId, externalIds)
  const decided = decideOrders(context, connection, known, incoming)
  await saveOrders(tx, context, connection.connectionId, decided)
  return decided
}

async function openShop(beside?: StockWorld): Promise<Shop> {
  const world =
    beside ?? (await createStockWorld(database, { skus: ['A', 'B', 'C'], locationCodes: ['MAIN'] }))
  const connectionId = world.context.uuid()
  const connection = { connectionId, defaultLocationId: world.locationId('MAIN') }
  return {
    world,
    connectionId,
    apply: (incoming) =>
      inTransaction(database, async (tx) => {
        const applied = await applyOrders(tx, world, connection, incoming)
        await insertMovements(tx, world.context, applied.movements)
        return applied.orders
      }),
  }
}

/** As a webhook tells it; the histories' SKUs become this world's items. */
function incomingOf(shop: Shop, facts: OrderFacts): IncomingOrder {
  return {
    facts: mapTo(facts, (name) => shop.world.itemId(name === 'item-1' ? 'A' : name)),
    authoritative: false,
    seenBy: 'webhook',
    seenAt: shop.world.context.now(),
  }
}

/** What an order comes to: how it got there (ids, what was released on the way) is left out. */
async function picture({ world }: Shop) {
  const { organizationId } = world.context
  const told = async (statement: ReturnType<typeof sql<{ text: string }>>) =>
    (await statement.execute(database.kysely)).rows.map((row) => row.text)
  return {
    balances: await told(sql`
      select concat_ws(' ', sku, on_hand, reserved) as text from balance
      join item using (organization_id, item_id)
      where organization_id = ${organizationId} and (on_hand <> 0 or reserved <> 0) order by sku`),
    orders: await told(sql`
      select concat_ws(' ', external_id, state, version, content_hash) as text from sales_order
      where organization_id = ${organizationId} order by external_id`),
    // A line that an edit took out stays, with nothing on it.
    lines: await told(sql`
      select concat_ws(' ', external_id, current, shipped, returned, unsubtracted) as text from order_line
      where organization_id = ${organizationId} and (current > 0 or returned > 0) order by external_id`),
    reservations: await told(sql`
      select concat_ws(' ', sku, sum(reserved - released - shipped), sum(shipped), sum(returned)) as text
      from reservation join item using (organization_id, item_id)
      where organization_id = ${organizationId}
      group by sku having sum(reserved - released) > 0
      order by sku`),
  }
}

function subtractedBy(told: readonly AppliedOrder[]): [string, number][] {
  const units = new Map<string, number>()
  for (const entry of told.flatMap((order) => order.subtracted)) {
    units.set(entry.stockUnitId, (units.get(entry.stockUnitId) ?? 0) + entry.sold - entry.givenBack)
  }
  return [...units].filter(([, each]) => each !== 0).sort()
}

/** Until so many sessions of this database wait for a lock; asked again and again, each time by a statement of its own. */
async function waitUntilLocked(sessions: number): Promise<void> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const found = await sql`
      select distinct pid from pg_locks
      join pg_stat_activity using (pid)
      where not granted and datname = current_database()`.execute(database.kysely)
    if (found.rows.length >= sessions) return
  }
  throw new Error('nobody came to wait for a lock')
}
