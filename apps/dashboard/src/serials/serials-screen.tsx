import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { serialsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { SerialTable } from './serial-table.tsx'

/** Units by serial number: type how it begins, or scan it whole and Enter opens the unit. */
export function SerialsScreen() {
  const { t } = useLanguage()
  const { q = '' } = useSearch({ from: '/serials' })
  const navigate = useNavigate({ from: '/serials' })
  const serials = useInfiniteQuery({
    ...serialsQuery({ search: q, limit: 50 }),
    placeholderData: keepPreviousData,
  })
  const rows = serials.data?.pages.flatMap((page) => page.rows) ?? []
  const isEmpty = serials.data !== undefined && rows.length === 0
  return (
    <>
      <Heading title={t('serials.title')} table={{ operation: 'listSerials', query: { search: q } }}>
        <SearchField
          isWide
          label={t('serials.search')}
          value={q}
          onSearch={(next) => void navigate({ search: next === '' ? {} : { q: next }, replace: true })}
          onEnter={(serial) => void navigate({ to: '/serials/$serial', params: { serial } })}
        />
      </Heading>
      <p className="mb-3 text-ink-2">{t('serials.hint')}</p>
      <div className="panel">
        {!serials.data &&
          (serials.error ? (
            <Failure error={serials.error} onRetry={() => void serials.refetch()} />
          ) : (
            <Loading />
          ))}
        {isEmpty && (
          <Empty
            title={t(q === '' ? 'serials.emptyTitle' : 'serials.noneTitle')}
            cure={t(q === '' ? 'serials.emptyCure' : 'serials.noneCure')}
          />
        )}
        {rows.length > 0 && <SerialTable rows={rows} showsItem />}
        <More query={serials} />
      </div>
    </>
  )
}
