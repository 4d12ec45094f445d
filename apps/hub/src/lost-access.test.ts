import { setTimeout as after } from 'node:timers/promises'
import type { StartedSimulator } from '@plimsoll/connectors'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub, startShop } from './testing/served-hub.ts'
import { askWoo } from './testing/woo-staff.ts'

/**
 * The app is removed from a shop, or its token taken back, while it sells: on the simulated platforms themselves, with a
 * hub that works them. Nothing that waits is lost, and what was missed meanwhile is read once access is back.
 */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let served: ServedHub
const shops: StartedSimulator[] = []

beforeAll(async () => {
  served = await serveHub('api,worker')
})
afterAll(async () => {
  await Promise.all(shops.map((shop) => shop.close()))
  await served.close()
})

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 120; look += 1) {
    if (await holds()) return
    await after(250)
  }
  const { body } = await served.ask('GET', '/api/v1/connections')
  throw new Error(`not within 30 s: ${what}; ${JSON.stringify(body)}`)
}

async function control(shop: StartedSimulator, method: 'GET' | 'PUT' | 'POST', path: string, body?: unknown) {
  const answer = await request(`${shop.url}/_control/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(text)
  return JSON.parse(text) as Record<string, unknown>
}

/** What a platform does with the webhooks of an app that is removed. @returns how many it had */
type Subscriptions = { count(): Promise<number>; removeAll(): Promise<void> }

function ofWooCommerce(shop: StartedSimulator): Subscriptions {
  const all = async () =>
    (await askWoo(shop, 'GET', '/webhooks', { query: { per_page: '100' } })) as { id: number }[]
  return {
    count: async () => (await all()).length,
    removeAll: async () => {
      for (const { id } of await all())
        await askWoo(shop, 'DELETE', `/webhooks/${id}`, { query: { force: 'true' } })
    },
  }
}

function ofShopify(shop: StartedSimulator): Subscriptions {
  const { accessToken } = shop.credentials as Record<string, string>
  const ask = async (query: string) => {
    const { body } = await request(`${shop.url}/admin/api/2026-07/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken ?? '' },
      body: JSON.stringify({ query }),
    })
    return (await body.json()) as { data?: { webhookSubscriptions: { nodes: { id: string }[] } } }
  }
  const all = async () =>
    (await ask('{ webhookSubscriptions(first: 20) { nodes { id } } }')).data?.webhookSubscriptions.nodes
  return {
    count: async () => (await all())?.length ?? -1,
    removeAll: async () => {
      for (const { id } of (await all()) ?? [])
        await ask(`mutation { webhookSubscriptionDelete(id: "${id}") { deletedWebhookSubscriptionId } }`)
    },
  }
}

async function shown(shop: StartedSimulator, sku: string): Promise<number | null> {
  const { levels } = (await control(shop, 'GET', 'state')) as {
    levels: { sku: string; quantity: number | null }[]
  }
  return levels.find((level) => level.sku === sku)?.quantity ?? null
}

async function rowOf(connectionId: string): Promise<Record<string, unknown>> {
  const { body } = await served.ask('GET', '/api/v1/connections')
  const rows = body.rows as Record<string, unknown>[]
  return rows.find((row) => row.connectionId === connectionId) ?? {}
}

async function tasksOf(connectionId: string): Promise<{ kind: string; detail: string }[]> {
  const { body } = await served.ask('GET', '/api/v1/tasks')
  const rows = body.rows as { kind: string; detail: string; connectionId: string }[]
  return rows.filter((row) => row.connectionId === connectionId && row.kind === 'connection')
}

test.each([
  ['woocommerce', ofWooCommerce],
  ['shopify', ofShopify],
] as const)(
  '%s: access is taken back, and given again: all that waited goes out, all that was missed comes in',
  async (connector, subscriptionsOf) => {
    const sku = `MUG-${connector}`
    await served.stock(sku, 10)
    const shop = await startShop(connector, [{ sku, quantity: 10 }])
    shops.push(shop)
    const { settings, credentials } = shop
    const made = await served.ask('POST', '/api/v1/connections', {
      connector,
      name: `Shop of ${connector}`,
      location: 'MAIN',
      settings,
      credentials,
      ordersPollMs: 500,
    })
    expect(made.status, made.text).toBe(201)
    const connectionId = String(made.body.connectionId)
    expect(await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})).toMatchObject({
      status: 200,
    })
    expect(await served.goLive(connectionId)).toBe(200)
    const subscriptions = subscriptionsOf(shop)
    const isRegistered = async () => {
      const { rows } = await sql<{ checked: boolean }>`
        select webhooks_checked_at is not null as checked from connection
        where connection_id = ${connectionId}`.execute(served.database.kysely)
      return rows[0]?.checked === true
    }
    await until('its webhooks stand', isRegistered)
    const before = await subscriptions.count()
    const mapped = await rowOf(connectionId)

    // Removed there: the webhooks go with the app, and every call is refused from now on.
    await subscriptions.removeAll()
    await control(shop, 'PUT', 'faults', { revoked: true })
    await until('the lane stands still', async () => (await rowOf(connectionId)).state === 'paused')
    expect(await rowOf(connectionId)).toMatchObject({ pauseReasons: ['unauthorized'] })
    const tasks = await tasksOf(connectionId)
    expect(tasks).toHaveLength(1)
    expect(tasks[0]?.detail).toMatch(/stands still.*Cure: reconnect it/)

    // It goes on selling, and the hub's own stock falls.
    await control(shop, 'POST', 'orders', { lines: [{ sku, quantity: 2 }] })
    await served.ask(
      'POST',
      '/api/v1/stock/adjust',
      { sku, location: 'MAIN', quantity: -3, reason: 'lost' },
      { 'idempotency-key': `lost ${sku}` },
    )
    const queued = async () => {
      const { rows } = await sql<{ waiting: number }>`
        select count(*)::int as waiting from lane_entry where connection_id = ${connectionId}`.execute(
        served.database.kysely,
      )
      return rows[0]?.waiting ?? 0
    }
    await until('the decrease waits', async () => (await queued()) === 1)
    expect(await shown(shop, sku)).toBe(8)

    await control(shop, 'PUT', 'faults', { revoked: false })
    const again = await served.ask('PUT', `/api/v1/connections/${connectionId}/credentials`, credentials)
    expect(again.status, again.text).toBe(200)
    await until('it shows what is left', async () => (await shown(shop, sku)) === 5)
    await until('its webhooks stand again', isRegistered)
    expect(before).toBeGreaterThan(0)
    expect(await subscriptions.count()).toBe(before)
    const { body } = await served.ask('GET', `/api/v1/items/${sku}`)
    expect(body).toMatchObject({ onHand: 7, reserved: 2, available: 5 })
    expect(await tasksOf(connectionId)).toEqual([])
    expect(await queued()).toBe(0)
    expect(await rowOf(connectionId)).toMatchObject({
      state: 'live',
      error: null,
      listings: mapped.listings,
      unmapped: 0,
    })
  },
)

