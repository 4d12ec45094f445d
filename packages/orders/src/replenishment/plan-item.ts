import { type Arrival, daysOfCover, runsOutInDays, unitsToKeep } from './cover.ts'
import type { DemandRate } from './demand-rate.ts'
import { type KitNeed, positionInKit, sumsOfKit } from './kit-needs.ts'
import { decideLevels, type Levels } from './levels.ts'
import { sendSurplus } from './share-surplus.ts'
import { shareUnits } from './share-units.ts'

/** One item at one place, as it stands. Base units; days from today. */
export type PlaceFigures = {
  locationId: string
  /** Null or absent: nobody said. */
  country?: string | null | undefined
  onHand: number
  reserved: number
  held: number
  /** Units of lots that may not leave, beyond what is reserved of them. */
  blocked: number
  /** Units there that channels may sell already: they cannot be sent away. */
  granted: number
  /** On their way here by ledger and documents, drafts of transfers too. */
  incoming: readonly Arrival[]
  /** In drafts of transfers from here. */
  leaving: number
  demand: DemandRate
  /** What is put together from it here; absent: nothing. */
  kits?: readonly KitNeed[] | undefined
  rule: PlaceRule
}

/** How one item is replenished at one place: settings, the nearest for each, and defaults. */
export type PlaceRule = {
  replenish: boolean
  source: Source
  leadDays: number
  deviationDays: number
  /** From 0.5 on, below 1. */
  serviceLevel: number
  reviewDays: number
  packUnits: number
  minimumUnits: number
}

/** `assembly`: it is put together there from its parts. `none`: from a place of ours, and there is none that could be. */
export type Source =
  | { kind: 'location'; locationId: string }
  | { kind: 'supplier'; name: string | null }
  | { kind: 'assembly' }
  | { kind: 'none' }

/** The most urgent first. */
export const URGENCIES = ['out', 'late', 'due', 'soon', 'enough', 'no-demand', 'unknown', 'off'] as const
/**
 * `out`: nothing is available. `late`: it runs out before units ordered now would come. `due`: to be ordered now. `soon`: at
 * the next look. `unknown`: not enough history. `off`: not to be replenished.
 */
export type Urgency = (typeof URGENCIES)[number]

export type Suggestion =
  | { kind: 'transfer'; fromLocationId: string; units: number }
  | { kind: 'purchase'; supplier: string | null; units: number }
  | { kind: 'assembly'; units: number }

/** Why less is suggested than is missing. */
export const SHORT_BECAUSE = [
  'source-has-too-little',
  'source-unknown',
  'held-for-channels',
  'below-minimum',
  'no-source',
  'parts-missing',
  'surplus-first',
] as const
export type ShortBecause = (typeof SHORT_BECAUSE)[number]

export type PlacePlan = {
  locationId: string
  urgency: Urgency
  available: number
  /** Available and on its way, less what is leaving. */
  position: number
  coverDays: number | null
  runsOutInDays: number | null
  /** Its own demand; undefined where that is not known. */
  levels: Levels | undefined
  /** With the places that are supplied from here: what it orders by. The same as its own where there are none. */
  network:
    | {
        perDay: number
        variancePerDay: number
        position: number
        levels: Levels
        places: readonly string[]
      }
    | undefined
  /** What it may give others without lacking anything itself until more comes. */
  spare: number
  /** Up to its order-up-to level, in whole packs; 0: nothing is to be ordered. */
  wanted: number
  /** Of what is put together it is decided with the parts (`plan-together.ts`). */
  suggestion: Suggestion | undefined
  because: ShortBecause | undefined
  /** What is put together of it here, as it was planned by. */
  kits: readonly KitNeed[]
  /** Whole kits that it may give its units for, each as if it were the only part. */
  forKits: readonly { kitId: string; kits: number }[]
}

/**
 * Decides for one item what each of its places is to get: transfers from where there is more than is needed, purchases
 * where a place buys for itself and for those that it supplies, unless another such place has too much. Pure; the same for the same places in any order.
 */
export function planItem(places: readonly PlaceFigures[]): PlacePlan[] {
  const nodes = new Map(places.map((place) => [place.locationId, toNode(place)]))
  for (const node of nodes.values()) {
    const source = sourceOf(node, nodes)
    if (source !== undefined) source.supplied.push(node)
  }
  for (const node of nodes.values()) node.network = networkOf(node)
  const plans = new Map([...nodes.values()].map((node) => [node.figures.locationId, toPlan(node, nodes)]))
  for (const node of nodes.values()) giveFrom(node, plans)
  const planned = places.flatMap((figures) => {
    const plan = plans.get(figures.locationId)
    return plan === undefined ? [] : [{ figures, plan }]
  })
  const sent = sendSurplus(planned)
  return planned.map(({ plan }) => sent.get(plan.locationId) ?? plan)
}

type Node = {
  figures: PlaceFigures
  available: number
  position: number
  levels: Levels | undefined
  supplied: Node[]
  network: PlacePlan['network']
}

