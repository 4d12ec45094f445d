import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { letOtherWays } from '../accounts/single-sign-on.ts'
import { type OpenIdProvider, startOpenIdProvider } from '../testing/openid-provider.ts'
import { type Answer, type ServedHub, serveHub } from '../testing/served-hub.ts'
import { Browser, joinAs, PASSWORD, setUpOwner } from '../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Real HTTP on both sides: the hub, and a provider of OpenID Connect on loopback. */
let served: ServedHub
let owner: Browser
let provider: OpenIdProvider
beforeAll(async () => {
  served = await serveHub()
  owner = await setUpOwner(served)
  provider = await startOpenIdProvider()
})
afterAll(async () => {
  await served.close()
  await provider.close()
})
beforeEach(async () => {
  provider.fault = 'none'
  // Ten tries a minute are one person's; here all come from one place.
  await sql`delete from identity.rate_limit`.execute(served.database.kysely)
})

const set = (wish: object = {}): Promise<Answer> => {
  const { issuer, clientId, clientSecret } = provider
  const newcomers = { organizationId: owner.organization, role: 'viewer' }
  const body = { name: 'Harbour ID', issuer, clientId, clientSecret, domains: ['brand.example'], newcomers }
  return owner.ask('PUT', '/api/v1/single-sign-on', { ...body, ...wish })
}
const verified = (email: string, more: object = {}) => ({
  ...{ sub: `sub of ${email}`, email, email_verified: true, name: 'Cy' },
  ...more,
})

/** To the provider and as far as its way back. @returns the path at the hub to which it sends the browser */
async function leave(browser: Browser, callbackURL = '/items'): Promise<string> {
  const asked = await browser.ask('POST', '/api/auth/sign-in/social', { callbackURL })
  expect(asked.status, asked.text).toBe(200)
  const { searchParams } = new URL(String(asked.body.url))
  for (const part of ['state', 'nonce', 'code_challenge']) expect(searchParams.get(part), part).toBeTruthy()
  const { headers, body } = await request(String(asked.body.url))
  await body.dump()
  const back = new URL(String(headers.location))
  return `${back.pathname}${back.search}`
}

/** @returns where the browser ends: the page that was wanted, or why not */
async function signIn(claims: Record<string, unknown>, browser = new Browser(served)): Promise<string> {
  provider.claims = claims
  expect((await browser.ask('GET', await leave(browser))).status).toBe(302)
  const end = new URL(String(browser.location), served.url)
  expect(end.origin).toBe(served.url)
  return end.searchParams.get('error') ?? end.pathname
}
const me = async (browser: Browser) => (await browser.ask('GET', '/api/v1/me')).body
const people = async (email: string) => {
  const found = await sql<{ id: string }>`select id from identity.person where email = ${email}`.execute(
    served.database.kysely,
  )
  return found.rows
}
const audited = async (action: string) => {
  const { body } = await owner.ask('GET', `/api/v1/audit-log?action=${action}`)
  return body.rows as { actor: string; detail: Record<string, unknown> | null }[]
}

