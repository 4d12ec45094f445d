import { useLanguage } from '../language.ts'
import { decideLoad } from './load-line.ts'

/** The small load line of a row: a hull with its cargo, and the line across it. 84 × 14 px. */
export function HullBar({
  figures,
}: {
  figures: { onHand: number; reserved: number; held: number; available: number }
}) {
  const { t } = useLanguage()
  const load = decideLoad(figures)
  const width = 84
  const at = (share: number) => share * width
  const reserved = at(load.reservedShare)
  const label = t('loadLine.summary', { ...figures })
  return (
    <svg width={width + 2} height="16" viewBox={`-1 0 ${width + 2} 16`} role="img" aria-label={label}>
      <title>{label}</title>
      <defs>
        <clipPath id="hull">
          <path d={`M0 3H${width}L${width - 6} 13H5Z`} />
        </clipPath>
      </defs>
      <g clipPath="url(#hull)">
        <rect y="3" width={width} height="10" fill={load.isEmpty ? 'var(--sunken)' : 'var(--sea-soft)'} />
        <rect
          y="3"
          width={reserved}
          height="10"
          fill={load.isOversold ? 'var(--red-fill)' : 'var(--cargo)'}
        />
        <rect x={reserved} y="3" width={at(load.heldShare)} height="10" fill="var(--line-2)" />
      </g>
      <path
        d={`M0 3H${width}L${width - 6} 13H5Z`}
        fill="none"
        stroke={load.isOversold ? 'var(--red-fill)' : 'var(--line-2)'}
      />
      {!load.isEmpty && (
        <path
          d={`M${Math.min(width - 1, Math.max(1, at(load.lineShare)))} 0v16`}
          stroke={load.isOversold ? 'var(--red)' : 'var(--ink)'}
          strokeWidth="2"
        />
      )}
    </svg>
  )
}
