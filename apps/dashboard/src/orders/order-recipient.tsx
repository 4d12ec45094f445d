import type { OrderDetail } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'

/** To whom it goes, only once somebody asks: that they did is noted. It is not kept beyond the page. */
export function OrderRecipientPanel({ order }: { order: OrderDetail }) {
  const { t } = useLanguage()
  const asked = useMutation({ mutationFn: () => hub.orderRecipient(order.orderId), gcTime: 0 })
  const problem = useProblemText(asked.error)
  const to = asked.data
  if (!order.hasRecipient) return null
  return (
    <Panel title={t('orders.recipient')}>
      <div className="px-4 py-3">
        {to === undefined ? (
          <>
            <p className="mb-3 text-ink-2">{t('orders.recipientHint')}</p>
            <button
              type="button"
              className="control"
              disabled={asked.isPending}
              onClick={() => asked.mutate()}
            >
              {t('orders.showRecipient')}
            </button>
          </>
        ) : (
          <address className="not-italic">
            {[
              to.name,
              to.company,
              ...to.addressLines,
              [to.postalCode, to.city].filter((part) => part).join(' '),
              to.region,
              to.country,
              to.phone,
              to.email,
            ]
              .filter((part) => part)
              .map((part, nth) => (
                <span key={`${nth} ${part}`} className="block break-words">
                  {part}
                </span>
              ))}
          </address>
        )}
        {problem !== '' && (
          <p role="alert" className="mt-3 text-red">
            {problem}
          </p>
        )}
      </div>
    </Panel>
  )
}
