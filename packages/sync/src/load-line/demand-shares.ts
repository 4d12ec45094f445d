import { demandNow, type MeasuredDemand, salesMeasured } from './demand.ts'

/** A level of several that sell the same units, and what is measured of it. */
export type Sharing = {
  measured: MeasuredDemand | null
  /** Orders an hour that its connection takes, of everything. */
  connectionSales: number
}

/** What a level is expected to sell: its part of all sales, in listing units an hour, and in one sale. */
export type ExpectedDemand = { weight: number; perHour: number; perSale: number }

/** What the connections sell of everything counts as much as so many sales of the thing itself. */
const PRIOR_SALES = 8

/**
 * What each of some levels will sell, from what each has sold and, as long as that is little, from what its connection sells
 * of everything: one sale must not draw all units to where it happened, nor a level be worth nothing since nobody has
 * bought there yet.
 */
export function expectDemand(levels: readonly Sharing[], now: Date): ExpectedDemand[] {
  const connections = levels.reduce((sum, { connectionSales }) => sum + connectionSales, 0)
  const salesOf = ({ measured }: Sharing) => (measured === null ? 0 : salesMeasured(measured, now))
  const perHourOf = ({ measured }: Sharing) =>
    measured === null ? 0 : demandNow(measured, now) / measured.unitsPerSale
  const sales = levels.reduce((sum, level) => sum + salesOf(level), 0)
  const perHour = levels.reduce((sum, level) => sum + perHourOf(level), 0)
  const perSale =
    sales === 0
      ? 1
      : levels.reduce((sum, level) => sum + salesOf(level) * (level.measured?.unitsPerSale ?? 1), 0) / sales
  return levels.map((level) => {
    // Where nothing was ever sold anywhere all are alike.
    const prior = connections === 0 ? 1 / levels.length : level.connectionSales / connections
    const own = salesOf(level)
    const weight = (own + PRIOR_SALES * prior) / (sales + PRIOR_SALES)
    const size = ((level.measured?.unitsPerSale ?? perSale) * own + perSale) / (own + 1)
    return { weight, perHour: perHour * weight * size, perSale: size }
  })
}
