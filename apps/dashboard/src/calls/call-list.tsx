import type { CallRow } from '@plimsoll/client'
import { ArrowDownLeft, ArrowUpRight } from 'lucide-react'
import { formatDuration, formatMoment } from '../format.ts'
import { useConnectionNames } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Ago } from '../parts/number.tsx'
import { CallPanel } from './call-panel.tsx'
import { Outcome } from './outcome.tsx'

/** Calls, newest first; the one that was chosen is open beside them, or below on a narrow screen. */
export function CallList(props: {
  rows: CallRow[]
  open: { callId: string; connectionId: string } | undefined
  onOpen: (row: CallRow | undefined) => void
  /** Where calls of several connections are shown. */
  showsConnection?: boolean
}) {
  const { t } = useLanguage()
  const { open } = props
  return (
    <div className={`grid items-start gap-4 ${open ? 'xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]' : ''}`}>
      <ul aria-label={t('calls.title')} className="panel divide-y divide-line overflow-hidden">
        {props.rows.map((row) => (
          <li key={row.callId}>
            <Line
              row={row}
              isOpen={row.callId === open?.callId}
              showsConnection={props.showsConnection === true}
              onOpen={() => props.onOpen(row.callId === open?.callId ? undefined : row)}
            />
          </li>
        ))}
      </ul>
      {open && (
        <CallPanel
          key={open.callId}
          connectionId={open.connectionId}
          callId={open.callId}
          onClose={() => props.onOpen(undefined)}
        />
      )}
    </div>
  )
}

function Line(props: { row: CallRow; isOpen: boolean; showsConnection: boolean; onOpen: () => void }) {
  const { row, isOpen } = props
  const { t, locale } = useLanguage()
  const names = useConnectionNames()
  const Way = row.direction === 'in' ? ArrowDownLeft : ArrowUpRight
  return (
    <button
      type="button"
      aria-expanded={isOpen}
      onClick={props.onOpen}
      className={`grid w-full grid-cols-[auto_minmax(0,1fr)_auto] items-start gap-x-3 px-3 py-2 text-left hover:bg-sunken ${isOpen ? 'bg-sunken' : ''}`}
    >
      <Way size={15} className="mt-1 text-ink-3" aria-hidden />
      <span className="min-w-0">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-medium">{row.direction === 'in' ? t('calls.webhook') : row.operation}</span>
          {props.showsConnection && (
            <span className="text-ink-2">{names.get(row.connectionId)?.name ?? row.connectionId}</span>
          )}
          <Outcome row={row} />
        </span>
        <span className="block truncate font-mono text-xs text-ink-2" title={row.address}>
          {row.method} {row.address}
        </span>
      </span>
      <span className="text-right text-xs text-ink-2">
        <span className="block" title={formatMoment(locale, row.at)}>
          <Ago at={row.at} />
        </span>
        <span className="block">{formatDuration(locale, row.durationMs)}</span>
      </span>
    </button>
  )
}
