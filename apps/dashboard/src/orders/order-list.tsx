import type { OrderRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import { formatMoment, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Ago } from '../parts/number.tsx'
import { useSayTold } from '../tasks/use-say-told.ts'
import { OrderWord } from './order-word.tsx'

/** Two lines of text, whatever the width. */
const rowHeight = 62

/** Only what is visible is in the page; the next page is read when its end comes near. */
export function OrderList({ rows, onEnd }: { rows: OrderRow[]; onEnd: () => void }) {
  const { t } = useLanguage()
  const scroller = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 10,
    getItemKey: (index) => rows[index]?.orderId ?? index,
  })
  const visible = list.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (last >= rows.length - 10) onEnd()
  }, [last, rows.length, onEnd])
  return (
    <section
      ref={scroller}
      aria-label={t('orders.title')}
      className="min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
    >
      <ul style={{ height: list.getTotalSize() }} className="relative">
        {visible.map(({ index, start, key }) => {
          const row = rows[index]
          return (
            row !== undefined && (
              <li
                key={key}
                aria-setsize={rows.length}
                aria-posinset={index + 1}
                className="absolute inset-x-0 border-b border-line"
                style={{ transform: `translateY(${start}px)`, height: rowHeight }}
              >
                <OrderLine row={row} />
              </li>
            )
          )
        })}
      </ul>
    </section>
  )
}

function OrderLine({ row }: { row: OrderRow }) {
  const { t, locale } = useLanguage()
  const say = useSayTold()
  const problem = row.problemTold === null ? row.problem : say('toldTask', row.problemTold)
  const [left, all] = [row.units - row.toShip, row.units].map((units) => formatNumber(locale, units))
  const sentFrom = row.shipments.filter(({ state }) => state !== 'cancelled' && state !== 'rejected')
  return (
    <div className="grid h-full content-center gap-x-4 gap-y-0.5 px-4 grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(9rem,1fr)_minmax(9rem,1.1fr)_minmax(0,2fr)_8rem]">
      <span className="flex min-w-0 items-baseline gap-2">
        <Link to="/orders/$order" params={{ order: row.orderId }} className="link truncate font-mono">
          {row.number}
        </Link>
        {row.country !== null && <span className="text-xs text-ink-2">{row.country}</span>}
      </span>
      <span className="text-right md:order-none md:text-left">
        <OrderWord order={row} />
      </span>
      <span className="truncate text-ink-2 max-md:hidden">
        {sentFrom.length === 0
          ? row.toShip > 0 && t('orders.inNoShipment')
          : sentFrom.map((each) => `${each.location}: ${t(`shipments.state.${each.state}`)}`).join(' · ')}
      </span>
      <span className="text-right text-ink-2 max-md:order-last max-md:text-xs">
        <Ago at={row.placedAt} />
      </span>
      <span className="truncate text-xs text-ink-2">
        {row.isByHand ? t('orders.byHand') : row.channel} · {t('orders.left', { left, all })}
      </span>
      <span className="truncate text-xs text-ink-2 max-md:hidden">
        {row.shipBy !== null && t('orders.shipBy', { time: formatMoment(locale, row.shipBy) })}
      </span>
      <span title={problem ?? undefined} className="truncate text-xs text-red max-md:hidden">
        {problem}
      </span>
    </div>
  )
}
