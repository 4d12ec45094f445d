import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, startChild, type TestDatabase } from '@plimsoll/database/testing'
import { takeOrderInHand } from '@plimsoll/orders'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { bringInStep, routeOrder } from '../fulfilment/route-orders.ts'
import { openWaitingBrand } from '../testing/waiting-brand.ts'
import { findItemsOfOrder, lockItemsToAllot } from './waiting.store.ts'

// A process is started, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

test('two processes: whoever routes waits for whoever gives units of the same item, and sees what is left', async () => {
  const { context, place, world, clock, itemIds } = await openWaitingBrand(database)
  const { organizationId } = context
  const first = await place('1', { channel: 'shop', lines: [{ sku: 'mug', units: 2 }], shipBy: null })
  await clock.advance(1_000)
  const second = await place('2', { channel: 'web', lines: [{ sku: 'mug', units: 2 }], shipBy: null })
  await world.adjust('mug', 2)
  const script = new URL('../testing/order-router.ts', import.meta.url)
  const waits = async () =>
    (
      await world.rows(sql<{ waiting: number }>`
        select count(*)::int as waiting from pg_locks
        where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`)
    )[0]?.waiting
  let answered: string | undefined
  const other = startChild(script, [database.url, organizationId, second, String(clock.now())])
  expect(await other.line()).toBe('ready')
  void other.line().then((outcome) => {
    answered = outcome
  })
  await inTransaction(database, async (tx) => {
    await lockItemsToAllot(tx, organizationId, await findItemsOfOrder(tx, organizationId, first))
    other.write('go')
    // Nothing is written yet: no row keeps the other back.
    await expect.poll(async () => answered ?? (await waits()), { timeout: 10_000 }).toBe(1)
    const hand = await takeOrderInHand(tx, organizationId, first)
    if (hand === undefined) throw new Error('it was placed')
    expect(await bringInStep(context, tx, hand)).toBe('routed')
  })
  await other.ended
  expect(answered).toBe('waits')
  // One that wants something else waits for nobody.
  const third = await place('3', { channel: 'shop', lines: [{ sku: 'box', units: 1 }], shipBy: null })
  await inTransaction(database, async (tx) => {
    await lockItemsToAllot(tx, organizationId, [itemIds.mug])
    expect(await routeOrder(context, third)).toBe('waits')
  })
})
