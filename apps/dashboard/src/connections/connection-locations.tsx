import type { ConnectionLocationList } from '@plimsoll/client'
import { ApiProblem, type LocationChange } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { connectionLocationsQuery, hub, locationsQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { changesOf, type DraftRow, setWhenEmpty, toDraft, toggleLocation } from './location-draft.ts'
import { LocationPreview } from './location-preview.tsx'

type Row = ConnectionLocationList['rows'][number]

/** What a choice began from: it is saved over that, and over nothing that came since. */
const toBase = (list: ConnectionLocationList) => ({ version: list.version, before: toDraft(list) })

/** The platform's locations, which of ours stand behind each, and what a change of that would come to before it is made. */
export function ConnectionLocations({ connectionId }: { connectionId: string }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(connectionLocationsQuery(connectionId))
  const rows = data?.rows.filter(({ state }) => state !== 'counted')
  // All of them are counted by the platform itself: they have a panel of their own.
  if (data && data.rows.length > 0 && rows?.length === 0) return null
  return (
    <Panel
      title={t('pools.title')}
      table={{ operation: 'listConnectionLocations', query: { id: connectionId } }}
    >
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={3} />)}
      {rows?.length === 0 && <p className="px-4 py-3 text-ink-2">{t('pools.none')}</p>}
      {data && rows !== undefined && rows.length > 0 && (
        <Choice connectionId={connectionId} list={data} rows={rows} />
      )}
    </Panel>
  )
}

function Choice(props: { connectionId: string; list: ConnectionLocationList; rows: readonly Row[] }) {
  const { connectionId, list, rows } = props
  const { t } = useLanguage()
  const ours = useQuery(locationsQuery)
  const newest = useQuery(connectionLocationsQuery(connectionId))
  const [base, setBase] = useState(() => toBase(list))
  const [draft, setDraft] = useState(base.before)
  const { before } = base
  const changes = changesOf(before, draft)
  const isBehind = list.version !== base.version
  const beginAnew = (from: ConnectionLocationList) => {
    const begun = toBase(from)
    setBase(begun)
    setDraft(begun.before)
  }
  // Who has chosen nothing goes along with what others save; a choice that was made is not taken from anybody.
  if (isBehind && changes.length === 0) beginAnew(list)
  const preview = useMutation({
    mutationFn: (asked: LocationChange[]) => hub.previewConnectionLocations(connectionId, asked),
  })
  const save = useMutation({
    mutationFn: (asked: LocationChange[]) => hub.changeConnectionLocations(connectionId, asked, base.version),
    onSuccess: async (saved) => {
      beginAnew(saved)
      preview.reset()
      queryClient.setQueryData(connectionLocationsQuery(connectionId).queryKey, saved)
      await queryClient.invalidateQueries({ queryKey: ['connections'] })
    },
  })
  const edit = (next: typeof draft) => {
    setDraft(next)
    preview.reset()
    save.reset()
  }
  const codes = (ours.data?.rows ?? []).filter(({ kind }) => kind !== 'transit')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        preview.mutate(changes)
      }}
    >
      <p className="border-b border-line px-4 py-3 text-ink-2">{t('pools.text')}</p>
      <ul>
        {rows.map((row) => (
          <li key={row.externalId} className="border-b border-line px-4 py-3">
            <LocationLine
              row={row}
              draft={draft.get(row.externalId)}
              ours={codes}
              onToggle={(code) => edit(toggleLocation(draft, row.externalId, code))}
              onWhenEmpty={(whenEmpty) => edit(setWhenEmpty(draft, row.externalId, whenEmpty))}
            />
          </li>
        ))}
      </ul>
      {ours.isError && <Failure error={ours.error} onRetry={() => void ours.refetch()} />}
      {preview.data && <LocationPreview preview={preview.data} />}
      <Trouble
        error={preview.error ?? save.error}
        isBehind={isBehind && !save.isPending}
        onBeginAnew={async () => {
          // What the hub refused is older than what it has.
          const { data } = isBehind ? { data: list } : await newest.refetch()
          if (data === undefined) return
          beginAnew(data)
          preview.reset()
          save.reset()
        }}
      />
      <div className="flex flex-wrap items-center justify-end gap-2 px-4 py-3">
        {changes.length === 0 ? (
          <p className="mr-auto text-ink-2" role="status">
            {t(list.version > 0 ? 'pools.asSaved' : 'pools.asImported')}
          </p>
        ) : (
          <button type="button" className="control" onClick={() => edit(before)}>
            {t('pools.discard')}
          </button>
        )}
        <button
          type="submit"
          className={`control ${preview.data ? '' : 'control-strong'}`}
          disabled={changes.length === 0 || preview.isPending}
        >
          {t('pools.preview')}
        </button>
        {preview.data && (
          <button
            type="button"
            className="control control-strong"
            disabled={save.isPending}
            onClick={() => save.mutate(changes)}
          >
            {t('pools.save')}
          </button>
        )}
      </div>
    </form>
  )
}

