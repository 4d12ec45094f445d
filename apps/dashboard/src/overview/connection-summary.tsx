import type { ConnectionRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useHubNow } from '../clock.ts'
import { ConnectionError } from '../connections/connection-error.tsx'
import { decideFreshness } from '../connections/freshness.ts'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Ago } from '../parts/number.tsx'

/** Each connection in one line: is it in step, until when are its orders known, what is wrong. */
export function ConnectionSummary({ rows }: { rows: ConnectionRow[] }) {
  return (
    <ul>
      {rows.map((row) => (
        <Summary key={row.connectionId} row={row} />
      ))}
    </ul>
  )
}

function Summary({ row }: { row: ConnectionRow }) {
  const { t, locale } = useLanguage()
  const nameOf = useMadeName()
  const n = (value: number) => formatNumber(locale, value)
  return (
    <li className="border-b border-line px-4 py-2.5 last:border-0">
      <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-5 gap-y-1 sm:grid-cols-[minmax(0,1.3fr)_6.5rem_minmax(0,1.5fr)]">
        <div className="flex min-w-0 items-center gap-2.5">
          <span className="h-7 w-1 shrink-0 rounded-sm" style={{ background: row.colour }} aria-hidden />
          <div className="min-w-0">
            <Link
              to="/connections"
              hash={row.connectionId}
              className="block truncate font-medium hover:underline"
            >
              {row.name}
            </Link>
            <p className="text-xs text-ink-2">
              {nameOf('madeConnector', row.connectorName)}
              {row.state !== 'live' && (
                <span className="font-medium text-amber"> · {t(`connections.state.${row.state}`)}</span>
              )}
            </p>
          </div>
        </div>
        <Freshness row={row} />
        <p className="text-xs text-ink-2 max-sm:col-span-2 sm:text-right">
          {row.state === 'live' && row.kind !== 'channel' && (
            <>
              <b className="font-semibold text-ink">{n(row.listings)}</b>{' '}
              {t('connections.counted').toLowerCase()}
            </>
          )}
          {row.state === 'live' && row.kind === 'channel' && (
            <>
              <b className="font-semibold text-ink">{n(row.inStep)}</b> {t('overview.inStep').toLowerCase()}
            </>
          )}
          {row.state !== 'live' && t(`connections.stateMeaning.${row.state}`)}
          {row.pending > 0 && (
            <span>
              {' '}
              · {n(row.pending)} {t('overview.pending').toLowerCase()}
            </span>
          )}
          {row.drift > 0 && (
            <span className="font-medium text-amber">
              {' '}
              · {n(row.drift)} {t('overview.drift').toLowerCase()}
            </span>
          )}
          {row.refused > 0 && (
            <span className="font-medium text-red">
              {' '}
              · {n(row.refused)} {t('connections.refused').toLowerCase()}
            </span>
          )}
        </p>
      </div>
      {row.error && <ConnectionError row={row} className="mt-2 text-[0.93rem]" />}
    </li>
  )
}

/** How long ago every order was known, as text and as a light. */
export function Freshness({ row }: { row: ConnectionRow }) {
  const { t } = useLanguage()
  const freshness = decideFreshness(row, useHubNow())
  const tone = { fresh: 'bg-green-fill', late: 'bg-amber-fill', stale: 'bg-red-fill', unknown: 'bg-line-2' }[
    freshness
  ]
  return (
    <p className="flex items-center gap-2 whitespace-nowrap" title={t('connections.knownUntil')}>
      <span className={`size-2 shrink-0 rounded-full ${tone}`} aria-hidden />
      <span className="sr-only">{t('connections.knownUntil')} </span>
      {row.ordersKnownUntil ? <Ago at={row.ordersKnownUntil} /> : t('connections.never')}
    </p>
  )
}
