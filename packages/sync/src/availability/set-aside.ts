import { assert } from '@plimsoll/stock'

/**
 * Stock that is set aside for one channel and that no other may promise: the units of campaigns, then exclusive shares of
 * what remains. Of one item; a kit sets its parts aside. Shares are counted in hundredths of units and rounded down only
 * where a figure is shown, so that with one pool all figures together are never more than what is there.
 */

/** What there is of one item at one location; available may be negative. Base units. */
export type StockAt = { locationId: string; available: number; incoming: number }

/** Units of the item that a campaign has still to sell, at locations that it may sell from. */
export type Campaign = { holder: string; units: number; locationIds: ReadonlySet<string> }

export type ExclusiveShare = { holder: string; percent: number; locationIds: ReadonlySet<string> }

export type DividedAt = StockAt & {
  /** Units set aside for campaigns, by holder. */
  campaigns: ReadonlyMap<string, number>
  /** Percent of the rest set aside, by holder. */
  exclusive: ReadonlyMap<string, number>
}

/** Divides an item's stock among those for whom some is set aside. Where that is more than all, the first by name get theirs. */
export function divideStock(
  stock: readonly StockAt[],
  campaigns: readonly Campaign[],
  shares: readonly ExclusiveShare[],
): DividedAt[] {
  const divided = [...stock].sort(byLocation).map((at) => ({
    ...at,
    campaigns: new Map<string, number>(),
    exclusive: new Map<string, number>(),
  }))
  for (const { holder, units, locationIds } of [...campaigns].sort(byHolder)) {
    let left = units
    for (const at of divided) {
      if (left <= 0) break
      if (!locationIds.has(at.locationId)) continue
      const taken = Math.min(left, Math.max(0, at.available - sumOf(at.campaigns)))
      if (taken > 0) at.campaigns.set(holder, taken)
      left -= taken
    }
  }
  for (const { holder, percent, locationIds } of [...shares].sort(byHolder)) {
    for (const at of divided) {
      if (!locationIds.has(at.locationId)) continue
      // A listing that was mapped later may bring more than all together; nothing is set aside twice.
      const given = Math.min(percent, 100 - sumOf(at.exclusive))
      if (given > 0) at.exclusive.set(holder, given)
    }
  }
  return divided
}

/** Who looks: the holders that it is, its locations and how much of the rest it may show. */
export type Viewer = {
  campaignHolder: string
  /** Undefined: it has no exclusive share. */
  exclusiveHolder: string | undefined
  locationIds: readonly string[]
  sharePercent: number | undefined
  /** Of what is incoming, in percent. */
  incomingPercent: number
  /** Incoming units at a location that it may count on. */
  incomingAt: (locationId: string) => number
  /** Units at a location that are available, but in lots too short for it. */
  unsuitableAt: (locationId: string) => number
}

/** What somebody may promise of one item; the parts add up: pool − forCampaigns − forOthers − beyondShare = available. */
export type Promisable = {
  available: number
  incoming: number
  /** All that is available in its locations and suits it. */
  pool: number
  /** Of that, set aside for campaigns of others. */
  forCampaigns: number
  /** Of that, in the exclusive shares of others. */
  forOthers: number
  /** Of that, beyond what its own share lets it show. */
  beyondShare: number
  /** Of what is available, its own campaign's units. */
  ownCampaign: number
}

export function promisableFrom(divided: readonly DividedAt[], viewer: Viewer): Promisable {
  const here = divided.filter(({ locationId }) => viewer.locationIds.includes(locationId))
  const { campaignHolder, exclusiveHolder } = viewer
  const unsuitable = sum(here, ({ locationId }) => viewer.unsuitableAt(locationId))
  const all = sum(here, ({ available }) => available)
  const pool = all - unsuitable

  // A deficit at one location comes off what campaigns show, in their order: they never show more than there is.
  const before = sum(here, (at) =>
    [...at.campaigns].reduce((units, [holder, taken]) => units + (holder < campaignHolder ? taken : 0), 0),
  )
  const taken = sum(here, (at) => at.campaigns.get(campaignHolder) ?? 0)
  const ownCampaign = Math.max(0, Math.min(taken, all - before))

  const restAt = (at: DividedAt) => at.available - sumOf(at.campaigns)
  const ownPercentAt = (at: DividedAt) =>
    exclusiveHolder === undefined ? 0 : (at.exclusive.get(exclusiveHolder) ?? 0)
  const commonPercentAt = (at: DividedAt) => 100 - sumOf(at.exclusive)
  const ownShare = percentOf(here, restAt, ownPercentAt)
  const common = percentOf(here, restAt, commonPercentAt)
  // Lots too short for it are taken to be among what all may show: others' parts may be of the longer ones.
  const suitable = unsuitable === 0 ? common : Math.min(common, Math.max(0, common - unsuitable))
  const share = viewer.sharePercent ?? (exclusiveHolder === undefined ? 100 : 0)
  const shown = suitable <= 0 ? suitable : Math.floor((suitable * share) / 100)
  const own = ownCampaign + Math.max(0, ownShare)
  const available = Math.min(own > 0 ? own + Math.max(0, shown) : shown, pool)

  const incomingOf = (at: DividedAt) => Math.min(at.incoming, viewer.incomingAt(at.locationId))
  const ownIncoming = percentOf(here, incomingOf, ownPercentAt)
  const commonIncoming = percentOf(here, incomingOf, commonPercentAt)
  const mayBePromised = ownIncoming + Math.floor((commonIncoming * share) / 100)
  const incoming = Math.floor((mayBePromised * viewer.incomingPercent) / 100)

  const withheld = pool - available
  const campaigns = sum(here, (at) => sumOf(at.campaigns))
  const forCampaigns = Math.min(withheld, campaigns - taken)
  const exclusive = Math.max(0, all - campaigns - Math.max(0, ownShare) - common)
  const isWhole = share === 100 && exclusiveHolder === undefined
  const forOthers = isWhole ? withheld - forCampaigns : Math.min(withheld - forCampaigns, exclusive)
  const beyondShare = withheld - forCampaigns - forOthers
  return { available, incoming, pool, forCampaigns, forOthers, beyondShare, ownCampaign }
}

/** Whole units of so many percent at each place, rounded down once and not at each. */
function percentOf(
  places: readonly DividedAt[],
  unitsAt: (at: DividedAt) => number,
  percentAt: (at: DividedAt) => number,
): number {
  const hundredths = sum(places, (at) => unitsAt(at) * percentAt(at))
  assert(Number.isSafeInteger(hundredths), 'hundredths of units are counted exactly')
  return Math.floor(hundredths / 100)
}

function sumOf(byHolder: ReadonlyMap<string, number>): number {
  let units = 0
  for (const each of byHolder.values()) units += each
  return units
}

function sum<Row>(rows: readonly Row[], unitsOf: (row: Row) => number): number {
  return rows.reduce((units, row) => units + unitsOf(row), 0)
}

function byLocation(a: StockAt, b: StockAt): number {
  return a.locationId < b.locationId ? -1 : a.locationId > b.locationId ? 1 : 0
}

function byHolder(a: { holder: string }, b: { holder: string }): number {
  return a.holder < b.holder ? -1 : a.holder > b.holder ? 1 : 0
}
