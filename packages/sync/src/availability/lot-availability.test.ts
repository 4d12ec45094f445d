// What channels show of items that are tracked by lot: by status, by expiry, by how long a channel wants them to last.
import { randomUUID } from 'node:crypto'
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenLots } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { updateAvailability } from './availability.ts'
import { noteExpiredLots } from './expired-lots.ts'
import { changeLot, setLotStatus } from './lot-changes.ts'
import { changeStock } from './stock-changes.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenLots(database.kysely)).toEqual([])
  await database.drop()
})

const DAY_MS = 24 * 60 * 60 * 1000
const dayIn = (clock: ManualClock, days: number) =>
  new Date(clock.now() + days * DAY_MS).toISOString().slice(0, 10)

/** MILK in three lots: 4 last five days, 6 last forty, 10 do not expire. */
async function openWorld() {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('MILK', 0)
  await sql`update item set tracking = 'lot' where organization_id = ${world.context.organizationId}`.execute(
    database.kysely,
  )
  await receive(world, 'FIVE', 4, dayIn(clock, 5))
  await receive(world, 'FORTY', 6, dayIn(clock, 40))
  await receive(world, 'NEVER', 10)
  return { clock, world }
}

async function receive(world: World, lot: string, quantity: number, expiresOn?: string) {
  const head = { key: randomUUID(), actor: 'test', reason: null, effectiveAt: undefined }
  const place = { sku: 'MILK', locationCode: 'MAIN' }
  const [outcome] = await changeStock(world.context, [
    { ...head, ...place, kind: 'receive', quantity, lot, expiresOn },
  ])
  expect(outcome?.kind).toBe('applied')
}

async function setMinimum(world: World, connectionId: string, days: number) {
  await sql`
    insert into policy (organization_id, scope, scope_id, min_shelf_life_days, updated_at)
    values (${world.context.organizationId}, 'connection', ${connectionId}, ${days}, now())`.execute(
    database.kysely,
  )
}

const set = (world: World, code: string, status: 'released' | 'quarantined' | 'recalled') =>
  setLotStatus(world.context, { sku: 'MILK', code, status, actor: 'test', reason: 'a test' })
const desired = async (world: World, connectionId: string) =>
  (await world.level(connectionId, 'MILK')).desired

test('I5: each channel is shown the lots that last as long as it wants; promises without a lot still count', async () => {
  const { world } = await openWorld()
  const any = await world.open('any', { MILK: 0 })
  const long = await world.open('long', { MILK: 0 })
  await setMinimum(world, long.connectionId, 30)
  const head = { key: randomUUID(), actor: 'test', reason: null, effectiveAt: undefined }
  await changeStock(world.context, [
    { ...head, kind: 'reserve', sku: 'MILK', locationCode: 'MAIN', quantity: 3 },
  ])
  expect(await desired(world, any.connectionId)).toBe(17)
  expect(await desired(world, long.connectionId)).toBe(13)
})

test('another last day is told to every channel at once: units may leave that could not, or may not any more', async () => {
  const { clock, world } = await openWorld()
  const any = await world.open('any', { MILK: 0 })
  const long = await world.open('long', { MILK: 0 })
  await setMinimum(world, long.connectionId, 30)
  const correct = (code: string, expiresOn: string | null) =>
    changeLot(world.context, { sku: 'MILK', code, expiresOn, actor: 'test', reason: 'misread' })
  const both = async () => [await desired(world, any.connectionId), await desired(world, long.connectionId)]
  await correct('FORTY', dayIn(clock, 29))
  expect(await both()).toEqual([20, 10])
  await correct('FIVE', dayIn(clock, -1))
  expect(await both()).toEqual([16, 10])
  await correct('FIVE', null)
  expect(await both()).toEqual([20, 14])
})

test('a quarantine or a recall takes units off every channel at once, and a release brings them back', async () => {
  const { clock, world } = await openWorld()
  const shop = await world.open('shop', { MILK: 20 })
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 4, 1_100)
  expect(shop.platform.listings.get('MILK')?.quantity).toBe(20)
  await set(world, 'NEVER', 'quarantined')
  await turns(clock, stepped, 2)
  expect(shop.platform.listings.get('MILK')?.quantity).toBe(10)
  await set(world, 'FORTY', 'recalled')
  await set(world, 'FIVE', 'recalled')
  await turns(clock, stepped, 2)
  expect(shop.platform.listings.get('MILK')?.quantity).toBe(0)
  await set(world, 'NEVER', 'released')
  await turns(clock, stepped, 4, 1_100)
  expect(shop.platform.listings.get('MILK')?.quantity).toBe(10)
})

test('what was promised from a recalled lot makes the item oversold until it is released', async () => {
  const { world } = await openWorld()
  await world.open('shop', { MILK: 20 })
  const head = { key: randomUUID(), actor: 'test', reason: null, effectiveAt: undefined }
  await changeStock(world.context, [
    { ...head, kind: 'reserve', sku: 'MILK', locationCode: 'MAIN', quantity: 12 },
  ])
  await set(world, 'NEVER', 'recalled')
  expect(await world.tasks('oversold')).toMatchObject([{ units: 2, isOpen: true }])
  await set(world, 'NEVER', 'released')
  expect(await world.tasks('oversold')).toMatchObject([{ isOpen: false }])
})

test('a lot that passes its last day, or a channel’s limit, is taken off by time alone, once, whoever looks', async () => {
  const { clock, world } = await openWorld()
  const any = await world.open('any', { MILK: 0 })
  const long = await world.open('long', { MILK: 0 })
  await setMinimum(world, long.connectionId, 30)
  await noteExpiredLots(world.context)
  await updateAvailability(world.context)
  const look = async () => {
    const noted = await Promise.all([noteExpiredLots(world.context), noteExpiredLots(world.context)])
    await updateAvailability(world.context)
    const shown = [await desired(world, any.connectionId), await desired(world, long.connectionId)]
    return [noted[0] + noted[1], ...shown]
  }
  expect(await look()).toEqual([0, 20, 16])
  await clock.advance(5 * DAY_MS)
  expect(await look()).toEqual([0, 20, 16])
  await clock.advance(DAY_MS)
  expect(await look()).toEqual([1, 16, 16])
  await clock.advance(5 * DAY_MS)
  expect(await look()).toEqual([1, 16, 10])
  expect(await look()).toEqual([0, 16, 10])
})

test('an order that its shop shipped leaves from the lots, and other channels are told the same count', async () => {
  const { clock, world } = await openWorld()
  const shop = await world.open('shop', { MILK: 20 })
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 4, 1_100)
  shop.platform.ship(shop.platform.sell('MILK', 5)?.externalId ?? '')
  await turns(clock, stepped, 3)
  const lots = await world.rows(sql<{ text: string }>`
    select concat_ws(' ', coalesce(lot.code, '-'), on_hand, reserved) as text
    from balance left join lot using (organization_id, lot_id)
    where organization_id = ${world.context.organizationId} and lot.code is not null order by lot.expires_on`)
  expect(lots.map(({ text }) => text)).toEqual(['FIVE 0 0', 'FORTY 5 0', 'NEVER 10 0'])
  expect(shop.platform.listings.get('MILK')?.quantity).toBe(15)
})
