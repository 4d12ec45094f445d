import type { Random } from '../world/random.ts'
import type { Act, PlannedPlatform } from './plan.ts'

type Sale = Extract<Act, { kind: 'sell' }>

/** Somebody buys, and goods come in at once: more is to be shown before the hub can know of the sale. */
export function drawRaiseAtASale(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  const at = random.whole(0, stormMs)
  const platform = random.pickFrom(platforms)
  const listing = random.pickFrom(platform?.listings.filter(({ sku }) => sku !== 'set') ?? [])
  const inMs = random.whole(1, 900)
  const units = random.whole(1, 9)
  if (platform === undefined || listing === undefined) return []
  const sale = sell(random, { at, platform: platform.name, listing: listing.id, units: 1 })
  return [sale, { at: at + inMs, kind: 'stock', sku: listing.sku, units }]
}

/**
 * Somebody buys, and a moment later there is a little less for another reason: what the hub takes for a decrease is a raise
 * until it knows of the first sale.
 */
export function drawCutAtASale(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  const at = random.whole(0, stormMs)
  const platform = random.pickFrom(platforms)
  const listing = random.pickFrom(platform?.listings.filter(({ sku }) => sku !== 'set') ?? [])
  const others = platforms.filter((each) => each !== platform)
  const other = random.pickFrom(others)
  const theirs = other?.listings.find(({ sku }) => sku === listing?.sku)
  const inMs = random.chance(0.5) ? random.whole(1, 900) : random.whole(900, 4_000)
  const units = random.whole(2, 4)
  const isSale = random.chance(0.6)
  if (platform === undefined || listing === undefined) return []
  const sale = sell(random, { at, platform: platform.name, listing: listing.id, units })
  const cut: Act =
    isSale && other !== undefined && theirs !== undefined
      ? sell(random, { at: at + inMs, platform: other.name, listing: theirs.id, units: 1 })
      : { at: at + inMs, kind: 'stock', sku: listing.sku, units: -1 }
  return [sale, cut]
}

/** One item becomes more and another less at the same moment: what is to fall everywhere goes before what is to rise. */
export function drawBothWays(
  random: Random,
  { stormMs, skus }: { stormMs: number; skus: readonly string[] },
): Act[] {
  const at = random.whole(0, stormMs)
  const more = random.pickFrom(skus)
  const less = random.pickFrom(skus.filter((sku) => sku !== more))
  const units = random.whole(1, 9)
  const inMs = random.whole(0, 60)
  if (more === undefined || less === undefined) return []
  return [
    { at, kind: 'stock', sku: more, units },
    { at: at + inMs, kind: 'stock', sku: less, units: -1 },
  ]
}

/**
 * What a guarantee is tried by: more is promised by name than nobody may sell, and sales at the moment when a level rises,
 * so that it is not plain of which quantity they were.
 */
export function drawAtTheLine(
  random: Random,
  world: { stormMs: number; platforms: readonly PlannedPlatform[]; skus: readonly string[] },
): Act[] {
  const promises = Array.from({ length: random.whole(1, 4) }, (): Act[] => {
    const at = random.whole(0, world.stormMs)
    const sku = random.pickFrom(world.skus)
    const units = random.whole(2, 9)
    return sku === undefined ? [] : [{ at, kind: 'reserve', sku, units }]
  })
  const raises = Array.from({ length: random.whole(1, 4) }, () => drawSalesAroundARaise(random, world))
  const between = Array.from({ length: random.whole(3, 6) }, () => drawSalesBetweenWrites(random, world))
  return [...promises, ...raises, ...between].flat()
}

/**
 * Goods come in twice, one moment after the other, and the listing sells while the first of the two raises travels: what was
 * sold is known only when both are written, and was of the older quantity.
 */
function drawSalesBetweenWrites(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  const at = random.whole(0, stormMs)
  const platform = random.pickFrom(platforms)
  const listing = random.pickFrom(platform?.listings.filter(({ sku }) => sku !== 'set') ?? [])
  const momentsMs = Array.from({ length: 4 }, () => random.whole(10, WRITE_TRAVELS_MS))
  // So much that a blind raise is backed beside all that was shown before, without going by way of zero.
  const more = [random.whole(10, 25), random.whole(8, 15)]
  const againMs = random.whole(WRITE_TRAVELS_MS, 3 * WRITE_TRAVELS_MS)
  if (platform === undefined || listing === undefined) return []
  const of = { platform: platform.name, listing: listing.id, units: 1 }
  return [
    ...more.map((units, nth): Act => ({ at: at + nth * againMs, kind: 'stock', sku: listing.sku, units })),
    ...momentsMs.map((inMs) => sell(random, { ...of, at: at + inMs })),
  ]
}

/** In fair weather a raise has arrived by then. */
const WRITE_TRAVELS_MS = 150

/** Goods come in, and the same listing sells before, while and after it is raised. */
function drawSalesAroundARaise(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  const at = random.whole(0, stormMs)
  const platform = random.pickFrom(platforms)
  const listing = random.pickFrom(platform?.listings.filter(({ sku }) => sku !== 'set') ?? [])
  const units = random.whole(2, 9)
  const momentsMs = Array.from({ length: random.whole(1, 4) }, () => random.whole(0, 2_000))
  if (platform === undefined || listing === undefined) return []
  const of = { platform: platform.name, listing: listing.id, units: 1 }
  const sales = momentsMs.map((inMs) => sell(random, { ...of, at: at + inMs }))
  return [{ at, kind: 'stock', sku: listing.sku, units }, ...sales]
}

function sell(random: Random, of: Pick<Sale, 'at' | 'platform' | 'listing' | 'units'>): Sale {
  const payAfterMs = random.whole(1, 500)
  return { ...of, kind: 'sell', evenIfNone: false, payAfterMs, afterwards: 'wait', afterwardsMs: 0 }
}

export function drawAct(
  random: Random,
  world: {
    stormMs: number
    platforms: readonly PlannedPlatform[]
    skus: readonly string[]
    canOversell: boolean
  },
): Act {
  const at = random.whole(0, world.stormMs)
  const platform = random.pickFrom(world.platforms)
  const listing = random.pickFrom(platform?.listings ?? [])
  const sku = random.pickFrom(world.skus) ?? ''
  const what = random.next()
  // Some things follow so fast that a platform whose versions are whole seconds gives two states the same.
  const isFast = random.chance(0.35)
  const longMs = (ms: number) => (isFast ? 400 : ms)
  if (platform === undefined || listing === undefined || what > 0.86) {
    return { at, kind: 'stock', sku, units: random.chance(0.75) ? random.whole(1, 9) : -random.whole(1, 3) }
  }
  if (what > 0.8) {
    const quantity = random.chance(0.15) ? null : random.whole(0, 15)
    return { at, kind: 'edit', platform: platform.name, listing: listing.id, quantity }
  }
  return {
    at,
    kind: 'sell',
    platform: platform.name,
    listing: listing.id,
    units: random.whole(1, 3),
    evenIfNone: world.canOversell && random.chance(0.3),
    payAfterMs: random.whole(1, longMs(3_000)),
    afterwards: random.pick([
      'wait',
      'ship',
      'cancel',
      'refund-one-and-cancel',
      'ship-and-return-one',
      'ship-one-and-cancel',
    ]),
    afterwardsMs: random.whole(1, longMs(5_000)),
  }
}
