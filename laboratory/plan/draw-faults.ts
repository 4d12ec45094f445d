import type { Random } from '../world/random.ts'
import type { Fault } from './plan.ts'

type World = {
  stormMs: number
  processes: readonly string[]
  platforms: readonly string[]
  isProtected: boolean
}

/** Of those alone that platforms have: what goes wrong at warehouses is drawn for them (`draw-warehouses.ts`). */
type OfPlatforms = Exclude<Fault['kind'], 'lost-answers'>

/** How often a plan has each fault; one plan in ten has fair weather all along. */
const FAULTS: Record<OfPlatforms, { chance: number; draw(random: Random, world: World): Fault }> = {
  network: {
    chance: 0.5,
    draw: (random, world) => ({
      kind: 'network',
      platform: platformOf(random, world),
      latencyMaxMs: random.whole(100, 3_000),
      loss: random.next() * 0.2,
      answerLoss: random.next() * 0.4,
      ...during(random, world),
    }),
  },
  'late-acting': {
    chance: 0.25,
    draw: (random, world) => ({
      kind: 'late-acting',
      platform: platformOf(random, world),
      rate: random.next() * 0.2,
      ...during(random, world),
    }),
  },
  unavailable: {
    chance: 0.5,
    draw: (random, world) => ({
      kind: 'unavailable',
      platform: platformOf(random, world),
      rate: random.next() * 0.8,
      of: random.pick(['all', 'orders', 'order', 'order', 'levels', 'setLevels']),
      ...during(random, world),
    }),
  },
  outage: {
    chance: 0.35,
    draw: (random, world) => {
      const from = random.whole(0, Math.floor(world.stormMs / 4))
      const to = Math.min(world.stormMs, from + random.whole(4_000, world.stormMs))
      return {
        kind: 'outage',
        platform: platformOf(random, world),
        of: random.pick(['all', 'orders', 'orders']),
        from,
        to,
      }
    },
  },
  throttle: {
    chance: 0.25,
    draw: (random, world) => ({
      kind: 'throttle',
      platform: platformOf(random, world),
      rate: random.next() * 0.6,
      ...during(random, world),
    }),
  },
  malformed: {
    chance: 0.9,
    draw: (random, world) => ({
      kind: 'malformed',
      platform: platformOf(random, world),
      rate: 0.1 + random.next() * 0.5,
      how: random.pick(['web-page', 'null-quantity', 'missing-row']),
      ...during(random, world),
      from: 0,
    }),
  },
  batch: {
    chance: 0.3,
    draw: (random, world) => ({
      kind: 'batch',
      platform: platformOf(random, world),
      rate: random.next() * 0.4,
      how: random.pick(['whole', 'one-row']),
      ...during(random, world),
    }),
  },
  'writes-not-applied': {
    chance: 0.35,
    draw: (random, world) => ({
      kind: 'writes-not-applied',
      platform: platformOf(random, world),
      rate: random.next() * 0.5,
      ...during(random, world),
      how: random.pick(['said-done', 'old-shown', 'old-shown']),
    }),
  },
  'unreadable-orders': {
    chance: 0.35,
    draw: (random, world) => ({
      kind: 'unreadable-orders',
      platform: platformOf(random, world),
      rate: 0.2 + random.next() * 0.5,
      ...during(random, world),
    }),
  },
  webhooks: {
    chance: 0.7,
    draw: (random, world) => ({
      kind: 'webhooks',
      platform: platformOf(random, world),
      loss: 0.2 + random.next() * 0.7,
      duplicates: random.next() * 0.5,
      delayMaxMs: random.whole(200, 6_000),
      ...during(random, world),
    }),
  },
  partition: {
    chance: 0.2,
    draw: (random, world) => ({
      kind: 'partition',
      process: processOf(random, world),
      platform: platformOf(random, world),
      ...during(random, world),
    }),
  },
  'database-away': {
    chance: 0.2,
    draw: (random, world) => ({
      kind: 'database-away',
      process: processOf(random, world),
      ...during(random, world, 6_000),
    }),
  },
  'database-slow': {
    chance: 0.15,
    draw: (random, world) => ({
      kind: 'database-slow',
      process: processOf(random, world),
      latencyMaxMs: random.whole(30, 400),
      ...during(random, world),
    }),
  },
  hints: {
    chance: 0.3,
    draw: (random, world) => ({
      kind: 'hints',
      loss: random.next(),
      delayMaxMs: random.whole(10, 2_000),
      ...during(random, world),
    }),
  },
  'database-cut': {
    chance: 0.6,
    draw: (random, world) => ({
      kind: 'database-cut',
      process: processOf(random, world),
      at: random.whole(0, world.stormMs),
      statements: random.whole(0, 40),
      about: random.pick([undefined, 'inbox', 'inbox', 'write', 'level', 'stream_cursor']),
      onCommit: random.pick(['before', 'after']),
    }),
  },
  crash: {
    chance: 0.35,
    draw: (random, world) => ({
      kind: 'crash',
      process: processOf(random, world),
      at: random.whole(0, world.stormMs),
      downMs: random.whole(50, 6_000),
    }),
  },
  'crash-in-transaction': {
    chance: 0.3,
    draw: (random, world) => ({
      kind: 'crash-in-transaction',
      process: processOf(random, world),
      at: random.whole(0, world.stormMs),
      statements: random.whole(0, 40),
      downMs: random.whole(1_000, 6_000),
    }),
  },
  freeze: {
    chance: 0.5,
    draw: (random, world) => ({
      kind: 'freeze',
      process: processOf(random, world),
      at: random.whole(0, world.stormMs),
      forMs: random.whole(500, 8_000),
    }),
  },
  'gone-while-writing': {
    chance: 0.7,
    draw: (random, world) => ({
      kind: 'gone-while-writing',
      process: processOf(random, world),
      at: random.whole(0, Math.max(0, world.stormMs - 3_000)),
      how: random.pick(['crash', 'freeze']),
      forMs: random.whole(3_500, 8_000),
    }),
  },
  credentials: {
    chance: 0.1,
    draw: (random, world) => ({
      kind: 'credentials',
      platform: platformOf(random, world),
      at: random.whole(0, world.stormMs),
    }),
  },
}

