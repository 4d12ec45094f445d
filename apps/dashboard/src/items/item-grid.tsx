import type { ItemFilter } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type CSSProperties, type KeyboardEvent, useCallback, useRef, useSyncExternalStore } from 'react'
import { connectionsQuery, locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ItemCard, ItemLine, PlaceholderLine } from './item-line.tsx'
import { useItemNames } from './item-names.ts'
import { useItemRows } from './item-rows.ts'

/**
 * The grid of items: only what is visible (and a little more) is in the page, and only its numbers are read.
 * SKUs and names of all rows are read beforehand, so that no frame is blank however fast and far one scrolls;
 * the ground beneath is ruled in row height, should the browser paint later than it scrolls.
 */
const lineHeight = 42
const cardHeight = 86
const overscanRows = 14

export function ItemGrid({ search, filter, total }: { search: string; filter: ItemFilter; total: number }) {
  const { t } = useLanguage()
  const isNarrow = useIsNarrow()
  const height = isNarrow ? cardHeight : lineHeight
  const scroller = useRef<HTMLDivElement>(null)
  const locations = useQuery(locationsQuery).data?.rows ?? []
  // What a warehouse counts is in the columns of locations.
  const connections = useQuery(connectionsQuery).data?.rows.filter(({ kind }) => kind === 'channel') ?? []
  const grid = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: overscanRows,
    getItemKey: (index) => index,
  })
  const visible = grid.getVirtualItems()
  const list = { search, filter, total }
  const rows = useItemRows({ ...list, first: visible[0]?.index ?? 0, last: visible.at(-1)?.index ?? 0 })
  const nameAt = useItemNames(list, rows)

  const columns = {
    '--row': `${height}px`,
    '--columns': [
      'minmax(14.5rem,1fr) 7rem repeat(4, 4.6rem)',
      // Few columns are given room for their names; many must be narrow to be seen side by side.
      ...locations.map(() => (locations.length > 3 ? '3.4rem' : '5.5rem')),
      ...connections.map(() => (connections.length > 3 ? '4.5rem' : '9.5rem')),
    ].join(' '),
  } as CSSProperties
  const head =
    'flex items-end border-b border-line-2 bg-sunken px-2 pb-1.5 text-xs leading-tight font-medium text-ink-2'

  return (
    <div
      ref={scroller}
      role="table"
      aria-label={t('items.title')}
      aria-rowcount={total + 1}
      tabIndex={0}
      onKeyDown={(event) => moveRow(event, total, (index) => grid.scrollToIndex(index, { align: 'auto' }))}
      className="relative min-h-0 flex-1 overflow-auto overscroll-contain outline-offset-[-2px]"
      style={columns}
    >
      {!isNarrow && (
        <div
          role="row"
          aria-rowindex={1}
          className="sticky top-0 z-20 grid h-12 w-max min-w-full"
          style={{ gridTemplateColumns: 'var(--columns)' }}
        >
          <div role="columnheader" className={`${head} sticky left-0 z-10 border-r border-r-line pl-4`}>
            {t('stock.item')}
          </div>
          <div role="columnheader" className={head}>
            {t('items.loadLine')}
          </div>
          {(['available', 'onHand', 'reserved', 'held'] as const).map((name) => (
            <div key={name} role="columnheader" className={`${head} justify-end`}>
              {t(`stock.${name}`)}
            </div>
          ))}
          {locations.map((location, number) => (
            <div
              key={location.locationId}
              role="columnheader"
              title={location.name}
              className={`${head} justify-end text-right ${number === 0 ? 'border-l border-l-line' : ''}`}
            >
              {location.code}
            </div>
          ))}
          {connections.map((connection, number) => (
            <div
              key={connection.connectionId}
              role="columnheader"
              title={connection.name}
              className={`${head} justify-end text-right ${number === 0 ? 'border-l border-l-line' : ''}`}
              style={{ boxShadow: `inset 0 3px ${connection.colour}` }}
            >
              <span className="line-clamp-2">{connection.name}</span>
            </div>
          ))}
        </div>
      )}
      <div
        role="rowgroup"
        className="ruled relative w-max min-w-full max-md:w-full"
        style={{ height: `${grid.getTotalSize()}px` }}
      >
        {/* Keeps the ground as wide as its columns, since the rows themselves are out of the flow. */}
        {!isNarrow && (
          <div aria-hidden className="invisible grid h-0" style={{ gridTemplateColumns: 'var(--columns)' }} />
        )}
        {visible.map((virtual) => {
          const row = rows.at(virtual.index)
          const place = { index: virtual.index, top: virtual.start, height }
          if (!row) return <PlaceholderLine key={virtual.key} {...place} name={nameAt(virtual.index)} />
          return isNarrow ? (
            <ItemCard key={virtual.key} row={row} {...place} />
          ) : (
            <ItemLine
              key={virtual.key}
              row={row}
              locations={locations}
              connections={connections}
              {...place}
            />
          )
        })}
      </div>
    </div>
  )
}

/** Arrow keys go from row to row; the row's link takes the focus, so Enter opens it. */
function moveRow(event: KeyboardEvent<HTMLDivElement>, total: number, scrollTo: (index: number) => void) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  event.preventDefault()
  const grid = event.currentTarget
  const focused = document.activeElement?.closest<HTMLElement>('[data-index]')
  const first = Number(grid.querySelector<HTMLElement>('[data-index]')?.dataset.index ?? 0)
  const index = focused ? Number(focused.dataset.index) + step : first
  if (index < 0 || index >= total) return
  scrollTo(index)
  // The row may only be drawn after the scroll.
  requestAnimationFrame(() =>
    requestAnimationFrame(() =>
      grid.querySelector<HTMLElement>(`[data-index="${index}"] a`)?.focus({ preventScroll: true }),
    ),
  )
}

function useIsNarrow(): boolean {
  const query = '(max-width: 767px)'
  return useSyncExternalStore(
    useCallback((listener: () => void) => {
      const media = matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    }, []),
    () => matchMedia(query).matches,
  )
}
