// Counts that take their time: while a list is read, and since it was told, units come in, leave and are held.
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, type Floor, go, openFloor } from '../testing/floor.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  await database.drop()
})

const HOUR_MS = 3_600_000

/** A warehouse that stores these, and that lists them one a page without saying when each was true. */
async function openPages(skus: readonly string[]): Promise<Floor> {
  const floor = await openFloor(database, 20)
  for (const sku of skus.slice(1)) {
    await floor.world.stock(sku, 0)
    floor.warehouse.stock.set(sku, 20)
  }
  await floor.world.import(floor.warehouseId)
  Object.assign(floor.warehouse, { countPage: 1, saysWhen: false })
  await count(floor)
  return floor
}

/** Until its numbers are read and booked anew, from the first page to the last. */
async function count(floor: Floor): Promise<void> {
  const readsOf = async () => {
    const [place] = await floor.world.rows(sql<{ reads: number }>`
      select sum(reads)::int as reads from counted_place
      where organization_id = ${floor.world.context.organizationId} and connection_id = ${floor.warehouseId}`)
    return place?.reads ?? 0
  }
  const before = await readsOf()
  for (let nth = 0; nth < 60 && (await readsOf()) === before; nth += 1) {
    await floor.clock.advance(HOUR_MS / 6)
    await go(floor, 12)
  }
  expect(await readsOf()).toBe(before + 1)
}

test('I11: what comes in while a long list of counts is read is there once, whatever page tells of it', async () => {
  const anyArrival = fc.record({
    page: fc.nat(2),
    sku: fc.constantFrom('bottle', 'cap', 'label'),
    units: fc.integer({ min: 1, max: 9 }),
    condition: fc.constantFrom('sellable' as const, 'damaged' as const),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyArrival, { minLength: 1, maxLength: 5 }), async (arrivals) => {
      const skus = ['bottle', 'cap', 'label']
      const floor = await openPages(skus)
      const { warehouse, clock } = floor
      const due = [...arrivals]
      warehouse.beforeCounts = (cursor) => {
        for (const [nth, { page, sku, units, condition }] of due.entries()) {
          if (page !== Number(cursor ?? 0)) continue
          warehouse.takeIn({ externalId: `R-${nth}`, inboundId: undefined }, sku, units, { condition })
          due.splice(nth, 1, { page: -1, sku, units, condition })
        }
        // A page takes its time.
        void clock.advance(20_000)
      }
      await count(floor)
      warehouse.beforeCounts = undefined
      for (const sku of skus) {
        const { onHand } = await at(floor, sku)
        expect(onHand, `${sku}: never more than lies there`).toBeLessThanOrEqual(
          warehouse.stock.get(sku) ?? 0,
        )
      }
      await count(floor)
      for (const sku of skus)
        expect(await at(floor, sku), sku).toMatchObject({
          onHand: warehouse.stock.get(sku),
          held: warehouse.damaged.get(sku) ?? 0,
        })
    }),
    fromEnvironment(3),
  )
}, 300_000)

test('an item that is two stock units there, one of them named no more: what has moved since is not added each time', async () => {
  const floor = await openPages(['bottle', 'old'])
  const { warehouse, world } = floor
  warehouse.stock.set('old', 0)
  await sql`
    update listing set item_id = (
      select item_id from item where organization_id = ${world.context.organizationId} and sku = 'bottle')
    where organization_id = ${world.context.organizationId} and connection_id = ${floor.warehouseId}
      and external_id = 'old'`.execute(database.kysely)
  await count(floor)
  expect(await at(floor)).toMatchObject({ onHand: 20 })
  warehouse.unnamed.add('old')
  warehouse.takeIn({ externalId: 'R1', inboundId: undefined }, 'bottle', 500)
  await go(floor, 20)
  for (let read = 0; read < 3; read += 1) {
    await count(floor)
    expect(await at(floor)).toMatchObject({ onHand: 520 })
  }
}, 240_000)

test('what has been held since a count was true stays held as it is booked again', async () => {
  const floor = await openFloor(database, 20)
  const { warehouse, clock } = floor
  await count(floor)
  // The report of the morning, told again until the next one.
  warehouse.told = { at: new Date(clock.now()), stock: new Map([['bottle', { onHand: 20, held: 2 }]]) }
  await clock.advance(HOUR_MS)
  warehouse.takeIn({ externalId: 'R1', inboundId: undefined }, 'bottle', 5, { condition: 'damaged' })
  await count(floor)
  for (let read = 0; read < 2; read += 1) {
    await count(floor)
    expect(await at(floor)).toMatchObject({ onHand: 25, held: 7 })
  }
}, 240_000)
