// A count of our own place while a kit is half gone: the production workers on a manual clock.
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeKit } from '../availability/kit-changes.ts'
import { changeStock } from '../availability/stock-changes.ts'
import { shipParcel } from '../fulfilment/ship-parcel.ts'
import { changeShipsOrders } from '../fulfilment/ships-orders.ts'
import { stepConnection } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

const LYING = 20
const EACH = { cup: 1, saucer: 2 } as const
type Part = keyof typeof EACH

/** Sets of a cup and two saucers, sold by a shop and sent by us. */
async function openBrand() {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 3_600_000 })
  const { context } = world
  for (const part of Object.keys(EACH)) await world.stock(part, LYING)
  await world.stock('set', 0)
  await changeKit(context, {
    sku: 'set',
    kind: 'virtual',
    components: Object.entries(EACH).map(([sku, quantity]) => ({ sku, quantity })),
    actor: 'test',
    reason: null,
    expectedVersion: undefined,
  })
  const { platform, connectionId } = await world.open('shop', { set: 0 })
  platform.takesShipments = true
  await changeShipsOrders(context, connectionId, { shipsOrders: true, from: new Date(0) })
  const shop = await stepConnection(world, connectionId)
  const go = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      await shop.turn()
      await clock.advance(1_000)
    }
  }
  await go(8)
  const onHand = async (sku: string) => {
    const [row] = await world.rows(sql<{ units: number }>`
      select coalesce(sum(on_hand), 0)::int as units from balance join item using (organization_id, item_id)
      where balance.organization_id = ${context.organizationId} and sku = ${sku}`)
    return row?.units ?? 0
  }
  return { clock, world, platform, go, onHand }
}

test('I1: a count of what lies there takes no part of a kit off a second time, whenever it is and however often', async () => {
  const anyStep = fc.record({
    what: fc.constantFrom('box' as const, 'box' as const, 'count' as const, 'count of then' as const),
    part: fc.constantFrom<Part[]>('cup', 'saucer'),
    units: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(anyStep, { minLength: 3, maxLength: 12 }),
      async (sets, steps) => {
        const { clock, world, platform, go, onHand } = await openBrand()
        const { context } = world
        platform.sell('set', sets)
        await go(10)
        const [{ shipmentId = '' } = {}] = await world.rows(sql<{ shipmentId: string }>`
          select shipment_id from shipment where organization_id = ${context.organizationId}`)
        const left = { cup: 0, saucer: 0 }
        const then = { at: new Date(clock.now()), left: { ...left } }
        let key = 0
        const box = async (part: Part, units: number) => {
          const some = Math.min(units, sets * EACH[part] - left[part])
          if (some <= 0) return
          key += 1
          const parcel = { key: `box-${key}`, carrier: 'DHL', trackingNumber: `T-${key}`, trackingUrl: null }
          const lines = [{ sku: part, units: some }]
          await shipParcel(context, shipmentId, {
            ...{ ...parcel, lines, isLast: false, version: undefined, actor: 'packer' },
          })
          left[part] += some
        }
        const count = async (part: Part, quantity: number, effectiveAt: Date | undefined) => {
          key += 1
          const head = { kind: 'count' as const, key: `count-${key}`, actor: 'counter', reason: null }
          const place = { sku: part, locationCode: 'MAIN' }
          const [done] = await changeStock(context, [{ ...head, ...place, quantity, effectiveAt }])
          expect(done?.kind).toBe('applied')
        }
        for (const { what, part, units } of steps) {
          await clock.advance(60_000)
          if (what === 'box') await box(part, units)
          if (what === 'count') await count(part, LYING - left[part], undefined)
          if (what === 'count of then') await count(part, LYING - then.left[part], then.at)
          if (what === 'box' && units === 3)
            Object.assign(then, { at: new Date(clock.now()), left: { ...left } })
        }
        for (const part of ['cup', 'saucer'] as const) await box(part, LYING)
        await go(4)
        expect([await onHand('cup'), await onHand('saucer')]).toEqual([LYING - sets, LYING - 2 * sets])
      },
    ),
    { ...fromEnvironment(5), endOnFailure: true },
  )
  expect(await findBrokenBalances(database.kysely)).toEqual([])
}, 240_000)
