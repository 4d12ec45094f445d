import type { StockCountShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { useIsOperator } from '../accounts/own-role.ts'
import { TextField } from '../describe/terms-fields.tsx'
import { formatChange, formatNumber } from '../format.ts'
import { countQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { Counting } from './counting.tsx'
import { shapeOfCount } from './document-shapes.ts'
import { useActionKey } from './use-action-key.ts'
import { type Sheet, useSheet } from './use-sheet.ts'

/** So many lines of a sheet are laid out at once. */
const SHOWN_STEP = 500

/** One stock count: scanned and typed on a phone, then approved, then written into the ledger. */
export function CountScreen() {
  const { t, locale } = useLanguage()
  const { count: id } = useParams({ from: '/counts/$count' })
  const count = useQuery(countQuery(id))
  const lines = useSheet(id)
  // Who may only look is shown the sheet, and no fields.
  const mayCount = useIsOperator() !== false
  const error = count.error ?? lines.error
  const retry = () => {
    void count.refetch()
    lines.refetch()
  }
  return (
    <>
      <Link to="/counts" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('floor.counts.title')}
      </Link>
      <Heading
        title={
          count.data === undefined
            ? t('floor.counts.one')
            : (count.data.reference ?? t('floor.counts.of', { location: count.data.locationCode }))
        }
        note={
          count.data &&
          lines.data && (
            <span className="inline-flex flex-wrap gap-x-3">
              <Standing shape={shapeOfCount[count.data.state]}>
                {t(`floor.count.${count.data.state}`)}
              </Standing>
              {t('floor.counts.progress', {
                n: formatNumber(locale, lines.data.counted),
                of: formatNumber(locale, lines.data.total),
              })}
            </span>
          )
        }
      />
      {count.data && lines.data ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.4fr)_minmax(20rem,1fr)]">
          {count.data.state === 'counting' && mayCount ? (
            <Counting key={id} count={count.data} sheet={lines.data} />
          ) : (
            <SheetPanel sheet={lines.data} />
          )}
          <div className="min-w-0">
            <OnlyFor needs="operator">
              <Ending count={count.data} sheet={lines.data} />
            </OnlyFor>
          </div>
        </div>
      ) : (
        <div className="panel">
          {error ? <Failure error={error} onRetry={retry} /> : <Loading lines={6} />}
        </div>
      )}
    </>
  )
}

/** What was counted, beside what the ledger says of the moment of counting. */
function SheetPanel({ sheet }: { sheet: Sheet }) {
  const { t, locale } = useLanguage()
  const [shownMax, setShownMax] = useState(SHOWN_STEP)
  return (
    <Panel title={t('floor.counts.sheet')}>
      <ul>
        {sheet.rows.slice(0, shownMax).map((line) => (
          <li
            key={line.line}
            className="flex flex-wrap items-baseline gap-x-4 border-b border-line px-4 py-2 last:border-0"
          >
            <span className="min-w-32 flex-1 font-mono break-all">
              {line.sku}
              {line.lot !== null && <span className="font-sans text-ink-2"> · {line.lot}</span>}
            </span>
            <span className="tabular-nums">
              {line.counted === null ? t('floor.counts.notCounted') : formatNumber(locale, line.counted)}
            </span>
            {line.difference !== null && (
              <span
                className={`min-w-12 text-right tabular-nums ${line.difference === 0 ? 'text-ink-2' : 'font-semibold text-red'}`}
              >
                {formatChange(locale, line.difference)}
              </span>
            )}
          </li>
        ))}
      </ul>
      {(shownMax < sheet.rows.length || !sheet.isWhole) && (
        <div className="p-3 text-center">
          <button
            type="button"
            className="control"
            disabled={!sheet.isWhole && shownMax >= sheet.rows.length}
            onClick={() => setShownMax(shownMax + SHOWN_STEP)}
          >
            {t('app.more')}
          </button>
        </div>
      )}
    </Panel>
  )
}

/** Approving, writing into the ledger, giving up. */
function Ending({ count, sheet }: { count: StockCountShape; sheet: Sheet }) {
  const { t } = useLanguage()
  const key = useActionKey()
  const [approver, setApprover] = useState('')
  const [leaves, setLeaves] = useState(false)
  const [zeros, setZeros] = useState(false)
  const act = useMutation({
    mutationFn: ({ verb, body }: { verb: string; body: unknown }) =>
      hub.doStockCount(count.countId, verb, body, key.current()),
    onSuccess: () => {
      key.next()
      return queryClient.invalidateQueries({ queryKey: ['overview', 'count', count.countId] })
    },
  })
  const problem = useProblemText(act.error)
  if (count.state === 'posted' || count.state === 'cancelled') {
    return (
      <Panel title={t('floor.counts.ending')}>
        <p className="px-4 py-3 text-ink-2">{t(`floor.counts.end.${count.state}`)}</p>
      </Panel>
    )
  }
  const isWhole = sheet.counted === sheet.total
  return (
    <Panel title={t('floor.counts.ending')}>
      <div className="space-y-3 p-4">
        {count.state === 'counting' ? (
          <>
            <TextField
              id="approver"
              label={t('floor.counts.approver')}
              value={approver}
              onChange={setApprover}
            />
            {!isWhole && (
              <label className="flex min-h-8 items-center gap-2">
                <input
                  type="checkbox"
                  checked={leaves}
                  onChange={(event) => setLeaves(event.target.checked)}
                />
                {t('floor.counts.leave')}
              </label>
            )}
            <button
              type="button"
              className="control control-strong"
              disabled={
                act.isPending || approver.trim() === '' || (!isWhole && !leaves) || sheet.counted === 0
              }
              onClick={() =>
                act.mutate({
                  verb: 'approve',
                  body: { approver: approver.trim(), ...(leaves && { leaveUncounted: true }) },
                })
              }
            >
              {t('floor.counts.approve')}
            </button>
          </>
        ) : (
          <>
            <p className="text-ink-2">{t('floor.counts.postText')}</p>
            {(sheet.zeros ?? 0) > 0 && (
              <label className="flex min-h-8 items-center gap-2">
                <input type="checkbox" checked={zeros} onChange={(event) => setZeros(event.target.checked)} />
                {t('floor.counts.zeros', { count: sheet.zeros ?? 0, n: sheet.zeros ?? 0 })}
              </label>
            )}
            <button
              type="button"
              className="control control-strong"
              disabled={act.isPending}
              onClick={() => act.mutate({ verb: 'post', body: zeros ? { confirmZeros: true } : {} })}
            >
              {t('floor.counts.post')}
            </button>
          </>
        )}
        {act.isError && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        <p>
          <button
            type="button"
            className="control"
            disabled={act.isPending}
            onClick={() => act.mutate({ verb: 'cancel', body: {} })}
          >
            {t('floor.counts.cancel')}
          </button>
        </p>
      </div>
    </Panel>
  )
}
