/**
 * Something that changed what is there of an item: positive units come, negative ones go. A take is that of an order line
 * (or the claim of an API caller), which the hub counted at `knownAt`.
 */
export type StockEvent =
  | { kind: 'take'; at: Date; units: number; takeId: string; knownAt: Date }
  | { kind: 'other'; at: Date; units: number; by: string }

/** Of one take: its units beyond what was there, and those that a person took out of stock afterwards. */
export type Beyond = {
  takeId: string
  units: number
  takenLater: { units: number; by: string; at: Date }[]
}

/**
 * Which takes went beyond what was there, in the order in which they happened, whatever the order in which the hub
 * learned of them: who bought first is served first. What had come by the time a take was counted could serve it, though it
 * was placed before: opening stock that is entered when orders are open already. Stock that goes later leaves the newest
 * take without.
 * @param opening what was there before the first event
 */
export function findBeyond(opening: number, events: readonly StockEvent[]): Beyond[] {
  const inOrder = events
    .map((event, index) => ({ event, index }))
    .sort((a, b) => a.event.at.getTime() - b.event.at.getTime() || a.index - b.index)
  const coming = inOrder.flatMap(({ event }) => (event.units > 0 ? event : []))
  let come = 0
  const beyond = new Map<string, Beyond>()
  /** Served takes, oldest first, with what they hold. */
  const served: { takeId: string; units: number }[] = []
  let there = opening
  for (const { event } of inOrder) {
    const until = event.kind === 'take' && event.knownAt > event.at ? event.knownAt : event.at
    for (let next = coming[come]; next !== undefined && next.at <= until; next = coming[come]) {
      there += next.units
      come += 1
    }
    if (event.units > 0) continue
    const missingBefore = Math.max(0, -there)
    there += event.units
    const short = Math.max(0, -there) - missingBefore
    if (event.kind === 'take') {
      const taken = -event.units
      const units = Math.max(0, Math.min(taken, short))
      if (units > 0) add(event.takeId).units += units
      if (taken > units) served.push({ takeId: event.takeId, units: taken - units })
      continue
    }
    let left = Math.max(0, short)
    for (const take of served.toReversed()) {
      const units = Math.min(left, take.units)
      if (units === 0) continue
      take.units -= units
      left -= units
      const case_ = add(take.takeId)
      case_.units += units
      case_.takenLater.push({ units, by: event.by, at: event.at })
    }
  }
  return [...beyond.values()]

  function add(takeId: string): Beyond {
    const known = beyond.get(takeId) ?? { takeId, units: 0, takenLater: [] }
    beyond.set(takeId, known)
    return known
  }
}
