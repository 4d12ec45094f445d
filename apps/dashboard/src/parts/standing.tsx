import type { ReactNode } from 'react'

/** A state's word with its shape, so that it does not rest on the colour alone. */
export function Standing(props: { shape: Shape; children: ReactNode; isLong?: boolean }) {
  const { shape, children } = props
  return (
    <span className={`inline-flex items-center gap-1.5 ${props.isLong ? 'min-w-0' : 'whitespace-nowrap'}`}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden className="shrink-0">
        {shapes[shape]}
      </svg>
      {children}
    </span>
  )
}

export type Shape = keyof typeof shapes
const shapes = {
  good: <circle cx="5" cy="5" r="3.2" fill="var(--green-fill)" />,
  waiting: <path d="M2 1v8M8 1v8" stroke="var(--amber-fill)" strokeWidth="2.4" />,
  bad: <path d="M5 0.6 9.6 9H0.4z" fill="var(--red-fill)" />,
  late: <path d="M1 1h8L1 9h8z" fill="var(--red-fill)" />,
  gone: <path d="M1 5h7M5 1.5 8.5 5 5 8.5" fill="none" stroke="var(--sea)" strokeWidth="1.8" />,
  none: <path d="M1.5 1.5l7 7M8.5 1.5l-7 7" stroke="var(--ink-3)" strokeWidth="1.8" />,
}
