import { randomUUID } from 'node:crypto'
import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { beginGrant, ConnectionRegistry, type SyncContext, startGrant, withdrawGrant } from '@plimsoll/sync'
import { sql } from 'kysely'
import { request } from 'undici'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { ensureLocation } from '../items-import.ts'
import { type ServedHub, serveHub, startShop } from '../testing/served-hub.ts'

/** Connecting on a platform's own page, over real HTTP, and what people may try on the way. */
let served: ServedHub
let shopify: StartedSimulator
let name = ''

beforeAll(async () => {
  served = await serveHub()
  const start = await loadSimulator('shopify')
  if (start === undefined) throw new Error('no simulator')
  shopify = await start()
})
afterAll(async () => {
  await shopify.close()
  await served.close()
})
beforeEach(async () => {
  name = `Shop ${randomUUID()}`
  // One account is connected once.
  await sql`update connection set account_id = null where account_id is not null`.execute(
    served.database.kysely,
  )
})

const app = { clientId: 'plimsoll-client-id', clientSecret: 'plimsoll-client-secret' }

async function begin(body: object = {}): Promise<{ grantId: string; url: string }> {
  const begun = await served.ask('POST', '/api/v1/grants', {
    connector: 'shopify',
    name,
    location: 'MAIN',
    settings: shopify.settings,
    given: app,
    ...body,
  })
  if (begun.status !== 201) throw new Error(begun.text)
  return { grantId: String(begun.body.grantId), url: String(begun.body.url) }
}

/** Opens the hub's page as a browser does. */
async function open(url: string): Promise<{ cookie: string; platform: string }> {
  const { statusCode, headers, body } = await request(url)
  await body.dump()
  expect(statusCode).toBe(303)
  const cookie = String(headers['set-cookie'])
  expect(cookie).toMatch(/; HttpOnly; SameSite=Lax/)
  return { cookie: cookie.split(';')[0] ?? '', platform: String(headers.location) }
}

/** The merchant agrees; the address that the platform sends the browser back to. */
async function agree(platform: string): Promise<string> {
  const { headers, body } = await request(platform)
  await body.dump()
  return String(headers.location)
}

async function visit(url: string, cookie?: string): Promise<{ status: number; page: string }> {
  const { statusCode, body } = await request(url, { headers: cookie === undefined ? {} : { cookie } })
  return { status: statusCode, page: await body.text() }
}

/** The pages of the first organization alone. */
async function visitFirst(url: string, cookie?: string): Promise<{ status: number }> {
  const { pathname, search } = new URL(url)
  return await served.askFirst(
    'GET',
    `${pathname}${search}`,
    undefined,
    cookie === undefined ? {} : { cookie },
  )
}

async function standing(grantId: string) {
  return (await served.ask('GET', `/api/v1/grants/${grantId}`)).body
}

async function connectionCalled(wanted: string): Promise<Record<string, unknown> | undefined> {
  const { body } = await served.ask('GET', '/api/v1/connections')
  return (body.rows as Record<string, unknown>[]).find((each) => each.name === wanted)
}

test('from the form to the shop’s page and back: connected, once', async () => {
  const { grantId, url } = await begin()
  expect(await standing(grantId)).toEqual({ kind: 'waiting' })
  const { cookie, platform } = await open(url)
  expect(platform).toContain('/admin/oauth/authorize?client_id=plimsoll-client-id')
  expect(platform).not.toContain(app.clientSecret)
  const callback = await agree(platform)
  const { status, page } = await visit(callback, cookie)
  expect({ status, page }).toMatchObject({ status: 200, page: expect.stringContaining('Connected') })
  const connection = await connectionCalled(name)
  expect(connection).toMatchObject({ state: 'draft' })
  expect(await standing(grantId)).toMatchObject({ kind: 'done', connectionId: connection?.connectionId })

  // The same state again, in the same browser; and the same ticket.
  expect(await visit(callback, cookie)).toMatchObject({ status: 409 })
  expect(await visit(url)).toMatchObject({ status: 409 })
  const imported = await served.ask('POST', `/api/v1/connections/${connection?.connectionId}/import`, {})
  expect(imported.status).toBe(200)
})

