import { Trash2 } from 'lucide-react'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { type Draft, type DraftLine, freeFor, shortOf, unitsOf } from './order-draft.ts'

const field = 'h-10 rounded border border-line-2 bg-surface px-2'

/** The lines of an order that is being typed in: how many, in which unit, from when, and what is free as one types. */
export function DraftLines({
  draft,
  onLines,
}: {
  draft: Draft
  onLines: (lines: readonly DraftLine[]) => void
}) {
  const { t, locale } = useLanguage()
  const change = (nth: number, more: Partial<DraftLine>) =>
    onLines(draft.lines.map((line, at) => (at === nth ? { ...line, ...more } : line)))
  if (draft.lines.length === 0) return <p className="px-4 py-6 text-ink-2">{t('newOrder.noLines')}</p>
  return (
    <ul>
      {draft.lines.map((line, nth) => {
        const short = shortOf(line, draft)
        const free = freeFor(line, draft.location)
        const units = unitsOf(line)
        return (
          <li
            key={`${line.sku} ${nth}`}
            className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-3 gap-y-2 border-b border-line px-4 py-3 last:border-0"
          >
            <div className="min-w-0">
              <p className="font-mono break-all">{line.sku}</p>
              <p className="text-xs text-ink-2">{line.name}</p>
            </div>
            <button
              type="button"
              className="control size-10 min-h-0 p-0"
              aria-label={t('newOrder.remove', { sku: line.sku })}
              onClick={() => onLines(draft.lines.filter((_, at) => at !== nth))}
            >
              <Trash2 size={15} aria-hidden />
            </button>
            <div className="col-span-2 flex flex-wrap items-end gap-x-3 gap-y-2">
              <label className="text-xs text-ink-2">
                <span className="block">{t('newOrder.quantity')}</span>
                <input
                  inputMode="numeric"
                  aria-label={t('newOrder.quantityOf', { sku: line.sku })}
                  value={line.quantity}
                  aria-invalid={units === undefined}
                  onChange={({ target }) => change(nth, { quantity: target.value.replace(/\D/g, '') })}
                  className={`${field} w-20 text-right text-base text-ink tabular-nums`}
                />
              </label>
              <label className="text-xs text-ink-2">
                <span className="block">{t('newOrder.unit')}</span>
                <select
                  aria-label={t('newOrder.unitOf', { sku: line.sku })}
                  value={line.unit}
                  onChange={({ target }) => change(nth, { unit: target.value })}
                  className={`${field} max-w-40 text-base text-ink`}
                >
                  <option value="">{line.baseUnit}</option>
                  {line.units.map(({ code, factor }) => (
                    <option key={code} value={code}>
                      {t('newOrder.unitOption', { code, n: formatNumber(locale, factor) })}
                    </option>
                  ))}
                </select>
              </label>
              {draft.kind !== 'point-of-sale' && (
                <label className="text-xs text-ink-2">
                  <span className="block">{t('newOrder.shipsFrom')}</span>
                  <input
                    type="date"
                    aria-label={t('newOrder.shipsFromOf', { sku: line.sku })}
                    value={line.shipsFrom}
                    onChange={({ target }) => change(nth, { shipsFrom: target.value })}
                    className={`${field} w-40 text-base text-ink`}
                  />
                </label>
              )}
              <p
                role="status"
                className={`min-h-10 content-center tabular-nums ${short > 0 ? 'font-semibold text-amber' : 'text-ink-2'}`}
              >
                {short > 0
                  ? t('newOrder.short', {
                      free: formatNumber(locale, free),
                      short: formatNumber(locale, short),
                    })
                  : t('newOrder.free', { n: formatNumber(locale, free) })}
                {units !== undefined && line.unit !== '' && (
                  <span className="block text-xs font-normal text-ink-2">
                    {t('newOrder.inBase', { n: formatNumber(locale, units), unit: line.baseUnit })}
                  </span>
                )}
              </p>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
