/** What routing is asked and what it answers. All units are base units of the line's item, unless it says otherwise. */
import type { LocationKind } from '@plimsoll/database'
import type { Destination, RoutingRuleKind } from './routing-rules.ts'

export type RoutingLine = {
  lineId: string
  itemId: string
  /** Still to be routed. */
  units: number
  /** Units leave in whole listing units: a six-pack is not torn. */
  unitsPerListing: number
  /** Of a virtual kit: what one unit of it takes. All parts of one kit unit go in one parcel. */
  parts?: readonly { itemId: string; unitsEach: number }[] | undefined
  /** Fixed by the platform or by a person: no rule about places is asked; what is there still counts. */
  pinnedLocationId?: string | undefined
}

export type RoutingOrder = {
  orderId: string
  connectionId: string
  connectionName?: string | undefined
  /** Of the platform, such as `shopify`. */
  connectorId?: string | undefined
  placedAt: Date
  promisedAt: Date | null
  /** undefined: not known. Only rules about any destination apply then, and the plan says so. */
  destination: Destination | undefined
  lines: readonly RoutingLine[]
  /** What is reserved for this order and may be given back for it: nobody else of the batch takes these. */
  own?: readonly OwnUnits[] | undefined
  /** Locations that it is not sent from, whatever the rules say: they refused it, or a person did. */
  avoid?: ReadonlySet<string> | undefined
}
export type OwnUnits = {
  itemId: string
  locationId: string
  units: number
  /** Of the lot that they are reserved of; left out or null: none, or it does not expire. */
  expiresOn?: string | null | undefined
}

export type RoutingStock = {
  itemId: string
  /** The last day on which they may leave, as 2026-05-01; null: they do not expire, or belong to no lot. */
  expiresOn: string | null
  /** onHand − reserved − held; below zero where reservations are of no lot yet or more is promised than there is. */
  free: number
}

export type RoutingPlace = {
  locationId: string
  code: string
  kind: LocationKind
  /** null: as its kind says. */
  ships: boolean | null
  country: string | null
  region: string | null
  postalCode: string | null
  latitude: number | null
  longitude: number | null
  /** 1 is preferred to 2. */
  priority: number
  /** IANA. */
  timeZone: string
  openingDays: readonly number[]
  holidays: readonly string[]
  /** Local time by which an order leaves on the same day, as 15:00; null: any. */
  cutOff: string | null
  /** Parcels; null: as many as come. */
  capacityPerDay: number | null
  /** Parcels of today that are routed to it already. */
  assignedToday: number
  stock: readonly RoutingStock[]
}

/** What rules call items by. */
export type RoutingItem = { itemId: string; sku: string; tags: readonly string[] }

export type Parcel = { locationId: string; lines: { lineId: string; units: number }[] }

/** Why units stay: the first that is true, from far to near. */
export type WaitingBecause =
  /** Nowhere is even one listing unit (or kit with all its parts). */
  | 'no-stock'
  /** There is some, but not less than is kept back, not long enough good, or only where rules forbid it. */
  | 'excluded-by-rules'
  /** The place that it is fixed to has none. */
  | 'pinned-place'
  /** All may ship, in more parcels than are allowed. */
  | 'parcels-limit'
  /** Some of the order waits, and a rule keeps orders whole. */
  | 'whole-order'
  /** Less than one listing unit is left to route. */
  | 'no-whole-unit'

export type Waiting = { lineId: string; units: number; because: WaitingBecause }

export type RoutingPlan = {
  orderId: string
  parcels: Parcel[]
  waiting: Waiting[]
  /** By the cost table of the rules; null: there is none, or it has no row for a parcel. */
  cost: number | null
  why: RoutingWhy
}

/** Why these places: data, put into words by whoever shows it. Rules are named by their place in the list, from 0. */
export type RoutingWhy = {
  /** False: more ways than could be looked at; the best of those that were. */
  exact: boolean
  destinationKnown: boolean
  /** What the plan comes to by each preference, in their order; less is better. `rule` null: what stands after the list. */
  preferences: { rule: number | null; kind: PreferenceKind; value: number }[]
  /** In order of codes; places that neither hold nor are asked for anything of the order are left out. */
  places: PlaceWhy[]
}
export type PreferenceKind = RoutingRuleKind | 'units-routed' | 'code'

export type PlaceWhy = { locationId: string; code: string } & PlaceVerdict
export type PlaceVerdict =
  | { verdict: 'chosen' }
  /** `rule` null: it does not ship at all, the lines are fixed to another, or it (or a person) refused the order. */
  | {
      verdict: 'excluded'
      rule: number | null
      kind: RoutingRuleKind | 'does-not-ship' | 'pinned' | 'avoided'
    }
  /** No whole listing unit of any line may leave from there; `kept`: though there are units that rules keep back. */
  | { verdict: 'empty'; kept: boolean }
  /** Alone it would have been worse, by this preference first; `chosen` and `alone` are what both come to by it. */
  | { verdict: 'worse'; rule: number | null; kind: PreferenceKind; chosen: number; alone: number }
