import type { SampleRead } from '@plimsoll/client'
import { useState } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { useLanguage } from '../language.ts'
import { useSaid } from '../parts/said.ts'
import { columnIn, type FeedDraft, toExpression } from './draft.ts'
import { type FieldName, feedFields, type InFeed, neededFields } from './feed-fields.ts'
import { LongField } from './terms-fields.tsx'

type Props = {
  id: string
  feed: InFeed
  draft: FeedDraft
  columns: readonly string[]
  results: SampleRead['fields']
  onChange: (fields: FeedDraft['fields']) => void
  onWhole: (whole: string) => void
}

/** Each field of ours with the column or the expression that it comes from, and what that finds in the sample. */
export function MapFields(props: Props) {
  const { feed, draft } = props
  const { t } = useLanguage()
  const { usual, more } = feedFields[feed]
  const isFilled = (name: string) => (draft.fields[name] ?? '') !== ''
  const [isAll, setAll] = useState(false)
  if (draft.whole !== undefined) {
    return (
      <LongField
        id={`${props.id}-whole`}
        label={t('describe.wholeMap')}
        hint={t('describe.wholeMapHint')}
        rows={6}
        value={draft.whole}
        wrong={props.results.find(({ name }) => name === 'map')?.problem ?? undefined}
        onChange={props.onWhole}
      />
    )
  }
  // Named by whoever wrote the description, and by no list of ours.
  const others = Object.keys(draft.fields).filter(
    (name) => ![...usual, ...more].some((each) => each === name),
  )
  const shown: readonly string[] = [...usual, ...more.filter((name) => isAll || isFilled(name)), ...others]
  return (
    <>
      <ul className="divide-y divide-line">
        {shown.map((name) => (
          <li key={name} className="py-2">
            <MapField {...props} name={name} isNeeded={neededFields[feed].includes(name)} />
          </li>
        ))}
      </ul>
      {!isAll && (
        <button type="button" className="control mt-2" onClick={() => setAll(true)}>
          {t('describe.moreFields')}
        </button>
      )}
    </>
  )
}

function MapField(props: Props & { name: string; isNeeded: boolean }) {
  const { name, draft, columns, onChange } = props
  const { t } = useLanguage()
  const text = draft.fields[name] ?? ''
  const column = columnIn(text, columns)
  const [isOwn, setOwn] = useState(false)
  // An empty sample has no columns yet: what is written stays an expression.
  const isExpression = isOwn || (text !== '' && column === undefined)
  const result = props.results.find((each) => each.name === name)
  const set = (next: string) => onChange({ ...draft.fields, [name]: next })
  const id = `${props.id}-map-${name}`
  const title = t(`describe.field.${name as FieldName}`, { defaultValue: name })
  const choose = (value: string) => {
    setOwn(value === EXPRESSION)
    if (value !== EXPRESSION) set(value === '' ? '' : toExpression(value))
  }
  return (
    <div className="grid gap-x-3 gap-y-1 sm:grid-cols-[11rem_minmax(0,1fr)_minmax(0,1fr)] sm:items-start">
      <label htmlFor={id} className="pt-1.5 font-medium">
        {title}
        {props.isNeeded && <span className="font-normal text-ink-2"> · {t('describe.needed')}</span>}
        <code className="block text-xs font-normal text-ink-3">{name}</code>
      </label>
      <div className="min-w-0">
        <select
          id={id}
          value={isExpression ? EXPRESSION : (column ?? '')}
          onChange={(event) => choose(event.target.value)}
          className={fieldClass}
        >
          <option value="">{t('describe.notThere')}</option>
          {columns.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
          <option value={EXPRESSION}>{t('describe.expression')}</option>
        </select>
        {isExpression && (
          <input
            value={text}
            aria-label={t('describe.expressionFor', { name: title })}
            aria-invalid={result?.problem !== undefined && result.problem !== null}
            aria-describedby={`${id}-result`}
            autoCapitalize="off"
            spellCheck={false}
            onChange={(event) => set(event.target.value)}
            className={`${fieldClass} font-mono`}
          />
        )}
      </div>
      <p id={`${id}-result`} className="min-w-0 pt-1.5 break-words" aria-live="polite">
        <Result result={result} isAsked={text !== ''} />
      </p>
    </div>
  )
}

/** No column is called so: it has a line break in it. */
const EXPRESSION = '\nexpression'

function Result({ result, isAsked }: { result: SampleRead['fields'][number] | undefined; isAsked: boolean }) {
  const { t } = useLanguage()
  const say = useSaid()
  if (!isAsked || result === undefined) return null
  const { value, problem } = result
  return (
    <>
      {problem !== null && <span className="block text-red">{say(result)}</span>}
      {value !== null && <span className="font-mono text-ink-2">{value}</span>}
      {value === null && problem === null && <span className="text-amber">{t('describe.findsNothing')}</span>}
    </>
  )
}
