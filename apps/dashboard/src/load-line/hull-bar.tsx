import type { CSSProperties } from 'react'
import { useLanguage } from '../language.ts'
import { decideLoad } from './load-line.ts'

/**
 * The ship of a row, 84 × 30 px: the sea, the hull in it, its cargo, as on the item's page. One element with two
 * pseudo-elements, painted from two shares: sixty of them cost a scrolling list nothing.
 */
export function HullBar({
  figures,
}: {
  figures: { onHand: number; reserved: number; held: number; available: number }
}) {
  const { t } = useLanguage()
  const load = decideLoad(figures)
  const label = t('loadLine.summary', { ...figures })
  const shares = {
    '--held': load.heldShare.toFixed(3),
    '--water': load.lineShare.toFixed(3),
  } as CSSProperties
  const state = load.isOversold ? 'under' : load.isEmpty ? 'aground' : 'afloat'
  return <span role="img" aria-label={label} title={label} className={`hull hull-${state}`} style={shares} />
}
