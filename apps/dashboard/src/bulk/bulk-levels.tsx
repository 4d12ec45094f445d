import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { useMadeName } from '../parts/made-name.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'

const levelsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['bulk-levels', id],
    queryFn: ({ pageParam, signal }) => hub.bulkLevels(id, { ...pageParam, limit: 100 }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
  })

/** Which numbers would change, and to what. */
export function BulkLevels({ id }: { id: string }) {
  const { t, locale } = useLanguage()
  const nameOf = useMadeName()
  const levels = useInfiniteQuery(levelsQuery(id))
  const rows = levels.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <div className="panel overflow-x-auto">
      {!levels.data &&
        (levels.error ? (
          <Failure error={levels.error} onRetry={() => void levels.refetch()} />
        ) : (
          <Loading lines={8} />
        ))}
      {levels.data && rows.length === 0 && <Empty title={t('bulk.none')} cure={t('bulk.noneCure')} />}
      {rows.length > 0 && (
        <table className="w-full text-left">
          <thead className="text-ink-2">
            <tr className="border-b border-line">
              <th className="px-4 py-2 font-normal">{t('bulk.columns.sku')}</th>
              <th className="px-4 py-2 font-normal">{t('bulk.columns.where')}</th>
              <th className="px-4 py-2 text-right font-normal">{t('bulk.columns.before')}</th>
              <th className="px-4 py-2 text-right font-normal">{t('bulk.columns.after')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.levelId} className="border-b border-line last:border-0">
                <td className="px-4 py-2">
                  <Link to="/items/$sku" params={{ sku: row.sku }} className="underline">
                    {row.sku}
                  </Link>
                  <span className="block text-xs text-ink-2">{row.name}</span>
                </td>
                <td className="px-4 py-2">
                  {row.connectionName}
                  <span className="block text-xs text-ink-2">
                    {nameOf('madePlace', row.externalLocation)}
                  </span>
                </td>
                <td className="px-4 py-2 text-right tabular-nums">{formatNumber(locale, row.before)}</td>
                <td
                  className={`px-4 py-2 text-right font-semibold tabular-nums ${row.after === 0 ? 'text-red' : ''}`}
                >
                  {row.estimated && '≈'}
                  {formatNumber(locale, row.after)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <More query={levels} />
    </div>
  )
}