test('an owner sets it once the provider has answered; its secret is told to nobody, nor sent to another', async () => {
  const nobody = new Browser(served)
  expect((await nobody.ask('POST', '/api/auth/sign-in/social', {})).body).toMatchObject({
    code: 'single-sign-on-off',
  })
  expect((await set({ issuer: 'http://sso.example' })).body).toMatchObject({ code: 'provider-unfit' })
  provider.fault = 'down'
  expect((await set()).body).toMatchObject({ code: 'provider-unreachable', field: 'issuer' })
  provider.fault = 'other-issuer'
  expect((await set()).body).toMatchObject({ code: 'provider-unfit' })
  provider.fault = 'none'
  const elsewhere = { organizationId: '00000000-0000-7000-8000-000000000000', role: 'admin' }
  expect((await set({ newcomers: elsewhere })).body).toMatchObject({ code: 'not-allowed' })
  expect((await set({ newcomers: { organizationId: owner.organization, role: 'owner' } })).status).toBe(422)
  expect((await set({ isOnlyWay: true })).body).toMatchObject({ code: 'account-refused', field: 'isOnlyWay' })

  const made = await set()
  expect(made.body).toMatchObject({
    redirectUri: `${served.url}/api/auth/callback/single-sign-on`,
    setting: { issuer: provider.issuer, domains: ['brand.example'], newcomers: { role: 'viewer' } },
  })
  expect(made.text).not.toContain(provider.clientSecret)
  // Kept where the issuer stays; another issuer's is asked for.
  const other = await startOpenIdProvider()
  expect((await set({ clientSecret: undefined, domains: ['Brand.Example', 'other.example'] })).status).toBe(
    200,
  )
  expect((await set({ clientSecret: undefined, issuer: other.issuer })).body).toMatchObject({
    field: 'clientSecret',
  })
  await other.close()
  expect((await nobody.ask('GET', '/api/v1/setup')).body).toMatchObject({ singleSignOn: 'Harbour ID' })
  expect((await audited('setSingleSignOn'))[0]?.detail).toMatchObject({
    domains: ['brand.example', 'other.example'],
  })

  // Neither by an owner of another organization of this hub, nor by a key.
  const second = await owner.ask('POST', '/api/v1/organizations', { name: 'Second' })
  // Yet people can be let in to whatever the same owner owns, though it stands behind a wall of its own.
  const newcomers = { organizationId: String(second.body.organizationId), role: 'viewer' }
  expect(await set({ newcomers })).toMatchObject({ status: 200, body: { setting: { newcomers } } })
  expect(await set()).toMatchObject({ status: 200 })
  const inSecond = { 'plimsoll-organization': String(second.body.organizationId) }
  expect(await owner.ask('GET', '/api/v1/single-sign-on', undefined, inSecond)).toMatchObject({ status: 403 })
  const key = { name: 'x', role: 'owner', scopes: ['organization:write'] }
  const { body } = await owner.ask('POST', '/api/v1/api-keys', key)
  const robot = { authorization: `Bearer ${body.secret}` }
  expect(await served.ask('DELETE', '/api/v1/single-sign-on', undefined, robot)).toMatchObject({
    status: 403,
  })
})

test('who comes first time gets the role that was set; the second time they are the same, in a session like any other', async () => {
  const cy = new Browser(served)
  expect(await signIn({ ...verified('cy@brand.example'), email: 'Cy@Brand.example' }, cy)).toBe('/items')
  expect(await me(cy)).toMatchObject({
    email: 'cy@brand.example',
    organizations: [{ organizationId: owner.organization, role: 'viewer' }],
  })
  const [person] = await people('cy@brand.example')
  expect(await audited('joinBySingleSignOn')).toMatchObject([
    { actor: `user:${person?.id}`, detail: { role: 'viewer' } },
  ])
  const kept = await sql`
    select access_token, refresh_token, id_token from identity.account where provider_id = 'single-sign-on'`.execute(
    served.database.kysely,
  )
  expect(kept.rows).toEqual([{ accessToken: null, refreshToken: null, idToken: null }])

  const again = new Browser(served)
  expect(await signIn(verified('cy@brand.example'), again)).toBe('/items')
  expect((await me(again)).personId).toBe(person?.id)
  const sessions = (await again.ask('GET', '/api/auth/list-sessions')).body as unknown as { token: string }[]
  expect(sessions).toHaveLength(2)
  expect(await again.ask('POST', '/api/auth/revoke-other-sessions', {})).toMatchObject({ status: 200 })
  expect(await me(cy)).toMatchObject({ code: 'sign-in-needed' })

  // Removed, they do not come back by signing in again.
  expect(await owner.ask('DELETE', `/api/v1/members/${person?.id}`)).toMatchObject({ status: 200 })
  expect(await signIn(verified('cy@brand.example'), again)).toBe('/items')
  expect(await me(again)).toMatchObject({ organizations: [] })
})

