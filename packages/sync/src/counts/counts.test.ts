import assert from 'node:assert/strict'
import { type Connector, type ManualClock, manualClock, systemClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { saveLocation } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleConnector } from '../../../connector-kit/src/conformance/sample/sample-connector.ts'
import { startSampleSimulator } from '../../../connector-kit/src/conformance/sample/sample-simulator.ts'
import { connect, importConnection } from '../connections/connections.ts'
import { ConnectionRegistry } from '../connections/registry.ts'
import { toStockContext } from '../context.ts'
import { changeStock } from '../index.ts'
import { DEPOT, KeptStock, withKeptStock } from '../testing/kept-stock.ts'
import { type Stepped, stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { readCountedPlaces, tieCountedPlace } from './counted-places.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const MINUTE_MS = 60_000

type Depot = {
  world: World
  clock: ManualClock
  kept: KeptStock
  platform: Awaited<ReturnType<World['open']>>['platform']
  connectionId: string
  stepped: Stepped
}

async function open(listings: readonly string[]): Promise<Depot> {
  const clock = manualClock()
  const world = await createWorld(database, clock, { leaseMs: 3_600_000 })
  for (const sku of listings) await world.stock(sku, 0)
  const shown = Object.fromEntries(listings.map((sku) => [sku, 50]))
  const { platform, connectionId } = await world.open('depot', shown, { state: 'shadow' })
  const kept = new KeptStock()
  const connectors = world.context.connectors as Map<string, Connector>
  connectors.set('memory-depot', withKeptStock(world.connectorOf(connectionId), kept))
  await world.import(connectionId)
  await addLocation(world, 'FBA')
  const stepped = await stepConnection(world, connectionId)
  return { world, clock, kept, platform, connectionId, stepped }
}

async function addLocation(world: World, code: string): Promise<void> {
  await inTransaction(database, (tx) =>
    saveLocation(tx, toStockContext(world.context), { code, name: code, kind: 'marketplace-fulfilled' }),
  )
}

type Figures = { onHand: number; reserved: number; held: number }
async function at(world: World, location: string, sku: string): Promise<Figures> {
  const [row] = await world.rows(sql<Figures>`
    select coalesce(sum(on_hand), 0)::bigint as on_hand, coalesce(sum(reserved), 0)::bigint as reserved,
      coalesce(sum(held), 0)::bigint as held
    from balance join item using (organization_id, item_id) join location using (organization_id, location_id)
    where balance.organization_id = ${world.context.organizationId} and location.code = ${location} and item.sku = ${sku}`)
  assert(row !== undefined, 'a sum has a row')
  return row
}

async function countedMovements(world: World): Promise<number> {
  const [row] = await world.rows(sql<{ count: number }>`
    select count(*)::int as count from movement
    where organization_id = ${world.context.organizationId} and reason like 'counted by %'`)
  return row?.count ?? 0
}

/** Long enough for the next read, whatever the pace has come to. */
async function readAgain({ clock, stepped }: Pick<Depot, 'clock' | 'stepped'>): Promise<void> {
  await clock.advance(20 * MINUTE_MS)
  await turns(clock, stepped, 12)
}

test('a place that the platform counts is tied, read and booked; booked again nothing changes', async () => {
  const { world, kept, connectionId, ...depot } = await open(['mug', 'cup', 'odd'])
  await sql`update listing set item_id = null, mapped_by = 'person'
    where connection_id = ${connectionId} and external_id = 'odd'`.execute(database.kysely)
  kept.set('mug', 12, 1)
  kept.set('cup', 0)
  kept.set('odd', 7)
  await readAgain(depot)
  // Tied to nothing it is not even asked for.
  expect(kept.reads).toBe(0)

  await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
  await readAgain(depot)
  expect(await at(world, 'FBA', 'mug')).toEqual({ onHand: 13, reserved: 0, held: 1 })
  expect(await at(world, 'FBA', 'cup')).toEqual({ onHand: 0, reserved: 0, held: 0 })
  const { rows, problems } = await readCountedPlaces(world.context, connectionId)
  expect(rows).toMatchObject([
    { externalId: DEPOT, locationCode: 'FBA', stockUnits: 3, available: 19, held: 1, problems: 1 },
  ])
  expect(problems).toMatchObject([{ stockUnitId: 'odd', code: 'unmapped' }])

  const booked = await countedMovements(world)
  await readAgain(depot)
  await readAgain(depot)
  expect(await countedMovements(world)).toBe(booked)
  // Nothing of it is ever written, and nothing of it is shown elsewhere.
  expect(depot.platform.writes).toEqual([])
  const levels = await world.rows(sql`select from level
    where connection_id = ${connectionId} and external_location_id = ${DEPOT}`)
  expect(levels).toEqual([])
})

test('I12: a stock unit that is not named any more keeps its last count', async () => {
  const { world, kept, connectionId, ...depot } = await open(['mug', 'cup'])
  kept.set('mug', 12)
  kept.set('cup', 5)
  await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
  await readAgain(depot)
  kept.units.delete('mug')
  kept.set('cup', 4)
  await readAgain(depot)
  expect(await at(world, 'FBA', 'mug')).toMatchObject({ onHand: 12 })
  expect(await at(world, 'FBA', 'cup')).toMatchObject({ onHand: 4 })
})

test('I12: a stock unit whose count makes no sense keeps its last one, the others go on, and the log names it', async () => {
  const { world, kept, connectionId, ...depot } = await open(['mug', 'cup'])
  kept.set('mug', 12)
  kept.set('cup', 5)
  await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
  await readAgain(depot)
  const warned: object[] = []
  world.context.log.warn = (fields) => void warned.push(fields)
  kept.unreadable.add('mug')
  kept.set('cup', 4)
  await readAgain(depot)
  expect(await at(world, 'FBA', 'mug')).toMatchObject({ onHand: 12 })
  expect(await at(world, 'FBA', 'cup')).toMatchObject({ onHand: 4 })
  expect(warned).toContainEqual(expect.objectContaining({ unreadable: ['mug'] }))
})

test('its own orders reserve there, and what it has taken off for them is not counted twice; ours stay ours', async () => {
  const { world, kept, platform, connectionId, ...depot } = await open(['mug'])
  await world.adjust('mug', 30)
  kept.set('mug', 12)
  await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
  await readAgain({ ...depot })
  const order = platform.sell('mug', 2)
  assert(order !== undefined, 'the shop sells it')
  kept.orders.add(order.externalId)
  kept.set('mug', 10)
  await readAgain({ ...depot })
  expect(await at(world, 'FBA', 'mug')).toEqual({ onHand: 12, reserved: 2, held: 0 })
  expect(await at(world, 'MAIN', 'mug')).toEqual({ onHand: 30, reserved: 0, held: 0 })
  platform.ship(order.externalId)
  await readAgain({ ...depot })
  await readAgain({ ...depot })
  expect(await at(world, 'FBA', 'mug')).toEqual({ onHand: 10, reserved: 0, held: 0 })
  expect(await at(world, 'MAIN', 'mug')).toEqual({ onHand: 30, reserved: 0, held: 0 })
})

test('while nothing stands for the place its orders reserve nothing of ours, and are not parked', async () => {
  const { world, kept, platform, connectionId, ...depot } = await open(['mug'])
  await world.adjust('mug', 30)
  const order = platform.sell('mug', 2)
  assert(order !== undefined, 'the shop sells it')
  kept.orders.add(order.externalId)
  await turns(depot.clock, depot.stepped, 6)
  platform.ship(order.externalId)
  await turns(depot.clock, depot.stepped, 6)
  expect(await at(world, 'MAIN', 'mug')).toEqual({ onHand: 30, reserved: 0, held: 0 })
  expect((await world.inbox(connectionId)).filter(({ state }) => state === 'parked')).toEqual([])
})

test('more is reserved there than the platform has left: booked all the same, and shown', async () => {
  const { world, kept, connectionId, ...depot } = await open(['mug'])
  kept.set('mug', 5)
  await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
  await readAgain(depot)
  const [reserved] = await changeStock(world.context, [
    {
      key: 'lent',
      kind: 'reserve',
      sku: 'mug',
      locationCode: 'FBA',
      quantity: 4,
      actor: 'test',
      reason: null,
      effectiveAt: undefined,
    },
  ])
  expect(reserved?.kind).toBe('applied')
  kept.set('mug', 1)
  await readAgain(depot)
  expect(await at(world, 'FBA', 'mug')).toEqual({ onHand: 1, reserved: 4, held: 0 })
  const { problems } = await readCountedPlaces(world.context, connectionId)
  expect(problems).toMatchObject([{ code: 'short', problem: expect.stringContaining('3 more units') }])
  expect(problems[0]?.problemTold).toMatchObject({ code: 'count-short', facts: { units: 3 } })
})

test('a location that something else goes by is refused; untied, what was booked stays', async () => {
  const { world, kept, connectionId, ...depot } = await open(['mug'])
  const tie = (location: string | null) => tieCountedPlace(world.context, connectionId, DEPOT, location)
  await expect(tie('MAIN')).rejects.toMatchObject({ code: 'wrong-state' })
  await expect(tie('NOWHERE')).rejects.toMatchObject({ code: 'unknown-location' })
  await expect(tieCountedPlace(world.context, connectionId, 'default', 'FBA')).rejects.toMatchObject({
    code: 'unknown-location',
  })
  kept.set('mug', 5)
  await tie('FBA')
  await readAgain(depot)
  await tie(null)
  kept.set('mug', 9)
  await readAgain(depot)
  expect(await at(world, 'FBA', 'mug')).toMatchObject({ onHand: 5 })
  const [location] = await world.rows(sql<{ countedBy: string | null }>`
    select counted_by from location where organization_id = ${world.context.organizationId} and code = 'FBA'`)
  expect(location).toEqual({ countedBy: null })
})

test('that its counts cannot be read holds nothing else up', async () => {
  const { world, kept, platform, connectionId, ...depot } = await open(['mug'])
  kept.set('mug', 5)
  kept.failing = 3
  await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
  await readAgain(depot)
  platform.sell('mug', 2)
  await turns(depot.clock, depot.stepped, 6)
  expect((await world.inbox(connectionId)).map(({ state }) => state)).toEqual(['applied'])
  expect(await world.connection(connectionId)).toMatchObject({ state: 'shadow', pauseReasons: [] })
  for (let read = 0; read < 4; read += 1) await readAgain(depot)
  expect(await at(world, 'FBA', 'mug')).toMatchObject({ onHand: 5 })
})

test('I3: whatever is counted, sold and shipped there, and whoever reads it when: at rest the ledger says what is there', async () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('count' as const),
      unit: fc.constantFrom('mug', 'cup'),
      units: fc.nat({ max: 9 }),
    }),
    fc.record({ kind: fc.constant('sell' as const), unit: fc.constantFrom('mug', 'cup') }),
    fc.record({ kind: fc.constant('ship' as const) }),
    fc.record({ kind: fc.constant('fail' as const) }),
    fc.record({ kind: fc.constant('read' as const) }),
    fc.record({ kind: fc.constant('take-over' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 10 }), async (steps) => {
      const { world, clock, kept, platform, connectionId, ...depot } = await open(['mug', 'cup'])
      let { stepped } = depot
      await tieCountedPlace(world.context, connectionId, DEPOT, 'FBA')
      const openOrders: { externalId: string; unit: string }[] = []
      for (const unit of ['mug', 'cup']) kept.set(unit, 8)
      for (const each of steps) {
        const told = 'unit' in each ? kept.units.get(each.unit) : undefined
        if (each.kind === 'count') kept.set(each.unit, each.units, each.units % 3)
        else if (each.kind === 'sell' && told !== undefined && told.available > 0) {
          const order = platform.sell(each.unit, 1)
          if (order === undefined) continue
          kept.orders.add(order.externalId)
          told.available -= 1
          openOrders.push({ externalId: order.externalId, unit: each.unit })
        } else if (each.kind === 'ship') {
          const order = openOrders.shift()
          if (order !== undefined) platform.ship(order.externalId)
        } else if (each.kind === 'fail') kept.failing = 1
        else if (each.kind === 'read') await readAgain({ clock, stepped })
        else if (each.kind === 'take-over') {
          await clock.advance(2 * 3_600_000)
          stepped = await stepConnection(world, connectionId)
        }
      }
      kept.failing = 0
      for (let read = 0; read < 3; read += 1) await readAgain({ clock, stepped })
      for (const unit of ['mug', 'cup']) {
        const open = openOrders.filter((order) => order.unit === unit).length
        const { available = 0, held = 0 } = kept.units.get(unit) ?? {}
        expect(await at(world, 'FBA', unit), unit).toEqual({
          onHand: available + held + open,
          reserved: open,
          held,
        })
        expect(await at(world, 'MAIN', unit)).toEqual({ onHand: 0, reserved: 0, held: 0 })
      }
      const booked = await countedMovements(world)
      await readAgain({ clock, stepped })
      expect(await countedMovements(world)).toBe(booked)
    }),
    fromEnvironment(6),
  )
}, 120_000)

