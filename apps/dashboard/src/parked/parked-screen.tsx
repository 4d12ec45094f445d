import type { ParkedPage } from '@plimsoll/client'
import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { formatNumber } from '../format.ts'
import { hub, parkedGroupsQuery, parkedQuery, queryClient, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ConnectionFilter } from '../parts/filter-select.tsx'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Heading } from '../parts/panel.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { ViewMenu } from '../saved-views/view-menu.tsx'
import { useSayTold } from '../tasks/use-say-told.ts'
import { groupByCause } from './parked-groups.ts'
import type { ParkedSearch } from './parked-search.ts'

type Row = ParkedPage['rows'][number]
type Choice = { kind: 'one'; inboxId: string } | { kind: 'cause'; cause: string } | { kind: 'all' }

/** Events that could not be applied, by cause; each is kept until it is replayed. */
export function ParkedScreen() {
  const { t, locale } = useLanguage()
  const search = useSearch({ from: '/parked' })
  const navigate = useNavigate({ from: '/parked' })
  const go = (next: ParkedSearch) => void navigate({ search: next, replace: true })
  const parked = useInfiniteQuery({ ...parkedQuery(search), placeholderData: keepPreviousData })
  const { connection: _connection, ...everywhere } = search
  const { cause: _cause, ...anyCause } = search
  const isNarrowed = Object.keys(search).length > 0
  const replay = useReplay()
  const rows = parked.data?.pages.flatMap((page) => page.rows) ?? []
  const total = parked.data?.pages.at(-1)?.total ?? 0
  const n = (value: number) => formatNumber(locale, value)
  // Of all pages, not only of those that are loaded.
  const { data: groups } = useQuery(parkedGroupsQuery)
  const totals = new Map(groups?.rows.map(({ cause, events }) => [cause, events]))
  return (
    <>
      <Heading title={t('parked.title')} note={total > 0 && t('need.events', { count: total, n: n(total) })}>
        <span className="flex flex-wrap items-center gap-2">
          <ConnectionFilter
            label={t('stock.channel')}
            all={t('orders.allChannels')}
            value={search.connection}
            onChange={(next) => go(next === undefined ? everywhere : { ...search, connection: next })}
          />
          {search.cause !== undefined && (
            <button type="button" className="control" onClick={() => go(anyCause)}>
              {t('parked.anyCause')}
            </button>
          )}
          <ViewMenu screen="parked" />
          <TableFile operation="listParked" query={search} />
          {total > 0 && !isNarrowed && (
            <OnlyFor needs="operator" isQuiet>
              <button
                type="button"
                className="control control-strong"
                disabled={replay.isPending}
                onClick={() => replay.mutate({ kind: 'all' })}
              >
                {t('parked.replayAll')}
              </button>
            </OnlyFor>
          )}
        </span>
      </Heading>
      <NotYours needs="operator" />
      <ReplayResult replay={replay} />
      {!parked.data &&
        (parked.error ? <Failure error={parked.error} onRetry={() => void parked.refetch()} /> : <Loading />)}
      {parked.data && total === 0 && (
        <div className="panel">
          <Empty
            title={t(isNarrowed ? 'parked.noneTitle' : 'parked.emptyTitle')}
            cure={t(isNarrowed ? 'parked.noneCure' : 'parked.emptyCure')}
          >
            {isNarrowed && (
              <button type="button" className="control" onClick={() => go({})}>
                {t('orders.clear')}
              </button>
            )}
          </Empty>
        </div>
      )}
      <div className="space-y-4">
        {groupByCause(rows).map((group) => (
          <Group key={group.cause} {...group} total={totals.get(group.cause)} replay={replay} />
        ))}
      </div>
      {rows.length > 0 && rows.length < total && (
        <p className="mt-3 text-center text-xs text-ink-2">
          {t('parked.shown', { shown: n(rows.length), total: n(total) })}
        </p>
      )}
      <More query={parked} />
    </>
  )
}

type Replay = ReturnType<typeof useReplay>
function useReplay() {
  return useMutation({
    mutationFn: (choice: Choice) => {
      if (choice.kind === 'one') return hub.replay(choice.inboxId)
      return choice.kind === 'cause' ? hub.replayCause(choice.cause) : hub.replayAll()
    },
    onSettled: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) =>
          queryKey[0] === 'parked' || queryKey[0] === 'parked-groups' || queryKey[0] === 'overview',
      }),
  })
}

