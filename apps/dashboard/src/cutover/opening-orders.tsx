import type { ConnectionRow, Cutover } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Failure } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { CancelOpening } from './cancel-opening.tsx'
import { OpeningFile } from './opening-file.tsx'
import { type Reading, readingQuery } from './opening-queries.ts'
import { OpeningSource } from './opening-source.tsx'

/**
 * Open orders are read and reserved, and every number of the shop is read, before any stock is taken over; it goes on by
 * itself while somebody looks who may.
 */
export function OpeningOrders(props: { row: ConnectionRow; mayChange: boolean; cutover: Cutover }) {
  const { cutover, mayChange } = props
  const { t } = useLanguage()
  // A file's orders are read too; its figures come with the file.
  const isToRead = cutover.source === 'connection' || cutover.state === 'begun'
  const { data, error, refetch } = useQuery({
    ...readingQuery(cutover.cutoverId),
    enabled: mayChange && isToRead,
    // What failed is told, and begun again when somebody says so.
    retry: false,
  })
  return (
    <Panel title={t('opening.step.orders')} note={<OpeningSource cutover={cutover} />}>
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      <div className="max-w-3xl space-y-4 p-4">
        {!isToRead && mayChange && <OpeningFile cutover={cutover} />}
        {isToRead && mayChange && !error && <Progress reading={data} />}
        {!mayChange && <p className="text-ink-2">{t('opening.othersGoOn')}</p>}
        {mayChange && <CancelOpening cutover={cutover} />}
      </div>
    </Panel>
  )
}

function Progress({ reading }: { reading: Reading | undefined }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const [done, total] = reading?.kind === 'numbers' ? [reading.done, reading.total] : [0, null]
  const isKnown = total !== null && total > 0
  const said = () => {
    if (reading?.kind === 'orders')
      return t('opening.waiting', { count: reading.waiting, n: n(reading.waiting) })
    if (reading?.kind !== 'numbers') return t('opening.reading')
    return isKnown ? t('opening.numbersOf', { n: n(done), of: n(total) }) : t('opening.numbers')
  }
  return (
    <>
      <p role="status" className="font-medium">
        {said()}
      </p>
      <div aria-hidden className="h-1.5 max-w-md overflow-hidden rounded bg-line">
        <div
          className={isKnown ? 'h-full bg-sea' : 'h-full w-1/3 animate-pulse bg-sea'}
          style={isKnown ? { width: `${Math.min(100, (100 * done) / total)}%` } : undefined}
        />
      </div>
      <p className="text-xs text-ink-2">{t('opening.readingNote')}</p>
    </>
  )
}
