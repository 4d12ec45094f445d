import { type ChannelOperations, type Connector, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MemoryPlatform } from '../testing/memory-platform.ts'
import { stepConnection, turns } from '../testing/steps.ts'
import { createWorld, type World } from '../testing/world.ts'
import {
  decideListingChange,
  describeListingChange,
  type FormerListing,
  type ListingFacts,
  proposedFor,
} from './listing-changes.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(() => database.drop())

const former = (rest: Partial<FormerListing> = {}): FormerListing => ({
  listingId: 'former',
  externalId: '2',
  isThere: true,
  sku: 'A',
  itemSku: 'B',
  unitsPerListing: 1,
  isDoubted: false,
  hasPolicy: false,
  ...rest,
})
const facts = (rest: Partial<ListingFacts> = {}): ListingFacts => ({
  listingId: 'listing',
  externalId: '1',
  title: 'Mug',
  sku: 'B',
  mappedSku: 'A',
  itemSku: 'A',
  unitsPerListing: 1,
  isSkuOfItem: true,
  shows: 4,
  former: null,
  ...rest,
})
const untied = { itemSku: null, mappedSku: null }

test.each<[string, Partial<ListingFacts>, string]>([
  ['tied by the SKU that it has', { sku: 'A' }, 'settled'],
  ['named as the item that a person tied it to', { mappedSku: 'X', sku: 'A' }, 'settled'],
  ['renamed to that of another item', {}, 'renamed'],
  ['renamed to something that no item is called', { isSkuOfItem: false }, 'renamed'],
  ['tied without a SKU, given one that no item has', { mappedSku: null, isSkuOfItem: false }, 'settled'],
  ['tied without a SKU, given one of another item', { mappedSku: null }, 'renamed'],
  ['renamed to what another had, which has its own', { former: former() }, 'swapped'],
  [
    'renamed to what another had, which is called something else',
    { former: former({ sku: 'C' }) },
    'renamed',
  ],
  ['renamed to what one had that is gone', { former: former({ isThere: false }) }, 'renamed'],
  ['tied to nothing, the first of its SKU', untied, 'settled'],
  ['tied to nothing, two of one SKU', { ...untied, former: former({ sku: 'B' }) }, 'settled'],
  [
    'tied to nothing, with what another is tied by that was renamed',
    { ...untied, former: former() },
    'relisted',
  ],
  ['relisted, plainly', { ...untied, former: former({ isThere: false }) }, 'settled'],
  [
    'relisted, the former sold six of it',
    { ...untied, former: former({ isThere: false, unitsPerListing: 6 }) },
    'relisted',
  ],
  [
    'relisted, the former sold another item',
    { ...untied, former: former({ isThere: false, itemSku: 'X' }) },
    'relisted',
  ],
  [
    'relisted, the former had a policy',
    { ...untied, former: former({ isThere: false, hasPolicy: true }) },
    'relisted',
  ],
  [
    'relisted, the former was doubted itself',
    { ...untied, former: former({ isThere: false, isDoubted: true }) },
    'relisted',
  ],
])('%s', (_, given, expected) => {
  const change = decideListingChange(facts(given))
  expect(change.kind === 'doubtful' ? change.doubt : change.kind).toBe(expected)
})

test('what is proposed is what the SKU sold before, with its units; else the item of that name; else nothing', () => {
  expect(proposedFor(facts({ former: former({ itemSku: 'X', unitsPerListing: 6 }) }))).toEqual({
    sku: 'X',
    unitsPerListing: 6,
  })
  expect(proposedFor(facts({ unitsPerListing: 2 }))).toEqual({ sku: 'B', unitsPerListing: 2 })
  expect(proposedFor(facts({ isSkuOfItem: false }))).toBeUndefined()
})

test('a person reads what changed, what it follows meanwhile, and what may be done', () => {
  expect(describeListingChange(facts({ former: former() }), 'swapped')).toBe(
    '"Mug" (1) had the SKU A when it was tied to A; it has B now, and 2 has its own: the two were swapped. Until you decide it follows A and is not raised. Keep it, swap the mappings of both, or untie it.',
  )
  expect(describeListingChange(facts({ isSkuOfItem: false }), 'renamed')).toContain('tie it to another item')
  const gone = former({ isThere: false, unitsPerListing: 6 })
  expect(describeListingChange(facts({ ...untied, former: gone }), 'relisted')).toBe(
    '"Mug" (1) has the SKU B of 2, which is gone and sold B × 6. Until you decide it sells nothing of yours. Tie it so too (move it to B × 6), or leave it untied.',
  )
})

