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
  /** Of the places that are in the set: chunks by line, and what their parcels cost by preference. */
  readonly #covered: number[]
  readonly #parcelCost: number[]

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
    this.#covered = lines.map(() => 0)
    this.#parcelCost = parcelCosts.map(() => 0)
    this.#cheapestParcel = parcelCosts.map((costs) => (size === 0 ? 0 : Math.min(...costs)))
  }

  canGive(line: number, place: number): boolean {
    const { capacity, size } = this.#problem
    return (capacity[line * size + place] ?? 0) > 0
  }

  /** The line that the set does not cover which the fewest other places have; undefined: all is covered. */
  shortLine(isOut: (place: number) => boolean): number | undefined {
    const { lines, size } = this.#problem
    let short: number | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (let line = 0; line < lines.length; line += 1) {
      if ((this.#covered[line] ?? 0) >= (this.#target[line] ?? 0)) continue
      let others = 0
      for (let place = 0; place < size; place += 1)
        if (this.canGive(line, place) && !isOut(place)) others += 1
      if (others >= fewest) continue
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

  /** Takes a place into the set that `holds` speaks of, or, with −1, out of it again. */
  count(place: number, sign: 1 | -1): void {
    const { lines, size, capacity, parcelCosts } = this.#problem
    for (let line = 0; line < lines.length; line += 1)
      this.#covered[line] = (this.#covered[line] ?? 0) + sign * (capacity[line * size + place] ?? 0)
    for (let nth = 0; nth < parcelCosts.length; nth += 1)
      this.#parcelCost[nth] = (this.#parcelCost[nth] ?? 0) + sign * (parcelCosts[nth]?.[place] ?? 0)
  }

  /**
   * Whether no plan that uses all places of the set and at most `more` others can be better than a score.
   * @param unitsEach what each of the others can give at most, alone
   * @param isLarger only plans that use another place too
   */
  holds(
    best: readonly number[],
    more: number,
    aim: 'covering' | 'any',
    { unitsEach, isLarger }: { unitsEach: number; isLarger: boolean },
  ): boolean {
    const { lines } = this.#problem
    let units = 0
    let unitsCovered = 0
    let isCovered = true
    for (let line = 0; line < lines.length; line += 1) {
      const covered = this.#covered[line] ?? 0
      const target = this.#target[line] ?? 0
      if (covered < target) isCovered = false
      const most = Math.min(target, covered + more * (this.#mostAlone[line] ?? 0))
      units += (lines[line]?.chunkUnits ?? 0) * most
      unitsCovered += (lines[line]?.chunkUnits ?? 0) * Math.min(target, covered)
    }
    // Together places give no more than each of them alone.
    units = Math.min(units, unitsCovered + more * unitsEach)
    // Not all can be had any more: a plan that covers is not among them.
    if (aim === 'covering' && units < this.unitsMax) return true
    const ofUnits = -units - (best[0] ?? 0)
    if (ofUnits !== 0) return ofUnits > 0
    const unitCosts = aim === 'covering' ? this.#unitCosts() : undefined
    for (let nth = 0; nth < this.#parcelCost.length; nth += 1) {
      const needsMore = isLarger || (aim === 'covering' && !isCovered)
      const rest = needsMore ? (this.#cheapestParcel[nth] ?? 0) : 0
      const difference = (this.#parcelCost[nth] ?? 0) + (unitCosts?.[nth] ?? 0) + rest - (best[nth + 1] ?? 0)
      if (difference !== 0) return difference > 0
    }
    return true
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

function twoCheapest(costs: readonly number[]): number {
  let [first, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const cost of costs) {
    if (cost < first) [first, second] = [cost, first]
    else if (cost < second) second = cost
  }
  return first + second
}
