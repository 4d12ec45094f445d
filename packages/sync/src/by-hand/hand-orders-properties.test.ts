// Whatever people do to orders that they made, in any order and at once, on a real database.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { shipParcel } from '../fulfilment/ship-parcel.ts'
import { mergeShipments, splitShipment } from '../fulfilment/split-shipments.ts'
import {
  type HandBrand,
  handOrder,
  openHandBrand,
  ordersOf,
  shipmentsOf,
  stockOf,
} from '../testing/hand-brand.ts'
import { cancelHandOrder, changeHandOrder } from './change-hand-order.ts'
import { createHandOrder } from './create-hand-order.ts'

// Many transactions, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function assertWhole(): Promise<void> {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
}

type Act =
  | { kind: 'make'; quantity: number; place: 'MAIN' | 'EAST' | null; backorder: boolean; sale: boolean }
  | { kind: 'change'; nth: number; quantity: number; backorder: boolean }
  | { kind: 'cancel' | 'ship'; nth: number; units: number }
  | { kind: 'split'; nth: number; units: number; place: 'MAIN' | 'EAST' | null }
  | { kind: 'merge'; nth: number; other: number }
  | { kind: 'adjust'; units: number; place: 'MAIN' | 'EAST' }
  | { kind: 'go' }

test('I11: whatever people do to orders by hand, at once too, no unit is promised for two shipments, and none leaves twice', async () => {
  const place = fc.constantFrom('MAIN' as const, 'EAST' as const)
  const act: fc.Arbitrary<Act> = fc.oneof(
    fc.record({
      kind: fc.constant('make' as const),
      quantity: fc.integer({ min: 1, max: 6 }),
      place: fc.option(place),
      backorder: fc.boolean(),
      sale: fc.boolean(),
    }),
    fc.record({
      kind: fc.constant('change' as const),
      nth: fc.nat(4),
      quantity: fc.integer({ min: 1, max: 8 }),
      backorder: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom('cancel' as const, 'ship' as const),
      nth: fc.nat(4),
      units: fc.integer({ min: 1, max: 4 }),
    }),
    fc.record({
      kind: fc.constant('split' as const),
      nth: fc.nat(4),
      units: fc.integer({ min: 1, max: 4 }),
      place: fc.option(place),
    }),
    fc.record({ kind: fc.constant('merge' as const), nth: fc.nat(4), other: fc.nat(4) }),
    fc.record({ kind: fc.constant('adjust' as const), units: fc.integer({ min: 1, max: 5 }), place }),
    fc.constant({ kind: 'go' as const }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      async (rounds) => {
        const brand = await openHandBrand(database, 6, 4)
        let came = 10
        for (const [round, acts] of rounds.entries()) {
          const known = await ordersOf(brand)
          const shipments = await shipmentsOf(brand)
          await Promise.all(
            acts.map((each, nth) =>
              refusedIsFine(doAct(brand, each, `${round}-${nth}`, { known, shipments })),
            ),
          )
          for (const each of acts) if (each.kind === 'adjust') came += each.units
          await assertCoveredEverywhere(brand)
        }
        await brand.go(3)
        await assertCoveredEverywhere(brand)
        const [left] = await brand.world.rows(sql<{ shipped: number }>`
        select coalesce(sum(shipped), 0)::bigint as shipped from order_line
        where organization_id = ${brand.context.organizationId}`)
        expect((await stockOf(brand))?.onHand).toBe(came - (left?.shipped ?? 0))
        await assertWhole()
      },
    ),
    { ...fromEnvironment(6), endOnFailure: true },
  )
})

