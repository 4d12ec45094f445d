import { randomUUID } from 'node:crypto'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { updateAvailability } from '../availability/availability.ts'
import { stepConnection } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { findDelays, measureDelays } from './demand.store.ts'
import { measureDemand } from './measure-demand.ts'
import { changeProtection } from './protections.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 2 })
})
afterAll(() => database.drop())

test('how late a channel shows less is measured of decreases alone: a raise waits for its fence, and sells nothing till then', async () => {
  const world = await createWorld(database, manualClock())
  const { organizationId, clock } = world.context
  const { connectionId } = await world.open('shop', { bottle: 5 })
  const now = clock.now()
  const write = async (direction: string, ms: number) =>
    await sql`
      insert into write (organization_id, write_id, connection_id, level_id, quantity, direction, state, fencing,
        subtracted_at_send, desired_version, caused_at, sent_at, settled_at, unfenced)
      values (${organizationId}, ${randomUUID()}, ${connectionId}, ${randomUUID()}, 3, ${direction}, 'applied', 1, 0, 1,
        ${new Date(now)}, ${new Date(now)}, ${new Date(now + ms)}, false)`.execute(database.kysely)
  await write('decrease', 800)
  await write('zero', 900)
  for (let nth = 0; nth < 20; nth += 1) await write('increase', 120_000)
  const period = { since: new Date(now - 1), at: new Date(now + 200_000) }
  await inTransaction(database, (tx) => measureDelays(tx, organizationId, period))
  const delays = await findDelays(database.kysely, organizationId)
  expect(delays.get(connectionId)).toMatchObject({ writtenMs: 900, usualWrittenMs: 850 })
})

test('what is dealt is dealt anew as soon as it is measured how it sells, and not when something else happens to it', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 12)
  const shops = [await world.open('one', { bottle: 0 }), await world.open('two', { bottle: 0 })]
  await changeProtection(world.context, {}, { mode: 'guaranteed' })
  const stepped = await Promise.all(shops.map(({ connectionId }) => stepConnection(world, connectionId)))
  const rest = async (rounds: number) => {
    for (let round = 0; round < rounds; round += 1) {
      for (const each of stepped) {
        await each.turn()
        await updateAvailability(world.context)
      }
      await clock.advance(300)
    }
  }
  const [seller] = shops
  const shows = () => seller?.platform.listings.get('bottle')?.quantity ?? 0
  for (let round = 0; round < 20 && shows() < 2; round += 1) await rest(1)
  await measureDemand(world.context)
  await updateAvailability(world.context)
  await clock.advance(1_000)
  expect(seller?.platform.sell('bottle', 2)).toBeDefined()
  const orders = async () =>
    await world.rows(
      sql`select order_id from sales_order where organization_id = ${world.context.organizationId}`,
    )
  for (let round = 0; round < 30 && (await orders()).length === 0; round += 1) await rest(1)
  const changed = async () =>
    await world.rows(
      sql`select item_id from changed_item where organization_id = ${world.context.organizationId}`,
    )
  expect(await changed()).toEqual([])
  await measureDemand(world.context)
  expect(await changed()).toHaveLength(1)
}, 120_000)
