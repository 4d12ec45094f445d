import type { ChannelHold, OrderDetail } from '@plimsoll/client'
import { useLanguage } from '../language.ts'

/** Why its channel holds an order, by the channel's own reasons: nobody ends that here. */
export function ChannelHolds({ order }: { order: OrderDetail }) {
  const { t } = useLanguage()
  const held = order.holdDetails.find(({ reason }) => reason === 'channel')
  if (held === undefined) return null
  return (
    <p className="max-w-prose">
      {t('orders.heldThere', { channel: order.channel })} <SaidHolds holds={held.said} />
      <span className="block text-ink-2">{t('orders.heldThereUntil', { channel: order.channel })}</span>
    </p>
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
