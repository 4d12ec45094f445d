import type { OverviewSeries } from '@plimsoll/client'

export type Line = { key: string; name: string; colour: string; values: (number | null)[] }
export type Measure = 'orders' | 'units'

/** So many channels have a colour of their own; the rest is one. */
const channelsMax = 6

/** Sales by channel, the one that sells most first; each sum of a step is that of all channels, whoever is named. */
export function toSales(
  steps: OverviewSeries['steps'],
  measure: Measure,
  nameOf: (connectionId: string) => { name: string; colour: string },
  others: string,
): Line[] {
  const totals = new Map<string, number>()
  for (const { sales } of steps) {
    for (const sale of sales)
      totals.set(sale.connectionId, (totals.get(sale.connectionId) ?? 0) + sale[measure])
  }
  const ranked = [...totals].sort(([, a], [, b]) => b - a).map(([connectionId]) => connectionId)
  const named = ranked.length > channelsMax ? ranked.slice(0, channelsMax - 1) : ranked
  const valuesOf = (isMeant: (connectionId: string) => boolean) =>
    steps.map(({ sales }) =>
      sales.reduce((sum, sale) => sum + (isMeant(sale.connectionId) ? sale[measure] : 0), 0),
    )
  const lines = named.map((connectionId) => ({
    key: connectionId,
    ...nameOf(connectionId),
    values: valuesOf((each) => each === connectionId),
  }))
  if (named.length === ranked.length) return lines
  const rest = valuesOf((each) => !named.includes(each))
  return [...lines, { key: 'others', name: others, colour: 'var(--ink-3)', values: rest }]
}

/** Stretches of a line that are known, as SVG path data: what is not known is a gap, never a zero. */
export function toPath(
  values: readonly (number | null)[],
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let isDown = false
  return values
    .map((value, step) => {
      if (value === null) {
        isDown = false
        return ''
      }
      const command = `${isDown ? 'L' : 'M'}${x(step)} ${y(value)}`
      // A single known step would be a line without length.
      const dot = !isDown && (values[step + 1] ?? null) === null ? 'h0.01' : ''
      isDown = true
      return command + dot
    })
    .join('')
}

/** The top of a scale: the next of 1, 2 or 5 times a power of ten. */
export function scaleTop(max: number): number {
  if (max <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(max))
  const top = [1, 2, 5, 10].find((each) => each * power >= max) ?? 10
  return top * power
}
