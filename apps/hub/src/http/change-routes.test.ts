import { type Change, changePage, undone } from '@plimsoll/client'
import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import {
  HOOK_SECRETS,
  type Method,
  makeWatched,
  type Step,
  type Watched,
  watchSteps,
} from '../testing/change-steps.ts'
import { listRoutes } from '../testing/declared-routes.ts'
import { type Answer, type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let shop: Shop
let listingId: string
let place: string
let rules: unknown[]
let watched: Watched
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
  const places = await served.ask('GET', `/api/v1/connections/${shop.connectionId}/locations`)
  place = String((places.body.rows as { externalId: string }[])[0]?.externalId)
  rules = (await served.ask('GET', '/api/v1/routing-rules')).body.rules as unknown[]
  watched = await makeWatched(served)
})
afterAll(() => served.close())

const api = (method: Method, path: string, body?: unknown, headers?: Record<string, string>) =>
  served.ask(method, `/api/v1${path}`, body, headers)
const changes = async (query = ''): Promise<Change[]> => {
  const answer = await api('GET', `/changes?limit=200${query}`)
  expect(answer.status, answer.text).toBe(200)
  return changePage.parse(answer.body).rows
}
const undo = (id: string): Promise<Answer> => api('POST', `/changes/${encodeURIComponent(id)}/undo`, {})

