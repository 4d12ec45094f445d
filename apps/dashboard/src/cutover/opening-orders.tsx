import type { ConnectionRow, Cutover } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Failure, withCode } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { CancelOpening } from './cancel-opening.tsx'
import { readingQuery } from './opening-queries.ts'
import { OpeningSource } from './opening-source.tsx'

/** Open orders are read and reserved before any stock is taken over; it goes on by itself while somebody looks who may. */
export function OpeningOrders(props: { row: ConnectionRow; mayChange: boolean; cutover: Cutover }) {
  const { cutover, mayChange } = props
  const { t, locale } = useLanguage()
  // A file's orders are read too; its figures are told where the file is.
  const isToRead = cutover.source === 'connection' || cutover.state === 'begun'
  const { data, error, refetch } = useQuery({ ...readingQuery(cutover), enabled: mayChange && isToRead })
  const waiting = data?.waiting ?? 0
  return (
    <Panel title={t('opening.step.orders')} note={<OpeningSource cutover={cutover} />}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      <div className="max-w-3xl space-y-4 p-4">
        {!isToRead && <p>{withCode(t('opening.fileGoesOn', { name: cutover.name }))}</p>}
        {isToRead && mayChange && !error && (
          <>
            <p role="status" className="font-medium">
              {waiting > 0
                ? t('opening.waiting', { count: waiting, n: formatNumber(locale, waiting) })
                : t('opening.reading')}
            </p>
            <div aria-hidden className="skeleton h-2 w-full max-w-md" />
            <p className="text-xs text-ink-2">{t('opening.readingNote')}</p>
          </>
        )}
        {isToRead && !mayChange && <p className="text-ink-2">{t('opening.othersGoOn')}</p>}
        {mayChange && <CancelOpening cutover={cutover} />}
      </div>
    </Panel>
  )
}
