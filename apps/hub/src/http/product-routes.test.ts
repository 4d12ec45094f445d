import { customFieldList, productDetail, productPage } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

const ask: ServedHub['ask'] = (method, path, ...rest) => served.ask(method, `/api/v1${path}`, ...rest)

test('a product is made, groups its variants, is changed by its version, and goes once it is empty', async () => {
  const draft = { name: 'T-shirt', names: { 'zh-CN': 'T恤' }, optionNames: ['colour', 'size'] }
  expect(await ask('PUT', '/products/SHIRT', draft)).toMatchObject({ status: 201, body: { version: 1 } })
  expect(await ask('PUT', '/products/SHIRT', draft)).toMatchObject({
    status: 409,
    body: { code: 'product-taken' },
  })
  for (const size of ['M', 'L']) {
    const options = { colour: 'red', size }
    const made = await ask('PUT', `/items/SHIRT-${size}`, {
      name: `Shirt ${size}`,
      product: 'SHIRT',
      options,
    })
    expect(made).toMatchObject({ status: 201, body: { product: 'SHIRT', options } })
  }
  const twin = { name: 'x', product: 'SHIRT', options: { size: 'M', colour: 'red' } }
  expect(await ask('PUT', '/items/TWIN', twin)).toMatchObject({
    status: 409,
    body: { code: 'variant-taken', field: 'options' },
  })
  const { body } = await ask('GET', '/products/SHIRT')
  expect(productDetail.parse(body).variants.map(({ sku }) => sku)).toEqual(['SHIRT-L', 'SHIRT-M'])
  const ifMatch = { 'if-match': '"1"' }
  expect(await ask('PUT', '/products/SHIRT', { optionNames: ['size'] }, ifMatch)).toMatchObject({
    status: 422,
    body: { code: 'options-mismatch', field: 'optionNames' },
  })
  expect(await ask('PUT', '/products/SHIRT', { name: 'Tee' }, ifMatch)).toMatchObject({
    status: 200,
    body: { name: 'Tee', optionNames: ['colour', 'size'], version: 2 },
  })
  expect(await ask('PUT', '/products/SHIRT', { name: 'Shirt' }, ifMatch)).toMatchObject({ status: 412 })
  expect(await ask('DELETE', '/products/SHIRT')).toMatchObject({ body: { code: 'product-in-use' } })
  for (const size of ['M', 'L']) {
    await ask('PATCH', `/items/SHIRT-${size}`, { product: null }, { 'if-match': '*' })
  }
  expect(await ask('DELETE', '/products/SHIRT')).toMatchObject({ status: 200, body: {} })
  expect(await ask('GET', '/products/SHIRT')).toMatchObject({
    status: 404,
    body: { code: 'unknown-product' },
  })
})

test('products are paged in order of code, and the pages together are all of them', async () => {
  for (const code of ['P3', 'P1', 'P2']) await ask('PUT', `/products/${code}`, { name: code })
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${cursor}`
    const page = productPage.parse((await ask('GET', `/products?limit=2${query}`)).body)
    seen.push(...page.rows.map(({ code }) => code))
    cursor = page.next
  }
  expect(seen).toEqual(['P1', 'P2', 'P3'])
})

test('custom fields are defined with their type, which items keep to', async () => {
  expect(await ask('PUT', '/custom-fields/origin', { type: 'string', name: 'Origin' })).toMatchObject({
    status: 201,
  })
  expect(await ask('PUT', '/custom-fields/grams', { type: 'number' })).toMatchObject({
    status: 201,
    body: { key: 'grams', type: 'number', name: 'grams' },
  })
  expect(customFieldList.parse((await ask('GET', '/custom-fields')).body).rows.map(({ key }) => key)).toEqual(
    ['grams', 'origin'],
  )
  const made = await ask('PUT', '/items/TEA', { name: 'Tea', custom: { origin: 'Fuding', grams: 100 } })
  expect(made).toMatchObject({ status: 201, body: { custom: { origin: 'Fuding', grams: 100 } } })
  const change = (custom: object) => ask('PATCH', '/items/TEA', { custom }, { 'if-match': '*' })
  expect(await change({ grams: 'a lot' })).toMatchObject({
    status: 422,
    body: { code: 'invalid-custom-field', field: 'custom.grams' },
  })
  expect(await change({ hue: 'green' })).toMatchObject({ body: { code: 'unknown-custom-field' } })
  expect(await ask('DELETE', '/custom-fields/grams')).toMatchObject({
    status: 409,
    body: { code: 'custom-field-in-use' },
  })
  await change({ grams: null })
  expect(await ask('DELETE', '/custom-fields/grams')).toMatchObject({ status: 200, body: {} })
  expect(await ask('DELETE', '/custom-fields/grams')).toMatchObject({ status: 404 })
})

test.each([
  ['a product without a name', 'PUT', '/products/X', {}, 422, 'invalid-text', 'name'],
  [
    'a product with an option twice',
    'PUT',
    '/products/X',
    { name: 'x', optionNames: ['a', 'a'] },
    422,
    'options-mismatch',
    'optionNames',
  ],
  ['a misspelt field', 'PUT', '/products/X', { name: 'x', options: [] }, 422, 'invalid-request', undefined],
  ['a product that is not there', 'DELETE', '/products/X', undefined, 404, 'unknown-product', 'code'],
  ['a field of no type', 'PUT', '/custom-fields/x', { type: 'date' }, 422, 'invalid-request', 'type'],
  [
    'a key that is none',
    'PUT',
    '/custom-fields/Net%20weight',
    { type: 'number' },
    422,
    'invalid-text',
    'key',
  ],
] as const)(
  '%s is refused with its code, field and cure',
  async (_what, method, path, body, status, code, field) => {
    const answer = await ask(method, path, body)
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { status, code } })
    expect(answer.body.field).toBe(field)
    expect(String(answer.body.detail).split('. ').length).toBeGreaterThanOrEqual(2)
  },
)
