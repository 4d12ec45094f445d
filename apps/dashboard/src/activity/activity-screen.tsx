import type { ActivityRow } from '@plimsoll/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { formatNumber } from '../format.ts'
import { activityQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { byTime, mergeNewest, onActivity } from '../live.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { ActivityLine } from './activity-line.tsx'

/** Everything that happened, newest first. Holding it keeps the list still while news is counted. */
export function ActivityScreen() {
  const { t, locale } = useLanguage()
  const activity = useInfiniteQuery(activityQuery)
  const names = useConnectionNames()
  const [news, setNews] = useState<ActivityRow[]>([])
  const [held, setHeld] = useState<ActivityRow[]>()
  useEffect(() => onActivity((rows) => setNews((known) => mergeNewest(rows, known))), [])

  const shownNews = held ?? news
  const read = activity.data?.pages.flatMap((page) => page.rows) ?? []
  const known = new Set(shownNews.map((row) => row.id))
  const rows = [...shownNews, ...read.filter((row) => !known.has(row.id))].sort(byTime)
  const waiting = held ? news.filter((row) => !known.has(row.id)).length : 0
  return (
    <>
      <Heading title={t('activity.title')} table={{ operation: 'listActivity' }}>
        <div className="flex items-center gap-3">
          {waiting > 0 && (
            <p className="text-ink-2">
              {t('activity.held', { count: waiting, n: formatNumber(locale, waiting) })}
            </p>
          )}
          {rows.length > 0 && (
            <button
              type="button"
              className="control"
              aria-pressed={held !== undefined}
              onClick={() => setHeld(held ? undefined : news)}
            >
              {t(held ? 'activity.follow' : 'activity.hold')}
            </button>
          )}
        </div>
      </Heading>
      <div className="panel">
        {!activity.data &&
          (activity.error ? (
            <Failure error={activity.error} onRetry={() => void activity.refetch()} />
          ) : (
            <Loading lines={10} />
          ))}
        {activity.data && rows.length === 0 && (
          <Empty title={t('activity.emptyTitle')} cure={t('activity.emptyCure')} />
        )}
        <ol>
          {rows.map((row) => (
            <ActivityLine key={row.id} row={row} connection={names.get(row.connectionId ?? '')} />
          ))}
        </ol>
        <More query={activity} />
      </div>
    </>
  )
}
