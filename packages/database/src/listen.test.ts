import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { systemTiming } from './clock.ts'
import { type Listener, listenOn } from './listen.ts'
import { until } from './testing/data-folder.ts'
import { createTestDatabase, type TestDatabase } from './testing/index.ts'

let database: TestDatabase
let proxy: Proxy
let listener: Listener | undefined
beforeAll(async () => {
  database = await createTestDatabase()
})
afterEach(async () => {
  await listener?.stop()
  await proxy.close()
})
afterAll(() => database.drop())

/** A TCP proxy that can cut its connections, or go silent on those that it has. */
type Proxy = { port: number; connections(): number; cut(): void; goSilent(): void; close(): Promise<void> }

async function startProxy(url: string): Promise<Proxy> {
  const target = new URL(url)
  const pairs = new Set<[Socket, Socket]>()
  let connections = 0
  const server: Server = createServer((near) => {
    connections++
    const far = connect(Number(target.port), target.hostname)
    pairs.add([near, far])
    // A cut is what these tests are about: the sockets' errors are expected.
    for (const socket of [near, far]) socket.on('error', () => socket.destroy())
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  const cut = () => {
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    pairs.clear()
  }
  return {
    port: address.port,
    connections: () => connections,
    cut,
    goSilent: () => {
      for (const [near, far] of pairs) {
        near.unpipe(far)
        far.unpipe(near)
        near.pause()
        far.pause()
      }
    },
    close: () => {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

async function listenThroughProxy(): Promise<{ heard: string[]; reconnects(): number; lines: string[] }> {
  proxy = await startProxy(database.url)
  const url = new URL(database.url)
  url.port = String(proxy.port)
  const heard: string[] = []
  const lines: string[] = []
  let reconnects = 0
  listener = await listenOn({
    url: () => url.href,
    channel: 'Odd "channel"',
    onNotify: (payload) => heard.push(payload),
    onReconnect: () => reconnects++,
    timing: systemTiming,
    log: (line) => lines.push(line),
    keepaliveMs: 100,
  })
  return { heard, lines, reconnects: () => reconnects }
}

const notify = (payload: string) =>
  database.pool.query('select pg_notify($1, $2)', ['Odd "channel"', payload])

test('hears what is notified, and nothing after it was stopped', async () => {
  const { heard, reconnects } = await listenThroughProxy()
  await notify('one')
  await notify('two')
  await until(() => heard.length === 2)
  await listener?.stop()
  await notify('three')
  await until(
    async () =>
      (
        await database.pool.query(
          `select from pg_stat_activity
            where application_name like 'plimsoll listen%' and datname = current_database()`,
        )
      ).rowCount === 0,
  )
  expect(heard).toEqual(['one', 'two'])
  expect(reconnects()).toBe(0)
})

test('a connection that is cut is made again, and the caller is told to poll', async () => {
  const { heard, reconnects } = await listenThroughProxy()
  proxy.cut()
  await until(() => reconnects() === 1)
  await notify('after')
  await until(() => heard.includes('after'))
})

test('a connection that goes silent (half open) is noticed by the keepalive', async () => {
  const { heard, lines, reconnects } = await listenThroughProxy()
  proxy.goSilent()
  await until(() => reconnects() === 1)
  expect(lines.join()).toContain('it went silent')
  expect(proxy.connections()).toBe(2)
  await notify('after')
  await until(() => heard.includes('after'))
})

test('stopping while the connection is silent takes no longer than one keepalive', async () => {
  await listenThroughProxy()
  proxy.goSilent()
  const startedAt = systemTiming.nowMs()
  await listener?.stop()
  expect(systemTiming.nowMs() - startedAt).toBeLessThan(1_000)
})
