import type { StaleRuleBody } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { hub, queryClient, staleRulesQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

const kinds = ['notice', 'buffer', 'percent', 'zero'] as const
type Kind = (typeof kinds)[number]
const control = 'h-9 rounded border border-line-2 bg-surface px-2.5'

/** What the other channels do once this one's orders have not been read for too long. */
export function StaleRuleForm({ connectionId }: { connectionId: string }) {
  const { data } = useQuery(staleRulesQuery)
  if (data === undefined) return null
  const rule =
    data.rows.find((each) => each.connectionId === connectionId) ??
    data.rows.find((each) => each.connectionId === null)
  return (
    <Form
      key={JSON.stringify(rule)}
      connectionId={connectionId}
      kind={rule?.kind ?? 'notice'}
      minutes={rule === undefined ? 15 : Math.round(rule.afterMs / 60_000)}
      amount={rule?.amount ?? 0}
    />
  )
}

function Form(props: { connectionId: string; kind: Kind; minutes: number; amount: number }) {
  const { t } = useLanguage()
  const [kind, setKind] = useState(props.kind)
  const [minutes, setMinutes] = useState(String(props.minutes))
  const [amount, setAmount] = useState(String(props.amount))
  const takesAmount = kind === 'buffer' || kind === 'percent'
  const save = useMutation({
    mutationFn: () => {
      const rule: StaleRuleBody = {
        connection: props.connectionId,
        kind,
        afterMinutes: Number(minutes),
        ...(takesAmount && { amount: Number(amount) }),
      }
      return hub.setStaleRule(rule)
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: staleRulesQuery.queryKey }),
  })
  const problem = useProblemText(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="space-y-2 border-t border-line pt-3">
      <h3 className="font-medium">{t('standing.staleRule')}</h3>
      <div className="flex flex-wrap items-end gap-3">
        <label>
          <span className="block text-xs text-ink-2">{t('standing.staleAfter')}</span>
          <input
            type="number"
            min={1}
            max={10_080}
            required
            className={`${control} w-24`}
            value={minutes}
            onChange={({ target }) => setMinutes(target.value)}
          />
        </label>
        <select
          aria-label={t('standing.staleRule')}
          className={`${control} min-w-0`}
          value={kind}
          onChange={({ target }) => setKind(kinds.find((each) => each === target.value) ?? 'notice')}
        >
          {kinds.map((each) => (
            <option key={each} value={each}>
              {t(`standing.staleKind.${each}`)}
            </option>
          ))}
        </select>
        {takesAmount && (
          <label>
            <span className="block text-xs text-ink-2">{t('standing.staleAmount')}</span>
            <input
              type="number"
              min={0}
              max={kind === 'percent' ? 100 : 1_000_000_000}
              required
              className={`${control} w-24`}
              value={amount}
              onChange={({ target }) => setAmount(target.value)}
            />
          </label>
        )}
        <button type="submit" className="control" disabled={save.isPending}>
          {t('standing.save')}
        </button>
      </div>
      <p role="status" className="text-xs text-ink-2">
        {save.isSuccess && t('standing.saved')}
      </p>
      {save.isError && (
        <p role="alert" className="text-red">
          {t('connections.failed', { detail: problem })}
        </p>
      )}
    </form>
  )
}
