// Policies for a time: campaigns that use up their own units, and sales that begin and end by themselves.
import { manualClock, systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { updateAvailability } from '../availability/availability.ts'
import { answerWhatIf, type WhatIfRequest } from '../availability/whatif.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, until, type World } from '../testing/world.ts'
import { changePolicy } from './policies.ts'
import {
  endWindow,
  listWindows,
  notePassedWindows,
  scheduleWindow,
  type WindowRequest,
} from './policy-windows.ts'

vi.setConfig({ testTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const HOUR_MS = 3_600_000

async function openWorld() {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('MUG', 40)
  const north = await world.open('north', { MUG: 0 })
  const south = await world.open('south', { MUG: 0 })
  const shown = async () => [
    (await world.level(north.connectionId, 'MUG')).desired,
    (await world.level(south.connectionId, 'MUG')).desired,
  ]
  const pass = async (hours: number) => {
    await clock.advance(hours * HOUR_MS)
    await notePassedWindows(world.context)
    await updateAvailability(world.context)
  }
  const at = (hours: number) => new Date(clock.now() + hours * HOUR_MS).toISOString()
  return { clock, world, north, south, shown, pass, at }
}

const listingOf = async (world: World, connectionId: string): Promise<string> => {
  const [found] = await world.rows(sql<{ listingId: string }>`
    select listing_id from listing
    where organization_id = ${world.context.organizationId} and connection_id = ${connectionId}`)
  return found?.listingId ?? ''
}

test('I6: a window that begins by the clock of one process begins for the one that works it out, though its clock is behind', async () => {
  const { clock, world, shown, pass, at } = await openWorld()
  await pass(0)
  await scheduleWindow(world.context, {
    connection: 'north',
    name: 'Stock take',
    startsAt: at(2),
    endsAt: at(3),
    set: { fixed: 7 },
  })
  const ahead = { ...world.context, clock: { ...clock, now: () => clock.now() + 400 } }
  const passAhead = async () => {
    expect(await notePassedWindows(ahead)).toBe(1)
    await updateAvailability(world.context)
    // Nobody notes it a second time.
    await clock.advance(1_000)
    expect(await notePassedWindows(world.context)).toBe(0)
    await updateAvailability(world.context)
  }
  await clock.advance(2 * HOUR_MS - 200)
  await passAhead()
  expect(await shown()).toEqual([7, 40])
  await clock.advance(HOUR_MS - 1_000)
  await passAhead()
  expect(await shown()).toEqual([40, 40])
})

test('a campaign sets its units aside, its own sales use them up, and what did not sell comes back', async () => {
  const { clock, world, north, south, shown, pass, at } = await openWorld()
  await pass(0)
  await scheduleWindow(world.context, {
    connection: 'north',
    name: 'Sale',
    startsAt: at(2),
    endsAt: at(5),
    set: { campaignUnits: 15, sharePercent: 0 },
  })
  expect(await shown()).toEqual([40, 40])
  await pass(3)
  expect(await shown()).toEqual([15, 25])
  const [worksNorth, worksSouth] = [
    await stepConnection(world, north.connectionId),
    await stepConnection(world, south.connectionId),
  ]
  await turns(clock, worksNorth, 4, 1_100)
  await turns(clock, worksSouth, 4, 1_100)
  expect(north.platform.listings.get('MUG')?.quantity).toBe(15)

  north.platform.sell('MUG', 6)
  await turns(clock, worksNorth, 4, 1_100)
  expect(await shown()).toEqual([9, 25])
  south.platform.sell('MUG', 5)
  await turns(clock, worksSouth, 4, 1_100)
  expect(await shown()).toEqual([9, 20])
  expect(await listWindows(world.context)).toMatchObject([
    { state: 'open', campaignUnits: 15, campaignSold: 6 },
  ])

  await pass(3)
  expect(await shown()).toEqual([29, 29])
  expect(await listWindows(world.context)).toMatchObject([{ state: 'ended' }])
})

test('a window begins and ends by itself within seconds, in whichever process', async () => {
  const world = await createWorld(database, systemClock)
  await world.stock('MUG', 40)
  const { connectionId } = await world.open('north', { MUG: 0 })
  const engines = [world.engine(), world.engine()]
  for (const engine of engines) await engine.start({ worker: true })
  const now = systemClock.now()
  await scheduleWindow(world.context, {
    name: 'Night',
    startsAt: new Date(now + 1_500).toISOString(),
    endsAt: new Date(now + 4_000).toISOString(),
    set: { cap: 7 },
  })
  const shows = async (units: number) => (await world.level(connectionId, 'MUG')).desired === units
  expect(await shows(40)).toBe(true)
  await until('the sale has begun', () => shows(7))
  await until('the sale has ended', () => shows(40))
  for (const engine of engines) await engine.stop()
  expect(world.errors).toEqual([])
})

test('an open window that is ended, and one that has not begun, leave nothing behind', async () => {
  const { world, shown, at, pass } = await openWorld()
  const open = await scheduleWindow(world.context, {
    name: 'a',
    startsAt: at(-1),
    endsAt: at(9),
    set: { cap: 3 },
  })
  expect(await shown()).toEqual([3, 3])
  await pass(1)
  await endWindow(world.context, open.windowId)
  expect(await shown()).toEqual([40, 40])
  await expect(endWindow(world.context, open.windowId)).rejects.toMatchObject({ code: 'unknown-window' })
  const later = await scheduleWindow(world.context, {
    name: 'b',
    startsAt: at(1),
    endsAt: at(9),
    set: { cap: 3 },
  })
  await endWindow(world.context, later.windowId)
  expect(await listWindows(world.context)).toMatchObject([{ name: 'a', state: 'ended' }])
  await pass(2)
  expect(await shown()).toEqual([40, 40])
})

test('a local time is that of its time zone, on both sides of a change to summer', async () => {
  const { world } = await openWorld()
  const window = { name: 'x', timeZone: 'Europe/Berlin', set: { cap: 1 } }
  const made = await scheduleWindow(world.context, {
    ...window,
    startsAt: '2026-03-28T12:00',
    endsAt: '2026-03-29T12:00',
  })
  expect([made.startsAt.toISOString(), made.endsAt.toISOString()]).toEqual([
    '2026-03-28T11:00:00.000Z',
    '2026-03-29T10:00:00.000Z',
  ])
})

test.each<[string, Partial<WindowRequest>, string, RegExp]>([
  ['the same field meanwhile', { set: { cap: 2 } }, 'window-overlap', /"Sale" sets cap too/],
  ['an end before its beginning', { endsAt: '2026-01-01T00:00:00Z' }, 'invalid-window', /ends after/],
  [
    'an end that is past',
    { startsAt: '2025-01-01T00:00:00Z', endsAt: '2025-01-02T00:00:00Z' },
    'invalid-window',
    /ended already/,
  ],
  ['no moment', { startsAt: 'tomorrow' }, 'invalid-window', /no moment/],
  ['a local time of nowhere', { startsAt: '2026-01-02T00:00' }, 'invalid-window', /time zone/],
  ['no time zone', { timeZone: 'Europe/Atlantis' }, 'invalid-window', /no time zone/],
  ['nothing set', { set: {} }, 'invalid-window', /sets nothing/],
  [
    'a campaign of everything',
    { set: { campaignUnits: 5 } },
    'policy-contradiction',
    /one connection or of one listing/,
  ],
  [
    'a floor above the cap',
    { set: { buffer: 1, floor: 5, cap: 3 } as object },
    'policy-contradiction',
    /floor/,
  ],
])('a window is refused with %s', async (_, changes, code, message) => {
  const { world, at } = await openWorld()
  await scheduleWindow(world.context, { name: 'Sale', startsAt: at(1), endsAt: at(9), set: { cap: 3 } })
  const wanted = { name: 'x', startsAt: at(2), endsAt: at(3), set: { floor: 1 }, ...changes }
  const refused = expect(scheduleWindow(world.context, wanted)).rejects
  await refused.toMatchObject({ code, message: expect.stringMatching(message) })
  expect(await listWindows(world.context)).toHaveLength(1)
})

test('windows of another scope, another field or another time do not hinder each other', async () => {
  const { world, at, shown, pass } = await openWorld()
  const schedule = (changes: Partial<WindowRequest>) =>
    scheduleWindow(world.context, { name: 'x', startsAt: at(1), endsAt: at(9), set: { cap: 9 }, ...changes })
  await schedule({})
  await schedule({ set: { bufferUnits: 2 } })
  await schedule({ connection: 'north', set: { cap: 5 } })
  await schedule({ startsAt: at(9), endsAt: at(10), set: { cap: 4 } })
  await schedule({ item: 'MUG', startsAt: at(3), endsAt: at(4), set: { cap: 6 } })
  await pass(2)
  expect(await shown()).toEqual([5, 9])
  await pass(1.5)
  expect(await shown()).toEqual([6, 6])
  await pass(6)
  expect(await shown()).toEqual([4, 4])
})

test('exclusive shares of more than all are refused, now and when a window would open, and say who has them', async () => {
  const { world, north, shown, at } = await openWorld()
  await changePolicy(world.context, { connection: 'south' }, { exclusivePercent: 60 })
  expect(await shown()).toEqual([16, 24])
  const listing = await listingOf(world, north.connectionId)
  const refusal = {
    code: 'overfull-shares',
    message: expect.stringContaining('110 % of MUG would be set aside'),
  }
  const setting = changePolicy(world.context, { listing }, { exclusivePercent: 50 })
  await expect(setting).rejects.toMatchObject(refusal)
  await expect(setting).rejects.toThrow('north (listing MUG) 50 %, south 60 %')
  const planning = scheduleWindow(world.context, {
    listing,
    name: 'x',
    startsAt: at(1),
    endsAt: at(2),
    set: { exclusivePercent: 50 },
  })
  await expect(planning).rejects.toMatchObject(refusal)
  expect(await shown()).toEqual([16, 24])
  await changePolicy(world.context, { listing }, { exclusivePercent: 40 })
  expect(await shown()).toEqual([16, 24])
  await expect(changePolicy(world.context, { item: 'MUG' }, { exclusivePercent: 1 })).rejects.toMatchObject({
    code: 'policy-contradiction',
  })
})

const ask = (world: World, request: Partial<WhatIfRequest>) =>
  answerWhatIf(world.context, {
    at: undefined,
    policies: [],
    protections: [],
    stock: [],
    items: [],
    connection: undefined,
    cursor: undefined,
    limit: 10,
    ...request,
  })

test('what if: told is what would then be shown, and nothing is changed', async () => {
  const { world, north, shown, at, pass } = await openWorld()
  const listing = await listingOf(world, north.connectionId)
  await scheduleWindow(world.context, { name: 'x', startsAt: at(1), endsAt: at(2), set: { cap: 9 } })
  const afterOf = async (request: Partial<WhatIfRequest>) => {
    const { rows } = await ask(world, request)
    const of = (name: string) => rows.find((row) => row.connectionName === name)?.after.units ?? 40
    return [of('north'), of('south')]
  }
  const before = await world.rows(
    sql`select * from level where organization_id = ${world.context.organizationId} order by level_id`,
  )
  expect(await afterOf({ policies: [{ listing, set: { exclusivePercent: 30 } }] })).toEqual([12, 28])
  expect(await afterOf({ policies: [{ connection: 'south', set: { campaignUnits: 5 } }] })).toEqual([35, 40])
  expect(await afterOf({ stock: [{ sku: 'MUG', location: 'MAIN', units: -40 }] })).toEqual([0, 0])
  expect(await afterOf({ at: new Date(at(1)) })).toEqual([9, 9])
  expect(await ask(world, { policies: [{ connection: 'north', set: { paused: true } }] })).toMatchObject({
    totals: { levels: 2, changed: 1, lowered: 1, raised: 0, toZero: 1, unitsBefore: 80, unitsAfter: 40 },
    rows: [
      { sku: 'MUG', before: { units: 40, because: 'available' }, after: { units: 0, because: 'paused' } },
    ],
    next: undefined,
  })
  expect((await ask(world, { connection: 'south', policies: [{ set: { cap: 1 } }] })).totals.levels).toBe(1)
  await expect(ask(world, { at: new Date(0) })).rejects.toMatchObject({ code: 'invalid-moment' })
  await expect(ask(world, { items: ['NONE'] })).rejects.toMatchObject({ code: 'unknown-item' })
  expect(
    await world.rows(
      sql`select * from level where organization_id = ${world.context.organizationId} order by level_id`,
    ),
  ).toEqual(before)
  await changePolicy(world.context, { listing }, { exclusivePercent: 30 })
  expect(await shown()).toEqual([12, 28])
  await pass(1)
  expect(await shown()).toEqual([9, 9])
})
