import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { differences, rowsOf, type ShadowRow } from './shadow-rows.ts'

const SHOWN = 8

/** The first numbers that going live would write, what is taken away first. */
export function FirstWrites({ rows }: { rows: readonly ShadowRow[] }) {
  const { t, locale } = useLanguage()
  const first = differences
    .slice(0, 3)
    .flatMap((difference) => rowsOf(rows, difference))
    .slice(0, SHOWN)
  if (first.length === 0) return null
  const n = (value: number | null) => (value === null ? '–' : formatNumber(locale, value))
  return (
    <div className="mt-3">
      <p className="text-ink-2">{t('standing.firstWrites')}</p>
      <ul className="mt-1 divide-y divide-line rounded border border-line">
        {first.map((row) => (
          <li key={row.levelId} className="flex justify-between gap-3 px-2.5 py-1">
            <span className="min-w-0 truncate" title={row.title}>
              {row.sku ?? row.listing} <span className="text-ink-2">{row.location}</span>
            </span>
            <span className="shrink-0">
              {n(row.shows)} → <b>{n(row.wouldShow)}</b>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
