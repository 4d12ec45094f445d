import type { ImportMappingView } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importDesk } from '../testing/import-desk.ts'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'
import { signedDelivery, wooOrder } from '../testing/woo-webhook.ts'

/** A whole hub that works, with a shop of which one listing is mapped by its SKU and one is not. */
let served: ServedHub
let shop: Shop
const desk = importDesk(() => served.hub.imports.context)
beforeAll(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 12)
  shop = await served.openShop([
    { sku: 'MUG', quantity: 12 },
    { sku: 'MUG-6', quantity: 1 },
  ])
})
afterAll(() => served.close())

async function externalId(sku: string): Promise<string> {
  const found = await sql<{ externalId: string }>`select external_id from listing where sku = ${sku}`.execute(
    served.database.kysely,
  )
  return found.rows[0]?.externalId ?? ''
}
const parked = async () => (await served.ask('GET', '/api/v1/parked')).body.total
const mappings = async () => (await desk.exported('mappings')).rows.map((row) => [row[1], ...row.slice(4, 7)])

test('I4: an order that waited for a mapping is applied once a file brings it; the file again changes nothing', async () => {
  const single = await externalId('MUG')
  const six = await externalId('MUG-6')
  const { webhookSecret = '' } = shop.simulator.credentials as Record<string, string>
  const order = signedDelivery(
    webhookSecret,
    wooOrder({ id: 77, productId: Number(six), sku: 'MUG-6', quantity: 1 }),
  )
  await served.ask('POST', `/webhooks/${shop.connectionId}`, order.body, order.headers)
  await expect.poll(parked, { timeout: 10_000 }).toBe(1)

  const content = `店铺,商品ID,货号,每件数量\nShop 1,${single},MUG,\n${shop.connectionId},${six},MUG,6\n`
  expect(await desk.take('mappings', content)).toMatchObject({ state: 'done', applied: 1, unchanged: 1 })
  await expect.poll(parked, { timeout: 10_000 }).toBe(0)
  await expect
    .poll(async () => (await served.ask('GET', '/api/v1/items/MUG')).body, { timeout: 10_000 })
    .toMatchObject({ onHand: 12, reserved: 6 })
  expect(await mappings()).toEqual(
    [
      [single, 'MUG', 1, 'sku'],
      [six, 'MUG', 6, 'person'],
    ].sort(),
  )
  expect(await desk.take('mappings', content)).toMatchObject({ applied: 0, unchanged: 2 })
  for (const format of ['csv', 'xlsx'] as const) {
    const again = await desk.take('mappings', await desk.file('mappings', format))
    expect(again).toMatchObject({ applied: 0, unchanged: 2, warnings: 0 })
  }
})

test('what is wrong with a mapping names its row, column and cure; the others can be taken alone', async () => {
  const six = await externalId('MUG-6')
  const single = await externalId('MUG')
  await desk.take('items', 'sku,name,archived\nOLD,Old,yes\n')
  const content = [
    'connection,listing,sku,units per listing',
    'Elsewhere,1,MUG,1',
    'Shop 1,4711000,MUG,1',
    `Shop 1,${six},NONE,1`,
    `Shop 1,${single},MUG,2`,
    '',
  ].join('\n')
  const checked = await desk.check('mappings', content)
  expect(await desk.problems(checked)).toEqual([
    { row: 2, column: 'connection', code: 'unknown-connection' },
    { row: 3, column: 'listing', code: 'unknown-listing' },
    { row: 4, column: 'sku', code: 'unknown-sku' },
  ])
  expect(await desk.apply(checked, 'good-rows')).toMatchObject({ applied: 1, skipped: 3 })
  const odd = `connection,listing,sku,units per listing\nShop 1,${six},OLD,1\nShop 1,${single},,3\n`
  expect(await desk.problems(await desk.check('mappings', odd))).toEqual([
    { row: 2, column: 'sku', code: 'item-archived' },
    { row: 3, column: 'sku', code: 'unknown-sku' },
  ])
})

test('a listing that a file says to ignore is ignored with its reason, comes out so, and a SKU takes that back', async () => {
  const six = await externalId('MUG-6')
  const reasons = async () => (await desk.exported('mappings')).rows.map((row) => [row[1], row[4], row[7]])
  const head = 'connection,listing,sku,ignored because'
  expect(await desk.take('mappings', `${head}\nShop 1,${six},,sold by a partner\n`)).toMatchObject({
    applied: 1,
  })
  expect(await reasons()).toContainEqual([six, null, 'sold by a partner'])
  for (const format of ['csv', 'xlsx'] as const) {
    const again = await desk.take('mappings', await desk.file('mappings', format))
    expect(again).toMatchObject({ applied: 0, unchanged: 2, warnings: 0 })
  }
  expect(await desk.take('mappings', `${head}\nShop 1,${six},MUG,\n`)).toMatchObject({ applied: 1 })
  expect(await reasons()).toContainEqual([six, 'MUG', null])
})

