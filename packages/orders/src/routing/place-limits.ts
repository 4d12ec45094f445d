import type { Departures } from './departures.ts'
import type { LocalTimes } from './local-time.ts'
import type { PlaceVerdict, RoutingItem, RoutingOrder, RoutingPlace } from './routing-plan.ts'
import { fitsDestination, fitsItem, type RoutingRule, type RoutingRules } from './routing-rules.ts'

type Exclusion = Extract<PlaceVerdict, { verdict: 'excluded' }>
type Numbered<Kind extends RoutingRule['kind']> = {
  index: number
  rule: Extract<RoutingRule, { kind: Kind }>
  /** By place: whether it is named by the rule, as it is meant. */
  allows: readonly boolean[]
  exclusion: Exclusion
}

/**
 * Which places may ship an order at all, by the rules about places. What they name is worked out once for all orders;
 * of each kind the first rule that fits an order decides.
 */
export class PlaceLimits {
  readonly #places: readonly RoutingPlace[]
  readonly #serves: Numbered<'serves'>[]
  readonly #channels: Numbered<'channel'>[]
  readonly #items: Numbered<'item'>[]
  readonly #itemRules = new Map<string, Numbered<'item'> | undefined>()
  /** By place, that it never ships; undefined where it does. */
  readonly #never: (Exclusion | undefined)[]
  readonly #capacity: { perDay: number; exclusion: Exclusion }[]
  readonly #onTime: Exclusion | undefined

  constructor(places: readonly RoutingPlace[], rules: RoutingRules) {
    this.#places = places
    this.#serves = numbered('serves', places, rules)
    this.#channels = numbered('channel', places, rules)
    this.#items = numbered('item', places, rules)
    this.#never = places.map((place) => (canShip(place) ? undefined : DOES_NOT_SHIP))
    this.#capacity = places.map((place) => capacityOf(place, rules))
    const cutOff = rules.findIndex((rule) => rule.kind === 'cut-off' && rule.onTimeOnly === true)
    this.#onTime = cutOff === -1 ? undefined : excludedBy('cut-off', cutOff)
  }

  /** What keeps each place from shipping anything of an order, by place. */
  ofOrder(
    order: RoutingOrder,
    assigned: readonly number[],
    at: { instant: Date; times: LocalTimes; departures: readonly Departures[] },
  ): (Exclusion | undefined)[] {
    const excluded = [...this.#never]
    const serves = this.#serves.find(({ rule }) => fitsDestination(rule, order.destination))
    const channel = this.#channels.find(({ rule }) => fitsChannel(rule.connections, order))
    for (let place = 0; place < excluded.length; place += 1) {
      if (excluded[place] !== undefined) continue
      if (order.avoid?.has(this.#places[place]?.locationId ?? '') === true) {
        excluded[place] = AVOIDED
        continue
      }
      const capacity = this.#capacity[place]
      if (serves !== undefined && serves.allows[place] !== true) excluded[place] = serves.exclusion
      else if (channel !== undefined && channel.allows[place] !== true) excluded[place] = channel.exclusion
      else if (capacity !== undefined && (assigned[place] ?? 0) >= capacity.perDay)
        excluded[place] = capacity.exclusion
      else if (this.#onTime !== undefined && this.#isLate(order, place, at)) excluded[place] = this.#onTime
    }
    return excluded
  }

  /** The rule about where an item may leave from, if there is one. */
  ofItem(item: RoutingItem): { allows: readonly boolean[]; exclusion: Exclusion } | undefined {
    if (this.#items.length === 0) return undefined
    if (!this.#itemRules.has(item.itemId)) {
      this.#itemRules.set(
        item.itemId,
        this.#items.find(({ rule }) => fitsItem(rule, item)),
      )
    }
    return this.#itemRules.get(item.itemId)
  }

  /** Whether a pinned line may go there: only a place that ships nothing at all is refused. */
  shipsAtAll(place: number): boolean {
    return this.#never[place] === undefined
  }

  #isLate(
    { promisedAt }: RoutingOrder,
    place: number,
    { instant, times, departures }: { instant: Date; times: LocalTimes; departures: readonly Departures[] },
  ): boolean {
    const { timeZone } = this.#places[place] ?? {}
    if (promisedAt === null || timeZone === undefined) return false
    const now = times.at(instant, timeZone)
    const leaves = now.dayNumber + (departures[place]?.daysAt(now) ?? 0)
    return leaves > times.at(promisedAt, timeZone).dayNumber
  }
}

/** Whether orders leave from a place: as it says itself, else as its kind says. */
export function canShip({ ships, kind }: Pick<RoutingPlace, 'ships' | 'kind'>): boolean {
  return ships ?? (kind !== 'transit' && kind !== 'marketplace-fulfilled')
}

/** Whether a rule that names channels is about an order; one that names none is about all. */
export function fitsChannel(
  connections: readonly string[] | undefined,
  { connectionId, connectionName, connectorId }: RoutingOrder,
): boolean {
  if (connections === undefined) return true
  return [connectionId, connectionName, connectorId].some(
    (name) => name !== undefined && connections.includes(name),
  )
}

const AVOIDED: Exclusion = { verdict: 'excluded', rule: null, kind: 'avoided' }
const DOES_NOT_SHIP: Exclusion = { verdict: 'excluded', rule: null, kind: 'does-not-ship' }

function excludedBy(kind: RoutingRule['kind'], rule: number): Exclusion {
  return { verdict: 'excluded', rule, kind }
}

function capacityOf(place: RoutingPlace, rules: RoutingRules): { perDay: number; exclusion: Exclusion } {
  for (const [index, rule] of rules.entries()) {
    if (rule.kind !== 'capacity' || rule.locations?.includes(place.code) === false) continue
    return {
      perDay: rule.perDay ?? place.capacityPerDay ?? Number.POSITIVE_INFINITY,
      exclusion: excludedBy('capacity', index),
    }
  }
  return { perDay: Number.POSITIVE_INFINITY, exclusion: DOES_NOT_SHIP }
}

function numbered<Kind extends 'serves' | 'channel' | 'item'>(
  kind: Kind,
  places: readonly RoutingPlace[],
  rules: RoutingRules,
): Numbered<Kind>[] {
  return rules.flatMap((rule, index) => {
    if (!isOf(kind, rule)) return []
    const {
      locations,
      notLocations,
    }: { locations?: string[] | undefined; notLocations?: string[] | undefined } = rule
    const allows = places.map(
      ({ code }) => locations?.includes(code) ?? notLocations?.includes(code) !== true,
    )
    return [{ index, rule, allows, exclusion: excludedBy(kind, index) }]
  })
}

function isOf<Kind extends RoutingRule['kind']>(
  kind: Kind,
  rule: RoutingRule,
): rule is Extract<RoutingRule, { kind: Kind }> {
  return rule.kind === kind
}
