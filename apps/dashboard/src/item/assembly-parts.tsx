import type { KitAssembly } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Live } from '../parts/number.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import type { How } from './assembly-entry.ts'

/** What one kit takes of each part, what is available of it there, and what so many kits use or give back. */
export function AssemblyParts(props: {
  assembly: KitAssembly
  place: KitAssembly['locations'][number]
  how: How
  kits: number
}) {
  const { t, locale } = useLanguage()
  const { assembly, place, how, kits } = props
  return (
    <Scrolling label={t('assembly.title')}>
      <table className="w-full border-t border-line">
        <thead className="text-right text-xs text-ink-2">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium">
            <th className="!pl-4 text-left">{t('assembly.part')}</th>
            <th>{t('assembly.each')}</th>
            <th>{t('assembly.there')}</th>
            <th className="!pr-4">{t(how === 'assemble' ? 'assembly.uses' : 'assembly.gives')}</th>
          </tr>
        </thead>
        <tbody className="text-right">
          {assembly.parts.map(({ sku, name, quantity }, nth) => {
            const available = place.available[nth] ?? 0
            return (
              <tr key={sku} className="border-b border-line last:border-0 [&>td]:px-2 [&>td]:py-1.5">
                <th scope="row" className="px-4 py-1.5 text-left font-normal" title={name}>
                  <Link to="/items/$sku" params={{ sku }} className="link break-all">
                    {sku}
                  </Link>
                </th>
                <td>{formatNumber(locale, quantity)}</td>
                <td className={available < 0 ? 'text-red' : ''}>
                  <Live value={available} of={`${place.code} ${sku}`} />
                </td>
                <td className={`!pr-4 ${kits === 0 ? 'text-ink-3' : 'font-semibold'}`}>
                  {kits === 0 ? '–' : formatNumber(locale, kits * quantity)}
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </Scrolling>
  )
}
