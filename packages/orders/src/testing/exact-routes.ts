/**
 * Routing by trying everything, for small cases: what `decideRoutes` is measured against. It is written from the meaning of the
 * rules and shares no code with what it judges, only its types; it is simple and slow.
 */
import type { RoutingWorld } from '../routing/decide-routes.ts'
import type { RoutingLine, RoutingOrder, RoutingPlace, RoutingPlan } from '../routing/routing-plan.ts'
import type { RoutingRule } from '../routing/routing-rules.ts'

/** Base units by place (its index in the world) for each line of the order. */
type Units = number[][]

const DAY_MS = 86_400_000

/** The score of the best plan there is: units that leave, below zero, then each preference. */
export function exactScore(world: RoutingWorld, order: RoutingOrder, at: Date): number[] {
  const units: Units = order.lines.map(() => world.places.map(() => 0))
  let best = scoreOf(world, order, at, units)
  const usedMax = find(world, 'split')?.parcelsMax ?? 20
  const visit = (line: number, place: number) => {
    const wanted = order.lines[line]
    if (wanted === undefined) {
      const used = world.places.filter((_, nth) => units.some((each) => (each[nth] ?? 0) > 0)).length
      const score = used <= usedMax ? scoreOf(world, order, at, units) : best
      if (isLess(score, best)) best = score
      return
    }
    if (place === world.places.length) return visit(line + 1, 0)
    const row = units[line] ?? []
    for (let chunks = 0; ; chunks += 1) {
      row[place] = chunks * wanted.unitsPerListing
      const isTooMuch = row.reduce((sum, each) => sum + each, 0) > wanted.units
      if (isTooMuch || (chunks > 0 && !isAllowed(world, order, at, units, line, place))) break
      visit(line, place + 1)
    }
    row[place] = 0
  }
  visit(0, 0)
  return best
}

/** The score of a plan, by the same measure. */
export function scoreOfPlan(world: RoutingWorld, order: RoutingOrder, at: Date, plan: RoutingPlan): number[] {
  return scoreOf(world, order, at, unitsOf(world, order, plan))
}

/** What is wrong with a plan whatever its score; undefined: nothing. */
export function faultOf(
  world: RoutingWorld,
  order: RoutingOrder,
  at: Date,
  plan: RoutingPlan,
): string | undefined {
  const units = unitsOf(world, order, plan)
  if (plan.parcels.length > (find(world, 'split')?.parcelsMax ?? 20)) return 'too many parcels'
  for (const [nth, line] of order.lines.entries()) {
    const routed = (units[nth] ?? []).reduce((sum, each) => sum + each, 0)
    const waiting = plan.waiting.reduce(
      (sum, each) => sum + (each.lineId === line.lineId ? each.units : 0),
      0,
    )
    if (routed + waiting !== line.units)
      return `${line.lineId}: ${routed} routed, ${waiting} wait, of ${line.units}`
    for (const [place, each] of (units[nth] ?? []).entries()) {
      if (each % line.unitsPerListing !== 0) return `${line.lineId}: a listing unit is torn`
      if (each > 0 && !isAllowed(world, order, at, units, nth, place)) return `${line.lineId}: not from there`
    }
  }
  return undefined
}

function unitsOf({ places }: RoutingWorld, { lines }: RoutingOrder, { parcels }: RoutingPlan): Units {
  return lines.map(({ lineId }) =>
    places.map(({ locationId }) =>
      parcels
        .filter((parcel) => parcel.locationId === locationId)
        .flatMap((parcel) => parcel.lines)
        .reduce((sum, each) => sum + (each.lineId === lineId ? each.units : 0), 0),
    ),
  )
}

function isAllowed(
  world: RoutingWorld,
  order: RoutingOrder,
  at: Date,
  units: Units,
  line: number,
  place: number,
) {
  const wanted = order.lines[line]
  const from = world.places[place]
  if (wanted === undefined || from === undefined) return false
  if (!mayShip(world, order, wanted, from)) return false
  return partsOf(wanted).every(({ itemId }) => {
    const taken = order.lines.reduce((sum, each, nth) => {
      const each1 = partsOf(each).filter((part) => part.itemId === itemId)
      return sum + (units[nth]?.[place] ?? 0) * each1.reduce((all, part) => all + part.unitsEach, 0)
    }, 0)
    return taken <= freeAt(world, order, at, from, itemId)
  })
}

