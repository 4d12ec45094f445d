import { randomUUID } from 'node:crypto'
import { type Role, roles } from '@plimsoll/accounts'
import { auditActions, savedViewList } from '@plimsoll/client'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRoutes } from '../testing/declared-routes.ts'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { Browser, joinAs, PASSWORD, setUpOwner } from '../testing/signed-in.ts'
import { isNoted } from './authorize.ts'
import { permissionOf } from './permissions.ts'
import type { Route } from './server.ts'

let served: ServedHub
let owner: Browser
const people = new Map<string, Browser>()
const NONE = '00000000-0000-7000-8000-000000000000'

/** What accounts write down within their own transactions. */
const WRITTEN_BY_ACCOUNTS =
  `setUp inviteMember withdrawInvitation acceptInvitation changeMember removeMember createApiKey
  revokeApiKey renameOrganization createOrganization setSingleSignOn removeSingleSignOn joinBySingleSignOn
  tieSingleSignOn`.split(/\s+/)

beforeAll(async () => {
  served = await serveHub()
  await served.stock('MUG', 10)
})
afterAll(() => served.close())

test('before it is set up a hub serves its machine alone; set up once, it asks everybody who they are', async () => {
  const far = { host: 'hub.example', origin: 'https://hub.example' }
  expect(await served.ask('GET', '/api/v1/items')).toMatchObject({ status: 200 })
  expect(await served.ask('GET', '/api/v1/items', undefined, far)).toMatchObject({ status: 403 })
  expect((await served.ask('GET', '/api/v1/setup')).body).toMatchObject({ isOpen: true, needsCode: false })
  const wish = { name: 'Eve', email: 'eve@x.example', password: PASSWORD, organization: 'Eve' }
  const guessed = { ...wish, code: 'guessed' }
  expect((await served.ask('POST', '/api/v1/setup', guessed, far)).body).toMatchObject({
    code: 'setup-code-wrong',
  })
  expect((await served.ask('POST', '/api/v1/setup', { ...wish, password: 'short' })).body).toMatchObject({
    code: 'account-refused',
    field: 'password',
  })

  owner = await setUpOwner(served)
  expect((await owner.ask('GET', '/api/v1/me')).body).toMatchObject({
    kind: 'person',
    organizations: [{ name: 'Harbour & Co.', role: 'owner' }],
  })
  expect((await owner.ask('GET', '/api/v1/items')).body).toMatchObject({ rows: [{ sku: 'MUG' }] })
  expect((await served.ask('GET', '/api/v1/items')).body).toMatchObject({ code: 'sign-in-needed' })
  expect((await served.ask('POST', '/api/v1/setup', wish)).body).toMatchObject({ code: 'setup-done' })
  // Whoever was refused left nothing.
  const left = await sql`select from identity.person where email = 'eve@x.example'`.execute(
    served.database.kysely,
  )
  expect(left.rows).toEqual([])
})

test('nobody comes in who was not invited; an invitation works once, for its own address', async () => {
  const stranger = new Browser(served)
  const wish = { email: 'eve@x.example', password: PASSWORD, name: 'Eve' }
  expect((await stranger.ask('POST', '/api/auth/sign-up/email', wish)).body).toMatchObject({
    code: 'not-invited',
  })
  const invited = await owner.ask('POST', '/api/v1/invitations', {
    email: 'Bo@brand.example',
    role: 'operator',
  })
  const token = new URL(String(invited.body.url)).searchParams.get('token') ?? ''
  expect((await stranger.ask('GET', `/api/v1/invitation?token=${token}`)).body).toMatchObject({
    organization: 'Harbour & Co.',
    email: 'bo@brand.example',
    hasAccount: false,
  })
  expect((await owner.ask('POST', '/api/v1/accept-invitation', { token })).body).toMatchObject({
    code: 'invited-other',
  })
  const join = { token, name: 'Bo', password: PASSWORD }
  expect(await stranger.ask('POST', '/api/v1/join', join)).toMatchObject({ status: 201 })
  expect((await stranger.ask('POST', '/api/v1/join', join)).body).toMatchObject({
    code: 'unknown-invitation',
  })
  expect((await stranger.ask('GET', '/api/v1/organization')).body).toMatchObject({ role: 'operator' })

  const withdrawn = await owner.ask('POST', '/api/v1/invitations', { email: 'eve@x.example', role: 'viewer' })
  await owner.ask('DELETE', `/api/v1/invitations/${withdrawn.body.invitationId}`)
  const late = {
    token: new URL(String(withdrawn.body.url)).searchParams.get('token'),
    name: 'Eve',
    password: PASSWORD,
  }
  expect((await new Browser(served).ask('POST', '/api/v1/join', late)).body).toMatchObject({
    code: 'unknown-invitation',
  })
})

