import { DEFAULT_PACE, receiveWebhook, type SyncContext } from '@plimsoll/sync'
import pg from 'pg'
import { judgeWeek, type WeekVerdict } from '../invariants/week-verdict.ts'
import { LATEST_EFFECT_MS } from '../platforms/kinds.ts'
import { connectWarehouse } from '../warehouses/connect.ts'
import {
  COUNTED_BODY,
  createWarehouseConnector,
  requestBody,
  WAREHOUSE_KEY,
} from '../warehouses/connector.ts'
import { WAREHOUSE_KINDS } from '../warehouses/kinds.ts'
import { Warehouse } from '../warehouses/warehouse.ts'
import { HubProcess, type Surroundings } from '../world/hub-process.ts'
import { createRandom, createUuids } from '../world/random.ts'
import { Scheduler, untilQuiet } from '../world/scheduler.ts'
import type { LabServer } from '../world/server.ts'
import { openSharedConnection } from '../world/shared-connection.ts'
import { CountingWeather } from './counting-weather.ts'
import { paceOf } from './pace.ts'
import type { Scenario } from './scenario.ts'
import { connectShop, makeItems } from './set-up.ts'
import { Shop } from './shop.ts'
import { createShopConnector, orderBody, SHOP_KEY } from './shop-connector.ts'
import { WeekTrace } from './week-trace.ts'

const START_MS = Date.UTC(2026, 2, 2, 9)
/** Of the answers and of the requests so many are lost. */
const LOST_SHARE = 0.01
const WEBHOOK_LOST_SHARE = 0.01
const LATENCY_MS_MAX = 300
const STUCK_MS = 30 * 60_000
const FOLLOW_MS = 20_000
/** Until all that the last shoppers bought must have left and been told, after the weather turned calm. */
const CALM_MS_MAX = 3 * 3_600_000
/** A count is read every five minutes while numbers move, and less often while they do not. */
const LOOK_MS = 60_000
const COUNTED_MS_MAX = 10 * 60_000

export type WeekResult = WeekVerdict & {
  source: Scenario['source']
  days: number
  calls: number
  /** Calls of which the request, or the answer, was lost; and webhooks. */
  lostRequests: number
  lostAnswers: number
  lostWebhooks: number
  crashes: number
  simulatedHours: number
  /** Of every call, answer and act, in their order. */
  digest: string
  /** What the hub called an error, beside what the laboratory made. */
  troubles: string[]
}

/** Plays a scenario: two processes of the hub, two shops, two warehouses, on a real PostgreSQL. */
export async function playWeek(
  scenario: Scenario,
  server: Pick<LabServer, 'clone'>,
  say: (text: string) => void = () => undefined,
): Promise<WeekResult> {
  const database = await server.clone()
  const reader = new pg.Client({ connectionString: database.url, pipeline: true })
  await reader.connect()
  const week = new Week(scenario, reader)
  try {
    await week.open(database.url)
    return await week.play(say)
  } finally {
    await week.close()
    await reader.end()
    await database.drop()
  }
}

class Week {
  readonly #scenario: Scenario
  readonly #reader: pg.Client
  readonly #scheduler: Scheduler
  readonly #trace: WeekTrace
  readonly #shops: readonly Shop[]
  readonly #warehouses: readonly Warehouse[]
  readonly #organizationId: string
  #processes: readonly HubProcess[] = []
  #stopDatabase: () => Promise<void> = async () => undefined
  /** Things get lost: from the first shopper to some time after the last. */
  #isStormy = false
  readonly #post
  readonly #door
  readonly #troubles: string[] = []
  #crashes = 0
  #desks = 1
  readonly #lost = { requests: 0, answers: 0, webhooks: 0 }

