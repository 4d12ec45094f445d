// Orders whose movements have gone into a file: what a shop sends again must still be known. Method: a shop sells,
// cancels and ships on both sides of a month's end; the months are closed and archived; then every webhook is stored
// again in another order, with and without the inbox rows that knew it, and the poll reads every order once more.
import { rm } from 'node:fs/promises'
import { manualClock, type WebhookEvent } from '@plimsoll/connector-kit'
import {
  createTestDatabase,
  fromEnvironment,
  makeTemporaryFolder,
  type TestDatabase,
} from '@plimsoll/database/testing'
import { archiveMonths, findBrokenBalances, findBrokenReservations, prepareMonths } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'

const BEFORE_THE_END = Date.UTC(2026, 0, 31, 23, 59, 50)
const AFTER_ARCHIVING = Date.UTC(2026, 3, 10)

type Action = { kind: 'sell' | 'cancel' | 'ship'; pick: number }
const anyAction: fc.Arbitrary<Action> = fc.record({
  kind: fc.constantFrom('sell', 'sell', 'cancel', 'ship'),
  pick: fc.nat(9),
})

test('I3: orders sent again after their months were archived change nothing, whether or not the inbox still knows them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyAction, { minLength: 1, maxLength: 8 }),
      fc.array(anyAction, { maxLength: 8 }),
      fc.array(fc.nat(1_000), { minLength: 40, maxLength: 40 }),
      fc.boolean(),
      async (inJanuary, inFebruary, shuffle, isInboxForgotten) => {
        const clock = manualClock(BEFORE_THE_END)
        const database = await createTestDatabase({ poolMax: 4 })
        const folder = await makeTemporaryFolder()
        try {
          await prepareMonths(database.kysely, new Date(clock.now()))
          const world = await createWorld(database, clock)
          await world.stock('bottle', 50)
          const { platform, connectionId } = await world.open('shop', { bottle: 50 })
          const { webhooks } = world.connectorOf(connectionId)
          const stepped = await stepConnection(world, connectionId)
          const sent: WebhookEvent[][] = []
          const act = async (actions: readonly Action[]) => {
            for (const action of actions) {
              await clock.advance(1)
              const orders = [...platform.orders.values()]
              const sold = action.kind === 'sell' ? platform.sell('bottle') : undefined
              const target = sold ?? orders[action.pick % orders.length]
              if (target === undefined) continue
              if (action.kind === 'cancel') platform.cancel(target.externalId)
              if (action.kind === 'ship') platform.ship(target.externalId)
              const body = Buffer.from(JSON.stringify({ kind: 'order', id: target.externalId }))
              const events = webhooks.parse({ headers: {}, body })
              sent.push(events)
              await world.store(connectionId, events)
            }
            await turns(clock, stepped, 2)
          }
          await act(inJanuary)
          await clock.advance(60_000)
          await act(inFebruary)

          await clock.advance(AFTER_ARCHIVING - clock.now())
          const until = new Date(Date.UTC(2026, 2, 1))
          const now = new Date(clock.now())
          const live = await ledgerOf(database)
          expect(await archiveMonths(database, { before: until, folder, now })).toMatchObject({
            kind: 'archived',
            months: expect.arrayContaining([expect.objectContaining({ month: '2026-01' })]),
          })
          expect((await ledgerOf(database)).filter(({ table }) => table !== 'movement')).toEqual(
            live.filter(({ table }) => table !== 'movement'),
          )
          const archived = await ledgerOf(database)
          const forget = async () => {
            if (!isInboxForgotten) return
            await sql`delete from inbox`.execute(database.kysely)
            await sql`delete from inbox_key`.execute(database.kysely)
          }
          await forget()

          const again = [...sent, ...sent]
            .map((events, index) => ({ events, at: shuffle[index % shuffle.length] ?? 0 }))
            .sort((a, b) => a.at - b.at)
          // The lease is long gone: as after a restart, another worker takes the connection.
          const later = await stepConnection(world, connectionId)
          for (const [index, { events }] of again.entries()) {
            await world.store(connectionId, events)
            if (index % 5 === 4) await later.turn()
          }
          await later.turn()
          expect(await ledgerOf(database)).toEqual(archived)

          // And by poll, from the beginning: a worker that remembers nothing of what it stored.
          await forget()
          await sql`update stream_cursor set since = '2026-01-01', deep_read_at = null`.execute(
            database.kysely,
          )
          await clock.advance(10_000)
          const polling = await stepConnection(world, connectionId)
          await turns(clock, polling, 4, 1_100)
          if (isInboxForgotten) {
            const polled = await sql<{ orders: number }>`
              select count(distinct subject)::int as orders from inbox where source = 'poll'`.execute(
              database.kysely,
            )
            expect(polled.rows[0]?.orders).toBe(platform.orders.size)
          }
          expect(await ledgerOf(database)).toEqual(archived)
          expect(await findBrokenReservations(database.kysely)).toEqual([])
          expect(await findBrokenBalances(database.kysely)).toEqual([])
        } finally {
          await database.drop()
          await rm(folder, { recursive: true, force: true })
        }
      },
    ),
    { ...fromEnvironment(6), endOnFailure: true },
  )
}, 600_000)

/** All that an order changes: how many rows, and what they say. */
async function ledgerOf(database: TestDatabase) {
  const tables = ['movement', 'balance', 'reservation', 'sales_order', 'order_line']
  return await Promise.all(
    tables.map(async (table) => {
      const found = await sql<{ rows: number; digest: string | null }>`
        select count(*)::int as rows, md5(string_agg(each::text, '|' order by each::text)) as digest
        from ${sql.table(table)} as each`.execute(database.kysely)
      return { table, ...found.rows[0] }
    }),
  )
}
