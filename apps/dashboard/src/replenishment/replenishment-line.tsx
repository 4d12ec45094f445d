import type { ReplenishmentRow } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { formatDay, formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Standing } from '../parts/standing.tsx'
import { CoverBar } from './cover-bar.tsx'
import { urgencyShapes } from './replenishment-search.ts'

/** One item at one location. On a narrow screen what has no column of its own stands below the name. */
export function ReplenishmentLine(props: {
  row: ReplenishmentRow
  isOpen: boolean
  isChosen: boolean
  onChoose: (isChosen: boolean) => void
  onOpen: () => void
}) {
  const { t, locale } = useLanguage()
  const { row } = props
  const { sku, name, location, urgency, available, incoming, perDay, runsOutOn, reorderPoint } = row
  const rate = perDay === null ? '–' : formatNumber(locale, Math.round(perDay * 100) / 100)
  const standing = (
    <span title={t(`replenishment.urgencyHint.${urgency}`)}>
      <Standing shape={urgencyShapes[urgency]}>{t(`replenishment.urgency.${urgency}`)}</Standing>
    </span>
  )
  return (
    <tr className="border-b border-line align-top last:border-0 [&>td]:px-2 [&>td]:py-2">
      <td className="text-center">
        <input
          type="checkbox"
          aria-label={t('replenishment.select', { sku, location })}
          checked={props.isChosen}
          disabled={!isAcceptable(row)}
          onChange={({ target }) => props.onChoose(target.checked)}
          className="size-5 align-middle"
        />
      </td>
      <td className="max-w-64 max-md:w-full max-md:max-w-0">
        <button
          type="button"
          aria-expanded={props.isOpen}
          title={t('replenishment.why')}
          onClick={props.onOpen}
          className="flex max-w-full min-h-6 items-center gap-1 text-left"
        >
          <ChevronRight
            size={14}
            aria-hidden
            className={`shrink-0 text-ink-3 ${props.isOpen ? 'rotate-90' : ''}`}
          />
          <span className="truncate font-mono font-medium">{sku}</span>
        </button>
        <span className="block truncate pl-[1.15rem] text-xs text-ink-2">{name}</span>
        <span className="block pl-[1.15rem] text-xs md:hidden">
          <span className="mr-2 font-mono">{location}</span>
          {standing}
          <span className="block text-ink-2">
            <Suggested row={row} />
          </span>
        </span>
      </td>
      <td className="font-mono whitespace-nowrap max-md:hidden">{location}</td>
      <td className="max-md:hidden">{standing}</td>
      <td className={`text-right max-md:hidden ${available <= 0 ? 'text-red' : ''}`}>
        {formatNumber(locale, available)}
      </td>
      <td className="text-right max-lg:hidden">{incoming === 0 ? '–' : formatNumber(locale, incoming)}</td>
      <td className="text-right max-lg:hidden">{rate}</td>
      <td className="text-right">
        <CoverBar row={row} />
      </td>
      <td className="text-right whitespace-nowrap max-lg:hidden">
        {runsOutOn === null ? '–' : formatDay(locale, runsOutOn)}
      </td>
      <td className="text-right max-xl:hidden">
        {reorderPoint === null ? '–' : formatNumber(locale, reorderPoint)}
      </td>
      <td className="min-w-36 max-md:hidden">
        <Suggested row={row} />
      </td>
    </tr>
  )
}

/** What is put together is recorded once it is done; there is no document of it before. */
export function isAcceptable({ suggestion }: Pick<ReplenishmentRow, 'suggestion'>): boolean {
  return suggestion !== null && suggestion.kind !== 'assembly'
}

/** What is suggested; where that is less than is missing, why. */
function Suggested({ row: { sku, location, suggestion, wanted, because } }: { row: ReplenishmentRow }) {
  const { t, locale } = useLanguage()
  if (wanted === 0 && suggestion === null) return null
  const sayOrdered = (of: NonNullable<typeof suggestion>) => {
    const n = formatNumber(locale, of.units)
    if (of.kind === 'transfer') return t('replenishment.transfer', { n, from: of.from })
    if (of.supplier === null) return t('replenishment.buy', { n })
    return t('replenishment.buyFrom', { n, supplier: of.supplier })
  }
  return (
    <>
      {suggestion?.kind === 'assembly' ? (
        <Link
          to="/items/$sku"
          params={{ sku }}
          search={{ kits: suggestion.units, at: location }}
          title={t('replenishment.assembleHow')}
          className="link inline-block min-h-6 font-medium"
        >
          {t('replenishment.assemble', { n: formatNumber(locale, suggestion.units) })}
        </Link>
      ) : (
        suggestion !== null && <span className="font-medium text-ink">{sayOrdered(suggestion)}</span>
      )}
      {because !== null && (
        <span className="block text-xs text-ink-2">
          {t('replenishment.wanted', { n: formatNumber(locale, wanted) })} ·{' '}
          {t(`replenishment.because.${because}`)}
        </span>
      )}
    </>
  )
}
