import type { Scheduler } from '../world/scheduler.ts'
import type { Road } from './connector.ts'
import type { Strategy } from './strategy.ts'

/** When units are taken from a channel that has more than its share: never, once another has none, or as soon as it has. */
export const TAKES = ['never', 'for-the-empty', 'always'] as const
export type Takes = (typeof TAKES)[number]

/**
 * What is missed where nothing but the platforms' delays stands in the way of overselling nothing: the measure of
 * `guaranteed`. It deals units as that does (each is shown on one channel at a time) and has everything else that a
 * synchroniser could wish for. It hears of every sale at once, knows how much each channel sells of a hundred, has no limits,
 * and every request of its own is as fast as any. Only what is shown on a channel may be bought there until a request to show
 * less has come, and where such a request says nothing of what was sold before, until every sale before it must show.
 *
 * It does not know who comes next, so that it is no limit for one who did.
 */
export class DelaysAlone implements Strategy {
  readonly #scheduler: Scheduler
  readonly #roads: readonly Road[]
  readonly #takes: Takes
  readonly #skus: readonly string[]
  /** Units that are shown nowhere and may be. */
  readonly #free = new Map<string, number>()
  /** Units on their way to a channel, by SKU and channel. */
  readonly #coming = new Map<string, number>()
  /** Units that are being taken from a channel, until the request has come there. */
  readonly #going = new Map<string, number>()

  constructor(options: {
    scheduler: Scheduler
    roads: readonly Road[]
    opening: readonly { sku: string; opening: number }[]
    takes: Takes
  }) {
    this.#scheduler = options.scheduler
    this.#roads = options.roads
    this.#takes = options.takes
    this.#skus = options.opening.map(({ sku }) => sku)
    for (const { sku, opening } of options.opening) {
      // The rest is shown already.
      const shown = options.roads.reduce((sum, { shop }) => sum + shop.sellableOf(sku), 0)
      this.#free.set(sku, opening - shown)
    }
    for (const { shop } of options.roads)
      shop.onSale = (skus) => {
        for (const sku of skus) this.#deal(sku)
      }
  }

  async start(): Promise<void> {
    for (const sku of this.#skus) this.#deal(sku)
  }

  receive(): void {
    // It has heard of the sale already.
  }

  restock(sku: string, units: number): void {
    add(this.#free, sku, units)
    this.#deal(sku)
  }

  async soldUnits(): Promise<number> {
    return this.#roads.reduce(
      (sum, { shop }) => sum + [...shop.soldUnits.values()].reduce((own, units) => own + units, 0),
      0,
    )
  }

  async stop(): Promise<void> {
    for (const { shop } of this.#roads) shop.onSale = () => undefined
  }

  #deal(sku: string): void {
    const has = this.#roads.map(
      (road) => road.shop.sellableOf(sku) + of(this.#coming, sku, road) - of(this.#going, sku, road),
    )
    const free = this.#free.get(sku) ?? 0
    const targets = apportion(
      has.reduce((sum, units) => sum + units, free),
      this.#roads.map(({ shop }) => shop.spec.share),
    )
    const wants = targets.map((target, nth) => target - (has[nth] ?? 0))
    const given = giveOut(free, wants)
    for (const [nth, units] of given.entries()) this.#give(sku, this.#roads[nth], units)
    const isAnyEmpty = has.some((units, nth) => units + (given[nth] ?? 0) === 0 && (targets[nth] ?? 0) > 0)
    if (this.#takes === 'never' || (this.#takes === 'for-the-empty' && !isAnyEmpty)) return
    for (const [nth, want] of wants.entries()) this.#take(sku, this.#roads[nth], -want)
  }

  #give(sku: string, road: Road | undefined, units: number): void {
    if (road === undefined || units <= 0) return
    add(this.#free, sku, -units)
    add(this.#coming, keyOf(sku, road), units)
    road.calls += 1
    this.#scheduler.after(arrivesMs(road), {
      what: `${road.shop.spec.name}: more is shown`,
      run: () => {
        add(this.#coming, keyOf(sku, road), -units)
        road.shop.change(sku, units)
      },
    })
  }

  #take(sku: string, road: Road | undefined, units: number): void {
    if (road === undefined || units <= 0) return
    add(this.#going, keyOf(sku, road), units)
    road.calls += 1
    this.#scheduler.after(arrivesMs(road), {
      what: `${road.shop.spec.name}: less is shown`,
      run: () => {
        add(this.#going, keyOf(sku, road), -units)
        const taken = Math.min(units, road.shop.sellableOf(sku))
        road.shop.change(sku, -taken)
        this.#scheduler.after(provenMs(road), {
          what: `${road.shop.spec.name}: units are free`,
          run: () => this.restock(sku, taken),
        })
      },
    })
  }
}

/** Until a request has been carried out, at the least. */
function arrivesMs({ shop, delay }: Road): number {
  return (shop.spec.hopMs.least + (shop.spec.feedMs?.least ?? 0)) * delay
}

/** From then until it is known what was sold before: the answer says it, or the list of orders. */
function provenMs({ shop, delay }: Road): number {
  const answerMs = shop.spec.hopMs.least * delay
  return shop.spec.style === 'compare-and-set' ? answerMs : Math.max(answerMs, shop.visibilityLagMs)
}

/** Whole units by shares, the largest remainders first; ties to whoever sells more. They add up to `units`. */
export function apportion(units: number, shares: readonly number[]): number[] {
  const all = shares.reduce((sum, share) => sum + share, 0)
  const exact = shares.map((share) => (units * share) / all)
  const whole = exact.map(Math.floor)
  const left = units - whole.reduce((sum, each) => sum + each, 0)
  const order = exact
    .map((each, nth) => ({ nth, rest: each - (whole[nth] ?? 0), share: shares[nth] ?? 0 }))
    .sort((a, b) => b.rest - a.rest || b.share - a.share || a.nth - b.nth)
  for (const { nth } of order.slice(0, left)) whole[nth] = (whole[nth] ?? 0) + 1
  return whole
}

/** Of what is free, to those who want, most first. */
function giveOut(free: number, wants: readonly number[]): number[] {
  const given = wants.map(() => 0)
  let left = free
  const order = wants.map((want, nth) => ({ want, nth })).sort((a, b) => b.want - a.want || a.nth - b.nth)
  for (const { want, nth } of order) {
    const units = Math.max(0, Math.min(want, left))
    given[nth] = units
    left -= units
  }
  return given
}

function keyOf(sku: string, { shop }: Road): string {
  return `${shop.spec.name} ${sku}`
}

function of(sums: ReadonlyMap<string, number>, sku: string, road: Road): number {
  return sums.get(keyOf(sku, road)) ?? 0
}

function add(sums: Map<string, number>, key: string, units: number): void {
  sums.set(key, (sums.get(key) ?? 0) + units)
}
