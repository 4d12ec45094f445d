// What protected an item at any moment, who set it, and what its numbers kept back because of that.
import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import type { ProtectionMode } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { updateAvailability } from '../availability/availability.ts'
import { findLevelsAt } from '../safety/level-at.store.ts'
import { type Stepped, stepConnection } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { findProtectionChanges, findProtectionsAt } from './protection-history.store.ts'
import { changeProtection } from './protections.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

async function settle(world: World, clock: ManualClock, shops: readonly Stepped[]): Promise<void> {
  for (let round = 0; round < 14; round += 1) {
    for (const shop of shops) {
      await shop.turn()
      await updateAvailability(world.context)
    }
    await clock.advance(300)
  }
}

test('I10: a number is told with the protection that it was under, and the units which that kept back', async () => {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock, { leaseMs: 86_400_000 })
  const itemId = await world.stock('MUG', 10)
  const a = await world.open('a', { MUG: 0 })
  const b = await world.open('b', { MUG: 0 })
  const shops = [await stepConnection(world, a.connectionId), await stepConnection(world, b.connectionId)]
  await settle(world, clock, shops)
  const { organizationId } = world.context
  const look = async (at: number) => {
    const levels = await findLevelsAt(database.kysely, organizationId, itemId, new Date(at))
    return levels.map(({ wanted, protection, keptBack }) => [wanted, protection, keptBack])
  }
  const open = clock.now()
  await changeProtection(world.context, { item: 'MUG' }, { mode: 'guaranteed', actor: 'somebody' })
  const tightening = clock.now()
  await clock.advance(1)
  await settle(world, clock, shops)
  const dealt = clock.now()
  await clock.advance(1_000)
  await sql`
    insert into item_depth (organization_id, item_id, tighten_units, measured_at)
    values (${organizationId}, ${itemId}, null, ${new Date(clock.now())})`.execute(database.kysely)
  await sql`
    insert into connection_buffer (organization_id, item_id, connection_id, units, auto_units)
    values (${organizationId}, ${itemId}, ${a.connectionId}, 3, 0)`.execute(database.kysely)
  await changeProtection(world.context, { item: 'MUG' }, { mode: 'buffered', actor: 'api' })
  const buffered = clock.now()
  await clock.advance(1_000)
  expect(await look(open - 1)).toEqual([
    [10, 'open', 0],
    [10, 'open', 0],
  ])
  const atFirst = await look(tightening)
  expect(atFirst.map(([, protection]) => protection)).toEqual(['tightening', 'tightening'])
  for (const [wanted, , keptBack] of atFirst) expect(Number(wanted) + Number(keptBack)).toBe(10)
  expect(await look(dealt)).toEqual([
    [5, 'guaranteed', 5],
    [5, 'guaranteed', 5],
  ])
  expect(await look(buffered)).toEqual([
    [7, 'buffered', 3],
    [10, 'buffered', 0],
  ])
  const changes = await findProtectionChanges(database.kysely, organizationId, { limit: 10 })
  expect(changes.map(({ sku, mode, actor }) => [sku, mode, actor])).toEqual([
    ['MUG', 'buffered', 'api'],
    ['MUG', 'guaranteed', 'somebody'],
  ])
})

test('a history can only grow', async () => {
  const world = await createWorld(database, manualClock())
  await changeProtection(world.context, {}, { mode: 'open' })
  const { organizationId } = world.context
  await expect(
    sql`delete from protection_change where organization_id = ${organizationId}`.execute(database.kysely),
  ).rejects.toThrow()
})

test('what was set before changes were kept is known as long as it stands', async () => {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock)
  const { organizationId } = world.context
  const scopes = [{ scope: 'organization' as const, scopeId: organizationId }]
  const said = async (at: number) =>
    (await findProtectionsAt(database.kysely, organizationId, scopes, new Date(at))).map(
      ({ mode, actor, since }) => [mode, actor, since?.getTime() ?? null],
    )
  const set = clock.now()
  await sql`
    insert into protection (organization_id, scope, scope_id, mode, oversells_per_million, updated_at)
    values (${organizationId}, 'organization', ${organizationId}, 'buffered', 1000, ${new Date(set)})`.execute(
    database.kysely,
  )
  await clock.advance(1_000)
  expect(await said(set)).toEqual([['buffered', null, set]])
  expect(await said(set - 1)).toEqual([[null, null, null]])
  const changed = clock.now()
  await changeProtection(world.context, {}, { mode: null, actor: 'cli' })
  expect(await said(changed)).toEqual([])
})

test('I10: at any moment it is told what was set then (any changes)', async () => {
  const anyMode: fc.Arbitrary<ProtectionMode | null> = fc.constantFrom(
    'open',
    'buffered',
    'guaranteed',
    'auto',
    null,
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ mode: anyMode, nth: fc.nat(2), passMs: fc.nat(3) }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (changes) => {
        const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
        const world = await createWorld(database, clock)
        const itemId = await world.stock('MUG', 5)
        const { connectionId } = await world.open('a', { MUG: 0 })
        const { organizationId } = world.context
        const scopes = [
          { scope: 'organization' as const, scopeId: organizationId },
          { scope: 'connection' as const, scopeId: connectionId },
          { scope: 'item' as const, scopeId: itemId },
        ]
        const targets = [{}, { connection: 'a' }, { item: 'MUG' }]
        // The ten lines that it must agree with: what was set last by then, at each scope.
        const model = new Map<number, (ProtectionMode | null)[]>()
        const now: (ProtectionMode | null)[] = [null, null, null]
        model.set(clock.now() - 1, [...now])
        for (const { mode, nth, passMs } of changes) {
          await changeProtection(world.context, targets[nth] ?? {}, { mode, actor: 'x' })
          now[nth] = mode
          model.set(clock.now(), [...now])
          await clock.advance(passMs)
        }
        for (const [at, expected] of model) {
          const found = await findProtectionsAt(database.kysely, organizationId, scopes, new Date(at))
          expect(scopes.map(({ scope }) => found.find((row) => row.scope === scope)?.mode ?? null)).toEqual(
            expected,
          )
        }
      },
    ),
    { ...fromEnvironment(10), endOnFailure: true },
  )
}, 120_000)
