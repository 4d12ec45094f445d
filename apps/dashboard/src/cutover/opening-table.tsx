import type { CutoverDetail } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { formatChange, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { TableFile } from '../parts/table-file.tsx'
import { type Filter, filters, type OpeningRow, rowsOf, sumsOf } from './opening-figures.ts'

/** As most lines are, on a wide screen and where the location stands below: so near that End goes to the last. */
const lineHeight = { wide: 35, narrow: 49 }
const overscanRows = 12
const line =
  'grid grid-cols-[minmax(0,1fr)_4rem_4rem_4.5rem] gap-x-2 px-4 md:grid-cols-[minmax(0,1fr)_minmax(0,12rem)_6rem_6rem_6rem_6rem]'

/** The places of a proposal, the largest differences first; only what is visible (and a little more) is in the page. */
export function OpeningTable({ detail }: { detail: CutoverDetail }) {
  const { t, locale } = useLanguage()
  const scroller = useRef<HTMLDivElement>(null)
  const sums = useMemo(() => sumsOf(detail.rows), [detail.rows])
  const [chosen, setChosen] = useState<Filter>()
  const filter = chosen ?? (sums.differ > 0 ? 'differ' : 'all')
  const rows = useMemo(() => rowsOf(detail.rows, filter), [detail.rows, filter])
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (innerWidth < 768 ? lineHeight.narrow : lineHeight.wide),
    overscan: overscanRows,
    getItemKey: (index) => JSON.stringify([rows[index]?.sku, rows[index]?.locationCode]),
  })
  const counts = { differ: sums.differ, left: sums.left, all: sums.places }
  const right = 'text-right'
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-2">
        <fieldset className="flex flex-wrap gap-2">
          <legend className="sr-only">{t('opening.filter')}</legend>
          {filters.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === filter}
              className={`control ${each === filter ? 'control-strong' : ''}`}
              onClick={() => setChosen(each)}
            >
              {t(`opening.only.${each}`)} {formatNumber(locale, counts[each])}
            </button>
          ))}
        </fieldset>
        <TableFile operation="getCutover" query={{ name: detail.cutoverId }} />
      </div>
      {rows.length === 0 ? (
        <p className="border-t border-line p-4 text-ink-2">{t('opening.noneHere')}</p>
      ) : (
        <div
          ref={scroller}
          role="table"
          aria-label={t('opening.proposal')}
          aria-rowcount={rows.length + 1}
          tabIndex={0}
          className="max-h-[60dvh] overflow-auto overscroll-contain border-t border-line outline-offset-[-2px]"
        >
          <div
            role="row"
            aria-rowindex={1}
            className={`${line} sticky top-0 z-10 border-b border-line bg-sunken py-1.5 text-xs font-medium text-ink-2`}
          >
            <span role="columnheader">{t('opening.column.sku')}</span>
            <span role="columnheader" className="max-md:hidden">
              {t('opening.column.location')}
            </span>
            <span role="columnheader" className={right}>
              {t('opening.column.ledger')}
            </span>
            <span role="columnheader" className={right}>
              {t('opening.column.proposed')}
            </span>
            <span role="columnheader" className={right}>
              {t('opening.column.difference')}
            </span>
            <span role="columnheader" className={`${right} max-md:hidden`}>
              {t('opening.column.reserved')}
            </span>
          </div>
          <div role="rowgroup" className="relative" style={{ height: `${list.getTotalSize()}px` }}>
            {list.getVirtualItems().map(({ index, key, start }) => {
              const row = rows[index]
              return row === undefined ? null : (
                <div
                  key={key}
                  ref={list.measureElement}
                  data-index={index}
                  role="row"
                  aria-rowindex={index + 2}
                  className={`${line} absolute inset-x-0 border-b border-line py-2`}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <Line row={row} />
                </div>
              )
            })}
          </div>
        </div>
      )}
    </>
  )
}

function Line({ row }: { row: OpeningRow }) {
  const { t, locale } = useLanguage()
  const { sku, locationCode, ledger, proposed, reserved, skipped, skippedCode } = row
  const n = (value: number) => formatNumber(locale, value)
  const difference = proposed - ledger
  return (
    <>
      <div role="cell" className="min-w-0">
        <Link to="/items/$sku" params={{ sku }} className="link break-words">
          {sku}
        </Link>
        <span className="block text-xs text-ink-2 md:hidden">
          {locationCode}
          {reserved > 0 && ` · ${t('opening.column.reserved')} ${n(reserved)}`}
        </span>
        {skipped !== null && (
          <span className="block text-xs text-ink-2">
            {t('opening.leftAlone', { why: t(`opening.skipped.${skippedCode ?? 'other'}`) })}
          </span>
        )}
      </div>
      <span role="cell" className="truncate text-ink-2 max-md:hidden" title={locationCode}>
        {locationCode}
      </span>
      <span role="cell" className="text-right">
        {n(ledger)}
      </span>
      <span role="cell" className="text-right">
        {n(proposed)}
      </span>
      <span role="cell" className="text-right font-semibold">
        {skipped !== null ? '–' : difference === 0 ? n(0) : formatChange(locale, difference)}
      </span>
      <span role="cell" className="text-right text-ink-2 max-md:hidden">
        {n(reserved)}
      </span>
    </>
  )
}
