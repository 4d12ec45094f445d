// I8 at the last point before a write: whatever brings it about, a shop is not taken to zero without a person's word.
import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePolicy, changeStock } from '../index.ts'
import type { MemoryPlatform } from '../testing/memory-platform.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { changeGuard } from './guard-settings.ts'
import { findHeldListings, findHolds } from './holds.store.ts'
import { decideHold } from './holds.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const START = Date.parse('2026-03-02T10:00:00Z')
const SKUS = Array.from({ length: 20 }, (_, nth) => `S${String(nth).padStart(2, '0')}`)

async function shopOf(units: number) {
  const clock = manualClock(START)
  const world = await createWorld(database, clock)
  for (const sku of SKUS) await world.stock(sku, units)
  const shop = await world.open('shop', Object.fromEntries(SKUS.map((sku) => [sku, units])))
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 4)
  const turn = async (count = 6) => {
    for (let nth = 0; nth < count; nth += 1) {
      await clock.advance(700)
      await stepped.turn()
    }
  }
  return { clock, world, ...shop, turn }
}

const command = (sku: string) => ({
  ...{ key: randomUUID(), actor: 'Ada', sku, locationCode: 'MAIN', quantity: 1 },
  ...{ reason: null, effectiveAt: undefined },
})

function shown(platform: MemoryPlatform): number {
  return SKUS.filter((sku) => (platform.quantityOf(sku) ?? 0) > 0).length
}

async function openHolds(world: World) {
  return await findHolds(database.kysely, world.context.organizationId, { isOpen: true, limit: 50 })
}

test('I8: a policy that would zero the shop is held with all its listings, a sale beside it goes on', async () => {
  const { world, platform, turn } = await shopOf(5)
  await changePolicy(world.context, {}, { paused: true })
  await turn()
  expect(shown(platform)).toBe(20)
  const [hold] = await openHolds(world)
  expect(hold).toMatchObject({ kind: 'zero', listings: 20, ofListings: 20, units: 100, held: 20 })
  expect(await world.tasks('hold')).toMatchObject([{ isOpen: true, units: 100 }])
  const listings = await findHeldListings(
    database.kysely,
    world.context.organizationId,
    hold?.holdId ?? '',
    50,
  )
  expect(listings.map(({ listing }) => listing).sort()).toEqual(SKUS)

  await changePolicy(world.context, {}, { paused: null })
  await world.adjust('S00', -2)
  await turn()
  expect(platform.quantityOf('S00')).toBe(3)
  expect(await openHolds(world)).toEqual([])
  expect(await world.tasks('hold')).toMatchObject([{ isOpen: false }])
})

test('I8: confirming lets exactly the held listings go, and none that come later', async () => {
  const { world, platform, turn } = await shopOf(5)
  for (const sku of SKUS.slice(0, 12)) await world.adjust(sku, -5)
  await turn()
  expect(shown(platform)).toBe(20)
  const [hold] = await openHolds(world)
  const decision = { kind: 'confirm' as const, actor: 'Ada', reason: null }
  await decideHold(world.context, hold?.holdId ?? '', decision)
  expect(await decideHold(world.context, hold?.holdId ?? '', decision)).toMatchObject({ state: 'confirmed' })
  await turn()
  expect(shown(platform)).toBe(8)

  for (const sku of SKUS.slice(0, 12)) await world.adjust(sku, 5)
  await turn()
  expect(shown(platform)).toBe(20)
  for (const sku of SKUS.slice(0, 12)) await world.adjust(sku, -5)
  await turn()
  // What was confirmed was that zero, and not one of a later day.
  expect(shown(platform)).toBe(20)
  expect(await openHolds(world)).toMatchObject([{ kind: 'zero', listings: 12 }])
})

test('I8: refusing keeps the listings held; once they are put right they follow again', async () => {
  const { world, platform, turn } = await shopOf(5)
  for (const sku of SKUS) await world.adjust(sku, -5)
  await turn()
  const [hold] = await openHolds(world)
  await decideHold(world.context, hold?.holdId ?? '', { kind: 'refuse', actor: 'Ada', reason: 'wrong file' })
  await turn()
  expect(shown(platform)).toBe(20)
  for (const sku of SKUS) await world.adjust(sku, 4)
  await turn()
  expect(SKUS.map((sku) => platform.quantityOf(sku))).toEqual(SKUS.map(() => 4))
})

