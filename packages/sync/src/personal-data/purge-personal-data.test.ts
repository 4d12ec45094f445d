// How long it is kept to whom orders go, on a real database: rows as fulfilment leaves them, and what a look finds due.
import type { Connector } from '@plimsoll/connector-kit'
import { manualClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BY_HAND } from '../by-hand/by-hand-connection.store.ts'
import { createStoredFileLog } from '../files/connection-files.ts'
import { findRecipient, saveRecipient } from '../fulfilment/recipients.store.ts'
import { createWorld } from '../testing/world.ts'
import { decideKeptDays, type KeptDays, USUAL_KEPT_DAYS } from './kept-days.ts'
import { changePersonalDataRule, readPersonalDataRules } from './personal-data-rules.ts'
import { purgePersonalData } from './purge-personal-data.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const DAY_MS = 86_400_000
const CHANNELS = ['strict', 'lax', BY_HAND] as const
/** As a platform says it that names both numbers; the other names none. */
const demands = { en: 'to forget', zh: '忘记' }
const platforms = {
  strict: { endedDaysMax: 10, unsentDaysMax: 60, demands, source: 'example.com', verified: false },
  lax: { demands, source: 'example.com', verified: false },
} as const

const HOME = {
  company: undefined,
  addressLines: ['Hafenstraße 1'],
  city: 'Bremen',
  region: undefined,
  postalCode: '28195',
  country: 'DE',
  phone: undefined,
  email: undefined,
}

const order = fc.record({
  channel: fc.constantFrom(...CHANNELS),
  /** Days before the look. */
  readAgo: fc.integer({ min: 0, max: 130 }),
  /** How many days after the reading each shipment ended; null: it has not. */
  shipments: fc.array(fc.option(fc.integer({ min: 0, max: 130 }), { nil: null }), { maxLength: 2 }),
  waitsFor: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
  /** Of an order by hand: days from its reading to its end; null: it is open. */
  endedAfter: fc.option(fc.integer({ min: 0, max: 130 }), { nil: null }),
})
type Case = typeof order extends fc.Arbitrary<infer T> ? T : never

/** The promise in words: a number of days after the last of it ended, or after it was read where it never does. */
function isKept(each: Case, own: KeptDays): boolean {
  const rule = each.channel === BY_HAND ? own : decideKeptDays(own, platforms[each.channel])
  const ago = (days: number) => Math.max(0, each.readAgo - days)
  if (each.readAgo - (each.waitsFor ?? 0) >= rule.unsentDays) return false
  if (each.shipments.some((days) => days === null)) return true
  if (each.channel === BY_HAND && each.endedAfter === null) return true
  const ends = [
    ...each.shipments.flatMap((days) => days ?? []),
    ...(each.channel === BY_HAND ? [each.endedAfter ?? 0] : []),
  ]
  return ago(ends.length === 0 ? 0 : Math.max(...ends)) < rule.endedDays
}

