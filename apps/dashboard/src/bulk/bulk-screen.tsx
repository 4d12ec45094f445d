import type { BulkEditView } from '@plimsoll/client'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { useIsAdmin } from '../accounts/own-role.ts'
import { fileLink } from '../file-link.ts'
import { formatMoment, formatNumber } from '../format.ts'
import { connectionsQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { TroubleText } from '../parts/trouble-text.tsx'
import { type BulkForm, emptyForm, isForEverything, numberFields, toBulkBody } from './bulk-form.ts'
import { BulkLevels } from './bulk-levels.tsx'

const WORKING = ['looking', 'applying', 'undoing']
const bulkEditsQuery = queryOptions({
  queryKey: ['bulk-edits'],
  queryFn: ({ signal }) => hub.bulkEdits(signal),
  staleTime: 0,
})
const bulkEditQuery = (id: string) =>
  queryOptions({
    queryKey: ['bulk-edits', id],
    queryFn: ({ signal }) => hub.bulkEdit(id, signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (WORKING.includes(state.data?.state ?? '') ? 1_000 : false),
  })

/** One change of policy for many: chosen, looked at, applied and undone. */
export function BulkScreen() {
  const { t } = useLanguage()
  const { id } = useSearch({ from: '/bulk' })
  const isAdmin = useIsAdmin()
  return (
    <>
      <Heading title={t('bulk.title')} note={t('bulk.note')} />
      {isAdmin === false && (
        <p className="mb-4 border-l-2 border-sea bg-sea-soft px-3 py-2">{t('bulk.notYours')}</p>
      )}
      {id === undefined && isAdmin !== false && <Propose />}
      {id !== undefined && <Standing id={id} mayMove={isAdmin === true} />}
      {id === undefined && <Earlier />}
    </>
  )
}

function Propose() {
  const { t } = useLanguage()
  const { q = '' } = useSearch({ from: '/bulk' })
  const navigate = useNavigate()
  const { data: connections } = useQuery(connectionsQuery)
  const [form, setForm] = useState<BulkForm>({ ...emptyForm, search: q })
  const body = toBulkBody(form)
  const propose = useMutation({
    mutationFn: hub.proposeBulkEdit,
    onSuccess: ({ bulkId }) => void navigate({ to: '/bulk', search: { id: bulkId } }),
  })
  const problem = useProblemText(propose.error)
  const set = (part: Partial<BulkForm>) => setForm({ ...form, ...part })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (body !== undefined) propose.mutate(body)
  }
  const choice = <Name extends 'of' | 'pause' | 'protection' | 'connection'>(
    name: Name,
    label: string,
    options: readonly [BulkForm[Name], string][],
  ) => (
    <label className="block">
      <span className="mb-1 block text-ink-2">{label}</span>
      <select
        className="control w-full"
        value={form[name]}
        onChange={({ target }) => {
          const chosen = options.find(([value]) => value === target.value)
          if (chosen !== undefined) set({ [name]: chosen[0] })
        }}
      >
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
  const field = 'h-9 w-full rounded border border-line-2 bg-surface px-2.5'
  return (
    <form onSubmit={submit} className="grid gap-4 lg:grid-cols-2">
      <Panel title={t('bulk.which')}>
        <div className="space-y-3 p-4">
          {choice('of', t('bulk.of'), [
            ['items', t('bulk.items')],
            ['listings', t('bulk.listings')],
          ])}
          {choice('connection', t('bulk.connection'), [
            ['', t('bulk.anywhere')],
            ...(connections?.rows ?? []).map(({ connectionId, name }): [string, string] => [
              connectionId,
              name,
            ]),
          ])}
          <label className="block">
            <span className="mb-1 block text-ink-2">{t('bulk.search')}</span>
            <input
              className={field}
              value={form.search}
              onChange={({ target }) => set({ search: target.value })}
            />
          </label>
          <label className="block">
            <span className="mb-1 block text-ink-2">{t('bulk.skus')}</span>
            <textarea
              className={`${field} h-28 py-2`}
              value={form.skus}
              onChange={({ target }) => set({ skus: target.value })}
            />
          </label>
          {isForEverything(form) && <p className="text-amber">{t('bulk.everything')}</p>}
        </div>
      </Panel>
      <Panel title={t('bulk.change')}>
        <div className="grid gap-3 p-4 sm:grid-cols-2">
          {numberFields.map((name) => (
            <label key={name} className="block">
              <span className="mb-1 block text-ink-2">{t(`bulk.${name}`)}</span>
              <input
                inputMode="numeric"
                className={field}
                value={form[name]}
                onChange={({ target }) => set({ [name]: target.value })}
              />
            </label>
          ))}
          {choice('pause', t('bulk.pause'), [
            ['keep', t('bulk.pauseKeep')],
            ['on', t('bulk.pauseOn')],
            ['off', t('bulk.pauseOff')],
          ])}
          {form.of === 'items' &&
            choice('protection', t('bulk.protection'), [
              ['keep', t('bulk.protectionKeep')],
              ...(['open', 'buffered', 'guaranteed', 'auto'] as const).map(
                (mode): [BulkForm['protection'], string] => [mode, t(`protection.modes.${mode}`)],
              ),
            ])}
          <label className="block sm:col-span-2">
            <span className="mb-1 block text-ink-2">{t('bulk.why')}</span>
            <input className={field} value={form.why} onChange={({ target }) => set({ why: target.value })} />
          </label>
          <div className="sm:col-span-2">
            <button
              type="submit"
              className="control control-strong"
              disabled={body === undefined || propose.isPending}
            >
              {t('bulk.preview')}
            </button>
            <p role="alert" className="mt-2 min-h-5 text-red">
              {propose.error && problem}
            </p>
          </div>
        </div>
      </Panel>
    </form>
  )
}

function Standing({ id, mayMove }: { id: string; mayMove: boolean }) {
  const { t, locale } = useLanguage()
  const edit = useQuery(bulkEditQuery(id))
  const move = useMutation({
    mutationFn: (verb: 'apply' | 'stop' | 'undo') => hub.moveBulkEdit(id, verb),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['bulk-edits'] }),
  })
  const problem = useProblemText(move.error)
  const n = (value: number) => formatNumber(locale, value)
  if (!edit.data)
    return (
      <div className="panel">
        {edit.error ? <Failure error={edit.error} onRetry={() => void edit.refetch()} /> : <Loading />}
      </div>
    )
  const { state, rails, levels, refused, kept } = edit.data
  const verbs = [
    ...(state === 'previewed' ? (['apply'] as const) : []),
    ...(['applied', 'stopped', 'failed'].includes(state) && edit.data.done > 0 ? (['undo'] as const) : []),
    ...(WORKING.includes(state) ? (['stop'] as const) : []),
  ]
  return (
    <div className="space-y-4">
      <Panel title={t(`bulk.state.${state}`)} note={<Progress edit={edit.data} />}>
        <div className="space-y-2 p-4">
          <p className="text-lg font-semibold">{t('bulk.levels', { count: levels, n: n(levels) })}</p>
          {refused > 0 && <p>{t('bulk.refused', { count: refused, n: n(refused) })}</p>}
          {kept > 0 && <p>{t('bulk.kept', { count: kept, n: n(kept) })}</p>}
          {rails.map(({ connectionId, connectionName, kind, listings }) => (
            <p key={`${connectionId} ${kind}`} className="text-amber">
              {t(kind === 'zero' ? 'bulk.railZero' : 'bulk.railRaise', {
                count: listings,
                n: n(listings),
                connection: connectionName,
              })}
            </p>
          ))}
          {edit.data.problem !== null && (
            <p className="text-red">
              <TroubleText problem={edit.data.problem} told={edit.data.problemTold} />
            </p>
          )}
          <div className="flex flex-wrap gap-3 pt-2">
            {(mayMove ? verbs : []).map((verb) => (
              <button
                key={verb}
                type="button"
                className={verb === 'apply' ? 'control control-strong' : 'control'}
                disabled={move.isPending}
                onClick={() => move.mutate(verb)}
              >
                {t(`bulk.${verb}`)}
              </button>
            ))}
            {levels > 0 && (
              <a
                className="control"
                href={fileLink(`/bulk-edits/${encodeURIComponent(id)}/levels.csv`)}
                download
              >
                {t('bulk.file')}
              </a>
            )}
            <Link to="/bulk" className="control">
              {t('bulk.earlier')}
            </Link>
          </div>
          <p role="alert" className="min-h-5 text-red">
            {move.error && problem}
          </p>
        </div>
      </Panel>
      {state !== 'looking' && <BulkLevels id={id} />}
    </div>
  )
}

