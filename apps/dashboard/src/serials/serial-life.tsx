import type { SerialLives } from '@plimsoll/client'
import { useActorName } from '../accounts/actor-name.ts'
import { formatMoment } from '../format.ts'
import { useLanguage } from '../language.ts'
import { SerialState } from './serial-state.tsx'

type Event = SerialLives['rows'][number]['events'][number]

/** What was heard of later than this after it happened says so. */
const lateMs = 60_000

/** A unit's life from its first event on: what happened, when, where, on which order, why and by whom. */
export function SerialLife({ events }: { events: Event[] }) {
  return (
    <ol className="px-4 py-2">
      {events.map((event, number) => (
        <Step key={`${event.recordedAt} ${number}`} event={event} isLast={number === events.length - 1} />
      ))}
    </ol>
  )
}

function Step({ event, isLast }: { event: Event; isLast: boolean }) {
  const { t, locale } = useLanguage()
  const isLate = Date.parse(event.recordedAt) - Date.parse(event.effectiveAt) > lateMs
  const reservation = event.reservationId === null ? null : t('lots.reservation', { id: event.reservationId })
  const actor = useActorName()(event.actor)
  return (
    <li className="relative grid gap-x-4 py-2 pl-6 sm:grid-cols-[13rem_minmax(0,1fr)_auto]">
      {/* The thread from one event to the next. */}
      {!isLast && <span aria-hidden className="absolute top-4 -bottom-2 left-[5px] w-px bg-line-2" />}
      <span
        aria-hidden
        className={`absolute top-[0.95rem] left-0 size-[11px] rounded-full border-2 border-sea ${isLast ? 'bg-sea' : 'bg-surface'}`}
      />
      <div className="text-ink-2">
        <time dateTime={event.effectiveAt}>{formatMoment(locale, event.effectiveAt)}</time>
        {isLate && (
          <p className="text-xs">{t('serials.recorded', { time: formatMoment(locale, event.recordedAt) })}</p>
        )}
      </div>
      <div className="min-w-0">
        <p>
          <b className="font-semibold">{t(`serials.event.${event.kind}`)}</b> · {event.locationCode}
          {event.orderNumber !== null && ` · ${t('serials.withOrder', { order: event.orderNumber })}`}
          {event.connectionName !== null && ` (${event.connectionName})`}
        </p>
        <p className="text-xs break-words text-ink-2">
          {[reservation, event.reason, actor].filter((text) => text !== null).join(' · ')}
        </p>
      </div>
      <p className="text-ink-2 max-sm:hidden">
        <SerialState state={event.state} />
      </p>
    </li>
  )
}
