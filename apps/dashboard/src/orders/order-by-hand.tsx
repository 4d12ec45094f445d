import type { OrderDetail } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { CancelOrder } from './cancel-order.tsx'

const field = 'h-9 rounded border border-line-2 bg-surface px-2.5'

/** What a person who made an order can still do about it: change how many, or cancel it. */
export function OrderByHand({ order }: { order: OrderDetail }) {
  if (order.byHand === null || order.version === null || order.state !== 'open') return null
  return (
    <div className="flex flex-wrap gap-2">
      <Change order={order} version={order.version} />
      <CancelOrder order={order} />
    </div>
  )
}

function Change({ order, version }: { order: OrderDetail; version: number }) {
  const { t } = useLanguage()
  const [isAsking, setAsking] = useState(false)
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const [backorder, setBackorder] = useState(false)
  const lines = order.lines.filter(({ current }) => current > 0)
  const typedOf = (lineId: string, current: number) => typed[lineId] ?? String(current)
  const change = useMutation({
    mutationFn: () =>
      hub.changeOrder(
        order.orderId,
        {
          backorder,
          lines: lines.map(({ lineId, current }) => ({ lineId, quantity: Number(typedOf(lineId, current)) })),
        },
        version,
      ),
    onSuccess: async () => {
      setAsking(false)
      setTyped({})
      await queryClient.invalidateQueries({ queryKey: ['overview'] })
    },
  })
  const problem = useProblemText(change.error)
  return (
    <>
      <button type="button" className="control" onClick={() => setAsking(true)}>
        {t('orders.change.action')}
      </button>
      <Confirm
        isOpen={isAsking}
        title={t('orders.change.title', { order: order.number })}
        text={t('orders.change.text')}
        action={t('orders.change.save')}
        isBusy={change.isPending}
        onConfirm={() => change.mutate()}
        onClose={() => {
          change.reset()
          setTyped({})
          setAsking(false)
        }}
      >
        <ul className="mt-4 grid gap-2">
          {lines.map(({ lineId, sku, title, current, shipped, unitsPerListing }) => (
            <li key={lineId}>
              <label className="flex items-center justify-between gap-3">
                <span className="min-w-0">
                  <span className="font-mono break-all">{sku ?? title}</span>
                  <span className="block text-xs text-ink-2">
                    {unitsPerListing > 1 && t('orders.change.each', { n: unitsPerListing })}{' '}
                    {shipped > 0 && t('orders.change.left', { n: shipped })}
                  </span>
                </span>
                <input
                  inputMode="numeric"
                  value={typedOf(lineId, current)}
                  onChange={({ target }) => setTyped({ ...typed, [lineId]: target.value.replace(/\D/g, '') })}
                  className={`${field} w-24 text-right tabular-nums`}
                />
              </label>
            </li>
          ))}
        </ul>
        <label className="mt-3 flex items-baseline gap-2">
          <input
            type="checkbox"
            checked={backorder}
            onChange={({ target }) => setBackorder(target.checked)}
          />
          <span>{t('newOrder.backorder')}</span>
        </label>
        {problem !== '' && (
          <p role="alert" className="mt-3 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </>
  )
}
