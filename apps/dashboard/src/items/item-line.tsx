import type { ConnectionRow, ItemRow, LocationRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'
import { HullBar } from '../load-line/hull-bar.tsx'
import { Live } from '../parts/number.tsx'
import { StatusMark } from '../parts/state.tsx'
import { channelStatuses } from './channel-status.ts'
import type { ItemName } from './item-names.ts'

type Place = { index: number; top: number; height: number }
const placed = ({ top, height }: Place) => ({ transform: `translateY(${top}px)`, height: `${height}px` })

/** One item over every location and channel. */
export function ItemLine({
  row,
  locations,
  connections,
  ...place
}: Place & { row: ItemRow; locations: LocationRow[]; connections: ConnectionRow[] }) {
  const { t } = useLanguage()
  const cell = 'flex items-center justify-end px-2'
  const quiet = (value: number) => (value === 0 ? 'text-ink-3' : '')
  return (
    <div
      role="row"
      aria-rowindex={place.index + 2}
      data-index={place.index}
      className="group absolute top-0 left-0 grid w-full border-b border-line bg-surface hover:bg-sunken"
      style={{ ...placed(place), gridTemplateColumns: 'var(--columns)' }}
    >
      <div
        role="rowheader"
        className="sticky left-0 z-10 flex min-w-0 flex-col justify-center border-r border-line bg-surface pr-3 pl-4 group-hover:bg-sunken"
      >
        <NameOf item={row} />
      </div>
      <div role="cell" className="flex items-center px-2">
        {row.isKit ? <KitTag /> : <HullBar figures={row} />}
      </div>
      <div
        role="cell"
        className={`${cell} font-semibold ${row.available < 0 ? 'text-red' : quiet(row.available)}`}
      >
        <Live value={row.available} of={row.sku} />
      </div>
      {/* A kit has none of its own: a zero would say that there is nothing. */}
      {(['onHand', 'reserved', 'held'] as const).map((name) => (
        <div key={name} role="cell" className={`${cell} ${row.isKit ? 'text-ink-3' : quiet(row[name])}`}>
          {row.isKit ? '–' : <Live value={row[name]} of={row.sku} />}
        </div>
      ))}
      {locations.map((location, number) => {
        const balance = row.locations.find((each) => each.locationId === location.locationId)
        const edge = number === 0 ? 'border-l border-line' : ''
        const tone =
          !balance || balance.available === 0 ? 'text-ink-3' : balance.available < 0 ? 'text-red' : ''
        return (
          <div key={location.locationId} role="cell" className={`${cell} ${edge} ${tone}`}>
            {balance ? <Live value={balance.available} of={row.sku} /> : '–'}
          </div>
        )
      })}
      {connections.map((connection, number) => {
        const channel = row.channels.find((each) => each.connectionId === connection.connectionId)
        const edge = number === 0 ? 'border-l border-line' : ''
        return (
          <div key={connection.connectionId} role="cell" className={`${cell} gap-2 ${edge}`}>
            {channel ? (
              <>
                <StatusMark status={channel.status} />
                {channel.desired === null ? (
                  <span className="text-ink-3">–</span>
                ) : (
                  <Live value={channel.desired} of={row.sku} className="min-w-8 text-right" />
                )}
              </>
            ) : (
              <span className="text-ink-3" title={t('items.notListed')}>
                <span aria-hidden>·</span>
                <span className="sr-only">{t('items.notListed')}</span>
              </span>
            )}
          </div>
        )
      })}
    </div>
  )
}

/** In place of a load line: a kit's stock is that of its parts. */
function KitTag() {
  const { t } = useLanguage()
  return (
    <span title={t('items.kitMeaning')} className="rounded border border-line-2 px-1.5 text-xs text-ink-2">
      {t('items.kit')}
    </span>
  )
}

function NameOf({ item }: { item: ItemName }) {
  return (
    <>
      <Link
        to="/items/$sku"
        params={{ sku: item.sku }}
        preload={false}
        className="truncate font-mono text-[0.92em] leading-[1.2] font-medium hover:underline"
      >
        {item.sku}
      </Link>
      <span className="truncate text-xs leading-[1.3] text-ink-2" title={item.name}>
        {item.name}
      </span>
    </>
  )
}

/** The same item on a narrow screen: the numbers that matter, and how many channels are in which state. */
export function ItemCard({ row, ...place }: Place & { row: ItemRow }) {
  const { t } = useLanguage()
  return (
    <div
      role="row"
      aria-rowindex={place.index + 2}
      data-index={place.index}
      className="absolute top-0 left-0 w-full border-b border-line bg-surface px-4 py-2"
      style={placed(place)}
    >
      <div role="cell" className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4">
        <div className="min-w-0">
          <Link
            to="/items/$sku"
            params={{ sku: row.sku }}
            preload={false}
            className="block truncate font-mono text-[0.92em] font-medium after:absolute after:inset-0"
          >
            {row.sku}
          </Link>
          <p className="truncate text-ink-2">{row.name}</p>
          <div className="mt-1 flex items-center gap-3">
            {row.isKit ? <KitTag /> : <HullBar figures={row} />}
            {channelStatuses.map((status) => {
              const count = row.channels.filter((channel) => channel.status === status).length
              return count === 0 ? null : (
                <span key={status} className="flex items-center gap-1 text-xs text-ink-2">
                  <StatusMark status={status} />
                  {count}
                </span>
              )
            })}
          </div>
        </div>
        <div className="text-right">
          <p className={`text-xl leading-7 font-semibold ${row.available < 0 ? 'text-red' : ''}`}>
            <Live value={row.available} of={row.sku} />
          </p>
          <p className="text-xs text-ink-2">{t('stock.available')}</p>
          {!row.isKit && (
            <p className="text-xs text-ink-2">
              {t('stock.onHand')} <Live value={row.onHand} of={row.sku} />
            </p>
          )}
        </div>
      </div>
    </div>
  )
}

/** Stands where a row's numbers will be; as tall, so that nothing jumps when they come. */
export function PlaceholderLine({ name, ...place }: Place & { name: ItemName | undefined }) {
  return (
    <div
      role="row"
      aria-rowindex={place.index + 2}
      aria-busy="true"
      data-index={place.index}
      className="absolute top-0 left-0 grid w-full grid-cols-[var(--columns)] border-b border-line bg-surface max-md:grid-cols-[minmax(0,1fr)_auto]"
      style={placed(place)}
    >
      <div
        role="rowheader"
        className="flex min-w-0 flex-col justify-center pr-3 pl-4 md:sticky md:left-0 md:border-r md:border-line md:bg-surface"
      >
        {name ? <NameOf item={name} /> : <div className="skeleton h-3.5 w-36" />}
      </div>
      <div role="cell" className="flex items-center px-2 max-md:pr-4">
        <div className="skeleton h-2.5 w-[84px] max-md:w-10" />
      </div>
    </div>
  )
}
