import type { OrderDetail, ShipmentDetail } from '@plimsoll/client'
import type { AfterShipmentCancel } from '@plimsoll/client/client'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatMoment, formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { Quoted } from '../parts/trouble-text.tsx'
import { shapeOfShipment } from './order-standing.ts'
import { SplitShipment } from './split-shipment.tsx'
import { reasonsOf } from './why-here.ts'

/** One shipment of an order: from where and why, what is in it, its parcels, and to stop it. */
export function ShipmentPanel({ shipment, order }: { shipment: ShipmentDetail; order: OrderDetail }) {
  const { t, locale } = useLanguage()
  const isOpen = !['shipped', 'cancelled', 'rejected'].includes(shipment.state)
  const canStop = isOpen && shipment.cancelReason === null
  const title = t('shipments.one', { number: shipment.number, location: shipment.location })
  return (
    <Panel
      title={title}
      note={
        <Standing shape={shapeOfShipment[shipment.state]}>{t(`shipments.state.${shipment.state}`)}</Standing>
      }
    >
      <div className="grid grid-cols-1 gap-3 px-4 py-3">
        <p className="text-ink-2">
          {shipment.warehouse === null
            ? t('shipments.byOwn')
            : t('shipments.byWarehouse', { warehouse: shipment.warehouse })}
          {isOpen && shipment.cancelReason !== null && ` ${t('shipments.stopping')}`}
        </p>
        {shipment.problem !== null && (
          <p className="text-red">
            <Quoted text={shipment.problem} />
          </p>
        )}
        <ul>
          {shipment.lines.map((line) => (
            <li key={line.shipmentLineId} className="flex justify-between gap-4 py-0.5">
              <span className="min-w-0">
                <span className="font-mono break-all">{line.sku}</span>{' '}
                <span className="text-ink-2">{line.name}</span>
              </span>
              <span className="whitespace-nowrap tabular-nums">
                {t('shipments.left', {
                  left: formatNumber(locale, line.shipped),
                  all: formatNumber(locale, line.units),
                })}
              </span>
            </li>
          ))}
        </ul>
        {shipment.parcels.map((parcel) => (
          <Parcel key={parcel.parcelId} parcel={parcel} />
        ))}
        <Why because={shipment.because} />
        {canStop && (
          <div className="flex flex-wrap gap-2">
            {shipment.warehouse === null && (
              <Link
                to="/packing/$shipment"
                params={{ shipment: shipment.shipmentId }}
                className="control control-strong"
              >
                {t('packing.pack')}
              </Link>
            )}
            <SplitShipment shipment={shipment} order={order} />
            <Stop shipment={shipment} />
          </div>
        )}
      </div>
    </Panel>
  )
}

function Parcel({ parcel }: { parcel: ShipmentDetail['parcels'][number] }) {
  const { t, locale } = useLanguage()
  const number = parcel.trackingNumber ?? t('shipments.noTracking')
  return (
    <div className="rounded border border-line px-3 py-2">
      <p className="flex flex-wrap justify-between gap-x-4">
        <span className="break-all">
          {parcel.carrier !== null && `${parcel.carrier} `}
          {parcel.trackingUrl === null ? (
            number
          ) : (
            <a href={parcel.trackingUrl} target="_blank" rel="noreferrer" className="link">
              {number}
            </a>
          )}
        </span>
        <span className="text-ink-2">{formatMoment(locale, parcel.shippedAt)}</span>
      </p>
      <p className="text-xs text-ink-2">
        {parcel.lines
          .map(
            ({ sku, units, lot }) =>
              `${formatNumber(locale, units)} × ${sku}${lot === null ? '' : ` (${lot})`}`,
          )
          .join(', ')}
      </p>
      {parcel.told !== null && (
        <p className={`text-xs ${parcel.told.error === null ? 'text-ink-2' : 'text-red'}`}>
          {parcel.told.error === null ? (
            t(parcel.told.state === 'done' ? 'shipments.told' : 'shipments.telling')
          ) : (
            <Quoted text={parcel.told.error} />
          )}
        </p>
      )}
    </div>
  )
}

function Why({ because }: { because: ShipmentDetail['because'] }) {
  const { t } = useLanguage()
  if (because.why === null) return null
  return (
    <details>
      <summary className="link cursor-pointer">{t('shipments.why')}</summary>
      <ul className="mt-1 list-disc pl-5 text-ink-2">
        {!because.why.destinationKnown && <li>{t('shipments.destinationUnknown')}</li>}
        {reasonsOf(because.why).map(({ sentence, code, kind, rawKind, rule }) => (
          <li key={code}>
            {t(`shipments.because.${sentence}`, {
              code,
              rule,
              kind: kind === undefined ? rawKind : t(`shipments.rule.${kind}`),
            })}
          </li>
        ))}
      </ul>
    </details>
  )
}

const ways: readonly AfterShipmentCancel[] = ['send-from-elsewhere', 'send-again', 'hold']

function Stop({ shipment }: { shipment: ShipmentDetail }) {
  const { t } = useLanguage()
  const [way, setWay] = useState<AfterShipmentCancel>()
  const stop = useMutation({
    mutationFn: (afterwards: AfterShipmentCancel) =>
      hub.cancelShipment(shipment.shipmentId, { afterwards }, shipment.version),
    onSuccess: async () => {
      setWay(undefined)
      await queryClient.invalidateQueries({ queryKey: ['overview'] })
    },
  })
  const problem = useProblemText(stop.error)
  const shown = way ?? 'hold'
  return (
    <>
      <button type="button" className="control" onClick={() => setWay('send-from-elsewhere')}>
        {t('shipments.elsewhere')}
      </button>
      <button type="button" className="control" onClick={() => setWay('hold')}>
        {t('shipments.cancel')}
      </button>
      <Confirm
        isOpen={way !== undefined}
        title={t('shipments.stopTitle', { number: shipment.number })}
        text={t(shipment.warehouse === null ? 'shipments.stopOwn' : 'shipments.stopAsked', {
          warehouse: shipment.warehouse ?? '',
        })}
        action={t('shipments.cancel')}
        dismiss={t('orders.cancelOrder.keep')}
        isBusy={stop.isPending}
        onConfirm={() => stop.mutate(shown)}
        onClose={() => {
          stop.reset()
          setWay(undefined)
        }}
      >
        <fieldset className="mt-4 grid gap-2">
          <legend className="mb-1 font-medium">{t('shipments.afterwards')}</legend>
          {ways.map((each) => (
            <label key={each} className="flex min-h-6 items-baseline gap-2">
              <input type="radio" name="afterwards" checked={shown === each} onChange={() => setWay(each)} />
              {t(`shipments.way.${each}`)}
            </label>
          ))}
        </fieldset>
        {problem !== '' && (
          <p role="alert" className="mt-3 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </>
  )
}
