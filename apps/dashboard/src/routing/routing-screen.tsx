import type { RoutingRulesAnswer } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { fieldClass } from '../connect/connect-fields.tsx'
import { hub, locationDetailsQuery, queryClient, routingRulesQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { FloorTabs } from '../warehouse-floor/floor-tabs.tsx'
import { LocationTerms } from './location-terms.tsx'
import { RoutingTrial } from './routing-trial.tsx'
import { RuleLine } from './rule-line.tsx'
import { addableKinds, isSame, moveRule, type RuleKind, type RuleRow, startOf, tidyRule } from './rules.ts'

/** From where orders are sent: the rules in their order, tried on past orders before they are put in force. */
export function RoutingScreen() {
  const { t } = useLanguage()
  const rules = useQuery(routingRulesQuery)
  return (
    <>
      <Heading title={t('routing.title')} />
      <FloorTabs />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.5fr)_minmax(20rem,1fr)]">
        {rules.data ? (
          // What is saved begins anew from what is true then.
          <div className="min-w-0">
            <OnlyFor needs="admin">
              <Rules key={rules.data.version} saved={rules.data} />
            </OnlyFor>
          </div>
        ) : (
          <div className="panel">
            {rules.error ? (
              <Failure error={rules.error} onRetry={() => void rules.refetch()} />
            ) : (
              <Loading lines={7} />
            )}
          </div>
        )}
        <OnlyFor needs="admin" isQuiet>
          <LocationTerms />
        </OnlyFor>
      </div>
    </>
  )
}

function Rules({ saved }: { saved: RoutingRulesAnswer }) {
  const { t } = useLanguage()
  const locations = useQuery(locationDetailsQuery)
  const places = (locations.data?.rows ?? []).map(({ code, name }) => ({ code, name }))
  const before = saved.rules as RuleRow['rule'][]
  const [rows, setRows] = useState<RuleRow[]>(() => before.map((rule, at) => ({ key: String(at), rule })))
  const [made, setMade] = useState(before.length)
  const [open, setOpen] = useState<string>()
  const [moved, setMoved] = useState('')
  const list = rows.map(({ rule }) => tidyRule(rule))
  const isChanged = !isSame(list, before)
  const trial = useMutation({ mutationFn: () => hub.tryRoutingRules(list, 1_000) })
  const save = useMutation({
    mutationFn: () => hub.setRoutingRules(list, saved.version),
    onSuccess: (answer) => queryClient.setQueryData(routingRulesQuery.queryKey, answer),
  })
  const edit = (next: RuleRow[]) => {
    setRows(next)
    trial.reset()
    save.reset()
  }
  const move = (from: number, to: number) => {
    edit(moveRule(rows, from, to))
    setMoved(t('routing.moved', { n: to + 1, of: rows.length }))
  }
  const error = save.error ?? trial.error
  const problem = useProblemText(error)
  const faulty = faultyRow(error)
  const isOutdated = error instanceof ApiProblem && error.problem.code === 'version-changed'
  return (
    <div className="min-w-0 space-y-4">
      <Panel
        title={t('routing.rules')}
        note={saved.savedAt === null ? t('routing.defaults') : <Ago at={saved.savedAt} />}
      >
        <p className="border-b border-line px-4 py-3 text-ink-2">{t('routing.text')}</p>
        {rows.length === 0 && <p className="px-4 py-3">{t('routing.noRules')}</p>}
        <ol aria-label={t('routing.rules')}>
          {rows.map((row, at) => (
            <RuleLine
              key={row.key}
              row={row}
              at={at}
              count={rows.length}
              isOpen={open === row.key}
              problem={faulty === at ? problem : undefined}
              places={places}
              onOpen={(isOpen) => setOpen(isOpen ? row.key : undefined)}
              onChange={(next) => edit(rows.map((each) => (each.key === row.key ? next : each)))}
              onMove={move}
              onRemove={() => edit(rows.filter(({ key }) => key !== row.key))}
            />
          ))}
        </ol>
        <p role="status" className="sr-only">
          {moved}
        </p>
        <AddRule
          kinds={addableKinds(rows)}
          onAdd={(kind) => {
            const key = String(made)
            setMade(made + 1)
            edit([...rows, { key, rule: startOf(kind) }])
            setOpen(key)
          }}
        />
        {error !== null && faulty === undefined && (
          <div role="alert" className="flex flex-wrap items-center gap-3 px-4 py-3">
            <p className="min-w-0 break-words text-red">{isOutdated ? t('routing.outdated') : problem}</p>
            {isOutdated && (
              <button
                type="button"
                className="control"
                onClick={() => void queryClient.invalidateQueries({ queryKey: routingRulesQuery.queryKey })}
              >
                {t('routing.reload')}
              </button>
            )}
          </div>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-4 py-3">
          {isChanged ? (
            <button
              type="button"
              className="control mr-auto"
              onClick={() => edit(before.map((rule, at) => ({ key: `again ${at}`, rule })))}
            >
              {t('routing.discard')}
            </button>
          ) : (
            <p role="status" className="mr-auto text-ink-2">
              {t('routing.inForce')}
            </p>
          )}
          <button
            type="button"
            className={`control ${isChanged && !trial.data ? 'control-strong' : ''}`}
            disabled={trial.isPending}
            onClick={() => trial.mutate()}
          >
            {t(trial.isPending ? 'routing.trying' : 'routing.try')}
          </button>
          <button
            type="button"
            className={`control ${isChanged && trial.data ? 'control-strong' : ''}`}
            disabled={!isChanged || save.isPending}
            onClick={() => save.mutate()}
          >
            {t('routing.save')}
          </button>
        </div>
      </Panel>
      {trial.data && <RoutingTrial trial={trial.data} isChanged={isChanged} />}
    </div>
  )
}

function AddRule({ kinds, onAdd }: { kinds: readonly RuleKind[]; onAdd: (kind: RuleKind) => void }) {
  const { t } = useLanguage()
  const [kind, setKind] = useState<RuleKind>('serves')
  const chosen = kinds.includes(kind) ? kind : (kinds[0] ?? 'serves')
  return (
    <div className="flex flex-wrap items-end gap-2 px-4 py-3">
      <label className="min-w-0 flex-1">
        <span className="font-medium">{t('routing.add')}</span>
        <select
          value={chosen}
          onChange={(event) => setKind(kinds.find((each) => each === event.target.value) ?? 'serves')}
          className={fieldClass}
        >
          {kinds.map((each) => (
            <option key={each} value={each}>
              {t(`routing.kind.${each}`)}
            </option>
          ))}
        </select>
      </label>
      <button type="button" className="control min-h-9" onClick={() => onAdd(chosen)}>
        <Plus size={15} aria-hidden />
        {t('routing.addAction')}
      </button>
    </div>
  )
}

/** The rule that the hub found fault with: `body.rules.2.days` or `rules.2`. */
function faultyRow(error: Error | null): number | undefined {
  if (!(error instanceof ApiProblem)) return undefined
  const [, at] = /(?:^|\.)rules\.(\d+)/.exec(error.problem.field ?? '') ?? []
  return at === undefined ? undefined : Number(at)
}