function toNode(figures: PlaceFigures): Node {
  const { onHand, reserved, held, blocked, incoming, leaving, demand, rule } = figures
  const available = onHand - reserved - held - blocked
  const coming = incoming.reduce((sum, { units }) => sum + units, 0)
  return {
    figures,
    available,
    position: available + coming - leaving,
    levels:
      demand.kind === 'not-enough'
        ? undefined
        : decideLevels({ ...rule, perDay: demand.perDay, variancePerDay: demand.variancePerDay }),
    supplied: [],
    network: undefined,
  }
}

/** Where it gets units of ours from; undefined: from nowhere, or only in a circle. */
function sourceOf(node: Node, nodes: ReadonlyMap<string, Node>): Node | undefined {
  const { source } = node.figures.rule
  const found = source.kind === 'location' ? nodes.get(source.locationId) : undefined
  const seen = new Set<Node>([node])
  for (let at = found; at !== undefined; ) {
    if (seen.has(at)) return undefined
    seen.add(at)
    const next: Source = at.figures.rule.source
    at = next.kind === 'location' ? nodes.get(next.locationId) : undefined
  }
  return found
}

/** Demand of a place and of all that it supplies. */
type Sums = {
  perDay: number
  variancePerDay: number
  /** What is wanted of those it supplies on their ways from here, and their own safety stock. */
  onward: { demand: number; safetyStock: number }
}

/**
 * What a place orders by: demand, levels and position of itself and of all that it supplies (the echelon stock of Clark and
 * Scarf, Management Science 6, 1960), or it would learn of their demand only when they have emptied it. What one of them has
 * beyond what it sells itself until an order made now had come by way of here is of no use to the others and does not count.
 */
function networkOf(node: Node): PlacePlan['network'] {
  const { rule } = node.figures
  const sums = sumsOf(node)
  if (sums === undefined) return undefined
  return {
    perDay: sums.perDay,
    variancePerDay: sums.variancePerDay,
    position: positionOf(node, rule, 0),
    levels: decideLevels({ ...rule, ...sums }),
    places: placesOf(node),
  }
}

/** Undefined: nobody knows how fast anything of it sells. */
function sumsOf(node: Node): Sums | undefined {
  const { levels, figures } = node
  const { perDay, variancePerDay } = figures.demand
  const none = { demand: 0, safetyStock: 0 }
  const own = levels === undefined ? [] : [{ perDay, variancePerDay, onward: none }]
  const others = suppliedOf(node).map(({ supplied, sums }) => {
    const { rule } = supplied.figures
    const { demandOverLead: demand, safetyStock } = decideLevels({ ...rule, ...sums })
    return { ...sums, onward: { demand, safetyStock } }
  })
  const all = [...own, ...others, ...kitsOf(node).map(sumsOfKit)]
  if (all.length === 0) return undefined
  const sum = (of: (each: Sums) => number) => all.reduce((total, each) => total + of(each), 0)
  return {
    perDay: sum((each) => each.perDay),
    variancePerDay: sum((each) => each.variancePerDay),
    onward: {
      demand: sum(({ onward }) => onward.demand),
      safetyStock: sum(({ onward }) => onward.safetyStock),
    },
  }
}

/** Those that it supplies and of which it is known how fast they sell, or those behind them. */
function suppliedOf(node: Node): { supplied: Node; sums: Sums }[] {
  return node.supplied.flatMap((supplied) => {
    const sums = supplied.figures.rule.replenish ? sumsOf(supplied) : undefined
    return sums === undefined ? [] : [{ supplied, sums }]
  })
}

/**
 * @param ordering the rule of the place that orders for all of them
 * @param waysDays how long units take from there to this one
 */
function positionOf(node: Node, ordering: PlaceRule, waysDays: number): number {
  const inKits = kitsOf(node).reduce((sum, kit) => sum + positionInKit(kit, ordering, waysDays), 0)
  return suppliedOf(node).reduce((position, { supplied, sums }) => {
    const ways = waysDays + supplied.figures.rule.leadDays
    const { perDay, onward } = sums
    const own = decideLevels({ ...supplied.figures.rule, ...sums })
    const until = { demand: perDay * ways + onward.demand, safetyStock: own.safetyStock }
    const far = decideLevels({ ...ordering, ...sums, onward: until })
    // What is sent there up to its own level stays counted, or sending it would be a reason to buy. One more: whoever is full
    // to the brim is not about to order.
    const most = Math.max(own.orderUpTo, far.orderUpTo) + 1
    return position + Math.min(most, positionOf(supplied, ordering, ways))
  }, node.position + inKits)
}

function kitsOf({ figures }: Node): readonly KitNeed[] {
  return figures.kits ?? []
}

function placesOf(node: Node): string[] {
  return [node.figures.locationId, ...suppliedOf(node).flatMap(({ supplied }) => placesOf(supplied))]
}

