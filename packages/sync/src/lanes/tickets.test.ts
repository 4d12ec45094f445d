import {
  Conflict,
  type ConnectorError,
  Invalid,
  manualClock,
  type TicketOutcome,
  type TicketTerms,
  Unavailable,
} from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { needsWrite } from './expected.ts'
import { queueWhatDiffers } from './lane-entries.store.ts'
import { decideTicket } from './tickets.ts'

// Writes that a platform only accepts: the production worker stepped by hand, on a real PostgreSQL.

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const terms: TicketTerms = { lifeMs: 600_000, askEveryMs: 1_000, askMax: 3 }
const invalid: ConnectorError = new Invalid('no', 'quantity')

test.each<
  [string, { isOvertaken?: boolean; isExpired?: boolean }, Omit<TicketOutcome, 'ticket'> | undefined, string]
>([
  ['still tried', {}, { kind: 'accepted' }, 'ask-again'],
  ['no answer about it', {}, undefined, 'ask-again'],
  ['still tried, past its life', { isExpired: true }, { kind: 'accepted' }, 'unknown'],
  ['applied', {}, { kind: 'applied', quantity: 9 } as never, 'acknowledged'],
  [
    'applied just before its life ended',
    { isExpired: true },
    { kind: 'applied', quantity: 9 } as never,
    'acknowledged',
  ],
  [
    'applied, as was a later write',
    { isOvertaken: true },
    { kind: 'applied', quantity: 9 } as never,
    'overtaken',
  ],
  ['refused', {}, { kind: 'refused', error: invalid } as never, 'refused'],
  ['compare-and-set lost', {}, { kind: 'refused', error: new Conflict('other', 3) } as never, 'again'],
  [
    'may have been carried out',
    {},
    { kind: 'refused', error: new Unavailable('cut', true) } as never,
    'unknown',
  ],
  ['given up before it', {}, { kind: 'untouched' }, 'again'],
  ['the platform knows nothing of it', {}, { kind: 'unknown' }, 'unknown'],
])('a ticket: %s', (_, { isOvertaken = false, isExpired = false }, outcome, verdict) => {
  const told = outcome === undefined ? undefined : ({ ...outcome, ticket: 't' } as TicketOutcome)
  expect(decideTicket({ writeId: 'w', quantity: 9, isOvertaken }, told, isExpired).kind).toBe(verdict)
})

async function openFeedShop() {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 5_000 })
  await world.stock('bottle', 10)
  await world.stock('jar', 10)
  const options = { tickets: terms, ordersPollMs: 1_000, latestEffectMs: 2_000 }
  const { platform, connectionId } = await world.open('shop', { bottle: 10, jar: 10 }, options)
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 2)
  const writesOf = (call: string) => platform.calls.filter((each) => each === call).length
  return { clock, world, platform, connectionId, stepped, writesOf }
}

test('an accepted write is sent once and confirmed by its outcome', async () => {
  const { clock, world, platform, connectionId, stepped, writesOf } = await openFeedShop()
  platform.feedFrom = 1
  await world.adjust('bottle', 5)
  await turns(clock, stepped, 30)
  expect(writesOf('setLevels')).toBe(1)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: 15, acknowledged: 10 })
  platform.landLate()
  await turns(clock, stepped, 10)
  expect(platform.quantityOf('bottle')).toBe(15)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: 15, acknowledged: 15 })
  expect(writesOf('setLevels')).toBe(1)
})

test('I7: a decrease goes out at once though a feed is under way, and again when the feed has overwritten it', async () => {
  const { clock, world, platform, connectionId, stepped, writesOf } = await openFeedShop()
  platform.feedFrom = 1
  await world.adjust('bottle', 5)
  await turns(clock, stepped, 1)
  platform.feedFrom = Number.POSITIVE_INFINITY
  // Back to what the platform still shows; the feed would raise it all the same.
  await world.adjust('bottle', -5)
  await turns(clock, stepped, 1)
  expect(platform.writes.map((write) => write.to)).toEqual([10])
  await turns(clock, stepped, 5)
  expect(writesOf('setLevels')).toBe(2)
  platform.landLate()
  expect(platform.quantityOf('bottle')).toBe(15)
  await turns(clock, stepped, 20)
  expect(platform.quantityOf('bottle')).toBe(10)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: 10, acknowledged: 10 })
})

test('I4: whoever takes the connection over asks about the tickets that it finds', async () => {
  const { clock, world, platform, connectionId, stepped } = await openFeedShop()
  platform.feedFrom = 1
  await world.adjust('bottle', 5)
  await turns(clock, stepped, 1)
  platform.landLate()
  await clock.advance(60_000)
  const other = await stepConnection(world, connectionId)
  await turns(clock, other, 10)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ acknowledged: 15 })
  expect(platform.writes).toHaveLength(1)
  expect(await stepped.turn()).toBeUndefined()
})

