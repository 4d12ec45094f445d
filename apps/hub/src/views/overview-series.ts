import type { OverviewSeries } from '@plimsoll/client'
import type { Db } from '@plimsoll/database'
import { percentileOf } from './delay-bins.ts'
import { findOversoldUnits, findStockSamples, findSums, SLOT_MS, type Steps } from './overview-sums.store.ts'

const HOUR_MS = 3_600_000
/** Each span in steps that a person can tell apart: 24 hours, 28 quarters of days, 30 days. */
const spans = {
  day: { stepMs: HOUR_MS, steps: 24 },
  week: { stepMs: 6 * HOUR_MS, steps: 28 },
  month: { stepMs: 24 * HOUR_MS, steps: 30 },
} as const
export type SpanName = keyof typeof spans

/**
 * The steps of a span up to now, the last one not over yet. They begin where hours and days begin for the reader.
 * @param offsetMinutes how far the reader's clock is ahead of UTC
 */
export function decideSteps(span: SpanName, offsetMinutes: number, now: Date): Steps & { steps: number } {
  const { stepMs, steps } = spans[span]
  // Slots are never cut: an offset is rounded to them, which every zone in use is a multiple of.
  const offsetMs = Math.round((offsetMinutes * 60_000) / SLOT_MS) * SLOT_MS
  const last = Math.floor((now.getTime() + offsetMs) / stepMs) * stepMs - offsetMs
  return {
    from: new Date(last - (steps - 1) * stepMs),
    until: new Date(last + stepMs),
    stepMs,
    steps,
  }
}

/** What the charts of the overview draw. */
export async function getOverviewSeries(
  db: Db,
  organizationId: string,
  { span, offsetMinutes, now }: { span: SpanName; offsetMinutes: number; now: Date },
): Promise<OverviewSeries> {
  const steps = decideSteps(span, offsetMinutes, now)
  const [{ sums, delays }, stock, oversold] = await Promise.all([
    findSums(db, organizationId, steps),
    findStockSamples(db, organizationId, steps),
    findOversoldUnits(db, organizationId, steps),
  ])
  return {
    span,
    stepMs: steps.stepMs,
    steps: Array.from({ length: steps.steps }, (_, step) => {
      const counts = new Map(delays.filter((row) => row.step === step).map((row) => [row.bin, row.writes]))
      const here = sums.filter((row) => row.step === step)
      const sample = stock.find((row) => row.step === step)
      return {
        at: new Date(steps.from.getTime() + step * steps.stepMs).toISOString(),
        sales: here
          .filter((row) => row.orders > 0)
          .map(({ connectionId, orders, units }) => ({ connectionId, orders, units })),
        writes: here.reduce((sum, row) => sum + row.writes, 0),
        emptied: here.reduce((sum, row) => sum + row.emptied, 0),
        delayMs:
          counts.size === 0
            ? null
            : { p50: percentileOf(counts, 0.5) ?? 0, p99: percentileOf(counts, 0.99) ?? 0 },
        stock: sample === undefined ? null : { onHand: sample.onHand, reserved: sample.reserved },
        oversoldUnits: oversold.find((row) => row.step === step)?.units ?? 0,
      }
    }),
    now: now.toISOString(),
  }
}
