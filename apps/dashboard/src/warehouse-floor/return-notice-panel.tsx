import type { ReturnAnnouncementShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { hub, queryClient, returnNoticeQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Quoted } from '../parts/trouble-text.tsx'

/** How a return stands with the warehouse that it comes to; nothing where it comes to a place of one's own. */
export function ReturnNoticePanel({ returnId, isOpen }: { returnId: string; isOpen: boolean }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(returnNoticeQuery(returnId))
  return (
    <Panel title={t('floor.returnNotice.title')}>
      {data ? (
        <Standing of={data} isOpen={isOpen} />
      ) : error ? (
        <Failure error={error} onRetry={() => void refetch()} />
      ) : (
        <Loading lines={2} />
      )}
    </Panel>
  )
}

function Standing({ of, isOpen }: { of: ReturnAnnouncementShape; isOpen: boolean }) {
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
        {of.withdrawal !== null
          ? t(`floor.returnNotice.withdrawal.${of.withdrawal}`)
          : // Of what has ended nobody is told any more.
            t(`floor.returnNotice.${of.state === 'none' && !isOpen ? 'dropped' : of.state}`)}
      </p>
      {of.externalId !== null && (
        <p className="text-ink-2">{t('floor.announcement.number', { number: of.externalId })}</p>
      )}
      {of.problem !== null && (
        <p className="text-red">
          <Quoted text={of.problem} />
        </p>
      )}
      {isOpen && (of.state === 'refused' || of.state === 'not-possible') && (
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
