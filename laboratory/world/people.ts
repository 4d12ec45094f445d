import type { StockCommand } from '@plimsoll/stock'
import {
  ConnectionRegistry,
  changeStock,
  importConnection,
  replaceCredentials,
  replayParked,
  resolveDrifts,
  type SyncContext,
} from '@plimsoll/sync'
import type pg from 'pg'
import type { PlannedPolicy } from '../plan/plan.ts'
import type { Platform } from '../platforms/platform.ts'
import type { HubProcess } from './hub-process.ts'
import { createRandom, type Random } from './random.ts'
import type { Scheduler } from './scheduler.ts'
import type { SetPolicies } from './set-policies.ts'
import { Stops } from './stops.ts'
import type { Trace } from './trace.ts'

/** How often somebody looks at the screens. */
const LOOK_MS = 2_500
/** A command without an answer is given again, under the same key. */
const ANSWER_MS_MAX = 6_000

type World = {
  seed: string
  organizationId: string
  scheduler: Scheduler
  trace: Trace
  processes: readonly HubProcess[]
  platforms: ReadonlyMap<string, Platform>
  /** Reads beside the hub, between two steps. */
  reader: pg.Client
  stocked: Map<string, number>
  policies: SetPolicies
}

/**
 * The people of the brand, who act through the hub: they book stock in, and do what its screens tell them to:
 * new credentials where the old ones are refused, an import where a listing was found gone or not counted.
 */
export class People {
  readonly #world: World
  readonly #random: Random
  readonly #answers: Random
  #lookedAt = Number.NEGATIVE_INFINITY
  #commands = 0
  readonly stops: Stops
  /** Commands not answered yet. */
  waiting = 0

