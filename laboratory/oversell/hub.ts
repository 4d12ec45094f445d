import type { ProtectionMode } from '@plimsoll/database'
import {
  ConnectionRegistry,
  changeConnection,
  changeProtection,
  changeStock,
  connect,
  DEFAULT_PACE,
  importConnection,
  receiveWebhook,
  type SyncContext,
  SyncEngine,
} from '@plimsoll/sync'
import { openGatedDatabase } from '../world/gated-database.ts'
import { Life } from '../world/life.ts'
import { createRandom, createUuids } from '../world/random.ts'
import type { Scheduler } from '../world/scheduler.ts'
import type { LabServer } from '../world/server.ts'
import { openSharedConnection, type SharedConnection } from '../world/shared-connection.ts'
import { signUp } from '../world/sign-up.ts'
import { Trace } from '../world/trace.ts'
import { createShopConnector, KEY, type Road } from './connector.ts'
import { ORDERS_POLL_MS } from './parameters.ts'
import type { Strategy } from './strategy.ts'

/** A transaction waits so long for its turn; a hub and its database stand side by side. */
const DATABASE_MS = { least: 0.2, most: 1.7 }
/** A notification of the database arrives after. */
const HINT_MS = 0.5

/** Thousands of orders: nothing is kept of single statements. */
class SilentTrace extends Trace {
  override note(): void {
    // The shops' own sales and writes are what runs are compared by.
  }
  override tell(): void {
    // Nobody reads the story of an hour.
  }
}

/** Plimsoll itself: one process with the production engine at its default pace, on a real PostgreSQL. */
export class Hub implements Strategy {
  readonly #mode: ProtectionMode
  readonly #scheduler: Scheduler
  readonly #roads: readonly Road[]
  readonly #opening: readonly { sku: string; opening: number }[]
  readonly #life: Life
  readonly #context: SyncContext
  readonly #engine: SyncEngine
  readonly #shared: SharedConnection
  readonly #drop: () => Promise<void>
  readonly #connectionIds = new Map<string, string>()
  #restocks = 0
  #work: Promise<unknown> = Promise.resolve()
  readonly troubles: string[] = []

