import { type KindName, PLATFORM_KINDS } from '../platforms/kinds.ts'
import { createRandom, type Random } from '../world/random.ts'
import { drawFaults } from './draw-faults.ts'
import { drawKits, drawPeoplesActs, drawPolicies, drawShadows } from './draw-policies.ts'
import type { Act, Plan, PlannedPlatform } from './plan.ts'

/** Draws a plan from its seed: a small brand, a busy minute, and a good deal of bad luck. */
export function makePlan(seed: number | string): Plan {
  const random = createRandom(`plan/${seed}`)
  const stormMs = random.whole(5_000, 12_000)
  const protection = drawProtection(createRandom(`protection/${seed}`))
  const items = ['bottle', 'glass', 'lamp']
    .slice(0, random.whole(1, 3))
    .map((sku) => ({ sku, units: random.whole(0, 14) }))
  const kits = drawKits(createRandom(`kits/${seed}`), items)
  const listed = [...items, ...kits].map(({ sku }) => sku)
  const kinds = Object.keys(PLATFORM_KINDS) as [KindName, ...KindName[]]
  // A guarantee is about units that two of them could sell.
  const platformsMin = protection.mode === 'open' ? 1 : 2
  const drawn = Array.from({ length: Math.max(platformsMin, random.whole(1, 3)) }, (_, nth) =>
    drawPlatform(random, `shop-${nth + 1}`, random.pick(kinds), listed),
  )
  const platforms =
    protection.mode === 'open' ? drawShadows(createRandom(`shadow/${seed}`), drawn, stormMs) : drawn
  const processes = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, nth) => ({
    name: `hub-${nth + 1}`,
    skewMs: random.chance(0.3) ? random.whole(-400, 400) : 0,
  }))
  const canOversell = random.chance(0.25)
  const acts = [
    ...Array.from({ length: random.whole(6, 30) }, () =>
      drawAct(random, { stormMs, platforms, skus: items.map(({ sku }) => sku), canOversell }),
    ),
    ...Array.from({ length: random.whole(0, 3) }, () =>
      drawRaiseAtASale(random, { stormMs, platforms }),
    ).flat(),
    ...drawPeoplesActs(createRandom(`people/${seed}`), { stormMs, platforms }),
  ].sort((a, b) => a.at - b.at)
  const faults = drawFaults(createRandom(`faults/${seed}`), {
    stormMs,
    processes: processes.map(({ name }) => name),
    platforms: platforms.map(({ name }) => name),
  })
  const policies = drawPolicies(createRandom(`policies/${seed}`), platforms)
  const setting = { processes, platforms, items, kits, policies, protection }
  const plan = { seed: String(seed), ...setting, acts, faults, stormMs }
  return protection.mode === 'open' ? plan : asDeclared(plan)
}

function drawProtection(random: Random): Plan['protection'] {
  const what = random.next()
  const settleMs = random.chance(0.5) ? random.whole(0, 6_000) : 0
  return { mode: what < 0.6 ? 'open' : what < 0.92 ? 'guaranteed' : 'auto', settleMs }
}

/**
 * No guarantee holds against a platform that does what its manifest denies: one that oversells by itself, or says that it
 * has done what it has not. Nor against a person who types a number there.
 */
function asDeclared(plan: Plan): Plan {
  const isFeed = (name: string) =>
    plan.platforms.some((platform) => platform.name === name && platform.kind === 'feed')
  return {
    ...plan,
    // What a policy lets idle would be taken for units that the dealer forgot.
    policies: [],
    acts: plan.acts
      .filter(({ kind }) => kind !== 'edit' && kind !== 'policy' && kind !== 'mistake')
      .map((act): Act => {
        if (act.kind === 'sell') return { ...act, evenIfNone: false }
        if (act.kind !== 'stock' || act.units > 0) return act
        return { at: act.at, kind: 'reserve', sku: act.sku, units: -act.units }
      }),
    // Of a feed it is only said that it has been taken.
    faults: plan.faults.filter(
      (fault) => fault.kind !== 'writes-not-applied' || fault.how === 'old-shown' || isFeed(fault.platform),
    ),
  }
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

/** Somebody buys, and goods come in at once: more is to be shown before the hub can know of the sale. */
function drawRaiseAtASale(
  random: Random,
  { stormMs, platforms }: { stormMs: number; platforms: readonly PlannedPlatform[] },
): Act[] {
  const at = random.whole(0, stormMs)
  const platform = random.pickFrom(platforms)
  const listing = random.pickFrom(platform?.listings.filter(({ sku }) => sku !== 'set') ?? [])
  const inMs = random.whole(1, 900)
  const units = random.whole(1, 9)
  if (platform === undefined || listing === undefined) return []
  return [
    {
      at,
      kind: 'sell',
      platform: platform.name,
      listing: listing.id,
      units: 1,
      evenIfNone: false,
      payAfterMs: random.whole(1, 500),
      afterwards: 'wait',
      afterwardsMs: 0,
    },
    { at: at + inMs, kind: 'stock', sku: listing.sku, units },
  ]
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
    afterwards: random.pick([
      'wait',
      'ship',
      'cancel',
      'refund-one-and-cancel',
      'ship-and-return-one',
      'ship-one-and-cancel',
    ]),
    afterwardsMs: random.whole(50, 5_000),
  }
}
