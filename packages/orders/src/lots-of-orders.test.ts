// Orders on items that are tracked by lot: a platform says that units left, and not from which lot.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import {
  findBrokenBalances,
  findBrokenLots,
  findBrokenReservations,
  insertMovements,
  type Part,
  runStockCommands,
} from '@plimsoll/stock'
import { commandOf, createStockWorld, onReservation, type StockWorld } from '@plimsoll/stock/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decideOrders, type IncomingOrder, lockOrders, saveOrders } from './incoming-orders.ts'
import { lockLotsOfOrders } from './lots-of-orders.ts'
import type { OrderFacts } from './order-facts.ts'
import { anyOrderHistory, mapTo } from './testing/order-histories.ts'
import { factsOf, lineOf } from './testing/order-states.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  expect(database.counters.deadlocks).toBe(0)
  await database.drop()
})

test('units that a platform shipped leave the lots that expire first, and the movements say that this is assumed', async () => {
  const shop = await openShop([
    ['LATE', 5, '2026-09-01'],
    ['SOON', 3, '2026-06-01'],
    ['GONE', 9, '2026-04-01'],
  ])
  await shop.apply(order({ ordered: 4, shipped: 4 }))
  expect(await shop.lots()).toEqual(['GONE 9 0', 'LATE 4 0', 'SOON 0 0'])
  const assumed = await shop.rows(sql`
    select concat_ws(' ', kind, sum(on_hand_delta), reason) as text from movement
    where organization_id = ${shop.world.context.organizationId} and reference_kind = 'order' and kind = 'ship'
    group by kind, reason`)
  expect(assumed).toEqual(['ship -4 lot-assumed'])
})

test('what comes back of an order goes to the lots that it was assumed to have left from', async () => {
  const shop = await openShop([
    ['SOON', 3, '2026-06-01'],
    ['LATE', 5, '2026-09-01'],
  ])
  await shop.apply(order({ ordered: 4, shipped: 4 }))
  await shop.apply(order({ ordered: 4, shipped: 4, returned: 3, version: 2 }))
  expect(await shop.lots()).toEqual(['LATE 5 0', 'SOON 2 0'])
})

test('units beyond all usable lots have left too: they are missing from what has no lot', async () => {
  const shop = await openShop([['SOON', 3, '2026-06-01']])
  await shop.apply(order({ ordered: 5, shipped: 5 }))
  expect(await shop.lots()).toEqual(['- -2 0', 'SOON 0 0'])
})

test('a kit’s parts that are tracked by lot ship from lots, whatever its listing sells by then', async () => {
  const shop = await openShop([['SOON', 9, '2026-06-01']])
  const state = (shipped: number, sku: 'MUG' | 'MILK', parts?: Part[]): OrderFacts => {
    const sold = order({ ordered: 3, shipped, sku, tracking: 'plain', version: shipped + 1 })
    return { ...sold, lines: sold.lines.map((line) => ({ ...line, parts })) }
  }
  const six = [{ itemId: shop.world.itemId('MILK'), unitsEach: 2 }]
  await shop.apply(state(0, 'MUG', six))
  await shop.apply(state(1, 'MUG', six))
  expect(await shop.lots()).toEqual(['SOON 7 0'])
  await shop.apply(state(2, 'MUG'))
  expect(await shop.lots()).toEqual(['SOON 5 0'])
})

test('nothing is asked or locked where no line has shipped units of such an item', async () => {
  const shop = await openShop([['SOON', 3, '2026-06-01']])
  expect(await shop.lockedFor(order({ ordered: 2, shipped: 0 }))).toBe(false)
  expect(await shop.lockedFor(order({ ordered: 2, shipped: 1, sku: 'MUG', tracking: 'plain' }))).toBe(false)
  expect(await shop.lockedFor(order({ ordered: 2, shipped: 1 }))).toBe(true)
})

test('I1: any histories of orders on lots, from several shops at once, conserve every lot', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyOrderHistory(), { minLength: 1, maxLength: 3 }), async (histories) => {
      const first = await openShop([
        ['A', 6, '2026-06-01'],
        ['B', 4, '2026-07-01'],
      ])
      await Promise.all(
        histories.map(async (history) => {
          const shop = await openShop([], first.world)
          for (const facts of history.arrivals) await shop.apply(facts)
        }),
      )
      // Whatever left or came back, it is all of the lots and of what has none.
      const { onHand } = await first.world.balance('MILK', 'MAIN')
      const [out] = await first.rows(sql`
        select coalesce(sum(shipped - returned), 0)::text as text from reservation
        where organization_id = ${first.world.context.organizationId}`)
      expect(onHand).toBe(10 - Number(out))
      // A lot gives no more than it has while another has some left, so none is ever below zero.
      const below = (await first.lots()).filter((text) => / -\d+ /.test(text) && !text.startsWith('- '))
      expect(below).toEqual([])
    }),
    fromEnvironment(40),
  )
})

