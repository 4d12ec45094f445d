import { manualClock, systemClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { findItemsBySku } from '@plimsoll/stock'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { replaceCredentials } from './connections/connections.ts'
import { rebuildLevels } from './connections/rebuild-levels.store.ts'
import { ConnectionRegistry } from './connections/registry.ts'
import type { SyncEngine } from './engine.ts'
import { replayParked } from './intake/inbox.store.ts'
import { tieListings } from './mapping/tie.ts'
import { stepConnection } from './testing/steps.ts'
import { createWorld, until, type World } from './testing/world.ts'

// What goes wrong with one connection, one event, one row: the real engine on the real clock.

let database: TestDatabase
const engines: SyncEngine[] = []

beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 12 })
})
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.stop()))
})
afterAll(async () => {
  await database.drop()
})

async function run(world: World): Promise<SyncEngine> {
  const engine = world.engine()
  engines.push(engine)
  await engine.start({ worker: true })
  return engine
}

test('refused credentials pause the connection with their own reason; new ones resume it and what waited is written', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const engine = await run(world)
  await until('it is worked', () => engine.held.length === 1)
  platform.key = 'key-2'
  await until('it is paused', async () => (await world.connection(connectionId)).state === 'paused')
  expect(await world.connection(connectionId)).toMatchObject({
    pauseReasons: ['unauthorized'],
    problemCode: 'unauthorized',
    problem: expect.stringContaining('Cure:'),
    problemTold: { code: 'unauthorized', facts: { message: expect.any(String) } },
  })
  await world.adjust('bottle', -4)

  const open = await engine.registry.find(connectionId)
  if (open === undefined) throw new Error('the connection is known')
  await expect(replaceCredentials(world.context, open, { key: 'key-3' })).rejects.toMatchObject({
    kind: 'unauthorized',
  })
  // Whose account it is, is what the settings say: nothing shows that these are of it.
  platform.unproven = 'Nobody says whose these are.'
  await expect(replaceCredentials(world.context, open, { key: 'key-2' })).rejects.toMatchObject({
    code: 'wrong-account',
    message: expect.stringContaining('Nobody says'),
  })
  platform.unproven = undefined
  expect((await world.connection(connectionId)).state).toBe('paused')
  await replaceCredentials(world.context, open, { key: 'key-2' })
  await until('it shows 6', () => platform.quantityOf('bottle') === 6)
  expect(await world.connection(connectionId)).toMatchObject({
    state: 'live',
    pauseReasons: [],
    problemCode: null,
    problemTold: null,
  })
})

test('credentials replaced before they are refused are used at once', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const engine = await run(world)
  await until('orders are read', () => platform.calls.includes('orders'))
  const open = await engine.registry.find(connectionId)
  if (open === undefined) throw new Error('the connection is known')
  // Both keys work while they are exchanged, as platforms allow.
  const { key } = platform
  Object.defineProperty(platform, 'key', { value: 'key-2', writable: true })
  await replaceCredentials(world.context, open, { key: 'key-2' }).finally(() => (platform.key = key))
  platform.key = 'key-2'
  await world.adjust('bottle', -4)
  await until('it shows 6', () => platform.quantityOf('bottle') === 6)
})

test('credentials replaced while a call with the old ones is under way: its refusal pauses nothing', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const stepped = await stepConnection(world, connectionId)
  platform.onCall = async (operation) => {
    if (operation !== 'orders') return
    platform.onCall = () => undefined
    platform.key = 'key-2'
    const open = await new ConnectionRegistry(world.context).find(connectionId)
    if (open === undefined) throw new Error('the connection is known')
    await replaceCredentials(world.context, open, { key: 'key-2' })
  }
  await stepped.turn()
  expect(await world.connection(connectionId)).toMatchObject({ state: 'live', pauseReasons: [] })
  const secrets = await world.rows(sql`
    select from secret where organization_id = ${world.context.organizationId}`)
  expect(secrets).toHaveLength(1)
})

test('a pause whose wake-up was lost is honoured all the same', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const engine = await run(world)
  await until('it is worked', () => engine.held.length === 1 && platform.calls.includes('orders'))
  await sql`update connection set state = 'paused', pause_reasons = '{person}', resume_state = 'live'
    where connection_id = ${connectionId}`.execute(database.kysely)
  const beats = platform.calls.length
  await until('the worker was started anew', async () => platform.calls.length > beats + 4)
  const written = platform.writes.length
  await world.adjust('bottle', -4)
  const looked = platform.calls.length
  await until('it was looked at since', () => platform.calls.length > looked + 4)
  expect(platform.writes.length).toBe(written)
})

test('one connection that cannot be opened keeps no other from being worked', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const bad = await world.open('bad', { bottle: 10 })
  const good = await world.open('good', { bottle: 10 })
  // Sorted first, so that it is always tried first.
  await sql`update connection set connector = 'removed' where connection_id = ${bad.connectionId}`.execute(
    database.kysely,
  )
  await run(world)
  await world.adjust('bottle', -3)
  await until('the good one shows 7', () => good.platform.quantityOf('bottle') === 7)
  await until(
    'the problem is told',
    async () => (await world.connection(bad.connectionId)).problemCode === 'cannot-open',
  )
})