type Change = Omit<ImportMappingView, 'row'>
const changesOf = async (importId: string, query = '') =>
  (await served.ask('GET', `/api/v1/imports/${importId}/mappings${query}`)).body as {
    rows: Change[]
    next: string | null
  }
const desiredOf = async (listing: string) => {
  const found = await sql<{ desired: number | null }>`
    select sum(desired)::bigint as desired from level join listing using (organization_id, connection_id, stock_unit_id)
    where listing.external_id = ${listing} and level.item_id is not null`.execute(served.database.kysely)
  return found.rows[0]?.desired ?? null
}

test('I10: before a file of mappings is applied it says of each listing what it sells before and after and what it will show, and that comes true', async () => {
  const [six, single] = [await externalId('MUG-6'), await externalId('MUG')]
  await served.stock('LID', 4)
  const components = [
    { sku: 'MUG', quantity: 2 },
    { sku: 'LID', quantity: 1 },
  ]
  await desk.take('items', 'sku,name\nSET,Set\n')
  expect(await served.ask('PUT', '/api/v1/items/SET/kit', { kind: 'virtual', components })).toMatchObject({
    status: 200,
  })
  const head = 'connection,listing,sku,units per listing,ignored because'
  await desk.take('mappings', `${head}\nShop 1,${single},MUG,1,\nShop 1,${six},MUG,6,\n`)
  const available = Number((await served.ask('GET', '/api/v1/items/MUG')).body.available)
  await expect.poll(() => desiredOf(six), { timeout: 10_000 }).toBe(Math.floor(available / 6))

  // Listings that change nothing are not in it; a kit is named as one, and its number is that of its scarcest part.
  const checked = await desk.check('mappings', `${head}\nShop 1,${single},MUG,1,\nShop 1,${six},SET,2,\n`)
  const sets = Math.min(Math.floor(available / 2), 4)
  const { rows } = await changesOf(checked.importId)
  expect(rows).toMatchObject([
    {
      externalId: six,
      before: { item: { sku: 'MUG', isKit: false }, unitsPerListing: 6, ignoredBecause: null },
      after: { item: { sku: 'SET', isKit: true }, unitsPerListing: 2, ignoredBecause: null },
      ...{ isForeseen: true, isEstimate: false, willShow: Math.floor(sets / 2), conflicts: [] },
    },
  ])
  await desk.apply(checked, 'all-or-nothing')
  await expect.poll(() => desiredOf(six), { timeout: 10_000 }).toBe(rows[0]?.willShow)

  // What would be in conflict says so; what is ignored is written no more; a row that another contradicts is in neither.
  const odd = await desk.check(
    'mappings',
    `${head}\nShop 1,${six},MUG,1,\nShop 1,${single},,,gift\nShop 1,${single},LID,,\n`,
  )
  const only = await changesOf(odd.importId)
  expect(only.rows).toMatchObject([
    { externalId: six, willShow: available, conflicts: [{ kind: 'item-repeated', other: single }] },
  ])
  expect((await served.ask('GET', `/api/v1/imports/${odd.importId}`)).body.preview).toMatchObject({
    effect: { changed: 1 },
    mappings: { changed: 1, isForeseen: true, conflicts: 1, toZero: 0, raised: 1, lowered: 0 },
  })
  expect((await changesOf(odd.importId, '?only=zero')).rows).toEqual([])
  const ignored = await desk.check('mappings', `${head}\nShop 1,${single},,,gift\nShop 1,${six},LID,9,\n`)
  const [first, second] = (await changesOf(ignored.importId, '?limit=1&only=zero')).rows
  expect([first, second]).toMatchObject([{ externalId: six, willShow: 0 }, undefined])
  expect((await changesOf(ignored.importId, '?limit=1')).rows).toMatchObject([
    { externalId: single, after: { item: null, ignoredBecause: 'gift' }, willShow: null },
  ])
  const file = await served.ask(
    'GET',
    `/api/v1/tables/listImportMappings/csv?id=${ignored.importId}&only=zero`,
  )
  expect(file.status).toBe(200)
})
