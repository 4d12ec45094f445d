import type { CallLogAnswer } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { formatNumber } from '../format.ts'
import { callLogQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'

const modes = ['all', 'failures', 'off'] as const

/** Which calls are kept, and how many could not be. */
export function CallLogSetting({ connectionId, log }: { connectionId: string; log: CallLogAnswer }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const change = useMutation({
    mutationFn: (mode: CallLogAnswer['mode']) => hub.setCallLog(connectionId, { mode }),
    onSuccess: (answer) => queryClient.setQueryData(callLogQuery(connectionId).queryKey, answer),
  })
  const problem = useProblemText(change.error)
  return (
    <div className="mb-4 space-y-2">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <label className="flex items-center gap-2">
          <span className="text-ink-2">{t('calls.keep')}</span>
          <select
            className="h-9 rounded border border-line-2 bg-surface px-2.5"
            value={change.isPending ? change.variables : log.mode}
            disabled={change.isPending}
            onChange={({ target }) => {
              const mode = modes.find((each) => each === target.value)
              if (mode !== undefined) change.mutate(mode)
            }}
          >
            {modes.map((mode) => (
              <option key={mode} value={mode}>
                {t(`calls.mode.${mode}`)}
              </option>
            ))}
          </select>
        </label>
        <p className="text-ink-2">
          {t('calls.kept', { kept: n(log.kept), max: n(log.callsMax), hours: n(log.hoursMax) })}
        </p>
      </div>
      {change.isError && (
        <p role="alert" className="text-red">
          {t('connections.failed', { detail: problem })}
        </p>
      )}
      {log.dropped > 0 && log.droppedAt !== null && (
        <p className="flex items-center gap-2 text-amber">
          <TriangleAlert size={15} className="shrink-0" aria-hidden />
          <span>
            {t('calls.dropped', { n: n(log.dropped) })} <Ago at={log.droppedAt} />
          </span>
        </p>
      )}
    </div>
  )
}
