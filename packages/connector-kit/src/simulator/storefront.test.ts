import { Script } from 'node:vm'
import { request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { startSampleSimulator } from '../conformance/sample/sample-simulator.ts'
import { renderStorefront, type StorefrontView } from './storefront-page.ts'

const cleanUp: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of cleanUp.splice(0)) await close()
})

async function openShop(
  products: { sku: string; title: string; quantity: number; unitsTracked?: boolean }[],
) {
  const simulator = await startSampleSimulator()
  cleanUp.push(() => simulator.close())
  const call = async (method: 'GET' | 'POST', path: string, body?: unknown, headers = {}) => {
    const response = await request(`${simulator.url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.statusCode, text: await response.body.text() }
  }
  await call(
    'POST',
    '/_control/products',
    products.map((product) => ({ ...product, price: 9.5 })),
  )
  return call
}

test('the page shows what is for sale and says that the shop is simulated', async () => {
  const call = await openShop([
    { sku: 'SOCK', title: 'Grey socks', quantity: 3 },
    { sku: 'GONE', title: 'Sold hat', quantity: 0 },
    { sku: 'CARD', title: 'Gift card', quantity: 0, unitsTracked: false },
  ])
  const { text } = await call('GET', '/shop')
  expect(text).toContain('<html lang="en">')
  expect(text).toContain('This is a simulated shop.')
  expect(text).toContain('3 left')
  expect(text).toContain('Sold out')
  expect(text).toContain('>Available<')
  expect(text.match(/<button type="button" disabled/g)).toHaveLength(1)
})

test.each([
  ['/shop?lang=zh', {}, 'zh-Hans'],
  ['/shop', { 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' }, 'zh-Hans'],
  ['/shop', { 'accept-language': 'en-GB,zh;q=0.5' }, 'en'],
  ['/shop?lang=en', { 'accept-language': 'zh-CN' }, 'en'],
  ['/shop?lang=tlh', {}, 'en'],
])('%s with %j is in %s', async (path, headers, language) => {
  const call = await openShop([{ sku: 'SOCK', title: 'Socks', quantity: 3 }])
  const { text } = await call('GET', path, undefined, headers)
  expect(text).toContain(`<html lang="${language}">`)
  expect(text).toContain(language === 'en' ? '3 left' : '剩余 3 件')
})

test('buying takes one; the last one cannot be bought twice', async () => {
  const call = await openShop([{ sku: 'LAST', title: 'Last hat', quantity: 1 }])
  const buy = () => call('POST', '/shop/buy', { lines: [{ sku: 'LAST', quantity: 1 }] })
  expect((await buy()).status).toBe(201)
  expect(await buy()).toEqual({ status: 409, text: '{"refused":["LAST"]}' })
  expect((await call('POST', '/shop/buy', { lines: [] })).status).toBe(400)
  const stock = JSON.parse((await call('GET', '/shop/stock.json')).text)
  expect(stock).toMatchObject({
    total: 1,
    products: [{ sku: 'LAST', quantity: 0 }],
    orders: [{ lines: [{ sku: 'LAST', quantity: 1 }] }],
    ordersPlaced: 1,
    unitsSold: 1,
    refusedUnits: 1,
  })
})

test('many products are searched, not all shown', async () => {
  const call = await openShop(
    Array.from({ length: 300 }, (_, index) => ({
      sku: `P-${index}`,
      title: `Product ${index}`,
      quantity: 5,
    })),
  )
  const all = JSON.parse((await call('GET', '/shop/stock.json')).text)
  expect(all.total).toBe(300)
  expect(all.products).toHaveLength(60)
  const found = JSON.parse((await call('GET', '/shop/stock.json?q=p-299')).text)
  expect(found.products).toMatchObject([{ sku: 'P-299' }])
  expect((await call('GET', '/shop')).text.length).toBeLessThan(60_000)
})

const view: StorefrontView = {
  language: 'en',
  name: 'Shop & <Sons>',
  colour: '#7f54b3',
  currency: 'EUR',
  search: '"><script>alert(1)</script>',
  total: 1,
  products: [{ sku: `"'><img src=x>`, title: '</script><script>alert(2)</script>', price: 1, quantity: 2 }],
  orders: [{ externalId: '</script>', lines: [] }],
  ordersPlaced: 0,
  unitsSold: 0,
  refusedUnits: 0,
}

test('whatever a product is called, it stays text', () => {
  const page = renderStorefront(view)
  expect(page.match(/<script>/g)).toHaveLength(1)
  expect(page.match(/<\/script>/g)).toHaveLength(1)
  expect(page).not.toContain('<img')
  expect(page).toContain('Shop &amp; &lt;Sons&gt;')
})

test('a colour that is none does not reach the style', () => {
  expect(renderStorefront({ ...view, colour: 'red}</style>' })).toContain('--accent: #0b5fff')
})

test('the page’s script parses', () => {
  const source = /<script>([\s\S]*)<\/script>/.exec(renderStorefront(view))?.[1]
  expect(() => new Script(source ?? 'nothing found here')).not.toThrow()
  expect(source).toContain('/shop/buy')
})
