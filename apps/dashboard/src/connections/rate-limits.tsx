import type { ConnectionRow } from '@plimsoll/client'
import { formatMoment, formatNumber, formatShare } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Panel } from '../parts/panel.tsx'

/** The budgets of a platform's calls: how much of each is left, and what was learned of them. */
export function RateLimits({ row }: { row: ConnectionRow }) {
  const { t, locale } = useLanguage()
  const { budget } = row
  return (
    <Panel title={t('standing.limits')}>
      <div className="space-y-3 p-4">
        {budget === null && (
          <p className="text-ink-2">
            {t(row.worker === null ? 'standing.limitsIdle' : 'standing.limitsElsewhere')}
          </p>
        )}
        {budget !== null && budget.blockedUntil !== null && (
          <p role="status" className="border-l-2 border-amber-fill bg-amber-soft px-3 py-1.5">
            {t('standing.limitBlocked', { time: formatMoment(locale, budget.blockedUntil) })}
          </p>
        )}
        {budget?.buckets.map((bucket) => (
          <Gauge key={bucket.name} bucket={bucket} />
        ))}
      </div>
    </Panel>
  )
}

type Bucket = NonNullable<ConnectionRow['budget']>['buckets'][number]

function Gauge({ bucket }: { bucket: Bucket }) {
  const { t, locale } = useLanguage()
  const nameOf = useMadeName()
  const left = Math.max(0, Math.min(1, bucket.capacity === 0 ? 0 : bucket.left / bucket.capacity))
  const text = t('standing.limitOf', {
    left: formatNumber(locale, Math.max(0, Math.floor(bucket.left))),
    capacity: formatNumber(locale, Math.floor(bucket.capacity)),
  })
  return (
    <div>
      <div className="flex flex-wrap justify-between gap-x-3">
        <span className="font-medium break-all">{nameOf('madeBudget', bucket.name)}</span>
        <span className="text-ink-2">{text}</span>
      </div>
      <div aria-hidden className="mt-1 h-1.5 overflow-hidden rounded-full bg-sunken">
        <div
          className={`h-full ${left < 0.25 ? 'bg-amber-fill' : 'bg-sea-fill'}`}
          style={{ width: `${left * 100}%` }}
        />
      </div>
      {bucket.pace < 1 && (
        <p className="mt-1 text-xs text-amber">
          {t('standing.limitLearned', { share: formatShare(locale, bucket.pace) })}
        </p>
      )}
    </div>
  )
}