/** What the last replay did, announced; the place is always there, so that it is heard. */
function ReplayResult({ replay }: { replay: Replay }) {
  const { t, locale } = useLanguage()
  const problem = useProblemText(replay.error)
  return (
    <div role="status" aria-live="polite">
      {replay.isPending && (
        <p className="mb-3 rounded border border-line bg-surface px-4 py-2">{t('parked.replaying')}</p>
      )}
      {replay.isError && (
        <p className="mb-3 rounded border border-red/40 bg-red-soft px-4 py-2">
          {t('connections.failed', { detail: problem })}
        </p>
      )}
      {replay.data && (
        <p
          className={`mb-3 rounded border px-4 py-2 ${replay.data.stillParked > 0 ? 'border-amber-fill bg-amber-soft' : 'border-green-fill bg-surface'}`}
        >
          {t('parked.result', {
            replayed: formatNumber(locale, replay.data.replayed),
            stillParked: formatNumber(locale, replay.data.stillParked),
          })}
          {replay.data.waiting > 0 &&
            ` ${t('parked.waiting', { waiting: formatNumber(locale, replay.data.waiting) })}`}
        </p>
      )}
    </div>
  )
}

function Group(props: { cause: string; rows: Row[]; total: number | undefined; replay: Replay }) {
  const search = useSearch({ from: '/parked' })
  const { cause, rows, total = rows.length, replay } = props
  const reasonCode = rows[0]?.reasonCode ?? ''
  const { t, locale } = useLanguage()
  const names = useConnectionNames()
  const subjectOf = ({ subject }: Row) => {
    const [, topic, id] = /^(order|order-hold|level|announced-return) (.+)$/.exec(subject) ?? []
    return topic === undefined ? subject : t(`parked.topic.${topic}`, { id })
  }
  // Said once where it is the same for all; else each says its own.
  const isOne = rows.every((row) => row.reason === rows[0]?.reason)
  const title = t(`parked.reason.${reasonCode}`, { defaultValue: reasonCode })
  return (
    <section aria-label={title} className="panel">
      <header className="flex flex-wrap items-center justify-between gap-3 border-b border-line px-4 py-2.5">
        <div className="min-w-0 flex-1 basis-80">
          <h2 className="font-semibold">
            {title}{' '}
            <span className="font-normal text-ink-2">
              · {formatNumber(locale, Math.max(total, rows.length))}
            </span>
          </h2>
          {isOne && (
            <p className="text-ink-2">
              <Reason row={rows[0]} />
            </p>
          )}
        </div>
        <span className="flex flex-wrap gap-2">
          <Link to="/parked" search={{ ...search, cause }} className="control">
            {t('parked.onlyCause')}
          </Link>
          <OnlyFor needs="operator" isQuiet>
            <button
              type="button"
              className="control"
              disabled={replay.isPending}
              onClick={() => replay.mutate({ kind: 'cause', cause })}
            >
              {t('parked.replayGroup')}
            </button>
          </OnlyFor>
        </span>
      </header>
      <ul>
        {rows.map((row) => (
          <li key={row.inboxId} className="border-b border-line px-4 py-1.5 last:border-0">
            <div className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4">
              <details className="min-w-0">
                <summary className="min-h-8 cursor-pointer py-1.5 marker:text-ink-3">
                  <span className="font-medium">{subjectOf(row)}</span>
                  <span className="text-ink-2">
                    {' · '}
                    {names.get(row.connectionId)?.name ?? row.connectionId}
                    {' · '}
                    {t(`parked.source.${row.source}`, { defaultValue: row.source })}
                    {' · '}
                    <Ago at={row.receivedAt} />
                    {' · '}
                    {t('parked.attempts', { count: row.attempts, n: formatNumber(locale, row.attempts) })}
                  </span>
                </summary>
                <p className="text-xs text-ink-2">
                  {t('parked.payload')}
                  {' · '}
                  <Link to="/calls" search={{ event: row.inboxId }} className="link">
                    {t('activity.calls')}
                  </Link>
                </p>
                {/* A stretch that scrolls must be reachable by keyboard. */}
                <section
                  aria-label={t('parked.payload')}
                  // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
                  tabIndex={0}
                  className="my-1 max-h-80 overflow-auto rounded border border-line bg-sunken p-3"
                >
                  <pre className="font-mono text-xs">{row.payload}</pre>
                </section>
              </details>
              <OnlyFor needs="operator" isQuiet>
                <button
                  type="button"
                  className="control"
                  disabled={replay.isPending}
                  aria-label={`${t('parked.replay')}: ${subjectOf(row)}`}
                  onClick={() => replay.mutate({ kind: 'one', inboxId: row.inboxId })}
                >
                  {t('parked.replay')}
                </button>
              </OnlyFor>
            </div>
            {!isOne && (
              <p className="pb-1 text-ink-2">
                <Reason row={row} />
              </p>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Why it is parked, in the reader's language; what was parked before facts were kept, in the hub's English. */
function Reason({ row }: { row: Row | undefined }) {
  const { language } = useLanguage()
  const say = useSayTold()
  if (row === undefined) return null
  if (row.told !== null) return say('toldParked', row.told)
  return <span {...(language !== 'en' && { lang: 'en' })}>{row.reason}</span>
}
