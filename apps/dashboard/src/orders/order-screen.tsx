import type { OrderDetail } from '@plimsoll/client'
import { ApiProblem } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useActorName } from '../accounts/actor-name.ts'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { formatMoment, formatNumber } from '../format.ts'
import { orderQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Empty, Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import { useSayTold } from '../tasks/use-say-told.ts'
import { ChannelCancelling } from './cancel-order.tsx'
import { OrderByHand } from './order-by-hand.tsx'
import { OrderHolds } from './order-holds.tsx'
import { OrderRecipientPanel } from './order-recipient.tsx'
import { OrderTimelinePanel } from './order-timeline.tsx'
import { OrderWaits } from './order-waits.tsx'
import { OrderWord } from './order-word.tsx'
import { ShipmentPanel } from './shipment-panel.tsx'

/** One order: where it is, what is sent from where and why, and everything that happened to it. */
export function OrderScreen() {
  const { t } = useLanguage()
  const { order } = useParams({ from: '/orders/$order' })
  const { data, error, refetch } = useQuery(orderQuery(order))
  const isUnknown = error instanceof ApiProblem && error.problem.status === 404
  return (
    <>
      <Link to="/orders" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('orders.back')}
      </Link>
      {!data && isUnknown && (
        <div className="panel">
          <Empty isPage title={t('orders.unknown', { order })} cure={t('orders.unknownCure')} />
        </div>
      )}
      {!data && !isUnknown && (
        <>
          <h1 className="mb-4">{t('orders.one')}</h1>
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={9} />}
        </>
      )}
      {data && <Order order={data} />}
    </>
  )
}

function Order({ order }: { order: OrderDetail }) {
  const { t } = useLanguage()
  const say = useSayTold()
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <div className="min-w-0">
          <h1 className="font-mono text-[1.5rem] leading-tight break-all">{order.number}</h1>
          <p className="font-semibold">
            <OrderWord order={order} />
          </p>
        </div>
        <div className="grid gap-2 justify-items-end max-sm:w-full max-sm:justify-items-stretch">
          <OnlyFor needs="operator" isQuiet>
            <OrderHolds order={order} />
            <OrderByHand order={order} />
            <ChannelCancelling order={order} />
          </OnlyFor>
        </div>
      </div>
      <NotYours needs="operator" />
      {order.problem !== null && (
        <p
          role="status"
          className="mb-4 rounded-md border border-amber-fill bg-amber-soft px-4 py-2 text-amber"
        >
          {order.problemTold === null ? order.problem : say('toldTask', order.problemTold)}
        </p>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(20rem,29rem)_minmax(0,1fr)]">
        <div className="grid min-w-0 gap-4">
          <Facts order={order} />
          <OrderRecipientPanel order={order} />
          <OrderTimelinePanel moments={order.timeline} />
        </div>
        <div className="grid min-w-0 gap-4 max-lg:order-first">
          <Lines order={order} />
          <OrderWaits order={order} />
          {order.shipmentDetails.length === 0 && (
            <Panel title={t('shipments.title')}>
              <p className="px-4 py-6 text-ink-2">
                {t(order.isSentByHub ? 'shipments.none' : 'shipments.notByHub')}
              </p>
            </Panel>
          )}
          {order.shipmentDetails.map((shipment) => (
            <OnlyFor key={shipment.shipmentId} needs="operator" isQuiet>
              <ShipmentPanel shipment={shipment} order={order} />
            </OnlyFor>
          ))}
        </div>
      </div>
    </>
  )
}

