import type { ReplenishmentAccepted } from '@plimsoll/client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'

/** What is chosen, and the way to make documents of it. */
export function AcceptBar({ ids, onDone }: { ids: readonly string[]; onDone: () => void }) {
  const { t, locale } = useLanguage()
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  // The same key for every try: what got through and was not heard of is not done twice.
  const [key, setKey] = useState(() => crypto.randomUUID())
  const accept = useMutation({
    mutationFn: () =>
      hub.acceptReplenishment(
        ids.map((id) => ({ id })),
        key,
      ),
    onSuccess: () => onDone(),
    onSettled: async () => {
      setAsking(false)
      await client.invalidateQueries({ queryKey: ['replenishment'] })
    },
  })
  const problem = useProblemText(accept.error)
  const n = formatNumber(locale, ids.length)
  return (
    <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1" aria-live="polite">
      {ids.length > 0 && (
        <>
          <button
            type="button"
            className="control control-strong"
            onClick={() => {
              setKey(crypto.randomUUID())
              setAsking(true)
            }}
          >
            {t('replenishment.accept')}
          </button>
          <span>{t('replenishment.selected', { count: ids.length, n })}</span>
          <button type="button" className="control" onClick={onDone}>
            {t('replenishment.clearSelection')}
          </button>
        </>
      )}
      {ids.length === 0 && accept.data && <Made made={accept.data} />}
      {accept.error && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      <Confirm
        isOpen={isAsking}
        title={t('replenishment.acceptTitle', { count: ids.length, n })}
        text={t('replenishment.acceptText')}
        action={t('replenishment.accept')}
        isBusy={accept.isPending}
        onConfirm={() => accept.mutate()}
        onClose={() => setAsking(false)}
      />
    </div>
  )
}

function Made({ made }: { made: ReplenishmentAccepted }) {
  const { t, locale } = useLanguage()
  return (
    <p className="text-green">
      {t('replenishment.accepted', {
        transfers: formatNumber(locale, made.transfers.length),
        deliveries: formatNumber(locale, made.inboundShipments.length),
      })}
    </p>
  )
}