test('over the wire: the corner shop’s depot, all of its pages', async () => {
  const simulator = await startSampleSimulator()
  try {
    const world = await createWorld(database, systemClock)
    const connectors = world.context.connectors as Map<string, Connector>
    connectors.set('sample', sampleConnector as unknown as Connector)
    const skus = Array.from({ length: 45 }, (_, number) => `kept-${number}`)
    const answer = await fetch(`${simulator.url}/_control/products`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        skus.map((sku, quantity) => ({ sku, title: sku, price: 1, quantity, keptByPlatform: true })),
      ),
    })
    expect(answer.status).toBe(201)
    for (const sku of skus) await world.stock(sku, 0)
    const { connectionId } = await connect(world.context, {
      connector: 'sample',
      name: 'Corner shop',
      settings: { url: simulator.url },
      credentials: simulator.given,
      locationCode: 'MAIN',
      ordersPollMs: undefined,
    })
    const connection = await new ConnectionRegistry(world.context).find(connectionId)
    assert(connection !== undefined, 'it was made')
    await importConnection(world.context, connection)
    await addLocation(world, 'DEPOT')
    await tieCountedPlace(world.context, connectionId, DEPOT, 'DEPOT')
    const stepped = await stepConnection(world, connectionId)
    for (let turn = 0; turn < 8; turn += 1) await stepped.turn()
    for (const [quantity, sku] of skus.entries())
      expect(await at(world, 'DEPOT', sku), sku).toEqual({ onHand: quantity, reserved: 0, held: 0 })
  } finally {
    await simulator.close()
  }
})
