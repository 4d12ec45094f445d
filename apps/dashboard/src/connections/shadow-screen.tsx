import type { ShadowReport } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { formatNumber } from '../format.ts'
import { shadowQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { saveCsv } from '../parts/save-file.ts'
import { Scrolling } from '../parts/scrolling.tsx'
import {
  countReasons,
  type Difference,
  differences,
  ROWS_PER_PAGE,
  rowsOf,
  type ShadowRow,
  toCsv,
} from './shadow-rows.ts'

/** What a connection would write, and how that differs from what its platform shows. */
export function ShadowScreen() {
  const { t, locale } = useLanguage()
  const { id } = useParams({ from: '/connections/$id/shadow' })
  const report = useQuery(shadowQuery(id))
  const name = useConnectionNames().get(id)?.name
  const n = (value: number) => formatNumber(locale, value)
  return (
    <>
      <Link to="/connections/$id" params={{ id }} className="link mb-2 inline-flex min-h-7 items-center">
        ← {name ?? t('connections.title')}
      </Link>
      <Heading title={t('standing.shadow')} note={name}>
        <Link to="/connections/$id/opening" params={{ id }} className="control">
          {t('opening.title')}
        </Link>
        {report.data && report.data.rows.length > 0 && (
          <button
            type="button"
            className="control"
            onClick={() => saveCsv('shadow-report.csv', toCsv(report.data.rows))}
          >
            <Download size={15} aria-hidden />
            {t('standing.shadowCsv')}
          </button>
        )}
      </Heading>
      {!report.data && (
        <div className="panel">
          {report.error ? (
            <Failure error={report.error} onRetry={() => void report.refetch()} />
          ) : (
            <Loading lines={8} />
          )}
        </div>
      )}
      {report.data?.rows.length === 0 && (
        <div className="panel">
          <Empty title={t('standing.shadowNone')} cure={t('standing.shadowNoneCure')} />
        </div>
      )}
      {report.data && report.data.rows.length > 0 && (
        <>
          <p className="mb-3 text-ink-2">
            {t('standing.shadowUnits', {
              mapped: n(report.data.totals.unitsMapped),
              would: n(report.data.totals.unitsWouldShow),
            })}
          </p>
          <Report report={report.data} />
        </>
      )}
    </>
  )
}

function Report({ report: { totals, rows } }: { report: ShadowReport }) {
  const { t, locale } = useLanguage()
  const first = differences.find((each) => totals[each] > 0) ?? 'same'
  const [chosen, setChosen] = useState<Difference>(first)
  const [reason, setReason] = useState<string>()
  const [page, setPage] = useState(0)
  const ofKind = useMemo(() => rowsOf(rows, chosen), [rows, chosen])
  const reasons = useMemo(() => countReasons(ofKind), [ofKind])
  const shown = reason === undefined ? ofKind : ofKind.filter(({ because }) => (because ?? '') === reason)
  const from = page * ROWS_PER_PAGE
  const n = (value: number) => formatNumber(locale, value)
  const choose = (next: { difference?: Difference; reason?: string | undefined }) => {
    if (next.difference !== undefined) setChosen(next.difference)
    setReason(next.reason)
    setPage(0)
  }
  return (
    <>
      <fieldset className="mb-3 flex flex-wrap gap-2">
        <legend className="sr-only">{t('standing.shadow')}</legend>
        {differences.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === chosen}
            className={`control ${each === chosen ? 'control-strong' : ''}`}
            onClick={() => choose({ difference: each })}
          >
            {t(`standing.difference.${each}`)} {n(totals[each])}
          </button>
        ))}
      </fieldset>
      {reasons.length > 1 && (
        <label className="mb-3 flex flex-wrap items-center gap-2">
          <span className="text-ink-2">{t('standing.shadowWhy')}</span>
          <select
            className="h-9 rounded border border-line-2 bg-surface px-2.5"
            value={reason ?? ' all'}
            onChange={({ target }) => choose({ reason: target.value === ' all' ? undefined : target.value })}
          >
            <option value=" all">{t('calls.any')}</option>
            {reasons.map(([because, count]) => (
              <option key={because} value={because}>
                {sayWhy(t, because)} ({n(count)})
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="panel overflow-hidden">
        <Scrolling label={t('standing.shadow')}>
          <table className="w-full">
            <thead className="text-left text-xs text-ink-2">
              <tr className="[&>th]:px-3 [&>th]:py-2 [&>th]:font-medium">
                <th scope="col">{t('standing.shadowListing')}</th>
                <th scope="col" className="max-md:hidden">
                  {t('standing.shadowLocation')}
                </th>
                <th scope="col" className="text-right">
                  {t('standing.shadowShows')}
                </th>
                <th scope="col" className="text-right">
                  {t('standing.shadowWould')}
                </th>
                <th scope="col">{t('standing.shadowWhy')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.slice(from, from + ROWS_PER_PAGE).map((row) => (
                <Line key={row.levelId} row={row} />
              ))}
            </tbody>
          </table>
        </Scrolling>
      </div>
      {shown.length > ROWS_PER_PAGE && (
        <div className="mt-3 flex items-center justify-center gap-3">
          <button type="button" className="control" disabled={page === 0} onClick={() => setPage(page - 1)}>
            {t('standing.shadowBefore')}
          </button>
          <span className="text-ink-2">
            {t('standing.shadowPage', {
              from: n(from + 1),
              to: n(Math.min(shown.length, from + ROWS_PER_PAGE)),
              total: n(shown.length),
            })}
          </span>
          <button
            type="button"
            className="control"
            disabled={from + ROWS_PER_PAGE >= shown.length}
            onClick={() => setPage(page + 1)}
          >
            {t('standing.shadowNext')}
          </button>
        </div>
      )}
    </>
  )
}

function Line({ row }: { row: ShadowRow }) {
  const { t, locale } = useLanguage()
  const nameOf = useMadeName()
  const n = (value: number | null) => (value === null ? '–' : formatNumber(locale, value))
  return (
    <tr className="border-t border-line [&>td]:px-3 [&>td]:py-1.5">
      <td>
        {row.sku === null ? (
          <span className="text-ink-2">{row.listing}</span>
        ) : (
          <Link to="/items/$sku" params={{ sku: row.sku }} className="link">
            {row.sku}
          </Link>
        )}
        <span className="block max-w-80 truncate text-xs text-ink-2" title={row.title}>
          {row.title}
        </span>
        <span className="block text-xs text-ink-2 md:hidden">{nameOf('madePlace', row.location)}</span>
      </td>
      <td className="text-ink-2 max-md:hidden">{nameOf('madePlace', row.location)}</td>
      <td className="text-right">{n(row.shows)}</td>
      <td className="text-right font-semibold">{n(row.wouldShow)}</td>
      <td className="text-ink-2">{sayWhy(t, row.because)}</td>
    </tr>
  )
}

type Translate = ReturnType<typeof useLanguage>['t']

function sayWhy(t: Translate, because: string | null): string {
  return because === null || because === ''
    ? '–'
    : t(`because.${because as 'available'}`, { defaultValue: because })
}
