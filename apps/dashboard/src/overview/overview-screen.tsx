import type { Overview } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ActivityLine } from '../activity/activity-line.tsx'
import { useHubNow } from '../clock.ts'
import { FirstDay } from '../first-day/first-day.tsx'
import { formatAgo, formatDuration, formatNumber, formatShare } from '../format.ts'
import { overviewQuery, recentQuery, tasksQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Mark } from '../mark.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Live } from '../parts/number.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Charts } from './charts.tsx'
import { ConnectionSummary } from './connection-summary.tsx'
import { DemoPanel } from './demo-panel.tsx'
import { NeedList } from './need-list.tsx'
import { decideNeeds } from './needs.ts'
import { RateChart } from './rate-chart.tsx'

/** Answers in five seconds: is everything in step, and what needs me? */
export function OverviewScreen() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(overviewQuery)
  if (!data) {
    return (
      <>
        <Heading title={t('overview.title')} />
        <div className="panel">
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={9} />}
        </div>
      </>
    )
  }
  if (data.connections.length === 0) {
    return (
      <>
        <Heading title={t('overview.title')} />
        <FirstDay />
        <div className="panel mt-4">
          <Empty title={t('overview.nothing')} cure={t('overview.nothingCure')}>
            <Link to="/connections/new" className="control control-strong">
              {t('connections.add')}
            </Link>
          </Empty>
        </div>
      </>
    )
  }
  return (
    <div className="space-y-4">
      {error && <p className="text-amber">{t('problem.stale')}</p>}
      <Answer overview={data} />
      <FirstDay />
      <Figures overview={data} />
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1.75fr)_minmax(20rem,1fr)]">
        <div className="flex min-w-0 flex-col gap-4 max-xl:contents">
          <Panel
            title={t('overview.connections')}
            className="max-xl:order-2"
            note={
              <Link to="/connections" className="link">
                {t('overview.allConnections')}
              </Link>
            }
          >
            <ConnectionSummary rows={data.connections} />
          </Panel>
          <Panel title={t('overview.chart')} note={t('overview.chartNote')} className="max-xl:order-3">
            <RateChart buckets={data.orderRate} />
          </Panel>
          <Charts className="max-xl:order-3" />
          {data.demo && <DemoPanel />}
        </div>
        <div className="flex min-w-0 flex-col gap-4 max-xl:contents">
          <Panel
            title={t('overview.tasks')}
            className="max-xl:order-1"
            note={
              <Link to="/tasks" className="link inline-flex min-h-7 items-center">
                {t('tasks.all')}
              </Link>
            }
          >
            <NeedList overview={data} />
          </Panel>
          <Feed />
        </div>
      </div>
    </div>
  )
}

function Answer({ overview }: { overview: Overview }) {
  const { t, locale } = useLanguage()
  const now = useHubNow()
  const needs = decideNeeds(overview, useQuery(tasksQuery).data?.rows ?? [], now).length
  const refused = overview.connections.reduce((sum, row) => sum + row.refused, 0)
  const counted = overview.inStep + overview.pending + overview.drift + refused
  const tone = needs > 0 ? 'text-red' : overview.pending > 0 ? 'text-sea' : 'text-green'
  const text =
    needs > 0
      ? t('overview.needs', { count: needs, n: formatNumber(locale, needs) })
      : t(overview.pending > 0 ? 'overview.settling' : 'overview.calm')
  const slowest = overview.connections
    .filter((row) => row.kind === 'channel' && row.ordersKnownUntil !== null && row.state !== 'draft')
    .sort((a, b) => Date.parse(a.ordersKnownUntil ?? '') - Date.parse(b.ordersKnownUntil ?? ''))[0]
  return (
    <div className="flex items-center gap-4 pt-1 pb-2">
      <Mark size={52} className="shrink-0" lineClass={tone} />
      <div className="min-w-0">
        <h1 className="text-[1.65rem] leading-tight tracking-[-0.02em]">{text}</h1>
        <p className="mt-0.5 text-ink-2">
          {overview.organization}
          {counted > 0 && (
            <>
              <Dot />
              {t('overview.share', {
                share: formatShare(locale, overview.inStep / counted),
                n: formatNumber(locale, counted),
              })}
            </>
          )}
          {slowest?.ordersKnownUntil && (
            <>
              <Dot />
              {t('overview.slowest', {
                name: slowest.name,
                ago: formatAgo(locale, slowest.ordersKnownUntil, now),
              })}
            </>
          )}
        </p>
      </div>
    </div>
  )
}
const Dot = () => <span className="mx-1.5 text-ink-3">·</span>

