import type { LotDetail, LotTrace } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'

type Status = LotDetail['status']
const statuses: Status[] = ['released', 'quarantined', 'recalled']

/** Release, quarantine and recall: each asks for a reason first and says what follows from it. */
export function LotStatusChange(props: { lot: LotDetail; reach: Pick<LotTrace, 'owners' | 'ownersTotal'> }) {
  const { lot, reach } = props
  const { t } = useLanguage()
  const [asking, setAsking] = useState<Status>()
  const [reason, setReason] = useState('')
  const [isMissing, setMissing] = useState(false)
  const change = useMutation({
    mutationFn: (status: Status) => hub.setLotStatus(lot.sku, lot.lot, { status, reason: reason.trim() }),
    onSuccess: async () => {
      setAsking(undefined)
      setReason('')
      await queryClient.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === 'items' })
    },
  })
  const problem = useProblemText(change.error)
  const ask = (status: Status) => {
    change.reset()
    setMissing(false)
    setAsking(status)
  }
  // The question keeps its words while it closes.
  const shown = asking ?? 'released'
  return (
    <>
      {statuses
        .filter((status) => status !== lot.status)
        .map((status) => (
          <button key={status} type="button" className="control" onClick={() => ask(status)}>
            {t(`lots.action.${status}`)}
          </button>
        ))}
      <Confirm
        isOpen={asking !== undefined}
        title={t(`lots.ask.${shown}`, { lot: lot.lot })}
        text={t(`lots.askText.${shown}`)}
        action={t(`lots.action.${shown}`)}
        isBusy={change.isPending}
        onConfirm={() => (reason.trim() === '' ? setMissing(true) : change.mutate(shown))}
        onClose={() => setAsking(undefined)}
      >
        {shown !== 'released' && <Reach {...reach} />}
        <label className="mt-4 block">
          <span className="font-medium">{t('lots.reason')}</span>
          <input
            value={reason}
            maxLength={500}
            aria-invalid={isMissing}
            aria-describedby="lot-status-reason"
            onChange={(event) => setReason(event.target.value)}
            className="mt-1 h-9 w-full rounded border border-line-2 bg-surface px-2.5"
          />
        </label>
        <p id="lot-status-reason" className={`mt-1 text-xs ${isMissing ? 'text-red' : 'text-ink-2'}`}>
          {t(isMissing ? 'lots.reasonMissing' : 'lots.reasonHint')}
        </p>
        {change.isError && (
          <p role="alert" className="mt-3 text-red">
            {t('lots.failed', { detail: problem })}
          </p>
        )}
      </Confirm>
    </>
  )
}

/** How far the lot has got, where all of it is known here. */
function Reach({ owners, ownersTotal }: Pick<LotTrace, 'owners' | 'ownersTotal'>) {
  const { t, locale } = useLanguage()
  if (owners.length === 0 || owners.length < ownersTotal) return null
  const sum = (of: 'allocated' | 'shipped') =>
    formatNumber(
      locale,
      owners.reduce((total, owner) => total + owner[of], 0),
    )
  return <p className="mt-2">{t('lots.reach', { shipped: sum('shipped'), allocated: sum('allocated') })}</p>
}
