import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createBudgets, manualClock, Unavailable, type WriteOutcome } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectionRegistry } from '../connections/registry.ts'
import { nowOf, type Tx } from '../context.ts'
import { createWorld, type World } from '../testing/world.ts'
import { acquireLeases, LeaseLost } from '../worker/leases.store.ts'
import { openWorkerContext } from '../worker/open-worker-context.ts'
import type { WorkerContext } from '../worker/worker-context.ts'
import { findLaneCandidates } from './lane-entries.store.ts'
import { laneGroupOf } from './lane-group.ts'
import { decideSettlement } from './lanes.ts'
import { type LaneOutcome, settleLanes } from './settle-lanes.ts'
import { insertSentWrites, type Recorded, type SentWrite } from './writes.store.ts'

// Lanes that are recorded and settled together end as if each had been by itself, on a real PostgreSQL.

const SHOPS = 3
const SKUS = ['bottle', 'jar']

let database: TestDatabase
let world: World
let lanes: WorkerContext[]
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
  world = await createWorld(database, manualClock())
  for (const sku of SKUS) await world.stock(sku, 10)
  const { context } = world
  for (let nth = 0; nth < SHOPS; nth += 1)
    await world.open(`shop-${nth}`, Object.fromEntries(SKUS.map((sku) => [sku, 10])))
  const connections = await world.rows(sql<{ connectionId: string }>`
    select connection_id from connection where organization_id = ${context.organizationId} order by name`)
  const ids = connections.map(({ connectionId }) => connectionId)
  const time = { now: nowOf(context), expiresAt: new Date(context.clock.now() + 60_000) }
  const leases = await acquireLeases(database.kysely, context.organizationId, ids, randomUUID(), time)
  const registry = new ConnectionRegistry(context)
  lanes = await Promise.all(
    ids.map(async (connectionId) => {
      const open = await registry.find(connectionId)
      const lease = leases.find((each) => each.connectionId === connectionId)
      assert(open !== undefined && lease !== undefined, 'each is known and held')
      const budgets = createBudgets(open.connector.manifest.budgets, context.clock)
      const { signal } = new AbortController()
      return openWorkerContext(context, open, {
        lease,
        budgets,
        signal,
        ending: signal,
        fenceAt: () => undefined,
      })
    }),
  )
})
afterAll(() => database.drop())

/** What befell a lane since it looked, and each of its levels. */
const anyLane = fc.record({
  isTaken: fc.boolean(),
  isPaused: fc.boolean(),
  levels: fc.tuple(
    ...SKUS.map(() =>
      fc.record({
        isWritten: fc.boolean(),
        shown: fc.integer({ min: 0, max: 12 }),
        wanted: fc.integer({ min: 0, max: 12 }),
        /** Its units are dealt, so many. */
        granted: fc.option(fc.integer({ min: 0, max: 12 }), { nil: null }),
        wantedMeanwhile: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
        outcome: fc.constantFrom('applied', 'otherwise', 'accepted', 'untouched', 'lost', 'refused'),
        attempts: fc.integer({ min: 0, max: 6 }),
      }),
    ),
  ),
})
const anyLanes = fc.tuple(...Array.from({ length: SHOPS }, () => anyLane))
type LaneStory = typeof anyLane extends fc.Arbitrary<infer Story> ? Story : never

class Undone extends Error {}

/** Runs in a transaction that is taken back. */
async function undone<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
  let result: { value: T } | undefined
  await inTransaction(database, async (tx) => {
    result = { value: await work(tx) }
    throw new Undone()
  }).catch((error: unknown) => {
    if (!(error instanceof Undone)) throw error
  })
  assert(result !== undefined, 'it ran')
  return result.value
}

/** Brings the levels into the state of the stories, queued. */
async function prepare(tx: Tx, stories: readonly LaneStory[]): Promise<void> {
  const { organizationId } = world.context
  for (const [nth, { levels }] of stories.entries()) {
    for (const [of, level] of levels.entries()) {
      await sql`
        update level set desired = ${level.wanted}, acknowledged = ${level.shown}, granted = ${level.granted},
          protection = ${level.granted === null ? 'open' : 'guaranteed'}, exposure_older = 0, exposure_current = ${level.shown}
        where organization_id = ${organizationId} and connection_id = ${lanes[nth]?.connection.connectionId}
          and stock_unit_id = ${SKUS[of]}`.execute(tx)
    }
  }
  await sql`
    insert into lane_entry
      (organization_id, connection_id, level_id, priority, desired_version, caused_at, not_before, attempts)
    select organization_id, connection_id, level_id, 0, desired_version, desired_at, null, 0
    from level where organization_id = ${organizationId} order by level_id
    on conflict do nothing`.execute(tx)
}

/** What each lane would write. */
async function drawWrites(tx: Tx, stories: readonly LaneStory[]): Promise<SentWrite[][]> {
  const queries = lanes.map(({ connection }) => ({
    connectionId: connection.connectionId,
    now: nowOf(world.context),
    limit: 10,
  }))
  const found = await findLaneCandidates(tx, world.context.organizationId, queries)
  return found.map((candidates, nth) =>
    candidates.flatMap((candidate) => {
      const level = stories[nth]?.levels[SKUS.indexOf(candidate.stockUnitId)]
      if (level?.isWritten !== true) return []
      const direction = candidate.desired === 0 ? 'zero' : ('decrease' as const)
      return [
        {
          candidate: { ...candidate, attempts: level.attempts },
          direction,
          quantity: candidate.desired,
          expected: level.shown,
          unfenced: false,
          writeId: idOf(nth, candidate.levelId),
        },
      ]
    }),
  )
}

/** The same at each try, so that what is stored can be compared. */
function idOf(nth: number, levelId: string): string {
  return `${levelId.slice(0, 23)}-${String(nth).padStart(12, '0')}`
}

