import type { ActivityRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { formatChange, formatMoment, formatNumber, formatTime } from '../format.ts'
import { allWords, useLanguage } from '../language.ts'
import { readOwnReason } from '../parts/own-reason.ts'

// Its words are not among those of the first screen.
const ToldDetail = lazy(async () => {
  const [{ ToldDetail }] = await Promise.all([import('./told-detail.tsx'), allWords()])
  return { default: ToldDetail }
})

const toneOf: Record<ActivityRow['kind'], string> = {
  order: 'bg-sea-fill',
  'order-cancelled': 'bg-line-2',
  'write-applied': 'bg-green-fill',
  'write-refused': 'bg-red-fill',
  'write-unknown': 'bg-amber-fill',
  'drift-healed': 'bg-green-fill',
  oversold: 'bg-red-fill',
  parked: 'bg-amber-fill',
  replayed: 'bg-green-fill',
  'stock-changed': 'bg-sea-fill',
  connection: 'bg-amber-fill',
}

/** One thing that happened: when, what, where, to which item, how many. */
export function ActivityLine({
  row,
  connection,
}: {
  row: ActivityRow
  connection: { name: string } | undefined
}) {
  const { t, locale } = useLanguage()
  const detail = useDetail(row.detail)
  return (
    <li className="flex gap-3 border-b border-line px-4 py-2 last:border-0">
      <time
        dateTime={row.at}
        title={formatMoment(locale, row.at)}
        className="shrink-0 text-xs leading-5 text-ink-3"
      >
        {formatTime(locale, row.at)}
      </time>
      <span className={`mt-1.5 size-2 shrink-0 rounded-full ${toneOf[row.kind]}`} aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="flex justify-between gap-3">
          <span className="truncate">
            <span className="font-medium">{t(`activity.kind.${row.kind}`)}</span>
            {connection && <span className="text-ink-2"> · {connection.name}</span>}
          </span>
          {row.quantity !== null && (
            <span className="shrink-0 font-semibold">{quantityOf(row.kind, row.quantity, locale)}</span>
          )}
        </p>
        <p className="truncate text-xs text-ink-2" title={row.told === null ? detail : undefined}>
          {row.sku && (
            <Link to="/items/$sku" params={{ sku: row.sku }} className="link">
              {row.sku}
            </Link>
          )}
          {row.sku && row.detail && ' · '}
          {row.told !== null || row.kind.startsWith('write-') ? (
            <Suspense fallback="…">
              <ToldDetail row={row} />
            </Suspense>
          ) : (
            detail
          )}
          {row.kind.startsWith('write-') && (
            <>
              {' · '}
              <Link to="/calls" search={{ write: row.id }} className="link">
                {t('activity.calls')}
              </Link>
            </>
          )}
        </p>
      </div>
    </li>
  )
}

/** A change by hand is told as its kind and the reason given: the kind is ours to translate. */
function useDetail(text: string | null): string | undefined {
  const { t } = useLanguage()
  const [, kind = '', reason] = /^([a-z-]+)(?:: (.*))?$/s.exec(text ?? '') ?? []
  const word = t(`movement.${kind}`, { defaultValue: '' })
  if (word === '') return text ?? undefined
  if (reason === undefined) return word
  const own = readOwnReason(reason)
  const why = own === undefined ? reason : t(`ownReason.${own.reason}`, { name: own.name })
  return t('activity.because', { what: word, why })
}

/** A write shows the quantity written, an oversold item how many units are missing, everything else a change. */
function quantityOf(kind: ActivityRow['kind'], quantity: number, locale: string): string {
  if (kind === 'oversold') return formatNumber(locale, Math.abs(quantity))
  const isWrite = kind.startsWith('write-') || kind === 'drift-healed'
  return isWrite ? `→ ${formatNumber(locale, quantity)}` : formatChange(locale, quantity)
}
