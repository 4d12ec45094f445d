import { type CoupledGroup, compareScores, type RoutingProblem, type Score } from './routing-problem.ts'

/**
 * The best way for lines that want the same items (kits with a part in common, packs of different sizes): line by line and
 * place by place all counts are tried, the most first, and what cannot be better than the best so far is left out.
 * @param stepsMax beyond, the best so far counts; the first way is always found
 * @returns chunks by line of the group × size + place, and how many steps it took
 */
export function shareItems(
  problem: RoutingProblem,
  group: CoupledGroup,
  /** By line of the problem: places that can give something, cheapest first. */
  ranked: readonly (readonly number[])[],
  chosen: readonly boolean[],
  stepsMax: number,
): { given: number[]; steps: number; isCut: boolean } {
  const { size, unitCosts, lines } = problem
  const stock = group.stock.map((units) => [...units])
  const given = new Array<number>(group.lines.length * size).fill(0)
  const score: Score = [0, ...unitCosts.map(() => 0)]
  const of = (nth: number) => lines[group.lines[nth] ?? -1] ?? { chunks: 0, chunkUnits: 0 }
  /** Units that the lines after each may still get. */
  const wantedAfter = group.lines.map((_, nth) =>
    group.lines
      .slice(nth + 1)
      .reduce((sum, line) => sum + (lines[line]?.chunks ?? 0) * (lines[line]?.chunkUnits ?? 0), 0),
  )
  let best: { score: Score; given: number[] } | undefined
  let steps = 0
  let isCut = false

  const add = (nth: number, place: number, chunks: number) => {
    for (const { item, units } of group.needs[nth] ?? []) {
      const left = stock[item]
      if (left !== undefined) left[place] = (left[place] ?? 0) - chunks * units
    }
    given[nth * size + place] = (given[nth * size + place] ?? 0) + chunks
    const units = chunks * of(nth).chunkUnits
    score[0] = (score[0] ?? 0) - units
    for (const [preference, costs] of unitCosts.entries()) {
      const cost = costs[(group.lines[nth] ?? 0) * size + place] ?? 0
      score[preference + 1] = (score[preference + 1] ?? 0) + units * cost
    }
  }
  const mostOf = (nth: number, place: number, left: number) =>
    (group.needs[nth] ?? []).reduce(
      (most, { item, units }) => Math.min(most, Math.floor((stock[item]?.[place] ?? 0) / units)),
      left,
    )
  const visit = (nth: number, rank: number, left: number): void => {
    if (nth === group.lines.length) {
      if (best === undefined || compareScores(score, best.score) < 0)
        best = { score: [...score], given: [...given] }
      return
    }
    steps += 1
    if (best !== undefined) {
      if (steps > stepsMax) {
        isCut = true
        return
      }
      // Costs only grow, and no more units can come than are wanted: nothing from here on is better than this.
      const least = [(score[0] ?? 0) - left * of(nth).chunkUnits - (wantedAfter[nth] ?? 0), ...score.slice(1)]
      if (compareScores(least, best.score) >= 0) return
    }
    const places = ranked[group.lines[nth] ?? -1] ?? []
    let at = rank
    while (at < places.length && chosen[places[at] ?? -1] !== true) at += 1
    const place = places[at]
    if (place === undefined || left === 0) {
      visit(nth + 1, 0, nth + 1 < group.lines.length ? of(nth + 1).chunks : 0)
      return
    }
    for (let chunks = Math.max(0, mostOf(nth, place, left)); chunks >= 0; chunks -= 1) {
      add(nth, place, chunks)
      visit(nth, at + 1, left - chunks)
      add(nth, place, -chunks)
    }
  }
  visit(0, 0, of(0).chunks)
  return { given: best?.given ?? given, steps, isCut }
}
