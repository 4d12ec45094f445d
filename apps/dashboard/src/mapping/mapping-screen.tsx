import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { NextStep } from '../first-day/next-step.tsx'
import { formatNumber } from '../format.ts'
import { hub, mappingListQuery, mappingQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { AcceptDialog, type ToAccept } from './accept-dialog.tsx'
import { IgnoreDialog } from './ignore-dialog.tsx'
import { itemsToMake } from './items-to-make.ts'
import { MakeItems, type ToMakeOf } from './make-items.tsx'
import { MappingConflictList } from './mapping-conflicts.tsx'
import { MappingFilters } from './mapping-filters.tsx'
import { MappingList } from './mapping-list.tsx'
import { addUpCounts, type MappingSearch, mappingLists, toMappingQuery, waitingOf } from './mapping-search.ts'
import { MappingSheet } from './mapping-sheet.tsx'
import { RuleDesk } from './rule-desk.tsx'
import { UndoLine } from './undo-line.tsx'

/** Which item each listing sells. What is looked at lives in the address. */
export function MappingScreen() {
  const { t } = useLanguage()
  const search = useSearch({ from: '/mapping' })
  const navigate = useNavigate({ from: '/mapping' })
  const go = (next: MappingSearch) => void navigate({ search: next, replace: true })
  const overview = useQuery(mappingQuery)
  const counts = addUpCounts(overview.data?.counts ?? [], search.connection)
  return (
    <>
      <MappingFilters search={search} counts={counts} onSearch={go} />
      {search.view === 'conflicts' ? (
        <MappingConflictList connection={search.connection} />
      ) : search.view === 'rules' ? (
        <RuleDesk
          connection={search.connection}
          onConnection={(connection) => go({ ...search, connection })}
        />
      ) : search.view === 'sheet' ? (
        <MappingSheet />
      ) : (
        <Listings
          search={search}
          waiting={waitingOf(counts)}
          isNew={counts.new > 0}
          certain={counts.certain}
          unlike={counts.none}
          last={overview.data?.last ?? null}
        />
      )}
      {mappingLists.some((each) => each === (search.view ?? 'waiting')) && (
        <p className="mt-3 text-xs text-ink-2 max-md:hidden">{t('mapping.keys')}</p>
      )}
    </>
  )
}

function Listings(props: {
  search: MappingSearch
  waiting: number
  isNew: boolean
  certain: number
  unlike: number
  last: Parameters<typeof UndoLine>[0]['last']
}) {
  const { t, locale } = useLanguage()
  const { search } = props
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [asked, setAsked] = useState<ToAccept>()
  const [ignored, setIgnored] = useState<readonly string[]>()
  const [toMake, setToMake] = useState<ToMakeOf>()
  const list = useInfiniteQuery({
    ...mappingListQuery(toMappingQuery(search)),
    placeholderData: keepPreviousData,
    // What is looked at meanwhile comes in by itself.
    refetchInterval: props.isNew ? 4_000 : false,
  })
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['connections'] })
  const accept = useMutation({ mutationFn: hub.acceptMappings, onSettled: refresh })
  const look = useMutation({ mutationFn: hub.lookForMatches, onSettled: refresh })
  const heed = useMutation({ mutationFn: hub.heedListings, onSettled: refresh })
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  // What is no longer shown is not accepted by accident.
  const ids = rows.flatMap(({ listingId }) => (chosen.has(listingId) ? [listingId] : []))
  const acceptable = rows.filter((row) => ids.includes(row.listingId) && row.suggestions.length > 0)
  const offered = ids.length > 0 ? rows.filter(({ listingId }) => ids.includes(listingId)) : rows
  const makeable = itemsToMake(offered).length
  // How many there are of the whole list is known once all of it is read.
  const isPart = ids.length === 0 && list.hasNextPage && props.unlike > 0
  const error = accept.error ?? look.error ?? heed.error
  const problem = useProblemText(error)
  const state = mappingLists.find((each) => each === search.view) ?? 'waiting'
  const toggle = (listingId: string) => {
    const next = new Set(chosen)
    if (!next.delete(listingId)) next.add(listingId)
    setChosen(next)
  }
  /** One of them is open at a time. */
  const done = () => {
    setAsked(undefined)
    setToMake(undefined)
    setIgnored(undefined)
    setChosen(new Set())
  }
  const { confidence } = search
  const isSure = confidence === 'certain' || confidence === 'likely' || confidence === 'possible'
  // Who has just made items looks for a way to take them all: it need not be guessed behind a filter.
  const sure = isSure
    ? confidence
    : confidence === undefined && search.q === undefined && props.certain > 0
      ? 'certain'
      : undefined
  return (
    <>
      <NotYours needs="operator" />
      <div className="mb-2 flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1" aria-live="polite">
        <OnlyFor needs="operator" isQuiet>
          {state === 'waiting' && ids.length > 0 && (
            <button
              type="button"
              className="control control-strong"
              disabled={acceptable.length === 0}
              onClick={() => setAsked({ listings: acceptable.map(({ listingId }) => ({ listingId })) })}
            >
              {t('mapping.acceptChosen', { count: acceptable.length })}
            </button>
          )}
          {state === 'waiting' && ids.length === 0 && sure !== undefined && rows.length > 0 && (
            <button
              type="button"
              className="control control-strong"
              onClick={() =>
                setAsked({
                  confidence: sure,
                  ...(search.connection !== undefined && { connection: search.connection }),
                })
              }
            >
              {t('mapping.acceptAll', { confidence: t(`mapping.confidence.${sure}`) })}
            </button>
          )}
          {state === 'waiting' && (makeable > 0 || isPart) && (search.confidence ?? 'none') === 'none' && (
            <button
              type="button"
              className="control"
              onClick={() =>
                setToMake(
                  isPart ? { list: toMappingQuery({ ...search, confidence: 'none' }) } : { rows: offered },
                )
              }
            >
              {isPart
                ? t('mapping.makeItemsAll')
                : t('mapping.makeItems', { count: makeable, n: formatNumber(locale, makeable) })}
            </button>
          )}
          {ids.length > 0 && (
            <button
              type="button"
              className="control"
              onClick={() => (state === 'ignored' ? heed.mutate(ids) : setIgnored(ids))}
            >
              {t(state === 'ignored' ? 'mapping.heed' : 'mapping.ignore')}
            </button>
          )}
          {ids.length === 0 && state === 'waiting' && (
            <button type="button" className="control" disabled={look.isPending} onClick={() => look.mutate()}>
              {t('mapping.look')}
            </button>
          )}
          <UndoLine last={props.last} />
        </OnlyFor>
        {error && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
      </div>
      {list.data && rows.length === 0 && state === 'waiting' && (
        <div className="mb-3 empty:hidden">
          <NextStep />
        </div>
      )}
      <div className="panel overflow-hidden">
        {!list.data &&
          (list.error ? (
            <Failure error={list.error} onRetry={() => void list.refetch()} />
          ) : (
            <Loading lines={8} />
          ))}
        {list.data && rows.length === 0 && (
          <Empty title={t(`mapping.empty.${state}`)} cure={t('mapping.emptyCure')} />
        )}
        {rows.length > 0 && (
          <OnlyFor needs="operator" isQuiet>
            <MappingList
              rows={rows}
              chosen={chosen}
              onToggle={toggle}
              onAccept={(listing) => accept.mutate({ listings: [listing] })}
              onPreview={(listing) => setAsked({ listings: [listing] })}
              onEnd={() => {
                if (list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage()
              }}
            />
          </OnlyFor>
        )}
      </div>
      {asked && <AcceptDialog wanted={asked} onClose={() => setAsked(undefined)} onDone={done} />}
      {toMake && <MakeItems of={toMake} onClose={() => setToMake(undefined)} onDone={done} />}
      {ignored && <IgnoreDialog listings={ignored} onClose={() => setIgnored(undefined)} onDone={done} />}
    </>
  )
}
