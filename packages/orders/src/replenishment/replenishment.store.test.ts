// Demand and plans, on a real database.
import { readFileSync } from 'node:fs'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { createTransfer, type NewMovement } from '@plimsoll/stock'
import { WORLD_TIME } from '@plimsoll/stock/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteDemandPlaces } from '../routing/would-serve.store.ts'
import {
  createExample,
  head,
  plan,
  plansOf,
  sellDaily,
  stock,
  store,
} from '../testing/replenishment-stories.ts'
import { createReplenishmentWorld } from '../testing/replenishment-world.ts'
import { addLeftOutDays, changeReplenishmentSetting, takeBackLeftOutDays } from './change-settings.ts'
import { findDemandHistory, findItemDemand } from './item-demand.ts'
import { findReplenishmentClock, planNext } from './keep-plans.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

test('the example of the guide, by hand', async () => {
  const world = await createExample(database)
  const plans = await plansOf(world)
  expect(plans.get('FBA')).toMatchObject({
    urgency: 'late',
    available: 120,
    incoming: 200,
    coverDays: 12,
    runsOutOn: '2026-05-13',
    suggestion: 'transfer',
    source: 'MAIN',
    units: 192,
    figures: {
      position: 320,
      wanted: 336,
      because: 'source-has-too-little',
      demand: { kind: 'measured', perDay: 10, daysCounted: 40, unitsCounted: 400, daysWithoutStock: 16 },
      levels: { demandOverLead: 450, safetyStock: 136, reorderPoint: 586, orderUpTo: 656 },
      incoming: [{ document: 'transfer', units: 200, on: '2026-05-21', isDraft: false, isLate: false }],
    },
  })
  expect(plans.get('BERLIN')).toMatchObject({
    urgency: 'late',
    coverDays: 15,
    suggestion: 'transfer',
    units: 144,
    figures: {
      wanted: 192,
      levels: { demandOverLead: 180, safetyStock: 52, reorderPoint: 232, orderUpTo: 260 },
    },
  })
  expect(plans.get('MAIN')).toMatchObject({
    urgency: 'due',
    available: 400,
    suggestion: 'purchase',
    units: 720,
    figures: {
      spare: 357,
      levels: { demandOverLead: 30, safetyStock: 13, reorderPoint: 43 },
      network: { perDay: 15, position: 780, levels: { reorderPoint: 1408, orderUpTo: 1513 } },
    },
  })
  const guide = readFileSync(new URL('../../../../docs/guides/replenishment.md', import.meta.url), 'utf8')
  const told = [
    '586',
    '656',
    '336',
    '192',
    '144',
    '357',
    '1,408',
    '1,513',
    '720',
    '136',
    '51.2',
    '2026-05-13',
  ]
  expect(told.filter((number) => !guide.includes(number))).toEqual([])
})

test('a cancelled order is no demand, one sent from elsewhere is demand there on the day it came, unless for want of stock; returns take nothing off', async () => {
  const world = await createReplenishmentWorld(database)
  const { movement, record, sell, daysAgo } = world
  await stock(world, 'MAIN', 100, 40)
  await stock(world, 'BERLIN', 100, 40)
  const [cancelled] = sell('MUG', 'MAIN', 7, daysAgo(9), { isShipped: false })
  const [moved] = sell('MUG', 'MAIN', 5, daysAgo(8), { isShipped: false })
  const [kept, shipped] = sell('MUG', 'MAIN', 3, daysAgo(7))
  if (cancelled === undefined || moved === undefined || kept === undefined || shipped === undefined)
    throw new Error()
  await record(daysAgo(9), [cancelled])
  await record(daysAgo(8), [moved])
  await record(daysAgo(7), [kept, shipped])
  await record(daysAgo(6), [
    { ...cancelled, kind: 'release', reservedDelta: -7 },
    { ...moved, kind: 'release', reservedDelta: -5 },
    movement('MUG', 'BERLIN', { ...moved, locationId: world.locationId('BERLIN'), effectiveAt: daysAgo(6) }),
    { ...kept, kind: 'return', reservedDelta: 0, onHandDelta: 3 },
  ])
  // Sent from Berlin, one because Berlin serves it and one because MAIN had nothing left; a third waits at MAIN, for Berlin.
  const [served] = sell('MUG', 'BERLIN', 2, daysAgo(4), { isShipped: false })
  const [short] = sell('MUG', 'BERLIN', 4, daysAgo(3), { isShipped: false })
  const [waiting] = sell('MUG', 'MAIN', 6, daysAgo(2), { isShipped: false })
  if (served === undefined || short === undefined || waiting === undefined) throw new Error()
  await record(daysAgo(4), [served])
  await record(daysAgo(3), [short])
  await record(daysAgo(2), [waiting])
  await inTransaction(database, async (tx) => {
    const { organizationId } = world.context
    const noted = async ({ referenceId, itemId }: NewMovement, code: string) =>
      noteDemandPlaces(tx, organizationId, referenceId ?? '', {
        rows: [{ itemId, locationId: world.locationId(code) }],
        at: daysAgo(2),
      })
    await noted(short, 'MAIN')
    await noted(short, 'FBA') // routed anew by other rules: it was ordered by those of before
    await noted(waiting, 'BERLIN')
  })
  await plan(world)
  const historyAt = async (code: string) => {
    const found = await findDemandHistory(database.kysely, world.context.organizationId, {
      itemId: world.itemId('MUG'),
      locationId: world.locationId(code),
    })
    return found && [...found.units.slice(-9), found.fromElsewhere]
  }
  expect(await historyAt('MAIN')).toEqual([0, 0, 3, 0, 0, 0, 4, 0, 0, 4])
  expect(await historyAt('BERLIN')).toEqual([0, 5, 0, 0, 0, 2, 0, 6, 0, 6])
  expect(await historyAt('FBA')).toBeUndefined()
})

