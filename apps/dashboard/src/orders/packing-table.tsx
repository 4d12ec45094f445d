import type { ShipmentDetail } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useRef, useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub, queryClient, shipmentQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'
import { type Packed, type PackLine, type Scan, scan, setPacked, toParcel } from './packing.ts'
import { ScanField } from './scan-field.tsx'

const fieldClass = 'mt-1 h-11 w-full rounded border border-line-2 bg-surface px-2.5'

/** Scan what goes into the parcel, say how it goes, and it has left. */
export function PackingTable({ shipment, lines }: { shipment: ShipmentDetail; lines: PackLine[] }) {
  const { t, locale } = useLanguage()
  const [packed, setPack] = useState<Packed>({})
  const [scanned, setScanned] = useState<Scan>()
  const [carrier, setCarrier] = useState('')
  const [trackingNumber, setTracking] = useState('')
  const [lots, setLots] = useState<Record<string, string>>({})
  const [isLast, setLast] = useState(false)
  // Of this parcel: pressed twice, or sent again after a lost answer, it is recorded once.
  const key = useRef(crypto.randomUUID())
  const parcel = toParcel(lines, packed, { carrier, trackingNumber, lots, isLast })
  const isWhole = lines.every(({ sku, toPack }) => (packed[sku] ?? 0) === toPack)
  const ship = useMutation({
    mutationFn: (told: NonNullable<typeof parcel>) => hub.shipParcel(shipment.shipmentId, told, key.current),
    onSuccess: (now) => {
      key.current = crypto.randomUUID()
      setPack({})
      setTracking('')
      setScanned(undefined)
      setLast(false)
      queryClient.setQueryData(shipmentQuery(shipment.shipmentId).queryKey, now)
      void queryClient.invalidateQueries({ queryKey: ['overview'] })
    },
  })
  const problem = useProblemText(ship.error)
  const onScan = (code: string) => {
    const next = scan(lines, packed, code)
    setScanned(next)
    if (next.kind === 'packed') setPack(next.packed)
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (parcel !== undefined && !ship.isPending) ship.mutate(parcel)
  }
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0">
        <ScanField label={t('packing.scan')} onScan={onScan} />
        <p
          role="status"
          className={`mt-2 min-h-6 ${isBad(scanned) ? 'font-semibold text-red' : 'text-ink-2'}`}
        >
          {scanned === undefined
            ? t('packing.scanHint')
            : scanned.kind === 'unknown'
              ? t('packing.unknownCode', { code: scanned.code })
              : t(scanned.kind === 'enough' ? 'packing.enough' : 'packing.packed', { sku: scanned.sku })}
        </p>
        <ul className="panel mt-2">
          {lines.map((line) => (
            <li
              key={line.sku}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-0"
            >
              <div className="min-w-0">
                <p className="font-mono break-all">{line.sku}</p>
                <p className="text-xs text-ink-2">
                  {line.bin !== null && <b>{t('packing.bin', { bin: line.bin })} </b>}
                  {line.name}
                </p>
              </div>
              <label className="flex items-center gap-2">
                <input
                  inputMode="numeric"
                  aria-label={t('packing.unitsOf', { sku: line.sku })}
                  value={packed[line.sku] ?? 0}
                  onChange={({ target }) =>
                    setPack(setPacked(lines, packed, line.sku, Number(target.value.replace(/\D/g, ''))))
                  }
                  className="h-11 w-16 rounded border border-line-2 bg-surface px-2 text-right text-[1.15rem] font-semibold tabular-nums"
                />
                <span className="text-[1.15rem] tabular-nums">/ {formatNumber(locale, line.toPack)}</span>
              </label>
              {line.tracking === 'lot' && (
                <label className="col-span-2 text-xs text-ink-2">
                  {t('packing.lot')}
                  <input
                    value={lots[line.sku] ?? ''}
                    onChange={({ target }) => setLots({ ...lots, [line.sku]: target.value })}
                    className={fieldClass}
                  />
                </label>
              )}
            </li>
          ))}
        </ul>
      </div>
      <form onSubmit={submit} className="panel grid gap-3 p-4">
        <label>
          <span className="font-medium">{t('packing.carrier')}</span>
          <input
            value={carrier}
            maxLength={100}
            onChange={({ target }) => setCarrier(target.value)}
            className={fieldClass}
          />
        </label>
        <label>
          <span className="font-medium">{t('packing.tracking')}</span>
          <input
            value={trackingNumber}
            maxLength={200}
            autoComplete="off"
            onChange={({ target }) => setTracking(target.value)}
            className={fieldClass}
          />
        </label>
        {!isWhole && parcel !== undefined && (
          <label className="flex items-baseline gap-2">
            <input type="checkbox" checked={isLast} onChange={({ target }) => setLast(target.checked)} />
            <span>{t('packing.isLast')}</span>
          </label>
        )}
        <button
          type="submit"
          className="control control-strong min-h-11"
          disabled={parcel === undefined || ship.isPending}
        >
          {t(isWhole ? 'packing.ship' : 'packing.shipPart')}
        </button>
        {parcel === undefined && <p className="text-xs text-ink-2">{t('packing.nothingYet')}</p>}
        {problem !== '' && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
      </form>
    </div>
  )
}

function isBad(scanned: Scan | undefined): boolean {
  return scanned?.kind === 'unknown' || scanned?.kind === 'enough'
}
