// Holds that a channel places on its orders: told late, twice, out of order or not at all, beside those of people.
import { type ExternalOrder, ORDER_HOLDS, type WebhookEvent } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { endOrderHold } from '../cancelling/end-order-hold.ts'
import { isSyncProblem } from '../testing/is-sync-problem.ts'
import { type Brand, openBrand } from '../testing/sent-brand.ts'
import { holdOrder, unholdOrder } from './order-holds.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const open = async () => {
  const streams = [{ name: ORDER_HOLDS, everyMs: 5_000, visibilityLagMs: 0 }]
  const brand = await openBrand(database, 60, 'by-key', 3_600_000, { holds: true, streams })
  brand.platform.holdsOrders = true
  return brand
}

/** What holds each order, by the hub. */
async function heldOf({ world }: Brand): Promise<Map<string, string[]>> {
  const rows = await world.rows(sql<{ externalId: string; reason: string }>`
    select external_id, reason from order_hold join sales_order using (organization_id, order_id)
    where organization_id = ${world.context.organizationId} order by reason`)
  const held = Map.groupBy(rows, ({ externalId }) => externalId)
  return new Map([...held].map(([id, each]) => [id, each.map(({ reason }) => reason)]))
}

/** Units of each order that may be sent, by what the hub knows. */
async function mayGoOf({ world }: Brand): Promise<Map<string, number>> {
  const rows = await world.rows(sql<{ externalId: string; units: number }>`
    select sales_order.external_id, sum(greatest(0, current - greatest(0, channel_held - let_go)))::bigint as units
    from sales_order join order_line using (organization_id, order_id)
    where organization_id = ${world.context.organizationId} group by 1`)
  return new Map(rows.map(({ externalId, units }) => [externalId, units]))
}

/** Units of an order that its warehouse has, or has sent. */
const atWarehouse = ({ warehouse }: Brand, id: string) =>
  warehouse.shipments
    .filter(({ request, state }) => orderOf(request.number) === id && state !== 'cancelled')
    .reduce((sum, { request }) => sum + request.lines.reduce((all, line) => all + line.quantity, 0), 0)

