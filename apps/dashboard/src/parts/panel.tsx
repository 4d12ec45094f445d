import type { ReactNode } from 'react'

/** A titled section with a hairline frame. */
export function Panel(props: { title: string; note?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section aria-label={props.title} className={`panel min-w-0 ${props.className ?? ''}`}>
      <header className="flex min-h-10 items-center justify-between gap-3 border-b border-line px-4 py-1.5">
        <h2 className="font-semibold">{props.title}</h2>
        {props.note && <div className="text-xs text-ink-2">{props.note}</div>}
      </header>
      {props.children}
    </section>
  )
}

/** A screen's heading row. */
export function Heading({
  title,
  note,
  children,
}: {
  title: string
  note?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <h1>{title}</h1>
        {note && <p className="text-ink-2">{note}</p>}
      </div>
      {children}
    </div>
  )
}