test('nothing secret lies open: hashes of ticket, state and cookie, and what was given is sealed, then forgotten', async () => {
  const { grantId, url } = await begin()
  const { cookie, platform } = await open(url)
  const state = new URL(platform).searchParams.get('state') ?? 'none'
  const read = async () => {
    const found = await sql<{ text: string; bytes: Buffer }>`
      select row_to_json(connection_grant)::text as text, sealed as bytes from connection_grant
      where grant_id = ${grantId}`.execute(served.database.kysely)
    return found.rows[0]
  }
  const ticket = new URL(url).searchParams.get('ticket') ?? 'none'
  for (const secret of [state, ticket, cookie.split('=')[1] ?? 'none', app.clientSecret]) {
    expect((await read())?.text).not.toContain(secret)
  }
  expect((await read())?.bytes.length).toBeGreaterThan(0)
  await visit(await agree(platform), cookie)
  expect((await read())?.bytes.length).toBe(0)
})

test('another browser cannot bring the answer, and does not spoil it for the one that may', async () => {
  const { url } = await begin()
  const { cookie, platform } = await open(url)
  const callback = await agree(platform)
  expect(await visit(callback)).toMatchObject({ status: 409 })
  expect(await visit(callback, 'plimsoll_grant=somebody-elses')).toMatchObject({ status: 409 })
  expect(await connectionCalled(name)).toBeUndefined()
  expect(await visit(callback, cookie)).toMatchObject({ status: 200 })
})

test('brought twice at the same moment it connects once', async () => {
  const { url } = await begin()
  const { cookie, platform } = await open(url)
  const callback = await agree(platform)
  const visits = await Promise.all(Array.from({ length: 5 }, () => visit(callback, cookie)))
  expect(visits.filter(({ status }) => status === 200)).toHaveLength(1)
})

test('given up at the moment at which it is granted: one of the two, never both', async () => {
  for (let round = 0; round < 6; round += 1) {
    const called = `${name} ${round}`
    const { grantId, url } = await begin({ name: called })
    const { cookie, platform } = await open(url)
    const callback = await agree(platform)
    // Whichever is sent first: each is, in half of the rounds.
    const early = round % 2 === 0 ? withdrawGrant(served.hub.context, grantId) : undefined
    const visited = visit(callback, cookie)
    const [isWithdrawn, { status }] = await Promise.all([
      early ?? withdrawGrant(served.hub.context, grantId),
      visited,
    ])
    expect(status).toBe(isWithdrawn ? 409 : 200)
    expect((await connectionCalled(called)) === undefined).toBe(isWithdrawn)
    expect(await withdrawGrant(served.hub.context, grantId)).toBe(false)
    await sql`update connection set account_id = null where account_id is not null`.execute(
      served.database.kysely,
    )
  }
})

test('a person takes back a grant that was begun: neither its address nor its page is good for anything then', async () => {
  const take = (grantId: string) => served.ask('DELETE', `/api/v1/grants/${grantId}`)
  const unopened = await begin()
  expect(await take(unopened.grantId)).toMatchObject({ status: 200, body: {} })
  expect(await visit(unopened.url)).toMatchObject({ status: 409 })
  expect(await served.ask('GET', `/api/v1/grants/${unopened.grantId}`)).toMatchObject({ status: 404 })

  const opened = await begin()
  const { cookie, platform } = await open(opened.url)
  const callback = await agree(platform)
  expect(await take(opened.grantId)).toMatchObject({ status: 200 })
  expect(await visit(callback, cookie)).toMatchObject({ status: 409 })
  expect(await connectionCalled(name)).toBeUndefined()
  expect(await take(opened.grantId)).toMatchObject({ status: 404, body: { code: 'unknown-grant' } })

  const granted = await begin()
  const gone = await open(granted.url)
  await visit(await agree(gone.platform), gone.cookie)
  expect(await take(granted.grantId)).toMatchObject({ status: 409, body: { code: 'wrong-state' } })
  expect(await connectionCalled(name)).toBeDefined()
})

