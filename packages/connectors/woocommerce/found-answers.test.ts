import { type ErrorKind, isConnectorError } from '@plimsoll/connector-kit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type RandomShop, startRandomShop } from './testing/random-shop.ts'

/** Answers that the sources and `hostile-answers.test.ts` have found the connector wanting with, a test for each. */

let shop: RandomShop
beforeAll(async () => {
  shop = await startRandomShop()
})
afterAll(() => shop.close())

type Answer = { body: unknown; total?: number }
function connect(script: (request: string, query: URLSearchParams) => Answer | undefined) {
  return shop.connect({ seed: 1, refusalRate: 0, script })
}
const answers = (script: Record<string, unknown>) =>
  connect((request) => (request in script ? { body: script[request] } : undefined)).operations

async function kindOf(call: Promise<unknown>): Promise<ErrorKind | 'answered'> {
  try {
    await call
    return 'answered'
  } catch (error) {
    if (isConnectorError(error)) return error.kind
    throw error
  }
}

const product = {
  id: 57,
  parent_id: 0,
  type: 'simple',
  name: 'Mug',
  sku: 'MUG',
  status: 'publish',
  manage_stock: true,
  stock_quantity: 4,
  backorders: 'no',
  date_modified_gmt: '2026-11-24T01:02:03',
}
const order = {
  id: 31,
  number: '1001',
  status: 'processing',
  currency: 'EUR',
  date_created_gmt: '2026-11-24T01:02:03',
  date_modified_gmt: '2026-11-24T01:02:03',
  date_completed_gmt: null,
  line_items: [{ id: 1, product_id: 57, variation_id: 0, name: 'Mug', sku: null, quantity: 2 }],
  refunds: [] as { id: number }[],
  meta_data: [],
}
const since = { since: new Date(0), cursor: undefined }
const level = { stockUnitId: '57', locationId: 'default' }
const none = { 'GET wc/v3/variations': [] }

test('an empty batch is answered with an empty list, as PHP writes an empty map', async () => {
  const operations = answers({
    'GET ': { name: 'Shop', namespaces: ['wc/v3'] },
    'POST wc/v3/products/batch': [],
  })
  expect((await operations.check()).missingScopes).toEqual([])
})

test.each([
  ['', undefined],
  [' ', undefined],
  ['0x10', undefined],
  ['1e3', undefined],
  ['1.5', undefined],
  [1.5, undefined],
  [null, undefined],
  ['7', 7],
  ['5.0000', 5],
  ['-3', -3],
  [0, 0],
])('a stock quantity of %j is %s', async (stock_quantity, quantity) => {
  const operations = answers({ ...none, 'GET wc/v3/products': [{ ...product, stock_quantity }] })
  expect(await operations.levels([level])).toMatchObject([{ quantity }])
})

test('a variation is told under the key that it was asked by, though its row names no parent', async () => {
  const { parent_id: _, ...row } = { ...product, id: 61 }
  const operations = answers({ 'GET wc/v3/variations': [row], 'GET wc/v3/products': [] })
  const key = { stockUnitId: '57/61', locationId: 'default' }
  expect(await operations.levels([key])).toMatchObject([{ ...key, quantity: 4 }])
})

test('a product of a day that never was is told, without the day', async () => {
  const zero = { ...product, date_modified_gmt: '-0001-11-30T00:00:00' }
  expect(await answers({ ...none, 'GET wc/v3/products': [zero] }).levels([level])).toMatchObject([
    { quantity: 4, updatedAt: undefined },
  ])
})

test('a list with gaps comes as an object, and is a list all the same', async () => {
  const operations = answers({
    ...none,
    'GET wc/v3/products': { 0: product, 2: { ...product, id: 58 } },
    'GET wc/v3/orders/31': { ...order, line_items: { 3: order.line_items[0] } },
  })
  expect((await operations.listings(undefined)).rows.map(({ externalId }) => externalId)).toEqual([
    '57',
    '58',
  ])
  expect((await operations.order('31')).lines).toHaveLength(1)
})

test('a short page of products is not the last while the shop counts more', async () => {
  // Of 150 the key's user may see all but two of the first page.
  const rows = Array.from({ length: 150 }, (_, at) => ({ ...product, id: 100 + at }))
  const { operations } = connect((request, query) => {
    if (request === 'GET wc/v3/variations') return { body: [], total: 0 }
    const from = (Number(query.get('page')) - 1) * 100
    const shown = rows.slice(from, from + 100).filter(({ id }) => id !== 110 && id !== 111)
    return { body: shown, total: rows.length }
  })
  const ids = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await operations.listings(cursor)
    for (const { externalId } of page.rows) ids.add(externalId)
    cursor = page.next
  } while (cursor !== undefined)
  expect(ids.size).toBe(148)
})

