/** A listing that changes what it sells: what it shares with others by which their numbers hang together. */
export type ChangedListing = {
  connectionId: string
  stockUnitId: string
  itemBefore: string | null
  itemAfter: string | null
}

/**
 * Parts to be looked at one after the other: listings that share a stock unit or an item, over however many others, are in
 * one part, since the number of one follows from what the other sells.
 * @param max listings of a part; more only where so many hang together
 */
export function mappingBatches<Listing extends ChangedListing>(
  listings: readonly Listing[],
  max: number,
): Listing[][] {
  const groups = new Groups()
  for (const listing of listings) groups.join(bondsOf(listing))
  const together = Map.groupBy(listings, (listing) => groups.rootOf(bondsOf(listing)[0]))
  const batches: Listing[][] = []
  for (const group of together.values()) {
    const last = batches.at(-1)
    if (last !== undefined && last.length + group.length <= max) last.push(...group)
    else batches.push(group)
  }
  return batches
}

function bondsOf({
  connectionId,
  stockUnitId,
  itemBefore,
  itemAfter,
}: ChangedListing): [string, ...string[]] {
  const items = [itemBefore, itemAfter].flatMap((itemId) => (itemId === null ? [] : [`item ${itemId}`]))
  return [`unit ${connectionId} ${stockUnitId}`, ...items]
}

/** Names that belong together, each group by one of them. */
class Groups {
  readonly #parents = new Map<string, string>()

  rootOf(name: string): string {
    let root = name
    for (let next = this.#parents.get(root); next !== undefined; next = this.#parents.get(root)) root = next
    // The next look is short.
    for (let at = name; at !== root; ) {
      const next = this.#parents.get(at) ?? root
      this.#parents.set(at, root)
      at = next
    }
    return root
  }

  join([first, ...others]: readonly [string, ...string[]]): void {
    for (const other of others) {
      const [a, b] = [this.rootOf(first), this.rootOf(other)]
      if (a !== b) this.#parents.set(b, a)
    }
  }
}
