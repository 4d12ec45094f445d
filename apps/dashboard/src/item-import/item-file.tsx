import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { NextStep } from '../first-day/next-step.tsx'
import { formatMoment, formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { SheetProblems } from '../parts/sheet-problems.tsx'
import { sheetStandingOf } from '../parts/sheet-standing.ts'
import { FirstRows } from './first-rows.tsx'
import { ItemFileStanding } from './item-file-standing.tsx'

const CHANGED = ['connections', 'items', 'overview', 'locations', 'lots', 'serials']

/** What became of a file of items: what it would do, what is wrong with it, the decision, and what was done. */
export function ItemFile({ importId, onLeave }: { importId: string; onLeave: () => void }) {
  const { t, locale } = useLanguage()
  const job = useQuery({
    queryKey: ['imports', importId],
    queryFn: ({ signal }) => hub.oneImport(importId, signal),
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && sheetStandingOf(data).kind === 'working' ? 700 : false,
  })
  const apply = useMutation({
    mutationFn: (mode: 'all-or-nothing' | 'good-rows') => hub.applyImport(importId, mode),
    onSettled: () => job.refetch(),
  })
  // What is not applied need not be kept.
  const drop = useMutation({ mutationFn: () => hub.deleteImport(importId), onSuccess: onLeave })
  const failed = useProblemText(apply.error ?? drop.error)
  const isApplied = job.data !== undefined && sheetStandingOf(job.data).kind === 'applied'
  useEffect(() => {
    if (!isApplied) return
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) => CHANGED.includes(String(queryKey[0])),
    })
  }, [isApplied])
  if (job.data === undefined)
    return (
      <div className="panel">
        {job.error ? <Failure error={job.error} onRetry={() => void job.refetch()} /> : <Loading lines={4} />}
        {job.error !== null && (
          <button type="button" className="control mx-4 mb-4" onClick={onLeave}>
            {t('mappingSheet.another')}
          </button>
        )}
      </div>
    )
  const standing = sheetStandingOf(job.data)
  const mode = standing.kind === 'looked-at' ? standing.mode : undefined
  const isBeingApplied =
    job.data.state === 'applying' || (job.data.state === 'checked' && job.data.isWorkedOn)
  const n = (value: number) => formatNumber(locale, value)
  return (
    <div className="grid gap-4">
      <Panel title={t('itemImport.file')} note={formatMoment(locale, job.data.createdAt)}>
        <div className="grid grid-cols-1 gap-3 px-4 py-3">
          <p className="font-medium break-all">{job.data.fileName}</p>
          <ItemFileStanding job={job.data} />
          {(apply.isError || drop.isError) && (
            <p role="alert" className="text-red break-words">
              {failed}
            </p>
          )}
          <p className="flex flex-wrap gap-2">
            {mode !== undefined && (
              <button
                type="button"
                className="control control-strong py-1 whitespace-normal!"
                disabled={apply.isPending || drop.isPending}
                onClick={() => apply.mutate(mode)}
              >
                {mode === 'good-rows'
                  ? t('itemImport.applyGood', {
                      count: job.data.rowsTotal - job.data.rowsBad,
                      n: n(job.data.rowsTotal - job.data.rowsBad),
                    })
                  : t('itemImport.apply', { count: job.data.rowsTotal, n: n(job.data.rowsTotal) })}
              </button>
            )}
            {isApplied && (
              <Link to="/items" className="control control-strong">
                {t('itemImport.toItems')}
              </Link>
            )}
            {!isBeingApplied && (
              <button
                type="button"
                className="control"
                disabled={drop.isPending || apply.isPending}
                // What is done is kept: the same file again is then known.
                onClick={() => (isApplied ? onLeave() : drop.mutate())}
              >
                {t(standing.kind === 'working' ? 'itemImport.stop' : 'mappingSheet.another')}
              </button>
            )}
          </p>
        </div>
      </Panel>
      {isApplied && <NextStep isBeforeShops />}
      {job.data.rowsBad + job.data.skipped + job.data.warnings > 0 && standing.kind !== 'working' && (
        <SheetProblems job={job.data} />
      )}
      {standing.kind === 'looked-at' && job.data.preview !== null && <FirstRows preview={job.data.preview} />}
    </div>
  )
}
