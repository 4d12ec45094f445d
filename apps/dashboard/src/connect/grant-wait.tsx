import type { GrantBegun } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useEffect } from 'react'
import { formatTime } from '../format.ts'
import { grantQuery, hub, isUnknownGrant } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useTold, useToldError } from './connect-problem.ts'
import { ToldBox } from './told.tsx'

/**
 * A grant that was begun, until it ends: the way to the platform's page, which opens beside this one, and what became of
 * it there. The hub is asked; nothing that the browser brings back is trusted here.
 */
export function GrantWait(props: {
  name: string
  grant: GrantBegun
  onDone: (connectionId: string) => void
  onAgain: () => void
}) {
  const { grant, name, onDone, onAgain } = props
  const { t, locale } = useLanguage()
  const told = useTold()
  const look = useQuery(grantQuery(grant.grantId))
  const giveUp = useMutation({ mutationFn: () => hub.withdrawGrant(grant.grantId), onSuccess: onAgain })
  const notGivenUp = useToldError(giveUp.error)
  const end = look.data
  useEffect(() => {
    if (end?.kind === 'done') onDone(end.connectionId)
  }, [end, onDone])
  const again = (
    <button type="button" className="control control-strong" onClick={onAgain}>
      {t('connect.startAgain')}
    </button>
  )
  if (end?.kind === 'refused') {
    return (
      <div className="panel max-w-2xl p-4">
        <ToldBox title={t('connect.refusedTitle')} told={told({ code: end.code, words: end.message })}>
          <p className="w-full text-ink-2">{t('connect.refusedText')}</p>
          {again}
        </ToldBox>
      </div>
    )
  }
  if (isUnknownGrant(look.error)) {
    return (
      <div className="panel max-w-2xl p-4">
        <div role="alert" className="border-l-2 border-amber-fill bg-amber-soft px-3 py-2">
          <p className="font-semibold">{t('connect.expiredTitle')}</p>
          <p className="mb-2">{t('connect.expiredText')}</p>
          {again}
        </div>
      </div>
    )
  }
  return (
    <section aria-label={t('connect.waitingTitle', { name })} className="panel max-w-2xl space-y-3 p-4">
      <h2 className="text-base font-semibold">{t('connect.waitingTitle', { name })}</h2>
      <p className="text-ink-2">{t('connect.waitingText')}</p>
      <div className="flex flex-wrap gap-2">
        <a href={grant.url} target="_blank" rel="noreferrer" className="control control-strong">
          {t('connect.openPage', { name })}
          <ExternalLink size={14} aria-hidden />
          <span className="sr-only">({t('overview.opensNewTab')})</span>
        </a>
        <button type="button" className="control" disabled={giveUp.isPending} onClick={() => giveUp.mutate()}>
          {t('connect.giveUp')}
        </button>
      </div>
      <p role="status" className="text-ink-2">
        {t(look.isError ? 'connect.lookFailed' : 'connect.waiting')}{' '}
        {t('connect.goodUntil', { time: formatTime(locale, grant.expiresAt) })}
      </p>
      {giveUp.isError && <ToldBox told={notGivenUp} />}
    </section>
  )
}