test('I9: each route is for the roles that it names, and for nobody who is in no way signed in', async () => {
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    people.set(role, await joinAs(served, owner, { email: `${role}@brand.example`, role }))
  }
  people.set('owner', owner)
  const nobody = new Browser(served)
  const wrong: string[] = []
  for (const { method, path, spec } of await organizationRoutes()) {
    if (spec === undefined || path === '/api/v1/stream') continue
    const url = fill(path)
    const { needs } = permissionOf(spec)
    // What nobody is allowed cannot hurt; what somebody is, is asked with nothing in it that could be carried out.
    const asked = await nobody.ask(method, url)
    if (asked.status !== 401) wrong.push(`${method} ${path}: ${asked.status} to nobody`)
    for (const role of roles) {
      const isAllowed = roles.indexOf(role) >= roles.indexOf(needs)
      if (isAllowed && (method !== 'GET' || role !== needs)) continue
      const { status } = (await people.get(role)?.ask(method, url)) ?? { status: 0 }
      if (isAllowed ? status === 403 || status === 401 : status !== 403) {
        wrong.push(`${method} ${path}: ${status} to ${role}, and it needs ${needs}`)
      }
    }
  }
  expect(wrong).toEqual([])
}, 120_000)

test('a private view is there for nobody else; what is shared is changed by whoever shares it, or administers', async () => {
  const as = (role: Role) => people.get(role) as Browser
  const named = (name: string, shared: boolean) => ({ screen: 'items', name, shared, search: { q: name } })
  const names = async (role: Role) =>
    savedViewList.parse((await as(role).ask('GET', '/api/v1/views')).body).rows.map(({ name }) => name)
  const kept = await as('viewer').ask('POST', '/api/v1/views', named('Mine', false))
  expect(kept).toMatchObject({ status: 201, body: { mine: true, mayChange: true, search: { q: 'Mine' } } })
  // The same name is free for another's own, and taken for one's own however it is written.
  expect(await as('admin').ask('POST', '/api/v1/views', named('mine', false))).toMatchObject({ status: 201 })
  const twice = await as('viewer').ask('POST', '/api/v1/views', named('MINE', false))
  expect(twice.body).toMatchObject({ code: 'name-taken' })
  const path = `/api/v1/views/${kept.body.viewId}`
  for (const role of ['operator', 'admin', 'owner'] as const) {
    expect(await names(role), role).not.toContain('Mine')
    for (const [method, body] of [
      ['PATCH', { name: 'x' }],
      ['DELETE', undefined],
    ] as const)
      expect((await as(role).ask(method, path, body)).body, role).toMatchObject({ code: 'unknown-view' })
  }
  const refused = [
    await as('viewer').ask('POST', '/api/v1/views', named('Ours', true)),
    await as('viewer').ask('PATCH', path, { shared: true }),
  ]
  for (const { body } of refused) expect(body).toMatchObject({ code: 'not-allowed' })
  const shared = await as('operator').ask('POST', '/api/v1/views', named('Ours', true))
  const ours = `/api/v1/views/${shared.body.viewId}`
  for (const role of ['viewer', 'operator', 'admin', 'owner'] as const)
    expect(await names(role)).toContain('Ours')
  expect((await as('viewer').ask('DELETE', ours)).body).toMatchObject({ code: 'not-allowed' })
  expect(
    (await as('owner').ask('PATCH', ours, { name: 'Everybody’s', search: { q: '7' } })).body,
  ).toMatchObject({
    name: 'Everybody’s',
    search: { q: '7' },
    mine: false,
  })
  expect((await as('operator').ask('DELETE', ours)).status).toBe(200)
  expect((await as('viewer').ask('DELETE', path)).status).toBe(200)
  expect(await names('viewer')).toEqual([])
})

