import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { formatNumber } from '../format.ts'
import { hub, ownShipmentsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Heading } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { findToPack } from './find-to-pack.ts'
import { shapeOfShipment } from './order-standing.ts'
import { ScanField } from './scan-field.tsx'

/** What your own warehouses have to send, the oldest first. Scanning the number of one opens its table. */
export function PackingScreen() {
  const { t, locale } = useLanguage()
  const navigate = useNavigate()
  const shipments = useInfiniteQuery(ownShipmentsQuery)
  const rows = (shipments.data?.pages.flatMap((page) => page.rows) ?? []).filter(
    ({ cancelReason }) => cancelReason === null,
  )
  const look = useMutation({
    mutationFn: (code: string) =>
      findToPack(
        (cursor) =>
          hub.shipments({
            state: 'open',
            warehouse: 'own',
            limit: 200,
            ...(cursor !== undefined && { cursor }),
          }),
        code,
      ),
    // Codes come faster than answers: none overtakes another.
    scope: { id: 'scan-order' },
  })
  const open = (code: string) =>
    look.mutate(code, {
      // Not once somebody has left for another screen.
      onSuccess: (found) => {
        const [only] = found
        if (only !== undefined && found.length === 1)
          void navigate({ to: '/packing/$shipment', params: { shipment: only.shipmentId } })
      },
    })
  const problem = useProblemText(look.error)
  const several = look.data !== undefined && look.data.length > 1 ? look.data : []
  const isMissed = look.data?.length === 0
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
      <p role="status" className={isMissed || look.isError ? 'text-red' : 'text-ink-2'}>
        {look.isError
          ? problem
          : isMissed
            ? t('packing.noShipment', { code: look.variables })
            : several.length > 0
              ? t('packing.several', { code: look.variables })
              : t('packing.hint')}
      </p>
      {several.length > 0 && (
        <ul className="mt-2 flex flex-wrap gap-2">
          {several.map(({ shipmentId, number, channel, location }) => (
            <li key={shipmentId}>
              <Link
                to="/packing/$shipment"
                params={{ shipment: shipmentId }}
                className="control min-h-11 whitespace-normal!"
              >
                {number} · {channel === 'by-hand' ? t('orders.byHand') : channel} · {location}
              </Link>
            </li>
          ))}
        </ul>
      )}
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
              <span className="text-ink-2">
                {row.channel === 'by-hand' ? t('orders.byHand') : row.channel} · {row.location}
              </span>
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
