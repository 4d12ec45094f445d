import type { ToldTask } from '../told-task.ts'

/**
 * Listings that may not sell any more what they are tied to. A SKU is a label that people change: renamed, swapped between
 * two listings, given to a listing that takes another's place. Which of these it was a label does not tell, so a person
 * is asked, and nothing is matched by it meanwhile. A listing that is tied goes on following its item, and is not raised.
 */
export type ListingDoubt =
  /** Its SKU is another than the one that it was tied by. */
  | 'renamed'
  /** The same, and it has that of another listing, which has its own. */
  | 'swapped'
  /** Tied to nothing, with the SKU that another listing was tied by, which is gone or has another SKU by now. */
  | 'relisted'

export type ListingFacts = {
  listingId: string
  externalId: string
  title: string
  sku: string
  /** By which it was tied. */
  mappedSku: string | null
  /** Of the item that it is tied to. */
  itemSku: string | null
  unitsPerListing: number
  /** True where an item that is not archived has its SKU. */
  isSkuOfItem: boolean
  /** What it shows by the hub's best knowledge, all its levels together; null: not known. */
  shows: number | null
  /** Another listing of the connection that was tied by the SKU that this one has now; the one that is there, if any. */
  former: FormerListing | null
}

export type FormerListing = {
  listingId: string
  externalId: string
  isThere: boolean
  sku: string | null
  itemSku: string
  unitsPerListing: number
  isDoubted: boolean
  /** It has a policy of its own. */
  hasPolicy: boolean
}

export type ListingChange =
  /** Nothing is doubtful: it is tied by the SKU that it has, or may be matched by it. */
  { kind: 'settled' } | { kind: 'doubtful'; doubt: ListingDoubt }

export function decideListingChange(facts: ListingFacts): ListingChange {
  return facts.itemSku === null ? decideUntied(facts) : decideTied(facts)
}

function decideTied({ sku, mappedSku, itemSku, isSkuOfItem, former }: ListingFacts): ListingChange {
  if (sku === mappedSku || sku === itemSku) return { kind: 'settled' }
  // Tied by a person when it had no SKU; now it has one that says nothing else.
  if (mappedSku === null && !isSkuOfItem) return { kind: 'settled' }
  const isSwapped = mappedSku !== null && former?.isThere === true && former.sku === mappedSku
  return { kind: 'doubtful', doubt: isSwapped ? 'swapped' : 'renamed' }
}

function decideUntied({ sku, former }: ListingFacts): ListingChange {
  if (former === null) return { kind: 'settled' }
  // Two with one SKU, side by side: not unique, so a person ties it in any case.
  if (former.isThere && former.sku === sku) return { kind: 'settled' }
  // What the match by SKU would say is what was true before: it may be matched.
  const { isThere, itemSku, unitsPerListing, isDoubted, hasPolicy } = former
  const isPlain = !isThere && itemSku === sku && unitsPerListing === 1 && !isDoubted && !hasPolicy
  return isPlain ? { kind: 'settled' } : { kind: 'doubtful', doubt: 'relisted' }
}

/** What moving the mapping along with the SKU would come to; undefined: nothing has that SKU. */
export function proposedFor(
  facts: Pick<ListingFacts, 'sku' | 'unitsPerListing' | 'isSkuOfItem' | 'former'>,
): { sku: string; unitsPerListing: number } | undefined {
  const { former } = facts
  if (former !== null) return { sku: former.itemSku, unitsPerListing: former.unitsPerListing }
  return facts.isSkuOfItem ? { sku: facts.sku, unitsPerListing: facts.unitsPerListing } : undefined
}

/** For a person: what was found, what the hub does meanwhile, and what may be done. */
export function describeListingChange(facts: ListingFacts, doubt: ListingDoubt): string {
  const { title, externalId, sku, mappedSku, itemSku, former } = facts
  const listing = `"${title}" (${externalId})`
  const proposed = proposedFor(facts)
  const move =
    proposed === undefined
      ? 'tie it to another item'
      : `move it to ${proposed.sku}${times(proposed.unitsPerListing)}`
  switch (doubt) {
    case 'renamed':
    case 'swapped': {
      const was = mappedSku === null ? 'had no SKU' : `had the SKU ${mappedSku}`
      const how =
        doubt === 'swapped'
          ? `it has ${sku} now, and ${former?.externalId ?? 'another listing'} has its own: the two were swapped.`
          : `it has ${sku} now.`
      const moved = doubt === 'swapped' ? 'swap the mappings of both' : move
      return `${listing} ${was} when it was tied to ${itemSku}; ${how} Until you decide it follows ${itemSku} and is not raised. Keep it, ${moved}, or untie it.`
    }
    case 'relisted': {
      const before = former?.isThere === true ? `which has ${former.sku ?? 'no SKU'} now` : 'which is gone'
      return `${listing} has the SKU ${sku} of ${former?.externalId ?? 'another listing'}, ${before} and sold ${former?.itemSku ?? 'an item'}${times(former?.unitsPerListing ?? 1)}. Until you decide it sells nothing of yours. Tie it so too (${move}), or leave it untied.`
    }
    default: {
      const never: never = doubt
      return never
    }
  }
}

/** The same, for screens. */
export function toldListingChange(facts: ListingFacts, doubt: ListingDoubt): ToldTask {
  const { title, externalId, sku, mappedSku, itemSku, former } = facts
  const proposed = proposedFor(facts)
  const isRelisted = doubt === 'relisted'
  return {
    code: `listing-${doubt}`,
    facts: {
      title: `${title} (${externalId})`,
      had: (isRelisted ? former?.sku : mappedSku) ?? '',
      has: sku ?? '',
      item: isRelisted ? `${former?.itemSku ?? ''}${times(former?.unitsPerListing ?? 1)}` : (itemSku ?? ''),
      proposed: proposed === undefined ? '' : `${proposed.sku}${times(proposed.unitsPerListing)}`,
      other: former?.externalId ?? '',
    },
  }
}

function times(units: number): string {
  return units === 1 ? '' : ` × ${units}`
}