type Row = {
  externalId: string
  sku: string | null
  itemSku: string | null
  doubt: string | null
  mappedBy: string | null
}
async function listingsOf(world: World, connectionId: string): Promise<Map<string, Row>> {
  const rows = await world.rows(sql<Row>`
    select external_id, listing.sku, item.sku as item_sku, doubt, mapped_by
    from listing left join item using (organization_id, item_id)
    where listing.organization_id = ${world.context.organizationId} and connection_id = ${connectionId}
    order by external_id`)
  return new Map(rows.map((row) => [row.externalId, row]))
}

test('SKUs that were swapped are never matched: each listing follows its item down, and is not raised', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('mug', 10)
  await world.stock('cup', 3)
  const { platform, connectionId } = await world.open('swap', { mug: 10, cup: 3 })
  platform.rename('mug', 'cup')
  platform.rename('cup', 'mug')
  await world.import(connectionId)
  expect([...(await listingsOf(world, connectionId)).values()]).toMatchObject([
    { externalId: 'cup', itemSku: 'cup', doubt: 'swapped' },
    { externalId: 'mug', itemSku: 'mug', doubt: 'swapped' },
  ])
  const tasks = await world.tasks('listing-changed')
  expect(tasks.filter(({ isOpen }) => isOpen)).toHaveLength(2)

  const stepped = await stepConnection(world, connectionId)
  await world.adjust('mug', -4)
  await turns(clock, stepped, 4)
  expect(platform.quantityOf('mug')).toBe(6)
  await world.adjust('mug', 20)
  await world.adjust('cup', 20)
  await turns(clock, stepped, 6)
  // What they sell is not known, so nothing more is promised of it.
  expect([platform.quantityOf('mug'), platform.quantityOf('cup')]).toEqual([6, 3])

  // Set back on the platform: there is nothing to ask any more, and what waited goes out.
  platform.rename('mug', 'mug')
  platform.rename('cup', 'cup')
  await world.import(connectionId)
  await turns(clock, stepped, 6)
  expect([platform.quantityOf('mug'), platform.quantityOf('cup')]).toEqual([26, 23])
  expect((await world.tasks('listing-changed')).filter(({ isOpen }) => isOpen)).toEqual([])
})

test('where stock is counted by SKU, swapped listings keep their items, and what stands under the SKU is read anew', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock, { reconcileMs: 3_600_000, deepReadMs: 3_600_000 })
  await world.stock('mug', 10)
  await world.stock('cup', 3)
  const { platform, connectionId } = await world.open('by-sku', { mug: 10, cup: 3 })
  countBySku(world.connectorOf(connectionId), platform)
  await world.import(connectionId)
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 4)
  platform.rename('mug', 'cup')
  platform.rename('cup', 'mug')
  await world.import(connectionId)
  expect([...(await listingsOf(world, connectionId)).values()]).toMatchObject([
    { externalId: 'cup', itemSku: 'cup', doubt: 'swapped' },
    { externalId: 'mug', itemSku: 'mug', doubt: 'swapped' },
  ])
  // The shop moved its numbers along with the products: under the SKU "cup" the mugs' 10 stand now.
  await turns(clock, stepped, 4)
  await world.adjust('mug', -4)
  await world.adjust('cup', 20)
  await turns(clock, stepped, 6)
  expect([platform.quantityOf('mug'), platform.quantityOf('cup')]).toEqual([6, 3])
})

/** The shop knows a listing by its number, and what it sells of by its SKU (Magento). */
function countBySku(connector: Connector, platform: MemoryPlatform): void {
  const { open } = connector
  const idOf = (sku: string) => [...platform.listings].find(([, listing]) => listing.sku === sku)?.[0] ?? sku
  const inward = <Row extends { stockUnitId: string }>(row: Row) => ({
    ...row,
    stockUnitId: idOf(row.stockUnitId),
  })
  Object.assign(connector, {
    open(context: Parameters<typeof open>[0]): ChannelOperations {
      const operations = open(context)
      return {
        ...operations,
        async listings(cursor) {
          const page = await operations.listings(cursor)
          return {
            ...page,
            rows: page.rows.map((row) => ({ ...row, stockUnitId: row.sku ?? row.stockUnitId })),
          }
        },
        async levels(keys, options) {
          const read = await operations.levels(keys.map(inward), options)
          return read.map((row) => ({
            ...row,
            stockUnitId: platform.listings.get(row.stockUnitId)?.sku ?? '',
          }))
        },
        setLevels: (writes, options) => operations.setLevels(writes.map(inward), options),
      }
    },
  })
}

