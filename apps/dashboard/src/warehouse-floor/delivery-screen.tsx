import type { InboundShipmentShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { formatDay, formatNumber } from '../format.ts'
import { announcementQuery, hub, inboundOneQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Scrolling } from '../parts/scrolling.tsx'
import { Standing } from '../parts/standing.tsx'
import { Quoted } from '../parts/trouble-text.tsx'
import { shapeOfInbound } from './document-shapes.ts'
import { ReceivePanel } from './receive-panel.tsx'
import { useActionKey } from './use-action-key.ts'

/** One delivery: what was announced and what came of it, how its warehouse knows of it, and receiving by scanner. */
export function DeliveryScreen() {
  const { t, locale } = useLanguage()
  const { inbound: id } = useParams({ from: '/deliveries/$inbound' })
  const { data, error, refetch } = useQuery(inboundOneQuery(id))
  const title = data?.reference ?? data?.supplier ?? t('floor.deliveries.one')
  const isOpen = data?.state === 'expected' || data?.state === 'partly-received'
  return (
    <>
      <Link to="/deliveries" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('floor.deliveries.title')}
      </Link>
      <Heading
        title={title}
        note={
          data && (
            <span className="inline-flex flex-wrap items-center gap-x-3">
              <Standing shape={shapeOfInbound[data.state]}>{t(`floor.inbound.${data.state}`)}</Standing>
              {data.locationCode}
              {data.supplier !== null && data.supplier !== title && <span>{data.supplier}</span>}
              {data.expectedOn !== null && <span>{formatDay(locale, data.expectedOn)}</span>}
            </span>
          )
        }
      />
      {!data && (
        <div className="panel">
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={6} />}
        </div>
      )}
      {data && (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.4fr)_minmax(20rem,1fr)]">
          <div className="min-w-0 space-y-4">
            {isOpen && (
              <OnlyFor needs="operator">
                <ReceivePanel key={id} inbound={data} />
              </OnlyFor>
            )}
            <LinesPanel inbound={data} />
          </div>
          <div className="min-w-0 space-y-4">
            <OnlyFor needs="operator" isQuiet>
              <AnnouncementPanel inboundId={id} />
              {isOpen && <CancelRest inbound={data} />}
            </OnlyFor>
          </div>
        </div>
      )}
    </>
  )
}

/** Announced beside received: what differs is told apart. */
function LinesPanel({ inbound }: { inbound: InboundShipmentShape }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const isEnded = inbound.endedAt !== null
  const columns = ['expected', 'received', 'damaged', 'over', 'missing'] as const
  return (
    <Panel title={t('floor.deliveries.lines')}>
      <Scrolling label={t('floor.deliveries.lines')}>
        <table className="w-full border-collapse">
          <thead className="text-xs text-ink-2">
            <tr className="border-b border-line">
              <th className="min-w-32 px-4 py-1.5 text-left font-medium">SKU</th>
              {columns.map((name) => (
                <th key={name} className="px-3 py-1.5 text-right font-medium">
                  {t(name === 'missing' && !isEnded ? 'floor.column.toCome' : `floor.column.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {inbound.lines.map((line) => {
              const missing = line.expected - (line.received - line.over)
              const figures = { ...line, missing }
              return (
                <tr key={line.line} className="border-b border-line last:border-0">
                  <td className="px-4 py-1.5">
                    <Link to="/items/$sku" params={{ sku: line.sku }} className="link font-mono break-all">
                      {line.sku}
                    </Link>
                  </td>
                  {columns.map((name) => {
                    const isWrong =
                      (name === 'damaged' || name === 'over' || (name === 'missing' && isEnded)) &&
                      figures[name] > 0
                    return (
                      <td
                        key={name}
                        className={`px-3 py-1.5 text-right tabular-nums ${isWrong ? 'font-semibold text-red' : ''}`}
                      >
                        {n(figures[name])}
                      </td>
                    )
                  })}
                </tr>
              )
            })}
          </tbody>
        </table>
      </Scrolling>
    </Panel>
  )
}

/** How it stands with the warehouse that it goes to. */
function AnnouncementPanel({ inboundId }: { inboundId: string }) {
  const { t } = useLanguage()
  const { data, error, refetch } = useQuery(announcementQuery(inboundId))
  const again = useMutation({
    mutationFn: () => hub.announceInbound(inboundId),
    onSuccess: (answer) => queryClient.setQueryData(announcementQuery(inboundId).queryKey, answer),
  })
  const problem = useProblemText(again.error)
  return (
    <Panel title={t('floor.announcement.title')}>
      {!data && (error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={2} />)}
      {data && (
        <div className="space-y-2 px-4 py-3">
          <p>
            {data.warehouse !== null && <span className="font-medium">{data.warehouse}: </span>}
            {t(`floor.announcement.${data.state}`)}
          </p>
          {data.externalId !== null && (
            <p className="text-ink-2">{t('floor.announcement.number', { number: data.externalId })}</p>
          )}
          {data.problem !== null && (
            <p className="text-red">
              <Quoted text={data.problem} />
            </p>
          )}
          {data.state === 'refused' && (
            <button
              type="button"
              className="control"
              disabled={again.isPending}
              onClick={() => again.mutate()}
            >
              {t('floor.announcement.again')}
            </button>
          )}
          {again.isError && (
            <p role="alert" className="text-red">
              {problem}
            </p>
          )}
        </div>
      )}
    </Panel>
  )
}

function CancelRest({ inbound }: { inbound: InboundShipmentShape }) {
  const { t } = useLanguage()
  const [isAsking, setAsking] = useState(false)
  const key = useActionKey()
  const cancel = useMutation({
    mutationFn: () => hub.cancelInboundShipment(inbound.inboundId, {}, key.current()),
    onSuccess: (changed) => {
      key.next()
      setAsking(false)
      queryClient.setQueryData(inboundOneQuery(inbound.inboundId).queryKey, changed)
    },
  })
  const problem = useProblemText(cancel.error)
  return (
    <>
      <button type="button" className="control" onClick={() => setAsking(true)}>
        {t('floor.deliveries.cancelRest')}
      </button>
      <Confirm
        isOpen={isAsking}
        title={t('floor.deliveries.cancelTitle')}
        text={t('floor.deliveries.cancelText')}
        action={t('floor.deliveries.cancelRest')}
        dismiss={t('orders.cancelOrder.keep')}
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      >
        {cancel.isError && (
          <p role="alert" className="mt-3 text-red">
            {problem}
          </p>
        )}
      </Confirm>
    </>
  )
}
