import type { ImportJobView } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { fileLink } from '../file-link.ts'
import { formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from './notice.tsx'
import { RowProblem } from './row-problem.tsx'

const SHOWN_MAX = 20

/** Each wrong row of a file, with what is the matter and the cure; all of them as a file to correct. */
export function SheetProblems({ job }: { job: ImportJobView }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const problems = useQuery({
    queryKey: ['imports', job.importId, 'problems', job.state, job.rowsBad],
    queryFn: ({ signal }) => hub.importProblems(job.importId, { limit: SHOWN_MAX }, signal),
    gcTime: 0,
  })
  if (problems.data === undefined)
    return problems.error ? (
      <Failure error={problems.error} onRetry={() => void problems.refetch()} />
    ) : (
      <Loading lines={3} />
    )
  const { rows, next } = problems.data
  return (
    <div className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h3 className="font-medium">{t('mappingSheet.problems')}</h3>
        {job.rowsBad > 0 && (
          <a className="control" href={fileLink(`/imports/${job.importId}/problem-rows/xlsx`)} download>
            {t('mappingSheet.problemFile')}
          </a>
        )}
      </div>
      <ul className="mt-2 grid gap-2">
        {rows.map((each) => (
          <li key={`${each.row} ${each.column} ${each.code}`} className="break-words">
            <RowProblem problem={each} />
          </li>
        ))}
      </ul>
      {next !== null && (
        <p className="mt-2 text-xs text-ink-2">{t('mappingSheet.firstProblems', { n: n(rows.length) })}</p>
      )}
    </div>
  )
}
