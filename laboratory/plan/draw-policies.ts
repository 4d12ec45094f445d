import type { Random } from '../world/random.ts'
import type { Act, Plan, PlannedPlatform, PlannedPolicy } from './plan.ts'

/** A set of one or two of the items, in one plan of three. */
export function drawKits(random: Random, items: Plan['items']): Plan['kits'] {
  if (!random.chance(0.35)) return []
  const parts = items.slice(0, 2).map(({ sku }) => ({ sku, units: random.whole(1, 2) }))
  return [{ sku: 'set', parts }]
}

/** How much is shown: of everything, of one platform, of one listing. Half of the plans set nothing. */
export function drawPolicies(random: Random, platforms: readonly PlannedPlatform[]): PlannedPolicy[] {
  if (random.chance(0.5)) return []
  return Array.from({ length: random.whole(1, 3) }, () => {
    const near = drawPolicy(random, platforms)
    const { platform, listing, ...fields } = drawPolicy(random, platforms)
    // The same field is set farther away too, to something else: the nearest wins.
    const far = Object.fromEntries(Object.keys(near).map((field) => [field, random.whole(1, 9)]))
    const isOverruled = random.chance(0.6) && near.platform !== undefined && near.paused !== true
    const farther = { ...far, platform: undefined, listing: undefined }
    return isOverruled ? [farther, near] : [near, { platform, listing, ...fields }]
  }).flat()
}

function drawPolicy(random: Random, platforms: readonly PlannedPlatform[]): PlannedPolicy {
  const platform = random.chance(0.2) ? undefined : random.pickFrom(platforms)
  const listing = random.chance(0.5) ? random.pickFrom(platform?.listings ?? []) : undefined
  const of = { platform: platform?.name, listing: listing?.id }
  const kind = random.pick(['buffer', 'buffer', 'percent', 'share', 'cap', 'floor', 'paused'])
  if (kind === 'buffer') return { ...of, bufferUnits: random.whole(1, 4) }
  if (kind === 'percent') return { ...of, bufferPercent: random.whole(10, 60) }
  if (kind === 'share') return { ...of, sharePercent: random.whole(20, 80) }
  if (kind === 'cap') return { ...of, cap: random.whole(1, 5) }
  if (kind === 'floor') return { ...of, floor: random.whole(2, 5) }
  return platform === undefined ? { ...of, bufferUnits: 1 } : { ...of, paused: true }
}

/** One platform of four starts in shadow, and goes live in the middle of the storm. */
export function drawShadows(
  random: Random,
  platforms: readonly PlannedPlatform[],
  stormMs: number,
): PlannedPlatform[] {
  return platforms.map((platform) => {
    const shadowMs = random.whole(500, stormMs)
    return random.chance(0.2) ? { ...platform, shadowMs } : platform
  })
}

/** So many listings that go to zero at once are held, in plans with a mistake. */
export const ZEROS_MIN = 2

function unitsOf(listings: PlannedPlatform['listings']): Set<string> {
  return new Set(listings.map(({ stockUnitId }) => stockUnitId))
}

/** What people do beside selling and booking stock, and what strangers try. */
export function drawPeoplesActs(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  const acts: Act[] = []
  const at = () => random.whole(0, stormMs)
  for (const platform of platforms) {
    const pause = {
      at: at(),
      kind: 'pause' as const,
      platform: platform.name,
      forMs: random.whole(500, 5_000),
    }
    if (random.chance(0.2)) acts.push(pause)
    const listing = random.pickFrom(platform.listings)
    if (random.chance(0.25) && listing !== undefined)
      acts.push({ at: at(), kind: 'forge', platform: platform.name, listing: listing.id, units: 1 })
  }
  if (random.chance(0.12)) acts.push({ at: at(), kind: 'halt', forMs: random.whole(500, 4_000) })
  const large = platforms.filter(({ listings }) => unitsOf(listings).size >= ZEROS_MIN)
  const platform = random.pickFrom(large)
  if (random.chance(0.3) && platform !== undefined)
    acts.push({ at: at(), kind: 'mistake', platform: platform.name })
  for (let nth = random.whole(0, 2); nth > 0; nth -= 1)
    acts.push({ at: at(), kind: 'policy', policy: drawPolicy(random, platforms) })
  return acts
}