/** What goes wrong: each kind of fault up to twice, each somewhere and for some time of its own. */
export function drawFaults(random: Random, world: World): Fault[] {
  if (random.chance(0.1)) return []
  const faults = Object.values(FAULTS).flatMap(({ chance, draw }) =>
    [0, 1].flatMap((nth) => {
      const isThere = random.chance(nth === 0 ? chance : chance / 3)
      const fault = draw(random, world)
      return isThere ? [fault] : []
    }),
  )
  // Often a bad network is one in both directions: what is sold then is not told of.
  const bothWays = faults.flatMap((fault): Fault[] => {
    if (fault.kind !== 'network' || !random.chance(0.6)) return []
    const { platform, from, to } = fault
    return [{ kind: 'webhooks', platform, from, to, loss: 0.8, duplicates: 0, delayMaxMs: 500 }]
  })
  // A guarantee must hold where sales are not told of.
  const untold: Fault = {
    kind: 'webhooks',
    platform: platformOf(random, world),
    loss: 0.3 + random.next() * 0.6,
    duplicates: 0,
    delayMaxMs: random.whole(200, 3_000),
    from: 0,
    to: world.stormMs,
  }
  // What is read while its webhook is lost is known from that reading alone: what it is stored with must not be believed early.
  const cuts = [0, 1].flatMap((): Fault[] => {
    const cut: Fault = {
      kind: 'database-cut',
      process: processOf(random, world),
      at: random.whole(0, world.stormMs),
      statements: 0,
      about: 'inbox',
      asHolder: true,
      onCommit: 'before',
    }
    return random.chance(0.5) ? [cut] : []
  })
  // A platform that answers with the number it still shows: what it says is believed, not that it said something.
  const unmoved: Fault = {
    kind: 'writes-not-applied',
    platform: platformOf(random, world),
    rate: 0.2 + random.next() * 0.4,
    how: 'old-shown',
    from: 0,
    to: world.stormMs,
  }
  const isUnmoved = random.chance(0.4)
  return [
    ...(world.isProtected ? [untold] : []),
    ...bothWays,
    ...faults,
    ...cuts,
    ...(isUnmoved ? [unmoved] : []),
  ]
}

function during(random: Random, { stormMs }: World, lengthMax = stormMs): { from: number; to: number } {
  const from = random.whole(0, stormMs - 1_000)
  return { from, to: Math.min(stormMs, from + random.whole(500, lengthMax)) }
}

function platformOf(random: Random, { platforms }: World): string {
  return random.pickFrom(platforms) ?? ''
}

function processOf(random: Random, { processes }: World): string {
  return random.pickFrom(processes) ?? ''
}