function Progress({ edit: { state, looked, done, undone, items } }: { edit: BulkEditView }) {
  const { t, locale } = useLanguage()
  if (!WORKING.includes(state)) return null
  const [at, total] =
    state === 'looking' ? [looked, items] : state === 'applying' ? [done, items] : [undone, done]
  const text = t('bulk.progress', { done: formatNumber(locale, at), total: formatNumber(locale, total) })
  return (
    <span className="flex items-center gap-2">
      <progress value={at} max={Math.max(1, total)} aria-label={t(`bulk.state.${state}`)} />
      {text}
    </span>
  )
}

function Earlier() {
  const { t, locale } = useLanguage()
  const nameOf = useActorName()
  const { data } = useQuery(bulkEditsQuery)
  if (data === undefined || data.rows.length === 0) return null
  return (
    <Panel title={t('bulk.earlier')} table={{ operation: 'listBulkEdits' }} className="mt-4">
      <ul className="divide-y divide-line">
        {data.rows.map(({ bulkId, state, madeAt, actor, why, levels }) => (
          <li key={bulkId} className="flex flex-wrap justify-between gap-3 px-4 py-2.5">
            <Link to="/bulk" search={{ id: bulkId }} className="min-w-0 underline">
              {formatMoment(locale, madeAt)}
              {why !== null && ` · ${why}`}
            </Link>
            <span className="text-ink-2">
              {t(`bulk.state.${state}`)} ·{' '}
              {t('bulk.levels', { count: levels, n: formatNumber(locale, levels) })}
              {t('changeLog.by', { actor: nameOf(actor) })}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
