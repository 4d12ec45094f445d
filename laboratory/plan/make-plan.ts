import { type KindName, PLATFORM_KINDS } from '../platforms/kinds.ts'
import { createRandom, type Random } from '../world/random.ts'
import { drawAct, drawAtTheLine, drawBothWays, drawCutAtASale, drawRaiseAtASale } from './draw-acts.ts'
import { drawEditRules, drawEditsToAskAbout } from './draw-edits.ts'
import { drawFaults } from './draw-faults.ts'
import { drawKits, drawMistakeAtNight, drawPeoplesActs, drawPolicies, drawShadows } from './draw-policies.ts'
import {
  drawCountsAtWork,
  drawFloorFaults,
  drawSkews,
  drawWarehouses,
  hasWarehouses,
  sentFromThere,
} from './draw-warehouses.ts'
import type { Act, Plan, PlannedPlatform } from './plan.ts'

/** How large a world is: platforms (1 to 3 unless given), and days, each with a storm of its own. */
export type PlanSize = { connections?: number | undefined; days?: number | undefined }

/** Draws a plan from its seed: a small brand, a busy minute, and a good deal of bad luck. */
export function makePlan(seed: number | string, { connections, days = 1 }: PlanSize = {}): Plan {
  const first = drawPlan(seed, { turn: turnOf(seed), connections })
  const laterDays = Array.from({ length: days - 1 }, (_, nth) => {
    const day = drawPlan(`${seed}/day ${nth + 2}`, { turn: turnOf(seed), connections, brand: first })
    return { acts: day.acts, faults: day.faults, stormMs: day.stormMs }
  })
  return laterDays.length === 0 ? first : { ...first, laterDays }
}

/** @param given.brand whose day it is: everything but what happens is its own */
function drawPlan(
  seed: number | string,
  { turn, connections, brand }: { turn: number; connections: number | undefined; brand?: Plan },
): Plan {
  const random = createRandom(`plan/${seed}`)
  const stormMs = random.whole(5_000, 12_000)
  const protection = brand?.protection ?? drawProtection(createRandom(`protection/${seed}`), turn)
  const stocked = ['bottle', 'glass', 'lamp']
    .slice(0, random.whole(1, 3))
    .map((sku) => ({ sku, units: random.whole(0, 14) }))
  const items = brand?.items ?? stocked
  const isSent = hasWarehouses(turn)
  const kits = brand?.kits ?? (isSent ? [] : drawKits(createRandom(`kits/${seed}`), items))
  const listed = [...items, ...kits].map(({ sku }) => sku)
  const kinds = Object.keys(PLATFORM_KINDS) as [KindName, ...KindName[]]
  // A guarantee is about units that two of them could sell.
  const platformsMin = protection.mode === 'open' ? 1 : 2
  const few = Math.max(platformsMin, random.whole(1, 3))
  const drawn = Array.from({ length: connections ?? few }, (_, nth) =>
    drawPlatform(random, {
      name: `shop-${nth + 1}`,
      kind:
        nth === 0
          ? (kinds[(turn + Math.floor(turn / kinds.length)) % kinds.length] ?? 'shelf')
          : random.pick(kinds),
      skus: listed,
      isProtected: protection.mode !== 'open',
    }),
  )
  // Nothing is guaranteed to whoever types numbers into a platform: nobody does where something is.
  const shown =
    protection.mode === 'open'
      ? drawEditRules(
          createRandom(`edit-rules/${seed}`),
          drawShadows(createRandom(`shadow/${seed}`), drawn, stormMs),
        )
      : drawn
  const platforms = brand?.platforms ?? shown
  const running = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, nth) => ({
    name: `hub-${nth + 1}`,
    skewMs: random.chance(0.3) ? random.whole(-400, 400) : 0,
  }))
  const processes = brand?.processes ?? running
  // More platforms sell more.
  const times = Math.ceil(platforms.length / 3)
  const canOversell = random.chance(0.25)
  const acts = [
    ...Array.from({ length: times * random.whole(6, 30) }, () =>
      drawAct(random, { stormMs, platforms, skus: items.map(({ sku }) => sku), canOversell }),
    ),
    ...Array.from({ length: random.whole(0, 3) }, () =>
      drawRaiseAtASale(random, { stormMs, platforms }),
    ).flat(),
    ...Array.from({ length: random.whole(1, 5) }, () =>
      drawCutAtASale(random, { stormMs, platforms }),
    ).flat(),
    ...Array.from({ length: random.whole(0, 3) }, () =>
      drawBothWays(random, { stormMs, skus: items.map(({ sku }) => sku) }),
    ).flat(),
    ...drawPeoplesActs(createRandom(`people/${seed}`), { stormMs, platforms }),
    ...drawEditsToAskAbout(createRandom(`edits/${seed}`), { stormMs, platforms }),
    ...(protection.mode === 'open' && !isSent
      ? drawMistakeAtNight(createRandom(`night/${seed}`), {
          stormMs,
          platforms,
          skus: items.map(({ sku }) => sku),
        })
      : []),
    ...(protection.mode === 'open'
      ? []
      : drawAtTheLine(createRandom(`line/${seed}`), {
          stormMs,
          platforms,
          skus: items.map(({ sku }) => sku),
        })),
  ]
  const faults = drawFaults(createRandom(`faults/${seed}`), {
    stormMs,
    processes: processes.map(({ name }) => name),
    platforms: platforms.map(({ name }) => name),
    isProtected: protection.mode !== 'open',
  })
  const policies = brand?.policies ?? drawPolicies(createRandom(`policies/${seed}`), platforms)
  const setting = { processes, platforms, items, kits, policies, protection, warehouses: [] }
  const plan = { seed: String(seed), ...setting, acts: inOrder(acts, stormMs), faults, stormMs }
  if (isSent) {
    const warehouses = brand?.warehouses ?? drawWarehouses(createRandom(`warehouses/${seed}`), turn, items)
    const more = drawFloorFaults(createRandom(`floors/${seed}`), { ...plan, warehouses })
    const counted = drawCountsAtWork(createRandom(`counts/${seed}`), { stormMs, warehouses, items })
    const skewed = brand?.processes ?? drawSkews(createRandom(`skews/${seed}`), processes)
    const sent = {
      ...plan,
      processes: skewed,
      warehouses,
      acts: [...plan.acts, ...counted].sort((a, b) => a.at - b.at),
      faults: [...faults, ...more],
    }
    return sentFromThere(sent, turn)
  }
  return protection.mode === 'open' ? plan : asDeclared(plan)
}

