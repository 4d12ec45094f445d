import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findRowsOf } from '../../testing/rows-of.ts'
import { runHere } from '../../testing/run-cli.ts'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let owner: Browser
let admin: Browser
const complaints: unknown[] = []
beforeAll(async () => {
  served = await serveHub('api,worker')
  // Before anybody owns it: the shop is the first organization's, live and worked while it is deleted.
  await served.stock('MUG', 10)
  const shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
  expect(await served.goLive(shop.connectionId)).toBe(200)
  owner = await setUpOwner(served)
  admin = await joinAs(served, owner, { email: 'admin@brand.example', role: 'admin' })
  for (const level of ['warn', 'error'] as const) {
    vi.spyOn(served.hub.log, level).mockImplementation((...told) => {
      // The invitation waits for a mail server, and is told of whenever the hub next looks.
      if (!String(told[1]).includes('letter')) complaints.push(told)
    })
  }
})
afterAll(() => served.close())

const remove = (browser: Browser, name: string) => browser.ask('DELETE', '/api/v1/organization', { name })
const brands = async (browser: Browser) =>
  (await browser.ask('GET', '/api/v1/me')).body.organizations as { organizationId: string; name: string }[]

test('the last organization is deleted by its owner, who typed its name; an empty one of the same owner follows, and the hub stays closed', async () => {
  const gone = String(owner.organization)
  const key = await owner.ask('POST', '/api/v1/api-keys', {
    name: 'x',
    role: 'viewer',
    scopes: ['stock:read'],
  })
  const asKey = { authorization: `Bearer ${String(key.body.secret)}` }
  expect((await served.ask('GET', '/api/v1/me', undefined, asKey)).status).toBe(200)

  expect(await remove(admin, 'Harbour & Co.')).toMatchObject({ status: 403, body: { code: 'not-allowed' } })
  expect(await remove(owner, 'harbour')).toMatchObject({ status: 422, body: { code: 'name-differs' } })
  expect((await remove(owner, 'Harbour & Co.')).status).toBe(202)

  // At once, and to everybody.
  expect(await brands(admin)).toEqual([])
  expect((await owner.ask('GET', '/api/v1/items')).status).toBe(403)
  expect((await served.ask('GET', '/api/v1/me', undefined, asKey)).status).toBe(401)
  await vi.waitFor(async () => expect(await findRowsOf(served.database.kysely, gone)).toEqual([]), 30_000)

  const [next, another] = await brands(owner)
  expect([next?.name, another]).toEqual(['My brand', undefined])
  owner.organization = next?.organizationId
  expect((await owner.ask('GET', '/api/v1/items')).body).toMatchObject({ rows: [] })
  expect((await owner.ask('GET', '/api/v1/setup')).body).toMatchObject({ isOpen: false })
  await vi.waitFor(() => expect(served.hub.context.organizationId).toBe(next?.organizationId), 30_000)
  expect(complaints).toEqual([])
})

test('by the command line, beside a hub that serves it', async () => {
  const made = await owner.ask('POST', '/api/v1/organizations', { name: 'Second' })
  const second = String(made.body.organizationId)
  const inSecond = { 'plimsoll-organization': second }
  expect((await owner.ask('GET', '/api/v1/items', undefined, inSecond)).status).toBe(200)
  const common = ['--data', served.folder, '--database-url', served.database.url, '--json']
  const ask = (...args: string[]) => runHere(['organization', ...args, ...common])
  const refused = await ask('delete', 'Second', '--confirm', 'second')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('is called "Second"')])
  const deleted = await ask('delete', 'Second', '--confirm', 'Second')
  expect(JSON.parse(deleted.stdout)).toMatchObject({ organizationId: second, done: true, next: null })
  expect(await findRowsOf(served.database.kysely, second)).toEqual([])
  expect((await owner.ask('GET', '/api/v1/items', undefined, inSecond)).status).toBe(403)
  expect(JSON.parse((await ask('list')).stdout)).toMatchObject({ organizations: [{ name: 'My brand' }] })
  expect(complaints).toEqual([])
})
