import type { SeededShop } from '../../../../bench/hub/tracked-brand.ts'
import type { DemoApi } from './demo-api.ts'

/**
 * What an operations person would rather not see: listings that nobody has mapped and an order that sells one (which is
 * parked), a number typed in on a shop's own screen, and a proposal to change many items at once.
 * @param shop a simulated shop of WooCommerce
 */
export async function dressTrouble({ ask }: DemoApi, shop: SeededShop): Promise<void> {
  const control = async (method: string, what: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${shop.url}/_control/${what}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    if (!answer.ok) throw new Error(`the shop refuses ${what}: ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const product = (sku: string, title: string) => ({ sku, title, price: 12, quantity: 40 })
  await control('POST', 'products', [
    product('LAMPWALNUT', 'Desk lamp walnut'),
    product('KETTLE_G', 'Gooseneck kettle, 1 l'),
    product('TWL-LARGE', 'Bath towel, large'),
    product('VASE-BLUE-2', 'Vase, blue glaze, pair'),
    product('POSTER-11', 'Harbour poster'),
  ])
  await control('POST', 'orders', { lines: [{ sku: 'POSTER-11', quantity: 1 }] })
  await control('POST', 'orders', { lines: [{ sku: 'TWL-LARGE', quantity: 2 }] })
  await ask('POST', `/connections/${shop.connectionId}/import`, {})
  await ask('POST', '/mapping/look', {})

  await ask('PUT', `/connections/${shop.connectionId}/edit-rule`, { rule: 'ask' })
  const { levels } = (await control('GET', 'state')) as {
    levels: { stockUnitId: string; locationId: string; quantity: number }[]
  }
  for (const { stockUnitId, locationId, quantity } of levels.slice(3, 6))
    await control('PUT', 'levels', { stockUnitId, locationId, quantity: quantity + 7 })

  await ask('POST', '/bulk-edits', {
    of: 'items',
    search: 'mug',
    set: { bufferUnits: 4 },
    why: 'Mugs break: keep some back',
  })
}
