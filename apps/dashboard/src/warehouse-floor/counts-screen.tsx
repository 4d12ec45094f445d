import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { TextField } from '../describe/terms-fields.tsx'
import { countsQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Heading } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { shapeOfCount } from './document-shapes.ts'
import { FloorTabs } from './floor-tabs.tsx'
import { LocationChoice, useChosenLocation } from './location-choice.tsx'
import { useActionKey } from './use-action-key.ts'

/** Stock counts, the newest first. */
export function CountsScreen() {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const [isNew, setNew] = useState(false)
  const counts = useInfiniteQuery(countsQuery)
  const rows = counts.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <>
      <Heading title={t('floor.counts.title')} table={{ operation: 'listStockCounts' }}>
        <OnlyFor needs="operator" isQuiet>
          <button
            type="button"
            className="control control-strong"
            aria-expanded={isNew}
            onClick={() => setNew(!isNew)}
          >
            <Plus size={15} aria-hidden />
            {t('floor.counts.start')}
          </button>
        </OnlyFor>
      </Heading>
      <FloorTabs />
      <NotYours needs="operator" />
      {isNew && <NewCount onClose={() => setNew(false)} />}
      <div className="panel">
        {!counts.data &&
          (counts.error ? (
            <Failure error={counts.error} onRetry={() => void counts.refetch()} />
          ) : (
            <Loading lines={5} />
          ))}
        {counts.data && rows.length === 0 && (
          <Empty title={t('floor.counts.none')} cure={t('floor.counts.noneCure')} />
        )}
        <ul>
          {rows.map((row) => (
            <li
              key={row.countId}
              className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-0"
            >
              <Link to="/counts/$count" params={{ count: row.countId }} className="link min-w-32 break-all">
                {row.reference ?? row.locationCode}
              </Link>
              <Standing shape={shapeOfCount[row.state]}>{t(`floor.count.${row.state}`)}</Standing>
              <span className="text-ink-2">
                {row.locationCode} · {nameOf(row.startedBy)}
                {row.blind && ` · ${t('floor.counts.blind')}`}
              </span>
              <Ago at={row.startedAt} className="text-ink-2" />
            </li>
          ))}
        </ul>
        <More query={counts} />
      </div>
    </>
  )
}

function NewCount({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const key = useActionKey()
  const [typed, setTyped] = useState({ location: '', reference: '', blind: true })
  const location = useChosenLocation(typed.location)
  const make = useMutation({
    mutationFn: () =>
      hub.startStockCount(
        { location, blind: typed.blind, reference: typed.reference.trim() || null },
        key.current(),
      ),
    onSuccess: ({ countId }) => {
      key.next()
      // Not waited for: the stream may begin it again and again.
      void queryClient.invalidateQueries({ queryKey: ['overview', 'counts'] })
      void navigate({ to: '/counts/$count', params: { count: countId } })
    },
  })
  const problem = useProblemText(make.error)
  return (
    <form
      className="panel mb-4 max-w-2xl space-y-4 p-4"
      aria-label={t('floor.counts.start')}
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate()
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <LocationChoice
          id="count-location"
          value={typed.location}
          onChange={(code) => setTyped({ ...typed, location: code })}
        />
        <TextField
          id="count-reference"
          label={t('floor.reference')}
          value={typed.reference}
          onChange={(reference) => setTyped({ ...typed, reference })}
        />
      </div>
      <label className="flex min-h-8 items-center gap-2">
        <input
          type="checkbox"
          checked={typed.blind}
          onChange={(event) => setTyped({ ...typed, blind: event.target.checked })}
        />
        {t('floor.counts.blindText')}
      </label>
      {make.isError && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <button type="submit" className="control control-strong" disabled={make.isPending || location === ''}>
          {t('floor.counts.startAction')}
        </button>
        <button type="button" className="control" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
