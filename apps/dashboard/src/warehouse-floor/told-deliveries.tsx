import { useQuery } from '@tanstack/react-query'
import { meaningOf } from '../describe/feed-fields.ts'
import { formatNumber } from '../format.ts'
import { deliveriesQuery, shownDeliveries } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { TroubleText } from '../parts/trouble-text.tsx'

/** What warehouses told of deliveries or returns; what is not booked as it was told comes with its reason. */
export function ToldDeliveries({ kind }: { kind: 'receipt' | 'return' }) {
  const { t, locale } = useLanguage()
  const { data, error, refetch } = useQuery(deliveriesQuery(kind))
  const n = (value: number) => formatNumber(locale, value)
  return (
    <Panel title={t(`floor.told.${kind}`)} table={{ operation: 'listDeliveries', query: { kind } }}>
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={4} />)}
      {data?.rows.length === 0 && <p className="px-4 py-3 text-ink-2">{t('floor.told.none')}</p>}
      <ul>
        {data?.rows.slice(0, shownDeliveries).map((row) => (
          <li
            key={`${row.warehouse} ${row.externalId}`}
            className="space-y-1 border-b border-line px-4 py-2.5 last:border-0"
          >
            <p className="flex flex-wrap items-baseline gap-x-3">
              <span className="font-medium break-all">{row.number ?? row.externalId}</span>
              <span className="text-ink-2">
                {row.warehouse} · {row.place} · <Ago at={row.toldAt} />
                {row.complete && ` · ${t('floor.told.complete')}`}
              </span>
            </p>
            <ul className="space-y-0.5">
              {row.lines.map((line) => (
                <li key={`${line.line} ${line.condition}`} className="flex flex-wrap items-center gap-x-3">
                  <Standing
                    shape={line.problem !== null ? 'bad' : line.booked === line.told ? 'good' : 'waiting'}
                  >
                    <span className="font-mono break-all">{line.sku}</span>
                  </Standing>
                  <span>{t(`describe.meaning.${meaningOf(line.condition)}`)}</span>
                  <span className="tabular-nums text-ink-2">
                    {t('floor.told.booked', { told: n(line.told), booked: n(line.booked) })}
                    {line.lot !== null && ` · ${line.lot}`}
                  </span>
                  {line.problem !== null && (
                    <span className="basis-full text-red">
                      <TroubleText problem={line.problem} told={line.problemTold} />
                    </span>
                  )}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {data !== undefined && data.rows.length > shownDeliveries && (
        <p className="border-t border-line px-4 py-2 text-xs text-ink-2">
          {t('floor.told.newest', { n: n(shownDeliveries) })}
        </p>
      )}
    </Panel>
  )
}