test('a claim gives the role; with none, and where nobody new is let in, only who was invited comes in', async () => {
  const claim = {
    name: 'groups',
    roles: [
      { value: 'floor', role: 'operator' },
      { value: 'it', role: 'admin' },
    ],
  }
  await set({ newcomers: { organizationId: owner.organization, role: null, claim } })
  const dee = new Browser(served)
  expect(await signIn(verified('dee@brand.example', { groups: ['floor', 'it', 'all'] }), dee)).toBe('/items')
  expect(await me(dee)).toMatchObject({ organizations: [{ role: 'admin' }] })
  expect(await signIn(verified('eli@brand.example', { groups: ['all'] }))).toBe('not-invited')
  await set({ newcomers: null })
  expect(await signIn(verified('eli@brand.example', { groups: ['it'] }))).toBe('not-invited')
  expect(await people('eli@brand.example')).toEqual([])
  const invited = await owner.ask('POST', '/api/v1/invitations', {
    email: 'Eli@brand.example',
    role: 'operator',
  })
  expect(invited.status).toBe(201)
  const eli = new Browser(served)
  expect(await signIn(verified('eli@brand.example'), eli)).toBe('/items')
  expect(await me(eli)).toMatchObject({ organizations: [{ role: 'operator' }] })
})

test('I9: an account is tied only by an address that the provider has verified, of a domain that an owner named', async () => {
  await set()
  const bo = await joinAs(served, owner, { email: 'bo@brand.example', role: 'admin' })
  const mallory = new Browser(served)
  for (const claims of [{ email_verified: false, emailVerified: true }, { email_verified: undefined }]) {
    for (const email of ['bo@brand.example', 'new@brand.example']) {
      const end = await signIn(verified(email, { ...claims, sub: 'mallory' }), mallory)
      expect(end, email).toBe('address-not-verified')
    }
  }
  expect(await signIn(verified('far@elsewhere.example', { sub: 'mallory' }), mallory)).toBe(
    'domain-not-allowed',
  )
  expect(await me(mallory)).toMatchObject({ code: 'sign-in-needed' })
  expect(await people('new@brand.example')).toEqual([])
  await sql`delete from identity.rate_limit`.execute(served.database.kysely)

  const before = await me(bo)
  const tied = new Browser(served)
  expect(await signIn(verified('bo@brand.example', { sub: 'bo' }), tied)).toBe('/items')
  expect(await me(tied)).toEqual(before)
  expect(await audited('tieSingleSignOn')).toMatchObject([{ actor: `user:${before.personId}` }])
  // Looked at each time: what was verified once may be so no longer, and a domain may have gone.
  const later = verified('bo@brand.example', { sub: 'bo', email_verified: false })
  expect(await signIn(later)).toBe('address-not-verified')
  expect(await signIn(verified('bo@elsewhere.example', { sub: 'bo' }))).toBe('domain-not-allowed')
  // Whoever is given the address of somebody before them is not that person.
  expect(await signIn(verified('bo@brand.example', { sub: 'the next Bo' }))).toBe('tied-to-another')
  // And the same subject of another issuer is somebody else.
  const own = provider
  provider = await startOpenIdProvider()
  const { issuer, clientSecret } = provider
  expect((await set({ issuer, clientSecret, newcomers: null })).status).toBe(200)
  expect(await signIn(verified('gus@brand.example', { sub: 'bo' }))).toBe('not-invited')
  await provider.close()
  provider = own
  await set()
  // A person who never showed that the address is theirs may be anybody.
  await sql`update identity.person set email_verified = false where email = 'dee@brand.example'`.execute(
    served.database.kysely,
  )
  expect(await signIn(verified('dee@brand.example', { sub: 'another dee' }))).toBe('account-not-linked')
})

