import type { ReturnAnnouncementShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { hub, queryClient, returnNoticeQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Quoted } from '../parts/trouble-text.tsx'

/** How a return stands with the warehouse that it comes to; nothing where it comes to a place of one's own. */
export function ReturnNoticePanel({ returnId }: { returnId: string }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(returnNoticeQuery(returnId))
  return (
    <Panel title={t('floor.returnNotice.title')}>
      {data ? (
        <Standing of={data} />
      ) : error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading lines={2} />
      )}
    </Panel>
  )
}

function Standing({ of }: { of: ReturnAnnouncementShape }) {
  const { t } = useLanguage()
  const again = useMutation({
    mutationFn: () => hub.announceReturn(of.returnId),
    onSuccess: (answer) => queryClient.setQueryData(returnNoticeQuery(of.returnId).queryKey, answer),
  })
  const problem = useProblemText(again.error)
  if (of.warehouse === null) return <p className="px-4 py-3">{t('floor.returnNotice.own')}</p>
  return (
    <div className="space-y-2 px-4 py-3">
      <p>
        <span className="font-medium">{of.warehouse}: </span>
        {t(`floor.returnNotice.${of.state}`)}
      </p>
      {of.externalId !== null && (
        <p className="text-ink-2">{t('floor.announcement.number', { number: of.externalId })}</p>
      )}
      {of.problem !== null && (
        <p className="text-red">
          <Quoted text={of.problem} />
        </p>
      )}
      {of.withdrawal !== null && <p>{t(`floor.returnNotice.withdrawal.${of.withdrawal}`)}</p>}
      {of.withdrawal === null && (of.state === 'refused' || of.state === 'not-possible') && (
        <button type="button" className="control" disabled={again.isPending} onClick={() => again.mutate()}>
          {t('floor.announcement.again')}
        </button>
      )}
      {again.isError && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
    </div>
  )
}
