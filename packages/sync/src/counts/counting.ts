/**
 * What a platform counts at a place of its own, against the ledger. Pure. The platform names the units that it can sell
 * now and those that it holds back; what it has taken off for orders that the hub knows is in neither, and is still there.
 */
export type CountedItem = {
  /** Base units, all stock units of the item together. */
  available: number
  held: number
  /** Base units that are reserved there for orders which the platform has taken off its own number. */
  subtracted: number
  /**
   * Where the platform takes units off as it is asked for them, and shows that a little later; base units of shipments that
   * it was asked for a moment ago. They are there, and may be taken off its number already…
   */
  perhapsTaken?: number
  /** … or have left, and may be in its number still. Whatever the ledger has within these bounds is left as it is. */
  perhapsCounted?: number
  /** Base units that had left by then and are in the ledger still: parts of kits and packs of which the rest had not left. */
  halfSent?: number
  /** What has moved on hand since it was counted; the count says nothing of it. */
  movedSince?: number
  /** What has been held since, less what has been let go. */
  heldSince?: number
  ledger: { onHand: number; reserved: number; held: number }
}

export type CountDecision = {
  /** Units on hand by the count, at its moment, where the ledger had others then. */
  onHand: number | undefined
  /** Units to hold more (or fewer) than the ledger holds. */
  heldDelta: number
  /** Reserved there by others than the platform's own orders, beyond what it counts: promised, and not there. */
  short: number
}

/** Counted again right after it was booked, nothing changes. */
export function decideCount({
  available,
  held,
  subtracted,
  perhapsTaken = 0,
  perhapsCounted = 0,
  halfSent = 0,
  movedSince = 0,
  heldSince = 0,
  ledger,
}: CountedItem): CountDecision {
  const counted = available + held + subtracted + halfSent
  const least = Math.max(0, counted - perhapsCounted)
  const ledgerThen = ledger.onHand - movedSince
  const onHand = Math.min(counted + perhapsTaken, Math.max(least, ledgerThen))
  return {
    onHand: onHand === ledgerThen ? undefined : onHand,
    heldDelta: held - (ledger.held - heldSince),
    short: Math.max(0, ledger.reserved + held + heldSince - onHand - movedSince),
  }
}