test('to whom an order goes is there as long as it is needed, and nothing of it is left once the stricter rule says so', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(order, { minLength: 1, maxLength: 12 }),
      fc.option(
        fc.record({
          endedDays: fc.integer({ min: 0, max: 40 }),
          unsentDays: fc.integer({ min: 1, max: 100 }),
        }),
        { nil: null },
      ),
      async (orders, own) => {
        const clock = manualClock()
        const world = await createWorld(database, clock)
        const { context } = world
        const { organizationId, masterKey } = context
        for (const [id, personalData] of Object.entries(platforms))
          (context.connectors as Map<string, unknown>).set(id, { manifest: { personalData } })
        const now = clock.now()
        const day = (ago: number) => new Date(now - ago * DAY_MS)
        const idOf = new Map<string, string>()
        for (const channel of CHANNELS) {
          idOf.set(channel, context.uuid())
          await sql`
            with secret as (
              insert into secret (organization_id, secret_id, key_name, sealed, created_at)
              values (${organizationId}, ${idOf.get(channel)}, 'x', '\\x00', now()) returning organization_id, secret_id
            )
            insert into connection (organization_id, connection_id, connector, name, state, pause_reasons, settings,
              secret_id, default_location_id, orders_poll_ms, created_at)
            select organization_id, ${idOf.get(channel)}, ${channel}, ${channel}, 'live', '{}', '{}', secret_id,
              (select location_id from location where organization_id = ${organizationId} limit 1), 1000, now()
            from secret`.execute(database.kysely)
        }
        const made: (Case & { orderId: string; name: string; shipmentIds: string[] })[] = []
        const depot = idOf.get('lax') ?? ''
        const log = createStoredFileLog(context, depot)
        for (const [nth, each] of orders.entries()) {
          const [orderId, connectionId, name] = [context.uuid(), idOf.get(each.channel), `Shopper ${nth}`]
          const isOver = each.channel === BY_HAND && each.endedAfter !== null
          const readAt = day(each.readAgo)
          const after = (days: number) => day(Math.max(0, each.readAgo - days))
          await sql`
            insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at,
              content_hash, test, seen_by, seen_at, applied_at, changed_at)
            values (${organizationId}, ${orderId}, ${connectionId}, ${orderId}, ${String(nth)},
              ${isOver ? 'closed' : 'open'}, ${readAt}, '', false, 'poll', ${readAt}, ${readAt}, ${readAt})`.execute(
            database.kysely,
          )
          await sql`
            insert into order_line (organization_id, line_id, order_id, connection_id, external_id, title,
              units_per_listing, ordered, current, reserved, released, shipped, returned, unsubtracted, waits_until)
            values (${organizationId}, ${context.uuid()}, ${orderId}, ${connectionId}, '1', 'x', 1, 1, 1, 0, 0, 0, 0, 0,
              ${each.waitsFor === null ? null : new Date(readAt.getTime() + each.waitsFor * DAY_MS)})`.execute(
            database.kysely,
          )
          if (each.channel === BY_HAND)
            await sql`
              insert into hand_order (organization_id, order_id, kind, sequence, request_digest, created_by, created_at)
              values (${organizationId}, ${orderId}, 'manual', ${nth + 1}, '', 'ada', ${readAt})`.execute(
              database.kysely,
            )
          const shipmentIds: string[] = []
          for (const [at, ended] of each.shipments.entries()) {
            const shipmentId = context.uuid()
            shipmentIds.push(shipmentId)
            await sql`
              insert into shipment (organization_id, shipment_id, order_id, connection_id, location_id, warehouse_id,
                number, state, created_at, ended_at)
              select ${organizationId}, ${shipmentId}, ${orderId}, ${connectionId}, location_id, ${depot}, ${String(at)},
                ${ended === null ? 'asked' : at === 0 ? 'shipped' : 'cancelled'}, ${readAt},
                ${ended === null ? null : after(ended)}
              from location where organization_id = ${organizationId} limit 1`.execute(database.kysely)
            const content = Buffer.from(`to ${name}`)
            const said = { sequence: undefined, saidAt: undefined }
            const named = { direction: 'out' as const, feed: 'shipments', name: `shipments ${shipmentId}` }
            const { file } = await log.keep({ ...named, content, ...said })
            await log.noteDelivered(file.position)
          }
          const place = { organizationId, orderId }
          await inTransaction(database, (tx) =>
            saveRecipient(tx, masterKey, place, { recipient: { ...HOME, name }, at: readAt }),
          )
          if (isOver)
            await sql`
              update order_recipient set ended_at = ${after(each.endedAfter ?? 0)}
              where organization_id = ${organizationId} and order_id = ${orderId}`.execute(database.kysely)
          made.push({ ...each, orderId, name, shipmentIds })
        }
        if (own !== null) await changePersonalDataRule(context, { ...own, actor: 'ada' })
        const rule = own ?? USUAL_KEPT_DAYS
        const due = made.filter((each) => !isKept(each, rule))
        expect(await purgePersonalData(context)).toBe(due.length)
        for (const each of made) {
          const found = await findRecipient(database.kysely, masterKey, {
            organizationId,
            orderId: each.orderId,
          })
          expect(found?.name, JSON.stringify(each)).toBe(isKept(each, rule) ? each.name : undefined)
        }
        const files = await log.list({ direction: 'out' })
        const filesKept = made.flatMap((each) => {
          const { endedDays } =
            each.channel === BY_HAND ? rule : decideKeptDays(rule, platforms[each.channel])
          const isOld = (days: number | null | undefined) =>
            typeof days === 'number' && Math.max(0, each.readAgo - days) >= endedDays
          return each.shipmentIds.filter((_, at) => !isOld(each.shipments[at]))
        })
        expect(files.map(({ name }) => name).sort()).toEqual(filesKept.map((id) => `shipments ${id}`).sort())
        expect(await purgePersonalData(context)).toBe(0)
      },
    ),
    fromEnvironment(15),
  )
})

test('what counts for a connection is said with its reason, and the stricter of two counts number by number', async () => {
  const world = await createWorld(database, manualClock())
  const { context } = world
  const { connectionId } = await world.open('shop', {})
  const connector = world.connectorOf(connectionId)
  const platform = { ...platforms.strict, unsentDaysMax: 400 }
  const strict: Connector = { ...connector, manifest: { ...connector.manifest, personalData: platform } }
  ;(context.connectors as Map<string, Connector>).set(connector.manifest.id, strict)
  expect(await readPersonalDataRules(context)).toMatchObject({
    own: USUAL_KEPT_DAYS,
    version: 0,
    connections: [{ connectionId, endedDays: 10, unsentDays: 180, platform }],
  })
  await changePersonalDataRule(context, { endedDays: 7, unsentDays: 500, actor: 'ada' })
  expect(
    await changePersonalDataRule(context, { endedDays: 5, unsentDays: 500, actor: 'ben' }),
  ).toMatchObject({
    own: { endedDays: 5, unsentDays: 500 },
    version: 2,
    actor: 'ben',
    connections: [{ endedDays: 5, unsentDays: 400 }],
  })
})
