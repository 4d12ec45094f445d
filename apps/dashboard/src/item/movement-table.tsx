import type { MovementPage } from '@plimsoll/client'
import { useActorName } from '../accounts/actor-name.ts'
import { formatChange } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Ago } from '../parts/number.tsx'
import { readOwnReason } from '../parts/own-reason.ts'
import { Scrolling } from '../parts/scrolling.tsx'

/** Movements as rows of a ledger. */
export function MovementTable({ rows }: { rows: MovementPage['rows'] }) {
  const { t } = useLanguage()
  return (
    <Scrolling label={t('item.movements')}>
      <table className="w-full sm:min-w-[38rem]">
        <thead className="text-left text-xs text-ink-2">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4">
            <th>{t('item.when')}</th>
            <th>{t('item.kind')}</th>
            <th>{t('stock.location')}</th>
            <th>{t('item.change')}</th>
            <th className="max-sm:hidden">{t('item.reference')}</th>
            <th className="max-sm:hidden">{t('item.reason')}</th>
            <th className="max-sm:hidden">{t('item.actor')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.movementId} row={row} />
          ))}
        </tbody>
      </table>
    </Scrolling>
  )
}

const deltas = [
  ['onHandDelta', 'onHand'],
  ['reservedDelta', 'reserved'],
  ['heldDelta', 'held'],
  ['incomingDelta', 'incoming'],
] as const

function Row({ row }: { row: MovementPage['rows'][number] }) {
  const { t, locale } = useLanguage()
  const actor = useActorName()(row.actor)
  const own = readOwnReason(row.reason)
  const reason = own === undefined ? row.reason : t(`ownReason.${own.reason}`, { name: own.name })
  return (
    <tr className="border-b border-line align-baseline last:border-0 [&>td]:px-2 [&>td]:py-1.5 [&>td:first-child]:pl-4">
      <td className="whitespace-nowrap text-ink-2">
        <Ago at={row.effectiveAt} />
      </td>
      <td className="font-medium whitespace-nowrap">
        {t(`movement.${row.kind}`, { defaultValue: row.kind })}
      </td>
      <td>{row.locationCode}</td>
      <td>
        {deltas
          .filter(([delta]) => row[delta] !== 0)
          .map(([delta, name]) => (
            <span key={delta} className="mr-3 inline-block whitespace-nowrap">
              <b className="font-semibold">{formatChange(locale, row[delta])}</b>{' '}
              <span className="text-xs text-ink-2">{t(`stock.${name}`)}</span>
            </span>
          ))}
        {/* Narrow screens have no room for columns of their own. */}
        <span className="block text-xs text-ink-2 sm:hidden">
          {[row.reference, reason, actor].filter((text) => text !== null).join(' · ')}
        </span>
      </td>
      <td className="whitespace-nowrap max-sm:hidden">{row.reference}</td>
      <td className="text-ink-2 max-sm:hidden">{reason}</td>
      <td className="text-ink-2 max-sm:hidden">{actor}</td>
    </tr>
  )
}
