// Suggestions that become documents, on a real database.
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { WORLD_TIME } from '@plimsoll/stock/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createExample, head, plansOf, store } from '../testing/replenishment-stories.ts'
import { createReplenishmentWorld } from '../testing/replenishment-world.ts'
import { acceptSuggestions } from './accept-suggestions.ts'
import { changeReplenishmentSetting } from './change-settings.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

test('accepted suggestions become drafts and announced deliveries, and are not suggested again', async () => {
  const world = await createExample(database)
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
    { locationCode: 'MAIN', expectedOn: '2026-05-31', lines: [{ sku: 'MUG', expected: 720 }] },
  ])
  const after = await plansOf(world)
  expect(after.get('FBA')).toMatchObject({ incoming: 392, figures: { position: 512, wanted: 144 } })
  // What MAIN has left is less than a carton, so nothing more is suggested; what is bought is on its way.
  expect([...after.values()].map(({ suggestion }) => suggestion)).toEqual([null, null, null])
  expect(after.get('MAIN')).toMatchObject({ incoming: 720, figures: { leaving: 336, spare: 21 } })

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
  const world = await createExample(database)
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
  const world = await createExample(database)
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
