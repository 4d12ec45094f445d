import { type KindName, PLATFORM_KINDS } from '../platforms/kinds.ts'
import { createRandom, type Random } from '../world/random.ts'
import { drawFaults } from './draw-faults.ts'
import type { Act, Plan, PlannedPlatform } from './plan.ts'

/** Draws a plan from its seed: a small brand, a busy minute, and a good deal of bad luck. */
export function makePlan(seed: number | string): Plan {
  const random = createRandom(`plan/${seed}`)
  const stormMs = random.whole(5_000, 12_000)
  const items = ['bottle', 'glass', 'lamp']
    .slice(0, random.whole(1, 3))
    .map((sku) => ({ sku, units: random.whole(0, 14) }))
  const kinds = Object.keys(PLATFORM_KINDS) as [KindName, ...KindName[]]
  const platforms = Array.from({ length: random.whole(1, 3) }, (_, nth) =>
    drawPlatform(
      random,
      `shop-${nth + 1}`,
      random.pick(kinds),
      items.map(({ sku }) => sku),
    ),
  )
  const processes = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, nth) => ({
    name: `hub-${nth + 1}`,
    skewMs: random.chance(0.3) ? random.whole(-400, 400) : 0,
  }))
  const canOversell = random.chance(0.25)
  const acts = Array.from({ length: random.whole(6, 30) }, () =>
    drawAct(random, { stormMs, platforms, skus: items.map(({ sku }) => sku), canOversell }),
  ).sort((a, b) => a.at - b.at)
  const faults = drawFaults(createRandom(`faults/${seed}`), {
    stormMs,
    processes: processes.map(({ name }) => name),
    platforms: platforms.map(({ name }) => name),
  })
  return { seed: String(seed), processes, platforms, items, acts, faults, stormMs }
}

function drawPlatform(
  random: Random,
  name: string,
  kind: KindName,
  skus: readonly string[],
): PlannedPlatform {
  const sharesLevel = random.chance(0.25)
  const listings = skus.flatMap((sku) => {
    const stockUnitId = `${name}-${sku}`
    const quantity = random.chance(0.08) ? null : random.whole(0, 12)
    const unitsPerListing = random.chance(0.2) ? random.whole(2, 3) : 1
    const one = { id: stockUnitId, sku, stockUnitId, unitsPerListing, quantity }
    return sharesLevel ? [one, { ...one, id: `${stockUnitId}-too` }] : [one]
  })
  return { name, kind, listings }
}

function drawAct(
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
    payAfterMs: random.whole(1, 3_000),
    afterwards: random.pick(['wait', 'ship', 'cancel', 'refund-one-and-cancel', 'ship-and-return-one']),
    afterwardsMs: random.whole(50, 5_000),
  }
}