test('a shipment that is taken back finds its lot, though nothing is left of it; other empty lots are waited for by nobody', async () => {
  const shop = await openShop([
    ['A', 3, '2026-06-01'],
    ['GONE', 1, '2026-06-02'],
  ])
  const { context } = shop.world
  await runStockCommands(database, context, [commandOf('adjust', 'MILK', -1, { lot: 'GONE' })])
  await database.kysely.transaction().execute(async (tx) => {
    await sql`
      select from balance join lot using (organization_id, lot_id)
      where organization_id = ${context.organizationId} and code = 'GONE' for update of balance`.execute(tx)
    await shop.apply(order({ ordered: 3, shipped: 3 }))
    expect(await shop.lots()).toEqual(['A 0 0', 'GONE 0 0'])
    await shop.apply(order({ ordered: 3, shipped: 1, version: 2 }))
  })
  expect(await shop.lots()).toEqual(['A 2 2', 'GONE 0 0'])
})

test('I1: orders and people who empty and fill the same lots at once never wait in a circle', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyOrderHistory(), { minLength: 3, maxLength: 4 }), async (histories) => {
      const first = await openShop([['A', 2, '2026-06-01']])
      const { context } = first.world
      const people = ['B', 'C', 'A'].map(async (lot, nth) => {
        for (let round = 0; round < 4; round++) {
          const [received, reserved] = await runStockCommands(database, context, [
            commandOf('receive', 'MILK', nth + 1, { lot, force: true, reason: 'a test' }),
            commandOf('reserve', 'MILK', 2, { grant: 'partial' }),
          ])
          expect(received).toMatchObject({ kind: 'applied' })
          const id = reserved?.kind === 'applied' ? reserved.result.reservationId : null
          if (id !== null) await runStockCommands(database, context, [onReservation('ship', id, 1)])
        }
      })
      await Promise.all([
        ...people,
        ...histories.map(async (history) => {
          const shop = await openShop([], first.world)
          for (const facts of history.arrivals) await shop.apply(facts)
        }),
      ])
    }),
    fromEnvironment(10),
  )
  expect(database.counters.deadlocks).toBe(0)
  expect(await findBrokenBalances(database.kysely)).toEqual([])
}, 120_000)

type Shape = {
  ordered: number
  shipped: number
  returned?: number
  version?: number
  sku?: string
  tracking?: 'plain' | 'lot'
}
function order({
  ordered,
  shipped,
  returned = 0,
  version = 1,
  sku = 'MILK',
  tracking = 'lot',
}: Shape): OrderFacts {
  const line = { ...lineOf({ ordered, current: ordered, shipped, returned }), itemId: sku, tracking }
  return { ...factsOf({ lines: [line] }), version }
}

async function openShop(received: readonly [string, number, string][], beside?: StockWorld) {
  const world =
    beside ??
    (await createStockWorld(database, {
      skus: ['MILK', 'MUG'],
      locationCodes: ['MAIN'],
      tracking: { MILK: 'lot' },
    }))
  const force = { force: true, reason: 'a test' }
  await runStockCommands(
    database,
    world.context,
    received.map(([lot, units, expiresOn]) =>
      commandOf('receive', 'MILK', units, { lot, expiresOn, ...force }),
    ),
  )
  const connectionId = world.context.uuid()
  const connection = { connectionId, defaultLocationId: world.locationId('MAIN') }
  const toIncoming = (facts: OrderFacts): IncomingOrder => ({
    facts: tracked(mapTo(facts, (name) => world.itemId(name === 'MUG' ? 'MUG' : 'MILK'))),
    authoritative: false,
    seenBy: 'webhook',
    seenAt: world.context.now(),
  })
  const rows = async (statement: ReturnType<typeof sql>) =>
    ((await statement.execute(database.kysely)).rows as { text: string }[]).map((row) => row.text)
  return {
    world,
    rows,
    apply: (facts: OrderFacts) =>
      inTransaction(database, async (tx) => {
        const incoming = [toIncoming(facts)]
        const known = await lockOrders(tx, world.context.organizationId, connectionId, [facts.externalId])
        const lots = await lockLotsOfOrders(tx, world.context, connection, known, incoming)
        const decided = decideOrders(world.context, connection, { ...known, lots }, incoming)
        await saveOrders(tx, world.context, connectionId, decided)
        await insertMovements(tx, world.context, decided.movements)
      }),
    lockedFor: (facts: OrderFacts) =>
      inTransaction(database, async (tx) => {
        const incoming = [toIncoming(facts)]
        const known = await lockOrders(tx, world.context.organizationId, connectionId, [facts.externalId])
        return (await lockLotsOfOrders(tx, world.context, connection, known, incoming)) !== undefined
      }),
    lots: () =>
      rows(sql`
        select concat_ws(' ', coalesce(lot.code, '-'), on_hand, reserved) as text
        from balance left join lot using (organization_id, lot_id)
        where organization_id = ${world.context.organizationId} and (lot.code is not null or on_hand <> 0)
        order by 1`),
  }

  function tracked(facts: OrderFacts): OrderFacts {
    const milk = world.itemId('MILK')
    return {
      ...facts,
      lines: facts.lines.map((line) => ({ ...line, tracking: line.itemId === milk ? 'lot' : 'plain' })),
    }
  }
}