test('I9: a member of one organization is nobody in another, whatever they ask', async () => {
  const made = await owner.ask('POST', '/api/v1/organizations', { name: 'Second' })
  const second = String(made.body.organizationId)
  expect(
    (await people.get('operator')?.ask('POST', '/api/v1/organizations', { name: 'x' }))?.body,
  ).toMatchObject({
    code: 'not-allowed',
  })
  const wrong: string[] = []
  const stranger = people.get('admin') as Browser
  for (const { method, path, spec } of await organizationRoutes()) {
    if (spec === undefined) continue
    const asked = await stranger.ask(method, fill(path), undefined, { 'plimsoll-organization': second })
    if (asked.status !== 403) wrong.push(`${method} ${path}: ${asked.status}`)
  }
  expect(wrong).toEqual([])
  // And the same person in two: each shows its own.
  const inSecond = { 'plimsoll-organization': second }
  expect((await owner.ask('GET', '/api/v1/items', undefined, inSecond)).body).toMatchObject({ rows: [] })
  expect((await owner.ask('GET', '/api/v1/items')).body).toMatchObject({ rows: [{ sku: 'MUG' }] })
  const unsaid = Object.assign(new Browser(served), { cookies: owner.cookies }) as Browser
  expect((await unsaid.ask('GET', '/api/v1/items')).body).toMatchObject({ code: 'organization-missing' })
}, 120_000)

test('I9: the address of a file says of which organization it is, and lets nobody into another’s', async () => {
  const { body } = await owner.ask('GET', '/api/v1/me')
  const organizations = body.organizations as { organizationId: string; name: string }[]
  const second = organizations.find(({ name }) => name === 'Second')?.organizationId ?? ''
  const unsaid = Object.assign(new Browser(served), { cookies: owner.cookies }) as Browser
  const strangers = Object.assign(new Browser(served), { cookies: people.get('admin')?.cookies }) as Browser
  const links: string[] = []
  const wrong: string[] = []
  for (const { method, path, spec } of await organizationRoutes()) {
    const answer = spec?.answers[200]
    // What is no JSON is saved by a browser that follows a link, and a link sends no headers.
    const isFile = answer !== undefined && 'contentType' in answer && !answer.contentType.endsWith('json')
    if (method !== 'GET' || !isFile || path === '/api/v1/stream') continue
    links.push(path)
    const said = `${fill(path)}?organization=${second}`
    if ((await unsaid.ask('GET', fill(path))).body.code !== 'organization-missing')
      wrong.push(`unsaid: ${path}`)
    if ((await unsaid.ask('GET', said)).body.code === 'organization-missing') wrong.push(`said: ${path}`)
    if ((await strangers.ask('GET', said)).body.code !== 'not-a-member') wrong.push(`a stranger: ${path}`)
  }
  expect(wrong).toEqual([])
  expect(links).toHaveLength(8)
  // Each gets its own rows; and what the address says is no filter of the list.
  const rowsOf = async (organization: string, path: string) =>
    (await unsaid.ask('GET', `/api/v1/${path}?organization=${organization}`)).text.trim().split('\n').length -
    1
  const first = owner.organization ?? ''
  for (const path of ['tables/listItems/csv', 'exports/items/csv'])
    expect([await rowsOf(first, path), await rowsOf(second, path)], path).toEqual([1, 0])
  // Nothing that changes anything, nor any list that is no file, hears it.
  for (const [method, path] of [
    ['GET', '/api/v1/items'],
    ['GET', '/api/v1/connections'],
    ['POST', '/api/v1/tables/listItems/csv'],
    ['DELETE', `/api/v1/imports/${NONE}`],
  ] as const)
    expect((await unsaid.ask(method, `${path}?organization=${first}`)).body, path).toMatchObject({
      code: 'organization-missing',
    })
  // A header that is sent counts, whatever the address says.
  const both = await unsaid.ask('GET', `/api/v1/tables/listItems/csv?organization=${first}`, undefined, {
    'plimsoll-organization': second,
  })
  expect(both.text.trim().split('\n')).toHaveLength(1)
}, 60_000)

