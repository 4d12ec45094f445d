/**
 * The load line of an item: its hull is what is on hand; its cargo is what is reserved and held; what is
 * left above the cargo may be promised. All as shares of the hull, so that drawings need no arithmetic.
 */
export type Load = {
  reservedShare: number
  heldShare: number
  /** Where the line lies: the cargo's top, 0 to 1. */
  lineShare: number
  isOversold: boolean
  isEmpty: boolean
}
type Figures = { onHand: number; reserved: number; held: number; available: number }

export function decideLoad(figures: Figures): Load {
  // An oversold hull is drawn as long as its cargo, or the cargo would not fit.
  const whole = Math.max(figures.onHand, figures.reserved + figures.held, 0)
  const share = (units: number) => (whole === 0 ? 0 : Math.min(1, Math.max(0, units / whole)))
  return {
    reservedShare: share(figures.reserved),
    heldShare: share(figures.held),
    lineShare: share(figures.reserved + figures.held),
    isOversold: figures.available < 0,
    isEmpty: whole === 0,
  }
}

/** About `count` round numbers from 0 to `whole`: the draft marks on the hull. */
export function draftMarks(whole: number, count: number): number[] {
  if (whole <= 0) return [0]
  const rough = whole / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 5, 10].find((each) => each * power >= rough) ?? 10) * power)
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, mark) => mark * step)
}

/** Moves labels apart so that none overlaps, keeping their order and staying as near as it can. */
export function spread(wanted: number[], gap: number, max: number): number[] {
  const order = wanted.map((at, number) => ({ at, number })).sort((a, b) => a.at - b.at)
  let last = -gap
  for (const each of order) {
    each.at = Math.max(each.at, last + gap)
    last = each.at
  }
  let next = max + gap
  for (const each of order.toReversed()) {
    each.at = Math.min(each.at, next - gap)
    next = each.at
  }
  const placed = [...wanted]
  for (const each of order) placed[each.number] = each.at
  return placed
}
