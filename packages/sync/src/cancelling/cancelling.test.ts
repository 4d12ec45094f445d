// Orders that are cancelled from here: answers are lost, processes die, and warehouses may be too late to stop.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isSyncProblem } from '../testing/is-sync-problem.ts'
import { type Brand, die, go, goOn, openBrand } from '../testing/sent-brand.ts'
import type { WarehouseFault } from '../testing/warehouse-call.ts'
import { askCancellation } from './ask-cancellation.ts'
import { endOrderHold } from './end-order-hold.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const whole = { lines: undefined, reason: 'out-of-stock' as const, note: null, actor: 'ada' }

async function lineIdOf({ world }: Brand, order: string): Promise<string> {
  const [line] = await world.rows(sql<{ lineId: string }>`
    select line_id from order_line join sales_order using (organization_id, order_id)
    where organization_id = ${world.context.organizationId} and sales_order.external_id = ${order}`)
  if (line === undefined) throw new Error('the hub has the order')
  return line.lineId
}

async function standingOf({ world }: Brand) {
  const { organizationId } = world.context
  const [holds, tasks, outcomes] = await Promise.all([
    world.rows(
      sql<{ reason: string }>`select reason from order_hold where organization_id = ${organizationId}`,
    ),
    world.rows(sql<{ kind: string }>`
      select kind from task where organization_id = ${organizationId} and closed_at is null order by kind`),
    world.rows(sql<{ outcome: string | null }>`
      select outcome from order_cancellation where organization_id = ${organizationId} order by asked_at`),
  ])
  return {
    holds: holds.map(({ reason }) => reason),
    tasks: tasks.map(({ kind }) => kind),
    outcomes: outcomes.map(({ outcome }) => outcome),
  }
}

test('some units: the shipment is stopped, the shop is told once of those, and what stays is sent', async () => {
  const brand = await openBrand(database, 10, 'by-key', 3_600_000, { cancel: 'lines' })
  const { platform, warehouse, world } = brand
  const order = platform.sell('bottle', 3)?.externalId ?? ''
  await go(brand, 8)
  const lines = [{ lineId: await lineIdOf(brand, order), quantity: 2 }]
  await askCancellation(world.context, order, { ...whole, lines })
  // Asked again while it is under way it is the same one.
  await askCancellation(world.context, order, { ...whole, lines })
  await go(brand, 20)
  expect([...platform.cancellations.values()]).toEqual([{ orderId: order, units: 2 }])
  expect(await standingOf(brand)).toEqual({ holds: [], tasks: [], outcomes: ['cancelled'] })
  for (const shipment of warehouse.shipments) warehouse.send(shipment)
  await go(brand, 20)
  expect(warehouse.left.map(({ units }) => units)).toEqual([1])
  expect(platform.orders.get(order)).toMatchObject({ state: 'closed', shipped: 1, cancelled: 2 })
  await expect(askCancellation(world.context, order, whole)).rejects.toSatisfy(isSyncProblem('wrong-state'))
}, 300_000)

test('what its shop refuses is a task, and the order stays held until a person says', async () => {
  const brand = await openBrand(database, 10, 'by-key', 3_600_000, { cancel: 'order' })
  const { platform, world } = brand
  platform.refusesCancelling = true
  const order = platform.sell('bottle', 2)?.externalId ?? ''
  await go(brand, 4)
  const lines = [{ lineId: await lineIdOf(brand, order), quantity: 1 }]
  await expect(askCancellation(world.context, order, { ...whole, lines })).rejects.toSatisfy(
    isSyncProblem('invalid-order'),
  )
  await askCancellation(world.context, order, whole)
  await go(brand, 14)
  expect(await standingOf(brand)).toEqual({
    holds: ['cancelling'],
    tasks: ['not-cancelled'],
    outcomes: ['refused'],
  })
  await endOrderHold(world.context, order, { reason: 'cancelling', actor: 'ada' })
  expect(await standingOf(brand)).toMatchObject({ holds: [], tasks: [] })
  // Asked for anew, and taken back before anybody was told.
  await askCancellation(world.context, order, whole)
  await endOrderHold(world.context, order, { reason: 'cancelling', actor: 'ada' })
  await go(brand, 10)
  expect(await standingOf(brand)).toEqual({ holds: [], tasks: [], outcomes: ['refused', 'taken-back'] })
  expect(platform.calls.filter((call) => call === 'cancel')).toHaveLength(1)
}, 300_000)

