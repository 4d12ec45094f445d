import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { contain } from './contain.ts'

async function pair() {
  const server = createServer((other) => other.on('error', () => undefined).end('hello'))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // listening on TCP
  return connect(port, '127.0.0.1')
}

test.each(['data', 'end', 'close'])(
  'what throws as it hears of "%s" ends the connection alone',
  async (event) => {
    const socket = await pair()
    const told: unknown[] = []
    const isOver = new Promise<void>((resolve) => void socket.once('close', resolve))
    contain(socket)
    socket.on('error', (error) => void told.push(error.message))
    socket.on('data', () => undefined)
    socket.on(event, () => {
      throw new Error('out of a library')
    })
    await isOver
    expect(socket.destroyed).toBe(true)
    expect(told).toEqual(event === 'close' ? [] : ['out of a library'])
  },
)

test('a listener that does not throw hears all of it', async () => {
  const socket = contain(await pair())
  const heard: string[] = []
  socket.on('data', (chunk) => void heard.push(String(chunk)))
  await new Promise<void>((resolve) => void socket.on('close', () => resolve()))
  expect(heard).toEqual(['hello'])
})
