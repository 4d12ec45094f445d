import type { CallRow } from '@plimsoll/client'
import { useLanguage } from '../language.ts'

/** How it was answered: the status, or why there was no answer. */
export function Outcome({ row }: { row: Pick<CallRow, 'status' | 'error' | 'failed' | 'sent'> }) {
  const { t } = useLanguage()
  const text =
    row.status !== null
      ? String(row.status)
      : t(row.sent ? 'calls.noAnswer' : 'calls.notSent', {
          error:
            row.error === null
              ? '?'
              : t(`calls.failure.${row.error as 'unavailable'}`, { defaultValue: row.error }),
        })
  return (
    <span
      className={`rounded border px-1.5 text-xs font-semibold ${row.failed ? 'border-red/40 bg-red-soft text-red' : 'border-line-2 text-ink-2'}`}
    >
      {text}
    </span>
  )
}
