import { Invalid, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

// Refused decreases, with the production worker stepped by hand on a real PostgreSQL.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function refusing(options: { withdraw?: string } = {}) {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 60_000, deepReadMs: 60_000 })
  for (const sku of ['bottle', 'jar', 'cup']) await world.stock(sku, 10)
  const shop = await world.open('shop', { bottle: 10, jar: 10, cup: 10 }, options)
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 3)
  shop.platform.calls.length = 0
  return { clock, world, stepped, ...shop }
}

test('a listing whose decrease is refused is withdrawn before anything else is written, and says so; taken, it is back', async () => {
  const { clock, world, stepped, platform, connectionId } = await refusing({ withdraw: 'hidden' })
  platform.refused.set('bottle', 'row')
  platform.refused.set('jar', 'row')
  await world.adjust('jar', -2)
  await world.adjust('bottle', -7)
  await world.adjust('cup', 5)
  await turns(clock, stepped, 2)

  // The seven bottles at risk before the two jars, and both before the cups are raised.
  expect(platform.calls.filter((call) => call === 'withdraw' || call === 'setLevels').slice(0, 4)).toEqual([
    'setLevels',
    'withdraw',
    'withdraw',
    'setLevels',
  ])
  expect(platform.sell('bottle')).toBeUndefined()
  expect(platform.sell('jar')).toBeUndefined()
  expect(platform.sell('cup')).toBeDefined()
  for (const task of await world.tasks('refused-decrease')) {
    expect(task.detail).toContain('The listing was taken off memory-shop (hidden)')
  }

  platform.refused.clear()
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 4)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ acknowledged: 2, problemCode: null })
  expect(platform.sell('bottle')).toBeDefined()
  expect(platform.sell('jar')).toBeUndefined()
  const [bottle] = (await world.tasks('refused-decrease')).filter(({ isOpen }) => !isOpen)
  expect(bottle?.units).toBe(7)
})

test('a refused decrease that is needed no more is no task, and its listing is on sale again', async () => {
  const { clock, world, stepped, platform } = await refusing({ withdraw: 'hidden' })
  platform.refused.set('bottle', 'row')
  platform.refused.set('jar', 'row')
  await world.adjust('bottle', -7)
  await world.adjust('jar', -2)
  await turns(clock, stepped, 3)
  expect(platform.sell('bottle')).toBeUndefined()
  // The units are back before the platform takes any number again: nothing is left to write.
  await world.adjust('bottle', 7)
  await turns(clock, stepped, 4)
  expect((await world.tasks('refused-decrease')).filter(({ isOpen }) => isOpen)).toMatchObject([{ units: 2 }])
  expect(platform.sell('bottle')).toBeDefined()
  expect(platform.sell('jar')).toBeUndefined()
})

test('where a connector cannot withdraw a single listing the task says what a person must do', async () => {
  const { clock, world, stepped, platform } = await refusing()
  platform.refused.set('bottle', 'row')
  await world.adjust('bottle', -7)
  await turns(clock, stepped, 3)
  const [task] = await world.tasks('refused-decrease')
  expect(task?.detail).toContain('The hub cannot take a single listing off memory-shop')
  expect(platform.calls).not.toContain('withdraw')
})

test('a withdrawal that is interrupted is tried again, by whoever has the lane then', async () => {
  const { clock, world, stepped, platform, connectionId } = await refusing({ withdraw: 'hidden' })
  platform.refused.set('bottle', 'row')
  platform.fault = (operation) => (operation === 'withdraw' ? 'lost' : undefined)
  await world.adjust('bottle', -7)
  await turns(clock, stepped, 2)
  expect(platform.sell('bottle')).toBeDefined()
  await clock.advance(60_000)
  platform.fault = () => undefined
  const other = await stepConnection(world, connectionId)
  await turns(clock, other, 3)
  expect(platform.sell('bottle')).toBeUndefined()
})

