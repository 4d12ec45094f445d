// The way from shadow mode to live: what a person saw is what is written.
import { manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld } from '../testing/world.ts'
import { goLive, makePreview, reportShadow } from './going-live.ts'
import { findHolds } from './holds.store.ts'
import { decideHold } from './holds.ts'
import { differenceOf, findMaterialDifferences, type ShadowLevel, totalsOf } from './shadow.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const START = Date.parse('2026-03-02T10:00:00Z')
const level: ShadowLevel = {
  levelId: 'a',
  listing: 'a',
  sku: 'A',
  title: 'A',
  location: 'x',
  itemId: 'i',
  tracked: true,
  writable: true,
  shows: 5,
  wouldShow: 5,
  because: 'available',
  version: 1,
}

async function shadow() {
  const clock = manualClock(START)
  const world = await createWorld(database, clock)
  for (const [sku, units] of [
    ['UP', 9],
    ['DOWN', 1],
    ['ZERO', 0],
    ['SAME', 4],
  ] as const)
    await world.stock(sku, units)
  const listings = { UP: 3, DOWN: 3, ZERO: 3, SAME: 4, LOOSE: 7 }
  const shop = await world.open('shop', listings, { state: 'shadow' })
  const start = async () => {
    const worker = await stepConnection(world, shop.connectionId)
    return (count = 6) => turns(clock, worker, count)
  }
  return { clock, world, ...shop, start }
}

test('the report says per listing what it shows, would show and why, and the totals', async () => {
  const { world, connectionId, platform, start } = await shadow()
  const turn = await start()
  await turn()
  const { totals, levels } = await reportShadow(world.context, connectionId)
  expect(totals).toMatchObject({ up: 1, down: 1, zero: 1, same: 1, untouched: 1 })
  expect(totals).toMatchObject({ unitsMapped: 13, unitsUnmapped: 7, unitsWouldShow: 14 })
  expect(levels.find(({ listing }) => listing === 'UP')).toMatchObject({
    shows: 3,
    wouldShow: 9,
    because: 'available',
  })
  expect(platform.writes).toEqual([])
})

test('going live names a preview, and writes what it showed', async () => {
  const { world, connectionId, platform, start } = await shadow()
  const { preview } = await makePreview(world.context, connectionId)
  expect(preview.levels).toBe(3)
  await goLive(world.context, connectionId, { previewId: preview.previewId, actor: 'Ada' })
  await goLive(world.context, connectionId, { previewId: preview.previewId, actor: 'Ada' })
  await (await start())()
  expect(['UP', 'DOWN', 'ZERO', 'SAME', 'LOOSE'].map((sku) => platform.quantityOf(sku))).toEqual([
    9, 1, 0, 4, 7,
  ])
})

test('what would be written has changed since: refused with the differences', async () => {
  const { world, connectionId } = await shadow()
  const { preview } = await makePreview(world.context, connectionId)
  await world.adjust('SAME', 900)
  const wish = { previewId: preview.previewId, actor: 'Ada' }
  await expect(goLive(world.context, connectionId, wish)).rejects.toMatchObject({
    code: 'preview-outdated',
    message: expect.stringContaining('SAME: not written → 904'),
  })
  const again = await makePreview(world.context, connectionId)
  await goLive(world.context, connectionId, { ...wish, previewId: again.preview.previewId })
  expect(await world.connection(connectionId)).toMatchObject({ state: 'live' })
})

test('a preview of another connection, or none, does not do', async () => {
  const { world, connectionId } = await shadow()
  const other = await world.open('other', {}, { state: 'shadow' })
  const { preview } = await makePreview(world.context, other.connectionId)
  for (const previewId of [preview.previewId, 'none']) {
    await expect(goLive(world.context, connectionId, { previewId, actor: 'Ada' })).rejects.toMatchObject({
      code: 'unknown-preview',
    })
  }
})

test('a first batch is written alone; the rest follows once it is confirmed', async () => {
  const { world, connectionId, platform, start } = await shadow()
  const { preview } = await makePreview(world.context, connectionId)
  await goLive(world.context, connectionId, { previewId: preview.previewId, actor: 'Ada', first: 1 })
  const turn = await start()
  await turn()
  expect(platform.writes.length).toBe(1)
  const { organizationId } = world.context
  const [hold] = await findHolds(database.kysely, organizationId, { isOpen: true, limit: 5 })
  expect(hold).toMatchObject({ kind: 'first-batch', listings: 2, held: 2 })
  await decideHold(world.context, hold?.holdId ?? '', { kind: 'confirm', actor: 'Ada', reason: null })
  await turn()
  expect(['UP', 'DOWN', 'ZERO', 'SAME'].map((sku) => platform.quantityOf(sku))).toEqual([9, 1, 0, 4])
})

test('sales alone never outdate a preview, unless they sell out more than a few; every raise beyond it does', () => {
  const some = fc.array(fc.record({ shows: fc.nat(50), would: fc.nat(50), sold: fc.nat(60) }), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(some, fc.integer({ min: 3, max: 500 }), (rows, more) => {
      const before = rows.map(({ shows, would }, nth) => ({
        ...level,
        levelId: `${nth}`,
        shows,
        wouldShow: would,
      }))
      const now = before.map((each, nth) => ({
        ...each,
        wouldShow: Math.max(0, each.wouldShow - (rows[nth]?.sold ?? 0)),
      }))
      const soldOut = now.filter(
        (each, nth) => each.wouldShow === 0 && before[nth]?.wouldShow !== 0 && differenceOf(each) !== 'same',
      )
      const found = findMaterialDifferences(before, now)
      expect(found.length).toBe(soldOut.length > Math.max(2, now.length * 0.01) ? soldOut.length : 0)
      const [first] = before
      if (first === undefined) return
      const raised = [{ ...first, wouldShow: first.wouldShow + Math.ceil(first.wouldShow * 0.1) + more }]
      const isSame = raised[0]?.wouldShow === first.shows
      expect(findMaterialDifferences(before, raised).length).toBe(isSame ? 0 : 1)
      expect(totalsOf(before).levels).toBe(before.length)
    }),
  )
})
