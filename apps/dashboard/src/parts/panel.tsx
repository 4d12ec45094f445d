import type { ReactNode } from 'react'
import { TableFile, type TableOfApi } from './table-file.tsx'

/** A titled section with a hairline frame. */
export function Panel(props: {
  title: string
  note?: ReactNode
  /** Offered as a file. */
  table?: TableOfApi
  children: ReactNode
  className?: string
}) {
  return (
    <section aria-label={props.title} className={`panel min-w-0 ${props.className ?? ''}`}>
      <header className="flex min-h-10 flex-wrap items-center justify-between gap-x-3 gap-y-1 border-b border-line px-4 py-1.5">
        <h2 className="min-w-0 font-semibold wrap-anywhere">{props.title}</h2>
        {(props.note || props.table) && (
          <div className="flex min-w-0 items-center gap-3 text-xs text-ink-2 wrap-anywhere">
            {props.note}
            {props.table && <TableFile {...props.table} />}
          </div>
        )}
      </header>
      {props.children}
    </section>
  )
}

/** A screen's heading row. */
export function Heading({
  title,
  note,
  table,
  children,
}: {
  title: string
  note?: ReactNode
  /** Offered as a file. */
  table?: TableOfApi
  children?: ReactNode
}) {
  return (
    <div className="mb-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2">
      <div className="flex min-w-0 flex-wrap items-baseline gap-x-3 wrap-anywhere">
        <h1 className="min-w-0">{title}</h1>
        {note && <p className="min-w-0 text-ink-2">{note}</p>}
      </div>
      {table === undefined ? (
        children
      ) : (
        <div className="flex flex-wrap items-center gap-2">
          {children}
          <TableFile {...table} />
        </div>
      )}
    </div>
  )
}
