// Orders of several channels that wait for the same items, on a real database, routed by several at once.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { type AllocationRule, compareRanked, type Ranked, rankOf } from '@plimsoll/orders'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { changeStock } from '../availability/stock-changes.ts'
import { CHANNELS, type Channel, openWaitingBrand, type Placed } from '../testing/waiting-brand.ts'
import { findQueue } from './waiting.store.ts'
import { explainWaits } from './why-waiting.ts'

// Many transactions, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const openBrand = (rule?: AllocationRule['kind'], priority?: readonly Channel[]) =>
  openWaitingBrand(database, rule, priority)
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
