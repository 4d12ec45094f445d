import type { SampleRead } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { columnIn, type FeedDraft, type Json } from './draft.ts'
import { type ExplainedFeed, explained, meaningOf } from './feed-fields.ts'
import { ChoiceField } from './terms-fields.tsx'

/** What the warehouse's own words for a state or a condition mean: a line for each that the sample has. */
export function WordFields(props: {
  id: string
  feed: ExplainedFeed
  draft: FeedDraft
  reading: SampleRead
  onChange: (terms: Json) => void
}) {
  const { feed, draft, reading } = props
  const { t } = useLanguage()
  const { field, key, words } = explained[feed]
  const text = draft.fields[field] ?? ''
  if (text === '') return null
  const known = (draft.terms[key] ?? {}) as Record<string, string>
  const column = columnIn(text, reading.columns)
  const inSample = reading.rows.flatMap(({ cells }) => (column === undefined ? [] : [cells[column] ?? '']))
  const all = [...new Set([...Object.keys(known), ...inSample])].filter((word) => word !== '')
  const set = (word: string, meaning: string) => {
    const next = { ...known, [word]: meaning }
    if (meaning === '') delete next[word]
    props.onChange({ ...draft.terms, [key]: next })
  }
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{t(`describe.words.${key}`)}</legend>
      <p className="text-xs text-ink-2">{t('describe.wordsHint')}</p>
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {all.map((word) => (
          <ChoiceField
            key={word}
            id={`${props.id}-word-${word}`}
            label={word}
            value={known[word] ?? ''}
            options={[
              { value: '', label: t('connect.choose') },
              ...words.map((value) => ({ value, label: t(`describe.meaning.${meaningOf(value)}`) })),
            ]}
            onChange={(meaning) => set(word, meaning)}
          />
        ))}
      </div>
    </fieldset>
  )
}