async function befall(tx: Tx, stories: readonly LaneStory[]): Promise<void> {
  const { organizationId } = world.context
  for (const [nth, { isTaken, isPaused, levels }] of stories.entries()) {
    const connectionId = lanes[nth]?.connection.connectionId
    const ours = sql`organization_id = ${organizationId} and connection_id = ${connectionId}`
    if (isTaken) await sql`update lease set fencing = fencing + 1 where ${ours}`.execute(tx)
    if (isPaused) await sql`update connection set state = 'paused' where ${ours}`.execute(tx)
    for (const [of, { wantedMeanwhile }] of levels.entries()) {
      if (wantedMeanwhile === undefined) continue
      await sql`
        update level set desired = ${wantedMeanwhile}, desired_version = desired_version + 1
        where ${ours} and stock_unit_id = ${SKUS[of]}`.execute(tx)
    }
  }
}

function outcomeOf(write: SentWrite, kind: LaneStory['levels'][number]['outcome']): WriteOutcome {
  const { writeId, quantity } = write
  switch (kind) {
    case 'applied':
      return { writeId, kind: 'applied', quantity }
    case 'otherwise':
      return { writeId, kind: 'applied', quantity: quantity + 1 }
    case 'accepted':
      return { writeId, kind: 'accepted', ticket: `ticket ${writeId}` }
    case 'untouched':
      return { writeId, kind: 'untouched' }
    case 'lost':
      return { writeId, kind: 'refused', error: new Unavailable('No answer.', true) }
    case 'refused':
      return { writeId, kind: 'refused', error: new Unavailable('Not sent.', false) }
    default:
      throw new Error(`unknown outcome ${kind}`)
  }
}

async function stored(tx: Tx): Promise<unknown> {
  const ours = sql`organization_id = ${world.context.organizationId}`
  const tables = {
    lease: sql`select * from lease where ${ours} order by connection_id`,
    level: sql`select * from level where ${ours} order by level_id`,
    entries: sql`select * from lane_entry where ${ours} order by level_id`,
    writes: sql`select * from write where ${ours} order by write_id`,
    toDeal: sql`select distinct item_id from changed_item where ${ours} order by item_id`,
  }
  const all: Record<string, unknown> = {}
  for (const [name, query] of Object.entries(tables)) all[name] = (await query.execute(tx)).rows
  return all
}

function sendingOf(nth: number, writes: readonly SentWrite[]) {
  const lane = lanes[nth]
  assert(lane !== undefined, 'there is a lane for each story')
  const at = nowOf(world.context)
  const { connectionId, fencing } = lane.lease
  return { connectionId, fencing, at, callsUntil: new Date(at.getTime() + 20_000), writes }
}

/** Records and settles the lanes in these groups, one after the other. */
async function play(tx: Tx, stories: readonly LaneStory[], groups: readonly number[][]) {
  const { organizationId } = world.context
  await prepare(tx, stories)
  const drawn = await drawWrites(tx, stories)
  await befall(tx, stories)
  const recorded = new Map<number, Recorded>()
  for (const group of groups) {
    const sending = group.map((nth) => sendingOf(nth, drawn[nth] ?? []))
    const answers = await insertSentWrites(tx, organizationId, 'guarded', sending)
    for (const [of, nth] of group.entries()) {
      const answer = answers[of]
      if (answer !== undefined) recorded.set(nth, answer)
    }
  }
  for (const group of groups) {
    const outcomes = group.flatMap((nth): LaneOutcome[] => {
      const answer = recorded.get(nth)
      const context = lanes[nth]
      if (answer?.kind !== 'recorded' || context === undefined) return []
      const sent = (drawn[nth] ?? []).filter(({ writeId }) => answer.writeIds.has(writeId))
      const settled = sent.map((write) => {
        const level = stories[nth]?.levels[SKUS.indexOf(write.candidate.stockUnitId)]
        assert(level !== undefined, 'each write is of a level of the story')
        return { write, settlement: decideSettlement(write, outcomeOf(write, level.outcome)) }
      })
      return settled.length === 0 ? [] : [{ context, settled }]
    })
    const [first, ...rest] = outcomes
    if (first !== undefined) await settleLanes(tx, 'guarded', [first, ...rest])
  }
  const answers = [...recorded].sort(([a], [b]) => a - b)
  return { answers: answers.map(([, answer]) => answer), rows: await stored(tx) }
}

test('I5: lanes recorded and settled together end as if each had been by itself', async () => {
  await fc.assert(
    fc.asyncProperty(anyLanes, async (stories) => {
      const every = stories.map((_, nth) => nth)
      const together = await undone((tx) => play(tx, stories, [every]))
      const alone = await undone((tx) =>
        play(
          tx,
          stories,
          every.map((nth) => [nth]),
        ),
      )
      expect(together).toEqual(alone)
      for (const [nth, { isTaken, isPaused }] of stories.entries()) {
        const expected = isTaken ? 'lost' : isPaused ? 'stopped' : 'recorded'
        expect(together.answers[nth]?.kind).toBe(expected)
      }
    }),
    fromEnvironment(40),
  )
})

test('of lanes that are settled together one has lost its lease: the others are settled all the same', async () => {
  const [first, second, third] = lanes
  assert(first !== undefined && second !== undefined && third !== undefined, 'there are three')
  const stale = {
    ...second,
    lease: { ...second.lease, fencing: second.lease.fencing - 1 },
  }
  const group = laneGroupOf(world.context)
  const looks = await Promise.allSettled(
    [first, stale, third].map((context) => group.settle({ context, settled: [] })),
  )
  expect(looks.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(looks[1]).toMatchObject({ reason: expect.any(LeaseLost) })
})