test('I10: stock of each day and units of each day are what counting the movements one by one gives', async () => {
  const anyDeed = fc.record({
    ago: fc.integer({ min: 1, max: 20 }),
    hour: fc.nat(23),
    code: fc.constantFrom('MAIN', 'BERLIN'),
    kind: fc.constantFrom('receive' as const, 'adjust' as const, 'sell' as const, 'hold' as const),
    units: fc.integer({ min: 1, max: 9 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anyDeed, { maxLength: 25 }), async (deeds) => {
      const world = await createReplenishmentWorld(database)
      const { movement, sell, daysAgo } = world
      const told: { at: Date; movements: NewMovement[]; deed: (typeof deeds)[number] }[] = []
      // A minute apart, so that nothing happens at once.
      for (const [nth, deed] of deeds.toSorted((a, b) => b.ago - a.ago || a.hour - b.hour).entries()) {
        const at = new Date(daysAgo(deed.ago, deed.hour).getTime() + nth * 60_000)
        const one = { effectiveAt: at, kind: deed.kind === 'sell' ? ('receive' as const) : deed.kind }
        const movements =
          deed.kind === 'sell'
            ? sell('MUG', deed.code, deed.units, at, { isShipped: deed.hour % 2 === 0 })
            : deed.kind === 'hold'
              ? [movement('MUG', deed.code, { ...one, heldDelta: deed.units })]
              : [
                  movement('MUG', deed.code, {
                    ...one,
                    onHandDelta: deed.kind === 'receive' ? deed.units : -deed.units,
                  }),
                ]
        told.push({ at, movements, deed })
        await world.record(at, movements)
      }
      await plan(world)
      for (const code of ['MAIN', 'BERLIN']) {
        const history = await findDemandHistory(database.kysely, world.context.organizationId, {
          itemId: world.itemId('MUG'),
          locationId: world.locationId(code),
        })
        const here = told.filter(({ deed }) => deed.code === code)
        const units = Array.from({ length: 56 }, () => 0)
        for (const { deed, at } of here.filter(({ deed: each }) => each.kind === 'sell')) {
          const ago = Math.ceil((daysAgo(0, 0).getTime() - at.getTime()) / 86_400_000)
          units[56 - ago] = (units[56 - ago] ?? 0) + deed.units
        }
        const stocked = Array.from({ length: 56 }, (_, day) => shareByMinutes(here, daysAgo(56 - day, 0)))
        if (units.every((each) => each === 0) && stocked.every((each) => each === 0)) {
          expect(history).toBeUndefined()
        } else {
          expect(history?.units).toEqual(units)
          expect(
            history?.stocked.map((each, day) => Math.abs(each - (stocked[day] ?? 0)) <= 0.011),
          ).not.toContain(false)
        }
      }
    }),
    fromEnvironment(15),
  )
})

/** Looks at each minute of a day whether something was available. */
function shareByMinutes(
  told: readonly { at: Date; movements: readonly NewMovement[] }[],
  midnight: Date,
): number {
  let minutes = 0
  for (let minute = 0; minute < 1_440; minute += 1) {
    const moment = midnight.getTime() + minute * 60_000
    let available = 0
    for (const { at, movements } of told) {
      if (at.getTime() > moment) continue
      for (const each of movements) available += each.onHandDelta - each.reservedDelta - each.heldDelta
    }
    if (available > 0) minutes += 1
  }
  return minutes / 1_440
}

test('the nearest setting wins, field by field, and the figures say which', async () => {
  const world = await createReplenishmentWorld(database)
  await stock(world, 'FBA', 500, 57)
  await sellDaily(world, 'FBA', () => 2)
  const set = (
    sku: string | null,
    locationCode: string | null,
    changes: Parameters<typeof changeReplenishmentSetting>[2]['changes'],
  ) =>
    changeReplenishmentSetting(database, world.planning, {
      target: { sku, locationCode },
      changes,
      actor: 'ann',
    })
  await set(null, null, { servicePercent: 90, reviewDays: 14 })
  await set(null, 'FBA', { servicePercent: 98, transferLeadDays: 50 })
  await set('MUG', null, { transferLeadDays: 40, packUnits: 6 })
  await set('MUG', 'FBA', { servicePercent: 99 })
  expect((await plansOf(world)).get('FBA')?.figures).toMatchObject({
    rule: { serviceLevel: 0.99, reviewDays: 14, leadDays: 40, packUnits: 6, deviationDays: 7 },
    from: {
      servicePercent: 'item-at-location',
      reviewDays: 'organization',
      transferLeadDays: 'item',
      packUnits: 'item',
    },
  })
  await set('MUG', 'FBA', { servicePercent: null })
  expect((await plansOf(world)).get('FBA')?.figures.rule.serviceLevel).toBe(0.98)
  expect(await set('NONE', null, {})).toMatchObject({ code: 'unknown-sku', field: 'sku' })
  expect(await set(null, 'NOWHERE', {})).toMatchObject({ code: 'unknown-location', field: 'location' })
  expect(await set(null, 'FBA', { source: 'NOWHERE' })).toMatchObject({
    code: 'unknown-location',
    field: 'source',
  })
  expect(await set(null, 'FBA', { source: 'FBA' })).toMatchObject({ code: 'invalid-replenishment' })
  await set('MUG', 'FBA', { source: 'BERLIN', replenish: false })
  expect((await plansOf(world)).get('FBA')).toMatchObject({ urgency: 'off', suggestion: null })
})

test('days of a campaign are left out, and count again once they are taken back', async () => {
  const world = await createReplenishmentWorld(database)
  await stock(world, 'FBA', 1_000, 57)
  await sellDaily(world, 'FBA', (ago) => (ago === 30 || ago === 31 ? 60 : 2))
  const rate = async () => {
    await plan(world)
    const [found] = await findItemDemand(database.kysely, world.context.organizationId, [world.itemId('MUG')])
    return found?.measured
  }
  expect((await rate())?.perDay).toBeCloseTo((54 * 2 + 120) / 56)
  const day = (ago: number) => world.daysAgo(ago).toISOString().slice(0, 10)
  const target = { sku: null, locationCode: 'FBA' }
  const sale = { target, since: day(31), until: day(30), reason: 'Singles’ Day', actor: 'ann' }
  const added = await addLeftOutDays(database, world.planning, sale)
  expect(await rate()).toMatchObject({ perDay: 2, daysLeftOut: 2 })
  expect(await addLeftOutDays(database, world.planning, { ...sale, until: '2026-02-30' })).toMatchObject({
    field: 'until',
  })
  expect(await addLeftOutDays(database, world.planning, { ...sale, until: '2020-01-01' })).toMatchObject({
    field: 'until',
  })
  if (added.kind === 'refused') throw new Error(added.message)
  await takeBackLeftOutDays(database, world.planning, added.days.leftOutId)
  expect((await rate())?.daysLeftOut).toBe(0)
  expect(await takeBackLeftOutDays(database, world.planning, added.days.leftOutId)).toMatchObject({
    code: 'unknown-left-out-days',
  })
})

test('a sweep plans all items in pieces, then what changed is looked at; what a draft brings is seen without a movement', async () => {
  const world = await createReplenishmentWorld(database)
  await stock(world, 'MAIN', 500, 57)
  await stock(world, 'FBA', 150, 57)
  await sellDaily(world, 'FBA', () => 2)
  let now = WORLD_TIME
  const planning = { ...world.planning, now: () => now }
  const turn = async () => {
    let pieces = 0
    while (await inTransaction(database, (tx) => planNext(tx, planning))) pieces += 1
    return pieces
  }
  expect(await turn()).toBe(1)
  const first = (await plansOf(world)).get('FBA')
  expect(first?.suggestion).toBe('transfer')
  expect(await turn()).toBe(0)

  now = new Date(now.getTime() + 6 * 60_000)
  const later = { ...store(world), context: { ...world.context, now: () => now } }
  await createTransfer(later, head('by-hand'), {
    fromCode: 'MAIN',
    toCode: 'FBA',
    lines: [{ sku: 'MUG', quantity: 30 }],
  })
  await turn()
  const second = (await plansOf(world)).get('FBA')
  expect(second).toMatchObject({ incoming: 30, units: (first?.units ?? 0) - 30 })
  expect(second?.suggestionId).not.toBe(first?.suggestionId)

  // Nothing changed: the same suggestion under the same id.
  now = new Date(now.getTime() + 6 * 60_000)
  await turn()
  expect((await plansOf(world)).get('FBA')?.suggestionId).toBe(second?.suggestionId)
  now = new Date(now.getTime() + 25 * 3_600_000)
  expect(await turn()).toBe(1)
  expect(await findReplenishmentClock(database.kysely, world.context.organizationId)).toMatchObject({
    sweepStartedAt: now,
    sweepEndedAt: now,
  })
  await sql`update item set archived_at = ${now} where organization_id = ${world.context.organizationId}`.execute(
    database.kysely,
  )
  now = new Date(now.getTime() + 25 * 3_600_000)
  await turn()
  expect((await plansOf(world)).size).toBe(0)
})
