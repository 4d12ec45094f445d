// Kits that are put together ahead, on a real database: who is planned with whom, and what is kept of it.
import { inTransaction } from '@plimsoll/database'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import { defineKit } from '@plimsoll/stock'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { head, plan, plansOf, stock, store } from '../testing/replenishment-stories.ts'
import { createReplenishmentWorld, type ReplenishmentWorld } from '../testing/replenishment-world.ts'
import { acceptSuggestions } from './accept-suggestions.ts'
import { changeReplenishmentSetting } from './change-settings.ts'
import { findStandingNeeds } from './kit-relations.store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 4 })
})
afterAll(() => database.drop())

async function putTogetherOf(
  world: ReplenishmentWorld,
  sku: string,
  parts: Record<string, number>,
  kind: 'assembled' | 'virtual' = 'assembled',
) {
  const components = Object.entries(parts).map(([part, quantity]) => ({ sku: part, quantity }))
  const said = { sku, kind, components, actor: 'test', reason: null, expectedVersion: undefined }
  const outcome = await inTransaction(world.database, (tx) => defineKit(tx, world.context, said))
  expect(outcome).toMatchObject({ kind: 'defined' })
}

async function expects(world: ReplenishmentWorld, sku: string, expectedPerDay: number) {
  const target = { sku, locationCode: 'MAIN' }
  const changed = { target, changes: { expectedPerDay }, actor: 'test' }
  expect(await changeReplenishmentSetting(database, world.planning, changed)).toMatchObject({ kind: 'saved' })
}

test('a set is put together from what its parts can spare; what is bought of them is for it too; nothing is accepted of it', async () => {
  const world = await createReplenishmentWorld(database, ['CUP', 'PAIR', 'BOX', 'SET', 'GIFT'])
  // A virtual kit within is as good as its parts.
  await putTogetherOf(world, 'PAIR', { CUP: 2 }, 'virtual')
  await putTogetherOf(world, 'SET', { PAIR: 1, BOX: 1 })
  await putTogetherOf(world, 'GIFT', { BOX: 1 })
  await stock(world, 'MAIN', 60, 1, 'CUP')
  await stock(world, 'MAIN', 500, 1, 'BOX')
  await expects(world, 'SET', 4)
  // Whoever plans the set plans what it is made of.
  const set = (await plansOf(world, 'SET')).get('MAIN')
  expect(set).toMatchObject({
    suggestion: 'assembly',
    units: 30,
    source: null,
    figures: { wanted: 42, because: 'parts-missing' },
  })
  const cup = (await plansOf(world, 'CUP')).get('MAIN')
  expect(cup).toMatchObject({ suggestion: 'purchase', urgency: 'due' })
  expect(cup?.figures.kits).toMatchObject([{ kitId: world.itemId('SET'), each: 2, perDay: 4, wanted: 30 }])
  expect((await plansOf(world, 'BOX')).get('MAIN')).toMatchObject({ suggestion: null, urgency: 'enough' })
  expect(
    await acceptSuggestions(store(world), world.planning, head('set'), [
      { suggestionId: set?.suggestionId ?? '' },
    ]),
  ).toMatchObject({ kind: 'refused', code: 'suggestion-not-ordered' })

  // Whoever plans cups without their sets knows what these wanted last.
  expect(
    await findStandingNeeds(world.database.kysely, world.context.organizationId, [world.itemId('CUP')]),
  ).toMatchObject([
    { partId: world.itemId('CUP'), need: { kitId: world.itemId('SET'), each: 2, perDay: 4, wanted: 42 } },
  ])

  // A cup sold by itself is asked for alone, and the set that is made of it follows.
  await stock(world, 'MAIN', -20, 0, 'CUP')
  await plan(world, ['CUP'], false)
  expect((await plansOf(world, 'SET')).get('MAIN')).toMatchObject({ suggestion: 'assembly', units: 20 })

  // Ready made, it is bought, and its parts are for nobody.
  const target = { sku: 'SET', locationCode: null }
  await changeReplenishmentSetting(database, world.planning, {
    target,
    changes: { source: 'supplier' },
    actor: 'test',
  })
  // 4 · 30, z · √(37 · 4 + (4 · 5)²) = 38.5, and 4 · 7.
  expect((await plansOf(world, 'SET')).get('MAIN')).toMatchObject({ suggestion: 'purchase', units: 187 })
  expect((await plansOf(world, 'CUP')).get('MAIN')).toMatchObject({ suggestion: null, urgency: 'unknown' })
})
