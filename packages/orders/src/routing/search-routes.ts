/**
 * Finds the places that an order is best sent from.
 *
 * 1. Each place alone. Mostly one of them is proved to be the best at once: no two can be better by their bounds.
 * 2. All places together, each unit from where it is cheapest, if that is few enough parcels; and places added one by one.
 * 3. Branch and bound over sets of places: a line that is not covered must come from one of those that have it. It ends with
 *    the proof that nothing is better, or with its work used up; then
 * 4. the best so far is improved by leaving out and exchanging places.
 */
import { Allotter } from './allot.ts'
import { compareScores, type RoutingProblem, type Score } from './routing-problem.ts'
import { SearchBounds } from './search-bounds.ts'

/** Sets of places that are looked at for one order, at most; each takes about a microsecond. */
export const WORK_MAX = 3_000

export type FoundRoutes = {
  score: Score
  /** By line × size + place: chunks. */
  given: number[]
  /** By place, what it comes to alone. */
  alone: Score[]
  exact: boolean
}

export function searchRoutes(problem: RoutingProblem, workMax = WORK_MAX): FoundRoutes {
  return new RouteSearch(problem, workMax).run()
}

class RouteSearch {
  readonly #problem: RoutingProblem
  readonly #allotter: Allotter
  readonly #bounds: SearchBounds
  readonly #chosen: boolean[]
  readonly #banned: boolean[]
  readonly #best: { score: Score; given: number[] }
  #workLeft: number

  constructor(problem: RoutingProblem, workMax: number) {
    this.#problem = problem
    this.#allotter = new Allotter(problem)
    this.#bounds = new SearchBounds(problem)
    this.#chosen = new Array<boolean>(problem.size).fill(false)
    this.#banned = new Array<boolean>(problem.size).fill(false)
    const nothing = this.#allotter.allot(this.#chosen)
    this.#best = { score: nothing, given: [...this.#allotter.given] }
    this.#workLeft = workMax
  }

