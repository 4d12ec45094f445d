import { createHash } from 'node:crypto'
import { createRandom } from '../world/random.ts'
import { Scheduler, untilQuiet } from '../world/scheduler.ts'
import type { LabServer } from '../world/server.ts'
import { Baseline } from './baseline.ts'
import { Books } from './books.ts'
import { Road, webhookBody } from './connector.ts'
import { DelaysAlone, type Takes } from './delays-alone.ts'
import type { Scenario } from './demand.ts'
import { Hub } from './hub.ts'
import { CHANNELS, type ChannelSpec, TIMER_MS, WARM_UP_MS } from './parameters.ts'
import { Shop } from './shop.ts'
import type { Strategy, StrategyName } from './strategy.ts'

const START_MS = Date.UTC(2026, 2, 2, 9)
export type Played = {
  oversoldUnits: number
  missedUnits: number
  refusedUnits: number
  soldUnits: number
  calls: number
  /** By channel. */
  oversoldAt: Record<string, number>
  missedAt: Record<string, number>
  /** What the strategy itself knows to be sold, at the end. */
  knownSoldUnits: number
  /** Of every sale and every write, in their order. */
  digest: string
  /** Of the hub: what it called an error. */
  troubles: readonly string[]
  books: Books
  shops: readonly Shop[]
}

export type World = { delay: number; lossPercent: number }

export type PlayOptions = {
  server: Pick<LabServer, 'clone'>
  channels?: readonly ChannelSpec[]
  warmUpMs?: number
  /** Of `delaysAlone`. */
  takes?: Takes
  /** After the last shopper: until late webhooks and polls have told all, so that the books can be compared. */
  coolDownMs?: number
  tell?(text: string): void
  /** Now and then during the run. */
  look?(world: { strategy: Strategy; books: Books; shops: readonly Shop[] }): Promise<void>
}

/** Plays a scenario under one strategy. Only what the strategy does differs between two of them. */
export async function play(
  name: StrategyName,
  scenario: Scenario,
  world: World,
  options: PlayOptions,
): Promise<Played> {
  const { seed } = scenario
  const scheduler = new Scheduler(seed, START_MS)
  const hash = createHash('sha256')
  const note = (...parts: unknown[]) => void hash.update(`${scheduler.elapsed} ${JSON.stringify(parts)}\n`)
  const books = new Books()
  const shops = (options.channels ?? CHANNELS).map((spec) => new Shop(spec, { seed, delay: world.delay }))
  const roads = shops.map((shop) => {
    const onWrite = (sku: string, quantity: number) => note('write', shop.spec.name, sku, quantity)
    return new Road(shop, { seed, delay: world.delay, scheduler, onWrite })
  })
  for (const { sku, opening } of scenario.items) {
    books.restock(sku, opening)
    // Before anything synchronises, somebody has split what is there by hand.
    for (const shop of shops) shop.list(sku, Math.floor(opening / shops.length))
  }
  const strategy = await openStrategy(name, { ...options, scheduler, seed, roads, scenario })
  const oversoldAt: Record<string, number> = {}
  const missedAt: Record<string, number> = {}
  try {
    await stepThrough(scheduler, strategy.start())
    await stepUntil(scheduler, scheduler.elapsed + (options.warmUpMs ?? WARM_UP_MS))
    const begin = scheduler.elapsed
    const callsBefore = roads.reduce((sum, { calls }) => sum + calls, 0)
    const post = new Post(scheduler, strategy, { seed, world })
    for (const { atMs, channel, lines } of scenario.shoppers) {
      const road = roads.find(({ shop }) => shop.spec.name === channel)
      if (road === undefined) throw new Error(`There is no channel ${channel}.`)
      scheduler.after(atMs, {
        what: `${channel}: a shopper`,
        run: () => {
          const { id, bought } = road.shop.sell(road.now(), lines)
          note('sale', id, bought)
          for (const [nth, { sku, units }] of lines.entries()) {
            const { oversoldUnits, missedUnits } = books
            books.sell(sku, { wanted: units, bought: bought[nth] ?? 0 })
            oversoldAt[channel] = (oversoldAt[channel] ?? 0) + books.oversoldUnits - oversoldUnits
            missedAt[channel] = (missedAt[channel] ?? 0) + books.missedUnits - missedUnits
          }
          if (id !== undefined) post.send(road, id)
        },
      })
    }
    for (const { atMs, sku, units } of scenario.restocks)
      scheduler.after(atMs, {
        what: `a restock of ${sku}`,
        run: () => {
          books.restock(sku, units)
          strategy.restock(sku, units)
        },
      })
    const tell = (share: number) =>
      options.tell?.(
        `${name} ${Math.round(share * 100)} %, ${books.oversoldUnits} oversold, ${books.missedUnits} missed`,
      )
    const slices = 20
    for (let slice = 1; slice <= slices; slice += 1) {
      await stepUntil(scheduler, begin + (scenario.durationMs * slice) / slices)
      tell(slice / slices)
      await options.look?.({ strategy, books, shops })
    }
    const calls = roads.reduce((sum, road) => sum + road.calls, 0) - callsBefore
    if (options.coolDownMs !== undefined) await stepUntil(scheduler, scheduler.elapsed + options.coolDownMs)
    const { oversoldUnits, missedUnits, refusedUnits, soldUnits } = books
    return {
      oversoldUnits,
      missedUnits,
      refusedUnits,
      soldUnits,
      calls,
      oversoldAt,
      missedAt,
      knownSoldUnits: await strategy.soldUnits(),
      digest: hash.digest('hex'),
      troubles: strategy instanceof Hub ? strategy.troubles : [],
      books,
      shops,
    }
  } finally {
    await strategy.stop()
  }
}

