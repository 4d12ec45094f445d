import type { KitNeed } from './kit-needs.ts'
import { type PlaceFigures, type PlacePlan, planItem } from './plan-item.ts'

export type ItemFigures = {
  itemId: string
  places: readonly PlaceFigures[]
  /** Of a kit that is put together ahead: what one of it takes, and is not among the items if nothing is known of it. */
  parts: readonly KitPart[]
}

export type KitPart = { itemId: string; quantity: number }

/** A kit as it was last planned, where it is not planned now. */
export type StandingNeed = { partId: string; locationId: string; need: KitNeed }

/**
 * Plans items that are put together from each other. Kits come first: what they want is demand of their parts, where they are
 * put together. As many are then suggested as there is of all of their parts, beside what those are needed for
 * themselves, at other places and for other kits. What one part lacks the others give to whoever is next. Pure.
 */
export function planTogether(
  items: readonly ItemFigures[],
  standing: readonly StandingNeed[] = [],
): Map<string, PlacePlan[]> {
  const ordered = kitsFirst(items)
  const alone = planAll(ordered, standing, () => Number.MAX_SAFE_INTEGER)
  const due = dueKits(ordered, alone)
  if (due.length === 0) return alone
  // Nobody asks for more than it could use if it were the only one.
  const most = new Map(
    due.map((kit) => [kit.key, mostOf(kit, ({ itemId }) => spareOf(alone, itemId, kit, []))]),
  )
  const plans = planAll(ordered, standing, (key) => most.get(key) ?? Number.MAX_SAFE_INTEGER)
  const others = [...new Set(standing.map(({ need }) => need.kitId))]
  return withKits(plans, due, shareParts(due, plans, { most, others }))
}

type Plans = Map<string, PlacePlan[]>
/** An item at a place. */
type Key = `${string} ${string}`

function planAll(
  ordered: readonly ItemFigures[],
  standing: readonly StandingNeed[],
  capOf: (key: Key) => number,
): Plans {
  const plans: Plans = new Map()
  const needs = new Map<Key, KitNeed[]>()
  const ask = (key: Key, need: KitNeed) => needs.set(key, [...(needs.get(key) ?? []), need])
  for (const { partId, locationId, need } of standing) ask(`${partId} ${locationId}`, need)
  for (const { itemId, places, parts } of ordered) {
    const here = places.map((place): PlaceFigures => {
      const kits = needs.get(`${itemId} ${place.locationId}`)
      return kits === undefined ? place : { ...place, kits: kits.toSorted(byKit) }
    })
    const planned = planItem(here)
    plans.set(itemId, planned)
    for (const { locationId, network, wanted } of planned) {
      const rule = places.find((place) => place.locationId === locationId)?.rule
      if (rule?.source.kind !== 'assembly' || !rule.replenish || network === undefined) continue
      const { perDay, position, levels, variancePerDay } = network
      const need = { kitId: itemId, perDay, variancePerDay, position, levels, packUnits: rule.packUnits }
      const asked = Math.min(wanted, capOf(`${itemId} ${locationId}`))
      for (const part of parts)
        ask(`${part.itemId} ${locationId}`, { ...need, each: part.quantity, wanted: asked })
    }
  }
  return plans
}

/** A kit at a place where it is put together and due. */
type DueKit = {
  key: Key
  itemId: string
  locationId: string
  parts: readonly KitPart[]
  wanted: number
  packUnits: number
  leastOrder: number
  /** How long what there is of it lasts. */
  coverDays: number
}

function dueKits(ordered: readonly ItemFigures[], plans: Plans): DueKit[] {
  return ordered.flatMap(({ itemId, places, parts }) =>
    places.flatMap(({ locationId, rule }): DueKit[] => {
      const plan = planOf(plans, itemId, locationId)
      const network = plan?.network
      if (rule.source.kind !== 'assembly' || plan === undefined || network === undefined) return []
      if (plan.wanted === 0) return []
      const { packUnits } = rule
      const { leastOrder } = network.levels
      const coverDays = network.position / network.perDay
      return [
        {
          key: `${itemId} ${locationId}`,
          itemId,
          locationId,
          parts,
          wanted: plan.wanted,
          packUnits,
          leastOrder,
          coverDays,
        },
      ]
    }),
  )
}

/** Whole packs of a kit that there are parts for; fewer than are worth it are none. */
function mostOf(
  { parts, wanted, packUnits, leastOrder }: DueKit,
  unitsOf: (part: KitPart) => number,
): number {
  if (parts.length === 0) return 0
  const kits = Math.min(wanted, ...parts.map((part) => unitsOf(part) / part.quantity))
  const whole = Math.floor(kits / packUnits) * packUnits
  return whole < leastOrder ? 0 : whole
}

