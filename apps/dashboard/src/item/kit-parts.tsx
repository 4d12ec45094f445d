import type { ItemDetail } from '@plimsoll/client'
import { Link } from '@tanstack/react-router'
import { useLanguage } from '../language.ts'
import { Live } from '../parts/number.tsx'
import { Panel } from '../parts/panel.tsx'

/** What a virtual kit is made of: its stock is theirs, so it has neither a balance nor a load line of its own. */
export function KitParts({ kit, sku }: { kit: NonNullable<ItemDetail['kit']>; sku: string }) {
  const { t } = useLanguage()
  return (
    <Panel title={t('item.parts')}>
      <table className="w-full">
        <thead className="text-right text-xs text-ink-2">
          <tr className="border-b border-line">
            <th className="px-4 py-2 text-left font-medium">{t('stock.sku')}</th>
            <th className="px-2 py-2 font-medium">{t('item.inEach')}</th>
            <th className="px-2 py-2 pr-4 font-medium">{t('stock.available')}</th>
          </tr>
        </thead>
        <tbody className="text-right">
          {kit.parts.map((part) => (
            <tr key={part.sku} className="border-b border-line last:border-0">
              <th scope="row" className="px-4 py-1.5 text-left font-normal" title={part.name}>
                <Link to="/items/$sku" params={{ sku: part.sku }} className="link break-all">
                  {part.sku}
                </Link>
              </th>
              <td className="px-2 py-1.5">{part.quantity}</td>
              <td className={`px-2 py-1.5 pr-4 font-semibold ${part.available < 0 ? 'text-red' : ''}`}>
                <Live value={part.available} of={`${sku} ${part.sku}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}