test.each([
  ['each of its own second', 1],
  ['all of one second', 0],
])('a short page of orders is not the last while the shop counts more: %s', async (_, step) => {
  const moment = (at: number) =>
    new Date(Date.UTC(2026, 10, 24) + at * step * 1_000).toISOString().slice(0, 19)
  const rows = Array.from({ length: 250 }, (_, at) => ({
    ...order,
    id: 100 + at,
    date_modified_gmt: moment(at),
  }))
  const { operations } = connect((request, query) => {
    if (request !== 'GET wc/v3/orders' || query.get('status') === 'trash') return { body: [], total: 0 }
    const found = rows.filter((row) => row.date_modified_gmt > (query.get('modified_after') ?? ''))
    const skip = Number(query.get('offset'))
    const shown = found.slice(skip, skip + 100).filter(({ id }) => id % 9 !== 0)
    return { body: shown, total: found.length }
  })
  const ids = new Set<string>()
  let cursor: string | undefined
  do {
    const page = await operations.orders({ ...since, cursor })
    for (const { externalId } of page.rows) ids.add(externalId)
    cursor = page.next
  } while (cursor !== undefined)
  expect(ids.size).toBe(rows.filter(({ id }) => id % 9 !== 0).length)
})

test('an order with a fraction of a unit is named as unreadable, the others are told', async () => {
  const half = { ...order, id: 32, line_items: [{ ...order.line_items[0], quantity: 1.5 }] }
  const page = await answers({ 'GET wc/v3/orders': [half, order] }).orders(since)
  expect(page.rows.map(({ externalId }) => externalId)).toEqual(['31'])
  expect(page.unreadable).toEqual([{ externalId: '32', version: Date.parse('2026-11-24T01:02:03Z') }])
})

test('an order without a time of its last change has no version, and one without a time of order is unreadable', async () => {
  const changedNever = { ...order, date_modified_gmt: null }
  expect(await answers({ 'GET wc/v3/orders/31': changedNever }).order('31')).toMatchObject({
    version: undefined,
  })
  const placedNever = { ...order, date_created_gmt: null }
  expect(await kindOf(answers({ 'GET wc/v3/orders/31': placedNever }).order('31'))).toBe('malformed')
  const page = await answers({ 'GET wc/v3/orders': [placedNever, changedNever] }).orders(since)
  expect([page.rows.length, page.unreadable?.length]).toEqual([1, 1])
})

test('a refund that the order names and the shop does not show leaves the order unreadable', async () => {
  const script = {
    'GET wc/v3/orders/31': { ...order, refunds: [{ id: 9 }] },
    'GET wc/v3/orders': [{ ...order, refunds: [{ id: 9 }] }],
    'GET wc/v3/orders/31/refunds': [],
  }
  expect(await kindOf(answers(script).order('31'))).toBe('malformed')
  expect((await answers(script).orders(since)).unreadable).toMatchObject([{ externalId: '31' }])
})

test.each([
  ['a line twice', { ...order, line_items: [order.line_items[0], order.line_items[0]] }],
  ['less than no units', { ...order, line_items: [{ ...order.line_items[0], quantity: -1 }] }],
  ['a line without an id', { ...order, line_items: [{ ...order.line_items[0], id: 0 }] }],
  ['another order', { ...order, id: 32 }],
  ['a moment that is none', { ...order, date_modified_gmt: '2026-02-31T25:61:61' }],
])('an order read by its id is malformed with %s', async (_, body) => {
  expect(await kindOf(answers({ 'GET wc/v3/orders/31': body }).order('31'))).toBe('malformed')
})

test('another product than the one asked for is malformed', async () => {
  const operations = answers({ 'GET wc/v3/products/57': { ...product, id: 58 } })
  expect(await kindOf(operations.listing('57'))).toBe('malformed')
})

test.each([
  ['rows are missing', { create: [] }, 'malformed'],
  ['a row failed without saying why', { create: Array(7).fill({ id: 0, error: 'no' }) }, 'malformed'],
  [
    'a row failed and says why',
    {
      create: Array(7).fill({
        id: 0,
        error: { code: 'woocommerce_rest_cannot_create', data: { status: 403 } },
      }),
    },
    'forbidden',
  ],
])('webhooks are not taken for registered when %s', async (_, body, kind) => {
  const operations = answers({ 'GET wc/v3/webhooks': [], 'POST wc/v3/webhooks/batch': body })
  expect(await kindOf(operations.registerWebhooks('https://hub.example/in'))).toBe(kind)
})
