// Listings are matched with items: as it was previewed, so it is; what is taken back is as it was; the rails hold.
import { manualClock, systemClock } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rebuildLevels } from '../connections/rebuild-levels.store.ts'
import { findHolds } from '../safety/holds.store.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import { acceptMappings, undoAcceptance } from './accept.ts'
import { findConflicts } from './conflicts.store.ts'
import { heedAll, ignoreAll } from './ignore.ts'
import { keepSuggestions } from './keep-suggestions.ts'
import { forgetLooks } from './look.store.ts'
import { previewAcceptance } from './preview-acceptance.ts'
import { saveRules, tryRule } from './rule-book.ts'

// The thread for expressions is started anew after one that hung.
vi.setConfig({ testTimeout: 60_000 })
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

type Row = {
  listingId: string
  externalId: string
  itemSku: string | null
  units: number
  mappedBy: string | null
  suggested: number
}
async function listings(world: World): Promise<Row[]> {
  return await world.rows(sql<Row>`
    select listing_id, external_id, item.sku as item_sku, units_per_listing as units, mapped_by, suggested
    from listing left join item using (organization_id, item_id)
    where listing.organization_id = ${world.context.organizationId}
    order by external_id`)
}
const idOf = async (world: World, externalId: string) =>
  (await listings(world)).find((row) => row.externalId === externalId)?.listingId ?? ''
const levels = async (world: World) =>
  await world.rows(sql<{ unit: string; itemId: string | null; units: number; desired: number | null }>`
    select stock_unit_id as unit, item_id, units_per_listing as units, desired from level
    where organization_id = ${world.context.organizationId} order by stock_unit_id`)

test('what a preview says is what is shown once it is accepted; a preview leaves nothing, undo puts everything back', async () => {
  const world = await createWorld(database, systemClock)
  const { context } = world
  await world.stock('MUG', 40)
  await world.stock('CUP', 9)
  await world.open('north', { 'mug ': 7, 'CUP-AMZ': 3, 'TEA-1': 1 })
  expect(await keepSuggestions(context)).toMatchObject({ looked: 3, tied: 0, problems: [] })
  expect((await listings(world)).map(({ externalId, suggested }) => [externalId, suggested])).toEqual([
    ['CUP-AMZ', 2],
    ['TEA-1', 0],
    ['mug ', 2],
  ])
  const before = [await listings(world), await levels(world)]
  const preview = await previewAcceptance(context, { confidence: 'likely' })
  expect([await listings(world), await levels(world)]).toEqual(before)
  expect(preview).toMatchObject({
    listings: 2,
    raised: 2,
    lowered: 0,
    toZero: 0,
    unitsBefore: 10,
    unitsAfter: 49,
  })
  expect(preview.asksFirst).toEqual([])
  const { digest } = preview
  // Somebody changes what would be accepted: nothing is.
  const cup = await idOf(world, 'CUP-AMZ')
  await ignoreAll(context, [cup], { reason: 'not ours', actor: 'Ada' })
  await expect(
    acceptMappings(context, { confidence: 'likely' }, { actor: 'Ada', digest }),
  ).rejects.toMatchObject({
    code: 'mapping-changed',
  })
  await heedAll(context, [cup])
  await keepSuggestions(context)
  const accepted = await acceptMappings(context, { confidence: 'likely' }, { actor: 'Ada', digest })
  expect(accepted).toMatchObject({ mapped: 2 })
  for (const { externalId, willShow } of preview.rows)
    expect((await levels(world)).find(({ unit }) => unit === externalId)?.desired).toBe(willShow)

  const six = await idOf(world, 'mug ')
  await acceptMappings(
    context,
    { listings: [{ listingId: six, sku: 'MUG', unitsPerListing: 6 }] },
    { actor: 'Ada' },
  )
  expect((await levels(world)).find(({ unit }) => unit === 'mug ')).toMatchObject({ units: 6, desired: 6 })
  // Only the last, one after the other.
  await expect(
    undoAcceptance(context, { actor: 'Ada', acceptanceId: accepted.acceptanceId ?? '' }),
  ).rejects.toMatchObject({
    code: 'mapping-changed',
  })
  expect(await undoAcceptance(context, { actor: 'Ada' })).toMatchObject({ restored: 1, left: 0 })
  expect((await levels(world)).find(({ unit }) => unit === 'mug ')).toMatchObject({ units: 1, desired: 40 })
  expect(await undoAcceptance(context, { actor: 'Ada' })).toMatchObject({ restored: 2, left: 0 })
  expect((await listings(world)).map(({ itemSku }) => itemSku)).toEqual([null, null, null])
  await expect(undoAcceptance(context, { actor: 'Ada' })).rejects.toMatchObject({ code: 'wrong-state' })
})