test('an order for an unmapped listing is parked, visible, and applied once the listing is mapped', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { 'odd-name': 10 })
  await run(world)
  platform.sell('odd-name', 2)
  await until('it is parked', async () =>
    (await world.inbox(connectionId)).some((row) => row.state === 'parked'),
  )
  expect(await world.inbox(connectionId)).toMatchObject([{ state: 'parked', reasonCode: 'unmapped-listing' }])
  expect(await world.available('bottle')).toBe(10)

  const { organizationId, uuid } = world.context
  const [item] = await findItemsBySku(database.kysely, organizationId, ['bottle'])
  const [listing] = await world.rows(sql<{ listingId: string }>`
    select listing_id from listing where connection_id = ${connectionId}`)
  if (item === undefined || listing === undefined) throw new Error('both are known')
  await inTransaction(database, async (tx) => {
    await tieListings(tx, organizationId, [
      {
        listingId: listing.listingId,
        itemId: item.itemId,
        unitsPerListing: 3,
      },
    ])
    await rebuildLevels(tx, { organizationId, connectionId, uuid })
  })
  expect(await replayParked(database.kysely, organizationId, { connectionId })).toMatchObject({ replayed: 1 })
  await until('6 units are reserved', async () => (await world.available('bottle')) === 4)
  expect(await world.inbox(connectionId)).toMatchObject([{ state: 'applied' }])
  await until('it shows one pack', () => platform.quantityOf('odd-name') === 1)
})

test('an order waits for its listing until the SKU is corrected on the platform itself', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { 'odd-name': 10 })
  await run(world)
  platform.sell('odd-name', 2)
  await until('it is parked', async () =>
    (await world.inbox(connectionId)).some((row) => row.state === 'parked'),
  )
  platform.rename('odd-name', 'bottle')
  await world.webhook(connectionId, { kind: 'listing', id: 'odd-name' })
  await until('2 units are reserved', async () => (await world.available('bottle')) === 8)
  expect((await world.inbox(connectionId)).filter((row) => row.state === 'parked')).toEqual([])
  await until('it shows what is left', () => platform.quantityOf('odd-name') === 8)
})

test('a webhook that cannot be read is parked without personal data; one badly signed is stored nowhere', async () => {
  const world = await createWorld(database, systemClock)
  const { connectionId } = await world.open('shop', { bottle: 10 })
  const ada = {
    email: 'ada@example.org',
    customer: { name: 'Ada Lovelace' },
    items: [{ email: 'ada@example.org' }],
  }
  expect(await world.webhook(connectionId, ada)).toEqual({ kind: 'stored', fresh: 1 })
  expect(await world.webhook(connectionId, ada)).toEqual({ kind: 'stored', fresh: 0 })
  expect(await world.webhook(connectionId, '{"email":"ada@example.org","name":"Ada Lo')).toMatchObject({
    kind: 'stored',
  })
  expect(await world.webhook(connectionId, ada, 'forged')).toEqual({ kind: 'bad-signature' })
  expect(await world.webhook(connectionId, { kind: 'order', id: '1' }, 'forged')).toEqual({
    kind: 'bad-signature',
  })

  const rows = await world.inbox(connectionId)
  expect(rows).toMatchObject([
    { topic: 'unreadable', state: 'parked', reasonCode: 'malformed' },
    { topic: 'unreadable', state: 'parked', reasonCode: 'malformed' },
  ])
  expect(JSON.stringify(rows)).not.toMatch(/ada@|ada lo/i)
})

test('a number that a person typed is healed after two looks, and the drift is recorded', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const engine = await run(world)
  await until('it is worked', () => engine.held.length === 1 && platform.calls.includes('levels'))
  const looksBefore = platform.calls.filter((call) => call === 'levels').length
  platform.edit('bottle', 99)
  await until('it shows 10 again', () => platform.quantityOf('bottle') === 10)
  expect(platform.calls.filter((call) => call === 'levels').length).toBeGreaterThanOrEqual(looksBefore + 2)
  const drifts = await world.rows(sql<{ observed: number; expected: number; cause: string }>`
    select observed, expected, cause from drift where connection_id = ${connectionId}`)
  expect(drifts).toEqual([{ observed: 99, expected: 10, cause: 'edited-on-platform' }])
})

test('a refused decrease is a task at once, and closed by the write that is taken later', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  await run(world)
  platform.refused.set('bottle', 'row')
  await world.adjust('bottle', -4)
  await until('there is a task', async () => (await world.tasks('refused-decrease')).length === 1)
  const { levelId } = await world.level(connectionId, 'bottle')
  expect(await world.tasks('refused-decrease')).toMatchObject([{ subject: levelId, units: 4, isOpen: true }])
  platform.refused.clear()
  await world.adjust('bottle', -1)
  await until('it shows 5', () => platform.quantityOf('bottle') === 5)
  await until('it is closed', async () =>
    (await world.tasks('refused-decrease')).every((task) => !task.isOpen),
  )
})

