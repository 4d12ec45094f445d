import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { RefreshCw } from 'lucide-react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { callLogQuery, connectionCallsQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { CallList } from './call-list.tsx'
import { CallLogSetting } from './call-log-setting.tsx'
import { type CallSearch, filterOf } from './call-search.ts'

const control = 'h-9 rounded border border-line-2 bg-surface px-2.5'

/** Every call between a connection and its platform, as far as they are kept. */
export function CallsScreen() {
  const { t } = useLanguage()
  const { id } = useParams({ from: '/connections/$id/calls' })
  const search = useSearch({ from: '/connections/$id/calls' })
  const navigate = useNavigate({ from: '/connections/$id/calls' })
  const calls = useInfiniteQuery(connectionCallsQuery(id, filterOf(search)))
  const log = useQuery(callLogQuery(id))
  const name = useConnectionNames().get(id)?.name
  const rows = calls.data?.pages.flatMap((page) => page.rows) ?? []
  const show = (next: CallSearch) => void navigate({ search: next, replace: true })
  const operations = log.data?.operations ?? []
  return (
    <>
      <Link to="/connections/$id" params={{ id }} className="link mb-2 inline-flex min-h-7 items-center">
        ← {name ?? t('connections.title')}
      </Link>
      <Heading
        title={t('calls.title')}
        note={name}
        table={{ operation: 'listConnectionCalls', query: { id, ...filterOf(search) } }}
      >
        <button
          type="button"
          className="control"
          disabled={calls.isFetching}
          onClick={() => void Promise.all([calls.refetch(), log.refetch()])}
        >
          <RefreshCw size={15} aria-hidden />
          {t('calls.refresh')}
        </button>
      </Heading>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <label className="flex min-h-9 items-center gap-2">
          <input
            type="checkbox"
            checked={search.failed === true}
            onChange={({ target }) => {
              const { failed: _, call: __, ...rest } = search
              show({ ...rest, ...(target.checked && { failed: true }) })
            }}
          />
          {t('calls.onlyFailed')}
        </label>
        <label className="flex items-center gap-2">
          <span className="text-ink-2">{t('calls.operation')}</span>
          <select
            className={control}
            value={search.operation ?? ''}
            onChange={({ target }) => {
              const { operation: _, call: __, ...rest } = search
              show({ ...rest, ...(target.value !== '' && { operation: target.value }) })
            }}
          >
            <option value="">{t('calls.any')}</option>
            {operations.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label className="flex items-center gap-2">
          <span className="text-ink-2">{t('calls.direction')}</span>
          <select
            className={control}
            value={search.direction ?? ''}
            onChange={({ target }) => {
              const { direction: _, call: __, ...rest } = search
              const direction = (['in', 'out'] as const).find((each) => each === target.value)
              show({ ...rest, ...(direction && { direction }) })
            }}
          >
            <option value="">{t('calls.any')}</option>
            <option value="out">{t('calls.out')}</option>
            <option value="in">{t('calls.in')}</option>
          </select>
        </label>
      </div>
      {log.data && (
        <OnlyFor needs="admin">
          <CallLogSetting connectionId={id} log={log.data} />
        </OnlyFor>
      )}
      {!calls.data && (
        <div className="panel">
          {calls.error ? <Failure error={calls.error} onRetry={() => void calls.refetch()} /> : <Loading />}
        </div>
      )}
      {calls.data && rows.length === 0 && (
        <div className="panel">
          <Empty title={t('calls.emptyTitle')} cure={t('calls.emptyCure')} />
        </div>
      )}
      {rows.length > 0 && (
        <CallList
          rows={rows}
          open={search.call === undefined ? undefined : { callId: search.call, connectionId: id }}
          onOpen={(row) => {
            const { call: _, ...rest } = search
            show({ ...rest, ...(row && { call: row.callId }) })
          }}
        />
      )}
      <More query={calls} />
    </>
  )
}
