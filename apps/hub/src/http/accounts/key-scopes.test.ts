// A key that was lost does what it was given, and nothing by which it would get more.
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

let served: ServedHub
let owner: Browser
beforeAll(async () => {
  served = await serveHub()
  owner = await setUpOwner(served)
})
afterAll(() => served.close())

type Wish = { role?: string; scopes: string[]; limits?: object; expiresAt?: string }

async function makeKey({ role = 'admin', ...wish }: Wish): Promise<Record<string, string>> {
  const made = await owner.ask('POST', '/api/v1/api-keys', { name: 'Robot', role, ...wish })
  expect(made.status, made.text).toBe(201)
  return { authorization: `Bearer ${made.body.secret}` }
}

test('a key makes keys of the scopes that it has, and of no others', async () => {
  const robot = await makeKey({ scopes: ['organization:write', 'stock:read'] })
  const make = (scopes: string[]) =>
    served.ask('POST', '/api/v1/api-keys', { name: 'Child', role: 'viewer', scopes }, robot)
  for (const scopes of [['stock:write'], ['orders:read'], ['stock:read', 'connections:write']]) {
    expect((await make(scopes)).body, scopes.join()).toMatchObject({ code: 'role-too-high', field: 'scopes' })
  }
  // Writing includes reading.
  expect(await make(['stock:read', 'organization:read', 'organization:write'])).toMatchObject({ status: 201 })
  // People may do all that their role may.
  expect(await makeKey({ scopes: ['orders:write', 'connections:write'] })).toHaveProperty('authorization')
})

test('a key makes none that outlives it', async () => {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
  const robot = await makeKey({ scopes: ['organization:write'], expiresAt: inDays(2) })
  const make = async (expiresAt: string | null) =>
    await served.ask(
      'POST',
      '/api/v1/api-keys',
      { name: 'Child', role: 'viewer', scopes: ['organization:read'], expiresAt },
      robot,
    )
  for (const longer of [null, inDays(3)])
    expect((await make(longer)).body).toMatchObject({ code: 'role-too-high', field: 'expiresAt' })
  expect(await make(inDays(1))).toMatchObject({ status: 201 })
})

test('no key invites, changes or removes a member, whatever it was given', async () => {
  const bo = await joinAs(served, owner, { email: 'bo@brand.example', role: 'viewer' })
  const { personId } = (await bo.ask('GET', '/api/v1/me')).body
  const reads = await makeKey({ scopes: ['organization:read'] })
  const writes = await makeKey({ role: 'owner', scopes: ['organization:write'] })
  const member = `/api/v1/members/${personId}`
  for (const robot of [reads, writes]) {
    const asked = [
      await served.ask('DELETE', member, undefined, robot),
      await served.ask('PUT', member, { role: 'admin' }, robot),
      await served.ask('POST', '/api/v1/invitations', { email: 'eve@x.example', role: 'admin' }, robot),
    ]
    for (const { status, body } of asked)
      expect({ status, body }).toMatchObject({ status: 403, body: { code: 'not-allowed' } })
  }
  expect((await served.ask('DELETE', member, undefined, reads)).body.detail).toContain('organization:write')
  expect((await served.ask('GET', '/api/v1/members', undefined, reads)).body.rows).toHaveLength(2)
  expect((await owner.ask('GET', '/api/v1/invitations')).body).toMatchObject({ rows: [] })
})

test('people go on leaving by themselves, those with limits too, and limited admins remove nobody beyond them', async () => {
  const limits = { connections: null, locations: ['MAIN'] }
  const cy = await joinAs(served, owner, { email: 'cy@brand.example', role: 'viewer', limits })
  const dee = await joinAs(served, owner, { email: 'dee@brand.example', role: 'admin', limits })
  const idOf = async (browser: Browser) => String((await browser.ask('GET', '/api/v1/me')).body.personId)
  const remove = async (by: Browser, whom: Browser) =>
    await by.ask('DELETE', `/api/v1/members/${await idOf(whom)}`)
  const far = await joinAs(served, owner, { email: 'far@brand.example', role: 'viewer' })
  expect((await remove(dee, far)).body).toMatchObject({ code: 'role-too-high' })
  expect((await remove(cy, dee)).body).toMatchObject({ code: 'role-too-high' })
  expect(await remove(cy, cy)).toMatchObject({ status: 200 })
  expect(await remove(dee, dee)).toMatchObject({ status: 200 })
})
