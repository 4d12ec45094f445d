import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { changedEvent } from '@plimsoll/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
beforeEach(async () => {
  served = await serveHub('api,worker')
  await served.stock('MUG', 10)
})
afterEach(() => served.close())

type Stream = { request: ClientRequest; response: IncomingMessage }

async function openStream(hubUrl: string, headers: Record<string, string> = {}): Promise<Stream> {
  const request = get(`${hubUrl}/api/v1/stream`, { headers })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  return { request, response }
}

/** Events as they come, one after the other. */
async function* eventsOf({ response }: Stream): AsyncGenerator<{ event: string; data: unknown }> {
  let text = ''
  for await (const chunk of response) {
    text += chunk
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const found = /^event: (\w+)\ndata: (.*)$/.exec(part)
      if (found?.[1] !== undefined) yield { event: found[1], data: JSON.parse(found[2] ?? 'null') }
    }
  }
}

test('a change of stock reaches an open screen: what changed, and the newest activity', async () => {
  const stream = await openStream(served.url)
  expect(stream.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
  const changed = served.ask(
    'POST',
    '/api/v1/stock/adjust',
    { sku: 'MUG', location: 'MAIN', quantity: -2, reason: 'breakage' },
    { 'idempotency-key': randomUUID() },
  )
  const seen: { event: string; data: unknown }[] = []
  for await (const event of eventsOf(stream)) {
    seen.push(event)
    if (event.event === 'activity') break
  }
  stream.request.destroy()
  expect((await changed).status).toBe(201)
  const told = changedEvent.parse(seen.find(({ event }) => event === 'changed')?.data)
  expect(told.skus).toContain('MUG')
  expect(told.topics).toContain('items')
  expect(seen.at(-1)?.data).toContainEqual(
    expect.objectContaining({ kind: 'stock-changed', sku: 'MUG', quantity: -2, detail: 'adjust: breakage' }),
  )
})

test('a stopping hub ends its streams, and stops although they were open', async () => {
  const stopping = await serveHub()
  const streams = await Promise.all([openStream(stopping.url), openStream(stopping.url)])
  const ended = Promise.all(
    streams.map(async (stream) => {
      for await (const _event of eventsOf(stream));
      return stream.response.complete
    }),
  )
  await stopping.close()
  // Ended, not cut off: the reader comes back at once instead of waiting for a time-out.
  expect(await ended).toEqual([true, true])
})

test('a page from elsewhere cannot listen', async () => {
  const stream = await openStream(served.url, { origin: 'https://elsewhere.example' })
  expect(stream.response.statusCode).toBe(403)
  stream.request.destroy()
})
