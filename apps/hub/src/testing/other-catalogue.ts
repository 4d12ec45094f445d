import { inTransaction } from '@plimsoll/database'
import { saveCatalogueItems, saveCustomField, saveProducts } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { toCatalogueContext } from '../item-catalogue.ts'
import type { Answer, ServedHub } from './served-hub.ts'

/** The catalogue of a second brand, and what a first one asks about it; for the test of isolation. */

const BARCODE = '4006381333931'
const KEY = 'stripes'

/** An item of it with every part that an item can have, in every table. */
export async function fillCatalogue(context: SyncContext, { mark }: { mark: string }): Promise<void> {
  const catalogue = toCatalogueContext(context, mark)
  await inTransaction(context.database, async (tx) => {
    await saveCustomField(tx, catalogue, { key: KEY, type: 'string', name: mark })
    await saveProducts(tx, catalogue, [{ code: mark, name: mark, optionNames: ['size'] }])
    const rows = [
      {
        sku: `${mark}-1`,
        custom: { [KEY]: mark },
        units: [{ code: 'case', factor: 6 }],
        barcodes: [{ barcode: BARCODE, unit: 'case' }, { barcode: mark }],
        product: mark,
        options: { size: mark },
      },
    ]
    const [outcome] = await saveCatalogueItems(tx, catalogue, rows)
    if (outcome?.kind !== 'changed') throw new Error('the item of the second brand was not changed')
  })
}

/** By route: every address that reads it. */
export function catalogueReads({ mark }: { mark: string }): Record<string, string[]> {
  const of = (what: string) => ['MUG', `${mark}-1`].map((sku) => `/api/v1/items/${sku}/${what}`)
  return {
    '/api/v1/items/:sku/catalogue': of('catalogue'),
    '/api/v1/items/:sku/assembly': of('assembly'),
    '/api/v1/items/:sku/changes': of('changes'),
    '/api/v1/items/:sku/conversion': of('conversion?unit=case&quantity=1'),
    '/api/v1/item-codes/:code': [BARCODE, mark, `${mark}-1`, 'MUG'].map(
      (code) => `/api/v1/item-codes/${code}`,
    ),
    '/api/v1/products': ['/api/v1/products'],
    '/api/v1/products/:code': [`/api/v1/products/${mark}`],
    '/api/v1/custom-fields': ['/api/v1/custom-fields'],
  }
}

/** By route: what is refused as unknown, since it is the second brand's. */
export function catalogueWrites(
  ask: ServedHub['ask'],
  { mark }: { mark: string },
): Record<string, () => Promise<Answer>> {
  const item = `/api/v1/items/${mark}-1`
  const version = { 'if-match': '*' }
  return {
    'PUT /api/v1/items/:sku': () => ask('PUT', '/api/v1/items/NEW', { name: 'New', product: mark }),
    'PATCH /api/v1/items/:sku': () => ask('PATCH', item, { name: 'Mine' }, version),
    'POST /api/v1/items/:sku/archive': () => ask('POST', `${item}/archive`, {}),
    'POST /api/v1/items/:sku/restore': () => ask('POST', `${item}/restore`, {}),
    'POST /api/v1/items/:sku/barcodes': () => ask('POST', `${item}/barcodes`, { barcode: 'MINE' }),
    'DELETE /api/v1/items/:sku/barcodes/:barcode': () => ask('DELETE', `${item}/barcodes/${BARCODE}`),
    'PUT /api/v1/items/:sku/units/:unit': () => ask('PUT', `${item}/units/case`, { factor: 9 }),
    'DELETE /api/v1/items/:sku/units/:unit': () => ask('DELETE', `${item}/units/case`),
    'PUT /api/v1/products/:code': () => ask('PUT', `/api/v1/products/${mark}`, { name: 'Mine' }, version),
    'DELETE /api/v1/products/:code': () => ask('DELETE', `/api/v1/products/${mark}`),
    'DELETE /api/v1/custom-fields/:key': () => ask('DELETE', `/api/v1/custom-fields/${KEY}`),
    // Another type of the same key would be refused if the second brand's items were looked at; then its value is.
    'PUT /api/v1/custom-fields/:key': async () => {
      const own = await ask('PUT', `/api/v1/custom-fields/${KEY}`, { type: 'number' })
      if (own.status !== 201) throw new Error(own.text)
      return await ask('PATCH', '/api/v1/items/MUG', { custom: { [KEY]: mark } }, version)
    },
  }
}
