import type { TaskList as Tasks } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { tasksQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'

const shownMax = 8

/** What a person must decide, with its age and a way to it. */
export function TaskList() {
  const { t, locale } = useLanguage()
  const { data, error, refetch } = useQuery(tasksQuery)
  const names = useConnectionNames()
  if (!data) return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />
  if (data.rows.length === 0) return <p className="px-4 py-6 text-ink-2">{t('overview.noTasks')}</p>
  return (
    <ul>
      {data.rows.slice(0, shownMax).map((task) => (
        <li key={task.taskId} className="border-b border-line px-4 py-2.5 last:border-0">
          <p className="flex items-baseline justify-between gap-3">
            <span className="font-medium">
              <span className={task.kind === 'unmapped' || task.kind === 'untracked' ? '' : 'text-red'}>
                {t(`task.${task.kind}`)}
              </span>
              {task.units !== null && (
                <span className="text-ink-2">
                  {' · '}
                  {t('task.units', { count: task.units, n: formatNumber(locale, task.units) })}
                </span>
              )}
            </span>
            <Ago at={task.openedAt} className="shrink-0 text-xs text-ink-2" />
          </p>
          <TaskText task={task} />
          <p className="mt-0.5 text-xs">
            {task.sku && (
              <Link
                to="/items/$sku"
                params={{ sku: task.sku }}
                className="link mr-3 inline-flex min-h-6 items-center"
              >
                {task.sku}
              </Link>
            )}
            {task.connectionId && (
              <Link
                to="/connections"
                hash={task.connectionId}
                className="link inline-flex min-h-6 items-center"
              >
                {names.get(task.connectionId)?.name}
              </Link>
            )}
          </p>
        </li>
      ))}
      {data.rows.length > shownMax && (
        <li className="px-4 py-2 text-xs text-ink-2">
          {t('task.more', {
            count: data.rows.length - shownMax,
            n: formatNumber(locale, data.rows.length - shownMax),
          })}
        </li>
      )}
    </ul>
  )
}

/** What an oversold item asks for is always the same and said in the reader's language; the rest in the hub's words. */
function TaskText({ task }: { task: Tasks['rows'][number] }) {
  const { t } = useLanguage()
  return task.kind === 'oversold' ? (
    <p className="mt-0.5 text-ink-2">{t('task.oversoldText')}</p>
  ) : (
    <p className="mt-0.5 text-ink-2" lang="en">
      {task.detail}
    </p>
  )
}
