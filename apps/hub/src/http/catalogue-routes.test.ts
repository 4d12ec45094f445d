import { archivedItem, catalogueItem, conversion, foundCode, itemChangePage } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeAll(async () => {
  served = await serveHub()
})
afterAll(() => served.close())

const ask: ServedHub['ask'] = (method, path, ...rest) => served.ask(method, `/api/v1${path}`, ...rest)
const ifMatch = (version: number | string) => ({ 'if-match': `"${version}"` })

test('an item is made, read, changed by its version, and its changes are known', async () => {
  const draft = {
    name: 'Green tea',
    names: { 'zh-CN': '绿茶' },
    baseUnit: 'tin',
    units: [{ code: 'case', factor: 12 }],
    barcodes: [{ barcode: '4006381333931' }, { barcode: '10614141000415', unit: 'case' }],
  }
  const made = await ask('PUT', '/items/TEA', draft)
  expect(made).toMatchObject({ status: 201, body: { sku: 'TEA', version: 1 } })
  const read = await ask('GET', '/items/TEA/catalogue')
  expect(read.body).toEqual(made.body)
  expect(catalogueItem.strict().parse(read.body)).toMatchObject({
    names: { 'zh-CN': '绿茶' },
    tracking: 'plain',
    serialCapture: 'receipt',
  })

  const changed = await ask('PATCH', '/items/TEA', { name: 'Sencha', names: { fr: 'Thé' } }, ifMatch(1))
  expect(changed).toMatchObject({ status: 200, body: { name: 'Sencha', version: 2 } })
  expect(await ask('GET', '/items/TEA')).toMatchObject({ body: { name: 'Sencha' } })
  const late = await ask('PATCH', '/items/TEA', { name: 'Bancha' }, ifMatch(1))
  expect(late).toMatchObject({ status: 412, body: { code: 'version-changed', field: 'version' } })
  const blind = await ask('PATCH', '/items/TEA', { name: 'Bancha' })
  expect(blind).toMatchObject({ status: 428, body: { code: 'version-missing', field: 'If-Match' } })
  expect(await ask('PATCH', '/items/TEA', { name: 'Bancha' }, { 'if-match': '*' })).toMatchObject({
    status: 200,
    body: { version: 3 },
  })

  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${cursor}`
    const page = itemChangePage.parse((await ask('GET', `/items/TEA/changes?limit=1${query}`)).body)
    seen.push(...page.rows.map(({ what, actor }) => `${what} by ${actor}`))
    cursor = page.next
  }
  expect(seen.slice(0, 1)).toEqual(['name by api'])
  expect([...seen].sort()).toEqual(['created by api', 'name by api', 'name by api', 'names by api'])
})

test('the version travels as an ETag', async () => {
  const { server } = served.hub
  if (server === undefined) throw new Error('this hub has no API')
  await ask('PUT', '/items/TAG', { name: 'Tag' })
  const answer = await server.inject({ url: '/api/v1/items/TAG/catalogue', headers: { host: '127.0.0.1' } })
  expect(answer.headers.etag).toBe('"1"')
})

test('units and barcodes come and go one by one, and a scan says how many base units it means', async () => {
  await ask('PUT', '/items/CAN', { name: 'Can', baseUnit: 'can' })
  const unit = await ask('PUT', '/items/CAN/units/tray%2024', { factor: 24, rounding: 'down' })
  expect(unit.body.units).toEqual([{ code: 'tray 24', factor: 24, rounding: 'down' }])
  const barcode = { barcode: '036000291452', unit: 'tray 24' }
  expect(await ask('POST', '/items/CAN/barcodes', barcode)).toMatchObject({ status: 201 })
  expect(foundCode.parse((await ask('GET', '/item-codes/0036000291452')).body)).toMatchObject({
    matched: 'barcode',
    unit: 'tray 24',
    factor: 24,
    item: { sku: 'CAN' },
  })
  expect(await ask('GET', '/item-codes/CAN')).toMatchObject({
    body: { matched: 'sku', unit: 'can', factor: 1 },
  })
  // Given again, it changes nothing; of another unit, it moves there.
  const again = await ask('POST', '/items/CAN/barcodes', barcode)
  expect(again.body.version).toBe(3)
  expect(await ask('DELETE', '/items/CAN/units/tray%2024')).toMatchObject({
    status: 409,
    body: { code: 'unit-in-use' },
  })
  expect(await ask('DELETE', '/items/CAN/barcodes/00036000291452')).toMatchObject({
    status: 200,
    body: { barcodes: [] },
  })
  expect(await ask('DELETE', '/items/CAN/units/tray%2024')).toMatchObject({ body: { units: [] } })
})

test('quantities are converted exactly, there and back, or refused with what is left over', async () => {
  const units = [
    { code: 'case', factor: 12 },
    { code: 'tray', factor: 24, rounding: 'down' },
  ]
  await ask('PUT', '/items/BOTTLE', { name: 'Bottle', baseUnit: 'bottle', units })
  const convert = async (query: string) => (await ask('GET', `/items/BOTTLE/conversion?${query}`)).body
  expect(conversion.parse(await convert('unit=case&quantity=0.5'))).toEqual({
    unit: 'case',
    factor: 12,
    quantity: '0.5',
    baseUnits: 6,
    leftOver: 0,
    rounded: false,
  })
  expect(await convert('unit=tray&baseUnits=30')).toMatchObject({ quantity: '1', leftOver: 6, rounded: true })
  expect(await convert('unit=case&baseUnits=30')).toMatchObject({
    status: 422,
    code: 'conversion-remainder',
    detail: expect.stringContaining('30 bottle is 2 case of 12, and 6 bottle left over.'),
  })
  expect(await convert('unit=case&quantity=one')).toMatchObject({ code: 'quantity-unreadable' })
  expect(await convert('unit=case&quantity=1e3')).toMatchObject({ code: 'quantity-unreadable' })
  expect(await convert('unit=bottle&quantity=0.5')).toMatchObject({ code: 'quantity-not-whole' })
  expect(await convert('unit=crate&quantity=1')).toMatchObject({ status: 404, code: 'unknown-unit' })
  expect(await convert('unit=case')).toMatchObject({ code: 'invalid-request', field: 'quantity' })
})

test('an archived item is out of the grid, keeps its SKU, and says which listings still sell it', async () => {
  await served.stock('OLD', 4)
  const shop = await served.openShop([{ sku: 'OLD', quantity: 4 }])
  const archived = await ask('POST', '/items/OLD/archive')
  expect(archivedItem.parse(archived.body)).toMatchObject({
    archivedAt: expect.any(String),
    listings: [{ connectionName: 'Shop 1', title: 'OLD' }],
  })
  expect(await ask('GET', '/items?search=OLD')).toMatchObject({ body: { total: 0 } })
  expect(await ask('PUT', '/items/OLD', { name: 'New' })).toMatchObject({
    status: 409,
    body: { code: 'sku-taken' },
  })
  const [listing] = archivedItem.parse(archived.body).listings
  const mapping = { mappings: [{ listingId: listing?.listingId, sku: 'OLD' }] }
  expect(await ask('POST', '/mappings', mapping)).toMatchObject({
    status: 409,
    body: { code: 'item-archived', field: 'sku' },
  })
  expect(shop.connectionId).not.toBe('')
  const restored = await ask('POST', '/items/OLD/restore', {}, ifMatch(2))
  expect(restored).toMatchObject({ status: 200, body: { archivedAt: null, version: 3 } })
  expect(await ask('GET', '/items?search=OLD')).toMatchObject({ body: { total: 1 } })
})

test('tracking is fixed by the first movement', async () => {
  await served.stock('SER', 1)
  const answer = await ask('PATCH', '/items/SER', { tracking: 'serial' }, ifMatch(1))
  expect(answer).toMatchObject({ status: 409, body: { code: 'tracking-fixed', field: 'tracking' } })
  expect(answer.body.detail).toBe(
    'The item "SER" has movements as plain, so it cannot become serial. Make a new item with the other tracking, and move the stock there by adjusting both.',
  )
})

const at = (version: string) => ({ 'if-match': version })
test.each([
  ['an unknown SKU', 'GET', '/items/NONE/catalogue', undefined, {}, 404, 'unknown-item', 'sku'],
  ['changes of an unknown SKU', 'GET', '/items/NONE/changes', undefined, {}, 404, 'unknown-item', 'sku'],
  ['a change of an unknown SKU', 'PATCH', '/items/NONE', {}, at('"1"'), 404, 'unknown-item', 'sku'],
  ['an archive of an unknown SKU', 'POST', '/items/NONE/archive', {}, {}, 404, 'unknown-item', 'sku'],
  [
    'a barcode of an unknown SKU',
    'DELETE',
    '/items/NONE/barcodes/1',
    undefined,
    {},
    404,
    'unknown-item',
    'sku',
  ],
  ['an unknown code', 'GET', '/item-codes/NONE', undefined, {}, 404, 'unknown-code', 'code'],
  ['an item without a name', 'PUT', '/items/X', {}, {}, 422, 'invalid-request', 'name'],
  ['a misspelt field', 'PATCH', '/items/ANY', { nmae: 'x' }, at('"1"'), 422, 'invalid-request', undefined],
  ['a version that is none', 'PATCH', '/items/ANY', {}, at('abc'), 422, 'invalid-request', 'If-Match'],
  [
    'a fraction of a factor',
    'PUT',
    '/items/ANY/units/x',
    { factor: 1.5 },
    {},
    422,
    'invalid-request',
    'factor',
  ],
  ['a factor of one', 'PUT', '/items/ANY/units/x', { factor: 1 }, {}, 422, 'invalid-request', 'factor'],
  ['a base unit as a unit', 'PUT', '/items/ANY/units/each', { factor: 2 }, {}, 422, 'invalid-unit', 'units'],
  ['a unit that is not there', 'DELETE', '/items/ANY/units/x', undefined, {}, 404, 'unknown-unit', 'unit'],
  [
    'a barcode that is not there',
    'DELETE',
    '/items/ANY/barcodes/x',
    undefined,
    {},
    404,
    'unknown-barcode',
    'barcode',
  ],
  [
    'a wrong check digit',
    'POST',
    '/items/ANY/barcodes',
    { barcode: '4006381333932' },
    {},
    422,
    'barcode-check-digit',
    'barcodes',
  ],
  [
    'a language that is none',
    'PATCH',
    '/items/ANY',
    { names: { '!': 'x' } },
    at('*'),
    422,
    'invalid-language-tag',
    'names',
  ],
  [
    'a body where none belongs',
    'POST',
    '/items/ANY/archive',
    { force: true },
    {},
    422,
    'invalid-request',
    undefined,
  ],
  [
    'a cursor that is none',
    'GET',
    '/items/ANY/changes?cursor=7',
    undefined,
    {},
    422,
    'invalid-request',
    'cursor',
  ],
] as const)(
  '%s is refused with its code, field and cure',
  async (_what, method, path, body, headers, status, code, field) => {
    await ask('PUT', '/items/ANY', { name: 'Any' })
    const before = await ask('GET', '/items/ANY/catalogue')
    const answer = await ask(method, path, body, headers)
    expect(answer).toMatchObject({ status, type: 'application/problem+json', body: { status, code } })
    expect(answer.body.field).toBe(field)
    expect(String(answer.body.detail).split('. ').length).toBeGreaterThanOrEqual(2)
    expect((await ask('GET', '/items/ANY/catalogue')).body).toEqual(before.body)
  },
)