/** What open shipments are to send from a place is there. A sale beyond what was there is a fact that may leave less. */
async function assertCoveredEverywhere({ world }: HandBrand): Promise<void> {
  const found = await world.rows(sql<{ code: string; open: number; onHand: number; beyond: number }>`
    select location.code, sum(units - shipped - given_up)::bigint as open,
      (select sum(on_hand)::bigint from balance where balance.organization_id = shipment.organization_id
        and balance.location_id = shipment.location_id) as on_hand,
      (select coalesce(sum(order_line.shipped), 0)::bigint from hand_order
        join order_line using (organization_id, order_id)
        where hand_order.organization_id = shipment.organization_id and hand_order.kind = 'point-of-sale'
          and hand_order.note = 'beyond' and hand_order.location_id = shipment.location_id) as beyond
    from shipment
    join shipment_line using (organization_id, shipment_id)
    join location using (organization_id, location_id)
    where organization_id = ${world.context.organizationId} and state not in ('shipped', 'cancelled', 'rejected')
    group by shipment.organization_id, shipment.location_id, location.code`)
  for (const { open, onHand, beyond } of found) expect(open).toBeLessThanOrEqual(onHand + beyond)
  const more = await world.rows(sql`
    select from order_line where organization_id = ${world.context.organizationId} and committed + shipped > current`)
  expect(more).toEqual([])
}

async function doAct(
  brand: HandBrand,
  act: Act,
  key: string,
  { known, shipments }: { known: { number: string }[]; shipments: { shipmentId: string; state: string }[] },
): Promise<unknown> {
  const { context } = brand
  switch (act.kind) {
    case 'make': {
      const { quantity, backorder, sale } = act
      const note = sale && backorder ? 'beyond' : undefined
      const location = sale ? (act.place ?? 'MAIN') : act.place
      return await createHandOrder(
        context,
        handOrder(key, quantity, { location, backorder, note, kind: sale ? 'point-of-sale' : 'manual' }),
      )
    }
    case 'change': {
      const number = known[act.nth]?.number
      if (number === undefined) return
      const [line] = await brand.world.rows(sql<{ lineId: string }>`
        select line_id from order_line join sales_order using (organization_id, order_id)
        where organization_id = ${context.organizationId} and number = ${number} order by order_line.external_id limit 1`)
      const lines = [{ lineId: line?.lineId ?? '', quantity: act.quantity }]
      return await changeHandOrder(context, number, {
        lines,
        backorder: act.backorder,
        actor: 'ada',
        version: undefined,
      })
    }
    case 'cancel': {
      const number = known[act.nth]?.number
      return number === undefined
        ? undefined
        : await cancelHandOrder(context, number, { version: undefined, note: null, actor: 'ada' })
    }
    case 'ship': {
      const open = shipments.filter(({ state }) => state === 'received' || state === 'working')[act.nth]
      if (open === undefined) return
      return await shipParcel(context, open.shipmentId, {
        key,
        carrier: null,
        trackingNumber: null,
        trackingUrl: null,
        lines: [{ sku: 'mug', units: act.units }],
        isLast: false,
        version: undefined,
        actor: 'packer',
      })
    }
    case 'split': {
      const open = shipments[act.nth]
      if (open === undefined) return
      const lines = [{ sku: 'mug', quantity: act.units }]
      const split = { lines, location: act.place ?? undefined, version: undefined, actor: 'ada' }
      return await splitShipment(context, open.shipmentId, split)
    }
    case 'merge': {
      const [into, other] = [shipments[act.nth], shipments[act.other]]
      if (into === undefined || other === undefined) return
      const merge = { other: other.shipmentId, version: undefined, actor: 'ada' }
      return await mergeShipments(context, into.shipmentId, merge)
    }
    case 'adjust':
      return await brand.world.adjust('mug', act.units, act.place)
    case 'go':
      return await brand.go(2)
    default: {
      const never: never = act
      return never
    }
  }
}

const FINE = [
  'beyond-free',
  'invalid-order',
  'wrong-state',
  'shipment-ended',
  'invalid-parcel',
  'invalid-split',
  'shipment-under-way',
  'unknown-shipment',
]
async function refusedIsFine(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!FINE.includes(code)) throw error
  }
}
