import type { ImportJobView } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'

type Sums = NonNullable<NonNullable<ImportJobView['preview']>['mappings']>

/** What a file comes to over all its listings, and what would hold its writes back. */
export function SheetSums({ sums }: { sums: Sums }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const { raised, lowered, toZero, conflicts, asksFirst } = sums
  if (!sums.isForeseen)
    return <p className="text-ink-2">{t('mappingSheet.changes.notForeseen', { n: n(sums.changed) })}</p>
  return (
    <div className="grid gap-1">
      <p>{t('mappingSheet.changes.sums', { raised: n(raised), lowered: n(lowered), toZero: n(toZero) })}</p>
      {conflicts > 0 && (
        <p className="text-amber">
          {t('mappingSheet.changes.conflicts', { count: conflicts, n: n(conflicts) })}
        </p>
      )}
      {asksFirst.map(({ connectionId, connectionName, kind, listings }) => (
        <p key={`${connectionId} ${kind}`} className="text-amber">
          {t(`mapping.asksFirst.${kind}`, { name: connectionName, n: n(listings) })}
        </p>
      ))}
      <p className="text-xs text-ink-2">{t('mappingSheet.changes.note')}</p>
    </div>
  )
}
