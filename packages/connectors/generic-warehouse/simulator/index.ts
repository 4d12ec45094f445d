import { isConnectorError, systemClock } from '@plimsoll/connector-kit'
import {
  createFileTree,
  createSimulator,
  createWarehouseFloor,
  type FileTree,
  type RunningSimulator,
  type SimulatorOptions,
  seededRandom,
  startSftpServer,
  type WarehouseFloor,
} from '@plimsoll/connector-kit/simulator'
import { simulatedDefinition } from './definition.ts'
import { exportOf, take } from './exchange.ts'

export type GenericWarehouseSimulatorOptions = SimulatorOptions & { name?: string; by?: 'sftp' | 'rest' }

export type GenericWarehouseSimulator = RunningSimulator & {
  floor: WarehouseFloor
  tree: FileTree
  /** Writes what has changed into the folder, as its nightly job would. */
  exportFiles(): void
  settings: { name: string; definition: string; server: string; hostKey: string }
  credentials: { user: string; password: string; apiSecret: string }
}

const SECRET = 'simulated-secret'
const IN = /^\/in\/(orders|cancels|announced|expected|not-expected)_.+\.json$/

/**
 * Starts a simulated warehouse of no make: its files lie on a real SFTP server on loopback, and the same is told by a plain
 * API. It knows a request by its reference.
 */
export async function createGenericWarehouseSimulator(
  options: GenericWarehouseSimulatorOptions = {},
): Promise<GenericWarehouseSimulator> {
  const { clock = systemClock, seed = 1, name = 'Scoot', by = 'sftp' } = options
  const floor = createWarehouseFloor({
    clock,
    random: seededRandom(seed ^ 0x5c007),
    facilities: [
      { id: 'NORTH', name: 'North hall' },
      { id: 'SOUTH', name: 'South hall' },
    ],
  })
  const tree = createFileTree(() => clock.now())
  tree.folders.add('/in')
  tree.folders.add('/out')
  let running: RunningSimulator | undefined
  const drops = () => (running?.faults.get().errorRate ?? 0) > 0
  const sftp = await startSftpServer({
    tree,
    user: 'hub',
    password: SECRET,
    fails: (operation, path) => operation === 'rename' && IN.test(path.replace(/\.tmp$/, '')) && drops(),
    onChange(operation, path) {
      const what = operation === 'rename' ? IN.exec(path)?.[1] : undefined
      const text = tree.text(path)
      if (what === undefined || text === undefined) return
      try {
        take(floor, what, text)
      } catch (error) {
        // As such warehouses do: what they do not understand lies in a folder of its own until somebody calls.
        if (!isConnectorError(error)) throw error
        tree.rename(path, path.replace('/in/', '/refused/'), true)
        return
      }
      tree.files.delete(path)
    },
  })
  const started = await createSimulator(
    {
      id: 'generic-warehouse',
      name,
      colour: '#6b5b4d',
      floor,
      routes(app) {
        app.addHook('onRequest', async (request, reply) => {
          if (request.headers.authorization !== `Bearer ${SECRET}`)
            await reply.status(401).send({ error: 'unauthorized' })
        })
        for (const feed of ['levels', 'items', 'shipments', 'receipts', 'returns'])
          app.get(`/${feed}`, async () => exportOf(floor)[feed] ?? [])
        for (const what of ['orders', 'cancels', 'announced', 'expected', 'not-expected'])
          app.post(`/${what}`, async (request, reply) => {
            try {
              const taken = take(floor, what, request.rawBody?.toString('utf8') ?? '')
              return taken.isLate === true ? await reply.status(409).send({ error: 'too late' }) : taken
            } catch (error) {
              if (!isConnectorError(error)) throw error
              return await reply.status(422).send({ error: error.message })
            }
          })
      },
    },
    options,
  )
  running = started
  const written = new Map<string, string>()
  let lastNumber = 0
  return {
    ...started,
    floor,
    tree,
    exportFiles() {
      for (const [feed, rows] of Object.entries(exportOf(floor))) {
        const text = JSON.stringify(rows)
        if (written.get(feed) === text || (rows.length === 0 && !written.has(feed))) continue
        written.set(feed, text)
        lastNumber += 1
        tree.put(`/out/${feed}_${String(lastNumber).padStart(8, '0')}.json`, text)
      }
    },
    settings: {
      name,
      definition: simulatedDefinition(
        by === 'sftp' ? { kind: 'sftp' } : { kind: 'rest', baseUrl: started.url },
      ),
      server: by === 'sftp' ? `sftp://127.0.0.1:${sftp.port}/` : '',
      hostKey: by === 'sftp' ? sftp.hostKey : '',
    },
    credentials: { user: 'hub', password: SECRET, apiSecret: SECRET },
    async close() {
      await started.close()
      await sftp.close()
    },
  }
}