  constructor(scenario: Scenario, reader: pg.Client) {
    const { seed } = scenario
    this.#scenario = scenario
    this.#reader = reader
    const scheduler = new Scheduler(seed, START_MS)
    this.#scheduler = scheduler
    this.#trace = new WeekTrace(() => scheduler.elapsed)
    this.#post = createRandom(`${seed}/post`)
    this.#door = createRandom(`${seed}/door`)
    const now = () => Math.floor(scheduler.now)
    this.#organizationId = createUuids(`${seed}/organization`, now)()
    this.#shops = (
      [
        ['north', 'falls-at-order'],
        ['south', 'counts-open-orders'],
      ] as const
    ).map(([name, style]) => {
      const shop: Shop = new Shop({
        name,
        style,
        now,
        onChange: (order) => this.#send(shop, orderBody(shop, order), SHOP_KEY),
      })
      return shop
    })
    this.#warehouses = (['keyed', 'plain'] as const).map((kind, nth) => {
      const name = `floor-${nth + 1}`
      const warehouse: Warehouse = new Warehouse({
        name,
        kind: WAREHOUSE_KINDS[kind],
        pace: paceOf(scenario),
        seed,
        now,
        later: (ms, what, run) => void scheduler.after(ms, { what: `${name}: ${what}`, run }),
        tell: (text) => this.#trace.tell(name, text),
        onRequest: (request) => {
          if (warehouse.kind.webhooks === 'none') return
          this.#send(warehouse, requestBody(warehouse, request), WAREHOUSE_KEY)
        },
        onCount: () => {
          if (warehouse.kind.webhooks !== 'none') this.#send(warehouse, COUNTED_BODY, WAREHOUSE_KEY)
        },
      })
      return warehouse
    })
  }

  async open(url: string): Promise<void> {
    const { seed, items } = this.#scenario
    const scheduler = this.#scheduler
    const shared = await openSharedConnection(url, this.#trace)
    this.#stopDatabase = () => shared.close()
    const bothWays = (platform: string) => ({
      kind: 'network' as const,
      platform,
      latencyMaxMs: LATENCY_MS_MAX,
      loss: LOST_SHARE,
      answerLoss: LOST_SHARE,
      from: 0,
      to: Number.POSITIVE_INFINITY,
    })
    const names = [...this.#shops, ...this.#warehouses].map(({ name }) => name)
    const weather = new CountingWeather(
      names.map(bothWays),
      seed,
      () => (this.#isStormy ? scheduler.elapsed : -1),
      this.#lost,
    )
    const now = () => Math.floor(scheduler.now)
    const world: Surroundings = {
      seed,
      organizationId: this.#organizationId,
      scheduler,
      shared,
      trace: this.#trace,
      weather,
      listeners: new Set(),
      platforms: new Map(),
      feeds: new Map(),
      pace: DEFAULT_PACE,
      others: (callOf) =>
        new Map([
          ...this.#shops.map(
            (shop) =>
              [`lab-${shop.name}`, createShopConnector(shop, { call: callOf(shop.name), now })] as const,
          ),
          ...this.#warehouses.map(
            (warehouse) =>
              [
                `lab-${warehouse.name}`,
                createWarehouseConnector(warehouse, {
                  call: callOf(warehouse.name),
                  latestEffectMs: LATEST_EFFECT_MS,
                  followMs: FOLLOW_MS,
                  stuckAfterMs: STUCK_MS,
                }),
              ] as const,
          ),
        ]),
      onCall: () => ({ arrived: () => undefined }),
      onError: (life, message, error) => {
        const text = error instanceof Error ? error.message : String(error)
        if (
          !/simulated|another process has taken over|no answer within|ended by the caller|never left/.test(
            text,
          )
        )
          this.#troubles.push(`${life.name}: ${message}: ${text}`)
      },
    }
    this.#processes = ['hub-1', 'hub-2'].map((name) => new HubProcess(world, name, 0))
    await shared.belongTo(this.#organizationId)
    await shared.query(
      'laboratory',
      `insert into organization (organization_id, name, created_at) values ($1, 'Week', $2)`,
      [this.#organizationId, new Date(START_MS)],
    )
    for (const { sku, units } of items) {
      for (const [nth, warehouse] of this.#warehouses.entries()) warehouse.open(sku, units[nth] ?? 0)
      for (const shop of this.#shops) shop.levels.set(sku, units[0] + units[1])
    }
    await this.#setUp(world)
  }

  async #setUp(world: Surroundings): Promise<void> {
    const skus = this.#scenario.items.map(({ sku }) => sku)
    await this.#atDesk(world, (context) => makeItems(context, skus))
    for (const process of this.#processes) process.start()
    for (const warehouse of this.#warehouses)
      await this.#atDesk(world, (context) => connectWarehouse(context, warehouse))
    const opening = this.#scenario.items.reduce((sum, { units }) => sum + units[0] + units[1], 0)
    await this.#untilOnHand(opening)
    const places = this.#warehouses.map(({ locationCode }) => locationCode)
    for (const shop of this.#shops) await this.#atDesk(world, (context) => connectShop(context, shop, places))
  }

  /** What a person does once, through a process that works no connection and ends with it. */
  async #atDesk(world: Surroundings, work: (context: SyncContext) => Promise<void>): Promise<void> {
    const desk = new HubProcess(world, `desk-${this.#desks}`, 0)
    this.#desks += 1
    desk.start({ worker: false })
    if (desk.context === undefined) throw new Error('The desk has just been started.')
    await this.#stepThrough(work(desk.context))
    desk.life?.die()
  }

  async play(say: (text: string) => void): Promise<WeekResult> {
    const { durationMs, shoppers, deliveries, crashes, days, source } = this.#scenario
    const begin = this.#scheduler.elapsed
    this.#isStormy = true
    for (const { atMs, shop: nth, lines, cancelMs } of shoppers) {
      const shop = this.#shops[nth]
      this.#later(atMs, 'a shopper', () => {
        const order = shop?.sell(lines)
        if (order === undefined || cancelMs === undefined) return
        this.#later(cancelMs, 'a shopper cancels', () => shop?.cancel(order))
      })
    }
    for (const { atMs, warehouse, sku, units } of deliveries)
      this.#later(atMs, 'a delivery', () => this.#warehouses[warehouse]?.deliver(sku, units))
    for (const crash of crashes) this.#later(crash.atMs, 'a crash', () => this.#crash(crash))
    for (let day = 1; day <= days; day += 1) {
      await this.#stepUntil(begin + (durationMs * day) / days)
      const placed = this.#shops.reduce((sum, { orders }) => sum + orders.size, 0)
      const left = this.#warehouses.reduce((sum, each) => sum + each.left.length, 0)
      say(`day ${day}: ${placed} orders, ${left} lines of parcels, ${this.#crashes} crashes`)
    }
    // Late cancellations may come a third of a day after; then the weather is calm, and all must come to its end.
    await this.#stepUntil(this.#scheduler.elapsed + (0.3 * durationMs) / days)
    this.#isStormy = false
    for (const process of this.#processes) process.start()
    const verdict = await this.#converge(say)
    return {
      ...verdict,
      source,
      days,
      calls: this.#trace.calls,
      lostRequests: this.#lost.requests,
      lostAnswers: this.#lost.answers,
      lostWebhooks: this.#lost.webhooks,
      crashes: this.#crashes,
      simulatedHours: Math.round(this.#scheduler.elapsed / 36_000) / 100,
      digest: this.#trace.digest(),
      troubles: this.#troubles,
    }
  }

  async close(): Promise<void> {
    for (const { life } of this.#processes) life?.die()
    await this.#stopDatabase()
  }

  async #converge(say: (text: string) => void): Promise<WeekVerdict> {
    const calmAt = this.#scheduler.elapsed
    for (;;) {
      await this.#stepUntil(this.#scheduler.elapsed + LOOK_MS)
      const verdict = await judgeWeek(this.#reader, {
        organizationId: this.#organizationId,
        shops: this.#shops,
        warehouses: this.#warehouses,
      })
      if (verdict.differences.length === 0) return verdict
      say(`${verdict.differences.length} differences, the first: ${verdict.differences[0]}`)
      if (this.#scheduler.elapsed - calmAt > CALM_MS_MAX) {
        say(`it does not come to an end: ${verdict.differences.slice(0, 20).join('; ')}`)
        return verdict
      }
    }
  }

  #crash({ process: nth, downMs, statements }: Scenario['crashes'][number]): void {
    const process = this.#processes[nth]
    if (process?.life === undefined || !process.isAlive) return
    this.#crashes += 1
    if (statements === undefined) process.crash()
    else process.life.cut = { statements, onCommit: 'before', isCrash: true }
    this.#later(downMs, 'a process starts again', () => process.start())
  }

  /** To whichever process is asked: one that is down loses it, and the lists must tell. */
  #send(to: { name: string; connectionId: string }, body: string, key: string): void {
    const isLost = this.#post.chance(this.#isStormy ? WEBHOOK_LOST_SHARE : 0)
    const ms = 20 + 2_000 * this.#post.next() ** 3
    if (isLost) this.#lost.webhooks += 1
    if (isLost || to.connectionId === '') return
    this.#later(ms, `${to.name}: webhook`, () => {
      const process = this.#door.pickFrom(this.#processes)
      if (process?.life === undefined || !process.isAlive) return
      const { context, engine, life } = process
      if (context === undefined || engine === undefined) return
      const request = {
        method: 'POST',
        url: 'https://hub.example/webhooks/1',
        headers: { 'x-key': key },
        body: Buffer.from(body),
      }
      this.#scheduler.after(0, {
        owner: life,
        what: `${life.name}: takes a webhook`,
        run: () => {
          receiveWebhook(context, engine.registry, to.connectionId, request).catch((error: unknown) => {
            this.#trace.tell(to.name, `: a webhook failed: ${String(error)}`)
          })
        },
      })
    })
  }

  #later(ms: number, what: string, run: () => void): void {
    this.#scheduler.after(ms, { what, run })
  }

  async #onHand(): Promise<number> {
    const { rows } = await this.#reader.query<{ units: number }>(
      `select coalesce(sum(on_hand), 0)::int as units from balance where organization_id = $1`,
      [this.#organizationId],
    )
    return rows[0]?.units ?? 0
  }

  async #step(): Promise<void> {
    const happening = this.#scheduler.next()
    if (happening === undefined) throw new Error('Nothing will ever happen again.')
    await happening.run()
    await untilQuiet()
  }

  async #stepUntil(elapsedMs: number): Promise<void> {
    let isReached = false
    this.#later(elapsedMs - this.#scheduler.elapsed, 'the laboratory looks', () => {
      isReached = true
    })
    while (!isReached) await this.#step()
  }

  /** Until the hub has counted what lies at the warehouses. */
  async #untilOnHand(units: number): Promise<void> {
    const until = this.#scheduler.elapsed + COUNTED_MS_MAX
    while ((await this.#onHand()) !== units) {
      if (this.#scheduler.elapsed > until) throw new Error('The warehouses were not counted.')
      await this.#stepUntil(this.#scheduler.elapsed + 1_000)
    }
  }

  async #stepThrough<T>(work: Promise<T>): Promise<T> {
    let isDone = false
    const done = work.finally(() => {
      isDone = true
    })
    done.catch(() => undefined) // thrown below, once it is reached
    await untilQuiet()
    while (!isDone) await this.#step()
    return await done
  }
}
