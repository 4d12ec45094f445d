// Orders of several channels that wait for the same items, on a real database, routed by several at once.
import { saveSecret } from '@plimsoll/accounts'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import {
  createTestDatabase,
  fromEnvironment,
  startChild,
  type TestDatabase,
} from '@plimsoll/database/testing'
import {
  type AllocationRule,
  compareRanked,
  decideOrders,
  type LineFacts,
  lockOrders,
  type Ranked,
  rankOf,
  saveOrders,
  takeOrderInHand,
} from '@plimsoll/orders'
import {
  findBrokenBalances,
  findBrokenReservations,
  findLocations,
  insertMovements,
  saveLocation,
} from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeStock } from '../availability/stock-changes.ts'
import { insertConnection, saveShipsOrdersFrom } from '../connections/connections.store.ts'
import { toStockContext } from '../context.ts'
import { findOrdersToRoute, noteOrdersToRoute } from '../fulfilment/route-orders.store.ts'
import { bringInStep, routeOrder } from '../fulfilment/route-orders.ts'
import { createWorld } from '../testing/world.ts'
import { allocateFreed } from './allocate-freed.ts'
import { changeAllocation } from './allocation-rules.ts'
import { loadAll } from './load-ahead.ts'
import { findItemsOfOrder, findQueue, lockItemsToAllot } from './waiting.store.ts'
import { explainWaits } from './why-waiting.ts'

// Many transactions, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const CHANNELS = ['shop', 'web', 'market'] as const
type Channel = (typeof CHANNELS)[number]
type Placed = { channel: Channel; lines: { sku: 'mug' | 'box'; units: number }[]; shipBy: number | null }

/** A brand with nothing in stock and three channels, whose orders all reserve at MAIN. */
async function openBrand(rule: AllocationRule['kind'] = 'first-come', priority: readonly Channel[] = []) {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  const { context } = world
  const { organizationId } = context
  const itemIds = { mug: await world.stock('mug', 0), box: await world.stock('box', 0) }
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(context), { code: 'EAST', name: 'East', kind: 'warehouse' }),
  )
  const main = (await findLocations(database.kysely, organizationId)).find(({ code }) => code === 'MAIN')
  const at = new Date(clock.now())
  const ids = new Map<Channel, string>()
  for (const name of CHANNELS) {
    const [connectionId, secretId] = [context.uuid(), context.uuid()]
    ids.set(name, connectionId)
    await inTransaction(database, async (tx) => {
      await saveSecret(tx, context.masterKey, { organizationId, secretId, value: {}, at })
      const none = { settings: {}, accountId: null, account: null, ordersPollMs: 1_000 }
      const connection = {
        connectionId,
        connector: name,
        name,
        secretId,
        defaultLocationId: main?.locationId ?? '',
        ...none,
      }
      await insertConnection(tx, organizationId, connection, at)
      await saveShipsOrdersFrom(tx, organizationId, connectionId, new Date(0))
    })
  }
  await changeAllocation(context, { kind: rule, channels: priority, actor: 'ada' })

  /** Takes an order of a channel in, as its worker would. */
  const place = async (number: string, { channel, lines, shipBy }: Placed): Promise<string> =>
    await inTransaction(database, async (tx) => {
      const connectionId = ids.get(channel) ?? ''
      const known = await lockOrders(tx, organizationId, connectionId, [number])
      const line = (sku: 'mug' | 'box', units: number): LineFacts => ({
        externalId: sku,
        listingExternalId: sku,
        stockUnitId: undefined,
        sku,
        title: sku,
        itemId: itemIds[sku],
        unitsPerListing: 1,
        ordered: units,
        current: units,
        shipped: 0,
        returned: 0,
        subtracted: 'yes',
      })
      const placedAt = new Date(clock.now())
      const facts = {
        externalId: number,
        number,
        state: 'open' as const,
        placedAt,
        version: 1,
        currency: undefined,
        test: false,
        externalLocationId: undefined,
        ...(shipBy !== null && { shipBy: new Date(shipBy) }),
        lines: lines.map(({ sku, units }) => line(sku, units)),
      }
      const stock = toStockContext(context)
      const connection = { connectionId, defaultLocationId: main?.locationId ?? '' }
      const decided = decideOrders(stock, connection, known, [
        { facts, authoritative: true, seenBy: 'poll', seenAt: placedAt },
      ])
      await saveOrders(tx, stock, connectionId, decided)
      const orderId = decided.orders[0]?.orderId ?? ''
      await noteOrdersToRoute(tx, organizationId, connectionId, [orderId], placedAt)
      await insertMovements(tx, stock, decided.movements)
      return orderId
    })

  /** What the workers of all channels do at this moment, each in its own order, all at once. */
  const work = async (): Promise<number> => {
    await Promise.all([allocateFreed(context), allocateFreed(context)])
    const now = new Date(clock.now())
    const due = await Promise.all(
      [...ids.values()].map((connectionId) =>
        findOrdersToRoute(database.kysely, organizationId, connectionId, { now, limit: 100 }),
      ),
    )
    const orders = due.flat().map(({ orderId }) => orderId)
    await Promise.all(orders.reverse().map((orderId) => routeOrder(context, orderId)))
    return orders.length
  }
  /** Until nothing is due: the time that passes is less than any look by the clock alone. */
  const settle = async () => {
    for (let round = 0; round < 12; round += 1) {
      const done = await work()
      await clock.advance(500)
      if (done === 0 && round > 1) return
    }
  }
  return { clock, world, context, ids, itemIds, place, work, settle }
}
type Brand = Awaited<ReturnType<typeof openBrand>>

