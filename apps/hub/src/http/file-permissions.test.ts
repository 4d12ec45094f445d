import type { Role, Scope } from '@plimsoll/accounts'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { workImport } from '../imports/imports.ts'
import { IMPORTS } from '../imports/sheet.ts'
import { type Answer, type ServedHub, serveHub } from '../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Files that are imported and exported ask what the routes ask that write and read the same one by one. */
let served: ServedHub
let owner: Browser
let operator: Browser
let viewer: Browser
beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
  owner = await setUpOwner(served)
  operator = await joinAs(served, owner, { email: 'operator@brand.example', role: 'operator' })
  viewer = await joinAs(served, owner, { email: 'viewer@brand.example', role: 'viewer' })
})
afterAll(() => served.close())

/** A program with a key of its own. */
async function program(role: Role, scopes: readonly Scope[]): Promise<ServedHub['ask']> {
  const made = await owner.ask('POST', '/api/v1/api-keys', { name: scopes.join(' '), role, scopes })
  expect(made.status, made.text).toBe(201)
  const authorization = `Bearer ${made.body.secret}`
  return (method, path, body, headers) => served.ask(method, path, body, { ...headers, authorization })
}

const FILES: Record<(typeof IMPORTS)[number], string> = {
  items: 'sku,name\nNEW,New\n',
  kits: 'kit,kind,component,quantity\nMUG,virtual,MUG,1\n',
  lots: 'sku,lot\nMUG,L-1\n',
  serials: 'sku,serial\nMUG,S-1\n',
  stock: 'sku,location,quantity\nMUG,MAIN,3\n',
  adjust: 'sku,location,quantity,reason\nMUG,MAIN,1,found\n',
  count: 'sku,location,quantity\nMUG,MAIN,3\n',
  locations: 'code,name,kind\nNEW,New,warehouse\n',
  mappings: 'connection,listing,sku\nShop,1,MUG\n',
  orders:
    'order,sku,quantity,location,name,street,city,country\n1,NONE,1,MAIN,Erika Muster,Hafen 1,Hamburg,DE\n',
}
type Ask = (method: 'POST', path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
/** A browser of these tests writes JSON, so whatever is sent is what is in the file. */
const upload = (ask: Ask, what: string, file = FILES[what as 'items']) =>
  ask('POST', `/api/v1/imports?what=${what}&name=${what}-${Math.random()}`, Buffer.from(file), {
    'content-type': 'text/csv',
  })
const as =
  (browser: Browser): Ask =>
  (method, path, body, headers = {}) => {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const more = { cookie, origin: served.url, 'plimsoll-organization': browser.organization ?? '' }
    return served.ask(method, path, body, { ...more, ...headers })
  }
const refused = (answer: Answer) => answer.status === 403 && answer.body.code === 'not-allowed'

test('locations are made from a file by those alone who may make one', async () => {
  expect(refused(await upload(as(operator), 'locations'))).toBe(true)
  const given = await upload(as(owner), 'locations')
  expect(given.status, given.text).toBe(201)
  const importId = String(given.body.importId)
  await workImport({ ...served.hub.context, dataFolder: served.folder }, importId)
  const apply = `/api/v1/imports/${importId}/apply`
  expect(refused(await operator.ask('POST', apply, { mode: 'good-rows' }))).toBe(true)
  expect((await owner.ask('GET', `/api/v1/imports/${importId}`)).body).toMatchObject({ state: 'checked' })
  expect((await owner.ask('POST', apply, { mode: 'good-rows' })).status).toBe(202)
})

test('an operator hands in what an operator may write', async () => {
  for (const what of IMPORTS) {
    const answer = await upload(as(operator), what)
    expect(answer.status, `${what}: ${answer.text}`).toBe(what === 'locations' ? 403 : 201)
  }
})

test('a key brings in only what its scopes are for', async () => {
  const allowed: Record<string, string[]> = {}
  for (const area of ['stock', 'orders', 'connections'] as const) {
    const ask = await program('admin', ['catalogue:write', `${area}:write`])
    allowed[area] = []
    for (const what of IMPORTS) if ((await upload(ask, what)).status === 201) allowed[area].push(what)
  }
  expect(allowed).toEqual({
    stock: ['items', 'kits', 'lots', 'serials', 'stock', 'adjust', 'count', 'locations'],
    orders: ['items', 'kits', 'orders'],
    connections: ['items', 'kits', 'mappings'],
  })
})

test('items with what is there of them are written by a key that may write stock, too', async () => {
  const statusOf = async (scopes: readonly Scope[], file: string) => {
    const ask = await program('admin', scopes)
    const given = await upload(ask, 'items', file)
    const importId = String(given.body.importId)
    await workImport({ ...served.hub.context, dataFolder: served.folder }, importId)
    const applied = await ask('POST', `/api/v1/imports/${importId}/apply`, { mode: 'all-or-nothing' })
    return refused(applied) ? 'refused' : applied.status
  }
  const stocked = 'sku,name,location,quantity\nSTOCKED,Stocked,MAIN,3\n'
  expect(await statusOf(['catalogue:write'], stocked)).toBe('refused')
  expect(await statusOf(['catalogue:write', 'stock:read'], stocked)).toBe('refused')
  expect(await statusOf(['catalogue:write', 'stock:write'], stocked)).toBe(202)
  expect(await statusOf(['catalogue:write'], 'sku,name\nBARE,Bare\n')).toBe(202)
})

test('a key that only reads keeps no views, and changes none; people keep theirs whatever they are', async () => {
  const body = { screen: 'items', name: 'Low', search: {} }
  const reads = await program('admin', ['overview:read'])
  expect(refused(await reads('POST', '/api/v1/views', body))).toBe(true)
  const writes = await program('admin', ['overview:write'])
  const made = await writes('POST', '/api/v1/views', { ...body, shared: true })
  expect(made.status, made.text).toBe(201)
  const path = `/api/v1/views/${made.body.viewId}`
  expect(refused(await reads('PATCH', path, { name: 'High' }))).toBe(true)
  expect(refused(await reads('DELETE', path))).toBe(true)
  expect((await viewer.ask('POST', '/api/v1/views', body)).status).toBe(201)
})

test('a key that reads the catalogue takes no movements, balances or mappings along', async () => {
  const catalogue = await program('viewer', ['catalogue:read'])
  const stock = await program('viewer', ['catalogue:read', 'stock:read'])
  const statusOf = async (ask: ServedHub['ask'], what: string) =>
    (await ask('GET', `/api/v1/exports/${what}/csv`)).status
  for (const what of ['items', 'kits']) expect(await statusOf(catalogue, what), what).toBe(200)
  for (const what of [
    'balances',
    'movements',
    'reservations',
    'locations',
    'lots',
    'serials',
    'replenishment',
  ]) {
    expect(await statusOf(catalogue, what), what).toBe(403)
    expect(await statusOf(stock, what), what).toBe(200)
  }
  expect(await statusOf(stock, 'mappings')).toBe(403)
})

test('rows with names and streets are for those who work with them, and it is on record who took them', async () => {
  const given = await upload(as(operator), 'orders')
  const importId = String(given.body.importId)
  await workImport({ ...served.hub.context, dataFolder: served.folder }, importId)
  const path = `/api/v1/imports/${importId}/problem-rows/csv`
  expect(refused(await viewer.ask('GET', path))).toBe(true)
  const catalogue = await program('admin', ['catalogue:write'])
  expect(refused(await catalogue('GET', path))).toBe(true)
  const taken = await operator.ask('GET', path)
  expect(taken.status, taken.text).toBe(200)
  expect(taken.text).toContain('Erika Muster')
  const { rows } = await sql<{ subject: string }>`
    select subject from audit_entry where action = 'downloadProblemRows'`.execute(served.database.kysely)
  expect(rows).toEqual([{ subject: `${importId} / csv` }])
})

test('a file of a warehouse is taken by those who work with it, and it is on record who did', async () => {
  const path = '/api/v1/connections/00000000-0000-7000-8000-000000000000/files/1'
  expect(refused(await viewer.ask('GET', path))).toBe(true)
  expect((await operator.ask('GET', path)).status).toBe(404)
})
