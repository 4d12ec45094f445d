import { randomUUID } from 'node:crypto'
import { loadSimulator, type StartedSimulator } from '../../packages/connectors/index.ts'

/**
 * A brand that sells cameras by serial number, tea by lot, and gift sets of them, for browser tests: put in over the API
 * of a running hub and bought in a simulated shop, so that every life on the screens has been lived.
 */
export type TrackedBrand = { shop: SeededShop; stop(): Promise<void> }
/** Its address is the simulator's own; what it sells is connected under this id. */
export type SeededShop = { url: string; connectionId: string }

type Json = Record<string, unknown>
const dayMs = 86_400_000

/** @param hubUrl of a hub with a worker, which has no items yet */
export async function seedTrackedBrand(hubUrl: string): Promise<TrackedBrand> {
  const ask = askHub(hubUrl)
  const day = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)
  for (const [code, name, kind] of [
    ['RTM', 'Rotterdam', 'warehouse'],
    ['SZX', '深圳仓 Shenzhen', 'warehouse'],
  ]) {
    await ask('POST', '/locations', { code, name, kind })
  }
  for (const [sku, name, tracking] of [
    ['CAM-X100', 'Trail camera X100', 'serial'],
    ['LENS-35', 'Lens 35 mm', 'serial'],
    ['STROBE', 'Strobe, never received', 'serial'],
    ['TEA-OOLONG', '高山乌龙茶 Oolong tea tin', 'lot'],
    ['TEA-NEW', 'Spring tea, never received', 'lot'],
    ['MUG', 'Enamel mug', 'plain'],
    ['SET-GIFT', 'Gift set: two mugs and a tin of tea', 'plain'],
    ['SET-LARGE', 'Large gift set: a gift set and another mug', 'plain'],
  ]) {
    await ask('PUT', `/items/${sku}`, { name, tracking })
  }
  const stock = (kind: string, body: Json) => ask('POST', `/stock/${kind}`, body)
  const serials = (from: number, count: number) =>
    Array.from({ length: count }, (_, number) => `SN-2026-${String(from + number).padStart(4, '0')}`)
  const receive = (location: string, list: string[], sku = 'CAM-X100') =>
    stock('receive', { sku, location, quantity: list.length, serials: list, reason: 'PO 2291' })
  await receive('RTM', serials(1, 60))
  await receive('SZX', [...serials(101, 4), 'X/7 #1'])
  await receive('SZX', ['SN-2026-0003'], 'LENS-35')
  const scratched = { sku: 'CAM-X100', location: 'RTM', quantity: 1, serials: ['SN-2026-0005'] }
  for (const kind of ['hold', 'unhold', 'hold'])
    await stock(kind, { ...scratched, reason: 'Scratched housing' })
  await stock('adjust', {
    sku: 'CAM-X100',
    location: 'RTM',
    quantity: -1,
    serials: ['SN-2026-0006'],
    reason: 'lost',
  })

  const tea = (lot: string, location: string, quantity: number, rest: Json = {}) =>
    stock('receive', { sku: 'TEA-OOLONG', lot, location, quantity, ...rest })
  await tea('OL-2606', 'RTM', 120, { expiresOn: day(20), supplierLot: 'FJ-88/12' })
  await tea('OL-2609', 'RTM', 200, { expiresOn: day(400), manufacturedOn: day(-80), supplierLot: 'FJ-91/02' })
  await tea('OL-2609', 'SZX', 45)
  await tea('OL-2607', 'SZX', 30, { expiresOn: day(380) })
  // Nothing that has expired is received: it is found on the shelf.
  await ask('POST', '/items/TEA-OOLONG/lots', { lot: 'OL-2401', expiresOn: day(-30) })
  await stock('adjust', { sku: 'TEA-OOLONG', lot: 'OL-2401', location: 'RTM', quantity: 6, reason: 'found' })
  await tea('OL-2610', 'RTM', 1, { expiresOn: day(450) })
  await stock('adjust', { sku: 'TEA-OOLONG', lot: 'OL-2610', location: 'RTM', quantity: -1, reason: 'lost' })
  await stock('receive', { sku: 'MUG', location: 'RTM', quantity: 90 })
  await stock('receive', { sku: 'MUG', location: 'SZX', quantity: 7 })
  await ask('PUT', '/items/SET-GIFT/kit', {
    kind: 'virtual',
    components: [
      { sku: 'MUG', quantity: 2 },
      { sku: 'TEA-OOLONG', quantity: 1 },
    ],
  })
  await ask('PUT', '/items/SET-LARGE/kit', {
    kind: 'virtual',
    components: [
      { sku: 'SET-GIFT', quantity: 1 },
      { sku: 'MUG', quantity: 1 },
    ],
  })
  await ask('POST', '/inbound-shipments', {
    location: 'RTM',
    supplier: 'Fujian Tea Co.',
    reference: 'PO 2301',
    expectedOn: day(14),
    lines: [
      { sku: 'TEA-OOLONG', quantity: 500 },
      { sku: 'MUG', quantity: 240 },
    ],
  })
  await ask('PUT', '/policies', { minShelfLifeDays: 60, promiseIncoming: true, bufferUnits: 3 })

  const { shop, connectionId } = await openShop(ask, [
    'CAM-X100',
    'TEA-OOLONG',
    'MUG',
    'SET-GIFT',
    'SET-LARGE',
  ])
  await sellCameras(ask, shop)
  await sellTea(ask, shop)
  await ask('POST', '/items/TEA-OOLONG/lots/OL-2607/status', {
    status: 'quarantined',
    reason: 'Waiting for the laboratory',
  })
  return { shop: { url: shop.url, connectionId }, stop: () => shop.close() }
}

