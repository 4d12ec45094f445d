// Connections that are made at the same time: one account is connected once, one name is given once, and whoever came
// second is told so. All of them have asked the platform before any is stored.
import { systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryConnector } from '../testing/memory-connector.ts'
import { MemoryPlatform } from '../testing/memory-platform.ts'
import { createWorld } from '../testing/world.ts'
import { findConnections } from './connections.store.ts'
import { connect } from './connections.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 8 })
})
afterAll(() => database.drop())

const MANY = 4

/** Shops whose checks are answered once as many have asked. */
async function setUp(shops: number) {
  const world = await createWorld(database, systemClock)
  let asked = 0
  const all = Promise.withResolvers<void>()
  const onCall = async () => {
    asked += 1
    if (asked === MANY) all.resolve()
    await all.promise
  }
  const platforms = Array.from({ length: shops }, () => new MemoryPlatform(systemClock))
  for (const platform of platforms) platform.onCall = onCall
  const connectors = new Map(
    platforms.map((platform, nth) => [`shop-${nth}`, memoryConnector(platform, { id: `shop-${nth}` })]),
  )
  const context = { ...world.context, connectors }
  const make = (connector: string, name: string) =>
    connect(context, {
      ...{ connector, name, settings: {}, credentials: { key: 'key-1' } },
      ...{ locationCode: 'MAIN', ordersPollMs: undefined },
    })
  const made = async () => await findConnections(database.kysely, context.organizationId)
  return { make, made }
}

const refusals = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))

test('one account under several names is connected once', async () => {
  const { make, made } = await setUp(1)
  const settled = await Promise.allSettled(
    Array.from({ length: MANY }, (_, nth) => make('shop-0', `Name ${nth}`)),
  )
  expect(await made()).toHaveLength(1)
  expect(refusals(settled)).toHaveLength(MANY - 1)
  for (const refused of refusals(settled)) expect(refused).toMatchObject({ code: 'account-connected' })
})

test('one name for several accounts is given once', async () => {
  const { make, made } = await setUp(MANY)
  const settled = await Promise.allSettled(
    Array.from({ length: MANY }, (_, nth) => make(`shop-${nth}`, 'The shop')),
  )
  expect(await made()).toHaveLength(1)
  expect(refusals(settled)).toHaveLength(MANY - 1)
  for (const refused of refusals(settled)) expect(refused).toMatchObject({ code: 'name-taken' })
})
