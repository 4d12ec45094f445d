import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { loadSimulator, type StartedSimulator } from '@plimsoll/connectors'
import { createTestDatabase, makeTemporaryFolder, type TestDatabase } from '@plimsoll/database/testing'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { type Configuration, readConfiguration } from '../configuration.ts'
import { paceAt, type TimeScale, toDemoClock } from '../demo/demo-clock.ts'
import { type RunningHub, startHub } from '../hub.ts'
import { ensureLocation, importItems } from '../items-import.ts'

/** A whole hub for tests: real database, real HTTP on loopback, and real simulated shops to connect. */
export type ServedHub = {
  hub: RunningHub
  database: TestDatabase
  url: string
  /** The data folder: only the master key is in it. */
  folder: string
  ask(method: Method, path: string, body?: unknown, headers?: Headers): Promise<Answer>
  /** The same of the first organization's own server: the hub's would look first whose it is. */
  askFirst: ServedHub['ask']
  /** An item with its opening stock at MAIN. */
  stock(sku: string, quantity: number): Promise<void>
  /** A simulated WooCommerce shop that sells these, connected and imported over the API. */
  openShop(products: readonly { sku: string; quantity: number }[]): Promise<Shop>
  /** From shadow mode to live by a fresh preview. @returns the status of the answer */
  goLive(connectionId: string): Promise<number>
  close(): Promise<void>
}

type Headers = Record<string, string>
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Answer = { status: number; type: string; body: Record<string, unknown>; text: string }
export type Shop = { simulator: StartedSimulator; connectionId: string }

/**
 * @param roles by default without a worker, so that nothing moves but what the test does
 * @param more of its configuration
 * @param scale how much faster than the wall's its time goes; what it talks to must keep the same
 */
export async function serveHub(
  roles: 'api' | 'api,worker' = 'api',
  more: Partial<
    Pick<
      Configuration,
      'signUp' | 'organizationsMax' | 'host' | 'publicUrl' | 'trustProxy' | 'allowsPrivateConnections'
    >
  > = {},
  scale?: TimeScale,
): Promise<ServedHub> {
  const database = await createTestDatabase()
  const folder = await makeTemporaryFolder()
  const hub = await startHub(
    {
      ...readConfiguration({ databaseUrl: database.url, data: folder, port: 0, role: roles, log: 'silent' }),
      ...more,
    },
    {
      keep: 'running',
      ...(scale === undefined
        ? { pace: { leaseMs: 1_000 } }
        : { clock: toDemoClock(scale), pace: paceAt(scale) }),
      checksAnswers: true,
    },
  )
  await ensureLocation(hub.context, { code: 'MAIN', name: 'Main warehouse', kind: 'warehouse' })
  const simulators: StartedSimulator[] = []
  const ask: ServedHub['ask'] = (method, path, body, headers) =>
    askServer(serverOf(hub), { method, url: path, payload: body, headers })
  return {
    hub,
    database,
    url: hub.url ?? '',
    folder,
    ask,
    askFirst: async (method, path, body, headers) => {
      const server = await hub.organizations.serverOf(hub.context.organizationId)
      if (server === undefined) throw new Error('this hub has no API')
      return await askServer(server, { method, url: path, payload: body, headers })
    },
    stock: async (sku, quantity) => {
      await importItems(hub.context, {
        name: randomUUID(),
        items: [{ sku, name: `Item ${sku}`, location: 'MAIN', quantity }],
      })
    },
    openShop: async (products) => {
      const simulator = await startShop('woocommerce', products)
      simulators.push(simulator)
      const { settings, credentials } = simulator
      const made = await ask('POST', '/api/v1/connections', {
        connector: 'woocommerce',
        name: `Shop ${simulators.length}`,
        location: 'MAIN',
        settings,
        credentials,
        ordersPollMs: 500,
      })
      if (made.status !== 201) throw new Error(made.text)
      const connectionId = String(made.body.connectionId)
      const imported = await ask('POST', `/api/v1/connections/${connectionId}/import`, {})
      if (imported.status !== 200) throw new Error(imported.text)
      return { simulator, connectionId }
    },
    goLive: async (connectionId) => {
      const { body } = await ask('POST', `/api/v1/connections/${connectionId}/preview`)
      const preview = body.previewId
      return (await ask('POST', `/api/v1/connections/${connectionId}/live`, { preview })).status
    },
    close: async () => {
      await Promise.all(simulators.map((simulator) => simulator.close()))
      await hub.close()
      await database.drop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A simulated shop by itself. */
export async function startShop(
  connector: string,
  products: readonly { sku: string; quantity: number }[],
): Promise<StartedSimulator> {
  const start = await loadSimulator(connector)
  if (start === undefined) throw new Error(`there is no simulator of ${connector}`)
  const simulator = await start()
  const { request } = await import('undici')
  const seeded = await request(`${simulator.url}/_control/products`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(products.map((product) => ({ ...product, title: product.sku, price: 9 }))),
  })
  if (seeded.statusCode !== 201) throw new Error(await seeded.body.text())
  await seeded.body.dump()
  return simulator
}

export function serverOf(hub: RunningHub): FastifyInstance {
  if (hub.server === undefined) throw new Error('this hub has no API')
  return hub.server
}

/** One request through the whole HTTP side of the hub; strings and buffers are sent as they are. */
export async function askServer(
  server: FastifyInstance,
  request: {
    method: Method
    url: string
    payload?: unknown
    headers?: Headers | undefined
  },
): Promise<Answer> {
  const { payload } = request
  const isRaw = typeof payload === 'string' || Buffer.isBuffer(payload)
  const options: InjectOptions = {
    method: request.method,
    url: request.url,
    headers: {
      host: '127.0.0.1',
      ...(payload !== undefined && { 'content-type': 'application/json' }),
      ...request.headers,
    },
  }
  if (payload !== undefined) options.payload = isRaw ? payload : JSON.stringify(payload)
  const answer = await server.inject(options)
  const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
  return {
    status: answer.statusCode,
    type,
    text: answer.body,
    body: type.endsWith('json') ? answer.json() : {},
  }
}
