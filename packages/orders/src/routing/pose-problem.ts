import { kilometresBetween } from './distance.ts'
import { type FreeStock, firstExpiryDays, freeOf, freeUntil, type Holding } from './free-stock.ts'
import type { LocalTime } from './local-time.ts'
import type { PlaceLimits } from './place-limits.ts'
import { NO_TARIFF, type PlaceCost, type Preference, tariffCost } from './preferences.ts'
import type { PlaceVerdict, RoutingItem, RoutingLine, RoutingOrder, RoutingPlace } from './routing-plan.ts'
import { type CoupledGroup, groupLines, type RoutingProblem } from './routing-problem.ts'
import type { RoutingRules } from './routing-rules.ts'
import type { StockLimits } from './stock-limits.ts'

export type Excluded = Extract<PlaceVerdict, { verdict: 'excluded' }> | undefined

/** What is known when an order's turn comes. All lists by place are in order of codes. */
export type Turn = {
  places: readonly RoutingPlace[]
  rules: RoutingRules
  preferences: readonly Preference[]
  parcelsMax: number
  placeLimits: PlaceLimits
  stockLimits: StockLimits
  stock: FreeStock
  itemOf(itemId: string): RoutingItem
  /** By place: its clock and its calendar. */
  now: readonly LocalTime[]
  /** By place: in how many days an order leaves it. */
  leavesIn: readonly number[]
  /** By place: what keeps it from shipping anything of the order. */
  excluded: readonly Excluded[]
}

/** A line as it is looked for. */
export type PosedLine = {
  line: RoutingLine
  chunks: number
  chunkUnits: number
  needs: { itemId: string; units: number; shelfLifeDays: number }[]
  /** By place: what keeps it from shipping this line. */
  excluded: readonly Excluded[]
  /** By place: chunks that may leave. */
  capacity: number[]
  /** By place: chunks that are there, whether rules let them leave or not. */
  there: number[]
}

export type PosedProblem = {
  problem: RoutingProblem
  lines: PosedLine[]
  /** By place of the problem: the place of the turn. */
  candidates: number[]
}

/** Puts an order into numbers: the lines, the places that may send something of them, and what each costs. */
export function poseProblem(order: RoutingOrder, turn: Turn): PosedProblem {
  const lines = order.lines.map((line) => poseLine(order, line, turn))
  const candidates: number[] = []
  for (let place = 0; place < turn.places.length; place += 1)
    if (lines.some(({ capacity }) => (capacity[place] ?? 0) > 0)) candidates.push(place)
  const groups = poseGroups(lines, candidates, turn)
  const coupled = new Set(groups.flatMap((group) => group.lines))
  const costs = turn.preferences.map((preference) => costsOf(preference, order, lines, candidates, turn))
  return {
    lines,
    candidates,
    problem: {
      lines: lines.map(({ chunks, chunkUnits }, nth) => ({ chunks, chunkUnits, coupled: coupled.has(nth) })),
      size: candidates.length,
      parcelsMax: turn.parcelsMax,
      capacity: lines.flatMap(({ capacity }) => candidates.map((place) => capacity[place] ?? 0)),
      parcelCosts: costs.map(({ parcels }) => parcels),
      unitCosts: costs.map(({ units }) => units),
      groups,
    },
  }
}

function poseLine(order: RoutingOrder, line: RoutingLine, turn: Turn): PosedLine {
  const { places, stock, stockLimits } = turn
  const chunkUnits = line.unitsPerListing
  const parts = line.parts ?? [{ itemId: line.itemId, unitsEach: 1 }]
  const needs: PosedLine['needs'] = []
  for (const { itemId, unitsEach } of parts) {
    const units = chunkUnits * unitsEach
    const known = needs.find((need) => need.itemId === itemId)
    if (known !== undefined) known.units += units
    else needs.push({ itemId, units, shelfLifeDays: stockLimits.shelfLifeDays(order, turn.itemOf(itemId)) })
  }
  const excluded = excludedFor(line, parts, turn)
  const capacity = new Array<number>(places.length).fill(0)
  const there = new Array<number>(places.length).fill(0)
  const [first, ...others] = needs
  // Where the first part is not there is nothing to look for.
  for (const holding of first === undefined ? [] : stock.of(first.itemId)) {
    const { place } = holding
    if (first === undefined) break
    let chunks = Math.floor(mayLeave(holding, first, turn) / first.units)
    let all = Math.floor(freeOf(holding) / first.units)
    for (const need of others) {
      const other = all === 0 ? undefined : stock.find(need.itemId, place)
      chunks = Math.min(
        chunks,
        other === undefined ? 0 : Math.floor(mayLeave(other, need, turn) / need.units),
      )
      all = Math.min(all, other === undefined ? 0 : Math.floor(freeOf(other) / need.units))
    }
    there[place] = all
    if (excluded[place] === undefined) capacity[place] = chunks
  }
  return { line, chunks: Math.floor(line.units / chunkUnits), chunkUnits, needs, excluded, capacity, there }
}

/** Units of one item that this order may take from a place. */
export function mayLeave(
  holding: Holding,
  { itemId, shelfLifeDays }: { itemId: string; shelfLifeDays: number },
  { places, now, stockLimits, itemOf }: Pick<Turn, 'places' | 'now' | 'stockLimits' | 'itemOf'>,
): number {
  const place = places[holding.place]
  if (place === undefined) return 0
  const today = now[holding.place]?.dayNumber ?? 0
  const kept = stockLimits.safetyOf(holding, place, () => itemOf(itemId))
  return Math.max(0, freeUntil(holding, today + shelfLifeDays) - kept)
}

