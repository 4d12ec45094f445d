import { runPlan } from '../lab.ts'
import type { Plan } from '../plan/plan.ts'
import type { LabServer } from '../world/server.ts'
import type { RunResult } from './run-result.ts'

/**
 * Makes a failing plan smaller while it goes on failing in the same way: fewer faults, fewer acts, fewer platforms,
 * items and processes, a shorter storm. What is left is a story that a person can read.
 * @param runsMax tries at the most, each a run
 */
export async function shrink(
  failed: RunResult,
  server: Pick<LabServer, 'clone'>,
  options: { runsMax: number; tell(text: string): void },
): Promise<RunResult> {
  let best = failed
  let runs = 0
  const isStillFailing = async (plan: Plan): Promise<boolean> => {
    if (runs >= options.runsMax) return false
    runs += 1
    const result = await runPlan(plan, server)
    if (result.violation?.invariant !== failed.violation?.invariant) return false
    best = result
    options.tell(
      `${plan.acts.length} acts, ${plan.faults.length} faults, ${plan.platforms.length} platforms: still fails`,
    )
    return true
  }

  for (let before = Number.POSITIVE_INFINITY; sizeOf(best.plan) < before; ) {
    before = sizeOf(best.plan)
    await withoutParts(
      () => best.plan.platforms,
      (platforms) => ({ ...best.plan, platforms, ...ofPlatforms(best.plan, platforms) }),
      isStillFailing,
    )
    await withoutParts(
      () => best.plan.policies,
      (policies) => ({ ...best.plan, policies }),
      isStillFailing,
    )
    await withoutParts(
      () => best.plan.faults,
      (faults) => ({ ...best.plan, faults }),
      isStillFailing,
    )
    await withoutParts(
      () => best.plan.acts,
      (acts) => ({ ...best.plan, acts }),
      isStillFailing,
    )
    await withoutParts(
      () => best.plan.processes.slice(1),
      (others) => ofProcesses(best.plan, [...best.plan.processes.slice(0, 1), ...others]),
      isStillFailing,
    )
    await withoutParts(
      () => best.plan.items,
      (items) => ({ ...best.plan, ...ofItems(best.plan, items) }),
      isStillFailing,
    )
    await isStillFailing({ ...best.plan, stormMs: Math.ceil(best.plan.stormMs / 2) })
  }
  return best
}

/** Takes out halves, then quarters, then single parts, as long as the rest still fails (delta debugging). */
async function withoutParts<Part>(
  current: () => readonly Part[],
  toPlan: (parts: readonly Part[]) => Plan,
  isStillFailing: (plan: Plan) => Promise<boolean>,
): Promise<void> {
  for (let size = Math.ceil(current().length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < current().length; ) {
      const parts = current()
      const rest = [...parts.slice(0, from), ...parts.slice(from + size)]
      if (!(await isStillFailing(toPlan(rest)))) from += size
    }
  }
}

function ofPlatforms(plan: Plan, platforms: Plan['platforms']): Pick<Plan, 'acts' | 'faults' | 'policies'> {
  const isThere = (each: object) =>
    !('platform' in each) ||
    each.platform === undefined ||
    [...platforms, ...plan.warehouses].some(({ name }) => name === each.platform)
  const acts = plan.acts.filter((act) => (act.kind === 'policy' ? isThere(act.policy) : isThere(act)))
  return { acts, faults: plan.faults.filter(isThere), policies: plan.policies.filter(isThere) }
}

/** What befalls a process that is not there befalls nobody. */
function ofProcesses(plan: Plan, processes: Plan['processes']): Plan {
  const isThere = (each: object) =>
    !('process' in each) || processes.some(({ name }) => name === each.process) || each.process === undefined
  return { ...plan, processes, acts: plan.acts.filter(isThere), faults: plan.faults.filter(isThere) }
}

function ofItems(
  plan: Plan,
  items: Plan['items'],
): Pick<Plan, 'items' | 'kits' | 'platforms' | 'policies' | 'acts' | 'warehouses'> {
  const isItem = (sku: string) => items.some((item) => item.sku === sku)
  const kits = plan.kits.filter(({ parts }) => parts.every(({ sku }) => isItem(sku)))
  const isSold = (sku: string) => isItem(sku) || kits.some((kit) => kit.sku === sku)
  const platforms = plan.platforms.map((platform) => ({
    ...platform,
    listings: platform.listings.filter(({ sku }) => isSold(sku)),
  }))
  const isListed = (id: string | undefined) =>
    id === undefined || platforms.some(({ listings }) => listings.some((listing) => listing.id === id))
  const isOfListed = ({ sku, listing }: Plan['policies'][number]) =>
    isListed(listing) && (sku === undefined || isSold(sku))
  const isThere = (act: Plan['acts'][number]) => {
    if ('sku' in act) return isItem(act.sku)
    if (act.kind === 'policy') return isOfListed(act.policy)
    return 'listing' in act ? isListed(act.listing) : true
  }
  const policies = plan.policies.filter(isOfListed)
  const acts = plan.acts
    .filter(isThere)
    .map((act) => ('skus' in act ? { ...act, skus: act.skus.filter(isItem) } : act))
  const warehouses = plan.warehouses.map((warehouse) => ({
    ...warehouse,
    stock: warehouse.stock.filter(({ sku }) => isItem(sku)),
  }))
  return { items, kits, platforms, policies, acts, warehouses }
}

function sizeOf({ acts, faults, policies, platforms, items, processes, stormMs }: Plan): number {
  const parts =
    acts.length + faults.length + policies.length + platforms.length + items.length + processes.length
  return parts * 1_000 + stormMs / 1_000
}
