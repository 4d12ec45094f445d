import { type HttpResponse, statusError, systemClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, until } from '../testing/world.ts'

// A maintenance page or a check for robots answers in place of the platform for a while: the real engine.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 12 })
})
afterAll(() => database.drop())

const answer = (status: number): HttpResponse => ({
  status,
  headers: { location: 'https://shop.example/coming-soon/' },
  text: '',
  date: undefined,
  durationMs: 1,
})

test.each([
  ['absolute' as const, 301],
  ['absolute' as const, 302],
  ['compare-and-set' as const, 303],
  ['compare-and-set' as const, 307],
  ['absolute' as const, 308],
])(
  '%s: writes answered %i are refused for no row, and are carried out once that is over',
  async (writeStyle, status) => {
    const world = await createWorld(database, systemClock)
    const skus = ['a', 'b', 'c', 'd', 'e']
    for (const sku of skus) await world.stock(sku, 9)
    const shown = Object.fromEntries(skus.map((sku) => [sku, 9]))
    const { platform, connectionId } = await world.open('shop', shown, { writeStyle })
    const engine = world.engine()
    await engine.start({ worker: true })
    try {
      await until('all are known', async () => (await world.level(connectionId, 'e')).acknowledged === 9)
      let redirected = 0
      platform.onCall = (operation) => {
        if (operation !== 'setLevels') return
        redirected += 1
        throw statusError(answer(status), operation)
      }
      for (const sku of skus) await world.adjust(sku, -5)
      await until('it was tried several times', () => redirected > 3)
      platform.onCall = () => undefined
      await until('all show 4', () => skus.every((sku) => platform.quantityOf(sku) === 4))
      for (const sku of skus)
        await expect(world.level(connectionId, sku)).resolves.toMatchObject({ problemCode: null })
      expect(await world.tasks('refused-decrease')).toEqual([])
      expect(
        await world.rows(
          sql`select write_id from write where connection_id = ${connectionId} and state = 'refused'`,
        ),
      ).toEqual([])
    } finally {
      await engine.stop()
    }
  },
)
