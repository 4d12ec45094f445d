// What is on record of an item's levels, orders and policies at any moment.
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changePolicy } from '../policies/policies.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { findLevelsAt, findOrdersKnownAt, findPoliciesAt } from './level-at.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

test('I10: at every moment a level is explained by what was wanted, sent and had by then', async () => {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock, { leaseMs: 86_400_000 })
  const itemId = await world.stock('MUG', 9)
  const a = await world.open('a', { MUG: 9 })
  const b = await world.open('b', { MUG: 9 })
  const workers = [await stepConnection(world, a.connectionId), await stepConnection(world, b.connectionId)]
  const settle = async () => {
    for (let nth = 0; nth < 4; nth += 1) for (const worker of workers) await turns(clock, worker, 1)
  }
  await settle()
  const { organizationId } = world.context
  const { kysely } = database
  const moments: { at: Date; shown: number | undefined }[] = []
  const look = () => moments.push({ at: new Date(clock.now()), shown: b.platform.quantityOf('MUG') })
  for (const units of [2, 3]) {
    await clock.advance(1_000)
    a.platform.sell('MUG', units)
    await settle()
    look()
  }
  await clock.advance(1_000)
  const unseenAt = new Date(clock.now())
  a.platform.sell('MUG', 1)
  await clock.advance(1_000)
  // In the same millisecond it is.
  const beforeItWasSeen = new Date(clock.now() - 1)
  await settle()
  look()
  // What each level had by then is what the platform's own books say.
  for (const { at, shown } of moments) {
    const levels = await findLevelsAt(kysely, organizationId, itemId, at)
    const ofB = levels.find(({ connectionName }) => connectionName === 'b')
    expect(ofB).toMatchObject({ wanted: shown, sent: shown, sentState: 'applied', acknowledged: shown })
    expect(ofB?.because).toBe('available')
  }
  expect(moments.map(({ shown }) => shown)).toEqual([7, 4, 3])

  const limit = 10
  const orders = await findOrdersKnownAt(kysely, organizationId, itemId, { at: beforeItWasSeen, limit })
  expect(orders.map(({ units, isKnown }) => [units, isKnown])).toEqual([
    [1, false],
    [3, true],
    [2, true],
  ])
  expect(orders[0]?.placedAt).toEqual(unseenAt)
})

test('I10: a policy is told as it stood then; what was never noted is said to be unknown', async () => {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock)
  await world.stock('MUG', 9)
  const { connectionId } = await world.open('a', { MUG: 9 })
  const { organizationId } = world.context
  const scopes = [{ scope: 'connection', scopeId: connectionId }]
  const said = async (at: number) => {
    const found = await findPoliciesAt(database.kysely, organizationId, scopes, new Date(at))
    return found.map(({ fields, isKnown }) => [fields?.cap, isKnown])
  }
  const before = clock.now()
  await clock.advance(1_000)
  await changePolicy(world.context, { connection: connectionId }, { cap: 5 })
  const capped = clock.now()
  await clock.advance(1_000)
  await changePolicy(world.context, { connection: connectionId }, { cap: 3 })
  const less = clock.now()
  await clock.advance(1_000)
  await changePolicy(world.context, { connection: connectionId }, { cap: null })
  const none = clock.now()
  expect(await said(before)).toEqual([])
  expect(await said(capped)).toEqual([[5, true]])
  expect(await said(less - 1)).toEqual([[5, true]])
  expect(await said(less)).toEqual([[3, true]])
  expect(await said(none)).toEqual([])

  // Of before its changes were noted: what still stands is known from when it was set, what was there earlier is not.
  await sql`
    insert into policy (organization_id, scope, scope_id, cap, updated_at)
    values (${organizationId}, 'item', ${organizationId}, 4, ${new Date(capped)})`.execute(database.kysely)
  scopes.push({ scope: 'item', scopeId: organizationId })
  expect(await said(less)).toEqual([
    [3, true],
    [4, true],
  ])
  expect(await said(before)).toEqual([[undefined, false]])
})