type Held = { number: string; sku: 'mug' | 'box'; committed: number; current: number }
const heldBy = ({ world }: Brand) =>
  world.rows(sql<Held>`
    select number, sku, committed, current from order_line join sales_order using (organization_id, order_id)
    where organization_id = ${world.context.organizationId} order by number, sku`)

test('what comes in goes to whoever is first in line, and it wakes them', async () => {
  const brand = await openBrand()
  const { place, settle, world, clock, context } = brand
  const ids: string[] = []
  for (const [number, units] of [
    ['1', 4],
    ['2', 3],
    ['3', 2],
  ] as const) {
    ids.push(await place(number, { channel: 'shop', lines: [{ sku: 'mug', units }], shipBy: null }))
    await clock.advance(1_000)
  }
  await settle()
  await world.adjust('mug', 5, 'EAST')
  await settle()
  expect((await heldBy(brand)).map(({ committed }) => committed)).toEqual([4, 1, 0])
  expect(await explainWaits(context, ids[0] ?? '')).toEqual([])
  expect(await explainWaits(context, ids[2] ?? '')).toMatchObject([
    { sku: 'mug', units: 2, place: 2, waiting: 2, until: null, expected: null },
  ])
  // Who comes later gets nothing before those who wait.
  await place('4', { channel: 'web', lines: [{ sku: 'mug', units: 1 }], shipBy: null })
  await world.adjust('mug', 2)
  await settle()
  expect((await heldBy(brand)).map(({ committed }) => committed)).toEqual([4, 3, 0, 0])
})

const placed: fc.Arbitrary<Placed> = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  lines: fc
    .constantFrom(['mug'], ['box'], ['mug', 'box'])
    .chain((skus) =>
      fc.tuple(
        ...skus.map((sku) =>
          fc.integer({ min: 1, max: 5 }).map((units) => ({ sku: sku as 'mug' | 'box', units })),
        ),
      ),
    ),
  shipBy: fc.option(fc.integer({ min: 1, max: 9 }).map((day) => day * 86_400_000 + 4_000_000_000_000)),
})
const arrival = fc.record({
  sku: fc.constantFrom('mug' as const, 'box' as const),
  units: fc.integer({ min: 1, max: 6 }),
  place: fc.constantFrom('MAIN', 'EAST'),
})
const ruleKind = fc.constantFrom<AllocationRule['kind']>('first-come', 'channel-priority', 'promise-date')

test('I11: who is first by the rule gets first what comes, to the unit, whoever routes and in whatever order', async () => {
  const step = fc.oneof(placed, arrival)
  await fc.assert(
    fc.asyncProperty(ruleKind, fc.array(step, { minLength: 2, maxLength: 9 }), async (kind, steps) => {
      const priority = kind === 'channel-priority' ? (['web', 'market'] as const) : []
      const brand = await openBrand(kind, priority)
      const { ids, clock } = brand
      const connectionIds = priority.map((name) => ids.get(name) ?? '')
      const rule: AllocationRule = kind === 'channel-priority' ? { kind, connectionIds } : { kind }
      // The model: what is free goes to the first in line, and what somebody has they keep.
      const line: (Ranked & { number: string; needs: Map<string, number>; got: Map<string, number> })[] = []
      const free = new Map<string, number>()
      for (const [nth, each] of steps.entries()) {
        if ('channel' in each) {
          const number = String(nth)
          const placedAt = new Date(clock.now())
          const orderId = await brand.place(number, each)
          const shipBy = each.shipBy === null ? null : new Date(each.shipBy)
          const needs = new Map(each.lines.map(({ sku, units }) => [sku as string, units]))
          line.push({
            orderId,
            connectionId: ids.get(each.channel) ?? '',
            placedAt,
            shipBy,
            number,
            needs,
            got: new Map(),
          })
        } else {
          await brand.world.adjust(each.sku, each.units, each.place)
          free.set(each.sku, (free.get(each.sku) ?? 0) + each.units)
        }
        await brand.settle()
        for (const waiting of [...line].sort((a, b) => compareRanked(rule, a, b)))
          for (const [sku, units] of waiting.needs) {
            const more = Math.min(free.get(sku) ?? 0, units - (waiting.got.get(sku) ?? 0))
            waiting.got.set(sku, (waiting.got.get(sku) ?? 0) + more)
            free.set(sku, (free.get(sku) ?? 0) - more)
          }
        const got = (await heldBy(brand)).map(({ number, sku, committed }) => `${number} ${sku} ${committed}`)
        const due = line.flatMap(({ number, got: of }) =>
          [...of].map(([sku, units]) => `${number} ${sku} ${units}`),
        )
        expect(got).toEqual(due.sort())
      }
    }),
    { ...fromEnvironment(5), endOnFailure: true },
  )
})

