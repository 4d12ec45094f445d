import type { WarehousePace } from '../warehouses/warehouse.ts'
import type { Scenario } from './scenario.ts'

/** How the warehouses work while a trading day lasts an hour; of a shorter day everything is shorter. */
export function paceOf({ durationMs, days }: Pick<Scenario, 'durationMs' | 'days'>): WarehousePace {
  const factor = durationMs / days / 3_600_000
  const span = (least: number, most: number) => [least * factor, most * factor] as const
  return {
    acceptMs: span(10_000, 240_000),
    packMs: span(60_000, 900_000),
    rejectShare: 0.01,
    shortShare: 0.02,
    splitShare: 0.1,
    holdShare: 0.02,
    holdMs: span(60_000, 900_000),
  }
}
