import type { ReplenishmentRow } from '@plimsoll/client'
import type { ReplenishmentSort } from '@plimsoll/client/client'
import { Fragment } from 'react'
import { useLanguage } from '../language.ts'
import { Scrolling } from '../parts/scrolling.tsx'
import { isAcceptable, ReplenishmentLine } from './replenishment-line.tsx'
import { WhyThisNumber } from './why-this-number.tsx'

/** A column's heading, what it is sorted by, and from which width on it is there. */
const columns = [
  ['item', 'sku', 'text-left'],
  ['location', 'location', 'text-left max-md:hidden'],
  ['urgency', 'urgency', 'text-left max-md:hidden'],
  ['available', 'available', 'text-right max-md:hidden'],
  ['incoming', 'incoming', 'text-right max-lg:hidden'],
  ['demand', 'demand', 'text-right max-lg:hidden'],
  ['cover', 'cover', 'text-right'],
  ['runsOut', 'runs-out', 'text-right max-lg:hidden'],
  ['reorderPoint', null, 'text-right max-xl:hidden'],
  ['suggestion', 'suggested', 'text-left max-md:hidden'],
] as const satisfies [string, ReplenishmentSort | null, string][]

export type Order = { sort: ReplenishmentSort; isDown: boolean }

/** Rows that can be sorted by their columns, chosen, and opened to see what led to their figures. */
export function ReplenishmentTable(props: {
  rows: ReplenishmentRow[]
  order: Order
  onOrder: (order: Order) => void
  chosen: ReadonlySet<string>
  onChoose: (ids: readonly string[], isChosen: boolean) => void
  opened: string | undefined
  onOpen: (key: string | undefined) => void
}) {
  const { t } = useLanguage()
  const { rows, order, chosen } = props
  const ids = rows.flatMap((row) => (row.suggestion !== null && isAcceptable(row) ? [row.suggestion.id] : []))
  const areAllChosen = ids.length > 0 && ids.every((id) => chosen.has(id))
  return (
    <Scrolling label={t('replenishment.title')}>
      <table className="w-full">
        <thead className="text-xs text-ink-2">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-1.5 [&>th]:font-medium">
            <th className="w-11">
              <input
                type="checkbox"
                aria-label={t('replenishment.selectAll')}
                checked={areAllChosen}
                disabled={ids.length === 0}
                onChange={({ target }) => props.onChoose(ids, target.checked)}
                className="size-5 align-middle"
              />
            </th>
            {columns.map(([name, sort, className]) => (
              <th
                key={name}
                className={className}
                aria-sort={sort !== order.sort ? undefined : order.isDown ? 'descending' : 'ascending'}
              >
                {sort === null ? (
                  t(`replenishment.column.${name}`)
                ) : (
                  <button
                    type="button"
                    className="inline-flex min-h-7 items-center gap-1 whitespace-nowrap hover:text-ink"
                    title={t('replenishment.sortBy', { column: t(`replenishment.column.${name}`) })}
                    onClick={() => props.onOrder({ sort, isDown: order.sort === sort && !order.isDown })}
                  >
                    {t(`replenishment.column.${name}`)}
                    <span aria-hidden className={order.sort === sort ? '' : 'opacity-0'}>
                      {order.isDown ? '▾' : '▴'}
                    </span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = keyOf(row)
            const isOpen = props.opened === key
            return (
              <Fragment key={key}>
                <ReplenishmentLine
                  row={row}
                  isOpen={isOpen}
                  isChosen={row.suggestion !== null && chosen.has(row.suggestion.id)}
                  onChoose={(isChosen) => row.suggestion && props.onChoose([row.suggestion.id], isChosen)}
                  onOpen={() => props.onOpen(isOpen ? undefined : key)}
                />
                {isOpen && (
                  <tr className="border-b border-line bg-sunken">
                    <td colSpan={columns.length + 1} className="p-0">
                      <WhyThisNumber sku={row.sku} location={row.location} />
                    </td>
                  </tr>
                )}
              </Fragment>
            )
          })}
        </tbody>
      </table>
    </Scrolling>
  )
}

export function keyOf({ sku, location }: { sku: string; location: string }): string {
  return JSON.stringify([sku, location])
}