test('I6: a ticket that dies without an answer leads to reading back', async () => {
  const { clock, world, platform, connectionId, stepped } = await openFeedShop()
  platform.feedFrom = 1
  await world.adjust('bottle', 5)
  await turns(clock, stepped, 1)
  platform.feedFrom = Number.POSITIVE_INFINITY
  await turns(clock, stepped, 8, 100_000)
  await turns(clock, stepped, 20, 1_000)
  expect(platform.quantityOf('bottle')).toBe(15)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ acknowledged: 15 })
})

test('a decrease that a feed refuses is told to a person at once', async () => {
  const { clock, world, platform, stepped } = await openFeedShop()
  platform.feedFrom = 1
  platform.refused.set('bottle', 'row')
  await world.adjust('bottle', -4)
  await turns(clock, stepped, 2)
  platform.landLate()
  await turns(clock, stepped, 10)
  expect(await world.tasks('refused-decrease')).toMatchObject([{ units: 4, isOpen: true }])
})

test('I6: what was refused once and is accepted later is followed to its end, whatever becomes of its ticket', async () => {
  const { clock, world, platform, connectionId, stepped } = await openFeedShop()
  platform.refused.set('bottle', 'row')
  await world.adjust('bottle', -2)
  await turns(clock, stepped, 3)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ problemCode: 'refused' })
  platform.refused.clear()
  platform.feedFrom = 1
  await world.adjust('bottle', -1)
  await turns(clock, stepped, 2)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ problemCode: null })
  // The ticket dies without an answer; what differs then is written all the same.
  platform.feedFrom = Number.POSITIVE_INFINITY
  await turns(clock, stepped, 8, 100_000)
  await turns(clock, stepped, 20, 1_000)
  expect(platform.quantityOf('bottle')).toBe(7)
})

test('I6: whatever lands when, every level ends at what is desired', async () => {
  type Step = {
    kind: 'adjust' | 'feed' | 'single' | 'land' | 'sell' | 'turn'
    sku: 'bottle' | 'jar'
    units: number
  }
  const anyStep: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom<Step['kind'][]>(
      'adjust',
      'adjust',
      'feed',
      'single',
      'land',
      'sell',
      'turn',
      'turn',
    ),
    sku: fc.constantFrom<('bottle' | 'jar')[]>('bottle', 'jar'),
    units: fc.integer({ min: -3, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 25 }), async (steps) => {
      const { clock, world, platform, connectionId, stepped } = await openFeedShop()
      for (const { kind, sku, units } of steps) {
        if (kind === 'adjust' && units !== 0 && (await world.available(sku)) + units >= 0)
          await world.adjust(sku, units)
        if (kind === 'feed') platform.feedFrom = 1
        if (kind === 'single') platform.feedFrom = Number.POSITIVE_INFINITY
        if (kind === 'land') platform.landLate()
        if (kind === 'sell') platform.sell(sku)
        if (kind === 'turn') await turns(clock, stepped, 1, 400)
      }
      platform.feedFrom = Number.POSITIVE_INFINITY
      for (let round = 0; round < 4; round += 1) {
        platform.landLate()
        await turns(clock, stepped, 10, 1_000)
      }
      for (const sku of ['bottle', 'jar'] as const) {
        const level = await world.level(connectionId, sku)
        expect(level.desired).toBe(Math.max(0, await world.available(sku)))
        expect([sku, platform.quantityOf(sku)]).toEqual([sku, level.desired])
      }
    }),
    { ...fromEnvironment(6), endOnFailure: true },
  )
}, 60_000)

test('the queue asks for just the writes that needsWrite asks for', async () => {
  const { world, connectionId, clock } = await openFeedShop()
  const { organizationId } = world.context
  const { levelId } = await world.level(connectionId, 'bottle')
  const small = fc.integer({ min: 0, max: 3 })
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        acknowledged: fc.option(small),
        subtracted: small,
        acknowledgedSubtracted: small,
        open: fc.option(fc.record({ openGreatest: small, openLast: small })),
        isConfirmedSince: fc.boolean(),
        desired: small,
      }),
      async ({ desired, isConfirmedSince, open, ...numbers }) => {
        const acknowledgedAt = new Date(isConfirmedSince ? 2_000 : 500)
        const openSince = open === null ? null : new Date(1_000)
        const { openGreatest, openLast } = open ?? { openGreatest: null, openLast: null }
        await sql`delete from lane_entry where organization_id = ${organizationId}`.execute(database.kysely)
        await sql`
          update level set desired = ${desired}, acknowledged = ${numbers.acknowledged},
            acknowledged_at = ${acknowledgedAt}, subtracted = ${numbers.subtracted},
            acknowledged_subtracted = ${numbers.acknowledgedSubtracted}, open_greatest = ${openGreatest},
            open_last = ${openLast},
            open_since = ${openSince}
          where organization_id = ${organizationId} and level_id = ${levelId}`.execute(database.kysely)
        const at = new Date(clock.now())
        const queued = await database.kysely
          .transaction()
          .execute((tx) => queueWhatDiffers(tx, organizationId, [connectionId], { levelIds: [levelId], at }))
        const level = { ...numbers, acknowledgedAt, openGreatest, openLast, openSince }
        expect(queued === 1).toBe(needsWrite(level, desired))
      },
    ),
    fromEnvironment(200),
  )
})