const partsOf = (line: RoutingLine) => line.parts ?? [{ itemId: line.itemId, unitsEach: 1 }]

function mayShip(world: RoutingWorld, order: RoutingOrder, line: RoutingLine, place: RoutingPlace): boolean {
  if (!(place.ships ?? !['transit', 'marketplace-fulfilled'].includes(place.kind))) return false
  if (line.pinnedLocationId !== undefined) return line.pinnedLocationId === place.locationId
  const names = (
    rule: { locations?: string[] | undefined; notLocations?: string[] | undefined } | undefined,
  ) =>
    rule === undefined ||
    (rule.locations === undefined
      ? !rule.notLocations?.includes(place.code)
      : rule.locations.includes(place.code))
  const { country, postalCode } = order.destination ?? { country: '', postalCode: null }
  const serves = all(world, 'serves').find(
    (rule) =>
      (rule.countries?.includes(country) ?? true) &&
      (rule.postalPrefixes?.some((prefix) => (postalCode ?? '').startsWith(prefix)) ?? true),
  )
  const channel = all(world, 'channel').find((rule) => rule.connections.includes(order.connectionId))
  const capacity = all(world, 'capacity').find((rule) => rule.locations?.includes(place.code) ?? true)
  const perDay = capacity === undefined ? null : (capacity.perDay ?? place.capacityPerDay)
  return (
    names(serves) &&
    names(channel) &&
    (perDay === null || place.assignedToday < perDay) &&
    partsOf(line).every(({ itemId }) =>
      names(all(world, 'item').find((rule) => isAbout(world, rule, itemId))),
    )
  )
}

function freeAt(
  world: RoutingWorld,
  order: RoutingOrder,
  at: Date,
  place: RoutingPlace,
  itemId: string,
): number {
  const life = all(world, 'minimum-shelf-life').find(
    (rule) => (rule.connections?.includes(order.connectionId) ?? true) && isAbout(world, rule, itemId),
  )
  const safety = all(world, 'safety-stock').find(
    (rule) => (rule.locations?.includes(place.code) ?? true) && isAbout(world, rule, itemId),
  )
  const byExpiry = new Map<string | null, number>()
  for (const each of place.stock)
    if (each.itemId === itemId) byExpiry.set(each.expiresOn, (byExpiry.get(each.expiresOn) ?? 0) + each.free)
  const free = [...byExpiry]
    .filter(([on, units]) => units < 0 || on === null || daysLeft(on, at) >= (life?.days ?? 0))
    .reduce((sum, [, units]) => sum + units, 0)
  const own = (order.own ?? [])
    .filter((each) => each.itemId === itemId && each.locationId === place.locationId)
    .reduce((sum, each) => sum + each.units, 0)
  return Math.max(0, Math.max(0, free + own) - (safety?.units ?? 0))
}

/** Cases are all in UTC. */
function daysLeft(expiresOn: string, at: Date): number {
  return (Date.parse(expiresOn) - Date.parse(at.toISOString().slice(0, 10))) / DAY_MS
}

function isAbout(
  { items = [] }: RoutingWorld,
  rule: { skus?: string[] | undefined; tags?: string[] | undefined },
  itemId: string,
) {
  const item = items.find((each) => each.itemId === itemId)
  if (rule.skus === undefined && rule.tags === undefined) return true
  return rule.skus?.includes(item?.sku ?? '') || rule.tags?.some((tag) => item?.tags.includes(tag)) || false
}

