import type { CoupledGroup, RoutingProblem, Score } from './routing-problem.ts'
import { shareItems } from './share-items.ts'

/** Steps in which lines that share items are tried: for one set of places, and for all sets of an order. */
const STEPS_OF_SET_MAX = 2_000
const STEPS_MAX = 20_000

/**
 * What each place of a set gives. For lines that share no items that is exact: cheapest units first, by the first preference
 * that differs. Lines that share items are tried in all ways, as far as that is few.
 */
export class Allotter {
  readonly #problem: RoutingProblem
  /** By line: places that can give something, cheapest first. */
  #rankedPlaces: number[][] | undefined
  /** By line × size + place: chunks. As the last `allot` left it. */
  readonly given: number[]
  /** True once some ways were left out because they were too many. */
  isCut = false
  #stepsLeft = STEPS_MAX

  constructor(problem: RoutingProblem) {
    this.#problem = problem
    this.given = new Array<number>(problem.lines.length * problem.size).fill(0)
  }

  /** @param chosen by place: whether it may be used @returns what it comes to; `given` says how */
  allot(chosen: readonly boolean[]): Score {
    const { lines, groups } = this.#problem
    this.given.fill(0)
    for (const [line, { coupled, chunks }] of lines.entries()) {
      if (!coupled) this.#fill(line, chunks, chosen, this.#problem.capacity)
    }
    for (const group of groups) {
      if (group.isUniform) this.#fillInTurn(group, chosen)
      else this.#tryAll(group, chosen)
    }
    return scoreOf(this.#problem, this.given)
  }

  /** The same for one place alone, which is asked of every place: mostly nothing has to be put in order. */
  allotAlone(place: number, chosen: readonly boolean[]): Score {
    const { lines, groups, size, capacity, unitCosts, parcelCosts } = this.#problem
    if (groups.length > 0) return this.allot(chosen)
    this.given.fill(0)
    const score: Score = new Array<number>(unitCosts.length + 1).fill(0)
    let isUsed = false
    for (let line = 0; line < lines.length; line += 1) {
      const at = line * size + place
      const chunks = Math.min(lines[line]?.chunks ?? 0, capacity[at] ?? 0)
      if (chunks === 0) continue
      isUsed = true
      this.given[at] = chunks
      addUnits(score, unitCosts, at, chunks * (lines[line]?.chunkUnits ?? 0))
    }
    if (isUsed) addParcel(score, parcelCosts, place)
    return score
  }

  /** Made when it is first asked for: one place alone often is the proved best. */
  get #ranked(): number[][] {
    this.#rankedPlaces ??= this.#problem.lines.map((_, line) => rankPlaces(this.#problem, line))
    return this.#rankedPlaces
  }

  #fill(line: number, chunks: number, chosen: readonly boolean[], capacity: readonly number[]): void {
    const { size } = this.#problem
    let left = chunks
    for (const place of this.#ranked[line] ?? []) {
      if (left === 0) return
      if (chosen[place] !== true) continue
      const taken = Math.max(0, Math.min(left, capacity[line * size + place] ?? 0))
      this.given[line * size + place] = taken
      left -= taken
    }
  }

  /** Lines that can come from fewer places first: a pinned one has no other. */
  #fillInTurn({ lines }: CoupledGroup, chosen: readonly boolean[]): void {
    const { size, capacity } = this.#problem
    const left = [...capacity]
    const places = (line: number) => this.#ranked[line]?.length ?? 0
    for (const line of [...lines].sort((a, b) => places(a) - places(b) || a - b)) {
      this.#fill(line, this.#problem.lines[line]?.chunks ?? 0, chosen, left)
      for (let place = 0; place < size; place += 1) {
        const taken = this.given[line * size + place] ?? 0
        if (taken > 0)
          for (const each of lines) left[each * size + place] = (left[each * size + place] ?? 0) - taken
      }
    }
  }

  #tryAll(group: CoupledGroup, chosen: readonly boolean[]): void {
    const { size } = this.#problem
    const stepsMax = Math.min(STEPS_OF_SET_MAX, this.#stepsLeft)
    const shared = shareItems(this.#problem, group, this.#ranked, chosen, stepsMax)
    this.#stepsLeft -= Math.min(shared.steps, this.#stepsLeft)
    if (shared.isCut) this.isCut = true
    for (const [nth, line] of group.lines.entries())
      for (let place = 0; place < size; place += 1)
        this.given[line * size + place] = shared.given[nth * size + place] ?? 0
  }
}

/** What a plan comes to. */
function scoreOf(problem: RoutingProblem, given: readonly number[]): Score {
  const { lines, size, unitCosts, parcelCosts } = problem
  const score: Score = new Array<number>(unitCosts.length + 1).fill(0)
  for (let place = 0; place < size; place += 1) {
    let isUsed = false
    for (let line = 0; line < lines.length; line += 1) {
      const at = line * size + place
      const chunks = given[at] ?? 0
      if (chunks === 0) continue
      isUsed = true
      const units = chunks * (lines[line]?.chunkUnits ?? 0)
      addUnits(score, unitCosts, at, units)
    }
    if (isUsed) addParcel(score, parcelCosts, place)
  }
  return score
}

function addUnits(score: Score, unitCosts: readonly (readonly number[])[], at: number, units: number): void {
  score[0] = (score[0] ?? 0) - units
  for (let nth = 0; nth < unitCosts.length; nth += 1)
    score[nth + 1] = (score[nth + 1] ?? 0) + units * (unitCosts[nth]?.[at] ?? 0)
}

function addParcel(score: Score, parcelCosts: readonly (readonly number[])[], place: number): void {
  for (let nth = 0; nth < parcelCosts.length; nth += 1)
    score[nth + 1] = (score[nth + 1] ?? 0) + (parcelCosts[nth]?.[place] ?? 0)
}

function rankPlaces({ size, capacity, unitCosts }: RoutingProblem, line: number): number[] {
  const places: number[] = []
  for (let place = 0; place < size; place += 1)
    if ((capacity[line * size + place] ?? 0) > 0) places.push(place)
  return places.sort((a, b) => {
    for (const costs of unitCosts) {
      const difference = (costs[line * size + a] ?? 0) - (costs[line * size + b] ?? 0)
      if (difference !== 0) return difference
    }
    return a - b
  })
}
