import type { Random } from '../world/random.ts'
import type { Act, Plan, PlannedPlatform, PlannedPolicy } from './plan.ts'

/** A set of one or two of the items, in one plan of three. */
export function drawKits(random: Random, items: Plan['items']): Plan['kits'] {
  if (!random.chance(0.35)) return []
  const parts = items.slice(0, 2).map(({ sku }) => ({ sku, units: random.whole(1, 2) }))
  return [{ sku: 'set', parts }]
}

/** How much is shown: of everything, of one platform, of one item, of one listing. One plan of three sets nothing. */
export function drawPolicies(random: Random, platforms: readonly PlannedPlatform[]): PlannedPolicy[] {
  if (random.chance(0.35)) return []
  return Array.from({ length: random.whole(1, 3) }, () => drawSome(random, platforms)).flat()
}

/** One, with what makes it matter: the same set farther away too, or on a listing that shares its number, to something else. */
function drawSome(random: Random, platforms: readonly PlannedPlatform[]): PlannedPolicy[] {
  const near = drawPolicy(random, platforms)
  const { platform, sku, listing, paused, ...fields } = near
  const others = () =>
    Object.fromEntries(Object.keys(fields).map((field) => [field, random.whole(1, 9)])) as typeof fields
  const isOverruled = random.chance(0.6) && (platform ?? sku) !== undefined
  const farther = { platform: undefined, listing: undefined, ...others() }
  const of = platforms.find(({ name }) => name === platform)?.listings ?? []
  const own = of.find(({ id }) => id === listing)
  const sibling = of.find(({ id, stockUnitId }) => id !== listing && stockUnitId === own?.stockUnitId)
  const beside = { platform, listing: sibling?.id, ...others() }
  const isBeside = random.chance(0.7) && sibling !== undefined
  // What is paused has nothing else to be set to.
  if (paused === true) return [near]
  return [...(isOverruled ? [farther] : []), near, ...(isBeside ? [beside] : [])]
}

function drawPolicy(random: Random, platforms: readonly PlannedPlatform[]): PlannedPolicy {
  const platform = random.chance(0.2) ? undefined : random.pickFrom(platforms)
  const any = random.pickFrom(platform?.listings ?? [])
  const where = random.next()
  const listing = where < 0.5 ? any : undefined
  const isOfItem = where > 0.8 && any !== undefined
  const of = isOfItem
    ? { platform: undefined, sku: any.sku, listing: undefined }
    : { platform: platform?.name, listing: listing?.id }
  const kind = random.pick(['buffer', 'buffer', 'percent', 'share', 'cap', 'floor', 'fixed', 'paused'])
  if (kind === 'buffer') return { ...of, bufferUnits: random.whole(1, 4) }
  if (kind === 'percent') return { ...of, bufferPercent: random.whole(10, 60) }
  if (kind === 'share') return { ...of, sharePercent: random.whole(20, 80) }
  if (kind === 'cap') return { ...of, cap: random.whole(1, 5) }
  if (kind === 'floor') return { ...of, floor: random.whole(2, 5) }
  if (kind === 'fixed') return { ...of, fixed: random.whole(1, 9) }
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

/** So many listings that go to zero, or rise many times over, at once are held, in plans with a mistake. */
export const SUDDEN_MIN = 2

/** Before anybody buys: what orders explain is no mistake. */
const EARLY_MS = 1_500

/** Above all that is in the plans, many times over. */
const TOO_MANY = 500

function drawMistake(
  random: Random,
  { at, platforms }: { at: number; platforms: readonly PlannedPlatform[] },
): Act | undefined {
  const large = platforms.filter(({ listings }) => unitsOf(listings).size >= SUDDEN_MIN)
  const platform = random.pickFrom(large)
  const isRaise = random.chance(0.4)
  if (platform === undefined) return undefined
  if (!isRaise) return { at, kind: 'mistake', platform: platform.name, how: 'zeros' }
  const skus = [...new Set(platforms.flatMap(({ listings }) => listings.map(({ sku }) => sku)))]
  return { at, kind: 'mistake', how: 'raises', skus: skus.filter((sku) => sku !== 'set'), units: TOO_MANY }
}

/** So long after the storm nobody buys any more, and what was sold has shipped: no order explains what happens then. */
const NIGHT_MS = 12_000

/**
 * The mistake of the quiet hours: goods have come in of everything, every number is up, nobody buys, and then somebody has the
 * platform with the most listings show nothing.
 */
export function drawMistakeAtNight(
  random: Random,
  {
    stormMs,
    platforms,
    skus,
  }: { stormMs: number; platforms: readonly PlannedPlatform[]; skus: readonly string[] },
): Act[] {
  const isThere = random.chance(0.9)
  const deliveries = skus.map(
    (sku): Act => ({ at: stormMs + 500, kind: 'stock', sku, units: random.whole(9, 20) }),
  )
  const [largest] = platforms.toSorted((a, b) => unitsOf(b.listings).size - unitsOf(a.listings).size)
  if (!isThere || largest === undefined || unitsOf(largest.listings).size < SUDDEN_MIN) return []
  const mistake: Act = { at: stormMs + NIGHT_MS, kind: 'mistake', platform: largest.name, how: 'zeros' }
  return [...deliveries, mistake]
}

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
  if (random.chance(0.3)) acts.push({ at: at(), kind: 'halt', forMs: random.whole(1_000, 5_000) })
  const mistake = drawMistake(random, { at: random.whole(0, EARLY_MS), platforms })
  if (random.chance(0.45) && mistake !== undefined) acts.push(mistake)
  for (let nth = random.whole(0, 2); nth > 0; nth -= 1)
    acts.push({ at: at(), kind: 'policy', policy: drawPolicy(random, platforms) })
  return acts
}

/** Somebody makes a mistake that people are to be asked about. */
export function isMistaken({ acts, laterDays = [] }: Plan): boolean {
  return [acts, ...laterDays.map((day) => day.acts)].flat().some(({ kind }) => kind === 'mistake')
}
