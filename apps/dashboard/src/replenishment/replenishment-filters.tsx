import type { ReplenishmentPage } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { SearchField } from '../parts/search-field.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { type ReplenishmentSearch, toQuery, urgencies } from './replenishment-search.ts'

const filterClass =
  'min-h-9 border-b-2 border-transparent px-2.5 whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink aria-pressed:border-ink aria-pressed:font-semibold aria-pressed:text-ink'

/** Which rows are looked at; each urgency with how many items it has where one looks. */
export function ReplenishmentFilters(props: {
  search: ReplenishmentSearch
  totals: ReplenishmentPage['totals']
  onSearch: (search: ReplenishmentSearch) => void
}) {
  const { t, locale } = useLanguage()
  const { search, totals, onSearch } = props
  const locations = [...new Set(totals.map(({ location }) => location))]
  const here = totals.filter(({ location }) => search.location === undefined || location === search.location)
  const itemsOf = (urgency: string) =>
    here.filter((each) => each.urgency === urgency).reduce((sum, { items }) => sum + items, 0)
  const { q: _q, ...unsearched } = search
  const { location: _location, ...everywhere } = search
  const { urgency: _urgency, ...anyUrgency } = search
  const { suggested: _suggested, ...anySuggestion } = search
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
      <h1 className="mr-auto">{t('replenishment.title')}</h1>
      <TableFile operation="listReplenishment" query={toQuery(search)} />
      <SearchField
        label={t('replenishment.search')}
        value={search.q ?? ''}
        onSearch={(q) => onSearch(q === '' ? unsearched : { ...search, q })}
      />
      <label className="flex items-center gap-2 max-sm:w-full">
        <span className="text-ink-2">{t('stock.location')}</span>
        <select
          value={search.location ?? ''}
          onChange={({ target: { value } }) =>
            onSearch(value === '' ? everywhere : { ...search, location: value })
          }
          className="h-9 min-w-0 rounded border border-line-2 bg-surface px-2 max-sm:flex-1"
        >
          <option value="">{t('replenishment.allLocations')}</option>
          {[...new Set([...locations, ...(search.location === undefined ? [] : [search.location])])].map(
            (code) => (
              <option key={code} value={code}>
                {code}
              </option>
            ),
          )}
        </select>
      </label>
      <label className="flex min-h-9 items-center gap-2">
        <input
          type="checkbox"
          checked={search.suggested === true}
          onChange={({ target }) => onSearch(target.checked ? { ...search, suggested: true } : anySuggestion)}
          className="size-5"
        />
        {t('replenishment.onlySuggested')}
      </label>
      <fieldset
        aria-label={t('replenishment.filter')}
        className="-mx-4 flex w-[100vw] min-w-0 overflow-x-auto px-4 md:mx-0 md:w-full md:px-0"
      >
        <button
          type="button"
          aria-pressed={search.urgency === undefined}
          onClick={() => onSearch(anyUrgency)}
          className={filterClass}
        >
          {t('replenishment.all')}
        </button>
        {urgencies.map((urgency) => (
          <button
            key={urgency}
            type="button"
            aria-pressed={search.urgency === urgency}
            title={t(`replenishment.urgencyHint.${urgency}`)}
            onClick={() => onSearch({ ...search, urgency })}
            className={filterClass}
          >
            {t(`replenishment.urgency.${urgency}`)}{' '}
            <span className="text-xs font-normal text-ink-2">{formatNumber(locale, itemsOf(urgency))}</span>
          </button>
        ))}
      </fieldset>
    </div>
  )
}