test('I5: with orders, arrivals, reservations and routers all at once no unit is given twice, and in the end none lies idle', async () => {
  const reserve = fc.record({
    reserve: fc.integer({ min: 1, max: 4 }),
    sku: fc.constantFrom('mug' as const, 'box' as const),
    place: fc.constantFrom('MAIN', 'EAST'),
  })
  const act = fc.oneof(placed, arrival, reserve)
  await fc.assert(
    fc.asyncProperty(
      ruleKind,
      fc.array(fc.array(act, { minLength: 1, maxLength: 5 }), { maxLength: 5 }),
      async (kind, rounds) => {
        const brand = await openBrand(kind, kind === 'channel-priority' ? ['market'] : [])
        const { context, world } = brand
        for (const [round, acts] of rounds.entries()) {
          await Promise.all([
            ...acts.map(async (each, nth) => {
              const key = `${round}-${nth}`
              if ('channel' in each) await brand.place(key, each)
              else if ('reserve' in each) {
                const { sku, place: locationCode, reserve: quantity } = each
                await changeStock(context, [
                  {
                    kind: 'reserve',
                    key,
                    actor: 'till',
                    reason: null,
                    effectiveAt: undefined,
                    sku,
                    locationCode,
                    quantity,
                    expiresAt: undefined,
                  },
                ])
              } else await world.adjust(each.sku, each.units, each.place)
            }),
            brand.work(),
            brand.work(),
          ])
          await assertNoneTwice(brand)
        }
        await brand.settle()
        await assertNoneTwice(brand)
        const idle = await world.rows(sql<{ sku: string; waiting: number; free: number }>`
        select item.sku,
          (select coalesce(sum(current - shipped - committed), 0)::bigint from order_line
            where order_line.organization_id = item.organization_id and order_line.item_id = item.item_id) as waiting,
          (select coalesce(sum(on_hand), 0)::bigint from balance
            where balance.organization_id = item.organization_id and balance.item_id = item.item_id)
          - (select coalesce(sum(units), 0)::bigint from shipment_line
            where shipment_line.organization_id = item.organization_id and shipment_line.item_id = item.item_id)
          - (select coalesce(sum(reserved - released - shipped), 0)::bigint from reservation
            where reservation.organization_id = item.organization_id and reservation.item_id = item.item_id
              and kind = 'strict') as free
        from item where organization_id = ${context.organizationId}`)
        for (const { waiting, free } of idle) expect(Math.min(waiting, free)).toBe(0)
        expect(await findBrokenBalances(database.kysely)).toEqual([])
        expect(await findBrokenReservations(database.kysely)).toEqual([])
      },
    ),
    { ...fromEnvironment(5), endOnFailure: true },
  )
})

/** What shipments and callers of the API have at a place is there. */
async function assertNoneTwice({ world }: Brand): Promise<void> {
  const found = await world.rows(sql<{ code: string; onHand: number; given: number }>`
    select location.code, sum(on_hand)::bigint as on_hand,
      (select coalesce(sum(units - shipped - given_up), 0) from shipment_line
        join shipment using (organization_id, shipment_id)
        where shipment.organization_id = balance.organization_id and shipment.location_id = balance.location_id
          and shipment_line.item_id = balance.item_id and state not in ('shipped', 'cancelled', 'rejected'))::bigint
      + (select coalesce(sum(reserved - released - shipped), 0) from reservation
        where reservation.organization_id = balance.organization_id and reservation.location_id = balance.location_id
          and reservation.item_id = balance.item_id and kind = 'strict')::bigint as given
    from balance join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId}
    group by balance.organization_id, balance.location_id, balance.item_id, location.code`)
  for (const { onHand, given } of found) expect(given).toBeLessThanOrEqual(onHand)
  const beyond = await world.rows(sql`
    select from order_line where organization_id = ${world.context.organizationId} and committed + shipped > current`)
  expect(beyond).toEqual([])
}

