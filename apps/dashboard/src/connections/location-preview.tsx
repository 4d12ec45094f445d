import type { ConnectionLocationPreview } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

/** What saving would come to: in one sentence each, and the listings that change most. */
export function LocationPreview({ preview }: { preview: ConnectionLocationPreview }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const shown = (value: number | null) => (value === null ? t('pools.notWritten') : n(value))
  const { changed, lowered, raised, toZero, added, left, leftUnits, looked, items } = preview
  return (
    <section aria-label={t('pools.previewTitle')} className="border-b border-line bg-sunken px-4 py-3">
      <h3 className="font-semibold">{t('pools.previewTitle')}</h3>
      <div role="status">
        <p className="mt-1">
          {changed === 0
            ? t('pools.changesNothing')
            : t('pools.changes', {
                count: changed,
                n: n(changed),
                lowered: n(lowered),
                raised: n(raised),
                before: n(preview.unitsBefore),
                after: n(preview.unitsAfter),
              })}
        </p>
        {toZero > 0 && (
          <p className="mt-1 text-amber">
            {t('pools.toZero', { count: toZero, n: n(toZero) })}
            {preview.asksFirst && ` ${t('pools.asksFirst')}`}
          </p>
        )}
        {added > 0 && <p className="mt-1 text-ink-2">{t('pools.added', { count: added, n: n(added) })}</p>}
        {left > 0 && (
          <p className="mt-1 text-amber">
            {t('pools.left', { count: left, n: n(left), units: n(leftUnits) })}
          </p>
        )}
        {looked < items && (
          <p className="mt-1 text-ink-2">{t('pools.part', { n: n(looked), of: n(items) })}</p>
        )}
      </div>
      {preview.rows.length > 0 && (
        <details className="mt-2">
          <summary className="min-h-6 cursor-pointer">{t('pools.which')}</summary>
          <ul className="mt-1">
            {preview.rows.map((row) => (
              <li
                key={`${row.sku} ${row.location}`}
                className="flex items-baseline justify-between gap-3 border-t border-line py-1"
              >
                <span className="min-w-0 break-words">
                  {row.sku} <span className="text-ink-2">· {row.location}</span>
                </span>
                <span className="shrink-0 tabular-nums">
                  {shown(row.before)} → {shown(row.after)}
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
