// Where anybody may sign up, the library answers as if it had made somebody whom it did not: nobody becomes a member by that.
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenIdProvider, startOpenIdProvider } from '../../testing/openid-provider.ts'
import { type ServedHub, serveHub } from '../../testing/served-hub.ts'
import { Browser, PASSWORD, setUpOwner } from '../../testing/signed-in.ts'

let served: ServedHub
let owner: Browser
let provider: OpenIdProvider
beforeAll(async () => {
  // The provider of these tests is on this machine.
  served = await serveHub('api', { signUp: 'open', allowsPrivateConnections: true })
  provider = await startOpenIdProvider()
})
afterAll(async () => {
  await served.close()
  await provider.close()
})

/** Members who are nobody. */
const phantoms = async () => {
  const found = await sql`
    select from member where not exists (select from identity.person where id = person_id)`.execute(
    served.database.kysely,
  )
  return found.rows.length
}
const wish = (email: string) => ({ name: 'Cy', email, password: PASSWORD })
const invite = async (email: string) => {
  const invited = await owner.ask('POST', '/api/v1/invitations', { email, role: 'owner' })
  expect(invited.status, invited.text).toBe(201)
  return String(new URL(String(invited.body.url)).searchParams.get('token'))
}
const join = (token: string) =>
  new Browser(served).ask('POST', '/api/v1/join', { token, name: 'Cy', password: PASSWORD })
const isOpen = async () => (await served.ask('GET', '/api/v1/setup')).body.isOpen

test('nobody signs up before the hub is set up, so that nobody can take its first owner’s address', async () => {
  const eve = new Browser(served)
  await eve.ask('POST', '/api/auth/sign-up/email', wish('ann@brand.example'))
  const made = await sql`select from identity.person`.execute(served.database.kysely)
  expect(made.rows).toEqual([])
})

test('a hub is not set up for somebody who has an account already: it stays open', async () => {
  await sql`
    insert into identity.person (id, name, email, email_verified, created_at, updated_at)
    values (gen_random_uuid(), 'Early', 'early@brand.example', false, now(), now())`.execute(
    served.database.kysely,
  )
  const asked = await served.ask('POST', '/api/v1/setup', {
    ...wish('early@brand.example'),
    organization: 'Harbour',
  })
  expect(asked).toMatchObject({ status: 422, body: { code: 'account-refused', field: 'email' } })
  expect([await phantoms(), await isOpen()]).toEqual([0, true])
  owner = await setUpOwner(served)
  expect(await isOpen()).toBe(false)
})

test('an invitation is not used up for an address that has an account: its person signs in and takes it up', async () => {
  expect(
    await new Browser(served).ask('POST', '/api/auth/sign-up/email', wish('cy@x.example')),
  ).toMatchObject({ status: 200 })
  const token = await invite('cy@x.example')
  expect(await join(token)).toMatchObject({ status: 422, body: { code: 'account-refused', field: 'email' } })
  expect(await phantoms()).toBe(0)
  // The one owner is still the last.
  const { personId } = (await owner.ask('GET', '/api/v1/me')).body
  expect((await owner.ask('DELETE', `/api/v1/members/${personId}`)).body).toMatchObject({
    code: 'last-owner',
  })
  await sql`update identity.person set email_verified = true where email = 'cy@x.example'`.execute(
    served.database.kysely,
  )
  const cy = new Browser(served)
  expect((await cy.signIn('cy@x.example')).status).toBe(200)
  expect(await cy.ask('POST', '/api/v1/accept-invitation', { token })).toMatchObject({ status: 200 })
})

test('nor for somebody who must sign on singly, and cannot be made by a password', async () => {
  const { issuer, clientId, clientSecret } = provider
  const setting = { name: 'ID', issuer, clientId, clientSecret, domains: ['work.example'], newcomers: null }
  const set = await owner.ask('PUT', '/api/v1/single-sign-on', { ...setting, isOnlyWay: true })
  expect(set.status, set.text).toBe(200)
  const token = await invite('bo@work.example')
  expect(await join(token)).toMatchObject({ status: 422, body: { code: 'account-refused', field: 'email' } })
  expect(await phantoms()).toBe(0)
  const opened = await new Browser(served).ask('GET', `/api/v1/invitation?token=${token}`)
  expect(opened).toMatchObject({ status: 200, body: { email: 'bo@work.example' } })
})

test('nobody changes their address into a domain of single sign-on, nor out of it', async () => {
  const cy = new Browser(served)
  expect((await cy.signIn('cy@x.example')).status).toBe(200)
  const change = (browser: Browser, newEmail: string) =>
    browser.ask('POST', '/api/auth/change-email', { newEmail })
  const needed = { status: 403, body: { code: 'single-sign-on-needed' } }
  expect(await change(cy, 'boss@work.example')).toMatchObject(needed)
  expect(await change(cy, 'free@other.example')).toMatchObject({ status: 200 })
  const { issuer, clientId, clientSecret } = provider
  const setting = { name: 'ID', issuer, clientId, clientSecret, domains: ['x.example'], newcomers: null }
  const set = await owner.ask('PUT', '/api/v1/single-sign-on', { ...setting, isOnlyWay: true })
  expect(set.status, set.text).toBe(200)
  expect(await change(cy, 'free@other.example')).toMatchObject(needed)
})
