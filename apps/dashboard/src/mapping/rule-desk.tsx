import type { MappingRule, MappingRules } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { OnlyFor } from '../accounts/only-for.tsx'
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
  if (connection !== undefined)
    return (
      <OnlyFor needs="operator">
        <Rules key={connection} connection={connection} />
      </OnlyFor>
    )
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

type Drafted = MappingRule & { key: number }
/** @property basedOn the version that it began from, whatever is saved elsewhere meanwhile */
type Draft = { rules: readonly Drafted[]; basedOn: number }

function Rules({ connection }: { connection: string }) {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const { data, error, refetch } = useQuery(mappingRulesQuery(connection))
  const [draft, setDraft] = useState<Draft>()
  const [lastKey, setLastKey] = useState(1_000)
  const save = useMutation({
    mutationFn: ({ rules: saved, basedOn }: Draft) =>
      hub.saveMappingRules(
        connection,
        saved.map(({ key: _key, ...rule }) => rule),
        basedOn,
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
  const rules = draft?.rules ?? data.rules.map((rule, key) => ({ ...rule, key }))
  const isOvertaken = draft !== undefined && draft.basedOn !== data.version
  const edit = (next: readonly Drafted[]) =>
    setDraft({ rules: next, basedOn: draft?.basedOn ?? data.version })
  const change = (nth: number, rule: MappingRule) =>
    edit(rules.map((each, at) => (at === nth ? { ...rule, key: each.key } : each)))
  const move = (nth: number) => {
    const [above, below] = [rules[nth - 1], rules[nth]]
    if (above === undefined || below === undefined) return
    edit([...rules.slice(0, nth - 1), below, above, ...rules.slice(nth + 1)])
  }
  const add = () => {
    setLastKey(lastKey + 1)
    const rule = { name: '', expression: '$replace(sku, /-AMZ$/, "")', how: 'suggest' as const }
    edit([...rules, { ...rule, key: lastKey + 1 }])
  }
  return (
    <Panel
      title={t('mapping.view.rules')}
      note={
        data.version > 0 &&
        t('mapping.rules.version', { version: data.version, actor: nameOf(data.versions[0]?.actor ?? '') })
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
            onRemove={() => edit(rules.filter((_, at) => at !== nth))}
          />
        ))}
        {isOvertaken && (
          <Overtaken
            theirs={data}
            onTake={() => {
              save.reset()
              setDraft(undefined)
            }}
            onKeep={() => {
              save.reset()
              setDraft({ ...draft, basedOn: data.version })
            }}
          />
        )}
        {save.error && !isOvertaken && (
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
                disabled={save.isPending || isOvertaken || rules.some(({ name }) => name.trim() === '')}
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
                if (version) edit(version.rules.map((rule, nth) => ({ ...rule, key: lastKey + 1 + nth })))
              }}
              className="h-9 rounded border border-line-2 bg-surface px-2"
            >
              <option value="">–</option>
              {data.versions.slice(1).map(({ version, actor }) => (
                <option key={version} value={version}>
                  {t('mapping.rules.version', { version, actor: nameOf(actor) })}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
    </Panel>
  )
}

/** Somebody saved other rules while these were edited: theirs are shown, and who edits decides. */
function Overtaken(props: { theirs: MappingRules; onTake: () => void; onKeep: () => void }) {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const { version, versions, rules } = props.theirs
  return (
    <div role="alert" className="space-y-2 border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
      <p>{t('mapping.rules.overtaken', { version, actor: nameOf(versions[0]?.actor ?? '') })}</p>
      <details>
        <summary className="min-h-6 cursor-pointer">{t('mapping.rules.theirs')}</summary>
        <ol className="mt-1 list-decimal space-y-1 ps-6">
          {rules.map(({ name, how, expression }, at) => (
            <li key={`${at} ${name}`} className="break-words">
              {name} · {t(`mapping.rules.hows.${how}`)}
              <code className="block break-all">{expression}</code>
            </li>
          ))}
        </ol>
      </details>
      <p className="flex flex-wrap gap-2">
        <button type="button" className="control" onClick={props.onTake}>
          {t('mapping.rules.take')}
        </button>
        <button type="button" className="control" onClick={props.onKeep}>
          {t('mapping.rules.keep')}
        </button>
      </p>
    </div>
  )
}
