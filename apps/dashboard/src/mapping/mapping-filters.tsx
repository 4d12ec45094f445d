import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { ConnectionFilter } from '../parts/filter-select.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { TableFile } from '../parts/table-file.tsx'
import { ViewMenu } from '../saved-views/view-menu.tsx'
import {
  type addUpCounts,
  type MappingSearch,
  mappingLists,
  mappingViews,
  surenesses,
  toMappingQuery,
  waitingOf,
} from './mapping-search.ts'

const filterClass =
  'min-h-9 border-b-2 border-transparent px-2.5 whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink aria-pressed:border-ink aria-pressed:font-semibold aria-pressed:text-ink'

/** Which listings are looked at; each kind with how many there are. */
export function MappingFilters(props: {
  search: MappingSearch
  counts: ReturnType<typeof addUpCounts>
  onSearch: (search: MappingSearch) => void
}) {
  const { t, locale } = useLanguage()
  const { search, counts, onSearch } = props
  const view = search.view ?? 'waiting'
  const { q: _q, ...unsearched } = search
  const { connection: _connection, ...everywhere } = search
  const { confidence: _confidence, ...anySureness } = search
  const counted = { waiting: waitingOf(counts), tied: counts.tied, ignored: counts.ignored }
  return (
    <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
      <h1 className="mr-auto">{t('mapping.title')}</h1>
      <ViewMenu screen="listings" />
      {view === 'conflicts' ? (
        <TableFile operation="listMappingConflicts" query={{ connection: search.connection }} />
      ) : (
        mappingLists.some((each) => each === view) && (
          <TableFile operation="listMappings" query={toMappingQuery(search)} />
        )
      )}
      {view !== 'sheet' && (
        <>
          <SearchField
            label={t('mapping.search')}
            value={search.q ?? ''}
            onSearch={(q) => onSearch(q === '' ? unsearched : { ...search, q })}
          />
          <ConnectionFilter
            label={t('mapping.connection')}
            all={t('mapping.allConnections')}
            value={search.connection}
            onChange={(next) => onSearch(next === undefined ? everywhere : { ...search, connection: next })}
          />
        </>
      )}
      <fieldset
        aria-label={t('mapping.views')}
        className="-mx-4 flex w-[100vw] min-w-0 overflow-x-auto px-4 md:mx-0 md:w-full md:px-0"
      >
        {mappingViews.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={view === each}
            onClick={() => onSearch({ ...anySureness, view: each })}
            className={filterClass}
          >
            {t(`mapping.view.${each}`)}{' '}
            {each in counted && (
              <span className="text-xs font-normal text-ink-2">
                {formatNumber(locale, counted[each as keyof typeof counted])}
              </span>
            )}
          </button>
        ))}
      </fieldset>
      {view === 'waiting' && (
        <fieldset
          aria-label={t('mapping.sureness')}
          className="-mx-4 flex w-[100vw] min-w-0 overflow-x-auto px-4 md:mx-0 md:w-full md:px-0"
        >
          <button
            type="button"
            aria-pressed={search.confidence === undefined}
            onClick={() => onSearch(anySureness)}
            className={filterClass}
          >
            {t('mapping.all')}
          </button>
          {surenesses.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={search.confidence === each}
              title={t(`mapping.confidenceHint.${each}`)}
              onClick={() => onSearch({ ...search, confidence: each })}
              className={filterClass}
            >
              {t(`mapping.confidence.${each}`)}{' '}
              <span className="text-xs font-normal text-ink-2">{formatNumber(locale, counts[each])}</span>
            </button>
          ))}
        </fieldset>
      )}
    </div>
  )
}
