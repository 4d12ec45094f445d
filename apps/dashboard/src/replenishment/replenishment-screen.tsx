import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { replenishmentQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { AcceptBar } from './accept-bar.tsx'
import { ReplenishmentFilters } from './replenishment-filters.tsx'
import { type ReplenishmentSearch, toQuery } from './replenishment-search.ts'
import { ReplenishmentTable } from './replenishment-table.tsx'

/** How often plans that were made meanwhile are read. */
const readAgainMs = 60_000

/** How long stock lasts by item and location, and what is to be sent or bought. What is looked at lives in the address. */
export function ReplenishmentScreen() {
  const { t } = useLanguage()
  const search = useSearch({ from: '/replenishment' })
  const navigate = useNavigate({ from: '/replenishment' })
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [opened, setOpened] = useState<string>()
  const list = useInfiniteQuery({
    ...replenishmentQuery(toQuery(search)),
    placeholderData: keepPreviousData,
    refetchInterval: readAgainMs,
  })
  const go = (next: ReplenishmentSearch) => void navigate({ search: next, replace: true })
  const [first] = list.data?.pages ?? []
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? []
  // What is no longer suggested, or no longer shown, is not accepted by accident.
  const ids = rows.flatMap(({ suggestion }) =>
    suggestion !== null && chosen.has(suggestion.id) ? [suggestion.id] : [],
  )
  const { q, location, urgency, suggested, ...order } = search
  const isNarrowed = [q, location, urgency, suggested].some((each) => each !== undefined)
  const choose = (which: readonly string[], isChosen: boolean) => {
    const next = new Set(chosen)
    for (const id of which) {
      if (isChosen) next.add(id)
      else next.delete(id)
    }
    setChosen(next)
  }
  return (
    <>
      <ReplenishmentFilters search={search} totals={first?.totals ?? []} onSearch={go} />
      <div className="mb-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
        <OnlyFor needs="operator">
          <AcceptBar ids={ids} onDone={() => setChosen(new Set())} />
        </OnlyFor>
        {first && (
          <p className="text-xs text-ink-2">
            {first.plannedAt === null ? t('replenishment.never') : <Planned at={first.plannedAt} />}
          </p>
        )}
      </div>
      <div className="panel overflow-hidden">
        {!list.data &&
          (list.error ? (
            <Failure error={list.error} onRetry={() => void list.refetch()} />
          ) : (
            <Loading lines={12} />
          ))}
        {list.data && rows.length === 0 && (
          <Empty
            title={t(isNarrowed ? 'replenishment.noneTitle' : 'replenishment.emptyTitle')}
            cure={t(isNarrowed ? 'replenishment.noneCure' : 'replenishment.emptyCure')}
          >
            {isNarrowed && (
              <button type="button" className="control" onClick={() => go(order)}>
                {t('replenishment.clear')}
              </button>
            )}
          </Empty>
        )}
        {rows.length > 0 && (
          <ReplenishmentTable
            rows={rows}
            order={{ sort: search.sort ?? 'urgency', isDown: search.down === true }}
            onOrder={({ sort, isDown }) => {
              const { sort: _sort, down: _down, ...rest } = search
              go({ ...rest, ...(sort !== 'urgency' && { sort }), ...(isDown && { down: true }) })
            }}
            chosen={chosen}
            onChoose={choose}
            opened={opened}
            onOpen={setOpened}
          />
        )}
        <More query={list} />
      </div>
    </>
  )
}

/** The age within its sentence, wherever the language puts it. */
function Planned({ at }: { at: string }) {
  const { t } = useLanguage()
  const [before, after] = t('replenishment.plannedAt', { ago: '\n' }).split('\n')
  return (
    <>
      {before}
      <Ago at={at} />
      {after}
    </>
  )
}