/**
 * Of seeds in a row each takes the next kind of platform, and the next way of protection: a few of them meet everything,
 * which a throw of dice for each would not.
 */
function turnOf(seed: number | string): number {
  const number = Number(seed)
  return Number.isSafeInteger(number) && number >= 0 ? number : 0
}

const PROTECTIONS = [
  'open',
  'guaranteed',
  'open',
  'guaranteed',
  'open',
  'open',
  'guaranteed',
  'auto',
] as const

function drawProtection(random: Random, turn: number): Plan['protection'] {
  // In half of the worlds the storm begins once there may be something to guarantee.
  const settleMs = random.chance(0.3) ? 0 : random.whole(1_000, 7_000)
  return { mode: PROTECTIONS[turn % PROTECTIONS.length] ?? 'open', settleMs }
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

/** Where somebody makes a mistake that people must be asked about, the others begin a little later. */
function inOrder(acts: readonly Act[], stormMs: number): Act[] {
  const isMistaken = acts.some(({ kind, at }) => kind === 'mistake' && at < stormMs)
  return acts
    .map((act) =>
      isMistaken && act.kind !== 'mistake' && act.at <= stormMs ? { ...act, at: act.at + QUIET_MS } : act,
    )
    .sort((a, b) => a.at - b.at)
}

const QUIET_MS = 3_000

function drawPlatform(
  random: Random,
  what: { name: string; kind: KindName; skus: readonly string[]; isProtected: boolean },
): PlannedPlatform {
  const { name, kind, skus, isProtected } = what
  const sharesLevel = random.chance(0.25)
  const clockMs = random.chance(0.45) ? random.whole(-CLOCK_MS_MAX, CLOCK_MS_MAX) : 0
  const listings = skus.flatMap((sku) => {
    const stockUnitId = `${name}-${sku}`
    // Of what one platform does not count nothing is guaranteed.
    const quantity = random.chance(isProtected ? 0.03 : 0.08) ? null : random.whole(0, 12)
    const unitsPerListing = random.chance(isProtected ? 0.35 : 0.2) ? random.whole(2, 3) : 1
    const one = { id: stockUnitId, sku, stockUnitId, unitsPerListing, quantity }
    return sharesLevel ? [one, { ...one, id: `${stockUnitId}-too` }] : [one]
  })
  return { name, kind, listings, clockMs }
}

/** Farther than a read of the orders reaches back by itself. */
const CLOCK_MS_MAX = 9_000
