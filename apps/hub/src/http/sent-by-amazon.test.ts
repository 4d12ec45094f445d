import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A Shopify shop whose orders Amazon sends from what it keeps, with the hub at work, both platforms simulated. */
let served: ServedHub
let shop: StartedSimulator
let amazon: StartedSimulator
let shopId: string
let amazonId: string

beforeAll(async () => {
  served = await serveHub('api,worker')
  shop = await start('shopify')
  // At once: how long Amazon takes to show things is not the matter here.
  amazon = await start('amazon', { orderLagMs: 0, applyDelayMs: [0, 0], visibilityMs: 500 })
  await control(shop, 'POST', '/products', [{ sku: 'MUG', title: 'Mug', price: 9, quantity: 0 }])
  await control(amazon, 'POST', '/products', [
    { sku: 'MUG', title: 'Mug', price: 9, quantity: 8, keptByPlatform: true },
    { sku: 'CUP', title: 'Cup', price: 5, quantity: 4 },
  ])
  await served.stock('MUG', 0)
  await served.stock('CUP', 4)
  await served.ask('POST', '/api/v1/locations', {
    code: 'FBA',
    name: 'Amazon',
    kind: 'marketplace-fulfilled',
  })
  shopId = await connect('shopify', shop)
  amazonId = await connect('amazon', amazon)
})
afterAll(async () => {
  await served.close()
  await Promise.all([shop.close(), amazon.close()])
})

async function start(connector: string, options = {}): Promise<StartedSimulator> {
  const started = await loadSimulator(connector)
  if (started === undefined) throw new Error(`${connector} has a simulator`)
  return await started(options)
}

async function control<T = Record<string, unknown>>(
  { url }: StartedSimulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${url}/_control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T // our own control API
}

async function connect(connector: string, { settings, credentials }: StartedSimulator): Promise<string> {
  const made = await served.ask('POST', '/api/v1/connections', {
    connector,
    name: connector,
    location: 'MAIN',
    settings,
    credentials,
    ordersPollMs: 500,
  })
  if (made.status !== 201) throw new Error(made.text)
  const id = String(made.body.connectionId)
  const imported = await served.ask('POST', `/api/v1/connections/${id}/import`, {})
  if (imported.status !== 200) throw new Error(imported.text)
  return id
}

async function showAtShop(...codes: string[]) {
  const { body } = await served.ask('GET', `/api/v1/connections/${shopId}/locations`)
  const [row] = body.rows as { externalId: string }[]
  const locations = [{ externalId: row?.externalId, locations: codes }]
  return await served.ask('PUT', `/api/v1/connections/${shopId}/locations`, { locations })
}

const shownAtShop = async () => {
  const { levels } = await control<{ levels: { sku: string; quantity: number }[] }>(shop, 'GET', '/state')
  return levels.find(({ sku }) => sku === 'MUG')?.quantity
}

type Request = { id: number; state: string; number: string; lines: { sku: string; quantity: number }[] }
const requests = async () => (await control<{ rows: Request[] }>(amazon, 'GET', '/warehouse/requests')).rows

/** Five mugs on their way to Amazon, as a person made the shipment in Seller Central; four of them came. */
async function sendToAmazon(): Promise<string> {
  const inbound = { location: 'FBA', reference: 'PO-7', lines: [{ sku: 'MUG', quantity: 5 }] }
  const made = await served.ask('POST', '/api/v1/inbound-shipments', inbound, { 'idempotency-key': 'po-7' })
  if (made.status !== 201) throw new Error(made.text)
  const inboundId = String(made.body.inboundId)
  const { id } = await control<{ id: number }>(amazon, 'POST', '/warehouse/inbounds', {
    reference: `PO-7 ${inboundId}`,
    number: 'PO-7',
    facilityId: 'FBA',
    lines: [{ sku: 'MUG', quantity: 5 }],
  })
  await control(amazon, 'POST', `/warehouse/inbounds/${id}/receive`, [{ sku: 'MUG', quantity: 4 }])
  return inboundId
}

async function mugsAt(code: string) {
  const found = await sql<{ onHand: number; reserved: number }>`
    select coalesce(sum(on_hand), 0)::int as on_hand, coalesce(sum(reserved), 0)::int as reserved
    from balance join item using (organization_id, item_id) join location using (organization_id, location_id)
    where item.sku = 'MUG' and location.code = ${code}`.execute(served.database.kysely)
  return found.rows[0]
}

