import { type PosedLine, placeCost, poseProblem, type Turn } from './pose-problem.ts'
import type { RoutingOrder, RoutingPlan } from './routing-plan.ts'
import { compareScores, type Score } from './routing-problem.ts'

/** An item of an order that another place would have sent than does. */
export type WouldServe = { itemId: string; locationId: string }

/** Decided by what is there: they say nothing of where something would be sent from if it were everywhere. */
const BY_STOCK: ReadonlySet<string> = new Set(['soonest-expiry', 'deepest-stock', 'code'])

/**
 * Where what an order wants would have left from if there had been enough: among the places that may send it and keep it, the one
 * that the preferences put first, for the whole order in one parcel. Pure.
 *
 * Told is only what left from elsewhere because there was too little, or waits. What left from elsewhere by a rule is that
 * place's own demand, and so is what goes from one of several that are equally good.
 *
 * @param keeps whether a place has an item as a rule: one that never has it would have served nobody
 */
export function decideWouldServe(
  order: RoutingOrder,
  turn: Turn,
  { plan, keeps }: { plan: RoutingPlan; keeps(itemId: string, locationId: string): boolean },
): WouldServe[] {
  const { lines } = poseProblem(order, turn)
  const mayServe = lines.map(({ needs, excluded }) =>
    turn.places.flatMap(({ locationId }, place) =>
      excluded[place] === undefined && needs.every(({ itemId }) => keeps(itemId, locationId)) ? [place] : [],
    ),
  )
  const common = (mayServe[0] ?? []).filter((place) => mayServe.every((places) => places.includes(place)))
  const groups =
    common.length > 0
      ? [{ lines, places: common }]
      : lines.map((line, nth) => ({ lines: [line], places: mayServe[nth] ?? [] }))
  // Null: its lines come down to different places, which nobody could add up.
  const placeOf = new Map<string, string | null | undefined>()
  for (const group of groups) {
    const best = bestOf(group, order, turn)
    for (const line of group.lines) {
      const place = placeOfLine(line, group.lines, { best, turn, plan })
      for (const { itemId } of line.needs)
        placeOf.set(itemId, placeOf.has(itemId) && placeOf.get(itemId) !== place ? null : place)
    }
  }
  return [...placeOf].flatMap(([itemId, locationId]) => (locationId == null ? [] : [{ itemId, locationId }]))
}

function placeOfLine(
  { line: { lineId } }: PosedLine,
  together: readonly PosedLine[],
  { best, turn, plan }: { best: readonly number[]; turn: Turn; plan: RoutingPlan },
): string | undefined {
  const isBest = (locationId: string) => best.some((place) => turn.places[place]?.locationId === locationId)
  const sentFrom = plan.parcels
    .filter(({ lines }) => lines.some((each) => each.lineId === lineId))
    .map(({ locationId }) => locationId)
  // Less than a whole unit waits wherever there is plenty.
  const isWaiting = plan.waiting.some((each) => each.lineId === lineId && each.because !== 'no-whole-unit')
  const target = best.find((place) => sentFrom.includes(turn.places[place]?.locationId ?? '')) ?? best[0]
  if (target === undefined) return undefined
  const isShort = together.some(({ capacity, chunks }) => (capacity[target] ?? 0) < chunks)
  const isElsewhere = !sentFrom.every(isBest)
  return isWaiting || (isElsewhere && isShort) ? turn.places[target]?.locationId : undefined
}

/** Those that no other beats, in order of codes. */
function bestOf(
  { lines, places }: { lines: readonly PosedLine[]; places: readonly number[] },
  order: RoutingOrder,
  turn: Turn,
): number[] {
  const units = lines.reduce((sum, { chunks, chunkUnits }) => sum + chunks * chunkUnits, 0)
  const scores = places.map(
    (place): Score =>
      turn.preferences
        .filter(({ kind }) => !BY_STOCK.has(kind))
        .map(({ kind, rule }) => {
          const cost = placeCost(kind, rule, order, place, turn)
          return cost.parcel + units * cost.unit
        }),
  )
  const [least] = scores.toSorted(compareScores)
  return places.filter((_, nth) => compareScores(scores[nth] ?? [], least ?? []) === 0)
}
