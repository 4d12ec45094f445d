import type { LotTrace } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'

const units = ['allocated', 'shipped', 'returned'] as const

/** Where did this lot go: orders and reservations that hold units of it or were sent some. */
export function LotOwners({ owners, total }: { owners: LotTrace['owners']; total: number }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const isAssumed = owners.some((owner) => owner.isAssumed)
  return (
    <Panel title={t('lots.went')} note={total > 0 && t('lots.wentTo', { count: total, n: n(total) })}>
      {owners.length === 0 && <p className="px-4 py-6 text-ink-2">{t('lots.wentNowhere')}</p>}
      {owners.length > 0 && (
        <Scrolling label={t('lots.went')}>
          <table className="w-full">
            <thead className="text-right text-xs text-ink-2">
              <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4 [&>th:last-child]:pr-4">
                <th className="text-left">{t('lots.orderOrReservation')}</th>
                <th className="text-left">{t('stock.location')}</th>
                {units.map((name) => (
                  <th key={name}>{t(`lots.${name}`)}</th>
                ))}
              </tr>
            </thead>
            <tbody className="text-right">
              {owners.map((owner) => (
                <tr
                  key={`${owner.reservationId} ${owner.locationCode}`}
                  className="border-b border-line align-baseline last:border-0 [&>*]:px-2 [&>*]:py-1.5 [&>*:first-child]:pl-4 [&>*:last-child]:pr-4"
                >
                  <th scope="row" className="text-left font-normal">
                    <Owner owner={owner} />
                  </th>
                  <td className="text-left">{owner.locationCode}</td>
                  {units.map((name) => (
                    <td key={name} className={owner[name] === 0 ? 'text-ink-3' : 'font-semibold'}>
                      {n(owner[name])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      )}
      {isAssumed && <p className="px-4 py-2 text-xs text-ink-2">* {t('lots.assumed')}</p>}
      {owners.length < total && (
        <p className="px-4 py-2 text-xs text-ink-2">
          {t('lots.ownersShown', { shown: n(owners.length), total: n(total) })}
        </p>
      )}
    </Panel>
  )
}

function Owner({ owner }: { owner: LotTrace['owners'][number] }) {
  const { t } = useLanguage()
  if (owner.kind === 'reservation') {
    return (
      <span className="text-xs break-all text-ink-2">
        {t('lots.reservation', { id: owner.reservationId })}
      </span>
    )
  }
  return (
    <>
      <span className="font-medium">{owner.orderNumber}</span>
      {owner.isAssumed && ' *'}
      {owner.connectionName !== null && <span className="text-ink-2"> · {owner.connectionName}</span>}
    </>
  )
}
