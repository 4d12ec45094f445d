import type { SerialRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'
import { Scrolling } from '../parts/scrolling.tsx'
import { SerialState } from './serial-state.tsx'

/** Units with where each is or went; the item is left out where all are of one. */
export function SerialTable({ rows, showsItem }: { rows: SerialRow[]; showsItem: boolean }) {
  const { t } = useLanguage()
  return (
    <Scrolling label={t('serials.title')}>
      <table className="w-full text-left">
        <thead className="text-xs text-ink-2">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4">
            <th>{t('serials.serial')}</th>
            {showsItem && <th>{t('stock.item')}</th>}
            <th>{t('stock.status')}</th>
            <th>{t('stock.location')}</th>
            <th className={showsItem ? 'max-sm:hidden' : ''}>{t('serials.order')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={`${row.serial} ${row.sku}`}
              className="border-b border-line align-baseline last:border-0 [&>*]:px-2 [&>*]:py-1.5 [&>th]:pl-4"
            >
              <th scope="row" className="font-normal">
                <Link
                  to="/serials/$serial"
                  params={{ serial: row.serial }}
                  className="link font-mono break-all"
                >
                  {row.serial}
                </Link>
              </th>
              {showsItem && (
                <td title={row.name} className="font-mono text-[0.92em] break-all">
                  {row.sku}
                </td>
              )}
              <td>
                <SerialState state={row.state} />
              </td>
              <td>{row.locationCode}</td>
              <td className={showsItem ? 'max-sm:hidden' : ''}>{row.orderNumber}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  )
}
