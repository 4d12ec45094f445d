import type { ExplainNode } from '@plimsoll/client'

/** The nodes whose rows do not add up to them, each in words; empty is good. */
export function findWrongSums(node: ExplainNode): string[] {
  const { label, value, rows = [], division, isLeast = false } = node
  const below = rows.flatMap(findWrongSums)
  if (rows.length === 0) return division === undefined ? below : [`${label} divides nothing`]
  if (value === null)
    return rows.every((row) => row.value === null) ? below : [`${label}: a row has a value`, ...below]
  if (isLeast) {
    const least = Math.min(...rows.map((row) => row.value ?? Number.NaN))
    return least === value ? below : [`${label}: ${value} is not the least, ${least}`, ...below]
  }
  const sum = rows.reduce((total, row) => total + (row.value ?? Number.NaN), 0)
  if (division === undefined) return sum === value ? below : [`${label}: ${value} is not ${sum}`, ...below]
  const { dividend, divisor, remainder } = division
  const isRight =
    sum === dividend && dividend === divisor * value + remainder && remainder >= 0 && remainder < divisor
  return isRight ? below : [`${label}: ${sum} ÷ ${divisor} is not ${value}, remainder ${remainder}`, ...below]
}
