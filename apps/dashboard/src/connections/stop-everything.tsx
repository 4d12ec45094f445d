import { useMutation, useQuery } from '@tanstack/react-query'
import { OctagonX } from 'lucide-react'
import { useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { hub, pausesQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'

/** Stops writing to every platform at once, with a reason; and starts it again. */
export function StopEverything() {
  const { t } = useLanguage()
  const [isAsking, setAsking] = useState(false)
  const [reason, setReason] = useState('')
  const [isMissing, setMissing] = useState(false)
  const { data } = useQuery(pausesQuery)
  const change = useMutation({
    mutationFn: (what: 'halt' | 'lift') => (what === 'halt' ? hub.halt(reason.trim()) : hub.liftHalt()),
    onSuccess: async () => {
      setAsking(false)
      setReason('')
      await queryClient.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === 'connections' || queryKey[0] === 'overview',
      })
    },
  })
  const problem = useProblemText(change.error)
  const own = data?.halts.find(({ scope }) => scope === 'organization')
  const failure = change.isError && (
    <p role="alert" className="mt-3 text-red">
      {t('connections.failed', { detail: problem })}
    </p>
  )
  return (
    <>
      {own === undefined && data !== undefined && (
        <button type="button" className="control text-red" onClick={() => setAsking(true)}>
          <OctagonX size={15} aria-hidden />
          {t('standing.stopAll')}
        </button>
      )}
      {own !== undefined && (
        <button
          type="button"
          className="control control-strong"
          disabled={change.isPending}
          onClick={() => change.mutate('lift')}
        >
          {t('standing.startAgain')}
        </button>
      )}
      {!isAsking && failure}
      <Confirm
        isOpen={isAsking}
        title={t('standing.stopAllTitle')}
        text={t('standing.stopAllText')}
        action={t('standing.stopAllConfirm')}
        isBusy={change.isPending}
        onConfirm={() => (reason.trim() === '' ? setMissing(true) : change.mutate('halt'))}
        onClose={() => setAsking(false)}
      >
        <label className="mt-4 block">
          <span className="font-medium">{t('connections.pauseReason')}</span>
          <input
            value={reason}
            maxLength={200}
            aria-invalid={isMissing}
            aria-describedby="stop-reason"
            onChange={(event) => setReason(event.target.value)}
            className="mt-1 h-9 w-full rounded border border-line-2 bg-surface px-2.5"
          />
        </label>
        <p id="stop-reason" className={`mt-1 text-xs ${isMissing ? 'text-red' : 'text-ink-2'}`}>
          {t(isMissing ? 'connections.pauseReasonMissing' : 'connections.pauseReasonHint')}
        </p>
        {failure}
      </Confirm>
    </>
  )
}

/** Said wherever connections are shown: nothing is written anywhere, and why. */
export function StoppedNote() {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const { data } = useQuery(pausesQuery)
  return (
    <>
      {data?.halts.map(({ scope, reason, actor, since }) => (
        <p
          key={`${scope} ${reason}`}
          role="alert"
          className="mb-4 border-l-2 border-red-fill bg-red-soft px-3 py-2"
        >
          {t(scope === 'hub' ? 'standing.stoppedHub' : 'standing.stopped', { reason, actor: nameOf(actor) })}{' '}
          <Ago at={since} />
        </p>
      ))}
    </>
  )
}
