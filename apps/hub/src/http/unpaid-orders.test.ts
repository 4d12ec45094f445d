import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A Shopify shop whose customers pay on delivery, with the hub at work. */
let served: ServedHub
let shop: StartedSimulator
let connectionId: string

beforeAll(async () => {
  served = await serveHub('api,worker')
  const start = await loadSimulator('shopify')
  if (start === undefined) throw new Error('Shopify has a simulator')
  shop = await start({ paidAtCheckout: false })
  await control('/products', [{ sku: 'MUG', title: 'Mug', price: 9, quantity: 20 }])
  await served.stock('MUG', 20)
  const { settings, credentials } = shop
  const made = await served.ask('POST', '/api/v1/connections', {
    connector: 'shopify',
    name: 'shopify',
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
  await shop.close()
})

async function control(path: string, body: unknown = {}): Promise<{ externalId?: string }> {
  const answer = await fetch(`${shop.url}/_control${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as { externalId?: string } // our own control API
}

async function buy(quantity: number): Promise<string> {
  const { externalId = '' } = await control('/orders', { lines: [{ sku: 'MUG', quantity }] })
  return encodeURIComponent(externalId)
}

async function standing(order: string) {
  const { body } = await served.ask('GET', `/api/v1/orders/${order}`)
  const { state, holds, shipmentDetails } = body as {
    state?: string
    holds?: string[]
    shipmentDetails?: { state: string; lines: { units: number }[] }[]
  }
  return { state, holds, sent: shipmentDetails?.flatMap(({ lines }) => lines.map(({ units }) => units)) }
}

test('an order to be paid on delivery waits until a person lets it go, one that is paid goes by itself; both keep their units', async () => {
  await expect.poll(() => served.goLive(connectionId), { timeout: 30_000 }).toBe(200)
  await served.ask('PUT', `/api/v1/connections/${connectionId}/fulfilment`, {
    shipsOrders: true,
    from: '2026-01-01T00:00:00Z',
  })
  const onDelivery = await buy(3)
  const later = await buy(2)
  const waiting = { state: 'open', holds: ['channel'], sent: [] }
  for (const order of [onDelivery, later])
    await expect.poll(() => standing(order), { timeout: 60_000 }).toEqual(waiting)
  expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({ reserved: 5, available: 15 })

  const letGo = await served.ask('DELETE', `/api/v1/orders/${onDelivery}/holds/channel`)
  expect(letGo.status, letGo.text).toBe(200)
  await expect
    .poll(() => standing(onDelivery), { timeout: 60_000 })
    .toEqual({ state: 'open', holds: [], sent: [3] })
  expect(await standing(later)).toEqual(waiting)

  await control(`/orders/${later}/pay`)
  await expect
    .poll(() => standing(later), { timeout: 60_000 })
    .toEqual({ state: 'open', holds: [], sent: [2] })
  expect((await served.ask('GET', '/api/v1/items/MUG')).body).toMatchObject({ reserved: 5, available: 15 })
})
