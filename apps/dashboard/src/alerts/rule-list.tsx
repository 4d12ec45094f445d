import type { AlertRule } from '@plimsoll/client'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { alertDestinationsQuery, alertRulesQuery, hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { newRule } from './rule-draft.ts'
import { RuleForm } from './rule-form.tsx'
import { useRuleName } from './rule-name.ts'

/** The rules, each changed where it stands. */
export function RuleList() {
  const { t } = useLanguage()
  const rules = useQuery(alertRulesQuery)
  // `new` has no id yet.
  const [edited, setEdited] = useState<string | undefined>()
  const [removed, setRemoved] = useState<AlertRule | undefined>()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: (ruleId: string) => hub.removeAlertRule(ruleId),
    onSuccess: () => setRemoved(undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  })
  const problem = useProblemText(remove.error)
  if (rules.data === undefined) {
    return rules.error ? (
      <Failure error={rules.error} onRetry={() => void rules.refetch()} />
    ) : (
      <div className="panel">
        <Loading />
      </div>
    )
  }
  const { rows } = rules.data
  return (
    <>
      <div className="mb-3">
        <button type="button" className="control control-strong" onClick={() => setEdited('new')}>
          <Plus size={15} aria-hidden />
          {t('alerts.rule.add')}
        </button>
      </div>
      {edited === 'new' && (
        <div className="panel mb-4 p-4">
          <RuleForm rule={newRule()} ruleId={undefined} onClose={() => setEdited(undefined)} />
        </div>
      )}
      <div className="panel">
        {rows.length === 0 && <Empty title={t('alerts.rule.empty')} cure={t('alerts.rule.emptyCure')} />}
        <ul aria-label={t('alerts.view.rules')}>
          {rows.map((rule) => (
            <li key={rule.ruleId} className="border-b border-line px-4 py-2.5 last:border-0">
              {edited === rule.ruleId ? (
                <RuleForm rule={rule} ruleId={rule.ruleId} onClose={() => setEdited(undefined)} />
              ) : (
                <RuleLine
                  rule={rule}
                  onEdit={() => setEdited(rule.ruleId)}
                  onRemove={() => {
                    remove.reset()
                    setRemoved(rule)
                  }}
                />
              )}
            </li>
          ))}
        </ul>
      </div>
      <Confirm
        isOpen={removed !== undefined}
        title={t('alerts.rule.removeTitle', { name: removed?.name ?? '' })}
        text={t('alerts.rule.removeText')}
        action={t('alerts.rule.remove')}
        isBusy={remove.isPending}
        onConfirm={() => removed && remove.mutate(removed.ruleId)}
        onClose={() => setRemoved(undefined)}
      >
        {remove.isError && (
          <p role="alert" className="mt-2 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </>
  )
}

function RuleLine(props: { rule: AlertRule; onEdit: () => void; onRemove: () => void }) {
  const { rule } = props
  const { t, locale } = useLanguage()
  const { data } = useQuery(alertDestinationsQuery)
  const name = useRuleName()(rule.name)
  const names = rule.destinationIds
    .map((id) => data?.rows.find(({ destinationId }) => destinationId === id)?.name ?? '…')
    .join(', ')
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
      <div className={`min-w-0 flex-1 basis-72 ${rule.isOn ? '' : 'text-ink-2'}`}>
        <p className="font-medium break-words">
          {name}
          {!rule.isOn && <span className="font-normal"> ({t('alerts.rule.off')})</span>}
        </p>
        <p className="text-ink-2">
          {t(`alerts.kind.${rule.kind}`)} · {t(`alerts.severity.${rule.severity}`)}
          {rule.open > 0 &&
            ` · ${t('alerts.rule.open', { count: rule.open, n: formatNumber(locale, rule.open) })}`}
          {' · '}
          {names === ''
            ? t('alerts.rule.screenOnly')
            : `${t('alerts.rule.toldTo', { names })}, ${t(`alerts.rule.timings.${rule.timing}`)}`}
        </p>
      </div>
      <div className="flex gap-2">
        <button
          type="button"
          className="control"
          aria-label={t('alerts.rule.editOf', { name })}
          onClick={props.onEdit}
        >
          {t('alerts.rule.edit')}
        </button>
        <button
          type="button"
          className="control"
          aria-label={t('alerts.rule.removeOf', { name })}
          onClick={props.onRemove}
        >
          {t('alerts.rule.remove')}
        </button>
      </div>
    </div>
  )
}