function toPlan(node: Node, nodes: ReadonlyMap<string, Node>): PlacePlan {
  const { figures, available, position, levels, network } = node
  const { rule, demand, incoming } = figures
  const runsOut = levels === undefined ? null : runsOutInDays(available, demand.perDay, incoming)
  const isDue = rule.replenish && network !== undefined && network.perDay > 0 && isAtPoint(network)
  const missing = isDue ? network.levels.orderUpTo - network.position : 0
  const wanted = Math.floor(missing / rule.packUnits) * rule.packUnits
  const buys = rule.source.kind === 'supplier' && wanted > 0
  const { kind } = rule.source
  const hasSource = kind === 'supplier' || kind === 'assembly' || sourceOf(node, nodes) !== undefined
  return {
    locationId: figures.locationId,
    urgency: urgencyOf(node, runsOut, isDue),
    available,
    position,
    coverDays: levels === undefined ? null : daysOfCover(available, demand.perDay),
    runsOutInDays: runsOut,
    levels,
    network,
    spare: spareOf(node).units,
    wanted,
    suggestion:
      buys && rule.source.kind === 'supplier'
        ? { kind: 'purchase', supplier: rule.source.name, units: wanted }
        : undefined,
    because: wanted > 0 && !hasSource ? 'no-source' : undefined,
    kits: kitsOf(node),
    forKits: [],
  }
}

function isAtPoint({ position, levels }: NonNullable<PlacePlan['network']>): boolean {
  return position <= levels.reorderPoint
}

function urgencyOf(node: Node, runsOut: number | null, isDue: boolean): Urgency {
  const { figures, available, levels, network } = node
  if (!figures.rule.replenish) return 'off'
  if (network === undefined) return 'unknown'
  if (network.perDay === 0) return 'no-demand'
  if (levels !== undefined && figures.demand.perDay > 0) {
    if (available <= 0) return 'out'
    if (runsOut !== null && runsOut < figures.rule.leadDays) return 'late'
  }
  if (isDue) return 'due'
  const atNextLook = network.position - network.perDay * figures.rule.reviewDays
  return atNextLook <= network.levels.reorderPoint ? 'soon' : 'enough'
}

/** What lies there, less what it needs itself until more comes, and what channels may sell already. */
function spareOf({ figures, available, levels }: Node): { units: number; because: ShortBecause } {
  const there = available - figures.leaving
  // It sells, and nobody knows yet how much of it.
  if (levels === undefined && figures.demand.unitsCounted > 0) return { units: 0, because: 'source-unknown' }
  const { demand, rule, incoming } = figures
  const own =
    levels === undefined ? 0 : unitsToKeep(levels.safetyStock, demand.perDay, rule.leadDays, incoming)
  const beyondOwn = there - own
  const beyondGranted = there - figures.granted
  const units = Math.max(0, Math.min(beyondOwn, beyondGranted))
  return { units, because: beyondGranted < beyondOwn ? 'held-for-channels' : 'source-has-too-little' }
}

/** Shares what a place can spare among those that it supplies, and kits that are put together of it, that are due. */
function giveFrom(node: Node, plans: Map<string, PlacePlan>): void {
  const asking = node.supplied.flatMap(({ figures, network }) => {
    const plan = plans.get(figures.locationId)
    if (plan === undefined || plan.wanted === 0 || network === undefined) return []
    const { packUnits } = figures.rule
    const { perDay, position, levels } = network
    return [
      {
        plan,
        taker: {
          id: plan.locationId,
          position,
          perDay,
          wanted: plan.wanted,
          packUnits,
          least: levels.leastOrder,
        },
      },
    ]
  })
  const spare = spareOf(node)
  const kits = kitsOf(node).filter(({ wanted, perDay }) => wanted > 0 && perDay > 0)
  const given = shareUnits(spare.units, [
    ...asking.map(({ taker }) => taker),
    ...kits.map(({ kitId, each, position, perDay, wanted, packUnits, levels }) => ({
      id: kitTaker(kitId),
      position: each * position,
      perDay: each * perDay,
      wanted: each * wanted,
      packUnits: each * packUnits,
      least: each * levels.leastOrder,
    })),
  ])
  const own = plans.get(node.figures.locationId)
  if (own !== undefined && kits.length > 0) {
    const forKits = kits.map(({ kitId, each }) => ({
      kitId,
      kits: (given.get(kitTaker(kitId)) ?? 0) / each,
    }))
    plans.set(own.locationId, { ...own, forKits })
  }
  for (const { plan, taker } of asking) {
    const units = given.get(plan.locationId) ?? 0
    const isBelowLeast = units === 0 && spare.units > 0 && spare.units < taker.least
    plans.set(plan.locationId, {
      ...plan,
      suggestion:
        units === 0 ? undefined : { kind: 'transfer', fromLocationId: node.figures.locationId, units },
      because: units === plan.wanted ? undefined : isBelowLeast ? 'below-minimum' : spare.because,
    })
  }
}

/** Ids of places and items are told apart. */
function kitTaker(kitId: string): string {
  return `kit ${kitId}`
}