test('what was taken off without an answer is put back where it was on sale, whatever became of the task meanwhile', async () => {
  const { clock, world, stepped, platform, connectionId } = await refusing({ withdraw: 'hidden' })
  const bottle = platform.listings.get('bottle')
  if (bottle === undefined) throw new Error('the bottle is listed')
  bottle.shelves = ['front', 'wholesale']
  platform.refused.set('bottle', 'row')
  platform.fault = (operation) => (operation === 'withdraw' ? 'dropped' : undefined)
  await world.adjust('bottle', -7)
  await turns(clock, stepped, 3)
  expect(bottle.shelves).toEqual([])
  // The number is taken before the hub has learned that the listing is off.
  platform.refused.clear()
  platform.fault = () => undefined
  await world.adjust('bottle', -1)
  await clock.advance(60_000)
  const other = await stepConnection(world, connectionId)
  await turns(clock, other, 6, 1_000)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ acknowledged: 2, problemCode: null })
  expect(bottle.shelves).toEqual(['front', 'wholesale'])
  expect(platform.sell('bottle')).toBeDefined()
})

test('I6: a listing that its platform will not put back is told to a person, and holds up nothing else of its connection', async () => {
  const { clock, world, stepped, platform } = await refusing({ withdraw: 'hidden' })
  platform.refused.set('bottle', 'row')
  await world.adjust('bottle', -7)
  await turns(clock, stepped, 2)
  expect(platform.sell('bottle')).toBeUndefined()
  platform.refused.clear()
  platform.unplaceable = new Invalid('It is not published there any more.', 'listing')
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 4)
  expect(await world.tasks('listing-not-back')).toMatchObject([
    { isOpen: true, detail: expect.stringContaining('not published there any more') },
  ])
  // Reading back goes on: what a person typed elsewhere is seen and healed.
  platform.edit('jar', 30)
  await turns(clock, stepped, 10, 20_000)
  expect(platform.quantityOf('jar')).toBe(10)
  platform.unplaceable = undefined
  await turns(clock, stepped, 4, 3_600_000)
  expect(platform.sell('bottle')).toBeDefined()
  expect(await world.tasks('listing-not-back')).toMatchObject([{ isOpen: false }])
})

test('I6: a listing whose withdrawal never answers holds up nothing else of its connection, and is tried again', async () => {
  const { clock, world, stepped, platform } = await refusing({ withdraw: 'hidden' })
  platform.refused.set('bottle', 'row')
  platform.fault = (operation) => (operation === 'withdraw' ? 'dropped' : undefined)
  await world.adjust('bottle', -7)
  await turns(clock, stepped, 3)
  platform.edit('jar', 30)
  await turns(clock, stepped, 10, 20_000)
  expect(platform.quantityOf('jar')).toBe(10)
  expect(platform.calls.filter((call) => call === 'withdraw').length).toBeGreaterThan(2)
})

test('one bad row among many that spoils its batch is found in few calls, and the others are written meanwhile', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 60_000, deepReadMs: 60_000 })
  const count = 64
  const skus = Array.from({ length: count }, (_, nth) => `cup-${String(nth).padStart(2, '0')}`)
  for (const sku of skus) await world.stock(sku, 10)
  const listings = Object.fromEntries(skus.map((sku) => [sku, 10]))
  const { platform, connectionId } = await world.open('shop', listings, { batchMax: count })
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 3)
  platform.calls.length = 0
  const bad = skus[37] ?? ''
  platform.refused.set(bad, 'batch')
  for (const sku of skus) await world.adjust(sku, -1)
  await turns(clock, stepped, 4)
  for (const sku of skus) expect(platform.quantityOf(sku)).toBe(sku === bad ? 10 : 9)
  expect(await world.level(connectionId, bad)).toMatchObject({ problemCode: 'refused' })
  const calls = platform.calls.filter((call) => call === 'setLevels').length
  // The whole, its halves down to the one, and what was not suspected at the last.
  expect(calls).toBeLessThanOrEqual(Math.log2(count) + 4)
})