test('I8: zeros that trickle in are counted together', async () => {
  const { world, platform, turn } = await shopOf(5)
  for (const sku of SKUS) {
    await world.adjust(sku, -5)
    await turn(2)
  }
  // Nine have gone before there were ten of them.
  expect(shown(platform)).toBe(11)
})

test('I8: what orders elsewhere sold out is never held, also when it comes at once', async () => {
  const { world, clock, platform, turn } = await shopOf(5)
  const other = await world.open('other', Object.fromEntries(SKUS.map((sku) => [sku, 5])))
  const second = await stepConnection(world, other.connectionId)
  await turns(clock, second, 4)
  for (const sku of SKUS) other.platform.sell(sku, 5)
  await turns(clock, second, 4)
  await turn()
  expect(shown(platform)).toBe(0)
  expect(await world.tasks('hold')).toEqual([])
})

test('I8: what sold out, came in again and then goes to zero by mistake is held, also by a lane that began anew', async () => {
  const { world, clock, connectionId, platform, turn } = await shopOf(5)
  const other = await world.open('other', Object.fromEntries(SKUS.map((sku) => [sku, 5])))
  const second = await stepConnection(world, other.connectionId)
  await turns(clock, second, 4)
  for (const sku of SKUS) other.platform.sell(sku, 5)
  await turns(clock, second, 4)
  await turn()
  expect(shown(platform)).toBe(0)
  // The next holder of the lane counts what the last one let through.
  const next = await stepConnection(world, connectionId)
  for (const sku of SKUS) await world.adjust(sku, 5)
  await turns(clock, next, 12)
  expect(shown(platform)).toBe(20)
  await changePolicy(world.context, {}, { paused: true })
  await turns(clock, next, 12)
  expect(shown(platform)).toBe(20)
  expect(await openHolds(world)).toMatchObject([{ kind: 'zero', listings: 20 }])
})

test('I8: a defect that works out zeros without anything in the ledger stops at the lane', async () => {
  const { world, connectionId, platform, turn } = await shopOf(5)
  // As a defect of availability would leave it.
  await sql`
    update level set desired = 0, desired_version = desired_version + 1
    where organization_id = ${world.context.organizationId}`.execute(database.kysely)
  await sql`
    insert into lane_entry (organization_id, connection_id, level_id, priority, desired_version, caused_at, attempts)
    select organization_id, connection_id, level_id, 0, desired_version, now(), 0 from level
    where organization_id = ${world.context.organizationId} and connection_id = ${connectionId}`.execute(
    database.kysely,
  )
  await turn()
  expect(shown(platform)).toBe(20)
  expect(await openHolds(world)).toMatchObject([{ kind: 'zero', listings: 20 }])
})

test('I8: raises by more than the factor are held above their share, and follow confirmation', async () => {
  const { world, platform, turn } = await shopOf(5)
  for (const sku of SKUS) await world.adjust(sku, 5_000)
  await turn()
  expect(SKUS.every((sku) => platform.quantityOf(sku) === 5)).toBe(true)
  const [hold] = await openHolds(world)
  expect(hold).toMatchObject({ kind: 'raise', listings: 20, units: 100_000 })
  platform.sell('S00')
  await turn()
  await decideHold(world.context, hold?.holdId ?? '', { kind: 'confirm', actor: 'Ada', reason: null })
  await turn()
  expect(platform.quantityOf('S00')).toBe(5_004)
  expect(platform.quantityOf('S19')).toBe(5_005)
})

test('I8: a raise by mistake is held too where a cancel raised the same listing once more before it was written', async () => {
  const { world, clock, platform, turn } = await shopOf(5)
  const reserved = await changeStock(
    world.context,
    SKUS.map((sku) => ({ ...command(sku), kind: 'reserve' as const })),
  )
  await turn()
  for (const sku of SKUS) await world.adjust(sku, 5_000)
  await clock.advance(10_000)
  await changeStock(
    world.context,
    reserved.map((outcome) => ({
      ...command(''),
      kind: 'release' as const,
      reservationId: outcome.kind === 'applied' ? (outcome.result.reservationId ?? '') : '',
    })),
  )
  await turn()
  expect(SKUS.every((sku) => platform.quantityOf(sku) === 4)).toBe(true)
  expect(await openHolds(world)).toMatchObject([{ kind: 'raise', listings: 20 }])
})

