import { readFileSync } from 'node:fs'
import { type SeededShop, seedTrackedBrand, type TrackedBrand } from '../../../../bench/hub/tracked-brand.ts'
import type { StartedSimulator } from '../../../../packages/connectors/index.ts'
import type { DemoApi } from './demo-api.ts'
import { dressOpening } from './dress-opening.ts'
import { dressTrouble } from './dress-trouble.ts'
import { sellForWeeks } from './weeks-of-sales.ts'

/**
 * What a demo's shops and warehouses never bring about by themselves, so that no screen is without its data: lots and
 * serial numbers, parcels for one's own people, deliveries, returns, counts, orders by hand, a described warehouse.
 * @returns its third and fourth shop, which run in this process; undefined where the demo was dressed before
 */
export async function dressDemo(api: DemoApi): Promise<TrackedBrand | undefined> {
  const { isOpen } = await api.ask<{ isOpen: boolean }>('GET', '/setup')
  if (!isOpen) await api.signIn()
  const { rows } = await api.ask<{ rows: { name: string }[] }>('GET', '/connections')
  if (rows.some(({ name }) => name === 'Harbour shop')) {
    console.warn('This demo was dressed before, and its third shop is gone: another one shows it in step.')
    return undefined
  }
  const brand = await seedTrackedBrand(api.base)
  try {
    const fourth = await fillScreens(api, await wooCommerceOf(api))
    return {
      shop: brand.shop,
      async stop() {
        await fourth.close()
        await brand.stop()
      },
    }
  } catch (error) {
    await brand.stop()
    throw error
  }
}

/**
 * All that the screens show beside a tracked brand.
 * @param shop where it is unmapped, parked and typed in
 * @returns another shop, whose opening stock is not taken over yet
 */
export async function fillScreens(api: DemoApi, shop: SeededShop): Promise<StartedSimulator> {
  await sellForWeeks(api)
  await dressFloor(api)
  await dressSettings(api)
  await describeWarehouse(api)
  await dressTrouble(api, shop)
  return await dressOpening(api)
}

async function wooCommerceOf({ ask }: DemoApi): Promise<SeededShop> {
  const { storefronts } = await ask<{ storefronts: { name: string; url: string; connectionId: string }[] }>(
    'GET',
    '/demo',
  )
  const shop = storefronts.find(({ name }) => name.includes('WooCommerce'))
  if (shop === undefined) throw new Error('This demo has no WooCommerce shop: start it with one.')
  return { ...shop, url: shop.url.replace(/\/shop$/, '') }
}

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

async function dressFloor({ ask }: DemoApi): Promise<void> {
  await ask('PUT', `/connections/${encodeURIComponent('Harbour shop')}/fulfilment`, {
    shipsOrders: true,
    from: '2000-01-01T00:00:00Z',
  })
  await ask('PUT', '/items/MUG/units/case', { factor: 12 })
  await ask('POST', '/items/MUG/barcodes', { barcode: '4006381333931' })
  const { inboundId } = await ask('POST', '/inbound-shipments', {
    location: 'SZX',
    supplier: 'Anping Kitchenware',
    reference: 'PO 2310',
    expectedOn: day(3),
    lines: [
      { sku: 'MUG', quantity: 480 },
      { sku: 'LENS-35', quantity: 12 },
    ],
  })
  await ask('POST', `/inbound-shipments/${inboundId}/receive`, {
    lines: [{ line: 1, quantity: 240, damaged: 4 }],
  })
  const returned = { location: 'RTM', lines: [{ sku: 'MUG', quantity: 6 }] }
  await ask('POST', '/returns', { number: 'RMA-1041', ...returned })
  await ask('POST', '/returns', { number: 'RMA-1042', ...returned, lines: [{ sku: 'MUG', quantity: 2 }] })
  const { countId } = await ask('POST', '/stock-counts', {
    location: 'SZX',
    reference: 'Shelf 4',
    blind: false,
  })
  await ask('POST', `/stock-counts/${countId}/enter`, {
    counter: 'Ada Brook',
    entries: [{ sku: 'MUG', quantity: 241 }],
  })
  const order = (lines: object[], more: object = {}) =>
    ask('POST', '/orders', { kind: 'manual', backorder: true, lines, ...more })
  await order([{ sku: 'MUG', quantity: 24 }], {
    kind: 'b2b',
    reference: 'PO-88120',
    note: 'Call before it is sent',
    recipient: {
      name: 'Jules Martin',
      company: 'Maison Martin',
      addressLines: ['12 rue du Port'],
      city: 'Nantes',
      postalCode: '44000',
      country: 'FR',
    },
  })
  await order([{ sku: 'VASE-BLUE', quantity: 12 }])
}

async function dressSettings({ ask }: DemoApi): Promise<void> {
  for (const [name, sku] of [
    ['Gift sets run low', 'SET-GIFT'],
    ['Cameras run low', 'CAM-X100'],
  ])
    await ask('POST', '/alert-rules', {
      name,
      kind: 'low-cover',
      parameters: { days: 14 },
      severity: 'warning',
      sku,
    })
  await ask('POST', '/alert-destinations', {
    name: 'Stock desk',
    kind: 'email',
    address: 'stock@harbour.example',
  })
  await ask('POST', '/views', {
    screen: 'orders',
    name: 'Late ones',
    search: { standing: 'late' },
    shared: true,
  })
  await ask('POST', '/views', {
    screen: 'items',
    name: 'Running low',
    search: { filter: 'low' },
    shared: true,
  })
}

/** The warehouse of the guide, from its sample files; a later one has a row that is not understood. */
async function describeWarehouse({ ask, base }: DemoApi): Promise<void> {
  const guide = readFileSync(
    new URL('../../../../docs/guides/connect-a-warehouse.md', import.meta.url),
    'utf8',
  )
  const block = (language: string, name: string) => {
    const found = [...guide.matchAll(/^```(\S+) (\S+)\n([\s\S]*?)^```$/gm)].find(
      ([, kind, file]) => kind === language && file === name,
    )?.[3]
    if (found === undefined) throw new Error(`the guide has no ${name}`)
    return found
  }
  await ask('POST', '/locations', { code: 'SCOOT-A', name: 'Scoot, hall A', kind: '3pl' })
  const { connectionId } = await ask('POST', '/connections', {
    connector: 'generic-warehouse',
    name: 'Scoot',
    location: 'SCOOT-A',
    settings: { name: 'Scoot', definition: block('json', 'scoot.json') },
    credentials: {},
  })
  const later = 'Article;Hall;Stock;Blocked\nTEA-1;A;100 pcs;4\nCUP;A;30;0\n'
  for (const [name, text] of [
    ['STOCK_20261126171500.csv', block('csv', 'STOCK_20261126171500.csv')],
    ['STOCK_20261126181500.csv', later],
  ] as const) {
    const query = new URLSearchParams({ fileName: name, feed: 'levels' })
    const answer = await fetch(`${base}/api/v1/connections/${connectionId}/files?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: text,
    })
    if (!answer.ok) throw new Error(`${name}: ${await answer.text()}`)
  }
}
