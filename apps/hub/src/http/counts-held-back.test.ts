import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toDemoClock } from '../demo/demo-clock.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

/** A ShipBob account whose count is nonsense for a while, over the API, with the hub at work. */
let served: ServedHub
let warehouse: StartedSimulator
let connectionId: string
let facilityId: string
/** Its lists of shipments, which its counts wait for, lag a minute behind. */
const scale = { factor: 12, originMs: Date.now() }
const SKUS = Array.from({ length: 12 }, (_, nth) => `CUP-${nth + 10}`)

beforeAll(async () => {
  served = await serveHub('api,worker', {}, scale)
  const start = await loadSimulator('shipbob')
  if (start === undefined) throw new Error('ShipBob has a simulator')
  warehouse = await start({ clock: toDemoClock(scale) })
  const state = await control<{ facilities: { id: string }[] }>('GET', '/state')
  facilityId = state.facilities[0]?.id ?? ''
  await control(
    'POST',
    '/items',
    SKUS.map((sku) => ({ sku, title: sku })),
  )
  await addToEach(6)
  for (const sku of SKUS) await served.stock(sku, 0)
  await served.ask('POST', '/api/v1/locations', { code: 'BOB', name: 'ShipBob', kind: '3pl' })
  const made = await served.ask('POST', '/api/v1/connections', {
    connector: 'shipbob',
    name: 'ShipBob',
    location: 'BOB',
    settings: warehouse.settings,
    credentials: warehouse.credentials,
  })
  connectionId = String(made.body.connectionId)
  const imported = await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})
  expect(imported).toMatchObject({ status: 200 })
  const tied = await served.ask('PUT', `${places()}/${encodeURIComponent(facilityId)}`, { location: 'BOB' })
  expect(tied).toMatchObject({ status: 200 })
  expect(await served.goLive(connectionId)).toBe(200)
}, 60_000)
afterAll(async () => {
  await served.close()
  await warehouse.close()
})

const places = () => `/api/v1/connections/${connectionId}/places`
const accept = () => served.ask('POST', `${places()}/${encodeURIComponent(facilityId)}/accept`)

async function control<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await fetch(`${warehouse.url}/_control/warehouse${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  expect(answer.ok, path).toBe(true)
  return (await answer.json()) as Answer
}

async function addToEach(sellable: number): Promise<void> {
  for (const sku of SKUS) await control('POST', '/adjustments', { facilityId, sku, sellable })
}

async function onHand(): Promise<number> {
  const { body } = await served.ask('GET', `/api/v1/items/${SKUS[0]}`)
  return Number(body.onHand)
}

/** Pausing and resuming has a count read at once, which is read every few minutes else. */
async function readAgain(): Promise<void> {
  await served.ask('POST', `/api/v1/connections/${connectionId}/pause`, {})
  await served.ask('POST', `/api/v1/connections/${connectionId}/resume`, {})
}

async function heldBack(): Promise<unknown> {
  const { body } = await served.ask('GET', places())
  return (body as { rows: { heldBack: number }[] }).rows[0]?.heldBack
}

test('a count of nothing waits for a person, who is told, accepts it, and has it booked', async () => {
  await expect.poll(onHand, { timeout: 60_000 }).toBe(6)
  expect(await accept()).toMatchObject({ status: 409, body: { code: 'wrong-state', field: 'place' } })
  await addToEach(-6)
  await readAgain()
  await expect.poll(heldBack, { timeout: 60_000 }).toBe(12)
  expect(await onHand()).toBe(6)
  const { body } = await served.ask('GET', '/api/v1/tasks?kind=count-held')
  expect(body).toMatchObject({
    rows: [{ units: 72, told: { code: 'count-held-zero', facts: { items: 12, location: 'BOB' } } }],
  })
  const problems = (await served.ask('GET', places())).body.problems as { code: string }[]
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['held']))
  expect(await accept()).toMatchObject({ status: 200 })
  await expect.poll(onHand, { timeout: 60_000 }).toBe(0)
  await expect.poll(heldBack).toBe(0)
  expect((await served.ask('GET', '/api/v1/tasks?kind=count-held')).body).toEqual({ rows: [] })
}, 240_000)
