import type { ChannelStatus } from '../items/channel-status.ts'
import { useLanguage } from '../language.ts'

/** A level's state as a shape and a colour, so that it does not rest on the colour alone. */
export function StatusMark({ status, size = 9 }: { status: ChannelStatus; size?: number }) {
  const { t } = useLanguage()
  const label = t(`status.${status}`)
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 10 10"
      role="img"
      aria-label={label}
      className="inline-block shrink-0"
    >
      <title>{label}</title>
      {status === 'in-step' && <circle cx="5" cy="5" r="3.2" fill="var(--green-fill)" />}
      {status === 'pending' && (
        <circle cx="5" cy="5" r="3.4" fill="none" stroke="var(--amber-fill)" strokeWidth="2.2" />
      )}
      {status === 'drift' && <path d="M5 0.6 9.6 9H0.4z" fill="var(--red-fill)" />}
      {status === 'held' && <path d="M1.6 1v8M8.4 1v8" stroke="var(--ink-3)" strokeWidth="2.4" />}
      {status === 'untracked' && <path d="M1 5h8" stroke="var(--ink-3)" strokeWidth="2" />}
    </svg>
  )
}
