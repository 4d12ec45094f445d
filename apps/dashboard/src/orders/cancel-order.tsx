import type { CancelReason, OrderDetail } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { ReasonFields } from './reason-fields.tsx'

const field = 'h-9 rounded border border-line-2 bg-surface px-2.5'
const reasons: readonly CancelReason[] = [
  'out-of-stock',
  'customer-asked',
  'address',
  'fraud',
  'price',
  'other',
]

/** Cancels an order: one made by hand at once; of a channel’s, all or some of it, and its channel is told. */
export function CancelOrder({ order }: { order: OrderDetail }) {
  const { t } = useLanguage()
  const isByHand = order.byHand !== null
  const open = order.lines.filter(({ current, shipped }) => current > shipped)
  const [isAsking, setAsking] = useState(false)
  const [note, setNote] = useState('')
  const [reason, setReason] = useState<CancelReason>(order.isUnrouted ? 'out-of-stock' : 'customer-asked')
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const takesLines = !isByHand && order.takesCancel === 'lines'
  const cancel = useMutation({
    mutationFn: () => {
      const lines = open.flatMap(({ lineId, current, shipped }) => {
        const quantity = Number(typed[lineId] ?? current - shipped)
        return quantity > 0 ? [{ lineId, quantity }] : []
      })
      const isSome = takesLines && Object.keys(typed).length > 0
      return hub.cancelOrder(
        order.orderId,
        {
          ...(note.trim() !== '' && { note: note.trim() }),
          ...(!isByHand && { reason }),
          ...(isSome && { lines }),
        },
        order.version ?? undefined,
      )
    },
    onSuccess: async () => {
      setAsking(false)
      await queryClient.invalidateQueries({ queryKey: ['overview'] })
    },
  })
  const problem = useProblemText(cancel.error)
  const close = () => {
    cancel.reset()
    setTyped({})
    setAsking(false)
  }
  return (
    <>
      <button type="button" className="control" onClick={() => setAsking(true)}>
        {t('orders.cancelOrder.action')}
      </button>
      <Confirm
        isOpen={isAsking}
        title={t('orders.cancelOrder.title', { order: order.number })}
        text={
          isByHand
            ? t('orders.cancelOrder.text')
            : t('orders.cancelOrder.channelText', { channel: order.channel })
        }
        action={t('orders.cancelOrder.action')}
        dismiss={t('orders.cancelOrder.keep')}
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={close}
      >
        {takesLines && (
          <ul className="mt-4 grid gap-2">
            {open.map(({ lineId, sku, title, current, shipped }) => (
              <li key={lineId}>
                <label className="flex items-center justify-between gap-3">
                  <span className="min-w-0">
                    <span className="font-mono break-all">{sku ?? title}</span>
                    <span className="block text-xs text-ink-2">
                      {t('orders.cancelOrder.of', { n: current - shipped })}
                    </span>
                  </span>
                  <input
                    inputMode="numeric"
                    value={typed[lineId] ?? String(current - shipped)}
                    onChange={({ target }) =>
                      setTyped({ ...typed, [lineId]: target.value.replace(/\D/g, '') })
                    }
                    className={`${field} w-24 text-right tabular-nums`}
                  />
                </label>
              </li>
            ))}
          </ul>
        )}
        <ReasonFields<CancelReason>
          {...(!isByHand && {
            reasons: {
              ...{ all: reasons, chosen: reason, onChoose: setReason },
              word: (each: CancelReason) => t(`orders.cancelReason.${each}`),
            },
          })}
          note={note}
          onNote={setNote}
          problem={problem}
        />
      </Confirm>
    </>
  )
}

/** Of a channel’s order: the way to cancel it, or how far its cancelling is. */
export function ChannelCancelling({ order }: { order: OrderDetail }) {
  const { t } = useLanguage()
  if (order.byHand !== null) return null
  if (order.cancelling !== null)
    return (
      <p role="status" className="text-ink-2">
        {t('orders.cancelOrder.underWay', { channel: order.channel, n: order.cancelling.units })}
      </p>
    )
  const isOpen = order.state === 'open' || order.state === 'pending'
  const hasOpenUnits = order.lines.some(({ current, shipped }) => current > shipped)
  if (!isOpen || !hasOpenUnits || order.takesCancel === null) return null
  return <CancelOrder order={order} />
}
