import { mergePolicies, type Policy, strictestOf, type WindowRow } from './policy.ts'

/** A policy that is in force, without an end or while its window is open. */
export type PolicyInForce = WindowRow & {
  scope: 'organization' | 'connection' | 'item' | 'listing'
  scopeId: string
  /** Null: it has no end. */
  windowId: string | null
  /** Of the listing that it is set on; null at every other scope. */
  connectionId: string | null
  stockUnitId: string | null
  itemId: string | null
  /** How many listings of that stock unit sell that item. */
  listings: number
}

/** What a level shows by, and as whom it holds what is set aside. */
export type LevelPolicy = {
  policy: Policy
  /** A campaign's units are of one stock unit. */
  campaignHolder: string
  /** The window that gives them. */
  campaignWindowId: string | undefined
  /** An exclusive share of a connection is one for all of its levels of an item. */
  exclusiveHolder: string | undefined
}

export type LevelOfBook = { connectionId: string; stockUnitId: string; itemId: string }

export type PolicyBook = { of(level: LevelOfBook): LevelPolicy }

/** One listing's reading, and who gave what is set aside for it. */
type Reading = { policy: Policy; exclusiveOf: 'connection' | 'listing'; campaignWindowId: string | undefined }

/**
 * Finds the policy of each level: the nearest of its organization, connection, item and listings, and the strictest where
 * several listings share it.
 * @param rows of each scope the windows after what they stand before
 */
export function createPolicyBook(rows: readonly PolicyInForce[]): PolicyBook {
  const organization = rows.filter(({ scope }) => scope === 'organization')
  const connections = groupBy(rows, 'connection', ({ scopeId }) => scopeId)
  const items = groupBy(rows, 'item', ({ scopeId }) => scopeId)
  const listings = groupBy(rows, 'listing', ({ connectionId, stockUnitId, itemId }) =>
    unitOf({ connectionId: connectionId ?? '', stockUnitId: stockUnitId ?? '', itemId: itemId ?? '' }),
  )
  const inherited = new Map<string, Reading>()
  const inheritedBy = (level: LevelOfBook): { rows: PolicyInForce[]; reading: Reading } => {
    const ofItem = items.get(level.itemId)
    const above = [...organization, ...(connections.get(level.connectionId) ?? []), ...(ofItem ?? [])]
    const key = ofItem === undefined ? level.connectionId : `${level.connectionId} ${level.itemId}`
    const known = inherited.get(key)
    if (known !== undefined) return { rows: above, reading: known }
    const reading = toReading(above, [])
    inherited.set(key, reading)
    return { rows: above, reading }
  }
  return {
    of(level) {
      const { rows: above, reading } = inheritedBy(level)
      const own = listings.get(unitOf(level))
      if (own === undefined) return toLevelPolicy(level, [reading])
      const byListing = [...Map.groupBy(own, ({ scopeId }) => scopeId).values()]
      const readings = byListing.map((ofListing) => toReading(above, ofListing))
      const isShared = (own[0]?.listings ?? 0) > byListing.length
      return toLevelPolicy(level, isShared ? [...readings, reading] : readings)
    },
  }
}

function toReading(above: readonly PolicyInForce[], ofListing: readonly PolicyInForce[]): Reading {
  const all = [...above, ...ofListing]
  return {
    policy: mergePolicies(all),
    exclusiveOf: ofListing.some((row) => row.exclusivePercent !== null) ? 'listing' : 'connection',
    campaignWindowId: all.findLast((row) => row.campaignUnits !== null)?.windowId ?? undefined,
  }
}

function toLevelPolicy(level: LevelOfBook, readings: readonly Reading[]): LevelPolicy {
  const [only] = readings
  const policy =
    readings.length === 1 && only !== undefined
      ? only.policy
      : strictestOf(readings.map((each) => each.policy))
  const exclusive = readings.filter((each) => each.policy.exclusivePercent === policy.exclusivePercent)
  const isOwn = exclusive.some(({ exclusiveOf }) => exclusiveOf === 'listing')
  const campaign = readings.find((each) => each.policy.campaignUnits === policy.campaignUnits)
  const unit = `${level.connectionId} ${level.stockUnitId}`
  return {
    policy,
    campaignHolder: unit,
    campaignWindowId: policy.campaignUnits === undefined ? undefined : campaign?.campaignWindowId,
    exclusiveHolder: policy.exclusivePercent === undefined ? undefined : isOwn ? unit : level.connectionId,
  }
}

function unitOf({ connectionId, stockUnitId, itemId }: LevelOfBook): string {
  return `${connectionId} ${itemId} ${stockUnitId}`
}

function groupBy(
  rows: readonly PolicyInForce[],
  scope: PolicyInForce['scope'],
  keyOf: (row: PolicyInForce) => string,
): Map<string, PolicyInForce[]> {
  return Map.groupBy(
    rows.filter((row) => row.scope === scope),
    keyOf,
  )
}
