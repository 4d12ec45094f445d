import type { Overview, TaskList } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { useHubNow } from '../clock.ts'
import { ProblemText } from '../connections/connection-error.tsx'
import { formatNumber } from '../format.ts'
import { tasksQuery, useConnectionNames } from '../hub.ts'
import { allWords, useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { HoldDecision } from './hold-decision.tsx'
import { decideNeeds, foldNeeds, type Need, sortOf } from './needs.ts'

// The sentences of tasks are many: they come after the first screen stands.
const TaskText = lazy(async () => {
  const [{ TaskText }] = await Promise.all([import('../tasks/task-text.tsx'), allWords()])
  return { default: TaskText }
})

/** What a person must look at, with its age and a way to it. */
export function NeedList({ overview }: { overview: Overview }) {
  const { t, locale } = useLanguage()
  const now = useHubNow()
  const { data, error, refetch } = useQuery(tasksQuery)
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set())
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />
  const needs = decideNeeds(overview, data.rows, now)
  if (needs.length === 0) return <p className="px-4 py-6 text-ink-2">{t('overview.noTasks')}</p>
  return (
    <ul>
      {foldNeeds(needs, unfolded).map(({ need, folded }) => (
        <li key={keyOf(need)} className="border-b border-line px-4 py-2.5 last:border-0">
          <Entry need={need} />
          {folded > 0 && (
            <button
              type="button"
              className="link mt-1 inline-flex min-h-7 items-center text-xs"
              onClick={() => setUnfolded(new Set([...unfolded, sortOf(need)]))}
            >
              {t('need.many', { n: formatNumber(locale, folded) })}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

function keyOf(need: Need): string {
  if (need.kind === 'task') return need.task.taskId
  return need.kind === 'parked' || need.kind === 'mapping' ? need.kind : need.row.connectionId
}

function Entry({ need }: { need: Need }) {
  const { t, locale } = useLanguage()
  switch (need.kind) {
    case 'connection':
      return (
        <>
          <Head title={t(need.isRefused ? 'need.refused' : 'task.connection')} at={need.row.errorSince} />
          <p className="mt-0.5 text-ink-2">
            <Suspense fallback="…">
              <ProblemText row={need.row} />
            </Suspense>
          </p>
          <p className="flex flex-wrap gap-x-4">
            <ConnectionLink connectionId={need.row.connectionId} name={need.row.name} />
            {need.isRefused && (
              <Link
                to="/connections/$id/reconnect"
                params={{ id: need.row.connectionId }}
                className="link inline-flex min-h-7 items-center text-xs"
              >
                {t('connections.reconnect')}
              </Link>
            )}
          </p>
        </>
      )
    case 'paused':
      return (
        <>
          <Head title={t('need.paused')} at={null} isQuiet>
            {need.row.name}
          </Head>
          <p className="mt-0.5 text-ink-2">{t('need.pausedText', { name: need.row.name })}</p>
          <ConnectionLink connectionId={need.row.connectionId} name={t('task.look')} />
        </>
      )
    case 'parked':
      return (
        <>
          <Head title={t('overview.parked')} at={null} isQuiet>
            {formatNumber(locale, need.events)}
          </Head>
          <p className="mt-0.5 text-ink-2">
            {t('need.events', { count: need.events, n: formatNumber(locale, need.events) })}
          </p>
          <Link to="/parked" className="link inline-flex min-h-7 items-center text-xs">
            {t('task.look')}
          </Link>
        </>
      )
    case 'mapping':
      return (
        <>
          <Head title={t('nav.mapping')} at={null} isQuiet>
            {formatNumber(locale, need.listings)}
          </Head>
          <p className="mt-0.5 text-ink-2">
            {t('need.listings', { count: need.listings, n: formatNumber(locale, need.listings) })}
          </p>
          <Link to="/mapping" className="link inline-flex min-h-7 items-center text-xs">
            {t('task.look')}
          </Link>
        </>
      )
    case 'task':
      return <TaskEntry task={need.task} />
    default: {
      const never: never = need
      return never
    }
  }
}

/** One task, with a way to what it is about. */
export function TaskEntry({ task }: { task: TaskList['rows'][number] }) {
  const { t, locale } = useLanguage()
  const names = useConnectionNames()
  return (
    <>
      <Head
        title={t(`task.${task.kind}`)}
        at={task.openedAt}
        isQuiet={task.kind === 'unmapped' || task.kind === 'untracked'}
      >
        {task.units !== null && t('task.units', { count: task.units, n: formatNumber(locale, task.units) })}
      </Head>
      {task.cures.length > 0 ? (
        <Cures cures={task.cures} />
      ) : (
        <Suspense fallback={<p className="mt-0.5 text-ink-2">…</p>}>
          <TaskText task={task} />
        </Suspense>
      )}
      {task.holdId && (
        <OnlyFor needs="admin" isQuiet>
          <HoldDecision holdId={task.holdId} />
        </OnlyFor>
      )}
      <p className="text-xs">
        {task.sku && (
          <Link
            to="/items/$sku"
            params={{ sku: task.sku }}
            className="link mr-3 inline-flex min-h-7 items-center"
          >
            {task.sku}
          </Link>
        )}
        {task.location !== null && (
          <Link
            to="/replenishment"
            search={{ location: task.location }}
            className="link mr-3 inline-flex min-h-7 items-center"
          >
            {t('task.look')}
          </Link>
        )}
        {(task.listingId || task.kind === 'drift' || task.kind === 'count-held') && task.connectionId && (
          <Link
            to="/connections/$id"
            params={{ id: task.connectionId }}
            className="link mr-3 inline-flex min-h-7 items-center"
          >
            {t('task.decide')}
          </Link>
        )}
        {task.connectionId && (
          <ConnectionLink connectionId={task.connectionId} name={names.get(task.connectionId)?.name ?? ''} />
        )}
      </p>
    </>
  )
}

function Head(props: { title: string; at: string | null; isQuiet?: boolean; children?: ReactNode }) {
  return (
    <p className="flex items-baseline justify-between gap-3">
      <span className="font-medium">
        <span className={props.isQuiet ? '' : 'text-red'}>{props.title}</span>
        {props.children && <span className="text-ink-2"> · {props.children}</span>}
      </span>
      {props.at && <Ago at={props.at} className="shrink-0 text-xs text-ink-2" />}
    </p>
  )
}

function ConnectionLink({ connectionId, name }: { connectionId: string; name: string }) {
  return (
    <Link to="/connections" hash={connectionId} className="link inline-flex min-h-7 items-center text-xs">
      {name}
    </Link>
  )
}

/** What harms least first, with what the platforms count for each. */
function Cures({ cures }: { cures: TaskList['rows'][number]['cures'] }) {
  const { t, locale, language } = useLanguage()
  return (
    <>
      <p className="mt-0.5 text-ink-2">{t('task.curesText')}</p>
      <ol className="list-decimal ps-5 text-ink-2">
        {cures.map(({ cure, units, locationCodes, counted }) => (
          <li key={cure}>
            {cure === 'cancel' ? (
              <Link
                to="/orders"
                search={{ standing: 'waiting' }}
                className="link my-1 inline-flex min-h-7 min-w-7 items-center"
              >
                {t(`task.cure.${cure}`)}
              </Link>
            ) : (
              t(`task.cure.${cure}`)
            )}
            {units !== null && ` (${[formatNumber(locale, units), ...locationCodes].join(' · ')})`}
            {counted.map(({ connection, counts, source, verified }) => (
              <span key={`${connection} ${counts.en}`} className="block text-xs break-words">
                {t(verified ? 'task.counted' : 'task.countedUnverified', {
                  ...{ connection, source, counts: counts[language] },
                })}
              </span>
            ))}
          </li>
        ))}
      </ol>
    </>
  )
}
