import type { ReplenishmentExplained } from '@plimsoll/client'
import { formatDay } from '../format.ts'
import { useLanguage } from '../language.ts'

const height = 44

/** Units ordered day by day; behind them, shaded, what of each day was without stock or left out. */
export function DemandChart({ history }: { history: NonNullable<ReplenishmentExplained['history']> }) {
  const { t, locale } = useLanguage()
  const { since, units, stocked, leftOut } = history
  if (units.length === 0) return null
  const most = Math.max(1, ...units)
  const label = t('replenishment.explain.chart', { day: formatDay(locale, since) })
  return (
    <svg
      viewBox={`0 0 ${units.length * 4} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="mt-2 h-11 w-full"
    >
      <title>{label}</title>
      {units.map((count, day) => {
        const without = leftOut.includes(day) ? 1 : 1 - (stocked[day] ?? 0)
        const bar = (count / most) * (height - 2)
        return (
          <g key={day}>
            {without > 0 && (
              <rect
                x={day * 4}
                y="0"
                width="4"
                height={height * without}
                fill="var(--line-2)"
                opacity="0.55"
              />
            )}
            {count > 0 && (
              <rect x={day * 4 + 0.5} y={height - bar} width="3" height={bar} fill="var(--sea-fill)" />
            )}
          </g>
        )
      })}
    </svg>
  )
}
