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

const orderOf = (number: string) => number.replace(/^#(o-\d+)(-\d+)?$/, '$1')

/** Turns of both workers. What is asked of the warehouse in one of its turns was not held when that began. */
async function turn(brand: Brand, rounds: number, ms = 1_000): Promise<void> {
  const { stepped, warehouse, clock } = brand
  for (let round = 0; round < rounds; round += 1) {
    await stepped.shop.turn()
    const held = await heldOf(brand)
    const before = warehouse.shipments.length
    await stepped.warehouse.turn()
    const asked = warehouse.shipments.slice(before).map(({ request }) => orderOf(request.number))
    expect(asked.filter((order) => held.has(order))).toEqual([])
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

type Happening =
  | { kind: 'sell' }
  | { kind: 'hold'; nth: number; codes: string[]; movesVersion: boolean; isTold: boolean }
  | { kind: 'tell'; nth: number; says: boolean }
  | { kind: 'person'; nth: number; holds: boolean }
  | { kind: 'cancel' | 'work'; nth: number }
  | { kind: 'go'; rounds: number }

const nth = fc.nat(7)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'sell' as const }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('hold' as const),
      nth,
      codes: fc.subarray(['a', 'b']),
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
      /** Every state that a webhook may tell, at any time after. */
      const states: ExternalOrder[] = []
      const note = (id: string) => {
        const order = platform.orders.get(id)
        if (order !== undefined) states.push(platform.show(order))
      }
      for (const each of happenings) {
        const order = 'nth' in each ? orders[each.nth % Math.max(1, orders.length)] : undefined
        if (each.kind === 'sell') {
          const sold = platform.sell('bottle', 1)
          if (sold !== undefined) orders.push(sold.externalId)
          note(sold?.externalId ?? '')
        }
        if (each.kind === 'hold' && order !== undefined) {
          platform.hold(order, each.codes, each.movesVersion)
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
          const shown = each.says ? told : unsaid
          const { externalId, version } = told
          await world.store(connectionId, [{ kind: 'order', externalId, version, order: shown }])
        }
        if (each.kind === 'person' && order !== undefined) {
          const isKnown = await act(brand, order, each.holds)
          if (isKnown && each.holds) byPeople.add(order)
          if (isKnown && !each.holds) byPeople.delete(order)
        }
        if (each.kind === 'cancel' && order !== undefined) platform.cancel(order)
        if (each.kind === 'work') {
          const shipment = warehouse.shipments[each.nth % Math.max(1, warehouse.shipments.length)]
          if (shipment !== undefined) warehouse.work(shipment)
        }
        if (each.kind === 'go') await turn(brand, each.rounds)
      }
      await turn(brand, 24)
      const held = await heldOf(brand)
      for (const id of orders) {
        const order = platform.orders.get(id)
        const isOver = order?.state !== 'open'
        const isHeldThere = !isOver && (order?.holds ?? []).length > 0
        const reasons = held.get(id) ?? []
        expect(reasons.includes('channel'), `${id} is held by its channel`).toBe(isHeldThere)
        expect(reasons.includes('manual'), `${id} is held by a person`).toBe(byPeople.has(id))
        const live = warehouse.shipments.filter(
          ({ request, state }) => orderOf(request.number) === id && state !== 'cancelled',
        )
        const units = live.reduce(
          (sum, { request }) => sum + request.lines.reduce((all, line) => all + line.quantity, 0),
          0,
        )
        if (!isOver && reasons.length === 0) expect(units, `${id} is sent once`).toBe(1)
        else expect(units, `${id} is sent once at the most`).toBeLessThanOrEqual(1)
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
