import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld } from '../testing/world.ts'
import { cancelSyncJob, getSyncJob } from '../worker/sync-jobs.ts'
import { importAndWait, requestImport, workNextImport } from './import-jobs.ts'
import { ConnectionRegistry } from './registry.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const describeError = (error: unknown) => (error instanceof Error ? error.message : String(error))

async function shopOf(listings: number) {
  const clock = manualClock()
  const world = await createWorld(database, clock, {})
  await world.stock('s0', 3)
  const { platform, connectionId } = await world.open('shop', {}, { state: 'shadow' })
  for (let n = 0; n < listings; n++) platform.list(`s${n}`, { quantity: n })
  const registry = new ConnectionRegistry(world.context)
  const work = (signal = new AbortController().signal) =>
    workNextImport(world.context, { registry, signal, describe: describeError })
  return { clock, world, platform, connectionId, registry, work }
}

test('an import that is stopped or killed after any call goes on elsewhere, and ends as if nothing had happened', async () => {
  const cuts = fc.array(fc.record({ afterCalls: fc.integer({ min: 1, max: 4 }), isKilled: fc.boolean() }), {
    maxLength: 4,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 25 }),
      fc.integer({ min: 1, max: 12 }),
      cuts,
      async (n, perPage, stops) => {
        const { clock, world, platform, connectionId, work } = await shopOf(n)
        platform.listingsPerPage = perPage
        const { jobId } = await requestImport(world.context, connectionId)
        for (const { afterCalls, isKilled } of stops) {
          const stop = new AbortController()
          let calls = 0
          platform.fault = () => {
            calls += 1
            if (calls === afterCalls) stop.abort(new Error('The process stops.'))
            return undefined
          }
          await work(stop.signal)
          if ((await getSyncJob(world.context, jobId)).finishedAt !== null || !isKilled) continue
          // A dead process gives nothing up: what it was at is free when its time is over.
          await sql`
            update sync_job set held_by = ${world.context.uuid()}, held_until = ${new Date(clock.now() + 20_000)}
            where job_id = ${jobId}`.execute(database.kysely)
          expect(await work()).toBe(false)
          await clock.advance(20_000)
        }
        platform.fault = () => undefined
        await work()
        const job = await getSyncJob(world.context, jobId)
        expect(job).toMatchObject({ state: 'done', done: n, total: n, problem: null })
        expect(job.result).toMatchObject({ listings: n, mappedBySku: n === 0 ? 0 : 1, levels: n })
        const [known] = await world.rows(sql<{ listings: number; known: number }>`
          select count(*)::int as listings, (
            select count(*)::int from level where connection_id = ${connectionId} and acknowledged is not null
          ) as known from listing where connection_id = ${connectionId}`)
        expect(known).toEqual({ listings: n, known: n })
      },
    ),
    fromEnvironment(12),
  )
})

test('an import asked for twice at once is one, and who waits for it joins what was asked for', async () => {
  const { world, platform, connectionId, registry } = await shopOf(7)
  platform.listingsPerPage = 3
  const before = platform.calls.filter((call) => call === 'listings').length
  const working = { registry, describe: describeError }
  const asked = await requestImport(world.context, connectionId)
  const again = await requestImport(world.context, connectionId)
  expect(again.jobId).toBe(asked.jobId)
  // Whoever waits for it joins what was asked for.
  expect(await importAndWait(world.context, connectionId, working)).toMatchObject({
    listings: 7,
    mappedBySku: 1,
  })
  expect(platform.calls.filter((call) => call === 'listings')).toHaveLength(before + 3)
})

test('a cancelled import writes nothing more, whatever it was doing; a later one is another', async () => {
  const { clock, world, platform, connectionId, work } = await shopOf(5)
  platform.listingsFrom = clock.now() + 600_000
  const { jobId } = await requestImport(world.context, connectionId)
  let isOver = false
  const working = work().finally(() => {
    isOver = true
  })
  // It waits for the file, and for when it says again that it is at it.
  while (clock.sleepers() < 2) await new Promise((resolve) => setImmediate(resolve))
  await cancelSyncJob(world.context, jobId)
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve))
    if (clock.sleepers() > 0) await clock.advance(500)
  }
  await working
  expect(clock.now()).toBeLessThan(platform.listingsFrom)
  expect(await getSyncJob(world.context, jobId)).toMatchObject({ state: 'cancelled', done: 0 })
  const later = await requestImport(world.context, connectionId)
  expect(later.jobId).not.toBe(jobId)
  platform.listingsFrom = 0
  await work()
  expect(await getSyncJob(world.context, later.jobId)).toMatchObject({ state: 'done', done: 5 })
})

test('an import that the platform refuses says why, and waits for nobody', async () => {
  const { world, platform, connectionId, work } = await shopOf(2)
  const { jobId } = await requestImport(world.context, connectionId)
  platform.key = 'another'
  await work()
  const job = await getSyncJob(world.context, jobId)
  expect(job).toMatchObject({ state: 'failed' })
  expect(job.problem).toBeTruthy()
  expect(job.problemTold?.facts).toMatchObject({ message: expect.any(String) })
})
