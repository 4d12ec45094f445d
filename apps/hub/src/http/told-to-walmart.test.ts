import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/**
 * Walmart's input quantity never falls by itself (decision 0029), so it has to be lowered as a unit ships: once, by the hub
 * before it tells. The hub's fulfilment at work on the real connector and a simulated seller.
 */
let served: ServedHub
let walmart: StartedSimulator
let connectionId: string

beforeAll(async () => {
  served = await serveHub('api,worker')
  const start = await loadSimulator('walmart')
  if (start === undefined) throw new Error('Walmart has a simulator')
  walmart = await start()
  await control('POST', '/products', [{ sku: 'MUG', title: 'Mug', price: 9, quantity: 20 }])
  await served.stock('MUG', 20)
  const { settings, credentials } = walmart
  const made = await served.ask('POST', '/api/v1/connections', {
    connector: 'walmart',
    name: 'walmart',
    location: 'MAIN',
    settings,
    credentials,
    ordersPollMs: 500,
  })
  if (made.status !== 201) throw new Error(made.text)
  connectionId = String(made.body.connectionId)
  const imported = await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})
  if (imported.status !== 200) throw new Error(imported.text)
})
afterAll(async () => {
  await served.close()
  await walmart.close()
})

async function control<T = Record<string, unknown>>(
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(`${walmart.url}/_control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as T // our own control API
}

const inputAtShop = async () => {
  const { levels } = await control<{ levels: { sku: string; quantity: number }[] }>('GET', '/state')
  return levels.find(({ sku }) => sku === 'MUG')?.quantity
}

type Shipment = { shipmentId: string; state: string }
const orderOf = async (id: string) =>
  (await served.ask('GET', `/api/v1/orders/${id}`)).body as {
    shipmentDetails?: Shipment[]
    timeline?: { kind: string }[]
  }

async function sendAll(orderId: string, units: number): Promise<void> {
  const received = async () =>
    (await orderOf(orderId)).shipmentDetails?.find(({ state }) => state === 'received')?.shipmentId
  await expect.poll(received, { timeout: 60_000 }).toBeDefined()
  const left = await served.ask(
    'POST',
    `/api/v1/shipments/${await received()}/parcels`,
    { carrier: 'UPS', trackingNumber: `1Z${orderId}`, lines: [{ sku: 'MUG', units }] },
    { 'idempotency-key': `sent-${orderId}` },
  )
  expect(left.status, left.text).toBe(201)
  const kinds = async () => (await orderOf(orderId)).timeline?.map(({ kind }) => kind)
  await expect.poll(kinds, { timeout: 60_000 }).toContain('channel-told')
}

test('I5: a shipment that Walmart is told of lowers its number once: it is the promise, and no drift', async () => {
  await expect.poll(() => served.goLive(connectionId), { timeout: 30_000 }).toBe(200)
  await served.ask('PUT', `/api/v1/connections/${connectionId}/fulfilment`, {
    shipsOrders: true,
    from: '2026-01-01T00:00:00Z',
  })
  await expect.poll(inputAtShop, { timeout: 30_000 }).toBe(20)
  let left = 20
  for (const units of [3, 4]) {
    const { externalId } = await control<{ externalId: string }>('POST', '/orders', {
      lines: [{ sku: 'MUG', quantity: units }],
    })
    await sendAll(externalId, units)
    left -= units
    // What the seller wrote stands until it is written again: told of the shipment it is what lies there, neither less nor more.
    expect(await inputAtShop()).toBe(left)
    expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({
      onHand: left,
      available: left,
    })
  }
  const { rows: listings } = await sql<{ listingId: string }>`
    select listing_id from listing where connection_id = ${connectionId}`.execute(served.database.kysely)
  const synced = await served.ask('POST', `/api/v1/listings/${listings[0]?.listingId}/sync`, {})
  expect(synced.status, synced.text).toBeLessThan(300)
  const observed = async () => {
    const { rows } = await sql<{ observed: number; acknowledged: number; desired: number }>`
      select observed::int, acknowledged::int, desired::int from level where connection_id = ${connectionId}`.execute(
      served.database.kysely,
    )
    return rows
  }
  await expect
    .poll(observed, { timeout: 30_000 })
    .toEqual([{ observed: left, acknowledged: left, desired: left }])
  const drifts = await sql<{ observed: number; expected: number; cause: string }>`
    select observed::int, expected::int, cause from drift where connection_id = ${connectionId}`.execute(
    served.database.kysely,
  )
  expect(drifts.rows).toEqual([])
  expect(await inputAtShop()).toBe(left)
})
