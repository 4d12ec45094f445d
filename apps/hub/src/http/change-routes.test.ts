import { type Change, changePage, undone } from '@plimsoll/client'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Answer, type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let shop: Shop
let listingId: string
beforeAll(async () => {
  served = await serveHub()
  for (const sku of ['MUG', 'CUP', 'SET']) await served.stock(sku, 50)
  shop = await served.openShop([
    { sku: 'MUG', quantity: 1 },
    { sku: 'OTHER', quantity: 1 },
  ])
  const { body } = await served.ask('GET', '/api/v1/items/MUG')
  const [listing] = body.listings as { listingId: string }[]
  listingId = String(listing?.listingId)
})
afterAll(() => served.close())

type Method = Parameters<ServedHub['ask']>[0]
const api = (method: Method, path: string, body?: unknown, headers?: Record<string, string>) =>
  served.ask(method, `/api/v1${path}`, body, headers)
const changes = async (query = ''): Promise<Change[]> => {
  const answer = await api('GET', `/changes?limit=200${query}`)
  expect(answer.status, answer.text).toBe(200)
  return changePage.parse(answer.body).rows
}
const undo = (id: string): Promise<Answer> => api('POST', `/changes/${encodeURIComponent(id)}/undo`, {})

type Step = { method: Method; path: string; body?: unknown; kind: Change['kind']; cannot?: true }

/** Every route that changes a policy, a mapping or a setting, with a change that it makes. */
function steps(): Step[] {
  const connection = `/connections/${shop.connectionId}`
  return [
    { method: 'PUT', path: '/policies', body: { connection: shop.connectionId, cap: 7 }, kind: 'policy' },
    { method: 'PUT', path: '/policies', body: { item: 'MUG', bufferUnits: 2, pool: ['MAIN'] }, kind: 'policy' },
    { method: 'PUT', path: '/policies', body: { listing: listingId, paused: true }, kind: 'policy' },
    { method: 'PUT', path: '/protections', body: { item: 'MUG', mode: 'buffered' }, kind: 'protection' },
    {
      method: 'POST',
      path: '/policy-windows',
      body: { name: 'Sale', startsAt: '2099-01-01T00:00:00Z', endsAt: '2099-01-02T00:00:00Z', set: { cap: 3 } },
      kind: 'policy-window',
    },
    {
      method: 'POST',
      path: '/mappings',
      body: { mappings: [{ listingId, sku: 'CUP', unitsPerListing: 2 }] },
      kind: 'mapping',
    },
    {
      method: 'PUT',
      path: '/items/SET/kit',
      body: { kind: 'assembled', components: [{ sku: 'CUP', quantity: 2 }] },
      kind: 'kit',
    },
    { method: 'PUT', path: '/guard', body: { zeroPercent: 40 }, kind: 'guard' },
    { method: 'PUT', path: '/stale-rules', body: { kind: 'buffer', afterMinutes: 9, amount: 1 }, kind: 'stale-rule' },
    { method: 'PUT', path: `${connection}/edit-rule`, body: { rule: 'ask' }, kind: 'connection' },
    {
      method: 'PUT',
      path: `${connection}/fulfilment`,
      body: { shipsOrders: true, from: '2026-01-01T00:00:00.000Z' },
      kind: 'connection',
    },
    { method: 'POST', path: '/pauses', body: { reason: 'stocktaking' }, kind: 'pause' },
    { method: 'PATCH', path: '/replenishment-settings', body: { sku: 'MUG', fields: { coverDays: 9 } }, kind: 'replenishment' },
    {
      method: 'POST',
      path: '/demand-left-out',
      body: { since: '2026-11-01', until: '2026-11-11', reason: 'campaign' },
      kind: 'demand-left-out',
    },
    { method: 'PUT', path: '/allocation', body: { rule: 'promise-date' }, kind: 'allocation' },
    { method: 'PUT', path: '/shelf-life-minimums', body: { customer: 'Anna', days: 30 }, kind: 'shelf-life' },
    { method: 'PUT', path: '/adjustment-reasons/found', body: { nameEn: 'Found', nameZh: '找到', direction: 'in' }, kind: 'reason' },
    { method: 'PUT', path: '/adjustment-reason-rule', body: { listedReasonRequired: true }, kind: 'reason-rule' },
    { method: 'PATCH', path: '/locations/MAIN', body: { name: 'Main hall', region: 'CA' }, kind: 'location' },
    { method: 'PUT', path: '/custom-fields/colour', body: { type: 'string', name: 'Colour' }, kind: 'custom-field' },
    { method: 'PUT', path: '/valuation/currency', body: { currency: 'EUR' }, kind: 'currency', cannot: true },
    { method: 'POST', path: '/locations', body: { code: 'SHED', name: 'Shed', kind: 'store' }, kind: 'location', cannot: true },
    { method: 'PUT', path: '/locations/SHED/bins', body: { bins: [{ code: 'A1' }] }, kind: 'bin', cannot: true },
  ]
}

test('every change of a policy, a mapping or a setting is recorded with who, why and what, and is undone', async () => {
  for (const step of steps()) {
    const said = `${step.method} ${step.path}`
    const reason = encodeURIComponent(`因为 ${said}`)
    const done = await api(step.method, step.path, step.body, { 'change-reason': reason })
    expect(done.status, `${said}: ${done.text}`).toBeLessThan(300)
    const [made] = await changes()
    expect(made, said).toMatchObject({ kind: step.kind, actor: 'api', undoable: step.cannot !== true })
    if (!['pause', 'kit'].includes(step.kind)) expect(made?.why, said).toBe(`因为 ${said}`)
    expect(made?.changed.length, said).toBeGreaterThan(0)
    const back = await undo(String(made?.id))
    if (step.cannot === true) {
      expect(back, said).toMatchObject({ status: 409, body: { code: 'not-undoable' } })
      continue
    }
    expect(back.status, `${said}: ${back.text}`).toBe(200)
    const [reverse] = undone.parse(back.body).by
    expect(reverse, said).toMatchObject({ kind: step.kind, undoes: made?.id, actor: 'api' })
    // What was undone is itself in history, and cannot be undone twice.
    expect((await changes())[0]?.id, said).toBe(reverse?.id)
    expect(await undo(String(made?.id)), said).toMatchObject({ status: 409, body: { code: 'changed-since' } })
  }
})