/** Every route that changes a policy, a mapping or a setting, with a change that it makes. */
function steps(): Step[] {
  const connection = `/connections/${shop.connectionId}`
  return [
    { method: 'PUT', path: '/policies', body: { connection: shop.connectionId, cap: 7 }, kind: 'policy' },
    {
      method: 'PUT',
      path: '/policies',
      body: { item: 'MUG', bufferUnits: 2, pool: ['MAIN'] },
      kind: 'policy',
    },
    { method: 'PUT', path: '/policies', body: { listing: listingId, paused: true }, kind: 'policy' },
    { method: 'PUT', path: '/protections', body: { item: 'MUG', mode: 'buffered' }, kind: 'protection' },
    {
      method: 'POST',
      path: '/policy-windows',
      body: {
        name: 'Sale',
        startsAt: '2099-01-01T00:00:00Z',
        endsAt: '2099-01-02T00:00:00Z',
        set: { cap: 3 },
      },
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
    {
      method: 'PUT',
      path: '/stale-rules',
      body: { kind: 'buffer', afterMinutes: 9, amount: 1 },
      kind: 'stale-rule',
    },
    { method: 'PUT', path: `${connection}/edit-rule`, body: { rule: 'ask' }, kind: 'connection' },
    {
      method: 'PUT',
      path: `${connection}/fulfilment`,
      body: { shipsOrders: true, from: '2026-01-01T00:00:00.000Z' },
      kind: 'connection',
    },
    {
      method: 'PUT',
      path: `${connection}/settings`,
      body: { settings: { ...(shop.simulator.settings as object), orderStatuses: 'packed=open' } },
      kind: 'connection',
    },
    {
      method: 'PATCH',
      path: `${connection}/settings`,
      body: { orderStatuses: 'packing=open' },
      kind: 'connection',
    },
    {
      method: 'PUT',
      path: `${connection}/credentials`,
      body: shop.simulator.credentials,
      kind: 'credentials',
      cannot: true,
    },
    {
      method: 'PUT',
      path: `${connection}/locations`,
      body: { locations: [{ externalId: place, locations: [] }] },
      kind: 'pool',
    },
    {
      method: 'POST',
      path: `${connection}/pause`,
      body: { reason: 'stocktaking', how: 'freeze' },
      kind: 'pause',
    },
    { method: 'POST', path: '/pauses', body: { reason: 'stocktaking' }, kind: 'pause' },
    {
      method: 'PATCH',
      path: '/replenishment-settings',
      body: { sku: 'MUG', fields: { reviewDays: 9 } },
      kind: 'replenishment',
    },
    {
      method: 'POST',
      path: '/demand-left-out',
      body: { since: '2026-11-01', until: '2026-11-11', reason: 'campaign' },
      kind: 'demand-left-out',
    },
    { method: 'PUT', path: '/routing-rules', body: { rules: rules.slice(1) }, kind: 'routing', cannot: true },
    { method: 'PUT', path: '/routing-rules', body: { rules }, kind: 'routing' },
    { method: 'PUT', path: '/allocation', body: { rule: 'promise-date' }, kind: 'allocation' },
    { method: 'PUT', path: '/shelf-life-minimums', body: { customer: 'Anna', days: 30 }, kind: 'shelf-life' },
    {
      method: 'PUT',
      path: '/adjustment-reasons/found',
      body: { nameEn: 'Found', nameZh: '找到', direction: 'in' },
      kind: 'reason',
    },
    {
      method: 'PUT',
      path: '/adjustment-reason-rule',
      body: { listedReasonRequired: true },
      kind: 'reason-rule',
    },
    { method: 'PATCH', path: '/locations/MAIN', body: { name: 'Main hall', region: 'CA' }, kind: 'location' },
    {
      method: 'PUT',
      path: '/custom-fields/colour',
      body: { type: 'string', name: 'Colour' },
      kind: 'custom-field',
    },
    ...watchSteps(connection, watched),
    { method: 'PUT', path: '/valuation/currency', body: { currency: 'EUR' }, kind: 'currency', cannot: true },
    {
      method: 'POST',
      path: '/locations',
      body: { code: 'SHED', name: 'Shed', kind: 'store' },
      kind: 'location',
      cannot: true,
    },
    { method: 'POST', path: '/locations/SHED/archive', kind: 'location' },
    {
      method: 'PUT',
      path: '/locations/SHED/bins',
      body: { bins: [{ code: 'A1' }] },
      kind: 'bin',
      cannot: true,
    },
  ]
}

test('I10: every change of a policy, a mapping or a setting is recorded with who, why and what, and is undone', async () => {
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

/** Writing routes that change no policy, mapping or setting: what they do is in movements, orders, documents, tasks or jobs. */
const CHANGE_NO_SETTING = [
  /^POST \/(whatif|routing-rules\/try|changes\/:id\/undo|audits|listings\/:id\/sync)$/,
  /^\w+ \/(orders|shipments|hand-orders|parked|imports|stock|serials|transfers|inbound-shipments|deliveries|returns|stock-counts|reservations|drifts|holds|jobs|cutovers|opening-files|exports|replenishment|demo|grants|replays|tasks|gaps)(\/|$)/,
  /^POST \/connections\/:id\/(audits|backfills|check|files.*|imports?|preview|locations\/preview|places\/:place\/accept)$/,
  /^POST \/connectors\/:connector\/samples\//,
  // The catalogue: items have a history of their own, which the same list shows.
  /^\w+ \/(products|items)(\/(?!:sku\/kit)|$)/,
  // Who works here and what was given to whom is in the audit log, within the same transaction.
  /^\w+ \/(setup|join|accept-invitation|organizations|organization|members|invitations|api-keys)(\/|$)/,
  // What is asked about and not set: alerts themselves, suggestions, previews, bulk edits (what they set is recorded).
  /^\w+ \/(alerts|bulk-edits|views)(\/|$)/,
  /^POST \/(mapping\/(heed|look|preview)|alert-destinations\/:id\/test|connections\/:id\/mapping-rules\/try)$/,
  // Of the hub and no organization; with who and when and all but the secret it is in the audit log.
  /^\w+ \/single-sign-on$/,
  // An organization of its own, and nothing of this one.
  /^POST \/sample-brand$/,
  // Where things usually lie changes with every putting away.
  /^PUT \/locations\/:code\/bin-items$/,
]
/** Done by an undo of a step above, or in the other direction. */
const DONE_BY_UNDO = [
  // Before the steps, and after them.
  'POST /connections',
  'POST /connections/:id/live',
  'DELETE /adjustment-reasons/:code',
  'DELETE /custom-fields/:key',
  'DELETE /demand-left-out/:id',
  'POST /locations/:code/restore',
  'POST /pauses/lift',
  'POST /policy-windows/:id/end',
  'POST /connections/:id/resume',
]
/** Needs a platform of another kind than this test has; the table that it writes records by itself. */
const RECORDED_BY_TABLE: Record<string, string> = {
  'PUT /applications/:connector': 'webhook_application',
  'DELETE /applications/:connector/:application': 'webhook_application',
  'PUT /connections/:id/places/:place': 'counted_place',
  'POST /listing-changes/:id': 'listing',
  'DELETE /locations/:code/bins/:bin': 'bin',
  'POST /mapping/accept': 'listing',
  'POST /mapping/ignore': 'listing',
  'POST /mapping/kits': 'listing',
  'POST /mapping/undo': 'listing',
}

test('that a connection is made and goes live is recorded too, and its secrets are in no record', async () => {
  expect(await served.goLive(shop.connectionId)).toBe(200)
  const all = await changes(`&connection=${shop.connectionId}`)
  expect(all[0]).toMatchObject({ kind: 'pause', after: { what: 'went-live' }, undoable: false })
  expect(all.at(-1)).toMatchObject({ kind: 'connection', before: null, actor: 'api', undoable: false })
  const told = JSON.stringify(await changes())
  const secrets = Object.values(shop.simulator.credentials as Record<string, string>)
  secrets.push(...HOOK_SECRETS)
  expect(secrets.length).toBeGreaterThan(0)
  for (const secret of secrets) expect(told).not.toContain(secret)
})

test('no route that writes a setting is left out of what is recorded', async () => {
  const shown = (path: string) => path.replace('/api/v1', '')
  const named = new Set(
    steps().map(({ method, path }) => `${method} ${path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id')}`),
  )
  const all = await listRoutes(served)
  const open = all
    .filter(({ method, path }) => method !== 'GET' && path.startsWith('/api/v1/'))
    .map(({ method, path }) => `${method} ${shown(path)}`)
    .filter((route) => !CHANGE_NO_SETTING.some((pattern) => pattern.test(route)))
    .filter((route) => !DONE_BY_UNDO.includes(route) && RECORDED_BY_TABLE[route] === undefined)
    .filter((route) => {
      const pattern = new RegExp(`^${route.replaceAll(/:\w+/g, '[^/]+')}$`)
      return ![...named].some((each) => pattern.test(each))
    })
  expect(open.sort()).toEqual([])
  const { rows } = await sql<{ table: string }>`
    select distinct tgrelid::regclass::text as "table" from pg_trigger
    join pg_proc on pg_proc.oid = tgfoid where proname = 'setting_is_recorded'`.execute(
    served.database.kysely,
  )
  const recorded = rows.map(({ table }) => table)
  expect(recorded).toEqual(expect.arrayContaining(Object.values(RECORDED_BY_TABLE)))
})

type Values = { cap: number | null; bufferUnits: number | null }
const value = <const Some extends number>(...some: Some[]) =>
  fc.option(fc.constantFrom(...some), { nil: null })
const anyStep = fc.oneof(
  fc.record({ cap: value(5, 9) }),
  fc.record({ bufferUnits: value(1, 2) }),
  fc.record({ cap: value(5, 9), bufferUnits: value(1, 2) }),
  fc.record({ undo: fc.nat(9) }),
)

test('whatever is changed and undone in whatever order, a policy is what the rules say', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 2, maxLength: 8 }), async (script) => {
      runs += 1
      // Each run has an item of its own.
      const item = `P-${runs}-${script.length}`
      await served.stock(item, 1)
      let now: Values = { cap: null, bufferUnits: null }
      /** What the rules say was changed, oldest first. */
      const made: { before: Values; after: Values }[] = []
      const change = (to: Values) => {
        if (to.cap !== now.cap || to.bufferUnits !== now.bufferUnits) made.push({ before: now, after: to })
        now = to
      }
      for (const step of script) {
        if (!('undo' in step)) {
          const done = await api('PUT', '/policies', { item, ...step })
          expect(done.status, done.text).toBe(200)
          change({ ...now, ...step })
          continue
        }
        const nth = made[step.undo % Math.max(1, made.length)]
        if (nth === undefined) continue
        const rows = await changes(`&item=${item}&kind=policy`)
        const { before, after } = nth
        const fields = (['cap', 'bufferUnits'] as const).filter((name) => before[name] !== after[name])
        const isAsLeft = fields.every((name) => now[name] === after[name])
        const back = await undo(String(rows.toReversed()[made.indexOf(nth)]?.id))
        expect(back.status, back.text).toBe(isAsLeft ? 200 : 409)
        if (isAsLeft) change({ ...now, ...Object.fromEntries(fields.map((name) => [name, before[name]])) })
        else expect(back.body).toMatchObject({ code: 'changed-since' })
      }
      const rows = (await changes(`&item=${item}&kind=policy`)).toReversed()
      const told = rows.map(({ before, after }) => ({ before: valuesOf(before), after: valuesOf(after) }))
      expect(told).toEqual(made)
      const { body } = await api('GET', '/policies')
      const set = (body.rows as (Values & { sku: string })[]).find(({ sku }) => sku === item)
      expect(valuesOf(set ?? null)).toEqual(now)
    }),
    fromEnvironment(6),
  )
})

