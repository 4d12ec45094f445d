// Leases beside a transaction that stands still: its process is frozen, its backend is, or the network has lost it.
import { randomUUID } from 'node:crypto'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import type pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { acquireLeases, type Lease, releaseLeases, renewLeases } from './leases.store.ts'

const HELD = '0199aaaa-0000-7000-8000-00000000000a'
const FREE = '0199aaaa-0000-7000-8000-00000000000b'
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1_000)

let database: TestDatabase
let standing: pg.PoolClient
let leases: Lease[]
let organizationId: string
const [one, two] = [randomUUID(), randomUUID()]

beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())
beforeEach(async () => {
  organizationId = randomUUID()
  leases = await acquireLeases(database.kysely, organizationId, [HELD, FREE], one, {
    now: at(0),
    expiresAt: at(5),
  })
  expect(leases).toHaveLength(2)
  standing = await database.pool.connect()
  await standing.query('begin')
})
afterEach(async () => {
  await standing.query('rollback')
  standing.release()
})

/** The fencing check, as every transaction of a holder begins. */
const checkFencing = () =>
  standing.query(
    'select from lease where organization_id = $1 and connection_id = $2 and fencing = 1 for key share',
    [organizationId, HELD],
  )
/** The end of a call. */
const endCall = () =>
  standing.query('update lease set calls_until = $3 where organization_id = $1 and connection_id = $2', [
    organizationId,
    HELD,
    at(1),
  ])
const takeOver = () =>
  acquireLeases(database.kysely, organizationId, [HELD, FREE], two, { now: at(6), expiresAt: at(11) })

test('a take-over leaves what stands still for later, and has all the rest at once', async () => {
  await checkFencing()
  expect(await takeOver()).toMatchObject([{ connectionId: FREE, fencing: 2 }])
  await standing.query('rollback')
  expect(await takeOver()).toMatchObject([{ connectionId: HELD, fencing: 2 }])
})

test('heartbeats go on beside one that stands still, and it is not taken for lost', async () => {
  await endCall()
  const ours = await renewLeases(database.kysely, organizationId, leases, one, at(9))
  expect(ours.sort()).toEqual([HELD, FREE])
  const { rows } = await database.pool.query(
    'select expires_at from lease where organization_id = $1 and connection_id = $2',
    [organizationId, FREE],
  )
  expect(rows).toEqual([{ expires_at: at(9) }])
  await standing.query('rollback')
  await renewLeases(database.kysely, organizationId, leases, one, at(9))
  await takeOver()
  expect(await renewLeases(database.kysely, organizationId, leases, one, at(20))).toHaveLength(2)
})

test('what another process has taken is lost', async () => {
  await takeOver()
  expect(await renewLeases(database.kysely, organizationId, leases, one, at(20))).toEqual([])
})

test('stopping waits for nothing that stands still: that lease runs out by itself', async () => {
  await endCall()
  await releaseLeases(database.kysely, organizationId, one, at(2))
  const { rows } = await database.pool.query(
    'select connection_id from lease where organization_id = $1 and expires_at >= $2 order by 1',
    [organizationId, at(2)],
  )
  expect(rows).toEqual([{ connection_id: HELD }])
})