test('what is wrong between hub and provider lets nobody in, and is explained on a page of the hub', async () => {
  await set()
  const flo = verified('flo@brand.example')
  for (const fault of ['other-nonce', 'other-key', 'other-audience', 'no-token'] as const) {
    provider.fault = fault
    expect(await signIn(flo), fault).toBe('unable-to-get-user-info')
  }
  provider.fault = 'none'
  // Down before it is asked, and between.
  const browser = new Browser(served)
  provider.claims = flo
  const back = await leave(browser)
  provider.fault = 'down'
  await browser.ask('GET', back)
  expect(browser.location).toContain('error=provider-unreachable')
  expect((await browser.ask('POST', '/api/auth/sign-in/social', {})).body).toMatchObject({
    code: 'provider-unreachable',
  })
  provider.fault = 'none'
  // In another browser than it began in; with another state; with a code of one's own; from a page elsewhere.
  const victim = new Browser(served)
  await victim.ask('GET', await leave(new Browser(served)))
  expect(victim.location).toContain('error=state-mismatch')
  const begun = await leave(victim)
  await victim.ask('GET', begun.replace(/state=[^&]+/, 'state=guessed'))
  expect(victim.location).toContain('error=state-mismatch')
  await victim.ask('GET', begun.replace(/code=[^&]+/, 'code=guessed'))
  expect(victim.location).toContain('error=invalid-code')
  expect(
    (await victim.ask('POST', '/api/auth/sign-in/social', { callbackURL: '//evil.example' })).status,
  ).toBe(422)
  const handedIn = { provider: 'single-sign-on', idToken: { token: 'x' } }
  expect((await victim.ask('POST', '/api/auth/sign-in/social', handedIn)).status).toBe(422)
  expect(await people('flo@brand.example')).toEqual([])
  expect(await me(victim)).toMatchObject({ code: 'sign-in-needed' })

  // And a way back that was gone once is gone: also for whoever has the browser's cookies.
  const replayed = await leave(browser)
  const cookies = new Map(browser.cookies)
  await browser.ask('GET', replayed)
  expect(browser.location).toBe('/items')
  const tokens = provider.tokens
  const thief = new Browser(served)
  for (const [name, value] of cookies) thief.cookies.set(name, value)
  await thief.ask('GET', replayed)
  expect(thief.location).toContain('error=state-mismatch')
  expect(provider.tokens).toBe(tokens)
})

test('where it is the only way, neither password nor reset nor invitation leads past it, until the machine says so', async () => {
  expect(await signIn(verified('ann@brand.example'), owner)).toBe('/items')
  const closed = await set({ isOnlyWay: true })
  expect(closed.status, closed.text).toBe(200)
  const needed = { status: 403, body: { code: 'single-sign-on-needed' } }
  const bo = new Browser(served)
  expect(await bo.signIn('bo@brand.example')).toMatchObject(needed)
  expect(await bo.signIn('bo@brand.example', 'wrong password')).toMatchObject(needed)
  const invited = await owner.ask('POST', '/api/v1/invitations', {
    email: 'hal@brand.example',
    role: 'viewer',
  })
  const token = new URL(String(invited.body.url)).searchParams.get('token')
  const join = await bo.ask('POST', '/api/v1/join', { token, name: 'Hal', password: PASSWORD })
  expect(join.status).toBeGreaterThanOrEqual(400)
  expect(await people('hal@brand.example')).toEqual([])
  // Others are as before.
  const far = await joinAs(served, owner, { email: 'far@elsewhere.example', role: 'viewer' })
  expect(await me(far)).toMatchObject({ email: 'far@elsewhere.example' })
  expect(await signIn(verified('bo@brand.example', { sub: 'bo' }), bo)).toBe('/items')

  expect(await letOtherWays(served.hub.context, { actor: 'cli' })).toBe(true)
  expect(await new Browser(served).signIn('bo@brand.example')).toMatchObject({ status: 200 })
  expect(await owner.ask('DELETE', '/api/v1/single-sign-on')).toMatchObject({ status: 200 })
  expect(await owner.ask('GET', '/api/v1/single-sign-on')).toMatchObject({ body: { setting: null } })
})
