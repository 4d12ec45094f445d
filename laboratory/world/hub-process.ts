import type { Connector, LevelWrite } from '@plimsoll/connector-kit'
import { type SyncContext, SyncEngine } from '@plimsoll/sync'
import { createConnector, type Feeds, type Reach } from '../platforms/connector.ts'
import type { Platform } from '../platforms/platform.ts'
import { type Listener, openGatedDatabase } from './gated-database.ts'
import { Life } from './life.ts'
import { Network } from './network.ts'
import { createRandom, createUuids } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { SharedConnection } from './shared-connection.ts'
import type { Trace } from './trace.ts'
import type { Weather } from './weather.ts'

/** What all simulated processes live in. */
export type Surroundings = {
  seed: string
  organizationId: string
  scheduler: Scheduler
  shared: SharedConnection
  trace: Trace
  weather: Weather
  listeners: Set<Listener>
  platforms: ReadonlyMap<string, Platform>
  feeds: ReadonlyMap<string, Feeds>
  /** Connectors beside those of the platforms, by id; each calls whom it is for by name. */
  others?: (callOf: (name: string) => Reach['call']) => ReadonlyMap<string, Connector>
  /** How often the hub looks at what; a run of a minute holds many of all rounds unless given. */
  pace?: SyncContext['pace']
  /** Told of every call that leaves a process. */
  onCall(call: {
    life: Life
    holder: string
    platform: string
    operation: string
    writes: readonly LevelWrite[]
    told: { orderId: string; units: number } | undefined
  }): { arrived(): void }
  /** Told of what the hub itself calls an error. */
  onError(life: Life, message: string, error: unknown): void
}

/** Everything looks again sooner than in a real hub, so that a run of a minute holds many of all rounds. */
const PACE = { reconcileMs: 2_000, deepReadMs: 8_000, decreaseReadBudgetMs: 250, leaseMs: 3_000 }

/** One process of the hub, which lives, dies and lives again: the real engine, handed everything from the seed. */
export class HubProcess {
  readonly name: string
  readonly #skewMs: number
  readonly #world: Surroundings
  #lives = 0
  life: Life | undefined
  context: SyncContext | undefined
  engine: SyncEngine | undefined
  /** Called with the next write that it sends, which then travels long. */
  onNextWrite: (() => void) | undefined
  /** As which the lease rows name this life. */
  holder = ''

  constructor(world: Surroundings, name: string, skewMs: number) {
    this.#world = world
    this.name = name
    this.#skewMs = skewMs
  }

  get isAlive(): boolean {
    return this.life !== undefined && this.life.state !== 'dead'
  }

