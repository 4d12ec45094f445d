import type { ImportProblemView } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

/** What is wrong with one row of a spreadsheet, and the cure, in the reader's language. */
export function RowProblem({ problem }: { problem: ImportProblemView }) {
  const { t, language, locale } = useLanguage()
  const { row, column, value, code, message, cure, level } = problem
  const refusal = t(`refusal.${code}`, { defaultValue: '' })
  const isSaid = language !== 'en' && refusal !== ''
  const hint = isSaid ? t(`mappingSheet.cure.${code as 'cell-empty'}`, { defaultValue: '' }) : cure
  return (
    <>
      <p>
        <span className="font-medium">{t('mappingSheet.atRow', { row: formatNumber(locale, row) })}</span>
        {column !== null && ` · ${column}`}
        {value !== null && (
          <>
            {' · '}
            <span className="font-mono break-all">{value}</span>
          </>
        )}
        {level === 'warning' && ` · ${t('mappingSheet.warning')}`}
      </p>
      <p className={level === 'error' ? 'text-red' : 'text-amber'}>
        {isSaid ? refusal : asSentence(message)}
      </p>
      {hint !== '' && <p className="text-ink-2">{hint}</p>}
    </>
  )
}

/** What is wrong with a row is told in the midst of a sentence elsewhere. */
function asSentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}
