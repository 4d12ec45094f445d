import type { MappingRule } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useActor } from '../accounts/use-actor.ts'
import { connectionsQuery, hub, mappingRulesQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { RuleEditor } from './rule-editor.tsx'

/** The rules of a connection, tried as they are typed, and saved together as a new version. */
export function RuleDesk(props: {
  connection: string | undefined
  onConnection: (connection: string) => void
}) {
  const { t } = useLanguage()
  const connections = useQuery(connectionsQuery).data?.rows ?? []
  const { connection } = props
  if (connection !== undefined) return <Rules key={connection} connection={connection} />
  return (
    <div className="panel">
      <Empty title={t('mapping.rules.which')} cure={t('mapping.rules.whichCure')}>
        <ul className="flex flex-wrap justify-center gap-2">
          {connections.map(({ connectionId, name }) => (
            <li key={connectionId}>
              <button type="button" className="control" onClick={() => props.onConnection(connectionId)}>
                {name}
              </button>
            </li>
          ))}
        </ul>
      </Empty>
    </div>
  )
}

type Draft = MappingRule & { key: number }

function Rules({ connection }: { connection: string }) {
  const { t } = useLanguage()
  const sayActor = useActor()
  const { data, error, refetch } = useQuery(mappingRulesQuery(connection))
  const [draft, setDraft] = useState<readonly Draft[]>()
  const [lastKey, setLastKey] = useState(1_000)
  const save = useMutation({
    mutationFn: (rules: readonly Draft[]) =>
      hub.saveMappingRules(
        connection,
        rules.map(({ key: _key, ...rule }) => rule),
        data?.version ?? 0,
      ),
    onSuccess: () => setDraft(undefined),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['connections'] }),
  })
  const problem = useProblemText(save.error)
  if (!data)
    return (
      <div className="panel">
        {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={5} />}
      </div>
    )
  const rules = draft ?? data.rules.map((rule, key) => ({ ...rule, key }))
  const change = (nth: number, rule: MappingRule) =>
    setDraft(rules.map((each, at) => (at === nth ? { ...rule, key: each.key } : each)))
  const move = (nth: number) => {
    const [above, below] = [rules[nth - 1], rules[nth]]
    if (above === undefined || below === undefined) return
    setDraft([...rules.slice(0, nth - 1), below, above, ...rules.slice(nth + 1)])
  }
  const add = () => {
    setLastKey(lastKey + 1)
    const rule = { name: '', expression: '$replace(sku, /-AMZ$/, "")', how: 'suggest' as const }
    setDraft([...rules, { ...rule, key: lastKey + 1 }])
  }
  return (
    <Panel
      title={t('mapping.view.rules')}
      note={
        data.version > 0 &&
        t('mapping.rules.version', { version: data.version, actor: sayActor(data.versions[0]?.actor ?? '') })
      }
    >
      <div className="space-y-4 p-4">
        <p className="max-w-3xl text-ink-2">{t('mapping.rules.text')}</p>
        {rules.map(({ key, ...rule }, nth) => (
          <RuleEditor
            key={key}
            connection={connection}
            rule={rule}
            onChange={(next) => change(nth, next)}
            onUp={nth === 0 ? undefined : () => move(nth)}
            onRemove={() => setDraft(rules.filter((_, at) => at !== nth))}
          />
        ))}
        {save.error && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        <p className="flex flex-wrap gap-2">
          <button type="button" className="control" onClick={add}>
            {t('mapping.rules.add')}
          </button>
          {draft !== undefined && (
            <>
              <button
                type="button"
                className="control control-strong"
                disabled={save.isPending || draft.some(({ name }) => name.trim() === '')}
                onClick={() => save.mutate(draft)}
              >
                {t('mapping.rules.save')}
              </button>
              <button type="button" className="control" onClick={() => setDraft(undefined)}>
                {t('app.cancel')}
              </button>
            </>
          )}
        </p>
        {data.versions.length > 1 && (
          <label className="flex flex-wrap items-center gap-2 text-xs">
            <span className="text-ink-2">{t('mapping.rules.earlier')}</span>
            <select
              value=""
              onChange={({ target }) => {
                const version = data.versions.find((each) => String(each.version) === target.value)
                setLastKey(lastKey + 100)
                if (version) setDraft(version.rules.map((rule, nth) => ({ ...rule, key: lastKey + 1 + nth })))
              }}
              className="h-9 rounded border border-line-2 bg-surface px-2"
            >
              <option value="">–</option>
              {data.versions.slice(1).map(({ version, actor }) => (
                <option key={version} value={version}>
                  {t('mapping.rules.version', { version, actor })}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
    </Panel>
  )
}