/** So long a connection that is shut out is watched for calls that it makes all the same. */
const WATCHED_MS = 1_500

test('amazon, ebay, walmart, magento: a token taken back is told with its cure, nothing is called any more, and the mappings stay', async () => {
  const story = async (connector: string) => {
    const sku = `CUP-${connector}`
    await served.stock(sku, 10)
    const shop = await startShop(connector, [{ sku, quantity: 10 }])
    shops.push(shop)
    const { settings, credentials } = shop
    const given = { connector, name: connector, location: 'MAIN', settings, credentials }
    const made = await served.ask('POST', '/api/v1/connections', given)
    expect(made.status, made.text).toBe(201)
    const connectionId = String(made.body.connectionId)
    await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})
    expect(await served.goLive(connectionId)).toBe(200)
    const mapped = await rowOf(connectionId)
    expect(mapped).toMatchObject({ listings: 1, unmapped: 0 })
    const waiting = async () => {
      const { rows } = await sql<{ waiting: number }>`
        select count(*)::int as waiting from lane_entry where connection_id = ${connectionId}`.execute(
        served.database.kysely,
      )
      return rows[0]?.waiting
    }

    await control(shop, 'PUT', 'faults', { revoked: true })
    const lost = { sku, location: 'MAIN', quantity: -3, reason: 'lost' }
    await served.ask('POST', '/api/v1/stock/adjust', lost, { 'idempotency-key': `lost ${sku}` })
    await until(`${connector} stands still`, async () => (await rowOf(connectionId)).state === 'paused')
    expect(await rowOf(connectionId)).toMatchObject({ pauseReasons: ['unauthorized'] })
    expect(await tasksOf(connectionId)).toMatchObject([
      { detail: expect.stringMatching(/stands still.*Cure: reconnect it/) },
    ])
    await until(`${connector} has a decrease waiting`, async () => (await waiting()) === 1)
    const refused = async () => (await control(shop, 'GET', 'state')).faultCounts
    // What was under way as it was shut out may still end.
    await after(500)
    const before = await refused()
    await after(WATCHED_MS)
    expect(await refused(), `${connector} is called all the same`).toEqual(before)

    await control(shop, 'PUT', 'faults', { revoked: false })
    const again = await served.ask('PUT', `/api/v1/connections/${connectionId}/credentials`, credentials)
    expect(again.status, again.text).toBe(200)
    await until(`${connector} is told what waited`, async () => (await waiting()) === 0)
    expect(await tasksOf(connectionId)).toEqual([])
    expect(await rowOf(connectionId)).toMatchObject({ state: 'live', listings: 1, unmapped: 0 })
  }
  await Promise.all(['amazon', 'ebay', 'walmart', 'magento'].map(story))
})

test('amazon: that nothing shows whose credentials they are is told by the check, and they take no connection over', async () => {
  const amazon = await startShop('amazon', [{ sku: 'BOWL', quantity: 1 }])
  shops.push(amazon)
  const { settings, credentials } = amazon
  const unproven = expect.stringContaining(
    'does not show these credentials the listings of seller A9SOMEBODY',
  )
  const made = await served.ask('POST', '/api/v1/connections', {
    connector: 'amazon',
    name: 'Somebody’s',
    location: 'MAIN',
    settings: { ...(settings as object), sellerId: 'A9SOMEBODY' },
    credentials,
  })
  expect(made).toMatchObject({
    status: 201,
    body: { check: { accountId: expect.stringContaining('A9SOMEBODY'), unproven } },
  })
  const path = `/api/v1/connections/${made.body.connectionId}`
  expect(await served.ask('POST', `${path}/check`, {})).toMatchObject({ status: 200, body: { unproven } })
  // So soon after two checks Amazon may ask to wait, as whoever tries is told.
  await until('the credentials are refused', async () => {
    const taken = await served.ask('PUT', `${path}/credentials`, credentials as object)
    if (taken.body.code === 'platform-unavailable') return false
    expect(taken.body).toMatchObject({ code: 'wrong-account', detail: unproven })
    return true
  })
})
