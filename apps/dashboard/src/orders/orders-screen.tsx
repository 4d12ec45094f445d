import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { OnlyFor } from '../accounts/only-for.tsx'
import { ordersQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ConnectionFilter } from '../parts/filter-select.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { ViewMenu } from '../saved-views/view-menu.tsx'
import { AllocationChoice } from './allocation-choice.tsx'
import { OrderList } from './order-list.tsx'
import { orderStandings } from './order-standing.ts'

const filterClass =
  'min-h-9 border-b-2 border-transparent px-2.5 whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink aria-pressed:border-ink aria-pressed:font-semibold aria-pressed:text-ink'

/** Orders of all channels, newest first. Search, standing and channel live in the address. */
export function OrdersScreen() {
  const { t } = useLanguage()
  const search = useSearch({ from: '/orders' })
  const { q = '', standing, channel } = search
  const navigate = useNavigate({ from: '/orders' })
  const orders = useInfiniteQuery({
    ...ordersQuery({
      limit: 50,
      ...(q !== '' && { search: q }),
      ...(standing && { standing }),
      ...(channel && { connection: channel }),
    }),
    placeholderData: keepPreviousData,
  })
  const rows = orders.data?.pages.flatMap((page) => page.rows) ?? []
  const isNarrowed = q !== '' || standing !== undefined || channel !== undefined
  const go = (next: typeof search) => void navigate({ search: next, replace: true })
  const { standing: _standing, ...unstanding } = search
  const { channel: _channel, ...unchannelled } = search
  const { q: _q, ...unsearched } = search
  return (
    <div className="flex h-[calc(100dvh-10.25rem)] min-h-80 flex-col md:h-[calc(100dvh-4.5rem)]">
      <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
        <h1>{t('orders.title')}</h1>
        <span className="ml-auto flex flex-wrap gap-2 sm:order-last">
          <ViewMenu screen="orders" />
          <TableFile operation="listOrders" query={{ search: q, standing, connection: channel }} />
          <Link to="/packing" className="control">
            {t('packing.title')}
          </Link>
          <Link to="/orders/new" className="control control-strong">
            {t('newOrder.open')}
          </Link>
        </span>
        <SearchField
          label={t('orders.search')}
          value={q}
          onSearch={(next) => go(next === '' ? unsearched : { ...search, q: next })}
          onEnter={(order) => void navigate({ to: '/orders/$order', params: { order } })}
        />
        <ConnectionFilter
          label={t('stock.channel')}
          all={t('orders.allChannels')}
          value={channel}
          onChange={(next) => go(next === undefined ? unchannelled : { ...search, channel: next })}
        >
          <option value="by-hand">{t('orders.byHand')}</option>
        </ConnectionFilter>
        <fieldset
          aria-label={t('orders.filter')}
          className="-mx-4 flex max-w-[100vw] overflow-x-auto px-4 md:mx-0 md:px-0"
        >
          <button
            type="button"
            aria-pressed={standing === undefined}
            onClick={() => go(unstanding)}
            className={filterClass}
          >
            {t('orders.all')}
          </button>
          {orderStandings.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={standing === each}
              onClick={() => go({ ...search, standing: each })}
              className={filterClass}
            >
              {t(`orders.standing.${each}`)}
            </button>
          ))}
        </fieldset>
      </div>
      {standing === 'not-routed' && (
        <OnlyFor needs="operator" isQuiet>
          <AllocationChoice />
        </OnlyFor>
      )}
      <div className="panel flex min-h-0 flex-1 flex-col overflow-hidden">
        {!orders.data &&
          (orders.error ? (
            <Failure error={orders.error} onRetry={() => void orders.refetch()} />
          ) : (
            <Loading lines={12} />
          ))}
        {orders.data && rows.length === 0 && (
          <Empty
            title={t(isNarrowed ? 'orders.noneTitle' : 'orders.emptyTitle')}
            cure={t(isNarrowed ? 'orders.noneCure' : 'orders.emptyCure')}
          >
            {isNarrowed && (
              <button type="button" className="control" onClick={() => go({})}>
                {t('orders.clear')}
              </button>
            )}
          </Empty>
        )}
        {rows.length > 0 && (
          <OrderList
            rows={rows}
            onEnd={() => {
              if (orders.hasNextPage && !orders.isFetchingNextPage) void orders.fetchNextPage()
            }}
          />
        )}
      </div>
    </div>
  )
}
