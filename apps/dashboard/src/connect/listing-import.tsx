import type { SyncJobView } from '@plimsoll/client'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useSayTold } from '../tasks/use-say-told.ts'
import { useToldError } from './connect-problem.ts'
import { importStandingOf, isUnderWay } from './import-standing.ts'
import { ToldBox } from './told.tsx'

/** Under the topic of the connections: each of its steps is told there. Looked at now and then too, should the stream be away. */
const importQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connections', 'import', connectionId],
    queryFn: async ({ signal }) =>
      (await hub.connectionJobs(connectionId, { kind: 'import', limit: 1 }, signal)).rows[0] ?? null,
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? 3_000 : false),
  })

/** Imports what the connection sells, at once or when asked, shows how far that is, and says what came of it. */
export function ImportListings(props: { connectionId: string; startsByItself?: boolean }) {
  const { connectionId } = props
  const { t } = useLanguage()
  const found = useQuery(importQuery(connectionId))
  const known = (job: SyncJobView) => queryClient.setQueryData(importQuery(connectionId).queryKey, job)
  const start = useMutation({ mutationFn: () => hub.startImport(connectionId), onSuccess: known })
  const cancel = useMutation({ mutationFn: (jobId: string) => hub.cancelJob(jobId), onSuccess: known })
  const { mutate } = start
  const isStarted = useRef(false)
  useEffect(() => {
    if (props.startsByItself !== true || isStarted.current) return
    isStarted.current = true
    mutate()
  }, [props.startsByItself, mutate])
  const job = found.data ?? undefined
  const isOn = isUnderWay(job)
  const wasOn = useRef(false)
  useEffect(() => {
    if (wasOn.current && !isOn)
      void queryClient.invalidateQueries({
        predicate: ({ queryKey }) => ['connections', 'overview', 'tasks'].includes(String(queryKey[0])),
      })
    wasOn.current = isOn
  }, [isOn])
  const told = useToldError(start.error ?? cancel.error)
  return (
    <section aria-label={t('imports.title')} className="space-y-2">
      {job && <Standing job={job} />}
      {(start.isError || cancel.isError) && <ToldBox told={told} />}
      <div className="flex flex-wrap gap-2">
        {isOn && job && (
          <button
            type="button"
            className="control"
            disabled={cancel.isPending}
            onClick={() => cancel.mutate(job.jobId)}
          >
            {t('imports.cancel')}
          </button>
        )}
        {!isOn &&
          !start.isPending &&
          (props.startsByItself !== true || job !== undefined || start.isError) && (
            <button type="button" className="control" onClick={() => mutate()}>
              {t(job === undefined ? 'imports.first' : 'imports.again')}
            </button>
          )}
      </div>
    </section>
  )
}

/** How far it is, or what came of it. What is read out is said once a stage, not at every page. */
function Standing({ job }: { job: SyncJobView }) {
  const { t, locale } = useLanguage()
  const standing = importStandingOf(job)
  const say = useSayTold()
  const n = (value: number) => formatNumber(locale, value)
  switch (standing.kind) {
    case 'waiting':
      return <p role="status">{t('imports.waiting')}</p>
    case 'running': {
      const { stage, listings, total, prepared, levels, mapped } = standing
      const read =
        total === undefined
          ? t('imports.read', { n: n(listings) })
          : t('imports.readOf', { n: n(listings), total: n(total) })
      return (
        <div>
          <p role="status" className="font-medium">
            {t(`imports.stage.${stage}`)}
          </p>
          <div
            role="progressbar"
            aria-label={t('imports.title')}
            aria-valuemin={0}
            aria-valuemax={100}
            {...(standing.percent !== undefined && { 'aria-valuenow': standing.percent })}
            aria-valuetext={read}
            className="my-1.5 h-1.5 overflow-hidden rounded bg-line"
          >
            <div
              className={
                standing.percent === undefined ? 'h-full w-1/3 animate-pulse bg-sea' : 'h-full bg-sea'
              }
              style={standing.percent === undefined ? undefined : { width: `${standing.percent}%` }}
            />
          </div>
          <p className="num text-ink-2">
            {prepared === undefined ? read : t('imports.prepared', { n: n(prepared) })}
            {levels > 0 && ` · ${t('imports.levels', { n: n(levels) })}`}
            {mapped > 0 && ` · ${t('imports.mapped', { n: n(mapped) })}`}
          </p>
          <p className="text-ink-2">{t('imports.goesOn')}</p>
        </div>
      )
    }
    case 'done':
      return (
        <div role="status">
          <p>
            {t('connect.imported', {
              listings: n(standing.listings),
              mapped: n(standing.mapped),
              levels: n(standing.levels),
            })}{' '}
            {standing.untracked > 0 && t('connect.untracked', { n: n(standing.untracked) })}
          </p>
          <p className="text-ink-2">{t('connect.shadow')}</p>
        </div>
      )
    case 'failed': {
      const { problem, told } = standing
      const detail = told === null ? problem : say('toldTrouble', told)
      return <ToldBox told={{ text: t('connect.importFailed', { detail }), words: undefined }} />
    }
    case 'cancelled':
      return <p role="status">{t('imports.cancelled', { n: n(standing.listings) })}</p>
    default: {
      const never: never = standing
      return never
    }
  }
}