test('a webhook that tells of one half of a swap matches nothing either, and an audit finds the rest', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('mug', 10)
  const { platform, connectionId } = await world.open('half', { mug: 10 })
  platform.rename('mug', 'cup')
  platform.list('new', { sku: 'mug', quantity: 5 })
  await world.store(connectionId, [{ kind: 'listing', externalId: 'new', deleted: false }])
  const stepped = await stepConnection(world, connectionId)
  await turns(clock, stepped, 3)
  expect((await listingsOf(world, connectionId)).get('new')).toMatchObject({ itemSku: null })
  await world.store(connectionId, [{ kind: 'listing', externalId: 'mug', deleted: false }])
  await turns(clock, stepped, 3)
  expect([...(await listingsOf(world, connectionId)).values()]).toMatchObject([
    { externalId: 'mug', itemSku: 'mug', doubt: 'renamed' },
    { externalId: 'new', itemSku: null, doubt: 'relisted' },
  ])
})

test('relisted under a new id: what it sold plainly it sells again; what a person had said is asked about', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('mug', 10)
  await world.stock('cup', 12)
  const { platform, connectionId } = await world.open('relist', { mug: 10, cup: 2 })
  await sql`update listing set units_per_listing = 6, mapped_by = 'person'
    where connection_id = ${connectionId} and external_id = 'cup'`.execute(database.kysely)
  for (const sku of ['mug', 'cup']) {
    platform.listings.delete(sku)
    platform.list(`${sku}-again`, { sku, quantity: 1 })
  }
  await clock.advance(1_000)
  await world.import(connectionId)
  const listings = await listingsOf(world, connectionId)
  expect(listings.get('mug-again')).toMatchObject({ itemSku: 'mug', doubt: null })
  expect(listings.get('cup-again')).toMatchObject({ itemSku: null, doubt: 'relisted' })
  expect(await world.tasks('listing-changed')).toMatchObject([{ isOpen: true }])
})

test('I12: a SKU that is missing for once is no other SKU', async () => {
  const world = await createWorld(database, manualClock())
  await world.stock('mug', 10)
  const { connectionId } = await world.open('missing', { mug: 10 })
  await sql`update listing set sku = null where connection_id = ${connectionId}`.execute(database.kysely)
  await world.import(connectionId)
  expect((await listingsOf(world, connectionId)).get('mug')).toMatchObject({ itemSku: 'mug', doubt: null })
})

test('whatever becomes of SKUs and listings: nothing that is tied is ever tied to something else but by a person', async () => {
  const skus = ['a', 'b', 'c']
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('rename' as const),
      at: fc.nat({ max: 2 }),
      sku: fc.constantFrom(...skus, 'x'),
    }),
    fc.record({ kind: fc.constant('delete' as const), at: fc.nat({ max: 2 }) }),
    fc.record({ kind: fc.constant('add' as const), sku: fc.constantFrom(...skus, 'x') }),
    fc.record({ kind: fc.constant('import' as const) }),
    fc.record({ kind: fc.constant('hear' as const), at: fc.nat({ max: 3 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
      const clock = manualClock()
      const world = await createWorld(database, clock)
      for (const sku of skus) await world.stock(sku, 10)
      const { platform, connectionId } = await world.open('any', { a: 10, b: 10 }, { state: 'shadow' })
      const stepped = await stepConnection(world, connectionId)
      let made = 0
      for (const each of steps) {
        const before = await listingsOf(world, connectionId)
        const ids = [...platform.listings.keys()]
        const id = 'at' in each ? ids[each.at % Math.max(1, ids.length)] : undefined
        if (each.kind === 'add') platform.list(`n${made++}`, { sku: each.sku, quantity: 1 })
        else if (each.kind === 'import') {
          await clock.advance(1_000)
          await world.import(connectionId)
        } else if (id !== undefined) {
          if (each.kind === 'rename') platform.rename(id, each.sku)
          else if (each.kind === 'delete') platform.listings.delete(id)
          else {
            await world.store(connectionId, [{ kind: 'listing', externalId: id, deleted: false }])
            await turns(clock, stepped, 2)
          }
        }
        for (const [externalId, row] of await listingsOf(world, connectionId)) {
          const known = before.get(externalId)
          if (known?.itemSku != null) expect(row.itemSku).toBe(known.itemSku)
          // Tied just now: by the very SKU that it has.
          else if (row.itemSku !== null) expect(row.itemSku).toBe(row.sku)
        }
      }
      // Once all is read, what is tied and called something else is asked about.
      await clock.advance(1_000)
      await world.import(connectionId)
      for (const [externalId, row] of await listingsOf(world, connectionId)) {
        if (row.itemSku === null || !platform.listings.has(externalId)) continue
        expect(row.doubt !== null, `${externalId}: ${JSON.stringify(row)}`).toBe(row.sku !== row.itemSku)
      }
    }),
    fromEnvironment(15),
  )
})
