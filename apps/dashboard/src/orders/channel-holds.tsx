import type { ChannelHold, OrderDetail } from '@plimsoll/client'
import { useLanguage } from '../language.ts'

const ANSWERED_HERE = new Set<ChannelHold['reason']>(['cancellation', 'unpaid'])

/**
 * Why its channel holds an order, or some of its units, by the channel's own reasons: nobody ends that here, but where it is no more
 * than the buyer's wish to cancel, or that nobody has paid.
 */
export function ChannelHolds({
  order,
  isBusy,
  onSend,
}: {
  order: OrderDetail
  isBusy: boolean
  onSend: () => void
}) {
  const { t } = useLanguage()
  const held = order.holdDetails.find(({ reason }) => reason === 'channel')
  if (held === undefined) return null
  const { channel } = order
  const isAnsweredHere = held.said.length > 0 && held.said.every(({ reason }) => ANSWERED_HERE.has(reason))
  const asked = held.said.some(({ reason }) => reason === 'cancellation')
    ? 'orders.buyerAsks'
    : 'orders.unpaidThere'
  return (
    <div className="max-w-prose">
      {held.units === null
        ? t('orders.heldThere', { channel })
        : t('orders.heldUnitsThere', { channel, n: held.units })}{' '}
      <SaidHolds holds={held.said} />
      <span className="block text-ink-2">
        {isAnsweredHere ? t(asked, { channel }) : t('orders.heldThereUntil', { channel })}
      </span>
      {isAnsweredHere && (
        <button type="button" className="control" disabled={isBusy} onClick={onSend}>
          {t('orders.sendAllTheSame')}
        </button>
      )}
    </div>
  )
}

/** Each reason in words, with what the channel calls it. */
export function SaidHolds({ holds }: { holds: readonly ChannelHold[] }) {
  const { t } = useLanguage()
  return holds.map(({ reason, code }, nth) => (
    <span key={code}>
      {nth > 0 && t('orders.andHeldFor')}
      {t(`orders.heldReason.${reason}`)}{' '}
      <code className="inline-block max-w-full text-xs break-all text-ink-2">{code}</code>
    </span>
  ))
}
