import type { PosedLine, PosedProblem, Turn } from './pose-problem.ts'
import { NO_TARIFF, type Preference } from './preferences.ts'
import type {
  PlaceVerdict,
  PlaceWhy,
  RoutingOrder,
  RoutingWhy,
  Waiting,
  WaitingBecause,
} from './routing-plan.ts'
import type { Score } from './routing-problem.ts'
import type { FoundRoutes } from './search-routes.ts'

const UNITS: Preference = { rule: null, kind: 'units-routed' }

/** Why these places and none of the others: what excluded each, or the first preference by which it alone is worse. */
export function explainRoutes(
  order: RoutingOrder,
  turn: Turn,
  { lines, candidates }: PosedProblem,
  { score, given, alone, exact }: FoundRoutes,
): RoutingWhy {
  const preferences = [UNITS, ...turn.preferences]
  const places: PlaceWhy[] = []
  let candidate = 0
  for (let place = 0; place < turn.places.length; place += 1) {
    const { locationId, code } = turn.places[place] ?? { locationId: '', code: '' }
    if (candidates[candidate] !== place) {
      places.push(toWhy(locationId, code, excludedOrEmpty(lines, place)))
      continue
    }
    const verdict = isUsed(given, candidates.length, candidate)
      ? CHOSEN
      : compareAlone(preferences, score, alone[candidate] ?? [])
    places.push(toWhy(locationId, code, verdict))
    candidate += 1
  }
  return {
    exact,
    destinationKnown: order.destination !== undefined,
    preferences: preferences.map(({ rule, kind }, nth) => ({
      rule,
      kind,
      value: shown(kind, score[nth] ?? 0),
    })),
    places,
  }
}

/** Written out and not spread: it is done for every place of every order. */
function toWhy(locationId: string, code: string, verdict: PlaceVerdict): PlaceWhy {
  switch (verdict.verdict) {
    case 'chosen':
      return { locationId, code, verdict: 'chosen' }
    case 'excluded':
      return { locationId, code, verdict: 'excluded', rule: verdict.rule, kind: verdict.kind }
    case 'empty':
      return { locationId, code, verdict: 'empty', kept: verdict.kept }
    case 'worse': {
      const { rule, kind, chosen, alone } = verdict
      return { locationId, code, verdict: 'worse', rule, kind, chosen, alone }
    }
    default: {
      const never: never = verdict
      return never
    }
  }
}

/** What excludes a place from a line, a rule before a pin; else that nothing may leave there. */
function excludedOrEmpty(lines: readonly PosedLine[], place: number): PlaceVerdict {
  let pinned: PlaceVerdict | undefined
  let kept = false
  for (const { excluded, there } of lines) {
    const each = excluded[place]
    if (each !== undefined && each.kind !== 'pinned') return each
    pinned ??= each
    if ((there[place] ?? 0) > 0) kept = true
  }
  return pinned ?? { verdict: 'empty', kept }
}

function isUsed(given: readonly number[], size: number, place: number): boolean {
  for (let at = place; at < given.length; at += size) if ((given[at] ?? 0) > 0) return true
  return false
}

const CHOSEN: PlaceVerdict = { verdict: 'chosen' }

function compareAlone(preferences: readonly Preference[], chosen: Score, alone: Score): PlaceVerdict {
  const nth = chosen.findIndex((value, at) => value !== alone[at])
  const { rule, kind } = preferences[nth] ?? { rule: null, kind: 'code' as const }
  return {
    verdict: 'worse',
    rule,
    kind,
    chosen: shown(kind, chosen[nth] ?? 0),
    alone: shown(kind, alone[nth] ?? 0),
  }
}

/** Units that leave are counted below zero inside, since less is better there. */
function shown(kind: Preference['kind'], value: number): number {
  return kind === 'units-routed' ? Math.abs(value) : value
}

/** What the plan costs by the cost table; null where there is none, or none for a parcel of it. */
export function costOf(turn: Turn, { score }: Pick<FoundRoutes, 'score'>): number | null {
  const nth = turn.preferences.findIndex(({ kind }) => kind === 'lowest-cost')
  const cost = nth === -1 ? undefined : score[nth + 1]
  return cost === undefined || cost >= NO_TARIFF ? null : cost
}

/** Units of the order that stay, and why. */
export function explainWaiting(
  { lines, candidates, problem }: PosedProblem,
  { given }: Pick<FoundRoutes, 'given'>,
): Waiting[] {
  const used = candidates.map((_, at) => isUsed(given, candidates.length, at))
  const isFull = used.filter(Boolean).length >= problem.parcelsMax
  return lines.flatMap(({ line, chunks, chunkUnits, capacity, there }, nth) => {
    let routed = 0
    let unused = 0
    for (const [at, place] of candidates.entries()) {
      routed += given[nth * candidates.length + at] ?? 0
      if (used[at] !== true) unused += capacity[place] ?? 0
    }
    const { lineId } = line
    const torn = line.units - chunks * chunkUnits
    const rest: Waiting[] = torn > 0 ? [{ lineId, units: torn, because: 'no-whole-unit' }] : []
    if (routed === chunks) return rest
    const because = (): WaitingBecause => {
      if (isFull && unused > 0) return 'parcels-limit'
      if (line.pinnedLocationId !== undefined) return 'pinned-place'
      return sum(there) > sum(capacity) ? 'excluded-by-rules' : 'no-stock'
    }
    return [{ lineId, units: (chunks - routed) * chunkUnits, because: because() }, ...rest]
  })
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
