import { useMutation } from '@tanstack/react-query'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { useActionKey } from './use-action-key.ts'

type Line = { line: number; sku: string; lot: string | null; counted: number | null }

/** Lines that were counted by somebody else, or written down before the last scan: what was entered here is not lost. */
export function CountedOtherwise(props: {
  countId: string
  lines: readonly { line: Line; units: number }[]
  onLeave: (line: Line) => void
}) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const key = useActionKey()
  const again = useMutation({
    mutationFn: ({ sku, lot }: Line) =>
      hub.doStockCount(
        props.countId,
        'recount',
        { lines: [{ sku, ...(lot !== null && { lot }) }] },
        key.current(),
      ),
    onSuccess: () => {
      key.next()
      return queryClient.invalidateQueries({ queryKey: ['overview', 'count', props.countId] })
    },
  })
  const problem = useProblemText(again.error)
  if (props.lines.length === 0) return null
  return (
    <div role="alert" className="space-y-2 border-b border-line bg-amber-soft px-4 py-3">
      <ul className="space-y-2">
        {props.lines.map(({ line, units }) => (
          <li key={line.line} className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 flex-1 basis-56 break-words">
              {t('floor.counts.otherwise', {
                what: line.lot === null ? line.sku : `${line.sku} · ${line.lot}`,
                n: n(units),
                counted: n(line.counted ?? 0),
              })}
            </span>
            <button
              type="button"
              className="control"
              disabled={again.isPending}
              onClick={() => again.mutate(line)}
            >
              {t('floor.counts.again')}
            </button>
            <button type="button" className="control" onClick={() => props.onLeave(line)}>
              {t('floor.counts.leaveIt')}
            </button>
          </li>
        ))}
      </ul>
      {again.isError && <p className="text-red">{problem}</p>}
    </div>
  )
}