type Ask = ReturnType<typeof askHub>
function askHub(hubUrl: string) {
  return async (method: string, path: string, body?: Json): Promise<Json> => {
    const answer = await fetch(`${hubUrl}/api/v1${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return JSON.parse(text) as Json
  }
}

async function openShop(ask: Ask, skus: string[]): Promise<{ shop: StartedSimulator; connectionId: string }> {
  const start = await loadSimulator('woocommerce')
  if (start === undefined) throw new Error('there is no simulated shop')
  const shop = await start()
  await control(
    shop,
    'products',
    skus.map((sku) => ({ sku, title: sku, price: 9, quantity: 500 })),
  )
  const { settings, credentials } = shop
  const made = await ask('POST', '/connections', {
    connector: 'woocommerce',
    name: 'Harbour shop',
    location: 'RTM',
    settings,
    credentials,
    ordersPollMs: 500,
  })
  await ask('POST', `/connections/${String(made.connectionId)}/import`, {})
  const { previewId } = await ask('POST', `/connections/${String(made.connectionId)}/preview`, {})
  await ask('POST', `/connections/${String(made.connectionId)}/live`, { preview: previewId })
  return { shop, connectionId: String(made.connectionId) }
}

async function control(shop: StartedSimulator, what: string, body: unknown): Promise<Json> {
  const answer = await fetch(`${shop.url}/_control/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`the shop refuses: ${text}`)
  return JSON.parse(text) as Json
}

/**
 * Buys in the shop and waits until the hub has reserved it; shipped ones leave from the shop, which names neither lots
 * nor serial numbers.
 * @returns the id of the order line
 */
async function buy(
  ask: Ask,
  shop: StartedSimulator,
  { sku, quantity, isShipped }: { sku: string; quantity: number; isShipped: boolean },
): Promise<string> {
  const before = await openOf(ask, sku)
  const { externalId } = await control(shop, 'orders', { lines: [{ sku, quantity }] })
  let line: string | undefined
  while (line === undefined) line = (await openOf(ask, sku)).find((id) => !before.includes(id))
  if (isShipped) {
    await control(shop, `orders/${String(externalId)}/fulfill`, {})
    while ((await openOf(ask, sku)).includes(line));
  }
  return line
}

async function openOf(ask: Ask, sku: string): Promise<string[]> {
  const { rows } = (await ask('GET', `/reservations?sku=${sku}&limit=200`)) as {
    rows: { reservationId: string }[]
  }
  return rows.map(({ reservationId }) => reservationId)
}

async function sellCameras(ask: Ask, shop: StartedSimulator): Promise<void> {
  const lineId = await buy(ask, shop, { sku: 'CAM-X100', quantity: 2, isShipped: true })
  await ask('POST', '/stock/tell-serials', { lineId, serials: ['SN-2026-0002', 'SN-2026-0004'] })

  const camera = { sku: 'CAM-X100', quantity: 1, serials: ['SN-2026-0003'] }
  const { reservationId } = await ask('POST', '/stock/reserve', {
    sku: 'CAM-X100',
    location: 'RTM',
    quantity: 1,
    reason: 'Lent to a magazine',
  })
  await ask('POST', '/stock/ship', { reservationId, quantity: 1, serials: camera.serials })
  await ask('POST', '/stock/return', {
    reservationId,
    quantity: 1,
    serials: camera.serials,
    condition: 'inspection',
    location: 'SZX',
    reason: 'Came back from the magazine',
  })
  await ask('POST', '/stock/unhold', { ...camera, location: 'SZX', reason: 'Passed inspection' })
}

async function sellTea(ask: Ask, shop: StartedSimulator): Promise<void> {
  await buy(ask, shop, { sku: 'TEA-OOLONG', quantity: 130, isShipped: true })
  await buy(ask, shop, { sku: 'TEA-OOLONG', quantity: 5, isShipped: true })
  await buy(ask, shop, { sku: 'TEA-OOLONG', quantity: 30, isShipped: false })
  await control(shop, 'orders', { lines: [{ sku: 'SET-GIFT', quantity: 2 }] })
  const ofTea = { sku: 'TEA-OOLONG', location: 'RTM' }
  const { reservationId } = await ask('POST', '/stock/reserve', {
    ...ofTea,
    quantity: 12,
    reason: 'Quote 77',
  })
  await ask('POST', '/stock/allocate', { reservationId, quantity: 12, minShelfLifeDays: 60 })
  await ask('POST', '/stock/ship', { reservationId, quantity: 8 })
  await ask('POST', '/stock/return', {
    reservationId,
    quantity: 2,
    condition: 'sellable',
    reason: 'Ordered too much',
  })
}
