// Demand, plans and what is accepted, on a real database.
import { readFileSync } from 'node:fs'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { createTransfer, dispatchTransfer, type NewMovement } from '@plimsoll/stock'
import { WORLD_TIME } from '@plimsoll/stock/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createReplenishmentWorld, type ReplenishmentWorld } from '../testing/replenishment-world.ts'
import { acceptSuggestions } from './accept-suggestions.ts'
import { addLeftOutDays, changeReplenishmentSetting, takeBackLeftOutDays } from './change-settings.ts'
import { findDemandHistory, findItemDemand } from './item-demand.ts'
import { findReplenishmentClock, planNext } from './keep-plans.ts'
import type { PlanFigures } from './plan-figures.ts'
import { planItems } from './plan-items.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

type Row = {
  code: string
  urgency: string
  available: number
  incoming: number
  coverDays: number | null
  runsOutOn: string | null
  suggestion: string | null
  units: number
  source: string | null
  suggestionId: string | null
  figures: PlanFigures
}

async function plansOf(world: ReplenishmentWorld, sku = 'MUG'): Promise<Map<string, Row>> {
  const found = await sql<Row>`
    select location.code, urgency, available, incoming, cover_days, runs_out_on::text, suggestion,
      suggested_units as units, source.code as source, suggestion_id, figures
    from replenishment
    join location using (organization_id, location_id)
    left join location as source on source.organization_id = replenishment.organization_id
      and source.location_id = source_location_id
    where replenishment.organization_id = ${world.context.organizationId} and item_id = ${world.itemId(sku)}`.execute(
    database.kysely,
  )
  return new Map(found.rows.map((row) => [row.code, row]))
}

async function plan(world: ReplenishmentWorld, skus: readonly string[] = ['MUG'], measure = true) {
  const ids = skus.map((sku) => world.itemId(sku))
  await inTransaction(database, (tx) => planItems(tx, world.planning, ids, { measure }))
}

/** Orders at the end of each of the days before today. */
async function sellDaily(
  world: ReplenishmentWorld,
  code: string,
  units: (daysAgo: number) => number,
  days = 56,
) {
  const { record, sell, daysAgo } = world
  for (let ago = days; ago >= 1; ago -= 1) {
    const count = units(ago)
    if (count > 0) await record(daysAgo(ago, EVENING), sell('MUG', code, count, daysAgo(ago, EVENING)))
  }
}

const EVENING = 23.999

const stock = (world: ReplenishmentWorld, code: string, units: number, daysAgo: number, sku = 'MUG') =>
  world.record(world.daysAgo(daysAgo, 0), [world.movement(sku, code, { onHandDelta: units })])

const store = (world: ReplenishmentWorld) => ({ database, context: world.context })
const head = (key: string) => ({ key, actor: 'ann' })

/** The example of the guide. */
async function createExample(): Promise<ReplenishmentWorld> {
  const world = await createReplenishmentWorld(database)
  await stock(world, 'MAIN', 456, 57)
  await sellDaily(world, 'MAIN', () => 1)
  // In stock for 40 days; then nothing for 16, and 120 came this morning.
  await stock(world, 'FBA', 400, 57)
  await sellDaily(world, 'FBA', (ago) => (ago <= 16 ? 0 : ago % 2 === 0 ? 4 : 16))
  await stock(world, 'FBA', 120, 0)
  await stock(world, 'BERLIN', 284, 57)
  await sellDaily(world, 'BERLIN', () => 4)
  await changeReplenishmentSetting(database, world.planning, {
    target: { sku: 'MUG', locationCode: null },
    changes: { packUnits: 24 },
    actor: 'ann',
  })
  const made = await createTransfer(store(world), head('sea-1'), {
    fromCode: 'MAIN',
    toCode: 'FBA',
    lines: [{ sku: 'MUG', quantity: 200 }],
  })
  if (made.kind === 'refused') throw new Error(made.message)
  const sent = { ...store(world), context: { ...world.context, now: () => world.daysAgo(25) } }
  await world.record(world.daysAgo(26), [world.movement('MUG', 'MAIN', { onHandDelta: 200 })])
  await dispatchTransfer(sent, head('sea-2'), { transferId: made.result.transferId })
  await plan(world)
  return world
}

test('the example of the guide, by hand', async () => {
  const world = await createExample()
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
    units: 600,
    figures: {
      spare: 357,
      levels: { demandOverLead: 30, safetyStock: 13, reorderPoint: 43 },
      network: { perDay: 15, position: 780, levels: { reorderPoint: 1280, orderUpTo: 1385 } },
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
    '1,280',
    '1,385',
    '600',
    '136',
    '51.2',
    '2026-05-13',
  ]
  expect(told.filter((number) => !guide.includes(number))).toEqual([])
})

