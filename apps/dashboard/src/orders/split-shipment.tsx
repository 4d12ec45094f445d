import type { OrderDetail, ShipmentDetail } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hub, locationsQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { useProblemText } from '../parts/notice.tsx'

/** Nobody outside has heard of it, and nothing of it is packed: it can still be put together otherwise. */
function isUntouched({ state, warehouse, cancelReason, lines }: ShipmentDetail): boolean {
  const isUnheard = state === 'planned' || state === 'ready' || (warehouse === null && state === 'received')
  return isUnheard && cancelReason === null && lines.every(({ shipped }) => shipped === 0)
}

/** Parts of a shipment into another, or another one into this. */
export function SplitShipment({ shipment, order }: { shipment: ShipmentDetail; order: OrderDetail }) {
  if (!isUntouched(shipment)) return null
  const others = order.shipmentDetails.filter(
    (other) =>
      other.shipmentId !== shipment.shipmentId &&
      other.location === shipment.location &&
      other.warehouse === shipment.warehouse &&
      isUntouched(other),
  )
  return (
    <>
      <Split shipment={shipment} order={order} />
      {others.map((other) => (
        <Merge key={other.shipmentId} shipment={shipment} other={other} />
      ))}
    </>
  )
}

function Split({ shipment, order }: { shipment: ShipmentDetail; order: OrderDetail }) {
  const { t } = useLanguage()
  const [isAsking, setAsking] = useState(false)
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const [location, setLocation] = useState('')
  const locations = useQuery(locationsQuery).data?.rows ?? []
  const lines = order.lines.filter(({ lineId }) => shipment.lines.some((line) => line.lineId === lineId))
  const moved = Object.entries(typed).flatMap(([lineId, text]) =>
    Number(text) > 0 ? [{ lineId, quantity: Number(text) }] : [],
  )
  const split = useMutation({
    mutationFn: () =>
      hub.splitShipment(
        shipment.shipmentId,
        { lines: moved, ...(location !== '' && { location }) },
        shipment.version,
      ),
    onSuccess: async () => {
      setAsking(false)
      setTyped({})
      await queryClient.invalidateQueries({ queryKey: ['overview'] })
    },
  })
  const problem = useProblemText(split.error)
  const field = 'h-9 rounded border border-line-2 bg-surface px-2.5'
  return (
    <>
      <button type="button" className="control" onClick={() => setAsking(true)}>
        {t('shipments.split.action')}
      </button>
      <Confirm
        isOpen={isAsking}
        title={t('shipments.split.title', { number: shipment.number })}
        text={t('shipments.split.text')}
        action={t('shipments.split.action')}
        isBusy={split.isPending || moved.length === 0}
        onConfirm={() => split.mutate()}
        onClose={() => {
          split.reset()
          setTyped({})
          setAsking(false)
        }}
      >
        <ul className="mt-4 grid gap-2">
          {lines.map(({ lineId, sku, title }) => (
            <li key={lineId}>
              <label className="flex items-center justify-between gap-3">
                <span className="min-w-0 font-mono break-all">{sku ?? title}</span>
                <input
                  inputMode="numeric"
                  value={typed[lineId] ?? '0'}
                  onChange={({ target }) => setTyped({ ...typed, [lineId]: target.value.replace(/\D/g, '') })}
                  className={`${field} w-24 text-right tabular-nums`}
                />
              </label>
            </li>
          ))}
        </ul>
        <label className="mt-3 block">
          <span className="font-medium">{t('shipments.split.from')}</span>
          <select
            value={location}
            onChange={({ target }) => setLocation(target.value)}
            className={`${field} mt-1 w-full`}
          >
            <option value="">{t('shipments.split.same', { location: shipment.location })}</option>
            {locations
              .filter(({ code }) => code !== shipment.location)
              .map(({ code, name }) => (
                <option key={code} value={code}>
                  {code} – {name}
                </option>
              ))}
          </select>
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

function Merge({ shipment, other }: { shipment: ShipmentDetail; other: ShipmentDetail }) {
  const { t } = useLanguage()
  const merge = useMutation({
    mutationFn: () => hub.mergeShipments(shipment.shipmentId, other.shipmentId, shipment.version),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['overview'] }),
  })
  const problem = useProblemText(merge.error)
  return (
    <>
      <button type="button" className="control" disabled={merge.isPending} onClick={() => merge.mutate()}>
        {t('shipments.merge', { number: other.number })}
      </button>
      {problem !== '' && (
        <p role="alert" className="basis-full text-red">
          {problem}
        </p>
      )}
    </>
  )
}