function Facts({ order }: { order: OrderDetail }) {
  const { t, locale } = useLanguage()
  const nameOf = useActorName()
  const to = order.destination
  const place =
    to === null ? null : [to.postalCode, to.city, to.region, to.country].filter((part) => part).join(' ')
  return (
    <Panel title={t('orders.one')}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-5 gap-y-2 px-4 py-3 [&>dt]:text-ink-2">
        <dt>{t('stock.channel')}</dt>
        <dd>
          {order.byHand === null ? (
            <Link to="/connections/$id" params={{ id: order.connectionId }} className="link break-words">
              {order.channel}
            </Link>
          ) : (
            t('orders.madeByHand', {
              kind: t(`newOrder.kinds.${order.byHand.kind}`),
              by: nameOf(order.byHand.createdBy),
            })
          )}
        </dd>
        <dt>{t('orders.placed')}</dt>
        <dd>{formatMoment(locale, order.placedAt)}</dd>
        <dt>{t('orders.shipByLabel')}</dt>
        <dd>{order.shipBy === null ? '–' : formatMoment(locale, order.shipBy)}</dd>
        <dt>{t('orders.to')}</dt>
        <dd>{place ?? '–'}</dd>
        <dt>{t('orders.method')}</dt>
        <dd>{order.shippingMethod ?? '–'}</dd>
        <dt>{t('calls.title')}</dt>
        <dd>
          <Link to="/calls" search={{ order: order.orderId }} className="link">
            {t('activity.calls')}
          </Link>
        </dd>
        {order.byHand !== null && (
          <>
            <dt>{t('newOrder.location')}</dt>
            <dd>{order.byHand.location ?? t('newOrder.byRules')}</dd>
            {order.byHand.reference !== null && (
              <>
                <dt>{t('newOrder.reference')}</dt>
                <dd className="break-words">{order.byHand.reference}</dd>
              </>
            )}
            {order.byHand.note !== null && (
              <>
                <dt>{t('orders.note')}</dt>
                <dd className="break-words">{order.byHand.note}</dd>
              </>
            )}
          </>
        )}
      </dl>
    </Panel>
  )
}

function Lines({ order }: { order: OrderDetail }) {
  const { t, locale } = useLanguage()
  const figures = ['current', 'committed', 'shipped', 'returned'] as const
  return (
    <Panel title={t('orders.lines')}>
      <Scrolling label={t('orders.lines')}>
        <table className="w-full text-left">
          <thead className="text-xs text-ink-2">
            <tr className="border-b border-line [&>th]:px-2 [&>th]:py-2 [&>th]:font-medium [&>th:first-child]:pl-4">
              <th className="min-w-32">{t('stock.item')}</th>
              {figures.map((name) => (
                <th key={name} className="text-right">
                  {t(`orders.figure.${name}`)}
                </th>
              ))}
              <th className="pr-4 text-right">{t('orders.figure.reserved')}</th>
            </tr>
          </thead>
          <tbody>
            {order.lines.map((line) => (
              <tr
                key={line.lineId}
                className="border-b border-line align-baseline last:border-0 [&>*]:px-2 [&>*]:py-1.5 [&>th]:pl-4"
              >
                <th scope="row" className="font-normal">
                  {line.sku === null ? (
                    <span className="text-amber">{line.listingSku ?? line.title}</span>
                  ) : (
                    <Link to="/items/$sku" params={{ sku: line.sku }} className="link font-mono break-all">
                      {line.sku}
                    </Link>
                  )}
                  <span className="block text-xs text-ink-2">
                    {line.sku === null ? t('orders.unmapped') : line.title}
                  </span>
                </th>
                {figures.map((name) => (
                  <td key={name} className="text-right tabular-nums">
                    {formatNumber(locale, line[name])}
                  </td>
                ))}
                <td className="pr-4 text-right whitespace-nowrap tabular-nums">
                  {formatNumber(locale, line.base.reserved)}
                  <span className="block text-xs text-ink-2">
                    {order.reservations
                      .filter((each) => each.lineId === line.lineId && each.reserved > 0)
                      .map((each) => {
                        // A kit holds its parts.
                        const part = each.sku === line.sku ? '' : `${each.sku} `
                        return `${part}${each.location} ${formatNumber(locale, each.reserved)}`
                      })
                      .join(', ')}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </Panel>
  )
}