test('what its shop takes and never carries out is a task; asked again it is told again; taken back, the order is sent', async () => {
  const brand = await openBrand(database, 10, 'by-key', 36_000_000, { cancel: 'order' })
  const { platform, warehouse, world, clock } = brand
  platform.forgetsCancelling = true
  const order = platform.sell('bottle', 2)?.externalId ?? ''
  await go(brand, 4)
  await askCancellation(world.context, order, whole)
  await go(brand, 14)
  expect(await standingOf(brand)).toEqual({ holds: ['cancelling'], tasks: [], outcomes: [null] })
  // It may be at it still: sent now, the order could leave and be cancelled.
  const end = () => endOrderHold(world.context, order, { reason: 'cancelling', actor: 'ada' })
  await expect(end()).rejects.toSatisfy(isSyncProblem('wrong-state'))
  const wait = async () => {
    await clock.advance(16 * 60_000)
    await go(brand, 4)
  }
  await wait()
  expect(await standingOf(brand)).toMatchObject({ holds: ['cancelling'], tasks: ['not-cancelled'] })
  await askCancellation(world.context, order, whole)
  await go(brand, 8)
  expect(platform.calls.filter((call) => call === 'cancel')).toHaveLength(2)
  expect(await standingOf(brand)).toEqual({ holds: ['cancelling'], tasks: [], outcomes: [null] })
  await wait()
  expect(await standingOf(brand)).toMatchObject({ tasks: ['not-cancelled'] })
  await end()
  expect(await standingOf(brand)).toEqual({ holds: [], tasks: [], outcomes: ['taken-back'] })
  await go(brand, 12)
  expect(warehouse.shipments.filter(({ state }) => state === 'received')).toHaveLength(1)

  // Another is sent there all the same: it has left.
  const other = platform.sell('bottle', 1)?.externalId ?? ''
  await go(brand, 4)
  await askCancellation(world.context, other, whole)
  await go(brand, 8)
  platform.ship(other)
  await go(brand, 12)
  expect(await standingOf(brand)).toEqual({
    holds: [],
    tasks: ['not-cancelled'],
    outcomes: ['taken-back', 'left'],
  })
}, 300_000)

type Happening =
  | { kind: 'sell'; units: number }
  | { kind: 'cancel' | 'cancel-there' | 'work' | 'send'; nth: number; units: number }
  | { kind: 'go'; rounds: number }
  | { kind: 'die'; who: 'shop' | 'warehouse' }
  | { kind: 'late' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('sell' as const), units: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('cancel', 'cancel', 'cancel-there', 'work', 'send' as const),
      nth: fc.nat(4),
      units: fc.constantFrom(1, 2, 99),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('go' as const), rounds: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('die' as const),
      who: fc.constantFrom('shop' as const, 'warehouse' as const),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'late' as const }) },
)
const fault = fc.constantFrom<WarehouseFault | undefined>('lost', 'dropped', 'late', undefined, undefined)

