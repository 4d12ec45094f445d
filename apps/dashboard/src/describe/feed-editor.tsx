import type { SampleRead } from '@plimsoll/client'
import { useEffect } from 'react'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { wrongFor } from '../parts/said.ts'
import { columnIn, type FeedDraft, feedOf, type Place } from './draft.ts'
import { explained, type InFeed } from './feed-fields.ts'
import { FormatFields, noteOf } from './format-fields.tsx'
import { MapFields } from './map-fields.tsx'
import { NameFields } from './name-fields.tsx'
import { SampleRows } from './sample-rows.tsx'
import { Folded, textIn } from './terms-fields.tsx'
import { type ReadFile, useReading } from './use-reading.ts'
import { WordFields } from './word-fields.tsx'

export type Understood = { feed: InFeed; isWhole: boolean; reading: SampleRead | undefined }

/** One feed: how its files are written, what their columns mean, and what that makes of a file, tried as one types. */
export function FeedEditor(props: {
  feed: InFeed
  draft: FeedDraft
  places: readonly Place[]
  /** Tells the file, and the file itself is read by this. */
  fileKey: string
  fileName: string
  read: ReadFile
  hasFolder: boolean
  onChange: (draft: FeedDraft) => void
  onUnderstood?: (understood: Understood) => void
  onPlaces?: (places: readonly Place[]) => void
}) {
  const { feed, draft, places, onChange, onUnderstood } = props
  const { t, language } = useLanguage()
  const { data, error, isFetching, refetch } = useReading(
    props.fileKey,
    { description: feedOf(draft), places },
    props.read,
  )
  const wrong = wrongFor(language, data?.wrong ?? [])
  useEffect(() => {
    onUnderstood?.({ feed, isWhole: data !== undefined && isWhole(data), reading: data })
  }, [feed, data, onUnderstood])
  const id = `feed-${feed}`
  const setTerms = (terms: FeedDraft['terms']) => onChange({ ...draft, terms })
  const found = data === undefined ? [] : placesIn(data, draft, places)
  if (data === undefined)
    return error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />
  return (
    <div className="min-w-0 space-y-3" aria-busy={isFetching}>
      {wrong.length > 0 && (
        <div role="alert" className="border-l-2 border-red-fill bg-red-soft px-3 py-2">
          <p className="font-medium">{t('describe.wrong')}</p>
          <ul className="list-disc ps-5">
            {wrong.map(({ field, message }) => (
              <li key={`${field} ${message}`}>
                <code>{field}</code>: {message}
              </li>
            ))}
          </ul>
        </div>
      )}
      {error && <Failure error={error} onRetry={() => void refetch()} />}
      <Folded title={t('describe.formatTitle')} note={noteOf(draft.terms)}>
        <FormatFields id={id} terms={draft.terms} wrong={wrong} onChange={setTerms} />
      </Folded>
      <Folded
        title={t('describe.namesTitle')}
        note={[textIn(draft.terms, 'files'), textIn(draft.terms, 'dates'), textIn(draft.terms, 'zone')]
          .filter(Boolean)
          .join(' · ')}
      >
        <NameFields
          id={id}
          feed={feed}
          terms={draft.terms}
          wrong={wrong}
          sequence={data.sequence}
          hasFolder={props.hasFolder}
          onChange={setTerms}
        />
      </Folded>
      <SampleRows reading={data} label={t('describe.rowsOf', { name: props.fileName })} />
      {found.length > 0 && props.onPlaces !== undefined && (
        <div className="flex flex-wrap items-center gap-3 border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
          <p className="min-w-0 flex-1 break-words">
            {t('describe.placesFound', { names: found.join(', ') })}
          </p>
          <button
            type="button"
            className="control"
            onClick={() => props.onPlaces?.(withFound(places, found))}
          >
            {t('describe.takePlaces')}
          </button>
        </div>
      )}
      <section aria-label={t('describe.mapTitle')}>
        <h3 className="font-semibold">{t('describe.mapTitle')}</h3>
        <p className="mb-1 text-ink-2">{t('describe.mapHint')}</p>
        <MapFields
          id={id}
          feed={feed}
          draft={draft}
          columns={data.columns}
          results={data.fields}
          onChange={(fields) => onChange({ ...draft, fields })}
          onWhole={(whole) => onChange({ ...draft, whole })}
        />
      </section>
      {(feed === 'shipments' || feed === 'receipts' || feed === 'returns') && explained[feed] && (
        <WordFields id={id} feed={feed} draft={draft} reading={data} onChange={setTerms} />
      )}
    </div>
  )
}

export function isWhole(reading: SampleRead): boolean {
  return (
    reading.problem === null &&
    reading.wrong.length === 0 &&
    reading.total > 0 &&
    reading.understood === reading.lookedAt &&
    reading.fields.every(({ problem }) => problem === null)
  )
}

/** Places that the sample names and nobody has described. */
function placesIn({ columns, rows }: SampleRead, { fields }: FeedDraft, places: readonly Place[]): string[] {
  const column = columnIn(fields.locationId ?? '', columns)
  if (column === undefined) return []
  const named = rows.flatMap(({ cells }) => cells[column] ?? [])
  return [...new Set(named)].filter((name) => !places.some(({ id }) => id === name)).slice(0, 50)
}

/** The one that stands there from the start was nobody's. */
function withFound(places: readonly Place[], found: readonly string[]): Place[] {
  const kept = places.filter(({ id }) => id !== 'default')
  return [...kept, ...found.map((name) => ({ id: name, name }))]
}
