/**
 * Whether an order was missed. Pure. Where a platform numbers its orders one after the other a hole between two known
 * ones says so; where it counts them, a greater count than the hub's own.
 */
export type Gap = { from: Date; to: Date; missing: number }

/** A greater jump is no hole: somebody gave the numbers a new beginning. */
const HOLE_MAX = 1_000

/** The holes between known numbers, each with the period in which its orders were placed. */
export function findNumberGaps(orders: readonly { number: string; placedAt: Date }[]): Gap[] {
  const numbered = orders.flatMap(({ number, placedAt }) => {
    const [, before, digits, after] = /^(.*?)(\d{1,15})(\D*)$/s.exec(number) ?? []
    return digits === undefined ? [] : [{ series: `${before}…${after}`, value: Number(digits), placedAt }]
  })
  const bySeries = Map.groupBy(numbered, ({ series }) => series)
  return [...bySeries.values()].flatMap((series) => {
    const sorted = series.toSorted((a, b) => a.value - b.value)
    return sorted.flatMap((next, index) => {
      const last = sorted[index - 1]
      const missing = last === undefined ? 0 : next.value - last.value - 1
      if (last === undefined || missing < 1 || missing > HOLE_MAX) return []
      const [from, to] = [last.placedAt, next.placedAt].sort((a, b) => a.getTime() - b.getTime())
      if (from === undefined || to === undefined) return []
      return [{ from, to: new Date(to.getTime() + 1), missing }]
    })
  })
}

/** Counts of the two halves of a period in which orders are missing: where to look further. */
export function narrow(
  gap: Gap,
  middle: Date,
  missing: { first: number; second: number },
): { gap: Gap; isLast: boolean } {
  // Missing in both: the whole period is read.
  if (missing.first > 0 && missing.second > 0) return { gap, isLast: true }
  if (missing.first > 0) return { gap: { ...gap, to: middle, missing: missing.first }, isLast: false }
  if (missing.second > 0) return { gap: { ...gap, from: middle, missing: missing.second }, isLast: false }
  // An order came in between the two counts.
  return { gap, isLast: true }
}
