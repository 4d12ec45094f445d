import { type OrderMoment, readChannelHolds } from '@plimsoll/client'
import { useActorName } from '../accounts/actor-name.ts'
import { formatMoment } from '../format.ts'
import { useLanguage } from '../language.ts'
import { Panel } from '../parts/panel.tsx'
import { type Shape, Standing } from '../parts/standing.tsx'
import { Quoted } from '../parts/trouble-text.tsx'
import { SaidHolds } from './channel-holds.tsx'

const shapeOfCall: Readonly<Record<NonNullable<OrderMoment['call']>['state'], Shape>> = {
  waiting: 'waiting',
  sent: 'waiting',
  unknown: 'bad',
  done: 'good',
  refused: 'bad',
  dropped: 'none',
}
/** Moments that have a sentence of their own; any other is shown by its name. */
const known = [
  'placed',
  'seen',
  'applied',
  'shown',
  'held',
  'released',
  'recipient-read',
  'made-by-hand',
  'changed-by-hand',
  'cancelled-by-hand',
  'cancelling',
  'cancelling-cancelled',
  'cancelling-left',
  'cancelling-refused',
  'cancelling-taken-back',
  'shipment-split',
  'shipments-merged',
  'parcel-left',
  'channel-told',
  'shipment-planned',
  'shipment-stopped',
  'shipment-asked',
  'shipment-received',
  'shipment-working',
  'shipment-held',
  'shipment-shipped',
  'shipment-cancelled',
  'shipment-rejected',
] as const
const errands = [
  'request-shipment',
  'cancel-shipment',
  'tell-shipped',
  'announce-inbound',
  'cancel-order',
] as const

/** Everything that happened to an order, from its placing to its last parcel, with every call that was made. */
export function OrderTimelinePanel({ moments }: { moments: OrderMoment[] }) {
  const { t, locale } = useLanguage()
  return (
    <Panel title={t('orders.timeline')}>
      <ol className="px-4 py-3">
        {moments.map((moment, nth) => (
          <li
            key={`${nth} ${moment.at}`}
            className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 border-l-2 border-line-2 pb-3 pl-3 last:pb-0"
          >
            <time dateTime={moment.at} className="text-xs leading-6 whitespace-nowrap text-ink-2">
              {formatMoment(locale, moment.at)}
            </time>
            <Moment moment={moment} />
          </li>
        ))}
      </ol>
    </Panel>
  )
}

function Moment({ moment }: { moment: OrderMoment }) {
  const { t } = useLanguage()
  const nameOf = useActorName()
  const { call, detail, actor, shipment } = moment
  if (call !== null) {
    const errand = errands.find((each) => each === call.errand)
    return (
      <div className="min-w-0">
        <p>
          {errand === undefined
            ? call.errand
            : t(`orders.errand.${errand}`, { to: call.to, shipment: shipment ?? '' })}
        </p>
        <p className="text-xs">
          <Standing shape={shapeOfCall[call.state]}>{t(`orders.callState.${call.state}`)}</Standing>
          {call.attempts > 1 && (
            <span className="ml-2 text-ink-2">{t('orders.attempts', { n: call.attempts })}</span>
          )}
        </p>
        {call.error !== null && (
          <p className="text-xs text-red">
            <Quoted text={call.error} />
          </p>
        )}
      </div>
    )
  }
  const kind = known.find((each) => each === moment.kind)
  const said = (name: string) =>
    detail[name] === undefined || detail[name] === null ? '–' : String(detail[name])
  // Somebody's id, or the way that it came.
  const sayBy = (by: string) =>
    /^(user|key):/.test(by) ? nameOf(by) : t(`parked.source.${by}`, { defaultValue: by })
  return (
    <div className="min-w-0">
      <p className="break-words">
        {kind === undefined
          ? moment.kind
          : t(`orders.moment.${kind}`, {
              shipment: shipment ?? '',
              channel: said('channel'),
              quantity: said('quantity'),
              sku: said('sku'),
              units: said('units'),
              by: sayBy(said('by')),
            })}
      </p>
      {typeof detail.message === 'string' && (
        <p className="text-xs text-red">
          <Quoted text={detail.message} />
        </p>
      )}
      {detail.holds !== undefined && (
        <p className="text-xs text-ink-2">
          <SaidHolds holds={readChannelHolds(detail.holds)} />
        </p>
      )}
      {Array.isArray(detail.underWay) && (
        <p className="text-xs text-red">
          {t('orders.withWarehouse', { shipments: detail.underWay.join(', ') })}
        </p>
      )}
      {typeof detail.note === 'string' && <p className="text-xs break-words text-ink-2">{detail.note}</p>}
      {actor !== null && (
        <p className="text-xs text-ink-2">
          {t('orders.by', { actor: actor === 'by-hand' ? t('orders.byHand') : nameOf(actor) })}
        </p>
      )}
    </div>
  )
}
