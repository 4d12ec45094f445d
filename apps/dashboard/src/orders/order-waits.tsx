import type { OrderDetail } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { formatDay, formatMoment, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'

/** Why lines of an order are in no shipment yet: their place in line, and what is expected. */
export function OrderWaits({ order }: { order: OrderDetail }) {
  const { t, locale } = useLanguage()
  if (order.waits.length === 0) return null
  return (
    <Panel title={t('orders.waits.title')}>
      <ul className="grid gap-2 px-4 py-3">
        {order.waits.map((wait) => (
          <li key={wait.lineId}>
            <Link to="/items/$sku" params={{ sku: wait.sku }} className="link font-mono break-all">
              {wait.sku}
            </Link>{' '}
            <span className="text-ink-2">
              {t('orders.waits.units', { n: formatNumber(locale, wait.units) })}
            </span>
            <span className="block">
              {wait.place === null
                ? t('orders.waits.until', {
                    time: wait.until === null ? '' : formatMoment(locale, wait.until),
                  })
                : t('orders.waits.inLine', {
                    place: formatNumber(locale, wait.place),
                    all: formatNumber(locale, wait.waiting),
                  })}
              {wait.expected !== null &&
                ` ${t('orders.waits.expected', {
                  n: formatNumber(locale, wait.expected.units),
                  day: formatDay(locale, wait.expected.on),
                })}`}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
