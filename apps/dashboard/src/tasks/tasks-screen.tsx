import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { connectionsQuery, hub, tasksQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { TaskEntry } from '../overview/need-list.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { ViewMenu } from '../saved-views/view-menu.tsx'
import { countKinds, type TaskSearch, toTaskQuery } from './task-search.ts'

const filterClass = 'h-9 min-w-0 rounded border border-line-2 bg-surface px-2'

/** Every open task: by kind, connection and text, which live in the address. */
export function TasksScreen() {
  const { t, locale } = useLanguage()
  const search = useSearch({ from: '/tasks' })
  const navigate = useNavigate({ from: '/tasks' })
  // Of all kinds, for the choice; what is shown is narrowed down by the hub.
  const all = useQuery(tasksQuery)
  const query = toTaskQuery(search)
  const { data, error, refetch } = useQuery({
    queryKey: ['tasks', 'list', query],
    queryFn: ({ signal }) => hub.tasks(signal, query),
    placeholderData: keepPreviousData,
  })
  const connections = useQuery(connectionsQuery).data?.rows ?? []
  const rows = data?.rows ?? []
  const go = (next: TaskSearch) => void navigate({ search: next, replace: true })
  const { kind: _kind, ...unkinded } = search
  const { connection: _connection, ...unconnected } = search
  const { q: _q, ...unsearched } = search
  const isNarrowed = Object.keys(search).length > 0
  return (
    <>
      <Heading
        title={t('tasks.title')}
        note={data && t('tasks.count', { count: rows.length, n: formatNumber(locale, rows.length) })}
      >
        <span className="flex flex-wrap gap-2">
          <ViewMenu screen="tasks" />
          <TableFile operation="listTasks" query={query} />
        </span>
      </Heading>
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <SearchField
          label={t('tasks.search')}
          value={search.q ?? ''}
          onSearch={(next) => go(next === '' ? unsearched : { ...search, q: next })}
        />
        <label className="flex items-center gap-2">
          <span className="text-ink-2">{t('tasks.kind')}</span>
          <select
            value={search.kind ?? ''}
            onChange={({ target }) => go(target.value === '' ? unkinded : { ...search, kind: target.value })}
            className={filterClass}
          >
            <option value="">{t('tasks.allKinds')}</option>
            {countKinds(all.data?.rows ?? []).map(({ kind, n }) => (
              <option key={kind} value={kind}>
                {`${t(`task.${kind}`)} (${formatNumber(locale, n)})`}
              </option>
            ))}
          </select>
        </label>
        <label className="flex items-center gap-2">
          <span className="text-ink-2">{t('stock.channel')}</span>
          <select
            value={search.connection ?? ''}
            onChange={({ target }) =>
              go(target.value === '' ? unconnected : { ...search, connection: target.value })
            }
            className={filterClass}
          >
            <option value="">{t('orders.allChannels')}</option>
            {connections.map(({ connectionId, name }) => (
              <option key={connectionId} value={connectionId}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div className="panel">
        {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={6} />)}
        {data && rows.length === 0 && (
          <Empty
            title={t(isNarrowed ? 'tasks.noneTitle' : 'tasks.emptyTitle')}
            cure={t(isNarrowed ? 'tasks.noneCure' : 'tasks.emptyCure')}
          >
            {isNarrowed && (
              <button type="button" className="control" onClick={() => go({})}>
                {t('orders.clear')}
              </button>
            )}
          </Empty>
        )}
        <ul>
          {rows.map((task) => (
            <li key={task.taskId} className="border-b border-line px-4 py-2.5 last:border-0">
              <TaskEntry task={task} />
            </li>
          ))}
        </ul>
      </div>
    </>
  )
}
