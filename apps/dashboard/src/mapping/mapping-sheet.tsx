import type { ImportJobView } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { DropFile } from '../describe/drop-file.tsx'
import { fileLink } from '../file-link.ts'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { SheetProblems } from '../parts/sheet-problems.tsx'
import { sheetStandingOf } from '../parts/sheet-standing.ts'
import { SheetChanges } from './sheet-changes.tsx'
import { SheetSums } from './sheet-sums.tsx'

/** All mappings as a file; and a file, looked at before anything of it is written. */
export function MappingSheet() {
  const { t } = useLanguage()
  const [importId, setImportId] = useState<string>()
  const send = useMutation({
    mutationFn: (file: File) => {
      // The same file sent again is looked at anew: the mappings may have changed since.
      const name = `${file.name.slice(0, 150)} ${new Date().toISOString()}`
      return hub.createImport({ what: 'mappings', fileName: file.name.slice(0, 200), name }, file)
    },
    onSuccess: (job) => setImportId(job.importId),
  })
  // What is not applied need not be kept.
  const leave = useMutation({ mutationFn: hub.deleteImport, onSettled: () => setImportId(undefined) })
  const problem = useProblemText(send.error)
  return (
    <div className="grid gap-4">
      <Panel title={t('mappingSheet.takeOut')}>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3">
          <p className="min-w-0 flex-1 basis-72 text-ink-2">{t('mappingSheet.takeOutText')}</p>
          <p className="flex flex-wrap gap-2">
            {(['xlsx', 'csv'] as const).map((format) => (
              <a
                key={format}
                className="control"
                href={fileLink(`/exports/mappings/${format}`)}
                aria-label={t(`mappingSheet.${format}Label`)}
                download
              >
                <Download size={14} aria-hidden /> {t(`mappingSheet.${format}`)}
              </a>
            ))}
          </p>
        </div>
      </Panel>
      <Panel title={t('mappingSheet.bringIn')}>
        <div className="grid grid-cols-1 gap-3 px-4 py-3">
          <p className="text-ink-2">{t('mappingSheet.bringInText')}</p>
          <OnlyFor needs="operator">
            {importId === undefined ? (
              <DropFile
                label={t('mappingSheet.choose')}
                hint={t('mappingSheet.dropHint')}
                isBusy={send.isPending}
                onFile={(file) => send.mutate(file)}
              />
            ) : (
              <Looked
                key={importId}
                importId={importId}
                onLeave={(isApplied) => (isApplied ? setImportId(undefined) : leave.mutate(importId))}
              />
            )}
          </OnlyFor>
          {send.isPending && <Loading lines={2} />}
          {send.isError && (
            <p role="alert" className="border-l-2 border-red-fill bg-red-soft px-3 py-2 break-words">
              {problem}
            </p>
          )}
        </div>
      </Panel>
    </div>
  )
}

/** What became of a file: what it would do, what is wrong with it, and the decision. */
function Looked({ importId, onLeave }: { importId: string; onLeave: (isApplied: boolean) => void }) {
  const { t, locale } = useLanguage()
  const job = useQuery({
    queryKey: ['mapping-sheet', importId],
    queryFn: ({ signal }) => hub.oneImport(importId, signal),
    gcTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data === undefined || sheetStandingOf(data).kind === 'working' ? 700 : false,
  })
  const apply = useMutation({
    mutationFn: (mode: 'all-or-nothing' | 'good-rows') => hub.applyImport(importId, mode),
    onSettled: () => job.refetch(),
  })
  const failed = useProblemText(apply.error)
  const isApplied = job.data !== undefined && sheetStandingOf(job.data).kind === 'applied'
  useEffect(() => {
    if (!isApplied) return
    void queryClient.invalidateQueries({
      predicate: ({ queryKey }) => ['connections', 'items', 'overview'].includes(String(queryKey[0])),
    })
  }, [isApplied])
  if (job.data === undefined)
    return job.error ? (
      <Failure error={job.error} onRetry={() => void job.refetch()} />
    ) : (
      <Loading lines={3} />
    )
  const standing = sheetStandingOf(job.data)
  const n = (value: number) => formatNumber(locale, value)
  const mode = standing.kind === 'looked-at' ? standing.mode : undefined
  const isToSee = standing.kind === 'looked-at' && standing.changed > 0 && !job.data.isCut
  return (
    <>
      <p className="font-medium break-all">{job.data.fileName}</p>
      <div role="status" aria-live="polite">
        <Standing job={job.data} />
      </div>
      {job.data.rowsBad + job.data.warnings > 0 && standing.kind !== 'working' && (
        <SheetProblems job={job.data} />
      )}
      {isToSee && job.data.preview?.mappings !== undefined && <SheetSums sums={job.data.preview.mappings} />}
      {apply.isError && (
        <p role="alert" className="text-red break-words">
          {failed}
        </p>
      )}
      <p className="flex flex-wrap gap-2">
        {mode !== undefined && standing.kind === 'looked-at' && (
          <button
            type="button"
            className="control control-strong py-1 whitespace-normal!"
            disabled={apply.isPending}
            onClick={() => apply.mutate(mode)}
          >
            {t(mode === 'good-rows' ? 'mappingSheet.applyGood' : 'mappingSheet.apply', {
              count: standing.changed,
              n: n(standing.changed),
            })}
          </button>
        )}
        {standing.kind !== 'working' && (
          <button type="button" className="control" onClick={() => onLeave(standing.kind === 'applied')}>
            {t('mappingSheet.another')}
          </button>
        )}
      </p>
      {isToSee && <SheetChanges job={job.data} />}
    </>
  )
}

function Standing({ job }: { job: ImportJobView }) {
  const { t, language, locale } = useLanguage()
  const standing = sheetStandingOf(job)
  const n = (value: number) => formatNumber(locale, value)
  switch (standing.kind) {
    case 'working':
      return <p className="text-ink-2">{t('mappingSheet.working', { n: n(standing.passed) })}</p>
    case 'unreadable': {
      const { code, message, cure } = standing.failure
      const said = t(`refusal.${code}`, { defaultValue: '' })
      return (
        <p className="border-l-2 border-red-fill bg-red-soft px-3 py-2 break-words">
          {language === 'en' || said === '' ? `${message} ${cure}` : `${said}（${message}）`}
        </p>
      )
    }
    case 'looked-at':
      return (
        <p>
          {t('mappingSheet.wouldDo', {
            rows: n(job.rowsTotal),
            changed: n(standing.changed),
            unchanged: n(job.preview?.effect.unchanged ?? 0),
            bad: n(job.rowsBad),
          })}{' '}
          {job.isCut && t('mappingSheet.cut')}
        </p>
      )
    case 'applied':
      return (
        <p className="border-l-2 border-green-fill px-3 py-2">
          {t('mappingSheet.applied', {
            applied: n(standing.applied),
            unchanged: n(standing.unchanged),
            skipped: n(standing.skipped),
          })}
        </p>
      )
    default: {
      const never: never = standing
      return never
    }
  }
}
