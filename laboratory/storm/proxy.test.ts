import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { fromEnvironment } from '../../packages/database/src/testing/index.ts'
import { startProxy, type TcpProxy } from './proxy.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server that says everything back, and what it saw. */
async function startEcho(): Promise<{ port: number; sockets: Socket[]; ends: number; server: Server }> {
  const echo = { port: 0, sockets: [] as Socket[], ends: 0, server: undefined as unknown as Server }
  echo.server = createServer((socket) => {
    echo.sockets.push(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      echo.ends += 1
    })
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(echo.server, 'listening')
  const address = echo.server.address()
  echo.port = typeof address === 'object' && address !== null ? address.port : 0
  closing.push(() => {
    for (const socket of echo.sockets) socket.destroy()
    echo.server.close()
  })
  return echo
}

async function world() {
  const echo = await startEcho()
  const proxy = await startProxy({
    upstreams: () => [{ host: '127.0.0.1', port: echo.port }],
    random: Math.random,
    halfOpenMs: 200,
  })
  closing.push(() => proxy.close())
  return { echo, proxy }
}

async function dial({ port }: Pick<TcpProxy, 'port'>) {
  const socket = connect(port, '127.0.0.1')
  const heard: Buffer[] = []
  const errors: string[] = []
  socket.on('data', (chunk) => heard.push(chunk))
  socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message))
  // Not `once`: that rejects where the socket ends with an error.
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'connect')
  closing.push(() => socket.destroy())
  return { socket, errors, closed, text: () => Buffer.concat(heard).toString() }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await after(5)
}

test('whatever is sent arrives whole and in order, delayed or not', async () => {
  const { proxy } = await world()
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 3_000 }), fc.constantFrom(0, 3)), {
        minLength: 1,
        maxLength: 8,
      }),
      async (parts) => {
        const line = await dial(proxy)
        for (const [part, mostMs] of parts) {
          proxy.set(mostMs === 0 ? undefined : { kind: 'delay', leastMs: 0, mostMs })
          line.socket.write(part)
          await after(0)
        }
        line.socket.end()
        await line.closed
        expect(line.text()).toBe(parts.map(([part]) => part).join(''))
        expect(line.errors).toEqual([])
      },
    ),
    { ...fromEnvironment(), numRuns: 20 },
  )
})

test('a cut resets in the midst: half of what passes arrives, then ECONNRESET on both sides', async () => {
  const { echo, proxy } = await world()
  const line = await dial(proxy)
  line.socket.write('before')
  await until(() => line.text() === 'before')
  expect(proxy.cut()).toBe(1)
  line.socket.write('0123456789')
  await line.closed
  expect(line.errors).toContain('ECONNRESET')
  await until(() => echo.ends === 1)
  // A new one works.
  const next = await dial(proxy)
  next.socket.write('again')
  await until(() => next.text() === 'again')
})

test('an idle connection is cut too', async () => {
  const { proxy } = await world()
  const line = await dial(proxy)
  line.socket.write('x')
  await until(() => line.text() === 'x')
  proxy.cut()
  await line.closed
  expect(line.errors).toEqual(['ECONNRESET'])
})

test('held: nothing passes, and all of it arrives afterwards', async () => {
  const { proxy } = await world()
  const line = await dial(proxy)
  proxy.set({ kind: 'held' })
  line.socket.write('held ')
  const late = await dial(proxy)
  late.socket.write('new')
  await after(60)
  expect([line.text(), late.text()]).toEqual(['', ''])
  line.socket.write('back')
  await after(20)
  proxy.set(undefined)
  await until(() => line.text() === 'held back' && late.text() === 'new')
})

test('silent: accepts and never answers, stays silent for good, and neither end hears of the other', async () => {
  const { echo, proxy } = await world()
  const line = await dial(proxy)
  line.socket.write('x')
  await until(() => line.text() === 'x')
  proxy.set({ kind: 'silent' })
  const during = await dial(proxy)
  during.socket.write('anybody?')
  line.socket.write('lost')
  await after(40)
  proxy.set(undefined)
  line.socket.write('still lost')
  const afterwards = await dial(proxy)
  afterwards.socket.write('hello')
  await until(() => afterwards.text() === 'hello')
  expect([line.text(), during.text()]).toEqual(['x', ''])
  // The caller gives up; the server does not hear of it, until the network does.
  line.socket.destroy()
  await after(60)
  expect(echo.ends).toBe(0)
  await until(() => echo.ends === 1)
})

test('whoever refuses is passed over, and where nobody is there it says so at once', async () => {
  const echo = await startEcho()
  const gone = await startEcho()
  gone.server.close()
  let upstreams = [gone.port, echo.port]
  const proxy = await startProxy({
    upstreams: () => upstreams.map((port) => ({ host: '127.0.0.1', port })),
    random: Math.random,
  })
  closing.push(() => proxy.close())
  const line = await dial(proxy)
  line.socket.write('found')
  await until(() => line.text() === 'found')
  upstreams = [gone.port]
  const lost = await dial(proxy)
  await lost.closed
  expect(lost.errors).toEqual(['ECONNRESET'])
})