test('the database puts orders in the same line as the rule does', async () => {
  const brand = await openBrand()
  const { clock, place, context, ids, itemIds } = brand
  for (let nth = 0; nth < 9; nth += 1) {
    const channel = CHANNELS[nth % 3] ?? 'shop'
    const shipBy = nth % 2 === 0 ? null : 4_000_000_000_000 - (nth % 4) * 1_000
    await place(String(nth), { channel, lines: [{ sku: 'mug', units: 1 }], shipBy })
    if (nth % 3 === 2) await clock.advance(7)
  }
  const at = new Date(clock.now())
  const [web = '', market = ''] = [ids.get('web'), ids.get('market')]
  const all: AllocationRule[] = [
    { kind: 'first-come' },
    { kind: 'promise-date' },
    { kind: 'channel-priority', connectionIds: [market, web] },
    { kind: 'channel-priority', connectionIds: [] },
  ]
  for (const rule of all) {
    const find = (before: Ranked | undefined) =>
      findQueue(database.kysely, context.organizationId, [itemIds.mug], {
        rule,
        rank: before === undefined ? undefined : rankOf(rule, before),
        before,
        at,
      })
    const queue = await find(undefined)
    expect(queue).toHaveLength(9)
    expect(queue).toEqual([...queue].sort((a, b) => compareRanked(rule, a, b)))
    for (const [nth, order] of queue.entries())
      expect((await find(order)).map(({ orderId }) => orderId)).toEqual(
        queue.slice(0, nth).map(({ orderId }) => orderId),
      )
  }
})

test('two processes: whoever routes waits for whoever gives units of the same item, and sees what is left', async () => {
  const { context, place, world, clock, itemIds, ids } = await openBrand()
  const { organizationId } = context
  const first = await place('1', { channel: 'shop', lines: [{ sku: 'mug', units: 2 }], shipBy: null })
  await clock.advance(1_000)
  const second = await place('2', { channel: 'web', lines: [{ sku: 'mug', units: 2 }], shipBy: null })
  await world.adjust('mug', 2)
  const script = new URL('../testing/order-router.ts', import.meta.url)
  const waits = async () =>
    (
      await world.rows(sql<{ waiting: number }>`
        select count(*)::int as waiting from pg_locks
        where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`)
    )[0]?.waiting
  let answered: string | undefined
  const other = startChild(script, [database.url, organizationId, second, String(clock.now())])
  expect(await other.line()).toBe('ready')
  void other.line().then((outcome) => {
    answered = outcome
  })
  await inTransaction(database, async (tx) => {
    await lockItemsToAllot(tx, organizationId, await findItemsOfOrder(tx, organizationId, first))
    other.write('go')
    // Nothing is written yet: no row keeps the other back.
    await expect.poll(async () => answered ?? (await waits()), { timeout: 10_000 }).toBe(1)
    const hand = await takeOrderInHand(tx, organizationId, first)
    if (hand === undefined) throw new Error('it was placed')
    expect(await bringInStep(context, tx, hand)).toBe('routed')
  })
  await other.ended
  expect(answered).toBe('waits')
  // One that wants something else waits for nobody.
  const third = await place('3', { channel: 'shop', lines: [{ sku: 'box', units: 1 }], shipBy: null })
  await inTransaction(database, async (tx) => {
    await lockItemsToAllot(tx, organizationId, [itemIds.mug])
    expect(await routeOrder(context, third)).toBe('waits')
  })
  expect(ids.size).toBe(CHANNELS.length)
})

test('all that compete are found, from item to item, and nobody else', async () => {
  const { context, place, itemIds, world, clock } = await openBrand()
  const lines = (...skus: string[]) => skus.map((sku) => ({ sku: sku as 'mug', units: 1 }))
  const all = itemIds as Record<string, string>
  for (const sku of ['tin', 'jar', 'far']) all[sku] = await world.stock(sku, 0)
  for (const [number, skus] of Object.entries({
    a: ['mug', 'box'],
    b: ['box', 'tin'],
    c: ['tin', 'jar'],
    d: ['far'],
  }))
    await place(number, { channel: 'shop', lines: lines(...skus), shipBy: null })
  const at = new Date(clock.now())
  const queue = await loadAll(database.kysely, context.organizationId, {
    itemIds: [itemIds.mug],
    rule: { kind: 'first-come' },
    at,
  })
  expect(queue.orders.map(({ number }) => number).sort()).toEqual(['a', 'b', 'c'])
  expect(queue.itemIds).toEqual(['mug', 'box', 'tin', 'jar'].map((sku) => all[sku]).sort())
})
