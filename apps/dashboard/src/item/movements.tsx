import type { MovementPage } from '@plimsoll/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { formatChange } from '../format.ts'
import { movementsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'

/** The ledger of one item, newest first. */
export function Movements({ sku }: { sku: string }) {
  const { t } = useLanguage()
  const movements = useInfiniteQuery(movementsQuery(sku))
  const rows = movements.data?.pages.flatMap((page) => page.rows) ?? []
  return (
    <Panel title={t('item.movements')}>
      {!movements.data &&
        (movements.error ? (
          <Failure error={movements.error} onRetry={() => void movements.refetch()} />
        ) : (
          <Loading lines={8} />
        ))}
      {movements.data && rows.length === 0 && <p className="px-4 py-6 text-ink-2">{t('item.noMovements')}</p>}
      {rows.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a stretch that scrolls must be reachable by keyboard.
        <section aria-label={t('item.movements')} tabIndex={0} className="overflow-x-auto">
          <table className="w-full sm:min-w-[38rem]">
            <thead className="text-left text-xs text-ink-2">
              <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4">
                <th>{t('item.when')}</th>
                <th>{t('item.kind')}</th>
                <th>{t('stock.location')}</th>
                <th>{t('item.change')}</th>
                <th className="max-sm:hidden">{t('item.reference')}</th>
                <th className="max-sm:hidden">{t('item.reason')}</th>
                <th className="max-sm:hidden">{t('item.actor')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.movementId} row={row} />
              ))}
            </tbody>
          </table>
        </section>
      )}
      <More query={movements} />
    </Panel>
  )
}

const deltas = [
  ['onHandDelta', 'onHand'],
  ['reservedDelta', 'reserved'],
  ['heldDelta', 'held'],
  ['incomingDelta', 'incoming'],
] as const

function Row({ row }: { row: MovementPage['rows'][number] }) {
  const { t, locale } = useLanguage()
  const actor = t(`actor.${row.actor}`, { defaultValue: row.actor })
  return (
    <tr className="border-b border-line align-baseline last:border-0 [&>td]:px-2 [&>td]:py-1.5 [&>td:first-child]:pl-4">
      <td className="whitespace-nowrap text-ink-2">
        <Ago at={row.effectiveAt} />
      </td>
      <td className="font-medium whitespace-nowrap">
        {t(`movement.${row.kind}`, { defaultValue: row.kind })}
      </td>
      <td>{row.locationCode}</td>
      <td>
        {deltas
          .filter(([delta]) => row[delta] !== 0)
          .map(([delta, name]) => (
            <span key={delta} className="mr-3 whitespace-nowrap">
              <b className="font-semibold">{formatChange(locale, row[delta])}</b>{' '}
              <span className="text-xs text-ink-2">{t(`stock.${name}`)}</span>
            </span>
          ))}
        {/* Narrow screens have no room for columns of their own. */}
        <span className="block text-xs text-ink-2 sm:hidden">
          {[row.reference, row.reason, actor].filter((text) => text !== null).join(' · ')}
        </span>
      </td>
      <td className="whitespace-nowrap max-sm:hidden">{row.reference}</td>
      <td className="text-ink-2 max-sm:hidden">{row.reason}</td>
      <td className="text-ink-2 max-sm:hidden">{actor}</td>
    </tr>
  )
}
