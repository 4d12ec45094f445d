import type { MappingRule, MappingTrial } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useId, useState } from 'react'
import { later } from '../clock.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { useSaid } from '../parts/said.ts'

/** Nobody wants to be told of every letter of an expression that is not ready. */
const typedMs = 400
const fieldClass = 'rounded border border-line-2 bg-surface px-2'

/** One rule, and what it says of real listings while it is typed. */
export function RuleEditor(props: {
  connection: string
  rule: MappingRule
  onChange: (rule: MappingRule) => void
  onUp: (() => void) | undefined
  onRemove: () => void
}) {
  const { t } = useLanguage()
  const { rule, onChange } = props
  const id = useId()
  const expression = useTyped(rule.expression)
  const trial = useQuery({
    queryKey: ['mapping-trial', props.connection, expression],
    queryFn: ({ signal }) => hub.tryMappingRule(props.connection, expression, signal),
    enabled: expression.trim() !== '',
    staleTime: 30_000,
    retry: false,
    placeholderData: (before) => before,
  })
  const problem = useProblemText(trial.error)
  return (
    <fieldset className="rounded border border-line p-3">
      <div className="flex flex-wrap items-center gap-2">
        <input
          value={rule.name}
          maxLength={100}
          aria-label={t('mapping.rules.name')}
          placeholder={t('mapping.rules.name')}
          onChange={({ target }) => onChange({ ...rule, name: target.value })}
          className={`${fieldClass} h-9 min-w-0 flex-1 basis-40`}
        />
        <select
          value={rule.how}
          aria-label={t('mapping.rules.how')}
          onChange={({ target: { value } }) => {
            if (value === 'suggest' || value === 'automatic' || value === 'off')
              onChange({ ...rule, how: value })
          }}
          className={`${fieldClass} h-9`}
        >
          {(['suggest', 'automatic', 'off'] as const).map((how) => (
            <option key={how} value={how}>
              {t(`mapping.rules.hows.${how}`)}
            </option>
          ))}
        </select>
        {props.onUp && (
          <button type="button" className="control" onClick={props.onUp}>
            {t('mapping.rules.up')}
          </button>
        )}
        <button type="button" className="control" onClick={props.onRemove}>
          {t('mapping.remove')}
        </button>
      </div>
      <label htmlFor={id} className="mt-2 block text-xs text-ink-2">
        {t('mapping.rules.expression')}
      </label>
      <textarea
        id={id}
        value={rule.expression}
        rows={2}
        spellCheck={false}
        onChange={({ target }) => onChange({ ...rule, expression: target.value })}
        className={`${fieldClass} mt-1 w-full py-1.5 font-mono`}
      />
      {trial.error ? (
        <p role="alert" className="text-xs text-red">
          {problem}
        </p>
      ) : (
        trial.data && <Trial trial={trial.data} />
      )}
    </fieldset>
  )
}

function Trial({ trial }: { trial: MappingTrial }) {
  const { t } = useLanguage()
  const said = useSaid()
  return (
    <div className="mt-2 text-xs" aria-live="polite">
      <p className={trial.problems > 0 ? 'text-red' : 'text-ink-2'}>
        {t('mapping.rules.trial', {
          of: trial.rows.length,
          says: trial.says,
          items: trial.items,
          problems: trial.problems,
        })}
      </p>
      <ul className="mt-1">
        {trial.rows.slice(0, 8).map((row) => (
          <li key={row.listingId} className="flex flex-wrap gap-x-2 py-0.5 break-words">
            <span className="font-mono">{row.sku ?? row.title}</span>
            <span aria-hidden>→</span>
            {row.problem !== null ? (
              <span className="text-red">{said(row)}</span>
            ) : row.says === null ? (
              <span className="text-ink-2">{t('mapping.rules.nothing')}</span>
            ) : (
              <span className="font-mono">
                {row.says.sku} × {row.says.unitsPerListing}{' '}
                <span className={`font-sans ${row.says.isItem ? 'text-green' : 'text-ink-2'}`}>
                  {t(row.says.isItem ? 'mapping.rules.isItem' : 'mapping.rules.noItem')}
                </span>
              </span>
            )}
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A text once nobody has typed on for a moment. */
function useTyped(text: string): string {
  const [typed, setTyped] = useState(text)
  useEffect(() => {
    let isCurrent = true
    later(() => {
      if (isCurrent) setTyped(text)
    }, typedMs)
    return () => {
      isCurrent = false
    }
  }, [text])
  return typed
}
