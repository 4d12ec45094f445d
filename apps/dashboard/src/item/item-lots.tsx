import type { LotList } from '@plimsoll/client'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatDay, formatNumber } from '../format.ts'
import { lotsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { hasAny, LotBalanceRow, LotFigureHeads, lotFigures } from '../lots/lot-balances.tsx'
import { LotStatus } from '../lots/lot-status.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'

/** The lots of an item and where they are, those that expire first on top; those of which nothing is left on demand. */
export function ItemLots({ sku }: { sku: string }) {
  const { t, locale } = useLanguage()
  const { data, error, refetch } = useQuery(lotsQuery(sku))
  const [showsAll, setShowsAll] = useState(false)
  const rows = data?.rows ?? []
  const left = rows.filter((lot) => lot.balances.some(hasAny))
  const shown = showsAll ? rows : left
  const gone = rows.length - left.length
  return (
    <Panel title={t('lots.title')} table={{ operation: 'listLots', query: { sku } }}>
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />)}
      {data && rows.length === 0 && <Empty title={t('lots.emptyTitle')} cure={t('lots.emptyCure')} />}
      {shown.length > 0 && (
        <Scrolling label={t('lots.title')}>
          <table className="w-full">
            <LotFigureHeads first={t('lots.lotAndLocation')} />
            {shown.map((lot) => (
              <Lot key={lot.lot} lot={lot} />
            ))}
          </table>
        </Scrolling>
      )}
      {gone > 0 && (
        <button
          type="button"
          className="link min-h-9 px-4 py-2 text-left"
          aria-expanded={showsAll}
          onClick={() => setShowsAll(!showsAll)}
        >
          {t(showsAll ? 'lots.hideGone' : 'lots.showGone', { count: gone, n: formatNumber(locale, gone) })}
        </button>
      )}
    </Panel>
  )
}

function Lot({ lot }: { lot: LotList['rows'][number] }) {
  const { t, locale } = useLanguage()
  return (
    <tbody className="border-b border-line last:border-0 [&>tr:last-child>*]:pb-2.5">
      <tr>
        <th scope="rowgroup" colSpan={lotFigures.length + 1} className="px-4 pt-2.5 text-left font-normal">
          <span className="flex flex-wrap items-baseline gap-x-3">
            <Link
              to="/items/$sku/lots/$lot"
              params={{ sku: lot.sku, lot: lot.lot }}
              className="link font-mono break-all"
            >
              {lot.lot}
            </Link>
            <LotStatus lot={lot} />
            <span className="ml-auto text-ink-2">
              {lot.expiresOn === null
                ? t('lots.noExpiry')
                : t('lots.expires', { day: formatDay(locale, lot.expiresOn) })}
            </span>
          </span>
        </th>
      </tr>
      {lot.balances.filter(hasAny).map((balance) => (
        <LotBalanceRow key={balance.locationCode} balance={balance} of={lot.lot} />
      ))}
    </tbody>
  )
}
