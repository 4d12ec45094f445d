import { useInfiniteQuery } from '@tanstack/react-query'
import { movementsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { MovementTable } from './movement-table.tsx'

/** The ledger of one item, newest first. */
export function Movements({ sku }: { sku: string }) {
  const { t } = useLanguage()
  const movements = useInfiniteQuery(movementsQuery(sku))
  const rows = movements.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <Panel title={t('item.movements')} table={{ operation: 'listMovements', query: { sku } }}>
      {!movements.data &&
        (movements.error ? (
          <Failure error={movements.error} onRetry={() => void movements.refetch()} />
        ) : (
          <Loading lines={8} />
        ))}
      {movements.data && rows.length === 0 && <p className="px-4 py-6 text-ink-2">{t('item.noMovements')}</p>}
      {rows.length > 0 && <MovementTable rows={rows} />}
      <More query={movements} />
    </Panel>
  )
}