function Figures({ overview }: { overview: Overview }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const { propagationMs } = overview
  return (
    <section
      aria-label={t('overview.figures')}
      className="panel grid grid-cols-2 gap-px overflow-hidden bg-line sm:grid-cols-3 xl:grid-cols-[repeat(6,auto)]"
    >
      <Figure
        label={t('overview.inStep')}
        note={`${n(overview.pending)} ${t('overview.pending').toLowerCase()}`}
      >
        <Live value={overview.inStep} />
      </Figure>
      <Figure
        label={t('overview.drift')}
        to={{ filter: 'drift' }}
        tone={overview.drift > 0 ? 'text-amber' : ''}
      >
        <Live value={overview.drift} />
      </Figure>
      <Figure
        label={t('overview.oversold')}
        to={{ filter: 'oversold' }}
        tone={overview.oversoldUnits > 0 ? 'text-red' : ''}
        note={t('overview.oversoldItems', { count: overview.oversoldItems, n: n(overview.oversoldItems) })}
      >
        <Live value={overview.oversoldUnits} />
      </Figure>
      <Figure
        label={t('overview.parked')}
        tone={overview.parked > 0 ? 'text-amber' : ''}
        note={t('overview.inbox', { n: n(overview.inboxWaiting) })}
      >
        <Link to="/parked" className="hover:underline">
          <Live value={overview.parked} />
        </Link>
      </Figure>
      <Figure label={t('overview.orders')} note={t('overview.units', { n: n(overview.unitsToday) })}>
        <Live value={overview.ordersToday} />
      </Figure>
      <Figure
        label={t('overview.propagation')}
        note={
          propagationMs
            ? t('overview.slowSales', {
                time: formatDuration(locale, propagationMs.p99),
                n: n(propagationMs.samples),
              })
            : t('overview.noSamples')
        }
      >
        {propagationMs ? (
          <>
            {formatDuration(locale, propagationMs.p50)}
            <span className="ml-1 text-xs font-normal text-ink-2">{t('overview.typical')}</span>
          </>
        ) : (
          '–'
        )}
      </Figure>
    </section>
  )
}

function Figure(props: {
  label: string
  note?: string
  tone?: string
  to?: { filter: 'drift' | 'oversold' }
  children: ReactNode
}) {
  return (
    <div className="bg-surface px-4 py-3">
      <p className="text-ink-2">{props.label}</p>
      <p className={`mt-0.5 text-[1.5rem] leading-8 font-semibold tracking-[-0.02em] ${props.tone ?? ''}`}>
        {props.to ? (
          <Link to="/items" search={props.to} className="hover:underline">
            {props.children}
          </Link>
        ) : (
          props.children
        )}
      </p>
      <p className="min-h-4 text-xs text-ink-2">{props.note}</p>
    </div>
  )
}

function Feed() {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(recentQuery)
  const names = useConnectionNames()
  return (
    <Panel
      title={t('overview.activity')}
      className="max-xl:order-4"
      note={
        <Link to="/activity" className="link">
          {t('overview.allActivity')}
        </Link>
      }
    >
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading />)}
      {data?.length === 0 && <p className="px-4 py-6 text-ink-2">{t('overview.noActivity')}</p>}
      <ol>
        {data?.slice(0, 9).map((row) => (
          <ActivityLine key={row.id} row={row} connection={names.get(row.connectionId ?? '')} />
        ))}
      </ol>
    </Panel>
  )
}
