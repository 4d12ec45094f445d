/** The Plimsoll mark: a disc crossed by the load line. */
export function Mark({
  size = 24,
  className,
  lineClass,
}: {
  size?: number
  className?: string
  /** Colours the line alone: it tells the state, the disc stays. */
  lineClass?: string
}) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" className={className} aria-hidden="true">
      <circle cx="12" cy="12" r="7" fill="none" stroke="currentColor" strokeWidth="2.4" />
      <path d="M0.5 12h23" stroke="currentColor" strokeWidth="2.4" className={lineClass} />
    </svg>
  )
}
