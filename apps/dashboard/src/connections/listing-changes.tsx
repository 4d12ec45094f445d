import type { ListingChangeList } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub, listingChangesQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'

type Change = ListingChangeList['rows'][number]
type Choice = 'keep' | 'move' | 'unmap'

/** Listings of a connection whose SKU says something else than what they are tied to, each with what may be done. */
export function ListingChanges({ connectionId }: { connectionId: string }) {
  const { t, locale } = useLanguage()
  const { data, error, refetch } = useQuery(listingChangesQuery)
  const rows = data?.rows.filter((row) => row.connectionId === connectionId) ?? []
  if (!data && !error) return <Loading lines={3} />
  // Where nothing is asked there is nothing to show.
  if (data && rows.length === 0) return null
  return (
    <Panel
      title={t('changes.title')}
      note={rows.length > 0 && formatNumber(locale, rows.length)}
      table={{ operation: 'listListingChanges' }}
    >
      {!data && <Failure error={error} onRetry={() => void refetch()} />}
      <ul>
        {rows.map((row) => (
          <li key={row.listingId} className="border-b border-line px-4 py-3 last:border-0">
            <div className="flex items-baseline justify-between gap-3">
              <p className="min-w-0 font-medium break-words">
                {row.title} <span className="font-normal text-ink-2">({row.externalId})</span>
              </p>
              <Ago at={row.since} className="shrink-0 text-xs text-ink-2" />
            </div>
            <ChangeWords row={row} />
            <ListingDecision row={row} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** What was found, in the reader's language. */
function ChangeWords({ row }: { row: Change }) {
  const { t, locale } = useLanguage()
  const other = row.otherExternalId ?? ''
  const was = row.mappedSku ?? t('app.none')
  return (
    <>
      <p className="mt-0.5 break-words text-ink-2">
        {t(`changes.found.${row.doubt}`, { sku: row.sku, was, other })}
      </p>
      <p className="break-words text-ink-2">
        {row.itemSku === null ? t('changes.followsNothing') : t('changes.follows', { sku: row.itemSku })}
      </p>
      {row.shows !== null && row.itemSku !== null && (
        <p className="text-xs text-ink-2">{t('changes.shows', { n: formatNumber(locale, row.shows) })}</p>
      )}
    </>
  )
}

/** Keep, move or untie; each says first what follows from it. */
export function ListingDecision({ row }: { row: Change }) {
  const { t } = useLanguage()
  const [asking, setAsking] = useState<Choice>()
  const decide = useMutation({
    mutationFn: (choice: Choice) => hub.decideOnListing(row.listingId, choice),
    onSuccess: async () => {
      setAsking(undefined)
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) =>
          queryKey[0] === 'tasks' ||
          queryKey[0] === 'overview' ||
          queryKey[0] === 'connections' ||
          queryKey[0] === 'items',
      })
    },
  })
  const problem = useProblemText(decide.error)
  const isTied = row.itemSku !== null
  const { proposed } = row
  const values = {
    title: row.title,
    item: row.itemSku ?? '',
    sku: proposed?.sku ?? '',
    units: String(proposed?.unitsPerListing ?? 1),
  }
  const ask = (choice: Choice) => {
    decide.reset()
    setAsking(choice)
  }
  const moveName = row.doubt === 'swapped' ? 'swap' : 'move'
  const nameOf = (choice: Choice) =>
    choice === 'move'
      ? t(`changes.choice.${moveName}`, values)
      : t(choice === 'unmap' && !isTied ? 'changes.choice.leave' : `changes.choice.${choice}`, values)
  // The question keeps its words while it closes.
  const shown = asking ?? 'keep'
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      {isTied && (
        <button type="button" className="control" onClick={() => ask('keep')}>
          {nameOf('keep')}
        </button>
      )}
      {proposed !== null && (
        <button type="button" className="control" onClick={() => ask('move')}>
          {nameOf('move')}
        </button>
      )}
      <button type="button" className="control" onClick={() => ask('unmap')}>
        {nameOf('unmap')}
      </button>
      <Confirm
        isOpen={asking !== undefined}
        title={nameOf(shown)}
        text={t(shown === 'move' ? `changes.askText.${moveName}` : `changes.askText.${shown}`, values)}
        action={t('changes.confirm')}
        isBusy={decide.isPending}
        onConfirm={() => decide.mutate(shown)}
        onClose={() => setAsking(undefined)}
      >
        {decide.isError && (
          <p role="alert" className="mt-3 text-red">
            {t('connect.failed', { detail: problem })}
          </p>
        )}
      </Confirm>
    </div>
  )
}
