import type { ReplenishmentRow } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { coverShare } from './replenishment-search.ts'

/** Days of cover as a number and a bar; the mark on it is the lead time: what ends before it runs out first. */
export function CoverBar({ row }: { row: ReplenishmentRow }) {
  const { t, locale } = useLanguage()
  const { coverDays, leadDays } = row
  if (coverDays === null) return <span className="text-ink-3">–</span>
  const rounded = coverDays < 10 ? Math.round(coverDays * 10) / 10 : Math.round(coverDays)
  const cover = t('replenishment.coverDays', { count: rounded, n: formatNumber(locale, rounded) })
  const label = t('replenishment.coverBar', { cover, lead: formatNumber(locale, leadDays) })
  const isShort = coverDays < leadDays
  return (
    <span className="flex items-center justify-end gap-x-2 max-sm:flex-col max-sm:items-end" title={label}>
      <span className="whitespace-nowrap">{cover}</span>
      <svg width="56" height="12" viewBox="0 0 56 12" role="img" aria-label={label} className="shrink-0">
        <rect x="0" y="3" width="56" height="6" rx="1.5" fill="var(--line)" />
        <rect
          x="0"
          y="3"
          width={Math.max(coverDays > 0 ? 1.5 : 0, 56 * coverShare(coverDays, leadDays))}
          height="6"
          rx="1.5"
          fill={isShort ? 'var(--red-fill)' : 'var(--sea-fill)'}
        />
        <path d="M28 0v12" stroke="var(--ink-2)" strokeWidth="1.4" />
      </svg>
    </span>
  )
}
