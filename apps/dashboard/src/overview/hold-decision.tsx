import { useMutation } from '@tanstack/react-query'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

/** Lets the listings of a hold go, or keeps them. */
export function HoldDecision({ holdId }: { holdId: string }) {
  const { t } = useLanguage()
  const decide = useMutation({
    mutationFn: (decision: 'confirm' | 'refuse') => hub.decideHold(holdId, decision),
    onSuccess: () =>
      queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'tasks' || queryKey[0] === 'overview',
      }),
  })
  const problem = useProblemText(decide.error)
  return (
    <div className="mt-2">
      <button
        type="button"
        className="control control-strong mr-2"
        disabled={decide.isPending}
        onClick={() => decide.mutate('confirm')}
      >
        {t('task.holdConfirm')}
      </button>
      <button
        type="button"
        className="control"
        disabled={decide.isPending}
        onClick={() => decide.mutate('refuse')}
      >
        {t('task.holdRefuse')}
      </button>
      {decide.isError && (
        <p role="alert" className="mt-1 text-red">
          {t('task.holdFailed', { detail: problem })}
        </p>
      )}
    </div>
  )
}
