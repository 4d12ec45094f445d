import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { hasUnreadableOrders, type InboxVerdict, replayParked, settleInbox } from './inbox.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

/** What becomes of a row that waits, as the verdicts of `apply.ts` and `fetching.ts` have it. */
const BECOMES = {
  'cannot be read': { state: 'parked', reasonCode: 'malformed' },
  'the platform refuses to tell': { state: 'parked', reasonCode: 'invalid' },
  'cannot be applied': { state: 'parked', reasonCode: 'cannot-apply' },
  'a line is not mapped': { state: 'parked', reasonCode: 'unmapped-listing' },
  'is to be read by itself': { state: 'fetch', reasonCode: null },
  'the platform is away': { state: 'fetch', reasonCode: 'unavailable' },
  'is applied': { state: 'applied', reasonCode: null },
} as const satisfies Record<string, Pick<InboxVerdict, 'state' | 'reasonCode'>>
type Becomes = keyof typeof BECOMES
const NOT_KNOWN: readonly Becomes[] = [
  'cannot be read',
  'the platform refuses to tell',
  'cannot be applied',
  'the platform is away',
]

// The laboratory's seed 371: an order that could not be read was replayed, and until it had been read again nothing kept
// the units that it may have sold.
test('I5: an order that could not be read or applied is not known, replayed or not, until something has become of it', async () => {
  const world = await createWorld(database, manualClock())
  const { context } = world
  const { organizationId } = context
  const { connectionId } = await world.open('shop', { bottle: 1 })
  const { kysely } = database
  let count = 0
  const at = new Date('2026-01-02T03:04:05Z')
  const isNotKnown = () => hasUnreadableOrders(kysely, organizationId, connectionId)
  const steps = fc.array(
    fc.oneof(fc.constantFrom(...(Object.keys(BECOMES) as Becomes[])), fc.constant('replay' as const)),
    { minLength: 1, maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(steps, async (story) => {
      count += 1
      const inboxId = context.uuid()
      await sql`
        insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, attempts, received_at)
        values (${organizationId}, ${inboxId}, ${connectionId}, 'order', ${`o-${count}`}, 'poll', '{}', 'pending', 0, ${at})`.execute(
        kysely,
      )
      let state = 'pending'
      let expected = false
      for (const step of story) {
        if (step === 'replay') {
          if (state === 'parked') state = 'pending'
          await replayParked(kysely, organizationId, { inboxId })
        } else {
          if (state === 'pending' || state === 'fetch') {
            state = BECOMES[step].state
            // Read by itself it is still what it was before.
            if (step !== 'is to be read by itself') expected = NOT_KNOWN.includes(step)
          }
          const verdict = { inboxId, reason: 'for a reason', told: null, notBefore: null, ...BECOMES[step] }
          await database.kysely.transaction().execute((tx) => settleInbox(tx, organizationId, [verdict], at))
        }
        expect({ story, step, isNotKnown: await isNotKnown() }).toEqual({ story, step, isNotKnown: expected })
      }
      await sql`delete from inbox where inbox_id = ${inboxId}`.execute(kysely)
    }),
    fromEnvironment(60),
  )
})

test('an order that was read since, by another way, is known', async () => {
  const world = await createWorld(database, manualClock())
  const { context } = world
  const { organizationId } = context
  const { connectionId } = await world.open('shop', { bottle: 1 })
  const { kysely } = database
  const store = async (
    state: string,
    reasonCode: string | null,
    at: string,
    payload: object = { order: {} },
  ) => {
    await sql`
      insert into inbox (organization_id, inbox_id, connection_id, topic, subject, source, payload, state, reason_code, attempts,
        received_at, settled_at)
      values (${organizationId}, ${context.uuid()}, ${connectionId}, 'order', 'o-1', 'poll', ${JSON.stringify(payload)}::jsonb, ${state}, ${reasonCode}, 1,
        ${at}, ${at})`.execute(kysely)
    return await hasUnreadableOrders(kysely, organizationId, connectionId)
  }
  expect(await store('applied', null, '2026-01-02T03:04:04Z')).toBe(false)
  expect(await store('parked', 'malformed', '2026-01-02T03:04:05Z', { version: 7 })).toBe(true)
  // A hint that made the hub ask says nothing of it, nor does an older state that comes late.
  expect(await store('applied', null, '2026-01-02T03:04:06Z', {})).toBe(true)
  expect(await store('applied', null, '2026-01-02T03:04:06Z', { version: 6, order: {} })).toBe(true)
  // All but the line that is not mapped is applied.
  expect(await store('parked', 'unmapped-listing', '2026-01-02T03:04:06Z')).toBe(false)
})