test('I8: a thousand acceptances cannot take a shop to zero: the preview says so, and the writes wait', async () => {
  const clock = manualClock(Date.parse('2026-03-02T10:00:00Z'))
  const world = await createWorld(database, clock)
  const names = Array.from({ length: 20 }, (_, nth) => `S${10 + nth}`)
  for (const sku of names) await world.stock(sku, 0)
  const shop = await world.open('shop', Object.fromEntries(names.map((sku) => [`${sku}-AMZ`, 5])))
  const stepped = await stepConnection(world, shop.connectionId)
  await turns(clock, stepped, 4)
  await keepSuggestions(world.context)
  const preview = await previewAcceptance(world.context, { confidence: 'likely' })
  expect(preview).toMatchObject({ listings: 20, toZero: 20, unitsBefore: 100, unitsAfter: 0 })
  expect(preview.asksFirst).toEqual([{ connectionId: shop.connectionId, kind: 'zero', listings: 20 }])
  await acceptMappings(world.context, { confidence: 'likely' }, { actor: 'Ada' })
  for (let nth = 0; nth < 6; nth += 1) {
    await clock.advance(700)
    await stepped.turn()
  }
  expect(names.filter((sku) => shop.platform.quantityOf(`${sku}-AMZ`) === 5)).toEqual(names)
  const holds = await findHolds(database.kysely, world.context.organizationId, { isOpen: true, limit: 5 })
  expect(holds).toMatchObject([{ kind: 'zero', listings: 20 }])
})

test('a rule ties by itself what is unique on both sides; one that hangs holds nothing up, and a swap is left to a person', async () => {
  const world = await createWorld(database, systemClock)
  const { context } = world
  for (const sku of ['MUG', 'CUP', 'POT']) await world.stock(sku, 60)
  const { connectionId, platform } = await world.open('north', {
    'MUG-AMZ': 1,
    '6PK-MUG-AMZ': 1,
    'CUP-AMZ': 1,
    'CUP-AMZ-AMZ': 1,
    POT: 1,
  })
  const strip = { name: 'strip', expression: '$replace(sku, /(-AMZ)+$/, "")', how: 'automatic' as const }
  const packs = {
    name: 'packs',
    expression: '$match(sku, /^(\\d+)PK-(.*)-AMZ$/).{ "sku": groups[1], "units": $number(groups[0]) }',
    how: 'automatic' as const,
  }
  const hangs = {
    name: 'hangs',
    expression: '($f := function($n){ $f($n + 1) }; $f(0))',
    how: 'automatic' as const,
  }
  expect(await tryRule(context, 'north', { expression: packs.expression, limit: 10 })).toMatchObject({
    says: 1,
    items: 1,
    problems: 0,
  })
  expect(await tryRule(context, 'north', { expression: hangs.expression, limit: 10 })).toMatchObject({
    problems: 5,
  })
  await expect(tryRule(context, 'north', { expression: 'sku &', limit: 10 })).rejects.toMatchObject({
    code: 'invalid-rule',
  })
  await saveRules(context, 'north', { rules: [hangs, packs, strip], basedOn: 0, actor: 'Ada' })
  await expect(
    saveRules(context, 'north', { rules: [strip], basedOn: 0, actor: 'Bo' }),
  ).rejects.toMatchObject({ code: 'mapping-changed' })

  const report = await keepSuggestions(context)
  expect(report).toMatchObject({ looked: 4, tied: 2 })
  expect(report.problems.join()).toContain('hangs')
  const tied = async () =>
    Object.fromEntries(
      (await listings(world)).map((row) => [
        row.externalId,
        row.itemSku === null ? null : `${row.itemSku} ×${row.units} ${row.mappedBy}`,
      ]),
    )
  // Two would sell one cup each: which is meant a person says.
  const expected = {
    '6PK-MUG-AMZ': 'MUG ×6 rule',
    'CUP-AMZ': null,
    'CUP-AMZ-AMZ': null,
    'MUG-AMZ': 'MUG ×1 rule',
    POT: 'POT ×1 sku',
  }
  expect(await tied()).toEqual(expected)
  // The SKUs of two listings are swapped on the platform: they keep what they sell, and are asked about.
  platform.rename('MUG-AMZ', 'POT')
  platform.rename('POT', 'MUG-AMZ')
  await world.import(connectionId)
  await forgetLooks(database.kysely, context.organizationId)
  await keepSuggestions(context)
  expect(await tied()).toEqual(expected)
  expect((await world.tasks('listing-changed')).filter(({ isOpen }) => isOpen)).toHaveLength(2)
  // Taken back, nothing but a person ties them again.
  await undoAcceptance(context, { actor: 'Ada' })
  await forgetLooks(database.kysely, context.organizationId)
  await keepSuggestions(context)
  expect(await tied()).toMatchObject({ '6PK-MUG-AMZ': null, 'MUG-AMZ': null })
  const find = (kind: 'claimed-twice' | 'unknown-sku' | 'item-repeated') =>
    findConflicts(database.kysely, context.organizationId, { kind, connectionId, limit: 10 })
  await acceptMappings(
    context,
    {
      listings: await Promise.all(
        ['CUP-AMZ', 'CUP-AMZ-AMZ'].map(async (each) => ({ listingId: await idOf(world, each), sku: 'CUP' })),
      ),
    },
    { actor: 'Ada' },
  )
  expect((await find('item-repeated')).map(({ externalId, other }) => [externalId, other])).toEqual([
    ['CUP-AMZ', 'CUP-AMZ-AMZ'],
    ['CUP-AMZ-AMZ', 'CUP-AMZ'],
  ])
})

