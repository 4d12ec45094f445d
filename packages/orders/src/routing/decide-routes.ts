import { Departures } from './departures.ts'
import { costOf, explainRoutes, explainWaiting } from './explain-routes.ts'
import { addUnits, FreeStock, takeUnits } from './free-stock.ts'
import { type LocalTime, LocalTimes } from './local-time.ts'
import { PlaceLimits } from './place-limits.ts'
import { type PosedProblem, poseProblem, type Turn } from './pose-problem.ts'
import { type Preference, preferencesOf } from './preferences.ts'
import type { Parcel, RoutingItem, RoutingOrder, RoutingPlace, RoutingPlan } from './routing-plan.ts'
import type { RoutingRules } from './routing-rules.ts'
import { type FoundRoutes, searchRoutes } from './search-routes.ts'
import { StockLimits } from './stock-limits.ts'
import { decideWouldServe, type WouldServe } from './would-serve.ts'

/** What orders are routed by. */
export type RoutingWorld = {
  places: readonly RoutingPlace[]
  rules: RoutingRules
  /** What rules call items by; one that is missing is fitted only by rules that name none. */
  items?: readonly RoutingItem[]
}

/**
 * Decides from where orders are sent: for each of them as many units as can, in the best way by the rules, or for the
 * units that wait, why. Pure: what one order takes is missing for those after it, and nothing else changes.
 *
 * @param orders in the order in which they may take stock
 * @param at the moment that cut-offs and lives of lots are judged at
 */
export function decideRoutes(world: RoutingWorld, orders: readonly RoutingOrder[], at: Date): RoutingPlan[] {
  const board = new RoutingBoard(world)
  return orders.map((order) => board.decide(order, at))
}

/**
 * Places with what is free at each, as orders take it one after the other. Orders of one batch never get the same units; the
 * own units of an order (`RoutingOrder.own`) are not among what is free: they are added when its turn comes.
 */
export class RoutingBoard {
  readonly #places: readonly RoutingPlace[]
  readonly #placeOf: ReadonlyMap<string, number>
  readonly #rules: RoutingRules
  readonly #preferences: Preference[]
  readonly #parcelsMax: number
  readonly #keepsWhole: boolean
  readonly #placeLimits: PlaceLimits
  readonly #stockLimits: StockLimits
  readonly #stock: FreeStock
  readonly #items: ReadonlyMap<string, RoutingItem>
  readonly #assigned: number[]
  readonly #departures: Departures[]
  readonly #times = new LocalTimes()
  #moment: Moment | undefined

  constructor({ places, rules, items = [] }: RoutingWorld) {
    // In order of codes, so that it does not matter how they were handed over.
    this.#places = [...places].sort((a, b) => (a.code < b.code ? -1 : 1))
    this.#placeOf = new Map(this.#places.map(({ locationId }, place) => [locationId, place]))
    this.#rules = rules
    this.#preferences = preferencesOf(rules)
    this.#parcelsMax = rules.find((rule) => rule.kind === 'split')?.parcelsMax ?? PARCELS_MAX
    this.#keepsWhole = rules.some((rule) => rule.kind === 'whole-orders')
    this.#placeLimits = new PlaceLimits(this.#places, rules)
    this.#stockLimits = new StockLimits(rules)
    this.#stock = new FreeStock(this.#places)
    this.#items = new Map(items.map((item) => [item.itemId, item]))
    this.#assigned = this.#places.map(({ assignedToday }) => assignedToday)
    this.#departures = this.#places.map((place) => new Departures(place))
  }

  /** Routes one order and takes its units away. */
  decide(order: RoutingOrder, at: Date): RoutingPlan {
    this.#giveBack(order)
    const turn = this.#turnOf(order, at)
    const posed = poseProblem(order, turn)
    const found = searchRoutes(posed.problem)
    const why = explainRoutes(order, turn, posed, found)
    const waiting = explainWaiting(posed, found)
    const isKept = this.#keepsWhole && waiting.length > 0
    const plan: RoutingPlan = {
      orderId: order.orderId,
      parcels: isKept ? [] : this.#parcelsOf(posed, found),
      waiting: isKept ? keepWhole(order, waiting) : waiting,
      cost: isKept ? null : costOf(turn, found),
      why,
    }
    if (!isKept) this.#take(posed, found, turn)
    this.#keepForWaiting(order, plan)
    return plan
  }