  static async open(
    mode: ProtectionMode,
    options: {
      server: Pick<LabServer, 'clone'>
      scheduler: Scheduler
      seed: string
      roads: readonly Road[]
      opening: readonly { sku: string; opening: number }[]
    },
  ): Promise<Hub> {
    const database = await options.server.clone()
    const trace = new SilentTrace(() => options.scheduler.elapsed, { marks: false })
    const shared = await openSharedConnection(database.url, trace)
    const hub = new Hub(mode, { ...options, trace, shared, drop: database.drop })
    // Outside of every step: nothing simulated is waited for here.
    await shared.belongTo(hub.#context.organizationId)
    await shared.query(
      'laboratory',
      `insert into organization (organization_id, name, created_at) values ($1, 'Oversell', $2)`,
      [hub.#context.organizationId, new Date(hub.#context.clock.now())],
    )
    return hub
  }

  private constructor(
    mode: ProtectionMode,
    options: {
      scheduler: Scheduler
      seed: string
      roads: readonly Road[]
      opening: readonly { sku: string; opening: number }[]
      trace: Trace
      shared: SharedConnection
      drop(): Promise<void>
    },
  ) {
    const { scheduler, seed, trace, shared } = options
    this.#mode = mode
    this.#scheduler = scheduler
    this.#roads = options.roads
    this.#opening = options.opening
    this.#shared = shared
    this.#drop = options.drop
    const listeners = new Set<
      Parameters<typeof openGatedDatabase>[0]['listeners'] extends Set<infer One> ? One : never
    >()
    const life = new Life(scheduler, { process: 'hub', nth: 1, skewMs: 0, onDeath: () => listeners.clear() })
    this.#life = life
    const waits = createRandom(`${seed}/database`)
    const weather = {
      latencyMs: () => DATABASE_MS.least + (DATABASE_MS.most - DATABASE_MS.least) * waits.next(),
      isAway: () => false,
      hintMs: () => HINT_MS,
    }
    const random = createRandom(`${seed}/hub`)
    const gate = { scheduler, shared, trace, weather, listeners, random: createRandom(`${seed}/gate`) }
    const uuid = createUuids(`${seed}/uuid`, () => life.clock.now())
    this.#context = {
      database: openGatedDatabase(gate, life),
      organizationId: uuid(),
      clock: life.clock,
      uuid,
      random: () => random.next(),
      log: {
        debug: () => undefined,
        info: () => undefined,
        warn: () => undefined,
        error: (fields, message) => {
          const { error } = fields as { error?: unknown }
          this.troubles.push(`${message} ${error === undefined ? '' : String(error)}`)
        },
      },
      connectors: new Map(
        options.roads.map((road) => [`oversell-${road.shop.spec.name}`, createShopConnector(road)]),
      ),
      masterKey: { name: 'laboratory', bytes: Buffer.alloc(32, 7) },
      publicUrl: undefined,
      pace: DEFAULT_PACE,
    }
    this.#engine = new SyncEngine(this.#context)
  }

  async start(): Promise<void> {
    const context = this.#context
    const items = this.#opening.map(({ sku, opening }) => ({ sku, units: opening }))
    await signUp(context, { items, kits: [] })
    await changeProtection(context, {}, { mode: this.#mode })
    for (const { shop } of this.#roads) {
      const { connectionId } = await connect(context, {
        connector: `oversell-${shop.spec.name}`,
        name: shop.spec.name,
        settings: {},
        credentials: { key: KEY },
        locationCode: 'MAIN',
        ordersPollMs: ORDERS_POLL_MS,
      })
      this.#connectionIds.set(shop.spec.name, connectionId)
      const open = await new ConnectionRegistry(context).find(connectionId)
      if (open === undefined) throw new Error('The connection has just been made.')
      await importConnection(context, open)
      await changeConnection(context, connectionId, { kind: 'go-live' })
    }
    await this.#engine.start({ worker: true })
  }

  receive(channel: string, body: string): void {
    const request = {
      method: 'POST',
      url: 'https://hub.example/webhooks/1',
      headers: { 'x-key': KEY, 'x-topic': 'order' },
      body: Buffer.from(body),
    }
    const connectionId = this.#connectionIds.get(channel) ?? ''
    receiveWebhook(this.#context, this.#engine.registry, connectionId, request).then(
      (answer) => {
        if (answer.kind !== 'stored') this.troubles.push(`a webhook was answered ${answer.kind}`)
      },
      (error: unknown) => this.troubles.push(`a webhook failed: ${String(error)}`),
    )
  }

  restock(sku: string, units: number): void {
    this.#restocks += 1
    const change = {
      key: `restock-${this.#restocks}`,
      kind: 'adjust' as const,
      sku,
      locationCode: 'MAIN',
      quantity: units,
      actor: 'people',
      reason: null,
      effectiveAt: undefined,
    }
    // One after the other, as one person books them.
    this.#work = this.#work
      .then(() => changeStock(this.#context, [change]))
      .catch((error: unknown) => this.troubles.push(`a restock failed: ${String(error)}`))
  }

  async soldUnits(): Promise<number> {
    const found = await this.#shared.query(
      'laboratory',
      `select coalesce(sum(reserved), 0)::text as units from balance where organization_id = $1`,
      [this.#context.organizationId],
    )
    return Number((found.rows as { units: string }[])[0]?.units ?? 0)
  }

  /** What the database says in words of the laboratory's own; for tests and for looking into a run. */
  async query(text: string): Promise<unknown[]> {
    return (await this.#shared.query('laboratory', text, [this.#context.organizationId])).rows
  }

  async stop(): Promise<void> {
    this.#life.die()
    await this.#shared.close()
    await this.#drop()
  }
}