const orderOf = (number: string) => number.replace(/^#(o-\d+)(-\d+)?$/, '$1')

/** Turns of both workers. What is asked of the warehouse in one of its turns was not held when that began. */
async function turn(brand: Brand, rounds: number, ms = 1_000): Promise<void> {
  const { stepped, warehouse, clock } = brand
  for (let round = 0; round < rounds; round += 1) {
    await stepped.shop.turn()
    const held = await heldOf(brand)
    const mayGo = await mayGoOf(brand)
    const before = warehouse.shipments.length
    await stepped.warehouse.turn()
    const asked = warehouse.shipments.slice(before).map(({ request }) => orderOf(request.number))
    expect(asked.filter((order) => held.get(order)?.some((reason) => reason !== 'channel'))).toEqual([])
    for (const order of asked)
      expect(atWarehouse(brand, order), `units of ${order} that are asked for`).toBeLessThanOrEqual(
        mayGo.get(order) ?? 0,
      )
    await clock.advance(ms)
  }
}

test('an order that its channel holds is not sent, whoever else holds it, until both have let go; a person cannot end the channel’s', async () => {
  const brand = await open()
  const { platform, warehouse, world, connectionId } = brand
  const { context } = world
  const { externalId: order = '' } = platform.sell('bottle', 2) ?? {}
  platform.hold(order, ['AWAITING_PAYMENT', 'HIGH_RISK_OF_FRAUD'], false)
  await turn(brand, 12)
  expect(await heldOf(brand)).toEqual(new Map([[order, ['channel']]]))
  await holdOrder(context, order, { reason: 'address', note: null, actor: 'ada' })
  await expect(endOrderHold(context, order, { reason: 'channel', actor: 'ada' })).rejects.toSatisfy(
    isSyncProblem('wrong-state'),
  )
  platform.hold(order, ['HIGH_RISK_OF_FRAUD'], true)
  await turn(brand, 10)
  const said = await world.rows(sql<{ channelHolds: unknown }>`
    select channel_holds from sales_order where organization_id = ${context.organizationId}`)
  expect(said).toEqual([{ channelHolds: [{ reason: 'other', code: 'HIGH_RISK_OF_FRAUD' }] }])
  // The one lets go, which its list of orders does not show; the other still holds it.
  platform.unlisted.add(order)
  platform.hold(order, [], false)
  await turn(brand, 14)
  expect(await heldOf(brand)).toEqual(new Map([[order, ['address']]]))
  expect(warehouse.shipments).toEqual([])
  await unholdOrder(context, order, { reason: 'address', actor: 'ada' })
  await turn(brand, 10)
  expect(warehouse.shipments.map(({ state }) => state)).toEqual(['received'])

  // A webhook that does not say what holds an order is enough to keep its units, and not to send it.
  const sold = platform.sell('bottle', 1)
  if (sold === undefined) throw new Error('there is enough')
  const { holds: _, ...unsaid } = platform.show(sold)
  platform.hold(sold.externalId, ['INCORRECT_ADDRESS'], false)
  platform.unlisted.add(sold.externalId)
  platform.sightings.length = 0
  await world.store(connectionId, [
    { kind: 'order', externalId: sold.externalId, version: sold.version, order: unsaid },
  ])
  // An answer that cannot be read proves nothing: it waits.
  platform.fault = (operation) => (operation === 'order' ? 'malformed' : undefined)
  await turn(brand, 6)
  expect(warehouse.shipments).toHaveLength(1)
  platform.fault = () => undefined
  await brand.clock.advance(60_000)
  await turn(brand, 10)
  expect(await heldOf(brand)).toEqual(new Map([[sold.externalId, ['channel']]]))
  expect(warehouse.shipments).toHaveLength(1)
}, 300_000)

test('of an order that its channel holds in part the rest is sent, once, and the held units when they are let go', async () => {
  const brand = await open()
  const { platform, warehouse, connectionId, world } = brand
  const { externalId: order = '' } = platform.sell('bottle', 5) ?? {}
  platform.hold(order, ['AWAITING_PAYMENT'], false, 2)
  await turn(brand, 12)
  expect(atWarehouse(brand, order)).toBe(3)
  expect(await heldOf(brand)).toEqual(new Map([[order, ['channel']]]))
  // A webhook that says nothing of holds changes nothing of them.
  const known = platform.orders.get(order)
  if (known === undefined) throw new Error('it was sold')
  const { holds: _, ...unsaid } = platform.show(known)
  const lines = unsaid.lines.map(({ held, ...line }) => line)
  await world.store(connectionId, [
    {
      kind: 'order',
      externalId: order,
      version: known.version + 1,
      order: { ...unsaid, version: known.version + 1, lines },
    },
  ])
  await turn(brand, 6)
  expect(atWarehouse(brand, order)).toBe(3)
  platform.hold(order, [], true)
  await turn(brand, 14)
  expect(atWarehouse(brand, order)).toBe(5)
  expect(warehouse.shipments).toHaveLength(2)
  expect(await heldOf(brand)).toEqual(new Map())
}, 300_000)

/** Open tasks, by kind. */
const tasksOf = async ({ world }: Brand) =>
  (
    await world.rows(sql<{ kind: string }>`
      select kind from task where organization_id = ${world.context.organizationId} and closed_at is null
      order by kind`)
  ).map(({ kind }) => kind)

test('what a warehouse has is stopped there when its channel holds the order, and sent again when it lets go', async () => {
  const brand = await open()
  const { platform, warehouse } = brand
  const { externalId: order = '' } = platform.sell('bottle', 2) ?? {}
  await turn(brand, 12)
  expect(atWarehouse(brand, order)).toBe(2)
  platform.hold(order, ['HIGH_RISK_OF_FRAUD'], true)
  await turn(brand, 12)
  expect(warehouse.shipments.map(({ state }) => state)).toEqual(['cancelled'])
  platform.hold(order, [], true)
  await turn(brand, 14)
  expect(warehouse.shipments.map(({ state }) => state)).toEqual(['cancelled', 'received'])
  expect(await tasksOf(brand)).toEqual([])
}, 300_000)

test('a warehouse that cannot be told to stop, or is too late, is a task for a person, until the channel lets go', async () => {
  const brand = await open()
  const { platform, warehouse } = brand
  const { externalId: order = '' } = platform.sell('bottle', 2) ?? {}
  await turn(brand, 12)
  warehouse.fault = (operation) => (operation === 'cancelShipment' ? 'refused' : undefined)
  platform.hold(order, ['HIGH_RISK_OF_FRAUD'], true)
  await turn(brand, 12)
  expect(await tasksOf(brand)).toEqual(['shipment-stuck'])
  platform.hold(order, [], true)
  await turn(brand, 12)
  expect(await tasksOf(brand)).toEqual([])
  // Held again it is asked again; by then its people have begun, and it leaves all the same.
  warehouse.fault = () => undefined
  for (const shipment of warehouse.shipments) warehouse.work(shipment)
  platform.hold(order, ['INCORRECT_ADDRESS'], true)
  await turn(brand, 12)
  for (const shipment of warehouse.shipments) warehouse.send(shipment)
  await turn(brand, 14)
  expect(await tasksOf(brand)).toEqual(['shipped-anyway'])
  expect(atWarehouse(brand, order)).toBe(2)
}, 300_000)

test('a buyer who wants to cancel is a task; sent all the same it goes once, and a wish for more units holds those anew', async () => {
  const brand = await open()
  const { platform, world } = brand
  const { context } = world
  const { externalId: order = '' } = platform.sell('bottle', 5) ?? {}
  platform.hold(order, ['buyer'], true, 2)
  await turn(brand, 12)
  expect(atWarehouse(brand, order)).toBe(3)
  expect(await tasksOf(brand)).toEqual(['cancel-asked'])
  await endOrderHold(context, order, { reason: 'channel', actor: 'ada' })
  await turn(brand, 12)
  expect(await tasksOf(brand)).toEqual([])
  expect(atWarehouse(brand, order)).toBe(5)
  await expect(endOrderHold(context, order, { reason: 'channel', actor: 'ada' })).rejects.toSatisfy(
    isSyncProblem('unknown-order-hold'),
  )
  // Told again, in a newer state, it stays answered; a hold for another reason does not.
  platform.hold(order, ['buyer'], true, 2)
  await turn(brand, 8)
  expect(await heldOf(brand)).toEqual(new Map())
  platform.hold(order, ['buyer'], true, 5)
  await turn(brand, 12)
  expect(await tasksOf(brand)).toEqual(['cancel-asked'])
  platform.hold(order, ['buyer', 'AWAITING_PAYMENT'], true, 5)
  await turn(brand, 12)
  await expect(endOrderHold(context, order, { reason: 'channel', actor: 'ada' })).rejects.toSatisfy(
    isSyncProblem('wrong-state'),
  )
  platform.hold(order, [], true)
  await turn(brand, 16)
  expect(await tasksOf(brand)).toEqual([])
  expect(atWarehouse(brand, order)).toBe(5)
}, 300_000)

type Happening =
  | { kind: 'sell'; units: number }
  | {
      kind: 'hold'
      nth: number
      codes: string[]
      movesVersion: boolean
      isTold: boolean
      units: number | undefined
    }
  | { kind: 'answer'; nth: number }
  | { kind: 'tell'; nth: number; says: boolean }
  | { kind: 'person'; nth: number; holds: boolean }
  | { kind: 'cancel' | 'work'; nth: number }
  | { kind: 'unheard'; how: 'lost' | 'dropped' | undefined }
  | { kind: 'go'; rounds: number }

const nth = fc.nat(7)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sell' as const), units: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('hold' as const),
      nth,
      codes: fc.subarray(['a', 'b', 'buyer', 'unpaid']),
      units: fc.option(fc.nat(4), { nil: undefined }),
      movesVersion: fc.boolean(),
      isTold: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('tell' as const), nth: fc.nat(99), says: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('person' as const), nth, holds: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('cancel' as const, 'work' as const), nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer' as const), nth }) },
  fc.record({ kind: fc.constant('unheard' as const), how: fc.constantFrom('lost', 'dropped', undefined) }),
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('go' as const), rounds: fc.integer({ min: 1, max: 4 }) }),
  },
)

