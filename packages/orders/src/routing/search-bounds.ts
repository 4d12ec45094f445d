import type { RoutingProblem } from './routing-problem.ts'

/**
 * What no set of places can beat. Each figure is a bound by itself, so a list of them bounds scores by their order too: a
 * score with no figure below the bound's is never better than the bound.
 */
export class SearchBounds {
  readonly #problem: RoutingProblem
  /** By line: chunks that all places together can give, at most. */
  readonly #target: number[]
  /** Base units of all targets. */
  readonly unitsMax: number
  /** By line: chunks that one place can give, at most. */
  readonly #mostAlone: number[]
  /** By preference: what the cheapest parcel costs. */
  readonly #cheapestParcel: number[]
  #unitCostWithStock: number[] | undefined

  constructor(problem: RoutingProblem) {
    this.#problem = problem
    const { lines, size, capacity, parcelCosts } = problem
    this.#mostAlone = lines.map((_, line) => {
      let most = 0
      for (let place = 0; place < size; place += 1) most = Math.max(most, capacity[line * size + place] ?? 0)
      return most
    })
    this.#target = lines.map(({ chunks }, line) => {
      let all = 0
      for (let place = 0; place < size; place += 1) all += capacity[line * size + place] ?? 0
      return Math.min(chunks, all)
    })
    this.unitsMax = lines.reduce(
      (sum, { chunkUnits }, line) => sum + chunkUnits * (this.#target[line] ?? 0),
      0,
    )
    this.#cheapestParcel = parcelCosts.map((costs) => (size === 0 ? 0 : Math.min(...costs)))
  }

  canGive(line: number, place: number): boolean {
    const { capacity, size } = this.#problem
    return (capacity[line * size + place] ?? 0) > 0
  }

  /** The line that the places do not cover which the fewest others have; undefined: all is covered. */
  shortLine(chosen: readonly boolean[], banned: readonly boolean[]): number | undefined {
    const { lines, size, capacity } = this.#problem
    let short: number | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (let line = 0; line < lines.length; line += 1) {
      let covered = 0
      let others = 0
      for (let place = 0; place < size; place += 1) {
        const chunks = capacity[line * size + place] ?? 0
        if (chosen[place] === true) covered += chunks
        else if (chunks > 0 && banned[place] !== true) others += 1
      }
      if (covered >= (this.#target[line] ?? 0) || others >= fewest) continue
      short = line
      fewest = others
    }
    return short
  }

  /** Of every plan of two parcels and more, however the units are spread. Quick, and mostly enough. */
  ofTwo(): number[] {
    const { parcelCosts } = this.#problem
    return [-this.unitsMax, ...parcelCosts.map((costs, nth) => twoCheapest(costs) + this.#unitCost(nth))]
  }

  /** The same, with each unit from the cheapest place that still has one. */
  ofTwoWithStock(): number[] {
    const units = this.#unitCosts()
    return [
      -this.unitsMax,
      ...this.#problem.parcelCosts.map((costs, nth) => twoCheapest(costs) + (units[nth] ?? 0)),
    ]
  }

  /** Of every plan that uses all of these places and at most `more` others. */
  of(chosen: readonly boolean[], more: number, aim: 'covering' | 'any'): number[] {
    const { lines, size, capacity, parcelCosts } = this.#problem
    let units = 0
    let isCovered = true
    for (let line = 0; line < lines.length; line += 1) {
      let covered = 0
      for (let place = 0; place < size; place += 1)
        if (chosen[place] === true) covered += capacity[line * size + place] ?? 0
      const target = this.#target[line] ?? 0
      if (covered < target) isCovered = false
      units +=
        (lines[line]?.chunkUnits ?? 0) * Math.min(target, covered + more * (this.#mostAlone[line] ?? 0))
    }
    // Not all can be had any more: a plan that covers is not among them.
    if (aim === 'covering' && units < this.unitsMax) return IMPOSSIBLE
    const unitCosts = aim === 'covering' ? this.#unitCosts() : undefined
    const bound = [-units]
    for (let nth = 0; nth < parcelCosts.length; nth += 1) {
      let cost = unitCosts?.[nth] ?? 0
      for (let place = 0; place < size; place += 1)
        if (chosen[place] === true) cost += parcelCosts[nth]?.[place] ?? 0
      if (!isCovered && aim === 'covering') cost += this.#cheapestParcel[nth] ?? 0
      bound.push(cost)
    }
    return bound
  }

  /** All targets at each line's cheapest place. */
  #unitCost(nth: number): number {
    const { lines, size, capacity, unitCosts } = this.#problem
    const costs = unitCosts[nth] ?? []
    let sum = 0
    for (let line = 0; line < lines.length; line += 1) {
      let cheapest = Number.POSITIVE_INFINITY
      for (let place = 0; place < size; place += 1)
        if ((capacity[line * size + place] ?? 0) > 0)
          cheapest = Math.min(cheapest, costs[line * size + place] ?? 0)
      const units = (this.#target[line] ?? 0) * (lines[line]?.chunkUnits ?? 0)
      if (units > 0) sum += units * cheapest
    }
    return sum
  }

  #unitCosts(): number[] {
    this.#unitCostWithStock ??= this.#problem.unitCosts.map((costs) => this.#spreadCost(costs))
    return this.#unitCostWithStock
  }

  #spreadCost(costs: readonly number[]): number {
    const { lines, size, capacity } = this.#problem
    let sum = 0
    for (let line = 0; line < lines.length; line += 1) {
      let left = this.#target[line] ?? 0
      const places: number[] = []
      for (let place = 0; place < size; place += 1)
        if (this.canGive(line, place)) places.push(line * size + place)
      places.sort((a, b) => (costs[a] ?? 0) - (costs[b] ?? 0))
      for (const at of places) {
        if (left === 0) break
        const chunks = Math.min(left, capacity[at] ?? 0)
        sum += chunks * (lines[line]?.chunkUnits ?? 0) * (costs[at] ?? 0)
        left -= chunks
      }
    }
    return sum
  }
}

/** Worse than any plan. */
const IMPOSSIBLE: number[] = [Number.POSITIVE_INFINITY]

function twoCheapest(costs: readonly number[]): number {
  let [first, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const cost of costs) {
    if (cost < first) [first, second] = [cost, first]
    else if (cost < second) second = cost
  }
  return first + second
}
