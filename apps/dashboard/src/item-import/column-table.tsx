import { useQuery } from '@tanstack/react-query'
import { locationsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { withCode } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import { type ItemColumn, itemColumns, rareColumns } from './item-columns.ts'

/** Which columns a file of items may have, and what may stand in them. */
export function ColumnTable() {
  const { t } = useLanguage()
  const { data: locations } = useQuery(locationsQuery)
  const codes = locations?.rows.map(({ code }) => code) ?? []
  return (
    <Panel title={t('itemImport.columns')}>
      <p className="px-4 pt-3 text-ink-2">{t('itemImport.columnsText')}</p>
      <Columns label={t('itemImport.columns')} columns={itemColumns} />
      <details className="border-t border-line px-4 py-2">
        <summary className="min-h-7 cursor-pointer font-medium">{t('itemImport.rare')}</summary>
        <div className="-mx-4">
          <Columns label={t('itemImport.rare')} columns={rareColumns} />
        </div>
        <p className="pb-2 text-ink-2">{withCode(t('itemImport.custom'))}</p>
      </details>
      {codes.length > 0 && (
        <p className="border-t border-line px-4 py-2 text-ink-2 break-words">
          {t('itemImport.codes', { codes: codes.slice(0, 20).join(', ') })}
        </p>
      )}
    </Panel>
  )
}

function Columns({ label, columns }: { label: string; columns: readonly ItemColumn[] }) {
  const { t, language } = useLanguage()
  return (
    <Scrolling label={label}>
      <table className="w-full text-left">
        <thead className="text-xs text-ink-2">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4">
            <th>{t('itemImport.columnName')}</th>
            <th className="min-w-40">{t('itemImport.meaning')}</th>
            <th>{t('itemImport.example')}</th>
          </tr>
        </thead>
        <tbody>
          {columns.map(({ name, zh, cell, zhCell }) => (
            <tr
              key={name}
              className="border-b border-line align-baseline last:border-0 [&>*]:px-2 [&>*]:py-1.5 [&>th]:pl-4"
            >
              <th scope="row" className="font-mono font-normal whitespace-nowrap">
                {language === 'zh' ? zh : name}
                {name === 'sku' && (
                  <span className="block font-sans text-xs text-ink-2">{t('itemImport.required')}</span>
                )}
              </th>
              <td>{withCode(t(`itemImport.column.${name.replaceAll(' ', '-')}`))}</td>
              <td className="font-mono whitespace-nowrap text-ink-2">
                <code>{language === 'zh' ? zhCell : cell}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  )
}