  constructor(world: World) {
    this.#world = world
    this.#random = createRandom(`${world.seed}/people`)
    this.#answers = createRandom(`${world.seed}/answers`)
    this.stops = new Stops(world, (what, act) => this.#ask(what, act))
  }

  /** Books units in (or out), until the hub says that it has. */
  stock(sku: string, units: number): void {
    this.#commands += 1
    this.waiting += 1
    this.#stockUnder(`people-${this.#commands}`, sku, units)
  }

  /** Promises units to somebody, once: what is refused is left at that. */
  reserve(sku: string, units: number): void {
    const { trace } = this.#world
    this.#commands += 1
    const command = this.#commandOf(`people-${this.#commands}`, 'reserve', sku, units)
    this.#ask('reserve', async (context) => {
      const [outcome] = await changeStock(context, [command])
      trace.tell('people', `promise ${units} of ${sku} to somebody: ${outcome?.kind}`)
    })
  }

  /** Changes how much is shown, until the hub says that it has. */
  setPolicy(policy: PlannedPolicy): void {
    const { policies, scheduler, trace } = this.#world
    this.waiting += 1
    let isDone = false
    const ask = () => {
      if (isDone) return
      scheduler.after(ANSWER_MS_MAX, { what: 'people: no answer', run: ask })
      this.#ask('set a policy', async (context) => {
        const said = await policies.set(context, policy)
        if (isDone) return
        isDone = true
        this.waiting -= 1
        trace.tell('people', said)
      })
    }
    ask()
  }

  #commandOf(key: string, kind: 'adjust' | 'reserve', sku: string, quantity: number): StockCommand {
    const by = { actor: 'people', reason: null, effectiveAt: undefined }
    return { key, kind, sku, locationCode: 'MAIN', quantity, ...by }
  }

  #stockUnder(key: string, sku: string, units: number): void {
    const { scheduler, stocked, trace } = this.#world
    let isAnswered = false
    const again = () => {
      if (isAnswered) return
      isAnswered = true
      this.#stockUnder(key, sku, units)
    }
    const done = (text: string, isDone: boolean) => {
      // An answer to an earlier try may come after the next try has begun: only one of them counts.
      if (isAnswered) return
      isAnswered = true
      this.waiting -= 1
      if (isDone) stocked.set(sku, (stocked.get(sku) ?? 0) + units)
      trace.tell('people', `${units > 0 ? 'book in' : 'take out'} ${Math.abs(units)} of ${sku}: ${text}`)
    }
    scheduler.after(ANSWER_MS_MAX, { what: 'people: no answer', run: again })
    this.#ask('book stock', async (context) => {
      const [outcome] = await changeStock(context, [this.#commandOf(key, 'adjust', sku, units)])
      if (outcome === undefined) return
      done(outcome.kind, outcome.kind === 'applied' || outcome.kind === 'repeated')
    })
  }

  /** Called between steps: looks at the screens now and then. */
  async look(): Promise<void> {
    const { scheduler, reader, organizationId } = this.#world
    if (scheduler.now < this.#lookedAt + LOOK_MS) return
    this.#lookedAt = scheduler.now
    const refused = await reader.query(
      `select connection_id from connection where organization_id = $1 and 'unauthorized' = any(pause_reasons) order by 1`,
      [organizationId],
    )
    for (const { connection_id: connectionId } of refused.rows) this.#enterCredentials(connectionId)
    const closed = await reader.query<{ connection_id: string; stock_unit_id: string; code: string | null }>(
      `select connection_id, stock_unit_id, problem_code as code from level
      where organization_id = $1 and (problem_code is not null or not tracked) order by 1, 2`,
      [organizationId],
    )
    // What is not counted there, on purpose, is left alone, unless the hub says that it is gone.
    const curable = closed.rows.filter((row) => {
      const level = this.#platformOf(row.connection_id)?.levels.get(row.stock_unit_id)
      return level !== undefined && (row.code === 'gone' || level.quantity !== undefined)
    })
    for (const connectionId of new Set(curable.map((row) => row.connection_id))) this.#import(connectionId)
    await this.#answerEdits()
    await this.stops.look()
    const parked = await reader.query(
      `select count(*)::int as parked from inbox where organization_id = $1 and state = 'parked'`,
      [organizationId],
    )
    if (parked.rows[0]?.parked > 0)
      this.#ask('replay what is parked', async (context) => {
        await replayParked(context.database.kysely, organizationId, {})
      })
  }

  /** Whose number counts, where somebody typed one into a platform: the hub's. People take their time. */
  async #answerEdits(): Promise<void> {
    const { reader, organizationId, scheduler } = this.#world
    const asked = await reader.query<{ connection_id: string }>(
      `select distinct connection_id from drift where organization_id = $1 and healed = 'asked' order by 1`,
      [organizationId],
    )
    for (const { connection_id: connection } of asked.rows) {
      if (this.#answers.chance(0.6)) continue
      const until = new Date(scheduler.now)
      this.#ask('say that the hub’s number counts', async (context) => {
        await resolveDrifts(context, { connection, winner: 'hub', until })
      })
    }
  }

  #enterCredentials(connectionId: string): void {
    const platform = this.#platformOf(connectionId)
    if (platform === undefined) return
    this.#ask(`enter new credentials for ${platform.name}`, async (context) => {
      const open = await new ConnectionRegistry(context).find(connectionId)
      if (open !== undefined) await replaceCredentials(context, open, { key: platform.key })
    })
  }

  #import(connectionId: string): void {
    const platform = this.#platformOf(connectionId)
    if (platform === undefined) return
    this.#ask(`import ${platform.name} again`, async (context) => {
      platform.importedAt = this.#world.scheduler.now
      const open = await new ConnectionRegistry(context).find(connectionId)
      if (open !== undefined) await importConnection(context, open)
    })
  }

  #platformOf(connectionId: string): Platform | undefined {
    return [...this.#world.platforms.values()].find((platform) => platform.connectionId === connectionId)
  }

  /** Through any process that answers; what fails is done again when somebody next looks. */
  #ask(what: string, act: (context: SyncContext) => Promise<void>): void {
    const { scheduler, trace, processes } = this.#world
    const running = processes.filter(({ life }) => life?.state === 'running')
    const process = this.#random.pickFrom(running)
    const { life, context } = process ?? {}
    if (life === undefined || context === undefined) return
    scheduler.after(1, {
      owner: life,
      what: `${life.name}: people ${what}`,
      run: () => {
        trace.tell('people', `${what}, through ${life.name}`, { detail: what === 'book stock' })
        act(context).catch((error: unknown) => {
          trace.tell('people', `${what}: ${error instanceof Error ? error.message : String(error)}`)
        })
      },
    })
  }
}
