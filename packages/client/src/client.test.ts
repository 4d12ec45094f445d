import { expect, test } from 'vitest'
import { ApiProblem, createClient } from './client.ts'

function recording(answer: () => Response) {
  const calls: { url: string; init: RequestInit }[] = []
  const client = createClient({
    baseUrl: 'http://hub.example',
    fetch: async (url, init) => {
      calls.push({ url: String(url), init: init ?? {} })
      return answer()
    },
  })
  return { calls, client }
}

test('paths carry encoded keys and only the given query', async () => {
  const { calls, client } = recording(() => Response.json({ rows: [] }))
  await client.items({ search: 'a&b', filter: 'out', offset: 0, limit: 200 })
  await client.item('A/B #1')
  await client.movements('A/B', { cursor: 'c=1' })
  await client.items({ search: '' })
  expect(calls.map((call) => call.url.replace('http://hub.example/api/v1', ''))).toEqual([
    '/items?search=a%26b&filter=out&offset=0&limit=200',
    '/items/A%2FB%20%231',
    '/items/A%2FB/movements?cursor=c%3D1',
    '/items',
  ])
})

test('each write carries its own idempotency key and a JSON body', async () => {
  const { calls, client } = recording(() => Response.json({ replayed: 1, stillParked: 0 }))
  await client.replayAll('malformed')
  await client.replayAll()
  await client.pause('c1', 'stock take')
  expect(calls.map((call) => call.init.body)).toEqual([
    '{"reasonCode":"malformed"}',
    '{}',
    '{"reason":"stock take","how":"freeze"}',
  ])
  const keys = calls.map((call) => new Headers(call.init.headers).get('idempotency-key'))
  expect(new Set(keys).size).toBe(3)
  expect(keys).not.toContain(null)
})

test('a problem is thrown with its code; a strange page and a dead network become problems too', async () => {
  const problem = { type: 'x', title: 'No', status: 409, code: 'not-paused', detail: 'It is live already.' }
  const code = async (answer: () => Response) => {
    const error = await recording(answer)
      .client.resume('c1')
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      )
    return error instanceof ApiProblem ? [error.problem.code, error.problem.status] : error
  }
  expect(await code(() => Response.json(problem, { status: 409 }))).toEqual(['not-paused', 409])
  expect(await code(() => new Response('<h1>Bad gateway</h1>', { status: 502 }))).toEqual(['unreadable', 502])
  expect(await code(() => new Response('<h1>Hello</h1>'))).toEqual(['unreadable', 200])
  expect(
    await code(() => {
      throw new TypeError('fetch failed')
    }),
  ).toEqual(['unreachable', 0])
})

test('an empty answer of a write is no error', async () => {
  const { client } = recording(() => new Response(null, { status: 204 }))
  expect(await client.goLive('c1', 'p1')).toBeUndefined()
})
