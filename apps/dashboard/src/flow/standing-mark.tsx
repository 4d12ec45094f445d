import { useLanguage } from '../language.ts'
import type { Standing } from './flow-model.ts'

const toneOf: Record<Standing, string> = {
  refused: 'text-red',
  broken: 'text-red',
  parked: 'text-amber',
  paused: 'text-amber',
  waiting: 'text-sea',
  shadow: 'text-ink-2',
  draft: 'text-ink-2',
  calm: 'text-green',
}

/** How something stands: a shape of its own, and the word. */
export function StandingMark({ standing }: { standing: Standing }) {
  const { t } = useLanguage()
  return (
    <span
      className={`inline-flex items-center gap-1.5 text-xs font-medium whitespace-nowrap ${toneOf[standing]}`}
    >
      <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" className="shrink-0">
        <Shape standing={standing} />
      </svg>
      {t(`flow.state.${standing}`)}
    </span>
  )
}

function Shape({ standing }: { standing: Standing }) {
  switch (standing) {
    case 'refused':
      return <path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.6" />
    case 'broken':
      return <path d="M6 0.5L12 11.5H0Z" fill="currentColor" />
    case 'parked':
      return <path d="M1 1h10v10H1Z" fill="currentColor" />
    case 'paused':
      return <path d="M3.5 1v10M8.5 1v10" stroke="currentColor" strokeWidth="2.6" />
    case 'waiting':
      return <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2.6" />
    case 'shadow':
    case 'draft':
      return (
        <circle
          cx="6"
          cy="6"
          r="4.5"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeDasharray="2.4 2"
        />
      )
    case 'calm':
      return <circle cx="6" cy="6" r="4.5" fill="currentColor" />
    default: {
      const never: never = standing
      return never
    }
  }
}
