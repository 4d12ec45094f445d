import type { SampleRead } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { useSaid } from '../parts/said.ts'
import { Scrolling } from '../parts/scrolling.tsx'
import { Standing } from '../parts/standing.tsx'

const SHOWN = 12

/** The rows of a file as they stand in it, each with whether it is understood and what is wrong with it. */
export function SampleRows({ reading, label }: { reading: SampleRead; label: string }) {
  const { t, locale } = useLanguage()
  const said = useSaid()
  const n = (value: number) => formatNumber(locale, value)
  if (reading.problem !== null) {
    return (
      <p role="alert" className="border-l-2 border-red-fill bg-red-soft px-3 py-2">
        {said(reading)}
      </p>
    )
  }
  if (reading.total === 0) return <p className="text-ink-2">{t('describe.noRows')}</p>
  const isWhole = reading.understood === reading.lookedAt
  // What is wrong is what one looks for.
  const rows = [
    ...reading.rows.filter(({ problem }) => problem !== null),
    ...reading.rows.filter(({ problem }) => problem === null),
  ].slice(0, SHOWN)
  return (
    <div className="min-w-0 space-y-2">
      <p role="status">
        <Standing shape={isWhole ? 'good' : reading.understood === 0 ? 'bad' : 'waiting'}>
          {t('describe.understood', { n: n(reading.understood), of: n(reading.lookedAt) })}
        </Standing>
        {reading.total > reading.lookedAt && (
          <span className="text-ink-2"> {t('describe.ofAll', { n: n(reading.total) })}</span>
        )}
      </p>
      <Scrolling label={label}>
        <table className="w-full min-w-max border-collapse text-left">
          <thead className="text-xs text-ink-2">
            <tr className="border-b border-line">
              <th className="py-1.5 pr-3 font-medium">{t('describe.row')}</th>
              {reading.columns.map((column) => (
                <th key={column} className="max-w-60 truncate py-1.5 pr-4 font-medium" title={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.number} className="border-b border-line align-top last:border-0">
                <td className="py-1.5 pr-3 tabular-nums">
                  <Standing shape={row.problem === null ? 'good' : 'bad'}>{n(row.number)}</Standing>
                  {row.problem !== null && (
                    <span className="block max-w-64 text-xs whitespace-normal text-red">{said(row)}</span>
                  )}
                </td>
                {reading.columns.map((column) => (
                  <td key={column} className="max-w-60 truncate py-1.5 pr-4" title={row.cells[column]}>
                    {row.cells[column] ?? <span className="text-ink-3">–</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
      {reading.rows.length > SHOWN && (
        <p className="text-xs text-ink-2">{t('describe.firstRows', { n: n(SHOWN), of: n(reading.total) })}</p>
      )}
    </div>
  )
}
