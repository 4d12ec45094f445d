import type { LotDetail } from '@plimsoll/client'
import { useLanguage } from '../language.ts'
import { Live } from '../parts/number.tsx'

export const lotFigures = ['available', 'onHand', 'reserved', 'held'] as const

/** The heads of a table of `LotBalanceRow`s. */
export function LotFigureHeads({ first }: { first: string }) {
  const { t } = useLanguage()
  return (
    <thead className="text-right text-xs text-ink-2">
      <tr className="border-b border-line">
        <th className="px-4 py-2 text-left font-medium">{first}</th>
        {lotFigures.map((name) => (
          <th key={name} className="px-2 py-2 font-medium last:pr-4">
            {t(`stock.${name}`)}
          </th>
        ))}
      </tr>
    </thead>
  )
}

/** What is there of a lot at one location; units that may not leave are told apart. */
export function LotBalanceRow({ balance, of }: { balance: LotDetail['balances'][number]; of: string }) {
  const { t } = useLanguage()
  return (
    <tr>
      <th scope="row" className="px-4 py-1 text-left font-normal">
        {balance.locationCode}
        {!balance.isUsable && balance.onHand > 0 && (
          <span className="text-xs text-ink-2"> · {t('lots.unusable')}</span>
        )}
      </th>
      {lotFigures.map((name) => (
        <td
          key={name}
          className={`px-2 py-1 text-right last:pr-4 ${name === 'available' && balance.isUsable ? 'font-semibold' : ''} ${balance[name] < 0 ? 'text-red' : balance[name] === 0 || (name === 'available' && !balance.isUsable) ? 'text-ink-3' : ''}`}
        >
          <Live value={balance[name]} of={`${of} ${balance.locationCode}`} />
        </td>
      ))}
    </tr>
  )
}

/** Locations where something of it is, or was promised. */
export function hasAny({ onHand, reserved, held, incoming }: LotDetail['balances'][number]): boolean {
  return [onHand, reserved, held, incoming].some((figure) => figure !== 0)
}