test('a platform that answers another quantity to a decrease, time after time, is a refused decrease too', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 }, { writeStyle: 'absolute' })
  await run(world)
  platform.meddle = () => 8
  await world.adjust('bottle', -4)
  await until('there is a task', async () =>
    (await world.tasks('refused-decrease')).some((task) => task.isOpen),
  )
  expect(await world.level(connectionId, 'bottle')).toMatchObject({
    acknowledged: 8,
    desired: 6,
    problemCode: 'refused',
  })
})

test('a batch refused whole is halved until the bad row stands alone; the others are written', async () => {
  const world = await createWorld(database, systemClock)
  const skus = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  for (const sku of skus) await world.stock(sku, 5)
  const shown = Object.fromEntries(skus.map((sku) => [sku, 9]))
  const { platform, connectionId } = await world.open('shop', shown, { state: 'live' })
  platform.refused.set('d', 'batch')
  await run(world)
  await until('all but one show 5', () =>
    skus.every((sku) => platform.quantityOf(sku) === (sku === 'd' ? 9 : 5)),
  )
  await until(
    'the bad one is told',
    async () => (await world.level(connectionId, 'd')).problemCode === 'refused',
  )
  expect((await world.tasks('refused-decrease')).length).toBe(1)
})

test('another content under an equal version is read again before anything is released', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 }, { ordersPollMs: 60_000 })
  await run(world)
  const order = platform.sell('bottle', 3)
  if (order === undefined) throw new Error('it is sold')
  await world.webhook(connectionId, { kind: 'order', id: order.externalId })
  await until('it is reserved', async () => (await world.available('bottle')) === 7)
  platform.cancelWithoutNewVersion(order.externalId)
  await world.webhook(connectionId, { kind: 'order', id: order.externalId })
  await until('it is released', async () => (await world.available('bottle')) === 10)
  expect(platform.calls).toContain('order')
})

test('sales whose webhooks are lost are found by reading the orders', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const other = await world.open('other', { bottle: 10 })
  await run(world)
  for (let sale = 0; sale < 4; sale += 1) platform.sell('bottle')
  await until('the other shows 6', () => other.platform.quantityOf('bottle') === 6)
  expect((await world.connection(connectionId)).problemCode).toBeNull()
})

test('an oversold item is a task with its units, and closed when stock comes', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 1)
  const a = await world.open('a', { bottle: 1 })
  const b = await world.open('b', { bottle: 1 })
  a.platform.sell('bottle')
  b.platform.sell('bottle')
  await run(world)
  await until('there is a task', async () => (await world.tasks('oversold')).some((task) => task.isOpen))
  expect(await world.tasks('oversold')).toMatchObject([{ units: 1, isOpen: true }])
  expect(await world.available('bottle')).toBe(-1)
  await world.adjust('bottle', 3)
  await until('it is closed', async () => (await world.tasks('oversold')).every((task) => !task.isOpen))
  await until(
    'both show 2',
    () => a.platform.quantityOf('bottle') === 2 && b.platform.quantityOf('bottle') === 2,
  )
})

test('an event about a listing that is gone marks it gone, and is not asked for again and again', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  await run(world)
  const listing = platform.listings.get('bottle')
  if (listing === undefined) throw new Error('it is listed')
  listing.isGone = true
  await world.webhook(connectionId, { kind: 'listing', id: 'bottle' })
  await until('it is settled', async () =>
    (await world.inbox(connectionId)).every((row) => row.state === 'applied'),
  )
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ writable: false, problemCode: 'gone' })
  expect(platform.calls.filter((call) => call === 'listing').length).toBe(1)
})

test('a passing failure to read one order is told, and forgotten once it is read', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 }, { ordersPollMs: 60_000 })
  await run(world)
  const order = platform.sell('bottle', 3)
  if (order === undefined) throw new Error('it is sold')
  platform.fault = (operation) => (operation === 'order' ? 'lost' : undefined)
  await world.webhook(connectionId, { kind: 'order-deleted', id: order.externalId })
  await until(
    'the problem is told',
    async () => (await world.connection(connectionId)).problemCode === 'unavailable',
  )
  platform.fault = () => undefined
  await until('it is read', async () => (await world.available('bottle')) === 7)
  await until('the problem is gone', async () => (await world.connection(connectionId)).problemCode === null)
})

test('text that PostgreSQL cannot keep holds up neither webhooks nor polls', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  await run(world)
  const { show } = platform
  platform.show = (order) => {
    const shown = show.call(platform, order)
    return { ...shown, lines: shown.lines.map((line) => ({ ...line, title: 'Bottle\u0000 \ud83c' })) }
  }
  const order = platform.sell('bottle', 3)
  expect(await world.webhook(connectionId, { kind: 'order', id: order?.externalId })).toMatchObject({
    kind: 'stored',
  })
  await until('it is reserved', async () => (await world.available('bottle')) === 7)
  expect((await world.connection(connectionId)).problemCode).toBeNull()
})
