import { expect, test } from 'vitest'
import { withShop } from './testing/connected-shop.ts'

const bottomless = { capacity: 10_000_000, restoreRate: 1_000_000 }

test('a catalogue deeper than the platform pages is read to its end, each listing once', () =>
  // Shopify makes no file now.
  withShop({ bucket: bottomless, bulk: 'busy' }, async ({ operations, seed }) => {
    const count = 25_300
    await seed(...Array.from({ length: count }, (_, at) => ({ sku: `P-${at}` })))
    const seen = new Set<string>()
    let rows = 0
    for (let cursor: string | undefined; ; ) {
      const page = await operations.listings(cursor)
      rows += page.rows.length
      for (const listing of page.rows) seen.add(listing.sku ?? '')
      if (page.next === undefined) break
      cursor = page.next
    }
    expect(rows).toBe(count)
    expect(seen.size).toBe(count)
  }))

test('two listings may have one SKU: they are told apart by their ids', () =>
  withShop({}, async ({ operations, seed }) => {
    await seed({ sku: 'TEA' }, { sku: 'TEA' })
    const { rows } = await operations.listings(undefined)
    expect(rows.map((row) => row.sku)).toEqual(['TEA', 'TEA'])
    expect(new Set(rows.map((row) => row.externalId)).size).toBe(2)
    expect(new Set(rows.map((row) => row.stockUnitId)).size).toBe(2)
  }))

test('check() names the rights that are missing; a right to write includes the one to read', () =>
  withShop(
    {
      scopes: [
        'read_products',
        'write_inventory',
        'read_locations',
        'read_all_orders',
        'write_publications',
        'write_orders',
        'write_returns',
      ],
      requestedScopes: [
        'read_products',
        'write_inventory',
        'read_locations',
        'write_orders',
        'write_returns',
      ],
    },
    async ({ operations }) => {
      expect(await operations.check()).toEqual({
        account: 'Harbour & Co. (plimsoll-demo.myshopify.com)',
        accountId: 'plimsoll-demo.myshopify.com',
        currency: 'EUR',
        timeZone: 'Europe/Berlin',
        missingScopes: [
          'read_merchant_managed_fulfillment_orders',
          'write_merchant_managed_fulfillment_orders',
        ],
        warnings: [
          expect.stringMatching(
            /^The application does not ask for read_merchant_managed_\w+, write_merchant_managed_\w+:/,
          ),
        ],
        warningsInChinese: [
          expect.stringMatching(/^应用未申请 read_merchant_managed_\w+、write_merchant_managed_\w+：/),
        ],
      })
    },
  ))

test('a right that the application asks for and the shop has not granted is the shop’s to grant', () =>
  withShop(
    { scopes: ['read_all_orders'], requestedScopes: ['write_inventory', 'read_orders'] },
    async ({ operations }) => {
      const { warnings } = await operations.check()
      expect(warnings.join('\n')).toMatch(/does not ask for read_products, read_locations, read_merchant/)
      expect(warnings.join('\n')).toMatch(/has not granted read_inventory, write_inventory, read_orders,/)
      expect(warnings.join('\n')).toMatch(/Without write_orders, the hub cannot cancel/)
    },
  ))

test('a location of a fulfilment service, or a closed one, is shown as not to be written', () =>
  withShop({ locations: ['A', 'B', 'C'] }, async ({ operations, simulator }) => {
    const [, b, c] = simulator.shop.locations.values()
    if (b === undefined || c === undefined) throw new Error('no location')
    b.active = false
    c.fulfillmentService = true
    expect((await operations.locations()).map(({ name, active }) => [name, active])).toEqual([
      ['A', true],
      ['B', false],
      ['C', false],
    ])
  }))
