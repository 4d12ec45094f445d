import { type Capabilities, type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { getSyncJob, listAudits, requestAudit, requestAudits, requestSyncNow } from '../worker/sync-jobs.ts'
import { findDifferences } from './audit.store.ts'
import type { AuditResult } from './audit.ts'
import type { SyncNowResult } from './sync-now.ts'

let database: TestDatabase
let clock: ManualClock
let world: World
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())
beforeEach(async () => {
  clock = manualClock()
  // Reading back by itself would find everything first.
  world = await createWorld(database, clock, { reconcileMs: 24 * 3_600_000 })
})

const SKUS = Array.from({ length: 24 }, (_, nth) => `sku-${String(nth).padStart(2, '0')}`)

async function openShop(capabilities: Partial<Capabilities> = {}) {
  for (const sku of SKUS) await world.stock(sku, 10)
  const listings = Object.fromEntries(SKUS.map((sku) => [sku, 10]))
  const options = { writeStyle: 'absolute' as const, ordersPollMs: 3_600_000, ...capabilities }
  const shop = await world.open('shop', listings, options)
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 6, 400)
  return { ...shop, stepped }
}

const differences = async (jobId: string) =>
  (
    await findDifferences(database.kysely, world.context.organizationId, jobId, {
      after: undefined,
      limit: 100,
    })
  )
    .map((row) => `${row.sku ?? row.stockUnitId} ${row.class} ${row.healed} ${row.expected}→${row.observed}`)
    .sort()

test('an audit reads every listing and level, says of each difference what it was, and heals it', async () => {
  const { platform, stepped } = await openShop()
  platform.edit('sku-03', 14)
  platform.edit('sku-05', undefined)
  // Between what the hub knows and what it reads.
  platform.onCall = (operation) => {
    if (operation === 'levels') platform.sell('sku-07')
  }
  const gone = platform.listings.get('sku-09')
  if (gone !== undefined) gone.isGone = true
  platform.list('new', { quantity: 3 })
  const { jobId } = await requestAudit(world.context, 'shop')
  await turns(clock, stepped, 20, 500)
  const job = await getSyncJob(world.context, jobId)
  expect(job.state).toBe('done')
  const result = job.result as AuditResult
  expect(result).toMatchObject({ listingsRead: 25, left: 0 })
  expect(await differences(jobId)).toEqual([
    'new unknown-listing imported null→null',
    'sku-03 edited-on-platform written 10→14',
    'sku-05 untracked closed null→null',
    expect.stringMatching(/^sku-07 unseen-sale fetched \d+→\d+$/),
    'sku-09 gone closed null→null',
  ])
  expect(platform.quantityOf('sku-03')).toBe(10)
  expect(await world.available('sku-07')).toBe(10 - platform.orders.size)
  expect(result.agreeing).toBeGreaterThanOrEqual(20)
  expect(job.done).toBe(job.total)
})

test('where orders are shown late, an audit waits for its second looks as much longer', async () => {
  const { platform, stepped } = await openShop({ visibilityLagMs: 180_000 })
  platform.edit('sku-03', 14)
  const { jobId } = await requestAudit(world.context, 'shop')
  await turns(clock, stepped, 40, 10_000)
  const job = await getSyncJob(world.context, jobId)
  expect([job.state, (job.result as AuditResult).left]).toEqual(['done', 0])
  expect(await differences(jobId)).toEqual(['sku-03 edited-on-platform written 10→14'])
})

test('all connections are audited at once, each by its worker; what goes on is not begun again', async () => {
  await world.stock('mug', 10)
  const shops = [
    await world.open('east', { mug: 10 }, { writeStyle: 'absolute', ordersPollMs: 3_600_000 }),
    await world.open('west', { mug: 10 }, { state: 'shadow', ordersPollMs: 3_600_000 }),
  ]
  const workers = await Promise.all(shops.map(({ connectionId }) => stepConnection(world, connectionId)))
  const pass = async () => {
    for (let turn = 0; turn < 20; turn += 1) for (const worker of workers) await turns(clock, worker, 1, 250)
  }
  await pass()
  shops[0]?.platform.edit('mug', 14)
  const [first, again] = await Promise.all([
    requestAudits(world.context, []),
    requestAudits(world.context, []),
  ])
  expect(first.map(({ connectionName, state }) => [connectionName, state])).toEqual([
    ['east', 'waiting'],
    ['west', 'waiting'],
  ])
  expect(again.map(({ jobId }) => jobId)).toEqual(first.map(({ jobId }) => jobId))
  await pass()
  const done = await listAudits(world.context)
  expect(done.map(({ jobId, state }) => [jobId, state])).toEqual(first.map(({ jobId }) => [jobId, 'done']))
  expect(await differences(first[0]?.jobId ?? '')).toEqual(['mug edited-on-platform written 10→14'])
  expect(await differences(first[1]?.jobId ?? '')).toEqual([])

  const one = await requestAudits(world.context, ['west'])
  expect(one.map(({ connectionName, state }) => [connectionName, state])).toEqual([['west', 'waiting']])
  const latest = await listAudits(world.context)
  expect(latest.map(({ jobId }) => jobId)).toEqual([first[0]?.jobId, one[0]?.jobId])
  await expect(requestAudits(world.context, ['nowhere'])).rejects.toMatchObject({
    code: 'unknown-connection',
  })
})

