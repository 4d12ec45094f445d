import type { ItemStanding } from './load-line.store.ts'

/** Items that levels sell together, and how far the line that was drawn through those levels protects them. */
export type DrawnGroup = {
  items: readonly { itemId: string; obstacles: readonly string[] }[]
  isBounded: boolean
  /** Base units that could be sold beyond what is there. */
  shortUnits: number
}

/** Items that kits join are dealt together up to so many; of more, each with its own kits alone. */
const DEALT_TOGETHER_MAX = 60

export type Known = {
  /** Items all of whose levels are at hand. */
  covered: ReadonlySet<string>
  /** Items that are in so many kits that never all of their levels are. */
  apart: ReadonlySet<string>
}

/** What was said of each item until now; undefined: its units were not dealt. */
type Stood = ReadonlyMap<string, ItemStanding['state']>

/** Whether the items that these levels sell are to be dealt with others, which is done soon. */
export function isPartOfMore(itemIds: readonly string[], { covered, apart }: Known): boolean {
  return (
    itemIds.length <= DEALT_TOGETHER_MAX &&
    itemIds.some((itemId) => !covered.has(itemId) && !apart.has(itemId))
  )
}

/**
 * How far each item is protected now, of those all of whose levels were looked at. What is said of the others is left
 * as it is, for their own levels may be the ones that sell too much: they are looked at next, together with what they
 * share a kit with. Where kits join too many, only those of which something false is said.
 * It comes to rest: an item is named again only for what this changes, or it and its neighbour would name each other
 * for ever. Pure.
 * @param known.released items of which a level is dealt no more
 * @returns `dealAgain`: the items to work out next
 */
export function concludeStandings(
  groups: readonly DrawnGroup[],
  { covered, apart, stood, released }: Known & { stood: Stood; released: ReadonlySet<string> },
): { standings: ItemStanding[]; dealAgain: string[] } {
  const standings: ItemStanding[] = []
  const dealAgain = new Set<string>()
  const isDealt = new Set<string>()
  for (const { items, isBounded, shortUnits } of groups) {
    const itemIds = items.map(({ itemId }) => itemId)
    const isHeld = itemIds.some((itemId) => stood.get(itemId) !== undefined)
    const unbounded = isHeld && shortUnits > 0 ? 'broken' : 'tightening'
    const isPart = isPartOfMore(itemIds, { covered, apart })
    for (const { itemId, obstacles } of items) {
      isDealt.add(itemId)
      if (covered.has(itemId)) {
        standings.push({ itemId, state: isBounded ? 'guaranteed' : unbounded, shortUnits, obstacles })
      }
      const said = stood.get(itemId)
      const isFalse = !covered.has(itemId) && (said === undefined || (said === 'guaranteed' && !isBounded))
      if ((isFalse || isPart) && !apart.has(itemId)) dealAgain.add(itemId)
    }
  }
  // Some of these sells nothing that is dealt (any more): what was said of its neighbours may have hung on that.
  const isLess = [...covered].some((itemId) => !isDealt.has(itemId))
  for (const [itemId, said] of stood) {
    if (said === undefined || isDealt.has(itemId)) continue
    if (covered.has(itemId)) standings.push({ itemId, state: undefined, shortUnits: 0, obstacles: [] })
    else if ((isLess || released.has(itemId)) && !apart.has(itemId)) dealAgain.add(itemId)
  }
  return { standings, dealAgain: [...dealAgain].sort() }
}