  run(): FoundRoutes {
    const { size, parcelsMax } = this.#problem
    const alone: Score[] = []
    for (let place = 0; place < size; place += 1) {
      this.#chosen[place] = true
      alone.push(this.#keep(this.#allotter.allotAlone(place, this.#chosen)))
      this.#chosen[place] = false
    }
    if (parcelsMax > 1 && size > 1 && !this.#isBest(this.#bounds.ofTwo())) this.#searchSets(alone)
    const { score, given } = this.#best
    return { score, given, alone, exact: this.#workLeft > 0 && !this.#allotter.isCut }
  }

  #searchSets(alone: readonly Score[]): void {
    this.#considerAll()
    if (this.#isBest(this.#bounds.ofTwoWithStock())) return
    this.#addOneByOne(alone)
    const byAlone = alone.map((_, place) => place)
    byAlone.sort((a, b) => compareScores(alone[a] ?? [], alone[b] ?? []) || a - b)
    this.#branch(byAlone, alone, 0, 'covering')
    // Nothing that covers all there is in so few parcels: any set may be the one that covers most.
    if (-(this.#best.score[0] ?? 0) < this.#bounds.unitsMax) this.#branch(byAlone, alone, 0, 'any')
    if (this.#workLeft <= 0) this.#exchange()
  }

  /** @returns true where nothing that comes to at least `bound` can be better than what was found */
  #isBest(bound: readonly number[]): boolean {
    return compareScores(bound, this.#best.score) >= 0
  }

  #consider(): Score {
    return this.#keep(this.#allotter.allot(this.#chosen))
  }

  #keep(score: Score): Score {
    if (compareScores(score, this.#best.score) < 0) {
      this.#best.score = score
      this.#best.given = [...this.#allotter.given]
    }
    return score
  }

  /** Each unit from where it is cheapest: the best there is by what units cost, if it does not take too many parcels. */
  #considerAll(): void {
    const { size, lines, parcelsMax } = this.#problem
    const score = this.#allotter.allot(new Array<boolean>(size).fill(true))
    const { given } = this.#allotter
    let parcels = 0
    for (let place = 0; place < size; place += 1)
      if (lines.some((_, line) => (given[line * size + place] ?? 0) > 0)) parcels += 1
    if (parcels > parcelsMax || compareScores(score, this.#best.score) >= 0) return
    this.#best.score = score
    this.#best.given = [...given]
  }

  /** From the best place on its own, always the next that makes it best. */
  #addOneByOne(alone: readonly Score[]): void {
    const { size, parcelsMax } = this.#problem
    let next = alone.reduce(
      (best, score, place) => (compareScores(score, alone[best] ?? []) < 0 ? place : best),
      0,
    )
    let score = alone[next] ?? []
    for (let parcels = 1; ; parcels += 1) {
      this.#chosen[next] = true
      if (parcels === parcelsMax) break
      let found: number | undefined
      for (let place = 0; place < size; place += 1) {
        if (this.#chosen[place] === true) continue
        this.#chosen[place] = true
        const with_ = this.#consider()
        this.#chosen[place] = false
        if (compareScores(with_, score) < 0) {
          score = with_
          found = place
        }
      }
      if (found === undefined) break
      next = found
    }
    this.#chosen.fill(false)
  }

  /**
   * Looks at every set of places that may be better. `covering`: only sets that have all that can be had, so a line that is
   * short must come from a place that has it. A place that was looked at is banned for those beside it: no set comes twice.
   */
  #branch(order: readonly number[], alone: readonly Score[], depth: number, aim: 'covering' | 'any'): void {
    const { parcelsMax } = this.#problem
    const isOut = (place: number) => this.#chosen[place] === true || this.#banned[place] === true
    const short = this.#bounds.shortLine(isOut)
    if (depth > 0 && (short === undefined || aim === 'any')) this.#consider()
    if (depth === parcelsMax) return
    // All is covered: another place only pays where units are cheaper from there.
    const larger = { unitsEach: Number.MAX_SAFE_INTEGER, isLarger: true }
    if (short === undefined && this.#bounds.holds(this.#best.score, parcelsMax - depth, aim, larger)) return
    const isChild = (place: number) =>
      !isOut(place) && (short === undefined || aim === 'any' || this.#bounds.canGive(short, place))
    const banned: number[] = []
    for (const place of order) {
      if (!isChild(place)) continue
      if (this.#workLeft <= 0) break
      this.#workLeft -= 1
      this.#chosen[place] = true
      this.#bounds.count(place, 1)
      // Of any set, places come in the order of what they give alone: those after this one give no more.
      const unitsEach = aim === 'any' ? -(alone[place]?.[0] ?? 0) : Number.MAX_SAFE_INTEGER
      if (!this.#bounds.holds(this.#best.score, parcelsMax - depth - 1, aim, { unitsEach, isLarger: false }))
        this.#branch(order, alone, depth + 1, aim)
      this.#bounds.count(place, -1)
      this.#chosen[place] = false
      this.#banned[place] = true
      banned.push(place)
    }
    for (const place of banned) this.#banned[place] = false
  }

  /** Leaves out or exchanges one place at a time, as long as that helps and for a bounded number of tries. */
  #exchange(): void {
    const { size, lines } = this.#problem
    let triesLeft = WORK_MAX / 2
    for (let isBetter = true; isBetter && triesLeft > 0; ) {
      const before = this.#best.score
      const used = Array.from({ length: size }, (_, place) => place).filter((place) =>
        lines.some((_, line) => (this.#best.given[line * size + place] ?? 0) > 0),
      )
      for (const out of used) {
        for (const each of used) this.#chosen[each] = each !== out
        this.#consider()
        for (let place = 0; place < size && triesLeft > 0; place += 1) {
          if (used.includes(place)) continue
          triesLeft -= 1
          this.#chosen[place] = true
          this.#consider()
          this.#chosen[place] = false
        }
        this.#chosen.fill(false)
      }
      isBetter = compareScores(this.#best.score, before) < 0
    }
  }
}
