import type { ConnectionRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useHubNow } from '../clock.ts'
import { formatMoment, formatShare } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Freshness } from '../overview/connection-summary.tsx'
import { useMadeName } from '../parts/made-name.ts'
import { Ago, Live } from '../parts/number.tsx'
import { ConnectionActions } from './connection-actions.tsx'
import { ConnectionError } from './connection-error.tsx'

const stateTone: Record<ConnectionRow['state'], string> = {
  live: 'border-green-fill text-green',
  shadow: 'border-amber-fill text-amber',
  paused: 'border-amber-fill text-amber',
  draft: 'border-line-2 text-ink-2',
}

export function ConnectionCard({ row, isTarget }: { row: ConnectionRow; isTarget: boolean }) {
  const { t } = useLanguage()
  const nameOf = useMadeName()
  return (
    <article
      id={row.connectionId}
      aria-label={row.name}
      className={`panel flex flex-col overflow-hidden border-t-[3px] ${isTarget ? 'outline-2 outline-offset-2 outline-sea' : ''}`}
      style={{ borderTopColor: row.colour }}
    >
      <header className="flex flex-wrap items-start justify-between gap-3 px-4 pt-3">
        <div className="min-w-0">
          <h2 className="truncate text-base font-semibold">
            <Link to="/connections/$id" params={{ id: row.connectionId }} className="hover:underline">
              {row.name}
            </Link>
          </h2>
          <p className="truncate text-ink-2">
            {nameOf('madeConnector', row.connectorName)}
            {row.account !== null && ` · ${row.account}`}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <span
            title={t(`connections.stateMeaning.${row.state}`)}
            className={`rounded-full border px-2.5 py-0.5 text-xs font-semibold ${stateTone[row.state]}`}
          >
            {t(`connections.state.${row.state}`)}
          </span>
          {isCutOff(row) && (
            <Link
              to="/connections/$id/reconnect"
              params={{ id: row.connectionId }}
              className="control control-strong"
            >
              {t('connections.reconnect')}
            </Link>
          )}
          <ConnectionActions row={row} />
        </div>
      </header>
      {row.state === 'paused' && row.pauseReasons.length > 0 && (
        <p className="mx-4 mt-3 border-l-2 border-amber-fill bg-amber-soft px-3 py-1.5">
          {t('connections.pausedBecause', {
            reason: row.pauseReasons
              .map((each) => (isShutOut(each) ? t(`connections.cutOff.${each}`) : each))
              .join(', '),
          })}
        </p>
      )}
      {row.circuit !== null && <CircuitNote circuit={row.circuit} />}
      {row.error && <ConnectionError row={row} className="mx-4 mt-3" />}
      <Counts row={row} />
      <dl className="mt-auto grid grid-cols-2 gap-x-4 gap-y-2 border-t border-line px-4 py-3 sm:grid-cols-4">
        <Fact name={t(row.kind === 'channel' ? 'connections.knownUntil' : 'connections.heardUntil')}>
          <Freshness row={row} />
        </Fact>
        {row.kind === 'channel' && (
          <>
            <Fact name={t('connections.lastOrder')}>{moment(row.lastOrderAt, t('connections.never'))}</Fact>
            <Fact name={t('connections.lastWrite')}>{moment(row.lastWriteAt, t('connections.never'))}</Fact>
          </>
        )}
        <Fact name={t('connections.lastWebhook')}>{moment(row.lastWebhookAt, t('connections.never'))}</Fact>
        <Budget row={row} />
      </dl>
    </article>
  )
}

/** Its credentials are refused: only new ones help, and resuming alone would be refused again. */
function isCutOff({ pauseReasons }: ConnectionRow): boolean {
  return pauseReasons.some(isShutOut)
}
function isShutOut(reason: string): reason is 'unauthorized' | 'forbidden' {
  return reason === 'unauthorized' || reason === 'forbidden'
}

/** The platform fails: nobody calls it but to try. Other than a pause it ends by itself. */
function CircuitNote({ circuit }: { circuit: NonNullable<ConnectionRow['circuit']> }) {
  const { t } = useLanguage()
  return (
    <p className="mx-4 mt-3 border-l-2 border-amber-fill bg-amber-soft px-3 py-1.5">
      {t('connections.circuitOpen')} <Ago at={circuit.since} />
      {'. '}
      {t('connections.circuitTries', { count: circuit.failedProbes })}
    </p>
  )
}
const moment = (at: string | null, never: string) => (at === null ? never : <Ago at={at} />)

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-2">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Counts({ row }: { row: ConnectionRow }) {
  const { t } = useLanguage()
  const isChannel = row.kind === 'channel'
  const all = [
    ['listings', t(isChannel ? 'connections.listings' : 'connections.counted'), row.listings, ''],
    ['inStep', t('overview.inStep'), row.inStep, ''],
    ['pending', t('overview.pending'), row.pending, 'text-amber'],
    ['drift', t('overview.drift'), row.drift, 'text-amber'],
    ['refused', t('connections.refused'), row.refused, 'text-red'],
    ['unmapped', t('connections.unmapped'), row.unmapped, 'text-amber'],
  ] as const
  const counts = all.filter(([key]) => isChannel || key === 'listings' || key === 'unmapped')
  return (
    <dl className="grid grid-cols-3 gap-x-4 gap-y-2 px-4 py-3 sm:grid-cols-6">
      {counts.map(([key, name, value, tone]) => (
        <div key={key}>
          <dt className="text-xs text-ink-2">{name}</dt>
          <dd className={`text-base font-semibold ${value === 0 ? 'font-normal text-ink-3' : tone}`}>
            {key === 'unmapped' && value > 0 ? (
              <Link to="/mapping" search={{ connection: row.connectionId }} className="underline">
                <Live value={value} />
              </Link>
            ) : (
              <Live value={value} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** How much of the platform's call budget is left: full is nothing spent. A pause that the platform asks for is said as one. */
function Budget({ row: { budgetLeft: left, budget } }: { row: ConnectionRow }) {
  const { t, locale } = useLanguage()
  const nowMs = useHubNow()
  const until = budget?.blockedUntil ?? null
  const isWaiting = until !== null && Date.parse(until) > nowMs
  const share = left === null ? t('connections.unknown') : formatShare(locale, left)
  const text = isWaiting ? t('connections.waitsUntil', { time: formatMoment(locale, until) }) : share
  const tone = left !== null && left < 0.25 ? 'bg-amber-fill' : 'bg-sea-fill'
  return (
    <div className="col-span-full flex items-center gap-3">
      <dt className="shrink-0 text-xs text-ink-2">{t('connections.budget')}</dt>
      <dd className="flex flex-1 items-center gap-3">
        <span className="h-1.5 flex-1 overflow-hidden rounded-full bg-sunken" aria-hidden>
          {left !== null && <span className={`block h-full ${tone}`} style={{ width: `${left * 100}%` }} />}
        </span>
        <span className="min-w-10 text-right text-xs">{text}</span>
      </dd>
    </div>
  )
}
