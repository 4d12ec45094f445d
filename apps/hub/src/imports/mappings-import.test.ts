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