  /** @param roles without `worker` it takes webhooks and people's commands alone */
  start(roles: { worker: boolean } = { worker: true }): void {
    if (this.isAlive) return
    this.#lives += 1
    const life = new Life(this.#world.scheduler, {
      process: this.name,
      nth: this.#lives,
      skewMs: this.#skewMs,
      onDeath: () => this.#forgetListeners(life),
    })
    this.life = life
    this.context = this.#createContext(life)
    const { uuid } = this.context
    // The engine's first id is the name that it holds leases under.
    let first: string | undefined
    const told = {
      ...this.context,
      uuid: () => {
        const id = uuid()
        first ??= id
        return id
      },
    }
    // What works no connections must not be counted among those that share them.
    const self = { name: this.name, roles: [roles.worker ? 'worker' : 'api'] }
    this.engine = new SyncEngine(told, undefined, self)
    this.holder = first ?? ''
    this.#world.trace.tell(life.name, this.#lives === 1 ? 'starts' : 'starts again', {
      detail: !roles.worker,
    })
    this.engine
      .start(roles)
      .catch((error: unknown) => this.#world.onError(life, 'the engine did not start', error))
  }

  crash(): void {
    if (!this.isAlive) return
    this.#world.trace.tell(this.name, 'is killed')
    this.life?.die()
  }

  freeze(): void {
    if (this.life?.state !== 'running') return
    this.#world.trace.tell(this.name, 'freezes')
    this.life.state = 'frozen'
  }

  thaw(): void {
    if (this.life?.state !== 'frozen') return
    this.#world.trace.tell(this.name, 'goes on where it froze')
    this.life.state = 'running'
    this.#world.scheduler.thaw(this.life)
  }

  /** The database is back: whoever listened has missed what was said meanwhile. */
  listenAgain(): void {
    for (const listener of this.#world.listeners) {
      if (listener.life !== this.life) continue
      this.#world.scheduler.after(1, {
        owner: listener.life,
        what: `${this.name}: listens again`,
        run: () => listener.reconnected(),
      })
    }
  }

  #forgetListeners(life: Life): void {
    for (const listener of this.#world.listeners)
      if (listener.life === life) this.#world.listeners.delete(listener)
  }

  #createContext(life: Life): SyncContext {
    const { seed, organizationId, scheduler, shared, trace, weather, listeners, platforms } = this.#world
    const stream = `${seed}/${life.name}`
    const random = createRandom(`${stream}/random`)
    const gate = { scheduler, shared, trace, weather, listeners, random: createRandom(`${stream}/database`) }
    const network = new Network(scheduler, weather, trace, life)
    const callOf = (name: string) => this.#callOf(life, network, name)
    const connectors = new Map([
      ...[...platforms.values()].map(
        (platform) =>
          [`lab-${platform.name}`, this.#createConnector(platform, callOf(platform.name))] as const,
      ),
      ...(this.#world.others?.(callOf) ?? []),
    ])
    const say = (level: string) => (fields: object, message: string) =>
      trace.tell(life.name, `${message}${wordsOf(fields)}`, { detail: level !== 'warn' })
    return {
      database: openGatedDatabase(gate, life),
      organizationId,
      clock: life.clock,
      uuid: createUuids(`${stream}/uuid`, () => life.clock.now()),
      random: () => random.next(),
      log: {
        debug: () => undefined,
        info: say('info'),
        warn: say('warn'),
        error: (fields, message) => {
          say('warn')(fields, message)
          // Without one it is told to a person on purpose: a refused decrease.
          const { error } = fields as { error?: unknown }
          if (error !== undefined) this.#world.onError(life, message, error)
        },
      },
      connectors,
      masterKey: { name: 'laboratory', bytes: Buffer.alloc(32, 7) },
      publicUrl: undefined,
      pace: this.#world.pace ?? PACE,
    }
  }

  #createConnector(platform: Platform, call: Reach['call']): Connector {
    const feeds = this.#world.feeds.get(platform.name)
    if (feeds === undefined) throw new Error(`${platform.name} has no feeds`)
    const { seed, scheduler, weather } = this.#world
    return createConnector(platform, {
      seed,
      feeds,
      now: () => Math.floor(scheduler.now),
      onThrottled: (operation, ms) => {
        // What people ask for by themselves (an import, new credentials) has a budget of its own.
        if (operation === 'check' || operation === 'listings') return
        platform.leaveAloneUntil.set(this.holder, scheduler.now + ms)
      },
      isUnreadable: (orderId) => weather.isUnreadable(platform.name, orderId),
      holder: () => this.holder,
      call,
    })
  }

  /** How a life of this process reaches somebody outside. */
  #callOf(life: Life, network: Network, platform: string): Reach['call'] {
    return ({ writes = [], told, ...call }) => {
      const { operation } = call
      const note = this.#world.onCall({ life, holder: this.holder, platform, operation, writes, told })
      const isAwaited = writes.length > 0 && this.onNextWrite !== undefined && life === this.life
      const answer = network.call({ ...call, platform, arrived: note.arrived, isLate: isAwaited })
      if (isAwaited) this.onNextWrite?.()
      return answer
    }
  }
}

function wordsOf(fields: object): string {
  const { error, connection, ...others } = fields as { error?: unknown; connection?: unknown }
  const words = [
    ...(typeof connection === 'string' ? [connection] : []),
    ...(error instanceof Error ? [error.message] : []),
    ...Object.entries(others).map(([name, value]) => `${name} ${JSON.stringify(value)}`),
  ]
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}