test('I3: whatever states of held and released orders come late, twice, out of order or never, each ends as it stands there, and none is sent while a state we had read holds it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 8, maxLength: 22 }), async (happenings) => {
      const brand = await open()
      const { platform, warehouse, world, connectionId } = brand
      const orders: string[] = []
      const byPeople = new Set<string>()
      /** Its people had begun with something of it: that may not be stopped. */
      const worked = new Set<string>()
      /** Every state that a webhook may tell, at any time after. */
      const states: ExternalOrder[] = []
      const note = (id: string) => {
        const order = platform.orders.get(id)
        if (order !== undefined) states.push(platform.show(order))
      }
      for (const each of happenings) {
        const order = 'nth' in each ? orders[each.nth % Math.max(1, orders.length)] : undefined
        if (each.kind === 'sell') {
          const sold = platform.sell('bottle', each.units)
          if (sold !== undefined) orders.push(sold.externalId)
          note(sold?.externalId ?? '')
        }
        if (each.kind === 'hold' && order !== undefined) {
          platform.hold(order, each.codes, each.movesVersion, each.units)
          note(order)
          // As Shopify's webhooks of holds: they name the order, and the hub reads it.
          const hint: WebhookEvent = {
            kind: 'order',
            externalId: order,
            version: undefined,
            order: undefined,
          }
          if (each.isTold) await world.store(connectionId, [hint])
        }
        if (each.kind === 'tell') {
          const told = states[each.nth % Math.max(1, states.length)]
          if (told === undefined) continue
          const { holds, ...unsaid } = told
          const silent = { ...unsaid, lines: unsaid.lines.map(({ held, ...line }) => line) }
          const shown = each.says ? told : silent
          const { externalId, version } = told
          await world.store(connectionId, [{ kind: 'order', externalId, version, order: shown }])
        }
        if (each.kind === 'person' && order !== undefined) {
          const isKnown = await act(brand, order, each.holds)
          if (isKnown && each.holds) byPeople.add(order)
          if (isKnown && !each.holds) byPeople.delete(order)
        }
        if (each.kind === 'answer' && order !== undefined) await answer(brand, order)
        if (each.kind === 'cancel' && order !== undefined) platform.cancel(order)
        if (each.kind === 'work') {
          const shipment = warehouse.shipments[each.nth % Math.max(1, warehouse.shipments.length)]
          if (shipment !== undefined) {
            warehouse.work(shipment)
            worked.add(orderOf(shipment.request.number))
          }
        }
        // What becomes of asking the warehouse to stop.
        if (each.kind === 'unheard')
          warehouse.fault = (call) => (call === 'cancelShipment' ? each.how : undefined)
        if (each.kind === 'go') await turn(brand, each.rounds)
      }
      warehouse.fault = () => undefined
      await brand.clock.advance(60_000)
      await turn(brand, 24)
      const held = await heldOf(brand)
      for (const id of orders) {
        const order = platform.orders.get(id)
        const isOver = order?.state !== 'open'
        const [line] = order === undefined ? [] : platform.show(order).lines
        const ordered = order?.units ?? 0
        const isHeldThere = !isOver && (order?.holds ?? []).length > 0
        const heldThere = isHeldThere ? (line?.held ?? ordered) : 0
        const letGo = (await letGoOf(brand)).get(id) ?? 0
        expect(letGo, `${id} is let go for what a person answers alone`).toBeLessThanOrEqual(
          order?.holds?.every(({ code }) => code === 'buyer' || code === 'unpaid') === true ? heldThere : 0,
        )
        const reasons = held.get(id) ?? []
        expect(reasons.includes('channel'), `${id} is held by its channel`).toBe(heldThere > letGo)
        expect(reasons.includes('manual'), `${id} is held by a person`).toBe(byPeople.has(id))
        const units = atWarehouse(brand, id)
        expect(units, `${id} is sent once at the most`).toBeLessThanOrEqual(ordered)
        if (!isOver && reasons.every((reason) => reason === 'channel'))
          expect(units, `what may go of ${id} is sent`).toBeGreaterThanOrEqual(ordered - heldThere + letGo)
        if (!isOver && !worked.has(id))
          expect(units, `what is held of ${id} is not`).toBeLessThanOrEqual(ordered - heldThere + letGo)
      }
      expect(await findBrokenBalances(database.kysely)).toEqual([])
      expect(await findBrokenReservations(database.kysely)).toEqual([])
    }),
    { ...fromEnvironment(4), endOnFailure: true },
  )
}, 300_000)

