import type { Cutover, OpeningFile as Read } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { DropFile } from '../describe/drop-file.tsx'
import { formatMoment, formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Loading } from '../parts/notice.tsx'
import { RowProblem } from '../parts/row-problem.tsx'
import { OpeningProblem } from './opening-problem.tsx'
import { keepDetail, readAgain } from './opening-queries.ts'

/** The spreadsheet of an opening: what is wrong with it first, then what it would book. */
export function OpeningFile({ cutover, onDone }: { cutover: Cutover; onDone?: () => void }) {
  const { t, locale } = useLanguage()
  const [name, setName] = useState('')
  const read = useMutation({ mutationFn: (file: File) => hub.readOpeningFile(file) })
  const propose = useMutation({
    mutationFn: (lines: Read['lines']) => hub.proposeCutover(cutover.cutoverId, lines),
    onSuccess: (detail) => {
      keepDetail(detail)
      onDone?.()
    },
    onSettled: readAgain,
  })
  const moment = cutover.asOf === null ? '' : formatMoment(locale, cutover.asOf)
  return (
    <div className="space-y-3">
      <p>{t('opening.fileGive', { moment })}</p>
      <DropFile
        label={t('opening.fileChoose')}
        hint={t('opening.fileHint')}
        isBusy={read.isPending || propose.isPending}
        onFile={(file) => {
          setName(file.name)
          propose.reset()
          read.mutate(file)
        }}
      />
      {read.isPending && <Loading lines={2} />}
      <OpeningProblem error={read.error ?? propose.error} />
      {read.data !== undefined && (
        <FileRead
          name={name}
          read={read.data}
          isBusy={propose.isPending}
          onTake={() => propose.mutate(read.data.lines)}
        />
      )}
    </div>
  )
}

function FileRead(props: { name: string; read: Read; isBusy: boolean; onTake: () => void }) {
  const { t, locale } = useLanguage()
  const { read } = props
  const n = (value: number) => formatNumber(locale, value)
  const lines = read.lines.length
  return (
    <div className="space-y-3">
      <p className="font-medium break-all">{props.name}</p>
      <p role="status">
        {t('opening.fileRead', { rows: n(read.rows), lines: n(lines), bad: n(read.rowsBad) })}
      </p>
      {read.problems.length > 0 && (
        <div className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
          <h3 className="font-medium">{t('mappingSheet.problems')}</h3>
          <ul className="mt-2 grid max-h-80 gap-2 overflow-y-auto">
            {read.problems.map((each) => (
              <li key={`${each.row} ${each.column} ${each.code}`} className="break-words">
                <RowProblem problem={each} />
              </li>
            ))}
          </ul>
        </div>
      )}
      {lines > 0 && (
        <button
          type="button"
          className="control control-strong py-1 whitespace-normal!"
          disabled={props.isBusy}
          onClick={props.onTake}
        >
          {t(read.rowsBad > 0 ? 'opening.fileTakeGood' : 'opening.fileTake', { count: lines, n: n(lines) })}
        </button>
      )}
    </div>
  )
}
