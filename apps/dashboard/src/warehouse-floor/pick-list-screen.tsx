import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Printer } from 'lucide-react'
import { useHubNow } from '../clock.ts'
import { formatMoment, formatNumber } from '../format.ts'
import { pickListQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Heading } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import { FloorTabs } from './floor-tabs.tsx'
import { LocationChoice, useChosenLocation } from './location-choice.tsx'

/** What is to be taken from which bin, in the order of one's way; printed it is a sheet to tick off. */
export function PickListScreen() {
  const { t, locale } = useLanguage()
  const navigate = useNavigate()
  const { location = '' } = useSearch({ from: '/pick-list' })
  const code = useChosenLocation(location)
  const list = useQuery({ ...pickListQuery(code), enabled: code !== '' })
  const now = useHubNow()
  const n = (value: number) => formatNumber(locale, value)
  return (
    <>
      <Heading title={code === '' ? t('floor.pick.title') : t('floor.pick.titleOf', { location: code })}>
        <button
          type="button"
          className="control print:hidden"
          disabled={list.data === undefined || list.data.rows.length === 0}
          onClick={() => window.print()}
        >
          <Printer size={15} aria-hidden />
          {t('floor.pick.print')}
        </button>
      </Heading>
      <FloorTabs />
      <div className="mb-4 max-w-sm print:hidden">
        <LocationChoice
          id="pick-location"
          value={code}
          onChange={(next) =>
            void navigate({ to: '/pick-list', search: next === '' ? {} : { location: next } })
          }
        />
      </div>
      <div className="panel">
        {code === '' && <p className="p-4 text-ink-2">{t('floor.pick.choose')}</p>}
        {code !== '' &&
          !list.data &&
          (list.error ? (
            <Failure error={list.error} onRetry={() => void list.refetch()} />
          ) : (
            <Loading lines={6} />
          ))}
        {list.data?.rows.length === 0 && (
          <Empty title={t('floor.pick.none')} cure={t('floor.pick.noneCure')} />
        )}
        {list.data && list.data.rows.length > 0 && (
          <>
            <p className="border-b border-line px-4 py-2 text-ink-2">
              {t('floor.pick.summary', {
                shipments: n(list.data.shipments),
                lines: n(list.data.rows.length),
              })}
              <span className="hidden print:inline">
                {' '}
                · {formatMoment(locale, new Date(now).toISOString())}
              </span>
            </p>
            <Scrolling label={t('floor.pick.title')}>
              <table className="w-full border-collapse">
                <thead className="text-xs text-ink-2">
                  <tr className="border-b border-line">
                    <th className="hidden w-8 px-2 py-1.5 print:table-cell">✓</th>
                    <th className="px-4 py-1.5 text-left font-medium">{t('floor.pick.bin')}</th>
                    <th className="px-2 py-1.5 text-right font-medium">{t('floor.quantity')}</th>
                    <th className="px-4 py-1.5 text-left font-medium">{t('floor.pick.item')}</th>
                    <th className="px-4 py-1.5 text-left font-medium">{t('floor.pick.for')}</th>
                  </tr>
                </thead>
                <tbody>
                  {list.data.rows.map((row) => (
                    <tr
                      key={`${row.bin} ${row.sku}`}
                      className="break-inside-avoid border-b border-line align-top last:border-0"
                    >
                      <td className="hidden px-2 py-2 print:table-cell">
                        <span className="inline-block size-4 border border-ink" aria-hidden />
                      </td>
                      <td className="px-4 py-2 font-mono">
                        {row.bin ?? <span className="font-sans text-ink-2">{t('floor.pick.noBin')}</span>}
                        {row.zone !== null && <span className="block text-xs text-ink-2">{row.zone}</span>}
                      </td>
                      <td className="px-2 py-2 text-right text-base font-semibold tabular-nums">
                        {n(row.units)}
                      </td>
                      <td className="px-4 py-2">
                        <span className="font-mono break-all">{row.sku}</span>
                        <span className="block text-ink-2">{row.name}</span>
                      </td>
                      <td className="px-4 py-2">
                        <ul className="flex flex-wrap gap-x-3">
                          {row.shipments.map((shipment) => (
                            <li key={shipment.shipmentId}>
                              <Link
                                to="/packing/$shipment"
                                params={{ shipment: shipment.shipmentId }}
                                className="link font-mono"
                              >
                                {shipment.number}
                              </Link>
                              {row.shipments.length > 1 && (
                                <span className="text-ink-2"> ×{n(shipment.units)}</span>
                              )}
                            </li>
                          ))}
                        </ul>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scrolling>
          </>
        )}
      </div>
    </>
  )
}
