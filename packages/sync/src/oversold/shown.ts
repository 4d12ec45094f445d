/** A number (null: unknown) that a level had, or may have had: from `from` on, until `until` (null: still). */
export type ShownNumber = { levelId: string; quantity: number | null; from: Date; until: Date | null }

/** Platforms stamp orders in whole seconds. */
const STAMP_MS = 1_000

/**
 * What a platform had to sell of a listing just before an order, by what it was told and what it has sold itself since.
 * Where several numbers may have stood, the greatest: a platform is not blamed for what may have been a number in
 * flight. Undefined where nothing says what one of its levels had.
 * @param ownSales of the listing before the order, in listing units
 */
export function shownBefore(
  placedAt: Date,
  levelIds: readonly string[],
  numbers: readonly ShownNumber[],
  ownSales: readonly { at: Date; units: number }[],
): number | undefined {
  let all = 0
  let newest = 0
  for (const levelId of levelIds) {
    const [from, to] = [placedAt.getTime(), placedAt.getTime() + STAMP_MS]
    const possible = numbers.filter(
      (each) =>
        each.levelId === levelId &&
        each.from.getTime() <= to &&
        (each.until === null || each.until.getTime() >= from),
    )
    let best: { quantity: number; from: Date; left: number } | undefined
    for (const { quantity, from } of possible) {
      if (quantity === null) return undefined
      const left = quantity - soldSince(from, ownSales)
      if (best === undefined || left > best.left) best = { quantity, from, left }
    }
    if (best === undefined) return undefined
    all += best.quantity
    newest = Math.max(newest, best.from.getTime())
  }
  return levelIds.length === 0 ? undefined : all - soldSince(new Date(newest), ownSales)
}

function soldSince(from: Date, sales: readonly { at: Date; units: number }[]): number {
  return sales.filter(({ at }) => at.getTime() > from.getTime()).reduce((sum, { units }) => sum + units, 0)
}
