import type { PlaceFigures, PlacePlan } from './plan-item.ts'

type Planned = { figures: PlaceFigures; plan: PlacePlan }

/**
 * Before a place buys, what lies beyond all need at another place that buys for itself, in the same country, is sent there:
 * beyond the level that it would order up to, for itself and all that it supplies. Whoever would run out first is served first,
 * from where most is too much; the rest is bought, by the next plan.
 * @param planned all places of one item, with transfers and kits decided
 */
export function sendSurplus(planned: readonly Planned[]): Map<string, PlacePlan> {
  const plans = new Map(planned.map(({ plan }) => [plan.locationId, plan]))
  const surplus = new Map(planned.map((each) => [each.plan.locationId, surplusOf(each, planned)]))
  const buying = planned.filter(({ plan }) => plan.suggestion?.kind === 'purchase')
  for (const { figures, plan } of buying.toSorted((a, b) => coverOf(a) - coverOf(b) || byId(a, b))) {
    const { packUnits } = figures.rule
    const [most] = planned
      .filter((each) => each.plan !== plan && each.figures.country === figures.country)
      .toSorted((a, b) => unitsOf(surplus, b) - unitsOf(surplus, a) || byId(a, b))
    if (most === undefined) continue
    const units = Math.floor(Math.min(plan.wanted, unitsOf(surplus, most)) / packUnits) * packUnits
    if (units === 0 || units < (plan.network?.levels.leastOrder ?? 1)) continue
    surplus.set(most.plan.locationId, unitsOf(surplus, most) - units)
    plans.set(plan.locationId, {
      ...plan,
      suggestion: { kind: 'transfer', fromLocationId: most.plan.locationId, units },
      because: units < plan.wanted ? 'surplus-first' : undefined,
    })
  }
  return plans
}

/** What a place that orders from outside has beyond what anybody behind it needs; 0 where nobody knows how much that is. */
function surplusOf({ figures, plan }: Planned, planned: readonly Planned[]): number {
  const { rule, demand } = figures
  if (rule.source.kind !== 'supplier' && rule.source.kind !== 'assembly') return 0
  if (plan.levels === undefined && demand.unitsCounted > 0) return 0
  const sent = planned.reduce(
    (sum, { plan: { suggestion } }) =>
      suggestion?.kind === 'transfer' && suggestion.fromLocationId === plan.locationId
        ? sum + suggestion.units
        : sum,
    0,
  )
  const forKits = plan.forKits.reduce(
    (sum, { kitId, kits }) => sum + kits * (plan.kits.find((kit) => kit.kitId === kitId)?.each ?? 0),
    0,
  )
  const left = plan.spare - sent - forKits
  const beyond = plan.network === undefined ? left : plan.network.position - plan.network.levels.orderUpTo
  return Math.max(0, Math.min(left, beyond))
}

function unitsOf(surplus: ReadonlyMap<string, number>, { plan }: Planned): number {
  return surplus.get(plan.locationId) ?? 0
}

function coverOf({ plan: { network } }: Planned): number {
  return network === undefined || network.perDay === 0
    ? Number.POSITIVE_INFINITY
    : network.position / network.perDay
}

function byId(a: Planned, b: Planned): number {
  return a.plan.locationId < b.plan.locationId ? -1 : 1
}
