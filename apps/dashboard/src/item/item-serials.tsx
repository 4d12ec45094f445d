import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { serialsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { SearchField } from '../parts/search-field.tsx'
import { SerialTable } from '../serials/serial-table.tsx'

/** The units of an item that is tracked by serial number, in order of number. */
export function ItemSerials({ sku }: { sku: string }) {
  const { t } = useLanguage()
  const [search, setSearch] = useState('')
  const serials = useInfiniteQuery({
    ...serialsQuery({ sku, search, limit: 12 }),
    placeholderData: keepPreviousData,
  })
  const rows = serials.data?.pages.flatMap((page) => page.rows) ?? []
  const isEmpty = serials.data !== undefined && rows.length === 0
  return (
    <Panel title={t('serials.title')} table={{ operation: 'listSerials', query: { sku, search } }}>
      {!serials.data &&
        (serials.error ? (
          <Failure error={serials.error} onRetry={() => void serials.refetch()} />
        ) : (
          <Loading lines={4} />
        ))}
      {isEmpty && search === '' && (
        <Empty title={t('serials.emptyTitle')} cure={t('serials.emptyOfItemCure')} />
      )}
      {serials.data && !(isEmpty && search === '') && (
        <div className="border-b border-line px-4 py-2">
          <SearchField isWide label={t('serials.search')} value={search} onSearch={setSearch} />
        </div>
      )}
      {isEmpty && search !== '' && <Empty title={t('serials.noneTitle')} cure={t('serials.noneCure')} />}
      {rows.length > 0 && <SerialTable rows={rows} showsItem={false} />}
      <More query={serials} />
    </Panel>
  )
}
