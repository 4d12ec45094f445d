// A hub that nobody has set up belongs to whoever is on its machine: nobody else may pass for them.
import { networkInterfaces } from 'node:os'
import { request } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { type ServedHub, serveHub, serverOf } from '../../testing/served-hub.ts'
import { PASSWORD } from '../../testing/signed-in.ts'

let served: ServedHub
afterEach(() => served.close())

const wish = { name: 'Eve', email: 'eve@x.example', password: PASSWORD, organization: 'Eve' }
const json = { 'content-type': 'application/json' }

/** Over the network, as `curl -H 'Host: localhost'` would. */
async function post(url: string, body: object, headers: Record<string, string> = {}) {
  const answer = await request(`${url}/api/v1/setup`, {
    method: 'POST',
    headers: { host: 'localhost', ...json, ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> }
}

async function read(url: string, path: string, headers: Record<string, string> = {}) {
  const answer = await request(`${url}${path}`, { headers: { host: 'localhost', ...headers } })
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> }
}

const outside = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address

test.skipIf(outside === undefined)(
  'a name in a header makes nobody of another machine its owner',
  async () => {
    served = await serveHub('api', { host: '0.0.0.0' })
    const url = `http://${outside}:${new URL(served.url).port}`
    expect(await read(url, '/api/v1/items')).toMatchObject({ status: 403, body: { code: 'foreign-origin' } })
    expect(await read(url, '/api/v1/setup')).toMatchObject({ body: { isOpen: true, needsCode: true } })
    expect((await post(url, wish)).body).toMatchObject({ code: 'setup-code-wrong' })
    // The code lets them in, and this machine was let in all along.
    expect(await read(served.url, '/api/v1/items')).toMatchObject({ status: 200 })
    const code = await served.hub.accounts.setupCode()
    expect(await post(url, { ...wish, code })).toMatchObject({ status: 201 })
  },
)

test('only what its own machine sends, and no proxy hands on, is of its machine', async () => {
  served = await serveHub()
  for (const [remoteAddress, status] of [
    ['203.0.113.9', 403],
    ['10.0.0.7', 403],
    ['::ffff:203.0.113.9', 403],
    ['fe80::1%eth0', 403],
    ['127.8.9.1', 200],
    ['::1', 200],
    ['::ffff:127.0.0.1', 200],
    ['::ffff:7f00:1', 200],
  ] as const) {
    for (const url of ['/api/v1/items', '/docs']) {
      const asked = { url, headers: { host: '127.0.0.1' }, remoteAddress }
      const { statusCode } = await serverOf(served.hub).inject(asked)
      expect(statusCode, `${url} to ${remoteAddress}`).toBe(status)
    }
  }
  const byProxies: Record<string, string>[] = [
    { 'x-forwarded-for': '203.0.113.9' },
    { 'x-forwarded-host': 'hub.example' },
    { 'x-real-ip': '203.0.113.9' },
    { forwarded: 'for=203.0.113.9' },
    { via: '1.1 proxy' },
  ]
  for (const headers of byProxies) {
    const asked = await read(served.url, '/api/v1/items', headers)
    expect(asked, JSON.stringify(headers)).toMatchObject({ status: 403, body: { code: 'foreign-origin' } })
    expect(await read(served.url, '/api/v1/setup', headers)).toMatchObject({ body: { needsCode: true } })
    expect((await post(served.url, wish, headers)).body).toMatchObject({ code: 'setup-code-wrong' })
  }
})

test.each([{ publicUrl: 'https://hub.example' }, { trustProxy: '127.0.0.1' }])(
  'a hub that is told that others reach it (%j) asks for the code, since a proxy may say nothing of them',
  async (told) => {
    served = await serveHub('api', told)
    expect(await read(served.url, '/api/v1/items')).toMatchObject({
      status: 403,
      body: { code: 'foreign-origin' },
    })
    expect((await post(served.url, wish)).body).toMatchObject({ code: 'setup-code-wrong' })
    const code = await served.hub.accounts.setupCode()
    expect(await post(served.url, { ...wish, code })).toMatchObject({ status: 201 })
  },
)

test('commands on its machine reach such a hub all the same: they have its secret key', async () => {
  served = await serveHub('api', { publicUrl: 'https://hub.example' })
  const { makeMachineToken } = await import('@plimsoll/accounts')
  const { masterKey, clock } = served.hub.context
  const port = Number(new URL(served.url).port)
  const authorization = `Machine ${makeMachineToken(masterKey, { nowMs: clock.now(), port })}`
  expect(await read(served.url, '/api/v1/items', { authorization })).toMatchObject({ status: 200 })
  const elsewhere = { authorization, 'x-forwarded-for': '203.0.113.9' }
  expect(await read(served.url, '/api/v1/items', elsewhere)).toMatchObject({ status: 403 })
})

test('a public address on this machine is nobody else’s', async () => {
  served = await serveHub('api', { publicUrl: 'http://127.0.0.1:7461' })
  expect(await read(served.url, '/api/v1/setup')).toMatchObject({ body: { needsCode: false } })
  expect(await post(served.url, wish)).toMatchObject({ status: 201 })
})