test('a key does what its scopes and role say, is shown once, and ends at once', async () => {
  const made = await owner.ask('POST', '/api/v1/api-keys', {
    ...{ name: 'Stock robot', role: 'operator', scopes: ['stock:write'] },
    limits: { connections: null, locations: ['MAIN'] },
  })
  const secret = String(made.body.secret)
  expect(secret).toMatch(/^plimsoll_/)
  const robot = { authorization: `Bearer ${secret}` }
  const body = { sku: 'MUG', location: 'MAIN', quantity: 1 }
  const key = () => ({ ...robot, 'idempotency-key': randomUUID() })
  expect(await served.ask('POST', '/api/v1/stock/receive', body, key())).toMatchObject({ status: 201 })
  expect(
    (await served.ask('POST', '/api/v1/stock/receive', { ...body, location: 'FAR' }, key())).body,
  ).toMatchObject({
    code: 'not-allowed',
  })
  const batch = (location: string) => ({
    commands: [{ kind: 'receive', key: randomUUID(), ...body, location }],
  })
  expect(await served.ask('POST', '/api/v1/stock/commands', batch('MAIN'), robot)).toMatchObject({
    status: 200,
  })
  expect(await served.ask('POST', '/api/v1/stock/commands', batch('FAR'), robot)).toMatchObject({
    status: 403,
  })
  expect((await served.ask('GET', '/api/v1/orders', undefined, robot)).body).toMatchObject({
    code: 'not-allowed',
  })
  const moved = await sql<{
    actor: string
  }>`select distinct actor from movement where actor like 'key:%'`.execute(served.database.kysely)
  expect(moved.rows).toEqual([{ actor: `key:${made.body.keyId}` }])
  const listed = await owner.ask('GET', '/api/v1/api-keys')
  expect(listed.text).not.toContain(secret)
  expect(await owner.ask('DELETE', `/api/v1/api-keys/${made.body.keyId}`)).toMatchObject({ status: 200 })
  expect((await served.ask('POST', '/api/v1/stock/receive', body, key())).body).toMatchObject({
    code: 'key-refused',
  })
  // Nobody makes a key that may do more than they.
  const admin = people.get('admin') as Browser
  const more = { name: 'x', role: 'owner', scopes: ['stock:read'] }
  expect((await admin.ask('POST', '/api/v1/api-keys', more)).body).toMatchObject({ code: 'role-too-high' })
})

test('the cookie of a session is of no use to pages of others, and none after signing out', async () => {
  const bo = new Browser(served)
  await bo.signIn('bo@brand.example')
  const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  expect((await bo.ask('GET', '/api/v1/items', undefined, elsewhere)).body).toMatchObject({
    code: 'foreign-origin',
  })
  const kept = new Map(bo.cookies)
  expect(await bo.ask('POST', '/api/auth/sign-out', {})).toMatchObject({ status: 200 })
  bo.cookies.clear()
  for (const [name, value] of kept) bo.cookies.set(name, value)
  expect((await bo.ask('GET', '/api/v1/items')).body).toMatchObject({ code: 'sign-in-needed' })
})

