import type { KindName } from '../platforms/kinds.ts'
import { WAREHOUSE_KINDS, type WarehouseKindName } from '../warehouses/kinds.ts'
import type { Random } from '../world/random.ts'
import type { Act, Fault, Plan, PlannedWarehouse } from './plan.ts'

/** In the worlds of these turns the hub has orders sent. No guarantee is asked for there. */
export function hasWarehouses(turn: number): boolean {
  return turn % 8 === 5 || turn % 16 === 10
}

/** Two floors, so that what one refuses can be sent from the other; of seeds in a row each begins with the next kind. */
export function drawWarehouses(
  random: Random,
  turn: number,
  items: readonly { sku: string; units: number }[],
): PlannedWarehouse[] {
  const kinds = Object.keys(WAREHOUSE_KINDS) as [WarehouseKindName, ...WarehouseKindName[]]
  return [0, 1].map((nth) => ({
    name: `floor-${nth + 1}`,
    kind: nth === 0 ? (kinds[Math.floor(turn / 5) % kinds.length] ?? 'keyed') : random.pick(kinds),
    stock: items.map(({ sku }) => ({ sku, units: random.whole(0, 14) })),
  }))
}

/** What goes wrong between the hub and the floors: answers above all, and whoever asked. */
export function drawFloorFaults(
  random: Random,
  { stormMs, warehouses, processes }: Pick<Plan, 'stormMs' | 'warehouses' | 'processes'>,
): Fault[] {
  const storm = { from: 0, to: stormMs }
  // Most is asked for only once the orders of the storm are known.
  const longer = { from: 0, to: stormMs + 9_000 }
  return warehouses.flatMap(({ name: platform }): Fault[] => {
    const process = random.pickFrom(processes)?.name ?? ''
    const at = random.whole(500, stormMs)
    const maybe = (chance: number, fault: Fault) => (random.chance(chance) ? [fault] : [])
    return [
      ...maybe(0.8, {
        kind: 'network',
        platform,
        latencyMaxMs: random.whole(100, 2_000),
        loss: random.next() * 0.15,
        answerLoss: random.next() * 0.3,
        ...storm,
      }),
      ...maybe(0.9, {
        kind: 'lost-answers',
        platform,
        of: 'requestShipment',
        rate: 0.3 + random.next() * 0.5,
        lateRate: 0.2 + random.next() * 0.4,
        ...longer,
      }),
      ...maybe(0.4, { kind: 'late-acting', platform, rate: 0.2 + random.next() * 0.4, ...storm }),
      ...maybe(0.3, { kind: 'unavailable', platform, rate: random.next() * 0.5, of: 'all', ...storm }),
      ...maybe(0.3, { kind: 'malformed', platform, rate: random.next() * 0.4, how: 'web-page', ...storm }),
      ...maybe(0.5, {
        kind: 'webhooks',
        platform,
        loss: random.next() * 0.8,
        duplicates: random.next() * 0.5,
        delayMaxMs: random.whole(200, 5_000),
        ...storm,
      }),
      // What became of a call is known, and whoever knows it dies before it is noted; or after, and is not told so.
      ...[0, 1].flatMap((nth) =>
        maybe(0.8, {
          kind: 'database-cut',
          process,
          at: Math.floor((at + nth * stormMs) / 2),
          statements: 0,
          about: 'errand',
          onCommit: random.pick(['before', 'after']),
        }),
      ),
    ]
  })
}

/**
 * Goods that come while parcels leave, on and on until the floors are done: each time the floor says what lies there, and
 * whether a parcel left before that is told by two clocks that differ.
 */
export function drawCountsAtWork(
  random: Random,
  { stormMs, warehouses, items }: Pick<Plan, 'stormMs' | 'warehouses' | 'items'>,
): Act[] {
  const telling = warehouses.filter(({ kind }) => WAREHOUSE_KINDS[kind].webhooks !== 'none')
  return Array.from({ length: random.whole(16, 24) }, (): Act[] => {
    const at = random.whole(Math.floor(stormMs / 2), stormMs + FLOORS_WORK_MS)
    const warehouse = random.pickFrom(telling)?.name
    const sku = random.pickFrom(items)?.sku
    // More than leaves at once: a count that is wrong by a parcel must be none that once was right.
    const units = random.whole(5, 7)
    return warehouse === undefined || sku === undefined
      ? []
      : [{ at, kind: 'deliver', warehouse, sku, units }]
  }).flat()
}
/** The last parcels leave about then; a floor is counted four times in it, since reading rests long. */
const FLOORS_WORK_MS = 45_000

/** Where warehouses count, most processes have a clock that is wrong, by nearly as much as any has here. */
export function drawSkews(random: Random, processes: Plan['processes']): Plan['processes'] {
  return processes.map(({ name, skewMs }) => {
    const ms = random.whole(250, 400) * (random.chance(0.5) ? 1 : -1)
    return { name, skewMs: random.chance(0.8) ? ms : skewMs }
  })
}

/**
 * The same plan where the brand has all of its stock at warehouses, which count and send: goods come there, orders leave
 * from there, and nobody marks one as shipped by hand. What comes back is another story.
 */
export function sentFromThere(plan: Plan, turn: number): Plan {
  // Where nothing tells of counts, what comes without a paper would be known only with the next round of counting.
  const telling = plan.warehouses.filter(({ kind }) => WAREHOUSE_KINDS[kind].webhooks !== 'none')
  const acts = plan.acts.flatMap((act): Act[] => {
    if (act.kind === 'stock') {
      const { at, sku, units } = act
      const warehouse = telling[at % telling.length]?.name
      return warehouse === undefined ? [] : [{ at, kind: 'deliver', warehouse, sku, units }]
    }
    if (act.kind === 'mistake') return []
    if (act.kind !== 'sell') return [act]
    // So long after a sale it is anywhere between the hub, the floor and the customer.
    const isCancelled = act.afterwards === 'cancel' || act.at % 5 === 0
    const isPartly = act.afterwards === 'refund-one-and-cancel'
    const afterwards = isCancelled ? 'cancel' : isPartly ? act.afterwards : 'wait'
    return [{ ...act, afterwards, afterwardsMs: 2 * act.afterwardsMs }]
  })
  const [first, ...others] = plan.platforms
  // One that is told, and whose number does not fall by it.
  const kind: KindName = turn % 16 === 5 ? 'counting' : (first?.kind ?? 'shelf')
  const platforms = first === undefined ? [] : [{ ...first, kind }, ...others]
  return {
    ...plan,
    items: plan.items.map(({ sku }) => ({ sku, units: 0 })),
    platforms: platforms.map((platform) => ({
      ...platform,
      // Half a pack that has left stays in the ledger until the other half has: between the two no count can be judged.
      listings: platform.listings.map((listing) => ({ ...listing, unitsPerListing: 1 })),
      ...(platform.kind === 'counting' && { neverFalls: true }),
    })),
    acts,
  }
}