const ELSEWHERE: Excluded = { verdict: 'excluded', rule: null, kind: 'pinned' }

function excludedFor(
  { pinnedLocationId }: RoutingLine,
  parts: readonly { itemId: string }[],
  { places, excluded, placeLimits, itemOf }: Turn,
): readonly Excluded[] {
  if (pinnedLocationId !== undefined) {
    return places.map(({ locationId }, place) => {
      if (locationId !== pinnedLocationId) return ELSEWHERE
      if (excluded[place]?.kind === 'avoided') return excluded[place]
      return placeLimits.shipsAtAll(place) ? undefined : excluded[place]
    })
  }
  const rules = parts.flatMap(({ itemId }) => placeLimits.ofItem(itemOf(itemId)) ?? [])
  if (rules.length === 0) return excluded
  return excluded.map(
    (already, place) => already ?? rules.find(({ allows }) => allows[place] !== true)?.exclusion,
  )
}

function poseGroups(lines: readonly PosedLine[], candidates: readonly number[], turn: Turn): CoupledGroup[] {
  if (lines.length < 2) return []
  const groups = groupLines(lines.map(({ needs }) => needs.map(({ itemId }) => itemId)))
  return groups.map((group) => {
    const items: { itemId: string; shelfLifeDays: number }[] = []
    const needs = group.map((nth) =>
      (lines[nth]?.needs ?? []).map(({ itemId, units, shelfLifeDays }) => {
        let item = items.findIndex((each) => each.itemId === itemId)
        if (item === -1) item = items.push({ itemId, shelfLifeDays }) - 1
        return { item, units }
      }),
    )
    const sizes = new Set(needs.map((each) => (each.length === 1 ? each[0]?.units : undefined)))
    return {
      lines: group,
      needs: needs,
      stock: items.map((item) =>
        candidates.map((place) => {
          const holding = turn.stock.find(item.itemId, place)
          return holding === undefined ? 0 : mayLeave(holding, item, turn)
        }),
      ),
      isUniform: items.length === 1 && sizes.size === 1 && sameUnits(group, lines),
    }
  })
}

/** A kit of one part weighs its own units, not those of its part: its lines are told apart from plain ones. */
function sameUnits(group: readonly number[], lines: readonly PosedLine[]): boolean {
  return new Set(group.map((nth) => lines[nth]?.chunkUnits)).size === 1
}

function costsOf(
  { rule, kind }: Preference,
  order: RoutingOrder,
  lines: readonly PosedLine[],
  candidates: readonly number[],
  turn: Turn,
): { parcels: number[]; units: number[] } {
  if (kind === 'soonest-expiry' || kind === 'deepest-stock') {
    const cost = kind === 'soonest-expiry' ? expiryOf : shallownessOf
    return {
      parcels: candidates.map(() => 0),
      units: lines.flatMap((line) => candidates.map((place) => cost(line, place, turn))),
    }
  }
  const parcels: number[] = []
  const units: number[] = new Array<number>(lines.length * candidates.length)
  for (const [at, place] of candidates.entries()) {
    const { parcel, unit } = placeCost(kind, rule, order, place, turn)
    parcels.push(parcel)
    for (let nth = 0; nth < lines.length; nth += 1) units[nth * candidates.length + at] = unit
  }
  return { parcels, units }
}

/** What a parcel from a place, and a unit in it, cost by one preference. */
export function placeCost(
  kind: Preference['kind'],
  rule: number | null,
  order: RoutingOrder,
  at: number,
  { places, rules, leavesIn }: Turn,
): PlaceCost {
  const place = places[at]
  if (place === undefined) return FREE
  switch (kind) {
    case 'fewest-parcels':
      return { parcel: 1, unit: 0 }
    case 'location-priority':
      return { parcel: 0, unit: place.priority }
    case 'nearest':
      return { parcel: 0, unit: kilometresBetween(place, order.destination) }
    case 'cut-off':
      return { parcel: 0, unit: leavesIn[at] ?? 0 }
    case 'code':
      return { parcel: 0, unit: at }
    case 'lowest-cost': {
      const costs = rules[rule ?? -1]
      if (costs?.kind !== 'lowest-cost') return FREE
      return tariffCost(costs, place, order.destination) ?? { parcel: NO_TARIFF, unit: 0 }
    }
    default:
      return FREE
  }
}
const FREE: PlaceCost = { parcel: 0, unit: 0 }

/** Days until the first unit of the line that may leave there expires; of a kit, of its first part to expire. */
function expiryOf({ needs, capacity }: PosedLine, place: number, { stock, now }: Turn): number {
  if ((capacity[place] ?? 0) === 0) return 0
  const today = now[place]?.dayNumber ?? 0
  return Math.min(
    ...needs.map(({ itemId, shelfLifeDays }) => {
      const holding = stock.find(itemId, place)
      return holding === undefined ? 0 : firstExpiryDays(holding, today + shelfLifeDays, today)
    }),
  )
}

/** How many base units fewer of the line may leave there than from the place with most. */
function shallownessOf({ capacity, chunkUnits }: PosedLine, place: number): number {
  const chunks = capacity[place] ?? 0
  return chunks === 0 ? 0 : (Math.max(...capacity) - chunks) * chunkUnits
}