test('a forgotten password: the letter’s link sets another and ends every session', async () => {
  const bo = new Browser(served)
  await bo.signIn('bo@brand.example')
  await bo.ask('POST', '/api/auth/request-password-reset', { email: 'bo@brand.example' })
  const { readOutbox } = await import('@plimsoll/accounts')
  const { everyone, context } = served.hub
  const [letter] = await readOutbox(everyone.kysely, context.masterKey, { organizationId: null, limit: 1 })
  const [, token = ''] = /reset-password\?token=(\S+)/.exec(letter?.text ?? '') ?? []
  const reset = { newPassword: 'another harbour', token }
  expect(await new Browser(served).ask('POST', '/api/auth/reset-password', reset)).toMatchObject({
    status: 200,
  })
  expect((await bo.ask('GET', '/api/v1/items')).status).toBe(401)
  expect((await bo.signIn('bo@brand.example')).body).toMatchObject({ code: 'invalid-email-or-password' })
  expect((await bo.signIn('bo@brand.example', 'another harbour')).status).toBe(200)
  expect((await new Browser(served).ask('POST', '/api/auth/reset-password', reset)).status).toBe(400)
})

test('who did what is on record, for admins, without what was said', async () => {
  const operator = people.get('operator') as Browser
  await operator.ask('PUT', '/api/v1/valuation/currency', { currency: 'EUR' })
  const { body } = await (people.get('admin') as Browser).ask('GET', '/api/v1/audit-log?limit=200')
  const rows = body.rows as { action: string; name: string | null }[]
  expect(rows.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['setUp', 'inviteMember', 'acceptInvitation', 'createApiKey', 'revokeApiKey']),
  )
  expect(rows).toContainEqual(expect.objectContaining({ action: 'setUp', name: 'Ann' }))
  expect(JSON.stringify(body)).not.toContain('brand.example')
  await expect(sql`update audit_entry set actor = 'x'`.execute(served.database.kysely)).rejects.toThrow(
    /append-only/,
  )
})

test('whatever is put on record for a route has a name that screens have words for', async () => {
  const noted = (await organizationRoutes()).flatMap(({ spec }) =>
    spec !== undefined && isNoted(spec) ? [spec.operation] : [],
  )
  expect(noted.length).toBeGreaterThan(100)
  const refused = (await organizationRoutes()).flatMap(({ spec }) => spec?.refusedAs ?? [])
  const known = new Set<string>(auditActions)
  expect([...new Set(noted)].filter((action) => !known.has(action))).toEqual([])
  const written = new Set([...noted, ...refused, ...WRITTEN_BY_ACCOUNTS])
  expect(auditActions.filter((action) => !written.has(action))).toEqual([])
})

test('the library offers what the hub names, and nothing else', async () => {
  for (const path of [
    '/api/auth/ok',
    '/api/auth/list-accounts',
    '/api/auth/delete-user',
    '/api/auth/error',
  ]) {
    for (const method of ['GET', 'POST']) {
      expect(await owner.ask(method, path, method === 'POST' ? {} : undefined), path).toMatchObject({
        status: 404,
      })
    }
  }
})

test('passwords are tried ten times a minute and no more', async () => {
  const eve = new Browser(served)
  const statuses: number[] = []
  for (let nth = 0; nth < 14; nth += 1)
    statuses.push((await eve.signIn('ann@brand.example', `guess ${nth} of it`)).status)
  expect(statuses).toContain(401)
  expect(statuses.at(-1)).toBe(429)
})

async function organizationRoutes(): Promise<Route[]> {
  const all = await listRoutes(served)
  return all.filter(
    ({ path, spec }) => path.startsWith('/api/v1/') && spec !== undefined && spec.tag !== 'Accounts',
  )
}

function fill(path: string): string {
  return path.replace(/:\w+/g, NONE)
}
