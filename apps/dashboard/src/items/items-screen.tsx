import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useIsAdmin } from '../accounts/own-role.ts'
import { formatNumber } from '../format.ts'
import { itemPageQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure } from '../parts/notice.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { ViewMenu } from '../saved-views/view-menu.tsx'
import { itemFilters } from './item-filters.ts'
import { ItemGrid } from './item-grid.tsx'

/** Every item: search, filters, and the grid. Search and filter live in the address. */
export function ItemsScreen() {
  const { t, locale } = useLanguage()
  const { q = '', filter = 'all' } = useSearch({ from: '/items' })
  const navigate = useNavigate({ from: '/items' })
  const first = useQuery({ ...itemPageQuery(q, filter, 0), placeholderData: keepPreviousData })
  const total = first.data?.total
  const isAdmin = useIsAdmin()
  // What was found before stays until the new answer is there: a grid that empties at every key press flickers.
  const [shown, setShown] = useState({ q, filter })
  if (!first.isPlaceholderData && (shown.q !== q || shown.filter !== filter)) setShown({ q, filter })
  return (
    <div className="flex h-[calc(100dvh-10.25rem)] min-h-80 flex-col md:h-[calc(100dvh-4.5rem)]">
      <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
        <h1>{t('items.title')}</h1>
        <p className="ml-auto text-ink-2 sm:order-last" role="status">
          {total !== undefined && t('items.count', { count: total, n: formatNumber(locale, total) })}
          {first.isPending && <span className="sr-only">{t('app.loading')}</span>}
        </p>
        <ViewMenu screen="items" />
        <TableFile operation="listItems" query={{ search: q, filter }} />
        <Link to="/import-items" className="control">
          {t('itemImport.open')}
        </Link>
        {isAdmin && (
          <Link to="/bulk" search={q === '' ? {} : { q }} className="control">
            {t('changeLog.bulk')}
          </Link>
        )}
        <SearchField
          label={t('items.search')}
          value={q}
          onSearch={(next) =>
            void navigate({
              search: { ...(next && { q: next }), ...(filter !== 'all' && { filter }) },
              replace: true,
            })
          }
        />
        <fieldset aria-label={t('items.filter')} className="-mx-4 flex overflow-x-auto px-4 md:mx-0 md:px-0">
          {itemFilters.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={filter === each}
              onClick={() =>
                void navigate({
                  search: { ...(q && { q }), ...(each !== 'all' && { filter: each }) },
                  replace: true,
                })
              }
              className="min-h-9 border-b-2 border-transparent px-2.5 whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink aria-pressed:border-ink aria-pressed:font-semibold aria-pressed:text-ink"
            >
              {t(`items.${each}`)}
            </button>
          ))}
        </fieldset>
      </div>
      <div className="panel flex min-h-0 flex-1 flex-col overflow-hidden">
        {!first.data && first.error && <Failure error={first.error} onRetry={() => void first.refetch()} />}
        {total === 0 && (
          <Empty
            title={t(q || filter !== 'all' ? 'items.noneTitle' : 'items.emptyTitle')}
            cure={t(q || filter !== 'all' ? 'items.noneCure' : 'items.emptyCure')}
          >
            {q || filter !== 'all' ? (
              <button type="button" className="control" onClick={() => void navigate({ search: {} })}>
                {t('items.clear')}
              </button>
            ) : (
              <p className="flex flex-wrap justify-center gap-2">
                <Link to="/import-items" className="control control-strong">
                  {t('itemImport.open')}
                </Link>
                <Link to="/mapping" className="control">
                  {t('items.fromListings')}
                </Link>
              </p>
            )}
          </Empty>
        )}
        {total !== 0 && !(first.error && !first.data) && (
          <ItemGrid
            key={`${shown.filter} ${shown.q}`}
            search={shown.q}
            filter={shown.filter}
            total={total ?? 40}
          />
        )}
      </div>
    </div>
  )
}