test('I8: raises that a former holder of the lane let through count for the next', async () => {
  const { world, clock, connectionId, platform, turn } = await shopOf(5)
  for (const sku of SKUS.slice(0, 9)) await world.adjust(sku, 5_000)
  await turn()
  const raised = () => SKUS.filter((sku) => platform.quantityOf(sku) === 5_005).length
  expect(raised()).toBe(9)
  const next = await stepConnection(world, connectionId)
  for (const sku of SKUS.slice(9, 18)) await world.adjust(sku, 5_000)
  await turns(clock, next, 8)
  expect(raised()).toBe(9)
  expect(await openHolds(world)).toMatchObject([{ kind: 'raise', listings: 9 }])
})

test('I8: raises that are accepted and not answered yet count for the next holder of the lane, too', async () => {
  const { world, clock, connectionId, platform, turn } = await shopOf(5)
  for (const sku of SKUS.slice(0, 9)) await world.adjust(sku, 5_000)
  await turn()
  // As a platform that takes feeds has them for hours.
  await world.rows(sql`
    update write set settled_at = null, state = 'accepted', ticket = 't', ask_at = sent_at + interval '1 day'
    where connection_id = ${connectionId} and direction = 'increase' returning write_id`)
  const next = await stepConnection(world, connectionId)
  for (const sku of SKUS.slice(9, 18)) await world.adjust(sku, 5_000)
  await turns(clock, next, 8)
  expect(SKUS.filter((sku) => platform.quantityOf(sku) === 5_005).length).toBe(9)
  expect(await openHolds(world)).toMatchObject([{ kind: 'raise', listings: 9 }])
})

test('I8: settings of the connection win over those of the organization', async () => {
  const { world, connectionId, platform, turn } = await shopOf(5)
  await changeGuard(world.context, undefined, { zeroPercent: 5, zeroMinimum: 1 }, 'Ada')
  expect(await changeGuard(world.context, connectionId, { zeroPercent: 100 }, 'Ada')).toMatchObject({
    zeroPercent: 100,
    zeroMinimum: 1,
  })
  for (const sku of SKUS) await world.adjust(sku, -5)
  await turn()
  expect(shown(platform)).toBe(0)
})

test('I8: whatever mix of sales and corrections, unexplained zeros stay within the share, and sold-out listings show zero', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          kind: fc.constantFrom('sell' as const, 'correct' as const),
          nth: fc.nat(SKUS.length - 1),
          turns: fc.nat(1),
        }),
        { minLength: 10, maxLength: 60 },
      ),
      async (steps) => {
        const { world, clock, platform, turn } = await shopOf(2)
        const other = await world.open('other', Object.fromEntries(SKUS.map((sku) => [sku, 2])))
        const second = await stepConnection(world, other.connectionId)
        await turns(clock, second, 3)
        const corrected = new Set<string>()
        for (const { kind, nth, turns: count } of steps) {
          const sku = SKUS[nth] ?? ''
          if (kind === 'sell' && !corrected.has(sku)) {
            other.platform.sell(sku, 2)
            await turns(clock, second, 1)
          } else if (kind === 'correct' && (await world.available(sku)) === 2) {
            await world.adjust(sku, -2)
            corrected.add(sku)
          }
          await clock.advance(2_500)
          await turn(count)
        }
        await turn(8)
        const zeroed = SKUS.filter((sku) => platform.quantityOf(sku) === 0)
        expect(zeroed.filter((sku) => corrected.has(sku)).length).toBeLessThan(10)
        for (const sku of SKUS) {
          if (!corrected.has(sku) && (await world.available(sku)) <= 0)
            expect(platform.quantityOf(sku)).toBe(0)
        }
      },
    ),
    { numRuns: 4 },
  )
})