function LocationLine(props: {
  row: Row
  draft: DraftRow | undefined
  ours: readonly { code: string; name: string }[]
  onToggle: (code: string) => void
  onWhenEmpty: (whenEmpty: 'zero' | 'leave') => void
}) {
  const { row, draft } = props
  const name = useMadeName()('madePlace', row.name)
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const isChosen = (code: string) => draft?.locations.includes(code) === true
  return (
    <fieldset aria-label={name}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <p className="min-w-0 font-medium break-words">
          {name}
          {!row.active && <span className="font-normal text-ink-2"> · {t('pools.inactive')}</span>}
        </p>
        <p className="text-xs text-ink-2">
          {row.state === 'left'
            ? t('pools.untouched')
            : t('pools.figures', { count: row.levels, n: n(row.levels), shows: n(row.shows) })}
        </p>
      </div>
      <div className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
        {props.ours.map(({ code, name }) => (
          <label key={code} className="flex min-h-8 items-center gap-2">
            <input
              type="checkbox"
              checked={isChosen(code)}
              // What is not active sells nothing; taking away is always possible.
              disabled={!row.active && !isChosen(code)}
              onChange={() => props.onToggle(code)}
            />
            <span className="break-words">
              {name} <span className="text-ink-2">({code})</span>
            </span>
          </label>
        ))}
      </div>
      {row.state === 'kept' && row.missing > 0 && (
        <p className="mt-1 text-amber">{t('pools.missing', { count: row.missing, n: n(row.missing) })}</p>
      )}
      {draft?.locations.length === 0 && (
        <label className="mt-2 flex flex-wrap items-center gap-2">
          <span className="text-ink-2">{t('pools.whenEmpty')}</span>
          <select
            value={draft.whenEmpty}
            onChange={(event) => props.onWhenEmpty(event.target.value === 'zero' ? 'zero' : 'leave')}
            className="min-h-8 max-w-full rounded border border-line-2 bg-surface px-2"
          >
            <option value="zero">{t('pools.zero')}</option>
            <option value="leave">{t('pools.leave')}</option>
          </select>
        </label>
      )}
    </fieldset>
  )
}

/** Somebody else saved meanwhile, or the hub refuses: what it says, and how to go on. */
function Trouble(props: { error: Error | null; isBehind: boolean; onBeginAnew: () => Promise<void> }) {
  const { error, isBehind } = props
  const { t } = useLanguage()
  const text = useProblemText(error)
  if (error === null && !isBehind) return null
  const isOutdated = isBehind || (error instanceof ApiProblem && error.problem.code === 'version-changed')
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 px-4 pt-3">
      <p className="min-w-0 break-words text-red">{isOutdated ? t('pools.outdated') : text}</p>
      {isOutdated && (
        <button type="button" className="control" onClick={() => void props.onBeginAnew()}>
          {t('pools.reload')}
        </button>
      )}
    </div>
  )
}
