import type { ShadowReport } from '@plimsoll/client'

export type ShadowRow = ShadowReport['rows'][number]
export type Difference = ShadowRow['difference']

/** In the order in which a person looks: what is taken away first. */
export const differences = ['zero', 'down', 'up', 'unknown', 'same', 'untouched'] as const

export const ROWS_PER_PAGE = 100

/** Rows of one kind of difference, grouped by reason, those that differ most first. */
export function rowsOf(rows: readonly ShadowRow[], difference: Difference): ShadowRow[] {
  return rows
    .filter((row) => row.difference === difference)
    .sort(
      (one, other) =>
        (one.because ?? '').localeCompare(other.because ?? '') ||
        byHowMuch(other) - byHowMuch(one) ||
        one.listing.localeCompare(other.listing),
    )
}

function byHowMuch({ shows, wouldShow }: ShadowRow): number {
  return Math.abs((wouldShow ?? 0) - (shows ?? 0))
}

/** How many rows stand for each reason. */
export function countReasons(rows: readonly ShadowRow[]): [because: string, rows: number][] {
  const counts = new Map<string, number>()
  for (const { because } of rows) counts.set(because ?? '', (counts.get(because ?? '') ?? 0) + 1)
  return [...counts].sort((one, other) => other[1] - one[1])
}

/** All of it for a spreadsheet. A field that one would take for a formula begins with an apostrophe. */
export function toCsv(rows: readonly ShadowRow[]): string {
  const header = ['listing', 'sku', 'title', 'location', 'shows', 'would_show', 'difference', 'because']
  const lines = rows.map((row) => [
    row.listing,
    row.sku ?? '',
    row.title,
    row.location,
    row.shows ?? '',
    row.wouldShow ?? '',
    row.difference,
    row.because ?? '',
  ])
  return `${[header, ...lines].map((line) => line.map(toField).join(',')).join('\r\n')}\r\n`
}

function toField(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