/** @returns false where the hub refuses: it does not know the order, or it is over */
async function act({ world }: Brand, order: string, holds: boolean): Promise<boolean> {
  try {
    if (holds) await holdOrder(world.context, order, { reason: 'manual', note: null, actor: 'ada' })
    else await unholdOrder(world.context, order, { reason: 'manual', actor: 'ada' })
    return true
  } catch (error) {
    if (!isSyncProblem('wrong-state', 'unknown-order', 'unknown-order-hold')(error)) throw error
    return false
  }
}

/** Units that a person sends although their buyer asked to cancel, by order. */
async function letGoOf({ world }: Brand): Promise<Map<string, number>> {
  const rows = await world.rows(sql<{ externalId: string; units: number }>`
    select sales_order.external_id, sum(let_go)::bigint as units
    from sales_order join order_line using (organization_id, order_id)
    where organization_id = ${world.context.organizationId} group by 1`)
  return new Map(rows.map(({ externalId, units }) => [externalId, units]))
}

/** A person sends it all the same, where nothing else holds it. */
async function answer({ world }: Brand, order: string): Promise<void> {
  try {
    await endOrderHold(world.context, order, { reason: 'channel', actor: 'ada' })
  } catch (error) {
    if (!isSyncProblem('wrong-state', 'unknown-order', 'unknown-order-hold')(error)) throw error
  }
}
