import type { AllocationRuleAnswer } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ArrowUp, X } from 'lucide-react'
import { useState } from 'react'
import { allocationQuery, connectionsQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'

const rules = ['first-come', 'channel-priority', 'promise-date'] as const
const BY_HAND = 'by-hand'

/** Which of the orders that wait gets first what comes in, and to say it. */
export function AllocationChoice() {
  const { t } = useLanguage()
  const stands = useQuery(allocationQuery)
  const [draft, setDraft] = useState<{ rule: AllocationRuleAnswer['rule']; channels: readonly string[] }>()
  const shops = useQuery(connectionsQuery).data?.rows ?? []
  const channels = [...shops.map(({ name }) => name), BY_HAND]
  const labelOf = (name: string) => (name === BY_HAND ? t('orders.byHand') : name)
  const save = useMutation({
    mutationFn: () => hub.setAllocation(draft?.rule ?? 'first-come', draft?.channels ?? []),
    onSuccess: async () => {
      setDraft(undefined)
      await queryClient.invalidateQueries({ queryKey: ['allocation'] })
    },
  })
  const problem = useProblemText(save.error)
  if (stands.data === undefined) return null
  const named = stands.data.channels.map(({ name, isByHand }) => (isByHand ? BY_HAND : name))
  const chosen = draft?.channels ?? []
  return (
    <p className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2">
      <span>
        {t('orders.allocation.now', { rule: t(`orders.allocation.rule.${stands.data.rule}`) })}
        {named.length > 0 && ` ${named.map(labelOf).join(' → ')}`}
      </span>
      <button
        type="button"
        className="control"
        onClick={() => setDraft({ rule: stands.data.rule, channels: named })}
      >
        {t('orders.allocation.change')}
      </button>
      <Confirm
        isOpen={draft !== undefined}
        title={t('orders.allocation.title')}
        text={t('orders.allocation.text')}
        action={t('orders.change.save')}
        isBusy={save.isPending}
        onConfirm={() => save.mutate()}
        onClose={() => {
          save.reset()
          setDraft(undefined)
        }}
      >
        <fieldset className="mt-4 grid gap-2">
          <legend className="sr-only">{t('orders.allocation.title')}</legend>
          {rules.map((rule) => (
            <label key={rule} className="flex min-h-6 items-baseline gap-2">
              <input
                type="radio"
                name="allocation"
                checked={draft?.rule === rule}
                onChange={() => setDraft({ rule, channels: rule === 'channel-priority' ? chosen : [] })}
              />
              {t(`orders.allocation.rule.${rule}`)}
            </label>
          ))}
        </fieldset>
        {draft?.rule === 'channel-priority' && (
          <>
            <ol className="mt-3 grid gap-1">
              {chosen.map((name, nth) => (
                <li key={name} className="flex items-center gap-2">
                  <span className="w-6 text-right text-ink-2 tabular-nums">{nth + 1}.</span>
                  <span className="min-w-0 flex-1 break-words">{labelOf(name)}</span>
                  <button
                    type="button"
                    className="control size-8 min-h-0 p-0"
                    disabled={nth === 0}
                    aria-label={t('orders.allocation.up', { channel: labelOf(name) })}
                    onClick={() => setDraft({ rule: draft.rule, channels: swapped(chosen, nth) })}
                  >
                    <ArrowUp size={14} aria-hidden />
                  </button>
                  <button
                    type="button"
                    className="control size-8 min-h-0 p-0"
                    aria-label={t('orders.allocation.remove', { channel: labelOf(name) })}
                    onClick={() =>
                      setDraft({ rule: draft.rule, channels: chosen.filter((each) => each !== name) })
                    }
                  >
                    <X size={14} aria-hidden />
                  </button>
                </li>
              ))}
            </ol>
            <label className="mt-2 block">
              <span className="font-medium">{t('orders.allocation.add')}</span>
              <select
                value=""
                onChange={({ target }) =>
                  target.value !== '' && setDraft({ rule: draft.rule, channels: [...chosen, target.value] })
                }
                className="mt-1 h-9 w-full rounded border border-line-2 bg-surface px-2"
              >
                <option value="">{t('newOrder.choose')}</option>
                {channels
                  .filter((name) => !chosen.includes(name))
                  .map((name) => (
                    <option key={name} value={name}>
                      {labelOf(name)}
                    </option>
                  ))}
              </select>
            </label>
          </>
        )}
        {problem !== '' && (
          <p role="alert" className="mt-3 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </p>
  )
}

/** One place further to the front. */
function swapped(channels: readonly string[], nth: number): string[] {
  const [before, moved] = [channels[nth - 1], channels[nth]]
  if (before === undefined || moved === undefined) return [...channels]
  return channels.map((name, at) => (at === nth - 1 ? moved : at === nth ? before : name))
}
