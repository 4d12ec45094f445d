import {
  type Budgets,
  type ChannelOperations,
  type Clock,
  type ConnectorContext,
  createBudgets,
  type ExternalOrder,
  type LevelWrite,
} from '@plimsoll/connector-kit'
import { createClock } from '../world/clock.ts'
import type { Owner, Scheduler } from '../world/scheduler.ts'
import { createShopConnector, KEY, parseWebhook, type Road } from './connector.ts'
import { ORDERS_POLL_MS, TIMER_MS } from './parameters.ts'
import type { Strategy } from './strategy.ts'

/** When it writes: as soon as it learns of anything, or all at once by a timer. */
export type When = 'every-webhook' | 'timer'

/**
 * The usual synchroniser, built as well as such a one can be: it knows what is there (opening stock and restocks, less
 * every sale that it has learned of, by webhook or poll), never forgets or counts an order twice, writes a level only
 * where its number differs from what it believes is shown, and coalesces, batches and waits for budgets as Plimsoll does. It
 * writes what it knows as an absolute number: that is its whole difference.
 */
export class Baseline implements Strategy {
  readonly #when: When
  readonly #scheduler: Scheduler
  readonly #owner: Owner = { name: 'baseline', state: 'running' }
  readonly #clock: Clock
  readonly #stock = new Map<string, number>()
  readonly #channels: Channel[]
  #sold = 0

  constructor(
    when: When,
    options: {
      scheduler: Scheduler
      roads: readonly Road[]
      opening: readonly { sku: string; opening: number }[]
      timerOffsetMs: number
    },
  ) {
    this.#when = when
    this.#scheduler = options.scheduler
    this.#clock = createClock(options.scheduler, this.#owner, 0)
    for (const { sku, opening } of options.opening) this.#stock.set(sku, opening)
    this.#channels = options.roads.map(
      (road) => new Channel(road, this.#clock, (order) => this.#learn(order)),
    )
    if (when === 'timer') this.#everyTimer(options.timerOffsetMs)
  }

  async start(): Promise<void> {
    for (const channel of this.#channels) {
      channel.start()
      for (const sku of this.#stock.keys()) this.#want(channel, sku)
    }
  }

  receive(name: string, body: string): void {
    const channel = this.#channels.find(({ road }) => road.shop.spec.name === name)
    for (const event of parseWebhook(body)) {
      if (event.kind !== 'order') continue
      if (event.order !== undefined) channel?.note(event.order)
      else channel?.fetch(event.externalId)
    }
  }

  restock(sku: string, units: number): void {
    this.#stock.set(sku, (this.#stock.get(sku) ?? 0) + units)
    this.#changed([sku])
  }

  async soldUnits(): Promise<number> {
    return this.#sold
  }

  async stop(): Promise<void> {
    this.#owner.state = 'dead'
  }

  #learn(order: ExternalOrder): void {
    const skus = order.lines.map(({ listingExternalId, current }) => {
      const sku = listingExternalId ?? ''
      this.#stock.set(sku, (this.#stock.get(sku) ?? 0) - current)
      this.#sold += current
      return sku
    })
    this.#changed(skus)
  }

  #changed(skus: readonly string[]): void {
    if (this.#when === 'timer') return
    for (const channel of this.#channels) for (const sku of skus) this.#want(channel, sku)
  }

  #want(channel: Channel, sku: string): void {
    channel.want(sku, () => Math.max(0, this.#stock.get(sku) ?? 0))
  }

  #everyTimer(afterMs: number): void {
    this.#scheduler.after(afterMs, {
      owner: this.#owner,
      what: 'baseline: timer',
      run: () => {
        for (const channel of this.#channels) for (const sku of this.#stock.keys()) this.#want(channel, sku)
        this.#everyTimer(TIMER_MS)
      },
    })
  }
}

/** One channel of the baseline: a queue of levels to write, and the orders it knows. */
class Channel {
  readonly road: Road
  readonly #operations: ChannelOperations
  readonly #budgets: Budgets
  readonly #clock: Clock
  readonly #learn: (order: ExternalOrder) => void
  readonly #known = new Set<string>()
  /** Coalesced: a level that changes often while it waits is written once, with its latest number. */
  readonly #wanted = new Map<string, () => number>()
  /** What it believes is shown: what it wrote last, less the sales of this channel that it learned of since. */
  readonly #shown = new Map<string, number>()
  /** Units of this channel's own orders that a platform takes off by itself. */
  readonly #open = new Map<string, number>()
  readonly #countsOpen: boolean
  #isWriting = false
  #writes = 0

  constructor(road: Road, clock: Clock, learn: (order: ExternalOrder) => void) {
    this.road = road
    this.#clock = clock
    this.#learn = learn
    this.#countsOpen = road.shop.spec.style === 'counts-open-orders'
    this.#budgets = createBudgets(road.shop.spec.budgets, clock)
    const context = { settings: {}, credentials: { key: KEY }, http: { budgets: this.#budgets } }
    this.#operations = createShopConnector(road).open(
      context as unknown as ConnectorContext<unknown, unknown>,
    )
  }

  start(): void {
    void this.#poll()
  }

  note(order: ExternalOrder): void {
    if (this.#known.has(order.externalId)) return
    this.#known.add(order.externalId)
    for (const { listingExternalId, current } of order.lines) {
      const sku = listingExternalId ?? ''
      if (this.#countsOpen) this.#open.set(sku, (this.#open.get(sku) ?? 0) + current)
      else this.#shown.set(sku, (this.#shown.get(sku) ?? 0) - current)
    }
    this.#learn(order)
  }

  /** A webhook has said where to look. */
  fetch(id: string): void {
    if (!this.#known.has(id)) void this.#operations.order(id).then((order) => this.note(order))
  }

  want(sku: string, stock: () => number): void {
    this.#wanted.set(sku, stock)
    if (!this.#isWriting) void this.#write()
  }

  async #write(): Promise<void> {
    this.#isWriting = true
    while (this.#wanted.size > 0) {
      // What came in this very moment goes along; then the budget: what changes meanwhile is coalesced.
      await this.#clock.sleep(1)
      while (this.#budgets.snapshot().left * this.#capacity < 1) await this.#clock.sleep(20)
      const writes: LevelWrite[] = []
      for (const [sku, stock] of this.#wanted) {
        if (writes.length === this.road.shop.spec.batchMax) break
        this.#wanted.delete(sku)
        const quantity = stock() + (this.#open.get(sku) ?? 0)
        if (this.#shown.get(sku) === quantity) continue
        this.#shown.set(sku, quantity)
        this.#writes += 1
        const writeId = `${this.road.shop.spec.name}-${this.#writes}`
        writes.push({ writeId, stockUnitId: sku, locationId: 'default', quantity, expected: undefined })
      }
      if (writes.length > 0) await this.#operations.setLevels(writes)
    }
    this.#isWriting = false
  }

  get #capacity(): number {
    const [bucket] = this.road.shop.spec.budgets
    return bucket?.kind === 'token-bucket' ? bucket.capacity : 1
  }

  /** Webhooks get lost: all orders are read now and then, from before the time for which the list may trail. */
  async #poll(): Promise<void> {
    const { visibilityLagMs } = this.road.shop
    let since = this.#clock.now()
    for (;;) {
      const startedAt = this.#clock.now()
      let cursor: string | undefined
      do {
        const page = await this.#operations.orders({ since: new Date(since), cursor })
        for (const order of page.rows) this.note(order)
        cursor = page.next
      } while (cursor !== undefined)
      since = startedAt - visibilityLagMs
      await this.#clock.sleep(ORDERS_POLL_MS)
    }
  }
}
