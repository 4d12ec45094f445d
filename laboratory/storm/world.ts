import { connectShop, makeBrand, stockShop } from '../../apps/hub/src/demo/brand.ts'
import { pollMsOf } from '../../apps/hub/src/demo/channels.ts'
import { type Child, startChild, stopChild } from '../../apps/hub/src/demo/children.ts'
import { type History, loadHistory } from '../../apps/hub/src/demo/history.ts'
import { type HubBase, openHub } from '../../apps/hub/src/hub-base.ts'
import { systemTiming } from '../../packages/database/src/clock.ts'
import { noteSteps } from './books.ts'
import { HubFleet, rolesOf } from './hub-fleet.ts'
import { type Address, startProxy, type TcpProxy } from './proxy.ts'
import { createSeedStreams } from './seed-streams.ts'
import { StormServer } from './server.ts'

export type WorldOptions = {
  seed: number
  processes: number
  /** Connector ids, one simulated platform each. */
  platforms: readonly string[]
  environment: NodeJS.ProcessEnv
  onLog(line: string): void
  say(line: string): void
}

export type StormPlatform = {
  connectionId: string
  name: string
  control: ReturnType<typeof noteSteps>
}

/** All that a storm blows upon. Everything that talks to something else does so through a proxy. */
export type StormWorld = {
  server: StormServer
  history: History
  platforms: readonly StormPlatform[]
  fleet: HubFleet
  /** By name: `database 1` for each hub, `platform 1` for each platform, `webhooks`, `desk`. */
  links: ReadonlyMap<string, TcpProxy>
  organizationId: string
  /** Where a clerk finds the hub's API. */
  deskUrl: string
  close(): Promise<void>
}

/** The Plus plan's points, as in the demo: a brand with several orders a second is on it. */
const optionsOf = (connector: string, at: number): readonly string[] =>
  connector === 'shopify'
    ? [
        '--option',
        'bucket={"capacity":20000,"restoreRate":1000}',
        // Each is a shop of its own: one account is connected once.
        '--option',
        `domain="platform-${at + 1}.myshopify.com"`,
      ]
    : []