test('a connection says whose account it is, and asks its platform again on request', async () => {
  const { url } = await begin()
  const { cookie, platform } = await open(url)
  await visit(await agree(platform), cookie)
  const made = await connectionCalled(name)
  const checked = await served.ask('POST', `/api/v1/connections/${String(made?.connectionId)}/check`, {})
  expect(checked).toMatchObject({ status: 200, body: { account: made?.account, missingScopes: [] } })
})

test('I9: the state of another organization is nothing here, and stays good there', async () => {
  const organizationId = randomUUID()
  const database = served.hub.everyone.forOrganization(organizationId)
  const context: SyncContext = { ...served.hub.context, database, organizationId }
  await sql`insert into organization (organization_id, name, created_at)
    values (${context.organizationId}, 'Other', now())`.execute(served.database.kysely)
  await ensureLocation(context, { code: 'MAIN', name: 'Main', kind: 'warehouse' })
  const { settings } = shopify
  const theirs = {
    connector: 'shopify',
    name,
    locationCode: 'MAIN',
    ordersPollMs: undefined,
    settings,
    given: app,
  }
  const begun = await beginGrant(context, new ConnectionRegistry(context), theirs)
  // Their ticket is nothing here either. The hub itself would lead it to them.
  expect(await visitFirst(begun.url)).toMatchObject({ status: 409 })
  const ticket = new URL(begun.url).searchParams.get('ticket') ?? ''
  const { redirect, browser } = await startGrant(context, 'shopify', ticket)
  const callback = await agree(redirect)
  expect(await visitFirst(callback, `plimsoll_grant=${browser}`)).toMatchObject({ status: 409 })
  expect(await connectionCalled(name)).toBeUndefined()
  const left = await sql<{ standing: string }>`select standing from connection_grant
    where organization_id = ${context.organizationId}`.execute(served.database.kysely)
  expect(left.rows).toEqual([{ standing: 'sent' }])
})

test('what has ended is refused: the ticket before it is opened, the state before it comes back', async () => {
  const end = (grantId: string) =>
    sql`update connection_grant set expires_at = now() - interval '1 second' where grant_id = ${grantId}`.execute(
      served.database.kysely,
    )
  const late = await begin()
  await end(late.grantId)
  expect(await visit(late.url)).toMatchObject({ status: 409 })
  const slow = await begin()
  const { cookie, platform } = await open(slow.url)
  const callback = await agree(platform)
  await end(slow.grantId)
  expect(await visit(callback, cookie)).toMatchObject({ status: 409 })
  expect(await connectionCalled(name)).toBeUndefined()
})

test('an answer that the platform did not sign, or another shop’s, connects nothing', async () => {
  for (const change of [{ hmac: '0'.repeat(64) }, { shop: 'evil.myshopify.com' }, { code: 'another' }]) {
    const { grantId, url } = await begin()
    const { cookie, platform } = await open(url)
    const callback = new URL(await agree(platform))
    for (const [field, value] of Object.entries(change)) callback.searchParams.set(field, value)
    expect(await visit(callback.href, cookie)).toMatchObject({ status: 409 })
    expect(await standing(grantId)).toMatchObject({ kind: 'refused' })
  }
  expect(await connectionCalled(name)).toBeUndefined()
})

test('a person who declines is told what the platform says, as text', async () => {
  const { url } = await begin()
  const { cookie, platform } = await open(url)
  const callback = new URL(await agree(platform))
  callback.searchParams.set('error', 'access_denied')
  callback.searchParams.set('error_description', '<script>alert(1)</script>')
  const { status, page } = await visit(callback.href, cookie)
  expect(status).toBe(409)
  expect(page).toContain('&lt;script&gt;')
  expect(page).not.toContain('<script>')
})

