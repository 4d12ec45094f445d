import type { AnyOrderHoldReason, OrderDetail, OrderHoldReason } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { useActorName } from '../accounts/actor-name.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { ChannelHolds } from './channel-holds.tsx'
import { ReasonFields } from './reason-fields.tsx'

const reasons: readonly OrderHoldReason[] = ['manual', 'address', 'payment', 'fraud']

type PersonsReason = Exclude<AnyOrderHoldReason, 'channel'>
type Held = OrderDetail['holdDetails'][number]
/** Those that end here; a channel's own ends there. */
const isOfPeople = (held: Held): held is Held & { reason: PersonsReason } => held.reason !== 'channel'

/** Nothing holds it but what holds some of its units alone. */
const isWhollyFree = ({ holdDetails }: OrderDetail) => holdDetails.every(({ units }) => units !== null)

/** What holds an order, and what a person can do about the whole of it. */
export function OrderHolds({ order }: { order: OrderDetail }) {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const [isAsking, setAsking] = useState(false)
  const [reason, setReason] = useState<OrderHoldReason>('manual')
  const [note, setNote] = useState('')
  const onSuccess = async () => {
    setAsking(false)
    await queryClient.invalidateQueries({ queryKey: ['overview'] })
  }
  const hold = useMutation({
    mutationFn: () =>
      hub.holdOrder(order.orderId, { reason, ...(note.trim() !== '' && { note: note.trim() }) }),
    onSuccess,
  })
  const unhold = useMutation({
    mutationFn: (which: AnyOrderHoldReason) => hub.unholdOrder(order.orderId, which),
    onSuccess,
  })
  const route = useMutation({ mutationFn: () => hub.routeOrder(order.orderId), onSuccess })
  const failed = useProblemText(unhold.error ?? route.error)
  const notHeld = useProblemText(hold.error)
  const isOpen = order.state === 'open' || order.state === 'pending'
  return (
    <div className="grid gap-2 justify-items-end max-sm:w-full max-sm:justify-items-stretch">
      <div className="flex flex-wrap gap-2">
        {order.isUnrouted && isWhollyFree(order) && (
          <button type="button" className="control" disabled={route.isPending} onClick={() => route.mutate()}>
            {t('orders.route')}
          </button>
        )}
        {isOpen && (
          <button type="button" className="control" onClick={() => setAsking(true)}>
            {t('orders.hold')}
          </button>
        )}
      </div>
      {route.data !== undefined && route.data.outcome !== 'routed' && (
        <p role="status" className="text-ink-2">
          {t(`orders.routed.${route.data.outcome}`)}
        </p>
      )}
      <ChannelHolds order={order} isBusy={unhold.isPending} onSend={() => unhold.mutate('channel')} />
      {order.holdDetails.filter(isOfPeople).map((held) => (
        <p key={held.reason} className="flex flex-wrap items-center gap-2">
          <span>
            {t('orders.heldFor', { reason: t(`orders.reason.${held.reason}`), by: nameOf(held.placedBy) })}
            {held.note !== null && <span className="text-ink-2"> – {held.note}</span>}
          </span>
          <button
            type="button"
            className="control"
            disabled={unhold.isPending}
            onClick={() => unhold.mutate(held.reason)}
          >
            {t('orders.unhold')}
          </button>
        </p>
      ))}
      {failed !== '' && (
        <p role="alert" className="text-red">
          {failed}
        </p>
      )}
      <Confirm
        isOpen={isAsking}
        title={t('orders.holdTitle', { order: order.number })}
        text={t('orders.holdText')}
        action={t('orders.hold')}
        isBusy={hold.isPending}
        onConfirm={() => hold.mutate()}
        onClose={() => setAsking(false)}
      >
        <ReasonFields<OrderHoldReason>
          reasons={{
            ...{ all: reasons, chosen: reason, onChoose: setReason },
            word: (each) => t(`orders.reason.${each}`),
          }}
          note={note}
          onNote={setNote}
          problem={notHeld}
        />
      </Confirm>
    </div>
  )
}