  /**
   * Where items of an order would have left from, had there been enough; see `decideWouldServe`.
   * @param of.plan what was decided for it; nothing of it has been taken here
   */
  wouldServe(order: RoutingOrder, at: Date, of: Parameters<typeof decideWouldServe>[2]): WouldServe[] {
    return decideWouldServe(order, this.#turnOf(order, at), of)
  }

  #turnOf(order: RoutingOrder, at: Date): Turn {
    const { now, leavesIn } = this.#momentAt(at)
    return {
      places: this.#places,
      rules: this.#rules,
      preferences: this.#preferences,
      parcelsMax: this.#parcelsMax,
      placeLimits: this.#placeLimits,
      stockLimits: this.#stockLimits,
      stock: this.#stock,
      itemOf: (itemId) => this.#items.get(itemId) ?? { itemId, sku: '', tags: [] },
      now,
      leavesIn,
      excluded: this.#placeLimits.ofOrder(order, this.#assigned, {
        instant: at,
        times: this.#times,
        departures: this.#departures,
      }),
    }
  }

  /** Orders of one batch mostly ask at one moment. */
  #momentAt(at: Date): Moment {
    const minute = Math.floor(at.getTime() / MINUTE_MS)
    if (this.#moment?.minute === minute) return this.#moment
    const now = this.#places.map(({ timeZone }) => this.#times.at(at, timeZone))
    const leavesIn = this.#departures.map((departures, place) => departuresAt(departures, now[place]))
    for (const [place, { dayNumber }] of now.entries()) {
      // What left yesterday takes nothing of what can leave today.
      const before = this.#moment?.now[place]?.dayNumber
      if (before !== undefined && before !== dayNumber) this.#assigned[place] = 0
    }
    this.#moment = { minute, now, leavesIn }
    return this.#moment
  }

  #parcelsOf({ lines, candidates }: PosedProblem, { given }: FoundRoutes): Parcel[] {
    return candidates.flatMap((place, at) => {
      const sent = lines.flatMap(({ line: { lineId }, chunkUnits }, nth) => {
        const chunks = given[nth * candidates.length + at] ?? 0
        return chunks === 0 ? [] : [{ lineId, units: chunks * chunkUnits }]
      })
      const locationId = this.#places[place]?.locationId
      return sent.length === 0 || locationId === undefined ? [] : [{ locationId, lines: sent }]
    })
  }

  #take({ lines, candidates }: PosedProblem, { given }: FoundRoutes, { now }: Turn): void {
    for (const [at, place] of candidates.entries()) {
      let isUsed = false
      for (const [nth, { needs }] of lines.entries()) {
        const chunks = given[nth * candidates.length + at] ?? 0
        if (chunks === 0) continue
        isUsed = true
        for (const { itemId, units, shelfLifeDays } of needs) {
          const lastDay = (now[place]?.dayNumber ?? 0) + shelfLifeDays
          takeUnits(this.#stock.at(itemId, place), chunks * units, lastDay)
        }
      }
      if (isUsed) this.#assigned[place] = (this.#assigned[place] ?? 0) + 1
    }
  }

  /** What is reserved for an order is free for it, wherever that is. */
  #giveBack({ own = [] }: RoutingOrder): void {
    for (const { itemId, locationId, units, expiresOn = null } of own) {
      const place = this.#placeOf.get(locationId)
      if (place !== undefined) addUnits(this.#stock.at(itemId, place), units, expiresOn)
    }
  }

  /** Units that wait stay reserved where they are: they are not free for the orders after this one. */
  #keepForWaiting({ own = [], lines }: RoutingOrder, { waiting }: RoutingPlan): void {
    if (own.length === 0 || waiting.length === 0) return
    const left = new Map<string, number>()
    for (const { lineId, units } of waiting) {
      const line = lines.find((each) => each.lineId === lineId)
      if (line === undefined) continue
      for (const { itemId, unitsEach } of line.parts ?? [{ itemId: line.itemId, unitsEach: 1 }])
        left.set(itemId, (left.get(itemId) ?? 0) + units * unitsEach)
    }
    for (const { itemId, locationId, units, expiresOn = null } of own) {
      const place = this.#placeOf.get(locationId)
      const kept = Math.min(units, left.get(itemId) ?? 0)
      if (place === undefined || kept === 0) continue
      addUnits(this.#stock.at(itemId, place), -kept, expiresOn)
      left.set(itemId, (left.get(itemId) ?? 0) - kept)
    }
  }
}

const MINUTE_MS = 60_000
type Moment = { minute: number; now: LocalTime[]; leavesIn: number[] }

/** More than anybody would send one order in. */
const PARCELS_MAX = 20

function departuresAt(departures: Departures, now: LocalTime | undefined): number {
  return now === undefined ? 0 : departures.daysAt(now)
}

function keepWhole({ lines }: RoutingOrder, waiting: RoutingPlan['waiting']): RoutingPlan['waiting'] {
  const because = new Map(waiting.map((each) => [each.lineId, each.because]))
  return lines.map(({ lineId, units }) => ({
    lineId,
    units,
    because: because.get(lineId) ?? 'whole-order',
  }))
}
