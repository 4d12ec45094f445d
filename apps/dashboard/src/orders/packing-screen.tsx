import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { ownShipmentsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Heading } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { shapeOfShipment } from './order-standing.ts'
import { ScanField } from './scan-field.tsx'

/** What your own warehouses have to send, the oldest first. Scanning the number of one opens its table. */
export function PackingScreen() {
  const { t, locale } = useLanguage()
  const navigate = useNavigate()
  const shipments = useInfiniteQuery(ownShipmentsQuery)
  const [missed, setMissed] = useState('')
  const rows = (shipments.data?.pages.flatMap((page) => page.rows) ?? []).filter(
    ({ cancelReason }) => cancelReason === null,
  )
  const open = (code: string) => {
    const found = rows.find(({ number }) => number === code || number === `#${code}`)
    if (found === undefined) setMissed(code)
    else void navigate({ to: '/packing/$shipment', params: { shipment: found.shipmentId } })
  }
  return (
    <>
      <Link to="/orders" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('orders.back')}
      </Link>
      <Heading
        title={t('packing.title')}
        table={{ operation: 'listShipments', query: { state: 'open', warehouse: 'own' } }}
      >
        <ScanField label={t('packing.scanOrder')} onScan={open} />
      </Heading>
      <p role="status" className={missed === '' ? 'text-ink-2' : 'text-red'}>
        {missed === '' ? t('packing.hint') : t('packing.noShipment', { code: missed })}
      </p>
      <div className="panel mt-3">
        {!shipments.data &&
          (shipments.error ? (
            <Failure error={shipments.error} onRetry={() => void shipments.refetch()} />
          ) : (
            <Loading />
          ))}
        {shipments.data && rows.length === 0 && (
          <Empty title={t('packing.emptyTitle')} cure={t('packing.emptyCure')} />
        )}
        <ul>
          {rows.map((row) => (
            <li
              key={row.shipmentId}
              className="flex min-h-12 flex-wrap items-center justify-between gap-x-6 gap-y-1 border-b border-line px-4 py-2 last:border-0"
            >
              <Link
                to="/packing/$shipment"
                params={{ shipment: row.shipmentId }}
                className="link min-w-28 font-mono break-all"
              >
                {row.number}
              </Link>
              <span className="text-ink-2">{row.location}</span>
              <Standing shape={shapeOfShipment[row.state]}>
                {t('packing.units', { n: formatNumber(locale, row.units - row.shipped) })}
              </Standing>
              <Ago at={row.createdAt} className="text-ink-2" />
            </li>
          ))}
        </ul>
        <More query={shipments} />
      </div>
    </>
  )
}