/**
 * Each part is shared by how long everybody lasts; of a kit there are as many as the part that it got least of is enough for.
 * What is left then goes to the kit that lasts shortest, as far as there is of all of its parts.
 */
function shareParts(
  due: readonly DueKit[],
  plans: Plans,
  { most, others }: { most: ReadonlyMap<Key, number>; others: readonly string[] },
): Map<Key, number> {
  const left = new Map<Key, number>()
  const keyOf = ({ itemId }: KitPart, { locationId }: DueKit): Key => `${itemId} ${locationId}`
  const takeFor = (kit: DueKit, kits: number) => {
    for (const part of kit.parts) {
      const key = keyOf(part, kit)
      left.set(
        key,
        (left.get(key) ?? spareOf(plans, part.itemId, kit, others) - sentFrom(plans, part.itemId, kit)) -
          part.quantity * kits,
      )
    }
  }
  const made = new Map(
    due.map((kit) => {
      const givenOf = ({ itemId, quantity }: KitPart) =>
        quantity *
        (planOf(plans, itemId, kit.locationId)?.forKits.find(({ kitId }) => kitId === kit.itemId)?.kits ?? 0)
      const kits = mostOf(kit, givenOf)
      takeFor(kit, kits)
      return [kit.key, kits]
    }),
  )
  for (const kit of due.toSorted((a, b) => a.coverDays - b.coverDays || (a.key < b.key ? -1 : 1))) {
    const before = made.get(kit.key) ?? 0
    const unitsOf = (part: KitPart) => (left.get(keyOf(part, kit)) ?? 0) + part.quantity * before
    const kits = Math.min(most.get(kit.key) ?? 0, mostOf(kit, unitsOf))
    if (kits <= before) continue
    takeFor(kit, kits - before)
    made.set(kit.key, kits)
  }
  return made
}

/** @param others kits that are not planned now: what they are given is theirs */
function spareOf(
  plans: Plans,
  itemId: string,
  { locationId }: Pick<DueKit, 'locationId'>,
  others: readonly string[],
): number {
  const plan = planOf(plans, itemId, locationId)
  if (plan === undefined) return 0
  const theirs = plan.forKits.filter(({ kitId }) => others.includes(kitId))
  return theirs.reduce((left, { kitId, kits }) => {
    const each = plan.kits.find((kit) => kit.kitId === kitId)?.each ?? 0
    return left - each * kits
  }, plan.spare)
}

/** Units that are suggested to be sent to other places from there. */
function sentFrom(plans: Plans, itemId: string, { locationId }: Pick<DueKit, 'locationId'>): number {
  return (plans.get(itemId) ?? []).reduce(
    (sum, { suggestion }) =>
      suggestion?.kind === 'transfer' && suggestion.fromLocationId === locationId
        ? sum + suggestion.units
        : sum,
    0,
  )
}

function withKits(plans: Plans, due: readonly DueKit[], made: ReadonlyMap<Key, number>): Plans {
  const asked = new Set(due.map(({ key }) => key))
  return new Map(
    [...plans].map(([itemId, planned]) => [
      itemId,
      planned.map((plan): PlacePlan => {
        const key: Key = `${itemId} ${plan.locationId}`
        if (!asked.has(key)) return plan
        const units = made.get(key) ?? 0
        const suggestion = units === 0 ? undefined : { kind: 'assembly' as const, units }
        return { ...plan, suggestion, because: units < plan.wanted ? 'parts-missing' : undefined }
      }),
    ]),
  )
}

function planOf(plans: Plans, itemId: string, locationId: string): PlacePlan | undefined {
  return plans.get(itemId)?.find((plan) => plan.locationId === locationId)
}

/** Every kit before its parts, whatever order they came in. No kit contains itself: `kit-cycle` is refused. */
function kitsFirst(items: readonly ItemFigures[]): ItemFigures[] {
  const known = new Map(items.map((item) => [item.itemId, item]))
  const seen = new Set<string>()
  const ordered: ItemFigures[] = []
  const visit = (item: ItemFigures) => {
    if (seen.has(item.itemId)) return
    seen.add(item.itemId)
    for (const { itemId } of item.parts) {
      const part = known.get(itemId)
      if (part !== undefined) visit(part)
    }
    ordered.push(item)
  }
  for (const item of items.toSorted((a, b) => (a.itemId < b.itemId ? -1 : 1))) visit(item)
  return ordered.reverse()
}

function byKit(a: KitNeed, b: KitNeed): number {
  return a.kitId < b.kitId ? -1 : 1
}