function scoreOf(world: RoutingWorld, order: RoutingOrder, at: Date, units: Units): number[] {
  const byCode = [...world.places].sort((a, b) => (a.code < b.code ? -1 : 1))
  const used = world.places.filter((_, place) => units.some((each) => (each[place] ?? 0) > 0))
  const each = (cost: (place: RoutingPlace, line: RoutingLine) => number) =>
    order.lines.reduce(
      (sum, line, nth) =>
        sum +
        world.places.reduce(
          (all, place, at) => all + (units[nth]?.[at] ? cost(place, line) * units[nth][at] : 0),
          0,
        ),
      0,
    )
  const parcels = () => used.length
  const measures: Partial<Record<RoutingRule['kind'], (rule: RoutingRule) => number>> = {
    'fewest-parcels': parcels,
    'location-priority': () => each(({ priority }) => priority),
    'cut-off': () => each((place) => daysToLeave(place, at)),
    'deepest-stock': () =>
      each((place, line) => chunksOf(world, order, at, line) - chunksAt(world, order, at, place, line)),
    'soonest-expiry': () =>
      each((place, line) =>
        Math.min(...partsOf(line).map(({ itemId }) => firstExpiry(world, order, at, place, itemId))),
      ),
    'lowest-cost': (rule) => {
      if (rule.kind !== 'lowest-cost') return 0
      const tariffs = new Map(
        used.map((place) => [
          place,
          rule.tariffs.find(
            (tariff) =>
              (tariff.from?.includes(place.code) ?? true) &&
              (tariff.countries?.includes(order.destination?.country ?? '') ?? true),
          ),
        ]),
      )
      const fixed = used.reduce((sum, place) => {
        const tariff = tariffs.get(place)
        return sum + (tariff === undefined ? 1e12 : (rule.base[place.code] ?? 0) + tariff.perParcel)
      }, 0)
      return fixed + each((place) => tariffs.get(place)?.perUnit ?? 0)
    },
  }
  const listed = world.rules.flatMap((rule) => measures[rule.kind]?.(rule) ?? [])
  const implied = world.rules.some(({ kind }) => kind === 'fewest-parcels') ? [] : [parcels()]
  return [-each(() => 1), ...listed, ...implied, each((place) => byCode.indexOf(place))]
}

/** Base units in whole chunks that may leave a place, and the most that may leave any. */
function chunksAt(
  world: RoutingWorld,
  order: RoutingOrder,
  at: Date,
  place: RoutingPlace,
  line: RoutingLine,
): number {
  if (!mayShip(world, order, line, place)) return 0
  const chunks = partsOf(line).map(({ itemId, unitsEach }) =>
    Math.floor(freeAt(world, order, at, place, itemId) / (unitsEach * line.unitsPerListing)),
  )
  return Math.min(...chunks) * line.unitsPerListing
}
function chunksOf(world: RoutingWorld, order: RoutingOrder, at: Date, line: RoutingLine): number {
  return Math.max(...world.places.map((place) => chunksAt(world, order, at, place, line)))
}

function firstExpiry(
  world: RoutingWorld,
  order: RoutingOrder,
  at: Date,
  place: RoutingPlace,
  itemId: string,
): number {
  const life = all(world, 'minimum-shelf-life').find(
    (rule) => (rule.connections?.includes(order.connectionId) ?? true) && isAbout(world, rule, itemId),
  )
  const left = place.stock.flatMap(({ expiresOn }) => {
    const free = place.stock.reduce(
      (sum, each) => sum + (each.itemId === itemId && each.expiresOn === expiresOn ? each.free : 0),
      0,
    )
    return expiresOn !== null && free > 0 ? [daysLeft(expiresOn, at)] : []
  })
  return Math.min(36_500, ...left.filter((days) => days >= (life?.days ?? 0)))
}

function daysToLeave({ openingDays, holidays, cutOff }: RoutingPlace, at: Date): number {
  const isOver = cutOff !== null && at.toISOString().slice(11, 16) >= cutOff
  for (let days = isOver ? 1 : 0; days < 366; days += 1) {
    const day = new Date(at.getTime() + days * DAY_MS)
    const isHoliday = holidays.includes(day.toISOString().slice(0, 10))
    if (openingDays.includes(day.getUTCDay() || 7) && !isHoliday) return days
  }
  return 366
}

function all<Kind extends RoutingRule['kind']>({ rules }: RoutingWorld, kind: Kind) {
  return rules.filter((rule): rule is Extract<RoutingRule, { kind: Kind }> => rule.kind === kind)
}
function find<Kind extends RoutingRule['kind']>(world: RoutingWorld, kind: Kind) {
  return all(world, kind)[0]
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, nth) => value !== b[nth])
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0)
}