test('accepted suggestions become drafts and announced deliveries, and are not suggested again', async () => {
  const world = await createExample()
  const before = await plansOf(world)
  const wanted = [...before.values()].flatMap(({ suggestionId }) =>
    suggestionId === null ? [] : [{ suggestionId }],
  )
  const done = await acceptSuggestions(store(world), world.planning, head('accept'), wanted)
  expect(done.kind).toBe('applied')
  if (done.kind === 'refused') return
  const { transfers, inboundShipments } = done.result
  expect(
    transfers.map(({ state, fromCode, toCode, lines }) => [state, fromCode, toCode, lines[0]?.requested]),
  ).toEqual([
    ['draft', 'MAIN', 'BERLIN', 144],
    ['draft', 'MAIN', 'FBA', 192],
  ])
  expect(inboundShipments).toMatchObject([
    { locationCode: 'MAIN', expectedOn: '2026-05-31', lines: [{ sku: 'MUG', expected: 600 }] },
  ])
  const after = await plansOf(world)
  expect(after.get('FBA')).toMatchObject({ incoming: 392, figures: { position: 512, wanted: 144 } })
  // What MAIN has left is less than a carton, so nothing more is suggested; what is bought is on its way.
  expect([...after.values()].map(({ suggestion }) => suggestion)).toEqual([null, null, null])
  expect(after.get('MAIN')).toMatchObject({ incoming: 600, figures: { leaving: 336, spare: 21 } })

  expect(await acceptSuggestions(store(world), world.planning, head('accept'), wanted)).toMatchObject({
    kind: 'repeated',
    result: done.result,
  })
  expect(await acceptSuggestions(store(world), world.planning, head('again'), wanted)).toMatchObject({
    kind: 'refused',
    code: 'suggestion-changed',
  })
})

test('of many who accept the same at once, one makes the documents', async () => {
  const world = await createExample()
  const suggestionId = (await plansOf(world)).get('FBA')?.suggestionId ?? ''
  const outcomes = await Promise.all(
    Array.from({ length: 5 }, (_, nth) =>
      acceptSuggestions(store(world), world.planning, head(`at-once-${nth}`), [{ suggestionId }]),
    ),
  )
  expect(outcomes.map(({ kind }) => kind).sort()).toEqual([
    'applied',
    'refused',
    'refused',
    'refused',
    'refused',
  ])
  const drafts = await sql`
    select from transfer where organization_id = ${world.context.organizationId} and state = 'draft'`.execute(
    database.kysely,
  )
  expect(drafts.rows).toHaveLength(1)
})

test('other units than suggested, an id that is none, the same twice, and none', async () => {
  const world = await createExample()
  const suggestionId = (await plansOf(world)).get('FBA')?.suggestionId ?? ''
  const accept = (key: string, wanted: Parameters<typeof acceptSuggestions>[3]) =>
    acceptSuggestions(store(world), world.planning, head(key), wanted)
  expect(await accept('a', [])).toMatchObject({ code: 'invalid-lines', field: 'suggestions' })
  expect(await accept('b', [{ suggestionId: 'x' }])).toMatchObject({
    code: 'invalid-lines',
    field: 'suggestions[0].id',
  })
  expect(await accept('c', [{ suggestionId }, { suggestionId }])).toMatchObject({
    field: 'suggestions[1].id',
  })
  expect(await accept('d', [{ suggestionId, units: 0 }])).toMatchObject({ code: 'quantity-not-positive' })
  expect(await accept('e', [{ suggestionId, units: 48 }])).toMatchObject({
    result: { transfers: [{ lines: [{ requested: 48 }] }] },
  })
})

test('of an item tracked by lot the lots that expire first are named, and none that may not leave', async () => {
  const world = await createReplenishmentWorld(database)
  const { context, planning, itemId } = world
  await sql`update item set tracking = 'lot' where organization_id = ${context.organizationId}`.execute(
    database.kysely,
  )
  const lots = [
    { code: 'OLD', expiresOn: '2026-04-01', status: 'released', units: 50 },
    { code: 'LATER', expiresOn: '2027-06-01', status: 'released', units: 40 },
    { code: 'SOON', expiresOn: '2026-12-01', status: 'released', units: 30 },
    { code: 'HELD', expiresOn: '2026-11-01', status: 'quarantined', units: 20 },
  ]
  for (const { code, expiresOn, status, units } of lots) {
    const lotId = context.uuid()
    await sql`
      insert into lot (organization_id, lot_id, item_id, code, expires_on, status, created_at)
      values (${context.organizationId}, ${lotId}, ${itemId('MUG')}, ${code}, ${expiresOn}, ${status}, ${WORLD_TIME})`.execute(
      database.kysely,
    )
    await world.record(world.daysAgo(60), [world.movement('MUG', 'MAIN', { lotId, onHandDelta: units })])
  }
  await changeReplenishmentSetting(database, planning, {
    target: { sku: 'MUG', locationCode: 'FBA' },
    changes: { expectedPerDay: 4 },
    actor: 'ann',
  })
  const row = (await plansOf(world)).get('FBA')
  expect(row).toMatchObject({ suggestion: 'transfer', units: 70, figures: { demand: { kind: 'expected' } } })
  expect((await plansOf(world)).get('MAIN')).toMatchObject({ available: 70, figures: { blocked: 70 } })
  const wanted = [{ suggestionId: row?.suggestionId ?? '', units: 35 }]
  expect(await acceptSuggestions(store(world), planning, head('lots'), wanted)).toMatchObject({
    result: {
      transfers: [
        {
          lines: [
            { lot: 'SOON', requested: 30 },
            { lot: 'LATER', requested: 5 },
          ],
        },
      ],
    },
  })
})

test('a cancelled order is no demand, one sent from elsewhere is demand there on the day it came, returns take nothing off', async () => {
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
  await plan(world)
  const historyAt = async (code: string) => {
    const found = await findDemandHistory(database.kysely, world.context.organizationId, {
      itemId: world.itemId('MUG'),
      locationId: world.locationId(code),
    })
    return found?.units.slice(-9)
  }
  expect(await historyAt('MAIN')).toEqual([0, 0, 3, 0, 0, 0, 0, 0, 0])
  expect(await historyAt('BERLIN')).toEqual([0, 5, 0, 0, 0, 0, 0, 0, 0])
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