function valuesOf(fields: object | null): Values {
  const { cap = null, bufferUnits = null } = (fields ?? {}) as Partial<Values>
  return { cap, bufferUnits }
}

test('two who undo and change at the same moment: one of them is told', async () => {
  await api('PUT', '/policies', { item: 'SET', cap: 1 })
  const [made] = await changes('&item=SET&kind=policy')
  const [back, set] = await Promise.all([
    undo(String(made?.id)),
    api('PUT', '/policies', { item: 'SET', cap: 2 }),
  ])
  expect(set.status).toBe(200)
  const caps = (await changes('&item=SET&kind=policy')).map(({ after }) => after?.cap ?? null)
  // Undone before the other came, or refused: never is the other's value taken back.
  expect(back.status === 200 ? [2, null, 1] : [2, 1]).toEqual(caps)
})

test('pages are whole and in order, a change is found by whose it is, and none can be altered', async () => {
  const all = await changes()
  const paged: string[] = []
  let cursor: string | null = null
  do {
    const answer: Answer = await api('GET', `/changes?limit=7${cursor === null ? '' : `&cursor=${cursor}`}`)
    const page = changePage.parse(answer.body)
    paged.push(...page.rows.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== null)
  expect(paged.slice(0, all.length)).toEqual(all.map(({ id }) => id))
  expect(new Set(paged).size).toBe(paged.length)
  expect((await changes('&actor=nobody')).length).toBe(0)
  expect(
    (await changes(`&listing=${listingId}`)).every(({ subject }) => subject.listingId === listingId),
  ).toBe(true)
  expect(await api('GET', '/changes?cursor=x')).toMatchObject({ status: 422 })
  await expect(
    served.database.kysely.updateTable('settingChange').set({ actor: 'somebody else' }).execute(),
  ).rejects.toThrow(/append-only|permission denied/)
})
