import { Plus, X } from 'lucide-react'
import { TextField } from '../describe/terms-fields.tsx'
import { useLanguage } from '../language.ts'
import { ScanField } from '../orders/scan-field.tsx'
import { toUnits } from './entry.ts'
import { useKept } from './use-kept.ts'
import { useScan } from './use-scan.ts'

export type NewLine = { sku: string; quantity: string }

/** The lines of a document that is made: typed, or scanned one after the other. */
export function NewLines({ kept }: { kept: ReturnType<typeof useNewLines> }) {
  const [lines, latest, onChange] = kept
  const { t } = useLanguage()
  const { scan, text, isBad } = useScan(({ sku, units }) => {
    const known = latest().find((line) => line.sku === sku)
    const rest = latest().filter((line) => line.sku !== '' && line.sku !== sku)
    const quantity = toUnits(known?.quantity ?? '0') + units
    onChange([...rest, { sku, quantity: String(quantity) }])
    return { text: t('floor.scanned', { sku, n: quantity }), isGood: true }
  })
  const set = (at: number, change: Partial<NewLine>) =>
    onChange(lines.map((line, nth) => (nth === at ? { ...line, ...change } : line)))
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">{t('floor.lines')}</legend>
      <ScanField label={t('floor.scan')} onScan={scan} />
      <p role="status" className={isBad ? 'text-red' : 'text-ink-2'}>
        {text}
      </p>
      {lines.map((line, at) => (
        <div key={`${at}`} className="grid grid-cols-[minmax(0,1fr)_6.5rem_2.25rem] items-end gap-2">
          <TextField
            id={`line-sku-${at}`}
            label="SKU"
            isCode
            value={line.sku}
            onChange={(sku) => set(at, { sku })}
          />
          <TextField
            id={`line-quantity-${at}`}
            label={t('floor.quantity')}
            kind="number"
            value={line.quantity}
            onChange={(quantity) => set(at, { quantity })}
          />
          <button
            type="button"
            className="control min-h-9 px-0"
            disabled={lines.length === 1}
            aria-label={t('floor.removeLine', { n: at + 1 })}
            onClick={() => onChange(lines.filter((_, nth) => nth !== at))}
          >
            <X size={15} aria-hidden />
          </button>
        </div>
      ))}
      <button
        type="button"
        className="control"
        onClick={() => onChange([...lines, { sku: '', quantity: '1' }])}
      >
        <Plus size={15} aria-hidden />
        {t('floor.addLine')}
      </button>
    </fieldset>
  )
}

/** Lines of a document that is being made, with an empty one to begin with. */
export function useNewLines() {
  return useKept<readonly NewLine[]>([{ sku: '', quantity: '1' }])
}

/** As a document takes them. */
export function sentLines(lines: readonly NewLine[]): { sku: string; quantity: number }[] {
  return lines
    .filter(({ sku }) => sku.trim() !== '')
    .map(({ sku, quantity }) => ({ sku: sku.trim(), quantity: Number(quantity) }))
}