/** Starts all of it, in calm weather: the brand is connected and live, and every hub serves. */
export async function makeWorld(options: WorldOptions): Promise<StormWorld> {
  const { say, seed } = options
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const each of opened.splice(0).reverse()) await each()
  }
  try {
    say('Starting PostgreSQL…')
    const server = await StormServer.start(options.onLog)
    opened.push(() => server.stop())
    const streams = createSeedStreams(seed)
    const links = new Map<string, TcpProxy>()
    const link = async (name: string, upstreams: () => readonly Address[]) => {
      const proxy = await startProxy({ upstreams, random: streams(`link ${name}`) })
      links.set(name, proxy)
      opened.push(() => proxy.close())
      return proxy
    }
    const base = await openBase(server)
    const history = await loadHistory()
    const platforms: StormPlatform[] = []
    try {
      await makeBrand(base.context, history, true)
      say(`Starting ${options.platforms.length} simulated platforms…`)
      for (const [at, connector] of options.platforms.entries()) {
        const child = await startPlatform(connector, at, options)
        opened.push(() => stop(child))
        platforms.push(await connectPlatform(base, { child, connector, at, history, link }))
      }
    } finally {
      await base.close()
    }

    const roles = rolesOf(options.processes)
    const ports = await findPorts(roles.length)
    const answering = roles.flatMap((role, at) => (role.includes('api') ? [at] : []))
    let turn = 0
    // As a load balancer: in turn, and the next one where one refuses.
    const anyHub = () => {
      turn += 1
      return answering.map((_, nth) => toAddress(ports[answering[(nth + turn) % answering.length] ?? 0] ?? 0))
    }
    const webhooks = await link('webhooks', anyHub)
    const desk = await link('desk', anyHub)
    say(`Starting ${roles.length} hub processes (${roles.join('; ')})…`)
    const hubs = await Promise.all(
      roles.map(async (role, at) => {
        const database = await link(`database ${at + 1}`, () => [toAddress(server.port)])
        return {
          roles: role,
          port: ports[at] ?? 0,
          args: serveArgs(server, database, role, ports[at] ?? 0, webhooks),
        }
      }),
    )
    const fleet = new HubFleet(hubs, options)
    opened.push(() => fleet.close())
    await fleet.start()
    const organizationId = base.context.organizationId
    return { server, history, platforms, fleet, links, organizationId, deskUrl: toUrl(desk), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Free ones, each another, from below those that the system gives to whoever calls: a hub comes back at its own. */
async function findPorts(count: number): Promise<number[]> {
  const probes: TcpProxy[] = []
  while (probes.length < count) {
    const port = 12_000 + Math.floor(Math.random() * 18_000)
    const probe = await startProxy({ upstreams: () => [], random: Math.random, port }).catch(() => undefined)
    if (probe !== undefined) probes.push(probe)
  }
  await Promise.all(probes.map((probe) => probe.close()))
  return probes.map(({ port }) => port)
}

const toAddress = (port: number): Address => ({ host: '127.0.0.1', port })
const toUrl = ({ port }: TcpProxy) => `http://127.0.0.1:${port}`
const stop = (child: Child) =>
  stopChild(child, { ms: 5_000, sleep: async (ms, signal) => await wait(ms, signal) })

/** Rejects when it is aborted, as the hub's clock does. */
async function wait(ms: number, signal: AbortSignal): Promise<void> {
  await systemTiming.sleep(ms, signal)
  signal.throwIfAborted()
}

async function openBase(server: StormServer): Promise<HubBase> {
  return await openHub(
    {
      databaseUrl: server.url(),
      dataFolder: server.folder,
      host: '127.0.0.1',
      port: 0,
      publicUrl: undefined,
      secretKey: undefined,
      logLevel: 'warn',
      roles: { api: false, worker: false },
      connectorFolders: [],
      trustProxy: false,
      signUp: 'invited',
    },
    { keep: 'running', organizationName: 'Storm & Co.' },
  )
}

async function startPlatform(connector: string, at: number, options: WorldOptions): Promise<Child> {
  const name = `platform ${at + 1}`
  const seed = String(options.seed + at)
  const args = ['--products', '0', '--name', name, '--seed', seed, ...optionsOf(connector, at), '--json']
  return await startChild(name, ['simulate', connector, ...args], options)
}

/** Connects it by the address of a proxy; its books and its shoppers are reached past that. */
async function connectPlatform(
  base: HubBase,
  world: {
    child: Child
    connector: string
    at: number
    history: History
    link(name: string, upstreams: () => readonly Address[]): Promise<TcpProxy>
  },
): Promise<StormPlatform> {
  const { child, connector, at, history, link } = world
  const control = noteSteps(await stockShop(child, history))
  const name = `${connector} ${at + 1}`
  const proxy = await link(`platform ${at + 1}`, () => [toAddress(Number(new URL(control.url).port))])
  const seenThrough = JSON.parse(JSON.stringify(child.ready).replaceAll(control.url, toUrl(proxy)))
  const { connectionId } = await connectShop(
    base.context,
    { ...child, ready: seenThrough },
    { connector, name, control, ordersPollMs: pollMsOf(connector) },
  )
  return { connectionId, name, control }
}

function serveArgs(
  server: StormServer,
  database: TcpProxy,
  role: string,
  port: number,
  webhooks: TcpProxy,
): string[] {
  return [
    'serve',
    '--json',
    '--log',
    'warn',
    '--data',
    server.folder,
    '--database-url',
    server.url(database.port),
    '--role',
    role,
    '--port',
    String(port),
    '--public-url',
    toUrl(webhooks),
  ]
}
