import type { InboundShipmentShape } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { TextField } from '../describe/terms-fields.tsx'
import { formatNumber } from '../format.ts'
import { hub, inboundOneQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ScanField } from '../orders/scan-field.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { DayField } from './day-field.tsx'
import {
  type Entries,
  type Entry,
  enterScan,
  isOver,
  isTooDamaged,
  noEntry,
  receivedLines,
  toUnits,
  withoutReceived,
} from './entry.ts'
import { useActionKey } from './use-action-key.ts'
import { useKept } from './use-kept.ts'
import { useScan } from './use-scan.ts'

/** Takes in what arrived: each scan is a unit more, or as many as the barcode's box holds. */
export function ReceivePanel({ inbound }: { inbound: InboundShipmentShape }) {
  const { t, locale } = useLanguage()
  const key = useActionKey()
  const [entries, latest, setEntries] = useKept<Entries>({})
  const [takesOver, setTakesOver] = useState(false)
  const lines = inbound.lines.map(({ line, sku, expected, received, over, cancelled }) => ({
    ...{ line, sku },
    open: Math.max(0, expected - (received - over) - cancelled),
  }))
  const { scan, text, isBad } = useScan((read) => {
    const scanned = enterScan(lines, latest(), read)
    if (scanned.kind === 'other-item') return { text: t('floor.notOfThis', { sku: read.sku }), isGood: false }
    setEntries(scanned.entries)
    const n = scanned.entries[scanned.line]?.units ?? 0
    return { text: t('floor.scanned', { sku: scanned.sku, n: formatNumber(locale, n) }), isGood: true }
  })
  const receive = useMutation({
    mutationFn: (sent: Entries) =>
      hub.receiveInboundShipment(
        inbound.inboundId,
        { lines: receivedLines(sent), ...(takesOver && { allowOver: true }) },
        key.current(),
      ),
    onSuccess: (changed, sent) => {
      key.next()
      setTakesOver(false)
      setEntries(withoutReceived(latest(), sent))
      queryClient.setQueryData(inboundOneQuery(inbound.inboundId).queryKey, changed)
    },
  })
  const problem = useProblemText(receive.error)
  const over = isOver(lines, entries)
  const set = (line: number, change: Partial<Entry>) =>
    setEntries({ ...latest(), [line]: { ...noEntry, ...latest()[line], ...change } })
  return (
    <Panel title={t('floor.receive.title')}>
      <div className="space-y-2 border-b border-line p-4">
        <ScanField label={t('floor.scan')} onScan={scan} />
        <p role="status" className={isBad ? 'text-red' : 'text-ink-2'}>
          {text}
        </p>
      </div>
      <ul>
        {lines.map(({ line, sku, open }) => {
          const entry = entries[line] ?? noEntry
          const id = `receive-${line}`
          return (
            <li key={line} className="border-b border-line px-4 py-2.5">
              <div className="flex flex-wrap items-end gap-3">
                <p className="min-w-32 flex-1">
                  <span className="font-mono break-all">{sku}</span>
                  <span className="block text-ink-2">
                    {t('floor.open', { n: formatNumber(locale, open) })}
                  </span>
                </p>
                <div className="w-24">
                  <TextField
                    id={`${id}-units`}
                    label={t('floor.arrived')}
                    kind="number"
                    value={entry.units === 0 ? '' : String(entry.units)}
                    onChange={(units) => set(line, { units: toUnits(units) })}
                  />
                </div>
                <div className="w-24">
                  <TextField
                    id={`${id}-damaged`}
                    label={t('floor.damaged')}
                    kind="number"
                    value={entry.damaged === 0 ? '' : String(entry.damaged)}
                    wrong={isTooDamaged(entry) ? t('floor.receive.tooDamaged') : undefined}
                    onChange={(damaged) => set(line, { damaged: toUnits(damaged) })}
                  />
                </div>
              </div>
              <details className="mt-1">
                <summary className="min-h-6 cursor-pointer text-ink-2">{t('floor.tracked')}</summary>
                <div className="mt-1 grid gap-3 sm:grid-cols-3">
                  <TextField
                    id={`${id}-lot`}
                    label={t('floor.lot')}
                    value={entry.lot}
                    onChange={(lot) => set(line, { lot })}
                  />
                  <DayField
                    id={`${id}-expires`}
                    label={t('floor.expiresOn')}
                    value={entry.expiresOn}
                    onChange={(expiresOn) => set(line, { expiresOn })}
                  />
                  <TextField
                    id={`${id}-serials`}
                    label={t('floor.serials')}
                    hint={t('floor.serialsHint')}
                    value={entry.serials}
                    onChange={(serials) => set(line, { serials })}
                  />
                </div>
              </details>
            </li>
          )
        })}
      </ul>
      <div className="space-y-3 p-4">
        {over && (
          <label className="flex min-h-8 items-center gap-2 text-amber">
            <input
              type="checkbox"
              checked={takesOver}
              onChange={(event) => setTakesOver(event.target.checked)}
            />
            {t('floor.receive.over')}
          </label>
        )}
        {receive.isError && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        <button
          type="button"
          className="control control-strong min-h-11"
          disabled={
            receive.isPending ||
            receivedLines(entries).length === 0 ||
            Object.values(entries).some(isTooDamaged) ||
            (over && !takesOver)
          }
          onClick={() => receive.mutate(latest())}
        >
          {t('floor.receive.action')}
        </button>
      </div>
    </Panel>
  )
}
