/**
 * Delays in bins, a quarter of an octave each, from 10 ms up to about three hours. Bins can be added, percentiles
 * cannot: so bins are kept, and a percentile of any span is read from their sum, within 10% of the true one.
 */
export const LEAST_MS = 10
export const LAST_BIN = 79

export function binOf(delayMs: number): number {
  const bin = Math.floor(4 * Math.log2(Math.max(LEAST_MS, delayMs) / LEAST_MS))
  return Math.min(LAST_BIN, bin)
}

/**
 * @param counts writes by bin
 * @param share 0.5 for the median
 * @returns milliseconds, the middle of its bin; null without a write
 */
export function percentileOf(counts: ReadonlyMap<number, number>, share: number): number | null {
  const bins = [...counts].sort(([a], [b]) => a - b)
  const total = bins.reduce((sum, [, writes]) => sum + writes, 0)
  if (total === 0) return null
  let seen = 0
  for (const [bin, writes] of bins) {
    seen += writes
    // The smallest delay that at least this share of the writes did not exceed.
    if (seen >= share * total) return Math.round(LEAST_MS * 2 ** ((bin + 0.5) / 4))
  }
  return null
}
