// A live stream is for whoever may listen, and for no longer than they may.
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { type Browser, joinAs, setUpOwner } from '../testing/signed-in.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** A minute of the hub passes in a second. */
const FACTOR = 60

let served: ServedHub
let owner: Browser
beforeAll(async () => {
  served = await serveHub('api', {}, { factor: FACTOR, originMs: Date.now() })
  owner = await setUpOwner(served)
})
afterAll(() => served.close())

type Stream = { response: IncomingMessage; isEnded(): boolean; close(): void }

async function listen(headers: Record<string, string>): Promise<Stream> {
  const request = get(`${served.url}/api/v1/stream`, { headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  expect(response.statusCode).toBe(200)
  let isEnded = false
  response.on('end', () => {
    isEnded = true
  })
  response.resume()
  return { response, isEnded: () => isEnded, close: () => request.destroy() }
}

const asPerson = (browser: Browser) =>
  listen({
    cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    'plimsoll-organization': String(browser.organization),
  })

test('streams end of a session that was ended, a member who was removed and a key that was revoked; others go on', async () => {
  const signedOut = await joinAs(served, owner, { email: 'out@brand.example', role: 'viewer' })
  const removed = await joinAs(served, owner, { email: 'gone@brand.example', role: 'viewer' })
  const key = await owner.ask('POST', '/api/v1/api-keys', {
    ...{ name: 'Listener', role: 'viewer', scopes: ['overview:read'] },
  })
  const { personId } = (await removed.ask('GET', '/api/v1/me')).body
  const streams = {
    owner: await asPerson(owner),
    signedOut: await asPerson(signedOut),
    removed: await asPerson(removed),
    key: await listen({ authorization: `Bearer ${key.body.secret}` }),
  }
  const ended = () => Object.entries(streams).flatMap(([name, stream]) => (stream.isEnded() ? [name] : []))
  // Two rounds of asking, at the least.
  await sleep(3_000)
  expect(ended()).toEqual([])

  await signedOut.ask('POST', '/api/auth/sign-out', {})
  await owner.ask('DELETE', `/api/v1/members/${personId}`)
  await owner.ask('DELETE', `/api/v1/api-keys/${key.body.keyId}`)
  await vi.waitFor(() => expect(ended()).toEqual(['signedOut', 'removed', 'key']), 30_000)
  // Ended as it should, so that readers come back at once; and the owner's goes on.
  expect(streams.key.response.complete).toBe(true)
  await sleep(3_000)
  expect(streams.owner.isEnded()).toBe(false)
  streams.owner.close()
})