test('a Shopify order leaves Amazon’s warehouse, and its tracking reaches Shopify; Amazon’s count agrees', async () => {
  // Before anything of Amazon's is read: counts and lists are read minutes apart where nothing tells of them.
  const inboundId = await sendToAmazon()
  const place = `/api/v1/connections/${amazonId}/places/FBA`
  expect(await served.ask('PUT', place, { location: 'FBA' })).toMatchObject({ status: 200 })
  // What Amazon keeps it sells itself: its own listings do not show it as the seller’s.
  expect(
    await served.ask('PUT', `/api/v1/connections/${amazonId}/locations`, {
      locations: [{ externalId: 'DEFAULT', locations: ['MAIN', 'FBA'] }],
    }),
  ).toMatchObject({ status: 409, body: { code: 'wrong-state' } })
  expect(await showAtShop('MAIN', 'FBA')).toMatchObject({ status: 200 })
  // What Amazon counts may change what is to be written after it was looked at: then it is looked at again.
  for (const id of [amazonId, shopId])
    await expect.poll(() => served.goLive(id), { timeout: 30_000 }).toBe(200)
  await served.ask('PUT', `/api/v1/connections/${shopId}/fulfilment`, { shipsOrders: true })
  await expect.poll(shownAtShop, { timeout: 60_000 }).toBe(12)
  // What came in is on its document, and lies there once: Amazon's count has it whether or not the list was read first.
  const inbound = async () => (await served.ask('GET', `/api/v1/inbound-shipments/${inboundId}`)).body
  await expect
    .poll(inbound, { timeout: 30_000 })
    .toMatchObject({ state: 'partly-received', lines: [{ received: 4 }] })
  expect(await mugsAt('FBA')).toEqual({ onHand: 12, reserved: 0 })

  await control(shop, 'POST', '/orders', { lines: [{ sku: 'MUG', quantity: 3 }] })
  await expect.poll(async () => (await requests()).length, { timeout: 30_000 }).toBe(1)
  const [asked] = await requests()
  expect(asked).toMatchObject({ state: 'received', lines: [{ sku: 'MUG', quantity: 3 }] })
  // Amazon has taken them off as it was asked: they are there all the same, and promised.
  await expect.poll(shownAtShop, { timeout: 30_000 }).toBe(9)
  expect(await mugsAt('FBA')).toEqual({ onHand: 12, reserved: 3 })

  await control(amazon, 'POST', `/warehouse/requests/${asked?.id}/ship`, {})
  const told = async () =>
    (await control<{ rows: unknown[] }>(shop, 'GET', '/told-customers')).rows.map((row) =>
      JSON.stringify(row),
    )
  const [sent] = (
    await control<{ rows: { parcels: { trackingNumber: string }[] }[] }>(amazon, 'GET', '/warehouse/requests')
  ).rows
  const number = sent?.parcels[0]?.trackingNumber ?? 'none'
  await expect.poll(told, { timeout: 60_000 }).toEqual([expect.stringContaining(number)])
  expect(await mugsAt('FBA')).toEqual({ onHand: 9, reserved: 0 })

  // A second one, for the last nine: nothing of it is short, and the count that follows agrees.
  await control(shop, 'POST', '/orders', { lines: [{ sku: 'MUG', quantity: 9 }] })
  await expect.poll(async () => (await requests()).length, { timeout: 30_000 }).toBe(2)
  await control(amazon, 'POST', `/warehouse/requests/${(await requests())[1]?.id}/ship`, {})
  await expect.poll(async () => await mugsAt('FBA'), { timeout: 60_000 }).toEqual({ onHand: 0, reserved: 0 })
  await expect.poll(shownAtShop, { timeout: 30_000 }).toBe(0)
  const verdict = await control(amazon, 'POST', '/warehouse/verdict', {
    counted: [{ sku: 'MUG', onHand: 0 }],
  })
  expect(verdict).toMatchObject({ shippedTwice: 0, countsAgree: true })

  // They are in Amazon’s own list of orders too, as ones that it did not sell: no sale is made of them.
  const orders = await sql<{ orders: number }>`
    select count(*)::int as orders from sales_order where connection_id = ${amazonId}`.execute(
    served.database.kysely,
  )
  expect(orders.rows).toEqual([{ orders: 0 }])
  const tasks = await sql<{ kind: string; detail: string }>`
    select kind, detail from task where closed_at is null and kind like 'ship%'`.execute(
    served.database.kysely,
  )
  expect(tasks.rows).toEqual([])
})

test('switched off, what Amazon keeps is counted, and neither shown elsewhere nor sent', async () => {
  const change = (settings: object) =>
    served.ask('PATCH', `/api/v1/connections/${amazonId}/settings`, settings)
  expect(await change({ multiChannel: 'perhaps' })).toMatchObject({
    status: 422,
    body: { code: 'invalid-settings' },
  })
  expect(await change({ multichannel: true })).toMatchObject({
    status: 422,
    body: { field: 'settings.multichannel' },
  })
  // As long as the shop shows what lies there, its orders could not be sent.
  expect(await change({ multiChannel: false })).toMatchObject({ status: 409, body: { code: 'wrong-state' } })
  expect(await showAtShop('MAIN')).toMatchObject({ status: 200 })
  expect(await change({ multiChannel: false })).toMatchObject({ status: 200 })
  expect(await showAtShop('MAIN', 'FBA')).toMatchObject({ status: 409, body: { code: 'wrong-state' } })
  expect(await change({ multiChannel: true })).toMatchObject({ status: 200 })
  expect(await showAtShop('MAIN', 'FBA')).toMatchObject({ status: 200 })
})