test('an existing connection is granted access anew: same connection, same mappings; the wrong shop is refused', async () => {
  const first = await begin()
  const opened = await open(first.url)
  await visit(await agree(opened.platform), opened.cookie)
  const made = await connectionCalled(name)
  const connectionId = String(made?.connectionId)
  await served.ask('POST', `/api/v1/connections/${connectionId}/import`, {})
  const secretOf = async () => {
    const found = await sql<{ secretId: string; reasons: string[] }>`
      select secret_id, pause_reasons as reasons from connection where connection_id = ${connectionId}`.execute(
      served.database.kysely,
    )
    return found.rows[0]
  }
  await served.ask('POST', `/api/v1/connections/${connectionId}/pause`, { reason: 'unauthorized' })
  const before = await secretOf()
  const again = async () => {
    const begun = await served.ask('POST', '/api/v1/grants', { connector: 'shopify', connectionId })
    const { cookie, platform } = await open(String(begun.body.url))
    return await visit(await agree(platform), cookie)
  }
  expect(await again()).toMatchObject({ status: 200 })
  expect((await secretOf())?.secretId).not.toBe(before?.secretId)
  expect((await secretOf())?.reasons).toEqual([])

  const kept = await secretOf()
  await sql`update connection set account_id = 'other.myshopify.com', account = 'Other shop'
    where connection_id = ${connectionId}`.execute(served.database.kysely)
  const refused = await again()
  expect(refused).toMatchObject({ status: 409, page: expect.stringContaining('Other shop') })
  expect(await secretOf()).toEqual(kept)
  const typed = await served.ask(
    'PUT',
    `/api/v1/connections/${connectionId}/credentials`,
    shopify.credentials,
  )
  expect(typed).toMatchObject({ status: 409, body: { code: 'wrong-account' } })
})

test('a shop that posts its keys: WooCommerce', async () => {
  const shop = await startShop('woocommerce', [{ sku: 'MUG', quantity: 3 }])
  const { grantId, url } = await begin({ connector: 'woocommerce', settings: shop.settings, given: {} })
  const { cookie, platform } = await open(url)
  const returned = await agree(platform)
  expect(returned).toContain('/connect/woocommerce/return?success=1')
  expect(await visit(returned, cookie)).toMatchObject({
    status: 200,
    page: expect.stringContaining('Connected'),
  })
  // Who knows the address alone learns nothing.
  expect(await visit(returned)).toMatchObject({ status: 409 })
  expect(await standing(grantId)).toMatchObject({ kind: 'done' })

  const post = async (body: object) => {
    const callback = returned.replace(/\/return.*/, '/callback')
    const answered = await request(callback, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await answered.body.dump()
    return answered.statusCode
  }
  const keys = { consumer_key: 'ck_1', consumer_secret: 'cs_1', key_permissions: 'read_write' }
  const state = new URL(platform).searchParams.get('user_id')
  expect(await post({ ...keys, user_id: state })).toBe(404) // the state is spent
  expect(await post({ ...keys, user_id: 'made-up' })).toBe(404)
  expect(await post({})).toBe(404)
  await shop.close()
})

test('the connector’s forms are told in both languages, and what no page is for is refused', async () => {
  const { status, body } = await served.ask('GET', '/api/v1/connectors')
  expect(status).toBe(200)
  const rows = body.rows as Record<string, unknown>[]
  expect(rows.find(({ id }) => id === 'shopify')).toMatchObject({
    settings: [
      { name: 'shop', kind: 'text', required: true, title: { zh: '店铺地址' } },
      { name: 'fulfillmentService' },
      { name: 'sentUnpaid' },
      { name: 'endpoint' },
    ],
    grant: [{ name: 'clientId' }, { name: 'clientSecret', secret: true }],
  })
  const nobody = await served.ask('POST', '/api/v1/grants', {
    connector: 'nobody',
    settings: {},
    name,
    location: 'MAIN',
  })
  expect(nobody).toMatchObject({ status: 404, body: { code: 'unknown-connector' } })
  const noApp = await served.ask('POST', '/api/v1/grants', {
    connector: 'shopify',
    name,
    location: 'MAIN',
    settings: shopify.settings,
  })
  expect(noApp).toMatchObject({ status: 422, body: { code: 'invalid-settings' } })
})

test('one account is connected once', async () => {
  const connect = (called: string) =>
    served.ask('POST', '/api/v1/connections', {
      connector: 'shopify',
      name: called,
      location: 'MAIN',
      settings: shopify.settings,
      credentials: shopify.credentials,
    })
  expect(await connect(name)).toMatchObject({ status: 201 })
  expect(await connect(`${name} again`)).toMatchObject({ status: 409, body: { code: 'account-connected' } })
})
