import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub, startShop } from '../testing/served-hub.ts'
import { type Browser, setUpOwner } from '../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** Where anybody may sign up, nobody has the hub call its own machine or network. */
let served: ServedHub
let owner: Browser
/** Something inside that nobody from outside reaches. */
let inside: Server
let insideUrl: string
let calls = 0
beforeAll(async () => {
  inside = createServer((_request, response) => {
    calls += 1
    response.end('{}')
  })
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve))
  insideUrl = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
  served = await serveHub('api,worker', { signUp: 'open' })
  owner = await setUpOwner(served)
})
afterAll(async () => {
  await served.close()
  await new Promise((resolve) => inside.close(resolve))
})

const keys = { consumerKey: 'ck_0000', consumerSecret: 'cs_0000', webhookSecret: '0000000000000000' }
const connect = (connector: string, settings: object, credentials: object) =>
  owner.ask('POST', '/api/v1/connections', {
    ...{ connector, name: `${connector} ${Math.random()}`, location: 'MAIN', settings, credentials },
  })

test.each([
  ['this machine', () => insideUrl],
  ['this machine by name', () => insideUrl.replace('127.0.0.1', 'localhost')],
  ['this machine in other digits', () => insideUrl.replace('127.0.0.1', '0x7f.1')],
  ['a network', () => 'http://10.0.0.1'],
  ['the metadata of a cloud', () => 'http://169.254.169.254'],
])('a shop at an address of %s is not called', async (_, url) => {
  const answer = await connect('woocommerce', { url: url() }, keys)
  expect(answer).toMatchObject({ status: 422, body: { code: 'private-address', field: 'settings.url' } })
  expect(String(answer.body.detail)).toContain('PLIMSOLL_PRIVATE_CONNECTIONS=true')
  expect(calls).toBe(0)
})

test('nor is a server of files on this machine', async () => {
  const preset = '../../../../packages/connectors/generic-warehouse/presets/csv-3pl.json'
  const definition = readFileSync(new URL(preset, import.meta.url), 'utf8')
  const server = `sftp://127.0.0.1:${new URL(insideUrl).port}/in`
  const answer = await connect('generic-warehouse', { name: 'X', definition, server }, { user: 'x' })
  expect(answer).toMatchObject({ status: 422, body: { code: 'private-address', field: 'settings.server' } })
  expect(calls).toBe(0)
})

test('nor is a provider of single sign-on there', async () => {
  for (const issuer of [insideUrl, 'https://10.0.0.1', 'https://169.254.169.254/latest']) {
    const answer = await owner.ask('PUT', '/api/v1/single-sign-on', {
      ...{ name: 'ID', issuer, clientId: 'x', clientSecret: 'y', domains: ['brand.example'] },
    })
    expect(answer).toMatchObject({ status: 422, body: { code: 'provider-unfit', field: 'issuer' } })
    expect(String(answer.body.detail)).toContain('PLIMSOLL_PRIVATE_CONNECTIONS=true')
  }
  expect(calls).toBe(0)
})

test('a sample brand goes on with its own shops there, and leads nowhere else', async () => {
  const made = await owner.ask('POST', '/api/v1/sample-brand', { language: 'en' })
  expect(made.status, made.text).toBe(201)
  owner.organization = String(made.body.organizationId)
  await vi.waitFor(async () => {
    const { body } = await owner.ask('GET', '/api/v1/overview')
    expect(body).toMatchObject({ inStep: 120, drift: 0, pending: 0 })
  }, 60_000)
  const { body } = await owner.ask('GET', '/api/v1/connections')
  const rows = body.rows as { connectionId: string; connector: string }[]
  const path = `/api/v1/connections/${rows.find(({ connector }) => connector === 'woocommerce')?.connectionId}`
  expect((await owner.ask('POST', `${path}/check`, {})).status).toBe(200)
  const kept = await owner.ask('PATCH', `${path}/settings`, { orderStatuses: 'packed=open' })
  expect(kept.status, kept.text).toBe(200)
  const moved = { settings: { url: insideUrl }, credentials: keys }
  expect(await owner.ask('PUT', `${path}/settings`, moved)).toMatchObject({
    status: 422,
    body: { code: 'private-address' },
  })
  expect((await connect('woocommerce', { url: insideUrl }, keys)).status).toBe(422)
  expect(calls).toBe(0)
})

test.each([
  ['who runs the hub allows it', { signUp: 'open', allowsPrivateConnections: true }],
  ['only who was invited comes in', { signUp: 'invited' }],
] as const)('where %s, a shop in the own network is connected', async (_, configuration) => {
  const other = await serveHub('api', configuration)
  const shop = await startShop('woocommerce', [{ sku: 'MUG', quantity: 1 }])
  try {
    const { settings, credentials } = shop
    const made = await other.ask('POST', '/api/v1/connections', {
      ...{ connector: 'woocommerce', name: 'Shop', location: 'MAIN', settings, credentials },
    })
    expect(made.status, made.text).toBe(201)
  } finally {
    await shop.close()
    await other.close()
  }
})
