import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { changeEditRule } from './edit-rules.ts'
import { resolveDrift } from './edits.ts'
import { decideCause, decideHealing } from './reconciliation.ts'
import { resolveDrifts } from './resolve-drifts.ts'

// What becomes of a number that a person types into the platform's own screen, by the connection's rule.

let database: TestDatabase
let clock: ManualClock
let world: World
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  await database.drop()
})
beforeEach(async () => {
  clock = manualClock()
  world = await createWorld(database, clock)
})

async function openShop(rule: Parameters<typeof changeEditRule>[2], units = 10) {
  await world.stock('bottle', units)
  const shop = await world.open('shop', { bottle: units }, { writeStyle: 'absolute' })
  await changeEditRule(world.context, 'shop', rule)
  const other = await world.open('other', { bottle: units }, { writeStyle: 'absolute' })
  const steps = [
    await stepConnection(world, shop.connectionId),
    await stepConnection(world, other.connectionId),
  ]
  const run = async (rounds = 8) => {
    for (let round = 0; round < rounds; round += 1) for (const step of steps) await turns(clock, step, 1, 400)
  }
  await run()
  return { ...shop, other: other.platform, run }
}

const drifts = () =>
  world.rows(sql<{
    driftId: string
    cause: string
    rule: string | null
    healed: string
    observed: number
    expected: number
  }>`select drift_id, cause, rule, healed, observed, expected from drift
    where organization_id = ${world.context.organizationId} order by found_at, drift_id`)

test('hub wins: the hub’s number goes out again, and the difference is recorded with its cause', async () => {
  const { platform, run } = await openShop('hub-wins')
  platform.edit('bottle', 13)
  await run()
  expect(platform.quantityOf('bottle')).toBe(10)
  expect(await world.available('bottle')).toBe(10)
  expect(await drifts()).toMatchObject([
    { cause: 'edited-on-platform', rule: 'hub-wins', healed: 'written', observed: 13, expected: 10 },
  ])
})

test('hub wins over an edit of a level whose last write was refused: the refusal was of another number', async () => {
  const { platform, run } = await openShop('hub-wins')
  platform.refused.set('bottle', 'row')
  await world.adjust('bottle', 5)
  await run()
  platform.refused.clear()
  await run()
  // Not sent again by itself, without anything new.
  expect(platform.quantityOf('bottle')).toBe(10)
  platform.edit('bottle', 30)
  await run()
  expect(platform.quantityOf('bottle')).toBe(15)
})

test('platform wins: the edit is a movement, once, by its difference, and the other channels follow', async () => {
  const { platform, other, run } = await openShop('platform-wins')
  platform.edit('bottle', 13)
  await run(16)
  expect(await world.available('bottle')).toBe(13)
  expect([platform.quantityOf('bottle'), other.quantityOf('bottle')]).toEqual([13, 13])
  expect(platform.writes.filter(({ to }) => to === 10)).toEqual([])
  expect(await drifts()).toMatchObject([{ cause: 'edited-on-platform', healed: 'adjusted' }])
})

test('ask: the level is lowered with sales, never raised until a person has answered', async () => {
  const { platform, connectionId, run } = await openShop('ask')
  platform.edit('bottle', 7)
  await run()
  expect(platform.quantityOf('bottle')).toBe(7)
  const [drift] = await drifts()
  expect(drift).toMatchObject({ healed: 'asked', observed: 7, expected: 10 })
  expect(await world.tasks('drift')).toMatchObject([{ units: -3, isOpen: true }])
  await world.adjust('bottle', 5)
  await run()
  expect(platform.quantityOf('bottle')).toBe(7)
  await world.adjust('bottle', -9)
  await run()
  expect(platform.quantityOf('bottle')).toBe(6)
  await world.adjust('bottle', 4)
  await resolveDrift(world.context, drift?.driftId ?? '', 'hub')
  await run()
  expect(platform.quantityOf('bottle')).toBe(10)
  expect(await world.tasks('drift')).toMatchObject([{ isOpen: false }])
  expect((await world.level(connectionId, 'bottle')).desired).toBe(10)
  await expect(resolveDrift(world.context, drift?.driftId ?? '', 'platform')).rejects.toMatchObject({
    code: 'wrong-state',
  })
})

test('asked and answered for the platform: the edit is a movement, and the level may be raised again', async () => {
  const { platform, other, run } = await openShop('ask')
  platform.edit('bottle', 7)
  await run()
  const [drift] = await drifts()
  await resolveDrift(world.context, drift?.driftId ?? '', 'platform')
  await run()
  expect(await world.available('bottle')).toBe(7)
  expect([platform.quantityOf('bottle'), other.quantityOf('bottle')]).toEqual([7, 7])
  await world.adjust('bottle', 2)
  await run()
  expect(platform.quantityOf('bottle')).toBe(9)
})

