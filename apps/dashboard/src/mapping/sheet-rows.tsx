import type { ImportJobView } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { Scrolling } from '../parts/scrolling.tsx'

const fields = ['connection', 'listing', 'sku', 'unitsPerListing', 'ignoredBecause'] as const

/** The first rows of a file, as they are understood. */
export function SheetRows({ preview }: { preview: NonNullable<ImportJobView['preview']> }) {
  const { t } = useLanguage()
  return (
    <Scrolling label={t('mappingSheet.firstRows')}>
      <table className="w-full text-xs">
        <caption className="pb-1 text-left text-ink-2">{t('mappingSheet.firstRows')}</caption>
        <thead>
          <tr className="text-left text-ink-2">
            <th scope="col" className="py-1 pr-4 font-normal">
              {t('mappingSheet.row')}
            </th>
            {fields.map((field) => (
              <th key={field} scope="col" className="py-1 pr-4 font-normal whitespace-nowrap">
                {t(`mappingSheet.field.${field}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.slice(0, 10).map(({ row, values }) => (
            <tr key={row} className="border-t border-line">
              <td className="py-1 pr-4 tabular-nums text-ink-2">{row}</td>
              {fields.map((field) => (
                <td key={field} className="py-1 pr-4 break-all">
                  {values[field] === undefined || values[field] === null ? '–' : String(values[field])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  )
}