test('a listing whose catalogue is not read to its end is never taken for gone', async () => {
  const { platform, stepped, connectionId } = await openShop()
  platform.fault = (operation) => (operation === 'listings' ? 'lost' : undefined)
  const { jobId } = await requestAudit(world.context, 'shop')
  await turns(clock, stepped, 12, 1_100)
  expect((await getSyncJob(world.context, jobId)).state).toBe('failed')
  const gone = await world.rows(
    sql`select 1 from listing where connection_id = ${connectionId} and state = 'gone'`,
  )
  expect(gone).toEqual([])
})

test('I6: whatever was edited, an audit with faults and take-overs ends with every level right, and each difference told', async () => {
  const anyEdit = fc.record({ sku: fc.constantFrom(...SKUS), to: fc.nat(30) })
  const anyFault = fc.constantFrom('lost', 'dropped', 'malformed', undefined, undefined)
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEdit, { maxLength: 6 }),
      fc.array(anyFault, { maxLength: 8 }),
      async (edits, faults) => {
        clock = manualClock()
        world = await createWorld(database, clock, { reconcileMs: 24 * 3_600_000 })
        const { platform, connectionId } = await openShop()
        let stepped = await stepAgain(connectionId)
        for (const { sku, to } of edits) platform.edit(sku, to)
        const edited = SKUS.filter((sku) => platform.quantityOf(sku) !== 10)
        const { jobId } = await requestAudit(world.context, 'shop')
        const coming = [...faults]
        platform.fault = (operation) => (operation === 'levels' ? coming.shift() : undefined)
        for (let round = 0; round < 5; round += 1) {
          await turns(clock, stepped, 6, 700)
          if (round === 1) stepped = await stepAgain(connectionId)
        }
        if ((await getSyncJob(world.context, jobId)).state === 'failed') {
          // Malformed answers end a job; asked again it finds what is left.
          await requestAudit(world.context, 'shop')
        }
        // A platform that failed time after time is tried at growing intervals: the calm must last longer than those.
        platform.fault = () => undefined
        await turns(clock, stepped, 60, 3_000)
        for (const sku of SKUS) expect(platform.quantityOf(sku)).toBe(10)
        const drifted = await world.rows(sql<{ sku: string }>`
          select distinct stock_unit_id as sku from drift join level using (organization_id, level_id)
          where drift.connection_id = ${connectionId} order by 1`)
        expect(drifted.map(({ sku }) => sku)).toEqual(edited)
      },
    ),
    { ...fromEnvironment(5), endOnFailure: true },
  )
}, 300_000)

async function stepAgain(connectionId: string) {
  await clock.advance(world.context.pace.leaseMs + 1)
  return await stepConnection(world, connectionId)
}

test('sync now reads the orders and the level, writes what differs, and says what the platform shows then', async () => {
  const { platform, stepped, connectionId } = await openShop()
  const [listing] = await world.rows(sql<{ listingId: string }>`
    select listing_id from listing where connection_id = ${connectionId} and external_id = 'sku-01'`)
  platform.edit('sku-01', 25)
  const { jobId } = await requestSyncNow(world.context, listing?.listingId ?? '')
  await turns(clock, stepped, 8, 400)
  const job = await getSyncJob(world.context, jobId)
  expect(job.state).toBe('done')
  expect((job.result as SyncNowResult).levels).toMatchObject([
    {
      expected: 10,
      observed: 25,
      cause: 'edited-on-platform',
      healed: 'written',
      desired: 10,
      written: 10,
      shows: 10,
      isPending: false,
    },
  ])
  await expect(requestSyncNow(world.context, connectionId)).rejects.toMatchObject({ code: 'unknown-listing' })
})

test('a platform that makes a file of its listings is asked again when it says so: the audit waits, the lane does not', async () => {
  const { platform, stepped, connectionId } = await openShop()
  const asked = () => platform.calls.filter((call) => call === 'listings').length
  platform.listingsFrom = clock.now() + 5_000
  const before = asked()
  const { jobId } = await requestAudit(world.context, 'shop')
  await turns(clock, stepped, 8, 200)
  expect(asked() - before).toBe(1)
  // A sale elsewhere is written meanwhile.
  await world.adjust('sku-03', -4)
  await turns(clock, stepped, 6, 200)
  expect((await world.level(connectionId, 'sku-03'))?.acknowledged).toBe(6)
  await turns(clock, stepped, 40, 200)
  const job = await getSyncJob(world.context, jobId)
  expect(job.state).toBe('done')
  expect(job.result).toMatchObject({ listingsRead: 24, left: 0 })
  expect(asked() - before).toBeLessThanOrEqual(4)
})
