import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { mappingConflictsQuery, useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'

/** What may be wrong with mappings, each with what may be done. */
export function MappingConflictList({ connection }: { connection: string | undefined }) {
  const { t } = useLanguage()
  const names = useConnectionNames()
  const { data, error, refetch } = useQuery(mappingConflictsQuery(connection))
  return (
    <div className="panel overflow-hidden">
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={6} />)}
      {data && data.rows.length === 0 && (
        <Empty title={t('mapping.empty.conflicts')} cure={t('mapping.conflictsCure')} />
      )}
      <ul>
        {data?.rows.map((row) => (
          <li key={`${row.kind} ${row.listingId}`} className="border-b border-line px-4 py-2.5 last:border-0">
            <p className="flex flex-wrap items-baseline justify-between gap-x-3">
              <span className="font-medium">{t(`mapping.conflict.${row.kind}`)}</span>
              <Link
                to="/mapping"
                search={{
                  q: row.externalId,
                  connection: row.connectionId,
                  ...(row.itemSku !== null && { view: 'tied' as const }),
                }}
                className="link min-h-6 text-xs"
              >
                {names.get(row.connectionId)?.name ?? ''}
              </Link>
            </p>
            <p className="break-words text-ink-2">
              {t(`mapping.conflictText.${row.kind}`, {
                title: row.title,
                sku: row.sku ?? t('mapping.noSku'),
                item: row.itemSku ?? '',
                other: row.other ?? '',
              })}
            </p>
          </li>
        ))}
      </ul>
      {data && data.more.length > 0 && (
        <p className="px-4 py-2 text-xs text-ink-2">
          {t('mapping.moreConflicts', {
            kinds: data.more.map((kind) => t(`mapping.conflict.${kind}`)).join(t('mapping.valueSign')),
          })}
        </p>
      )}
    </div>
  )
}
