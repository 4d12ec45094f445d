import type { ImportJobView } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'

type Preview = NonNullable<ImportJobView['preview']>

/** The first rows as they were read, under the columns of the file: what was taken for what is seen at a glance. */
export function FirstRows({ preview: { columns, rows } }: { preview: Preview }) {
  const { t, locale } = useLanguage()
  const known = columns.filter(({ field }) => rows.some(({ values }) => values[field] !== undefined))
  if (rows.length === 0) return null
  return (
    <Panel title={t('itemImport.firstRows')}>
      <Scrolling label={t('itemImport.firstRows')}>
        <table className="w-full text-left">
          <thead className="text-xs text-ink-2">
            <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4">
              <th>{t('itemImport.row')}</th>
              {known.map(({ name, field }) => (
                <th key={field}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ row, values }) => (
              <tr
                key={row}
                className="border-b border-line align-baseline last:border-0 [&>*]:px-2 [&>*]:py-1.5 [&>th]:pl-4"
              >
                <th scope="row" className="font-normal text-ink-2">
                  {formatNumber(locale, row)}
                </th>
                {known.map(({ field }) => (
                  <td key={field} className="max-w-80 min-w-24 break-words">
                    {field === 'tracking' && values[field] !== undefined
                      ? t(`itemImport.tracking.${values[field]}`)
                      : sayCell(values[field])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </Panel>
  )
}

/** A cell as it was read: a list of units or barcodes part by part, pairs as they are written in a file. */
function sayCell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'boolean') return value ? '✓' : '–'
  if (Array.isArray(value)) return value.map(sayPart).join(' | ')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, each]) => `${name}=${String(each)}`)
      .join(' | ')
  return String(value)
}

function sayPart(part: Record<string, unknown>): string {
  const { code, factor, barcode, unit } = part
  if (code !== undefined) return `${String(code)}=${String(factor)}`
  return unit === null || unit === undefined ? String(barcode) : `${String(unit)}=${String(barcode)}`
}
