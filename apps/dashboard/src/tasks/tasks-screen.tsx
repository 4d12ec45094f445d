import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { hub, tasksQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { TaskEntry } from '../overview/need-list.tsx'
import { ConnectionFilter, FilterSelect } from '../parts/filter-select.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { ViewMenu } from '../saved-views/view-menu.tsx'
import { countKinds, type TaskSearch, toTaskQuery } from './task-search.ts'

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
        <FilterSelect
          label={t('tasks.kind')}
          all={t('tasks.allKinds')}
          value={search.kind}
          onChange={(kind) => go(kind === undefined ? unkinded : { ...search, kind })}
        >
          {countKinds(all.data?.rows ?? []).map(({ kind, n }) => (
            <option key={kind} value={kind}>
              {`${t(`task.${kind}`)} (${formatNumber(locale, n)})`}
            </option>
          ))}
        </FilterSelect>
        <ConnectionFilter
          label={t('stock.channel')}
          all={t('orders.allChannels')}
          value={search.connection}
          onChange={(connection) => go(connection === undefined ? unconnected : { ...search, connection })}
        />
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