test('I11: whatever answers are lost, whoever dies or cancels beside, what is cancelled from here is cancelled once and never leaves', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('order' as const, 'lines' as const),
      fc.array(happening, { minLength: 6, maxLength: 16 }),
      fc.array(fault, { minLength: 1, maxLength: 12 }),
      async (cancel, happenings, faults) => {
        const brand = await openBrand(database, 40, 'by-key', 5_000, { cancel })
        const { platform, warehouse, world, clock } = brand
        let nth = 0
        warehouse.fault = (call) => (call === 'counts' ? undefined : faults[nth++ % faults.length])
        platform.fault = (operation) =>
          operation === 'ship' || operation === 'cancel' ? faults[nth++ % faults.length] : undefined
        const orders: string[] = []
        const asked = new Map<string, number>()
        for (const each of happenings) {
          const order = 'nth' in each ? orders[each.nth % Math.max(1, orders.length)] : undefined
          const shipment =
            'nth' in each
              ? warehouse.shipments[each.nth % Math.max(1, warehouse.shipments.length)]
              : undefined
          if (each.kind === 'sell') orders.push(platform.sell('bottle', each.units)?.externalId ?? '')
          if (each.kind === 'cancel-there' && order !== undefined) platform.cancel(order)
          if (each.kind === 'cancel' && order !== undefined) {
            // What cannot be asked is refused at once, and nothing comes of it.
            // A shop that cancels only whole orders is asked for all of it.
            const units = cancel === 'lines' && each.units < 99 ? each.units : undefined
            const isAsked = await ask(brand, order, units)
            if (isAsked) asked.set(order, (asked.get(order) ?? 0) + (units ?? Number.POSITIVE_INFINITY))
          }
          if (each.kind === 'work' && shipment !== undefined) warehouse.work(shipment)
          if (each.kind === 'send' && shipment !== undefined) warehouse.send(shipment, each.units)
          if (each.kind === 'go') await goOn(brand, each.rounds)
          if (each.kind === 'die') await die(brand, each.who)
          if (each.kind === 'late') platform.landLate()
        }
        warehouse.fault = () => undefined
        platform.fault = () => undefined
        for (let round = 0; round < 5; round += 1) {
          await goOn(brand, 10, 3_500)
          warehouse.land()
          platform.landLate()
          for (const shipment of warehouse.shipments) warehouse.send(shipment)
        }
        await goOn(brand, 12, 30_000)
        await clock.advance(30 * 60_000)
        await goOn(brand, 10, 2_000)

        const byOrder = Map.groupBy(platform.cancellations.values(), ({ orderId }) => orderId)
        for (const externalId of orders) {
          const order = platform.orders.get(externalId)
          if (order === undefined) throw new Error('the shop keeps its orders')
          const left = warehouse.left
            .filter(({ number }) => number.replace(/^(#o-\d+)-\d+$/, '$1') === `#${externalId}`)
            .reduce((sum, { units }) => sum + units, 0)
          const told = (byOrder.get(externalId) ?? []).reduce((sum, { units }) => sum + units, 0)
          const about = `${externalId}: ${left} left and ${told} cancelled of ${order.units}`
          // Never told to cancel what has left or leaves; never more than was asked.
          expect(told + left, about).toBeLessThanOrEqual(order.units)
          expect(told, about).toBeLessThanOrEqual(Math.min(order.units, asked.get(externalId) ?? 0))
          if (order.state === 'cancelled') continue
          expect([left + (order.cancelled ?? 0), order.state], about).toEqual([order.units, 'closed'])
        }
        const { holds, outcomes } = await standingOf(brand)
        expect(holds).toEqual([])
        expect(outcomes).not.toContain(null)
        const open = await world.rows(sql`
          select state from shipment where organization_id = ${world.context.organizationId}
            and state not in ('shipped', 'cancelled', 'rejected')`)
        expect(open).toEqual([])
      },
    ),
    { ...fromEnvironment(2), endOnFailure: true },
  )
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}, 300_000)

/** @returns whether it was taken */
async function ask(brand: Brand, order: string, units: number | undefined): Promise<boolean> {
  const { context } = brand.world
  try {
    const lines =
      units === undefined ? undefined : [{ lineId: await lineIdOf(brand, order), quantity: units }]
    await askCancellation(context, order, { ...whole, lines })
    return true
  } catch (error) {
    // The hub may not have heard of it yet.
    const isUnheard = error instanceof Error && error.message === 'the hub has the order'
    if (!isUnheard && !isSyncProblem('wrong-state', 'invalid-order', 'unknown-order')(error)) throw error
    return false
  }
}
