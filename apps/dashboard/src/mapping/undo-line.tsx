import type { MappingOverview } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useActor } from '../accounts/use-actor.ts'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'

/** What was accepted last, and the way back. */
export function UndoLine({ last }: { last: MappingOverview['last'] }) {
  const { t, locale } = useLanguage()
  const sayActor = useActor()
  const undo = useMutation({
    mutationFn: hub.undoMappings,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['connections'] }),
  })
  const problem = useProblemText(undo.error)
  if (last === null) return null
  const n = formatNumber(locale, last.listings)
  return (
    <p className="ml-auto flex flex-wrap items-center gap-x-2 text-xs text-ink-2">
      {undo.error ? (
        <span role="alert" className="text-red">
          {problem}
        </span>
      ) : (
        <span>
          {t(`mapping.last.${last.how}`, { count: last.listings, n, actor: sayActor(last.actor) })} ·{' '}
          <Ago at={last.acceptedAt} />
        </span>
      )}
      <button
        type="button"
        className="link min-h-6"
        disabled={undo.isPending}
        onClick={() => undo.mutate(last.acceptanceId)}
      >
        {t('mapping.undo')}
      </button>
    </p>
  )
}
