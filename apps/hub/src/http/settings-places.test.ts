import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedHub, type Shop, serveHub, startShop } from '../testing/served-hub.ts'
import { type Browser, setUpOwner } from '../testing/signed-in.ts'

let served: ServedHub
let shop: Shop
let owner: Browser
/** Of somebody else: it keeps what it is sent. */
let stranger: Server
let strangersUrl: string
const sent: string[] = []
beforeAll(async () => {
  stranger = createServer((request, response) => {
    sent.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
    response.writeHead(401).end()
  })
  await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve))
  strangersUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
  served = await serveHub()
  await served.stock('MUG', 10)
  shop = await served.openShop([{ sku: 'MUG', quantity: 4 }])
  owner = await setUpOwner(served)
})
afterAll(async () => {
  await served.close()
  await new Promise((resolve) => stranger.close(resolve))
})

const path = () => `/api/v1/connections/${shop.connectionId}/settings`
const settingsThere = async () => (await owner.ask('GET', path())).body.settings

test.each(['PATCH', 'PUT'] as const)('%s of another server sends no stored secret there', async (method) => {
  const before = await settingsThere()
  const settings = { ...(before as object), url: strangersUrl }
  const answer = await owner.ask(method, path(), method === 'PUT' ? { settings } : { url: strangersUrl })
  expect(answer).toMatchObject({
    status: 422,
    body: { code: 'credentials-needed', field: 'settings.url' },
  })
  expect(String(answer.body.detail)).toContain('Give the credentials')
  expect(sent).toEqual([])
  expect(await settingsThere()).toEqual(before)
})

test('who tried it is on record', async () => {
  const { rows } = await sql<{ actor: string; subject: string }>`
    select actor, subject from audit_entry where action = 'refuseSettings'`.execute(served.database.kysely)
  expect(rows).toHaveLength(2)
  expect(
    rows.every(({ actor, subject }) => actor.length > 'member:'.length && subject === shop.connectionId),
  ).toBe(true)
})

test('other settings are changed without the credentials, as before', async () => {
  const answer = await owner.ask('PATCH', path(), { orderStatuses: 'packed=open' })
  expect(answer.status).toBe(200)
  expect(await settingsThere()).toMatchObject({ orderStatuses: 'packed=open' })
})

test('with credentials that are given for it another server is tried: with those, not with the stored', async () => {
  const settings = { ...((await settingsThere()) as object), url: strangersUrl }
  const typed = {
    consumerKey: 'ck_typed0000',
    consumerSecret: 'cs_typed0000',
    webhookSecret: 'typed0000typed0000',
  }
  const tried = await owner.ask('PUT', path(), { settings, credentials: typed })
  expect(tried).toMatchObject({ status: 422, body: { code: 'platform-refused' } })
  expect(sent.length).toBeGreaterThan(0)
  const stored = shop.simulator.credentials as Record<string, string>
  for (const each of sent) {
    const basic = Buffer.from(/"Basic ([^"]+)"/i.exec(each)?.[1] ?? '', 'base64').toString()
    for (const secret of [stored.consumerKey, stored.consumerSecret])
      expect(`${each} ${basic}`).not.toContain(secret)
  }
})

test('a server that has moved is set with its credentials, and both are kept', async () => {
  const warehouse = await startShop('shipbob', [{ sku: 'MUG', quantity: 4 }])
  try {
    const { settings, credentials } = warehouse
    const made = await owner.ask('POST', '/api/v1/connections', {
      ...{ connector: 'shipbob', name: 'ShipBob', location: 'MAIN', settings, credentials },
    })
    expect(made.status, made.text).toBe(201)
    const connection = `/api/v1/connections/${made.body.connectionId}`
    const endpoint = (settings as { endpoint: string }).endpoint.replace('127.0.0.1', 'localhost')
    const moved = { settings: { ...(settings as object), endpoint } }
    const without = await owner.ask('PUT', `${connection}/settings`, moved)
    expect(without.body).toMatchObject({ code: 'credentials-needed', field: 'settings.endpoint' })
    const answer = await owner.ask('PUT', `${connection}/settings`, { ...moved, credentials })
    expect(answer).toMatchObject({ status: 200, body: { settings: { endpoint } } })
    expect((await owner.ask('POST', `${connection}/check`, {})).status).toBe(200)
  } finally {
    await warehouse.close()
  }
})
