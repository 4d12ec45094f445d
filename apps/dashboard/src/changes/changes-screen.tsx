import type { Change } from '@plimsoll/client'
import { infiniteQueryOptions, useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { useIsAdmin } from '../accounts/own-role.ts'
import { formatMoment } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { changeKinds } from './change-kinds.ts'
import { sayValue } from './say-value.ts'
import { useTelling } from './use-telling.ts'

const changesQuery = (kind: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['changes', kind],
    queryFn: ({ pageParam, signal }) =>
      hub.changes({ ...pageParam, ...(kind !== undefined && { kind }), limit: 50 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
    staleTime: 0,
  })

/** Who changed which policy, mapping or setting, from what to what; each can be undone where that is possible. */
export function ChangesScreen() {
  const { t } = useLanguage()
  const { kind } = useSearch({ from: '/changes' })
  const navigate = useNavigate()
  const isAdmin = useIsAdmin()
  const changes = useInfiniteQuery(changesQuery(kind))
  const rows = changes.data?.pages.flatMap((page) => page.rows) ?? []
  const [asked, setAsked] = useState<Change>()
  const undo = useMutation({
    mutationFn: (change: Change) => hub.undoChange(change.id),
    onSettled: () => {
      setAsked(undefined)
      void queryClient.invalidateQueries()
    },
  })
  const problem = useProblemText(undo.error)
  return (
    <>
      <Heading title={t('changeLog.title')} note={t('changeLog.note')}>
        <div className="flex flex-wrap items-center gap-3">
          <label className="flex items-center gap-2 text-ink-2">
            {t('changeLog.kindLabel')}
            <select
              className="control"
              value={kind ?? ''}
              onChange={({ target }) => {
                const next = changeKinds.find((each) => each === target.value)
                void navigate({ to: '/changes', search: next === undefined ? {} : { kind: next } })
              }}
            >
              <option value="">{t('changeLog.all')}</option>
              {changeKinds.map((each) => (
                <option key={each} value={each}>
                  {t(`changeLog.kind.${each}`)}
                </option>
              ))}
            </select>
          </label>
          <TableFile operation="listChanges" query={{ kind }} />
          {isAdmin && (
            <Link to="/bulk" className="control">
              {t('changeLog.bulk')}
            </Link>
          )}
        </div>
      </Heading>
      <p role="status" className="mb-3 min-h-5">
        {undo.isSuccess && t('changeLog.undone')}
        {undo.error && <span className="text-red">{problem}</span>}
      </p>
      <div className="panel">
        {!changes.data &&
          (changes.error ? (
            <Failure error={changes.error} onRetry={() => void changes.refetch()} />
          ) : (
            <Loading lines={10} />
          ))}
        {changes.data && rows.length === 0 && (
          <Empty title={t('changeLog.emptyTitle')} cure={t('changeLog.emptyCure')} />
        )}
        <ol className="divide-y divide-line">
          {rows.map((change) => (
            <ChangeLine key={change.id} change={change} onUndo={() => setAsked(change)} />
          ))}
        </ol>
        <More query={changes} />
      </div>
      <Confirm
        isOpen={asked !== undefined}
        title={t('changeLog.undoTitle')}
        text={t('changeLog.undoText')}
        action={t('changeLog.undo')}
        isBusy={undo.isPending}
        onConfirm={() => asked !== undefined && undo.mutate(asked)}
        onClose={() => setAsked(undefined)}
      />
    </>
  )
}

function ChangeLine({ change, onUndo }: { change: Change; onUndo: () => void }) {
  const { t, locale } = useLanguage()
  const nameOf = useActorName()
  const { kind, subject, at, actor, why, before, after, changed, undoes, undoable } = change
  const whom = [
    subject.connectionName === 'by-hand' ? t('orders.byHand') : subject.connectionName,
    subject.sku,
    subject.listingTitle,
    subject.location,
    subject.name === 'by-hand' ? t('orders.byHand') : subject.name,
  ].filter((each, at, all) => each !== null && each !== undefined && all.indexOf(each) === at)
  const telling = useTelling(subject.connectionId)
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p>
          <span className="font-semibold">{t(`changeLog.kind.${kind}`)}</span>
          <span className="ml-2 break-words">
            {whom.length === 0 ? t('changeLog.everything') : whom.join(' · ')}
          </span>
        </p>
        <ul className="mt-1 text-ink-2">
          {kind === 'item' && changed.length === 0 && <li>{t('changeLog.added')}</li>}
          {changed.map((name) => {
            const from = sayValue(name, before?.[name], telling)
            const to = sayValue(name, after?.[name], telling)
            // Of what is made, each setting that is left empty “changes” from nothing to nothing.
            if (from === to && to === telling.nothing) return null
            return (
              <li key={name} className="break-words">
                {t('changeLog.fromTo', { field: telling.labelOf(name), from, to })}
              </li>
            )
          })}
        </ul>
        {why !== null && <p className="mt-1 italic">{why}</p>}
        {undoes !== null && <p className="mt-1 text-xs text-ink-2">{t('changeLog.undoes')}</p>}
      </div>
      <div className="flex items-center gap-4">
        <p className="text-xs text-ink-2">
          <time dateTime={at}>{formatMoment(locale, at)}</time>
          {t('changeLog.by', { actor: nameOf(actor) })}
        </p>
        <button
          type="button"
          className="control"
          disabled={!undoable}
          title={change.notUndoableCode === null ? undefined : t(`notUndoable.${change.notUndoableCode}`)}
          aria-label={`${t('changeLog.undo')}: ${t(`changeLog.kind.${kind}`)} ${whom.join(' ')}`}
          onClick={onUndo}
        >
          {t('changeLog.undo')}
        </button>
      </div>
    </li>
  )
}
