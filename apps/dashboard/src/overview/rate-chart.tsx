import type { Overview } from '@plimsoll/client'
import { formatNumber, formatTime } from '../format.ts'
import { useLanguage } from '../language.ts'

/** Orders above the waterline, writes below it, one bar for ten seconds. */
export function RateChart({ buckets }: { buckets: Overview['orderRate'] }) {
  const { t, locale } = useLanguage()
  const sum = (pick: (bucket: Overview['orderRate'][number]) => number) =>
    buckets.reduce((total, bucket) => total + pick(bucket), 0)
  const orders = sum((bucket) => bucket.orders)
  const writes = sum((bucket) => bucket.writes)
  if (orders + writes === 0) return <p className="px-4 py-6 text-ink-2">{t('overview.chartEmpty')}</p>
  const ordersMax = Math.max(1, ...buckets.map((bucket) => bucket.orders))
  const writesMax = Math.max(1, ...buckets.map((bucket) => bucket.writes))
  const first = buckets[0]
  const last = buckets.at(-1)
  const summary = t('overview.chartSummary', {
    orders: formatNumber(locale, orders),
    writes: formatNumber(locale, writes),
  })
  return (
    <figure className="px-4 pt-3 pb-2">
      <div className="flex gap-2">
        <div className="flex w-14 shrink-0 flex-col justify-between py-1 text-xs text-ink-2">
          <span>
            {t('overview.chartOrders')}
            <br />≤ {formatNumber(locale, ordersMax)}
          </span>
          <span>
            {t('overview.chartWrites')}
            <br />≤ {formatNumber(locale, writesMax)}
          </span>
        </div>
        <svg
          viewBox={`0 0 ${buckets.length} 100`}
          preserveAspectRatio="none"
          className="h-32 min-w-0 flex-1"
          role="img"
          aria-label={summary}
        >
          {buckets.map((bucket, x) => (
            <g key={bucket.at}>
              <rect
                x={x + 0.12}
                width="0.76"
                y={49 - (bucket.orders / ordersMax) * 47}
                height={(bucket.orders / ordersMax) * 47}
                fill="var(--cargo)"
              />
              <rect
                x={x + 0.12}
                width="0.76"
                y="51"
                height={(bucket.writes / writesMax) * 47}
                fill="var(--sea-fill)"
              />
            </g>
          ))}
          <path
            d={`M0 50H${buckets.length}`}
            stroke="var(--ink)"
            strokeWidth="1.5"
            vectorEffect="non-scaling-stroke"
          />
        </svg>
      </div>
      <figcaption className="mt-1 flex justify-between gap-4 pl-16 text-xs text-ink-2">
        <span>{first && formatTime(locale, first.at)}</span>
        <span className="max-sm:sr-only">{summary}</span>
        <span>{last && formatTime(locale, last.at)}</span>
      </figcaption>
    </figure>
  )
}