/** Carries webhooks: late or never. A hub that is up answers each, so none is sent twice. */
class Post {
  readonly #scheduler: Scheduler
  readonly #strategy: Strategy
  readonly #options: { seed: string; world: World }

  constructor(scheduler: Scheduler, strategy: Strategy, options: { seed: string; world: World }) {
    this.#scheduler = scheduler
    this.#strategy = strategy
    this.#options = options
  }

  send(road: Road, id: string): void {
    const { spec } = road.shop
    if (spec.webhooks === 'none') return
    const { seed, world } = this.#options
    // By the order's own id: what a strategy changed elsewhere does not change the fate of this one.
    const random = createRandom(`${seed}/webhook/${id}`)
    if (random.next() * 100 < world.lossPercent) return
    const { least, most } = spec.webhookMs
    const body = webhookBody(road, id)
    this.#scheduler.after((least + (most - least) * random.next() ** 4) * world.delay, {
      what: `${spec.name}: webhook`,
      run: () => this.#strategy.receive(spec.name, body),
    })
  }
}

async function openStrategy(
  name: StrategyName,
  options: {
    server: Pick<LabServer, 'clone'>
    scheduler: Scheduler
    seed: string
    roads: readonly Road[]
    scenario: Scenario
    takes?: Takes
  },
): Promise<Strategy> {
  const { seed, scenario } = options
  const opening = scenario.items
  const timerOffsetMs = Math.floor(createRandom(`${seed}/timer`).next() * TIMER_MS)
  switch (name) {
    case 'everyWebhook':
      return new Baseline('every-webhook', { ...options, opening, timerOffsetMs })
    case 'every15min':
      return new Baseline('timer', { ...options, opening, timerOffsetMs })
    case 'delaysAlone':
      return new DelaysAlone({ ...options, opening, takes: options.takes ?? 'always' })
    case 'plimsoll':
      return await Hub.open('auto', { ...options, opening })
    case 'open':
      return await Hub.open('open', { ...options, opening })
    case 'buffered':
      return await Hub.open('buffered', { ...options, opening })
    case 'guaranteed':
      return await Hub.open('guaranteed', { ...options, opening })
    default: {
      const never: never = name
      throw new Error(`unknown strategy ${String(never)}`)
    }
  }
}

async function stepUntil(scheduler: Scheduler, elapsedMs: number): Promise<void> {
  // Marks the moment, so that time is moved to it and not beyond.
  let isReached = false
  scheduler.after(elapsedMs - scheduler.elapsed, {
    what: 'the laboratory looks',
    run: () => {
      isReached = true
    },
  })
  while (!isReached) await step(scheduler)
}

async function stepThrough<T>(scheduler: Scheduler, work: Promise<T>): Promise<T> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  done.catch(() => undefined) // thrown below, once it is reached
  await untilQuiet()
  while (!isDone) await step(scheduler)
  return await done
}

async function step(scheduler: Scheduler): Promise<void> {
  const happening = scheduler.next()
  if (happening === undefined) throw new Error('Nothing will ever happen again.')
  await happening.run()
  await untilQuiet()
}