test('whatever is accepted, ignored, heeded and taken back: levels are what working out all of them makes', async () => {
  const world = await createWorld(database, systemClock)
  const { context } = world
  const skus = ['A', 'B']
  for (const sku of skus) await world.stock(sku, 20)
  const { connectionId } = await world.open('north', { l1: 1, l2: 2, l3: 3 })
  const ids = (await listings(world)).map(({ listingId }) => listingId)
  const some = fc.subarray([0, 1, 2], { minLength: 1 })
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('accept' as const),
      which: some,
      sku: fc.constantFrom(...skus),
      units: fc.integer({ min: 1, max: 7 }),
    }),
    fc.record({ kind: fc.constantFrom('undo' as const, 'ignore' as const, 'heed' as const), which: some }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      for (const each of steps) {
        const which = each.which.map((nth) => ids[nth] ?? '')
        const isIgnored = (
          await world.rows(sql<{ n: number }>`
          select count(*)::int as n from listing where organization_id = ${context.organizationId}
            and listing_id = any(${sql.val(which)}::uuid[]) and ignored_at is not null`)
        )[0]?.n
        const before = await levels(world)
        const refused = (error: unknown) => {
          expect(error).toMatchObject({ name: 'SyncProblem' })
          return 'refused' as const
        }
        if (each.kind === 'accept') {
          const wanted = {
            listings: which.map((listingId) => ({ listingId, sku: each.sku, unitsPerListing: each.units })),
          }
          const done = await acceptMappings(context, wanted, { actor: 'Ada' }).catch(refused)
          expect(done === 'refused').toBe((isIgnored ?? 0) > 0)
          if (done === 'refused') expect(await levels(world)).toEqual(before)
          for (const { listingId, itemSku, units } of await listings(world))
            if (done !== 'refused' && which.includes(listingId))
              expect([itemSku, units]).toEqual([each.sku, each.units])
        } else if (each.kind === 'undo') await undoAcceptance(context, { actor: 'Ada' }).catch(refused)
        else if (each.kind === 'ignore') await ignoreAll(context, which, { reason: 'no', actor: 'Ada' })
        else
          expect((await heedAll(context, which).catch(refused)) === 'refused').toBe(
            isIgnored !== which.length,
          )
        const now = await levels(world)
        await inTransaction(database, (tx) =>
          rebuildLevels(tx, { organizationId: context.organizationId, connectionId, uuid: context.uuid }),
        )
        expect(await levels(world)).toEqual(now)
        for (const { unit, itemId, units, desired } of now)
          if (itemId !== null) expect([unit, desired]).toEqual([unit, Math.floor(20 / units)])
      }
    }),
    { ...fromEnvironment(5), interruptAfterTimeLimit: 20_000 },
  )
})
