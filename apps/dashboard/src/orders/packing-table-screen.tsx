import type { ShipmentDetail } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { shipmentQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { linesToPack } from './packing.ts'
import { PackingTable } from './packing-table.tsx'

/** One shipment of an own warehouse on the packing table. */
export function PackingTableScreen() {
  const { t } = useLanguage()
  const { shipment } = useParams({ from: '/packing/$shipment' })
  const { data, error, refetch } = useQuery(shipmentQuery(shipment))
  const status = error instanceof ApiProblem ? error.problem.status : 0
  const isUnknown = status === 404 || status === 422
  return (
    <>
      <Link to="/packing" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('packing.back')}
      </Link>
      {!data && isUnknown && (
        <div className="panel">
          <Empty isPage title={t('packing.unknown')} cure={t('packing.unknownCure')} />
        </div>
      )}
      {!data && !isUnknown && (
        <>
          <h1 className="mb-4">{t('packing.title')}</h1>
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={7} />}
        </>
      )}
      {data && <Table shipment={data} />}
    </>
  )
}

function Table({ shipment }: { shipment: ShipmentDetail }) {
  const { t } = useLanguage()
  const lines = linesToPack(shipment)
  const isOver = lines.length === 0 || shipment.cancelReason !== null
  return (
    <>
      <div className="mb-4 flex flex-wrap items-baseline gap-x-4">
        <h1 className="font-mono break-all">{shipment.number}</h1>
        <p className="text-ink-2">
          {shipment.location} · {shipment.channel === 'by-hand' ? t('orders.byHand') : shipment.channel} ·{' '}
          <Link to="/orders/$order" params={{ order: shipment.orderId }} className="link">
            {t('packing.order')}
          </Link>
        </p>
      </div>
      {shipment.warehouse !== null || isOver ? (
        <div className="panel">
          <Empty
            title={t(
              shipment.warehouse !== null
                ? 'packing.notOwn'
                : shipment.cancelReason === null
                  ? 'packing.done'
                  : 'packing.stopped',
            )}
            cure={t('packing.nextCure')}
          >
            <Link to="/packing" className="control control-strong">
              {t('packing.next')}
            </Link>
          </Empty>
        </div>
      ) : (
        <OnlyFor needs="operator">
          <PackingTable shipment={shipment} lines={lines} />
        </OnlyFor>
      )}
    </>
  )
}
