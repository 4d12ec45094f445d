import type { ImportJobView, ImportMappingView } from '@plimsoll/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { formatNumber } from '../format.ts'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { FilterSelect } from '../parts/filter-select.tsx'
import { More } from '../parts/more.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { TableFile } from '../parts/table-file.tsx'

const PAGE_ROWS = 50
const narrower = ['conflicts', 'zero'] as const

/** Each listing that a file would change: what it sells before and after, what it would show, and what speaks against it. */
export function SheetChanges({ job }: { job: ImportJobView }) {
  const { t } = useLanguage()
  const [only, setOnly] = useState<(typeof narrower)[number]>()
  const { importId, checkedAt } = job
  const changes = useInfiniteQuery({
    queryKey: ['mapping-sheet', importId, 'changes', checkedAt, only],
    queryFn: ({ pageParam, signal }) =>
      hub.importMappings(importId, { ...(only && { only }), ...pageParam, limit: PAGE_ROWS }, signal),
    initialPageParam: {} as { cursor?: string },
    getNextPageParam: (last) => (last.next === null ? undefined : { cursor: last.next }),
    gcTime: 0,
  })
  const rows = changes.data?.pages.flatMap((page) => page.rows) ?? []
  const sums = job.preview?.mappings
  return (
    <section aria-label={t('mappingSheet.changes.title')} className="grid gap-3">
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <h3 className="font-medium">{t('mappingSheet.changes.title')}</h3>
        <span className="flex flex-wrap gap-2">
          {sums?.isForeseen === true && sums.conflicts + sums.toZero > 0 && (
            <FilterSelect
              label={t('mappingSheet.changes.filter')}
              all={t('mappingSheet.changes.all')}
              value={only}
              onChange={(value) => setOnly(narrower.find((each) => each === value))}
            >
              {narrower.map((each) => (
                <option key={each} value={each}>
                  {t(`mappingSheet.changes.only.${each}`)}
                </option>
              ))}
            </FilterSelect>
          )}
          <TableFile operation="listImportMappings" query={{ id: importId, only }} />
        </span>
      </div>
      {changes.data === undefined &&
        (changes.error ? (
          <Failure error={changes.error} onRetry={() => void changes.refetch()} />
        ) : (
          <Loading lines={4} />
        ))}
      {changes.data !== undefined && rows.length === 0 && (
        <p className="text-ink-2">{t('mappingSheet.changes.none')}</p>
      )}
      {rows.length > 0 && (
        <ul className="border-y border-line">
          {rows.map((row) => (
            <li key={row.row} className="border-b border-line py-2.5 last:border-0">
              <Change change={row} />
            </li>
          ))}
        </ul>
      )}
      <More query={changes} />
    </section>
  )
}

function Change({ change }: { change: ImportMappingView }) {
  const { t, locale } = useLanguage()
  const { title, externalId, connectionName, before, after, conflicts, row } = change
  return (
    <div className="grid gap-x-6 gap-y-1.5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.5fr)_11rem]">
      <div className="min-w-0">
        <p className="font-medium break-words">{title}</p>
        <p className="text-xs break-words text-ink-2">
          {connectionName} · <span className="font-mono break-all">{externalId}</span> ·{' '}
          {t('mappingSheet.atRow', { row: formatNumber(locale, row) })}
        </p>
      </div>
      <dl className="grid min-w-0 grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <dt className="text-ink-2">{t('mappingSheet.changes.before')}</dt>
        <dd className="min-w-0 break-words text-ink-2">
          <Sells standing={before} />
        </dd>
        <dt className="text-ink-2">{t('mappingSheet.changes.after')}</dt>
        <dd className="min-w-0 break-words">
          <Sells standing={after} />
        </dd>
      </dl>
      <Shown change={change} />
      {conflicts.map(({ kind, other }) => (
        <p
          key={kind}
          className="border-l-2 border-amber-fill bg-amber-soft px-3 py-1.5 break-words lg:col-span-3"
        >
          <span className="font-medium">{t(`mapping.conflict.${kind}`)}: </span>
          {t(`mapping.conflictText.${kind}`, {
            title,
            sku: change.listingSku ?? t('mapping.noSku'),
            item: after.item?.sku ?? '',
            other: other ?? '',
          })}
        </p>
      ))}
    </div>
  )
}

/** What a listing sells: of which item, how many, and whether that is a kit. */
function Sells({
  standing: { item, unitsPerListing, ignoredBecause },
}: {
  standing: ImportMappingView['after']
}) {
  const { t, locale } = useLanguage()
  if (ignoredBecause !== null) return t('mappingSheet.changes.ignored', { because: ignoredBecause })
  if (item === null) return t('mappingSheet.changes.nothing')
  return (
    <>
      <Link to="/items/$sku" params={{ sku: item.sku }} className="link font-mono break-all">
        {item.sku}
      </Link>{' '}
      × {formatNumber(locale, unitsPerListing)}
      {item.isKit && ` · ${t('mappingSheet.changes.kit')}`}
      {item.name !== item.sku && <span className="text-ink-2"> {item.name}</span>}
    </>
  )
}

/** The number on its platform, now and afterwards. */
function Shown({ change: { isForeseen, shows, willShow, isEstimate } }: { change: ImportMappingView }) {
  const { t, locale } = useLanguage()
  if (!isForeseen) return null
  if (shows === null && willShow === null)
    return <p className="text-ink-2 lg:text-right">{t('mapping.notWritten')}</p>
  const now = shows === null ? t('mapping.unknownNow') : formatNumber(locale, shows)
  const isZero = willShow === 0 && (shows ?? 0) > 0
  return (
    <p className="lg:text-right">
      <span className="text-ink-2 lg:block lg:text-xs">{t('mappingSheet.changes.shows')} </span>
      <span className="tabular-nums">
        {now} <span aria-hidden>→</span>
        <span className="sr-only">{t('mappingSheet.changes.becomes')}</span>{' '}
        <span className={isZero ? 'font-semibold text-red' : 'font-semibold'}>
          {willShow === null
            ? t('mapping.notWritten')
            : `${isEstimate ? '≈ ' : ''}${formatNumber(locale, willShow)}`}
        </span>
      </span>
    </p>
  )
}
