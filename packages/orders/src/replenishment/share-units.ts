/** Somebody who needs units of what another place has. Base units. */
export type Taker = {
  id: string
  /** What it has and is to get already; may be below zero. */
  position: number
  /** Above zero. */
  perDay: number
  /** The most that it may be given. */
  wanted: number
  packUnits: number
  /** It gets so many or none. */
  least: number
}

/**
 * Shares what a place can spare in whole packs, so that all takers last equally long: each next pack goes to the one that
 * would run out first. Nobody gets more than it wants, all together no more than there is, and who cannot be given the
 * least that is worth sending gets nothing, the one that lasts longest first.
 * @returns units by taker, none left out; the same for the same takers in any order
 */
export function shareUnits(free: number, takers: readonly Taker[]): Map<string, number> {
  const given = new Map(takers.map(({ id }) => [id, 0]))
  let asking = takers
    .filter(({ wanted, packUnits, least }) => wanted >= Math.max(packUnits, least))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  while (asking.length > 0) {
    const packs = sharePacks(free, asking)
    const unitsOf = (taker: Taker) => (packs.get(taker.id) ?? 0) * taker.packUnits
    const tooFew = asking.filter((taker) => unitsOf(taker) > 0 && unitsOf(taker) < taker.least)
    const [last] = tooFew.toSorted((a, b) => coverOf(b, 0) - coverOf(a, 0) || (a.id < b.id ? 1 : -1))
    if (last === undefined) {
      for (const taker of asking) given.set(taker.id, unitsOf(taker))
      return given
    }
    asking = asking.filter((taker) => taker !== last)
  }
  return given
}

function sharePacks(free: number, takers: readonly Taker[]): Map<string, number> {
  const atLevel = (days: number) => takers.map((taker) => packsBelow(taker, days))
  const unitsOf = (packs: readonly number[]) =>
    packs.reduce((sum, count, index) => sum + count * (takers[index]?.packUnits ?? 0), 0)
  const all = takers.map(({ wanted, packUnits }) => Math.floor(wanted / packUnits))
  if (unitsOf(all) <= free) return toMap(takers, all)

  // All packs that go to somebody who lasts less than a level of days before them: the highest level that there is enough
  // for. What is left then is given pack by pack, for large ones may not fit where smaller ones do.
  let low = Math.min(...takers.map((taker) => coverOf(taker, 0))) - 1
  let high = Math.max(...takers.map((taker, index) => coverOf(taker, all[index] ?? 0)))
  for (let step = 0; step < 100 && high - low > 1e-9 * Math.max(1, Math.abs(high)); step += 1) {
    const middle = (low + high) / 2
    if (unitsOf(atLevel(middle)) <= free) low = middle
    else high = middle
  }
  const packs = atLevel(low)
  let left = free - unitsOf(packs)
  for (;;) {
    const next = findNext(takers, packs, left)
    if (next === undefined) return toMap(takers, packs)
    packs[next] = (packs[next] ?? 0) + 1
    left -= takers[next]?.packUnits ?? 0
  }
}

/** How many packs it is given if it gets one as long as it lasts less than so many days. */
function packsBelow({ position, perDay, wanted, packUnits }: Taker, days: number): number {
  const missing = days * perDay - position
  return Math.max(0, Math.min(Math.floor(wanted / packUnits), Math.ceil(missing / packUnits)))
}

/** Who would run out first of those that want another pack that is there; of equals who lasts longer with it. */
function findNext(takers: readonly Taker[], packs: readonly number[], left: number): number | undefined {
  let best: number | undefined
  for (const [index, taker] of takers.entries()) {
    const count = packs[index] ?? 0
    if (taker.packUnits > left || (count + 1) * taker.packUnits > taker.wanted) continue
    if (best === undefined || isSooner(taker, count, takers[best], packs[best] ?? 0)) best = index
  }
  return best
}

function isSooner(taker: Taker, count: number, other: Taker | undefined, otherCount: number): boolean {
  if (other === undefined) return true
  const [own, others] = [coverOf(taker, count), coverOf(other, otherCount)]
  if (own !== others) return own < others
  return coverOf(taker, count + 1) > coverOf(other, otherCount + 1)
}

/** Days that it lasts with so many packs more. */
function coverOf({ position, perDay, packUnits }: Taker, packs: number): number {
  return (position + packs * packUnits) / perDay
}

function toMap(takers: readonly Taker[], packs: readonly number[]): Map<string, number> {
  return new Map(takers.map(({ id }, index) => [id, packs[index] ?? 0]))
}
