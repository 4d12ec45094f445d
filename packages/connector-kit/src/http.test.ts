import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, expect, test } from 'vitest'
import { type BudgetSpec, createBudgets } from './budgets.ts'
import { manualClock, systemClock } from './clock.ts'
import { type CallRecord, createHttp, type HttpOptions, responseBytesMax } from './http.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const cleanUp: (() => void)[] = []
afterEach(() => {
  for (const close of cleanUp.splice(0)) close()
})

async function serve(answer: Answer) {
  const sockets = new Set<unknown>()
  const server = createServer((request, response) => {
    sockets.add(request.socket)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo // listening on TCP
  return { url: `http://127.0.0.1:${port}/`, sockets }
}

function client(options: Partial<HttpOptions> = {}, specs: BudgetSpec[] = []) {
  const calls: CallRecord[] = []
  const clock = options.clock ?? systemClock
  const http = createHttp({
    budgets: createBudgets(specs, clock),
    clock,
    onCall: (call) => calls.push(call),
    ...options,
  })
  return { http, calls }
}

const get = (url: string) => ({ operation: 'read', method: 'GET', url })

test('an answer of any status is an answer, with its headers, text, date and duration', async () => {
  const { url } = await serve((request, response) => {
    response.setHeader('X-Request-ID', 'r-1')
    response.setHeader('Set-Cookie', ['a=1', 'b=2'])
    response.writeHead(418).end(`${request.method} ${request.headers['x-key']}`)
  })
  const { http } = client()
  const answer = await http.send({
    ...get(url),
    method: 'post',
    headers: { 'X-Key': '中'.length.toString() },
    body: '{}',
  })
  expect(answer).toMatchObject({ status: 418, text: 'POST 1' })
  expect(answer.headers).toMatchObject({ 'x-request-id': 'r-1', 'set-cookie': 'a=1, b=2' })
  expect(answer.date).toBeInstanceOf(Date)
  expect(answer.durationMs).toBeGreaterThan(0)
})

test('a body is sent as its UTF-8 bytes', async () => {
  const { url } = await serve((request, response) => {
    request.pipe(response)
  })
  const { http } = client()
  expect((await http.send({ ...get(url), method: 'PUT', body: '{"sku":"中文🧦"}' })).text).toBe(
    '{"sku":"中文🧦"}',
  )
})

test('redirects are not followed', async () => {
  const { url } = await serve((_request, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
  })
  expect(await client().http.send(get(url))).toMatchObject({ status: 302 })
})

test('connections are kept: calls in a row share them, and calls at once do not wait for each other', async () => {
  const waiting: ServerResponse[] = []
  const { url, sockets } = await serve((request, response) => {
    if (request.url === '/together') {
      waiting.push(response)
      if (waiting.length === 4) for (const one of waiting) one.end('ok')
    } else response.end('ok')
  })
  const { http } = client()
  for (let count = 0; count < 10; count += 1) await http.send(get(url))
  // A call that follows within the same tick finds the first socket not free yet and opens a second.
  expect(sockets.size).toBeLessThanOrEqual(2)
  await Promise.all([1, 2, 3, 4].map(() => http.send(get(`${url}together`))))
  expect(sockets.size).toBeLessThanOrEqual(5)
})

test('a compressed answer is unpacked though nobody asked for one', async () => {
  const { url } = await serve((_request, response) => {
    response.setHeader('content-encoding', 'gzip').end(gzipSync('{"ok":true}'))
  })
  expect((await client().http.send(get(url))).text).toBe('{"ok":true}')
})

test('an answer beyond 32 MiB is Malformed', async () => {
  const { url } = await serve((_request, response) => {
    const chunk = Buffer.alloc(1024 * 1024)
    for (let sent = 0; sent <= responseBytesMax; sent += chunk.length) response.write(chunk)
    response.end()
  })
  await expect(client().http.send(get(url))).rejects.toMatchObject({ kind: 'malformed', sent: true })
})

test('a refused connection was never sent', async () => {
  const { url } = await serve(() => undefined)
  for (const close of cleanUp.splice(0)) close()
  const { http, calls } = client()
  await expect(http.send(get(url))).rejects.toMatchObject({
    kind: 'unavailable',
    sent: false,
    platform: { code: 'ECONNREFUSED' },
  })
  expect(calls).toMatchObject([{ outcome: { error: 'unavailable', sent: false } }])
})

test('a name that does not exist was never sent', async () => {
  await expect(client().http.send(get('http://nowhere.invalid/'))).rejects.toMatchObject({ sent: false })
})

test('a connection cut after the request may have been carried out', async () => {
  const { url } = await serve((request) => request.socket.destroy())
  await expect(client().http.send(get(url))).rejects.toMatchObject({ kind: 'unavailable', sent: true })
})

test('a connection cut in the middle of the answer may have been carried out', async () => {
  const { url } = await serve((request, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"half":')
    setImmediate(() => request.socket.destroy())
  })
  await expect(client().http.send(get(url))).rejects.toMatchObject({ kind: 'unavailable', sent: true })
})

test('a server that does not speak HTTP may have carried it out', async () => {
  const server = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => server.close())
  const { port } = server.address() as AddressInfo // listening on TCP
  const call = client().http.send(get(`http://127.0.0.1:${port}/`))
  await expect(call).rejects.toMatchObject({ kind: 'unavailable', sent: true })
})

test('no answer in time may have been carried out; the time-out covers the whole answer', async () => {
  const clock = manualClock()
  let arrived: () => void = () => undefined
  const asked = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const { url } = await serve((_request, response) => {
    response.writeHead(200)
    response.write('{"begun":')
    arrived()
  })
  const { http, calls } = client({ clock })
  const call = http.send({ ...get(url), timeoutMs: 900 })
  const outcome = expect(call).rejects.toMatchObject({ kind: 'unavailable', sent: true })
  await asked
  await clock.advance(900)
  await outcome
  expect(calls).toMatchObject([{ outcome: { error: 'unavailable', sent: true }, durationMs: 900 }])
})

test('a path that has died without a word costs one time-out, not one for each socket on it', async () => {
  const held: (() => void)[] = []
  const { url } = await serve((request, response) => {
    if (request.url === '/held') held.push(() => response.end())
    else response.end('answered')
    if (held.length === 2) for (const answer of held.splice(0)) answer()
  })
  const path = await mutePath(url)
  const { http } = client()
  // Two sockets, both left open.
  await Promise.all([http.send(get(`${path.url}held`)), http.send(get(`${path.url}held`))])
  await systemClock.sleep(50)
  path.mute()
  await expect(http.send({ ...get(path.url), timeoutMs: 100 })).rejects.toMatchObject({ kind: 'unavailable' })
  expect(await http.send({ ...get(path.url), timeoutMs: 5_000 })).toMatchObject({ text: 'answered' })
})

/** A way to a server whose sockets may all fall silent; new ones work. */
async function mutePath(url: string): Promise<{ url: string; mute(): void }> {
  const target = new URL(url)
  const open: (() => void)[] = []
  const server = createTcpServer((near) => {
    const far = connect(Number(target.port), target.hostname)
    near.pipe(far).pipe(near)
    open.push(() => {
      near.unpipe(far)
      far.unpipe(near)
    })
    cleanUp.push(() => {
      near.destroy()
      far.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => server.close())
  const { port } = server.address() as AddressInfo // listening on TCP
  const mute = () => {
    for (const each of open.splice(0)) each()
  }
  return { url: `http://127.0.0.1:${port}/`, mute }
}

test('a caller who gives up while the call is out learns that it may have been carried out', async () => {
  const controller = new AbortController()
  const { url } = await serve(() => controller.abort(new Error('the lane stops')))
  const call = client().http.send({ ...get(url), signal: controller.signal })
  await expect(call).rejects.toMatchObject({ kind: 'unavailable', sent: true })
})

test('a caller who gives up while waiting for the budget was never sent', async () => {
  const { url, sockets } = await serve((_request, response) => response.end())
  const { http } = client({}, [{ kind: 'token-bucket', name: 't', capacity: 1, refillPerSecond: 0.001 }])
  await http.send(get(url))
  const controller = new AbortController()
  const call = http.send({ ...get(url), signal: controller.signal })
  controller.abort()
  await expect(call).rejects.toMatchObject({ kind: 'unavailable', sent: false })
  expect(sockets.size).toBe(1)
})

test('a 429 holds back the calls behind it for as long as it asks', async () => {
  let answered = 0
  const { url } = await serve((_request, response) => {
    answered += 1
    response.writeHead(429, { 'retry-after': '30' }).end()
  })
  const { http } = client()
  expect(await http.send(get(url))).toMatchObject({ status: 429 })
  const blockedForMs = (http.budgets.snapshot().blockedUntil ?? 0) - systemClock.now()
  expect(blockedForMs).toBeGreaterThan(29_000)
  expect(blockedForMs).toBeLessThanOrEqual(30_000)
  const controller = new AbortController()
  const behind = http.send({ ...get(url), signal: controller.signal })
  controller.abort()
  await expect(behind).rejects.toMatchObject({ sent: false })
  expect(answered).toBe(1)
})

test('a call that comes to leave later than it was promised never leaves', async () => {
  const { url, sockets } = await serve((_request, response) => response.end())
  const clock = manualClock()
  const promisedUntil = clock.now() + 1_000
  const specs: BudgetSpec[] = [{ kind: 'token-bucket', name: 'calls', capacity: 5, refillPerSecond: 1e-9 }]
  const { http } = client({ clock, leavesUntil: () => promisedUntil }, specs)
  await clock.advance(1_001)
  await expect(http.send(get(url))).rejects.toMatchObject({ kind: 'unavailable', sent: false })
  expect(sockets.size).toBe(0)
  // Nor is it paid for.
  expect(http.budgets.snapshot().buckets[0]?.left).toBe(5)
  await client({ clock, leavesUntil: () => clock.now() }).http.send(get(url))
  expect(sockets.size).toBe(1)
})

test('with publicOnly a private address is never called, nor a name that leads there', async () => {
  const { url, sockets } = await serve((_request, response) => response.end())
  const { http } = client({ publicOnly: true })
  await expect(http.send(get(url))).rejects.toMatchObject({ kind: 'invalid', field: 'url' })
  await expect(http.send(get(url.replace('127.0.0.1', 'localhost')))).rejects.toMatchObject({
    kind: 'invalid',
  })
  expect(sockets.size).toBe(0)
  await client().http.send(get(url)) // without it, it is
  expect(sockets.size).toBe(1)
})

test('a request whose address a person typed in is refused alike, whatever the client does with others', async () => {
  const { url, sockets } = await serve((_request, response) => response.end())
  const { http } = client()
  for (const address of [url, url.replace('127.0.0.1', 'localhost')]) {
    await expect(http.send({ ...get(address), publicOnly: true })).rejects.toMatchObject({
      kind: 'invalid',
      field: 'url',
    })
  }
  expect(sockets.size).toBe(0)
})

test('what is recorded of a call has no secret in it', async () => {
  const { url } = await serve((_request, response) => response.end('{"email":"a@b.example"}'))
  const { http, calls } = client()
  await http.send({
    operation: 'orders',
    method: 'GET',
    url: `${url}wc/v3/orders?consumer_secret=cs_1234&per_page=100#x`.replace('//', '//user:pass@'),
    headers: { authorization: 'Basic c2VjcmV0' },
  })
  const text = JSON.stringify(calls)
  for (const secret of ['cs_1234', 'pass', 'c2VjcmV0', 'a@b.example']) expect(text).not.toContain(secret)
  expect(calls).toMatchObject([
    {
      operation: 'orders',
      method: 'GET',
      url: `${url}wc/v3/orders?consumer_secret=…&per_page=…`,
      outcome: { status: 200 },
    },
  ])
})

test('a call adds little to the round trip', async () => {
  const { url } = await serve((_request, response) => response.end('{}'))
  const { http } = client({}, [{ kind: 'concurrency', name: 'c', max: 10 }])
  const took: number[] = []
  for (let count = 0; count < 300; count += 1) took.push((await http.send(get(url))).durationMs)
  took.sort((a, b) => a - b)
  // Seen: 0.25 ms. The bound leaves room for a busy machine and still catches a 40 ms delayed ACK.
  expect(took[150]).toBeLessThan(15)
})