test('several at once: what is asked is answered, what the ledger refuses stays asked, and later finds are left', async () => {
  const { platform, connectionId, other, run } = await openShop('ask')
  platform.edit('bottle', 7)
  await run()
  const seen = new Date(clock.now())
  const ask = (winner: 'hub' | 'platform', until = seen) =>
    resolveDrifts(world.context, { connection: 'shop', winner, until })
  expect(await ask('hub', new Date(0))).toEqual({ resolved: 0, refused: [], left: 0 })
  const track = (how: 'plain' | 'serial') =>
    sql`update item set tracking = ${how} where organization_id = ${world.context.organizationId}`.execute(
      database.kysely,
    )
  await track('serial')
  const refused = await ask('platform')
  expect(refused).toMatchObject({
    resolved: 0,
    left: 0,
    refused: [{ code: 'wrong-state', message: expect.any(String) }],
  })
  expect(await drifts()).toMatchObject([{ healed: 'asked' }])
  await track('plain')
  expect(await ask('platform')).toEqual({ resolved: 1, refused: [], left: 0 })
  await run()
  expect(await world.available('bottle')).toBe(7)
  expect([platform.quantityOf('bottle'), other.quantityOf('bottle')]).toEqual([7, 7])
  expect((await world.level(connectionId, 'bottle')).desired).toBe(7)
  expect(await world.tasks('drift')).toMatchObject([{ isOpen: false }])
})

test('platform wins, but the ledger refuses: more than is there is taken away, so a person is asked', async () => {
  const { platform, run, connectionId } = await openShop('platform-wins', 4)
  await sql`update level set desired_because = 'capped' where connection_id = ${connectionId}`.execute(
    database.kysely,
  )
  platform.edit('bottle', 2)
  await run()
  expect(await drifts()).toMatchObject([{ healed: 'asked', rule: 'platform-wins' }])
  expect(await world.available('bottle')).toBe(4)
})

test('an edit of a level that is written by compare-and-set is found by the conflict, and the rule holds', async () => {
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  await changeEditRule(world.context, 'shop', 'platform-wins')
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 6, 400)
  platform.edit('bottle', 12)
  // The write that is on its way meets the edited number.
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 12, 400)
  expect(await world.available('bottle')).toBe(11)
  expect(platform.quantityOf('bottle')).toBe(11)
})

test('I11: with platform wins, sales, edits and the hub’s own changes in any order end in one count everywhere', async () => {
  const anyStep = fc.record({
    kind: fc.constantFrom('sell' as const, 'edit' as const, 'adjust' as const, 'run' as const),
    units: fc.integer({ min: -2, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 8 }), async (steps) => {
      clock = manualClock()
      world = await createWorld(database, clock)
      const { platform, other, run } = await openShop('platform-wins', 20)
      let edited = 0
      for (const { kind, units } of steps) {
        if (kind === 'sell') platform.sell('bottle', 1)
        if (kind === 'adjust' && units !== 0) await world.adjust('bottle', units)
        if (kind === 'edit') {
          // Nobody edits a number that is being written: what that would mean is anybody's guess.
          await run(14)
          platform.edit('bottle', (platform.quantityOf('bottle') ?? 0) + units)
          edited += units
          await run(14)
        }
        await run(kind === 'run' ? 3 : 1)
      }
      await run(20)
      const sold = platform.orders.size
      const adjusted = steps.reduce((sum, { kind, units }) => sum + (kind === 'adjust' ? units : 0), 0)
      expect(await world.available('bottle')).toBe(20 - sold + adjusted + edited)
      expect(platform.quantityOf('bottle')).toBe(20 - sold + adjusted + edited)
      expect(other.quantityOf('bottle')).toBe(20 - sold + adjusted + edited)
    }),
    { ...fromEnvironment(6), endOnFailure: true },
  )
}, 300_000)

test('the platform’s own way with cancels is no edit, and never a movement', () => {
  expect(decideCause({ observed: 12, expected: 10 }, 2)).toBe('platform-correction')
  expect(decideCause({ observed: 8, expected: 10 }, 2)).toBe('platform-correction')
  expect(decideCause({ observed: 13, expected: 10 }, 2)).toBe('edited-on-platform')
  expect(decideCause({ observed: 13, expected: 10 }, 0)).toBe('edited-on-platform')
  const level = { desiredBecause: 'available', itemId: 'i' }
  expect(decideHealing('platform-correction', 'platform-wins', level)).toBe('write')
  expect(decideHealing('edited-on-platform', 'platform-wins', level)).toBe('adjust')
  expect(decideHealing('edited-on-platform', 'platform-wins', { ...level, desiredBecause: 'fixed' })).toBe(
    'ask',
  )
  expect(decideHealing('edited-on-platform', 'ask', level)).toBe('ask')
})
