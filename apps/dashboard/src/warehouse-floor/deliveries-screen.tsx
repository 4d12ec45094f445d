import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { TextField } from '../describe/terms-fields.tsx'
import { formatDay, formatNumber } from '../format.ts'
import { hub, inboundQuery, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { DayField } from './day-field.tsx'
import { shapeOfInbound } from './document-shapes.ts'
import { FloorTabs } from './floor-tabs.tsx'
import { LocationChoice, useChosenLocation } from './location-choice.tsx'
import { NewLines, sentLines, useNewLines } from './new-lines.tsx'
import { ToldDeliveries } from './told-deliveries.tsx'
import { useActionKey } from './use-action-key.ts'

/** What suppliers are to bring, and what warehouses told of it. */
export function DeliveriesScreen() {
  const { t, locale } = useLanguage()
  const [isNew, setNew] = useState(false)
  const inbound = useInfiniteQuery(inboundQuery)
  const rows = inbound.data?.pages.flatMap((page) => page.rows) ?? []
  const n = (value: number) => formatNumber(locale, value)
  return (
    <>
      <Heading title={t('floor.deliveries.title')}>
        <OnlyFor needs="operator" isQuiet>
          <button
            type="button"
            className="control control-strong"
            aria-expanded={isNew}
            onClick={() => setNew(!isNew)}
          >
            <Plus size={15} aria-hidden />
            {t('floor.deliveries.announce')}
          </button>
        </OnlyFor>
      </Heading>
      <FloorTabs />
      <NotYours needs="operator" />
      {isNew && <NewDelivery onClose={() => setNew(false)} />}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Panel title={t('floor.deliveries.announced')} table={{ operation: 'listInboundShipments' }}>
          {!inbound.data &&
            (inbound.error ? (
              <Failure error={inbound.error} onRetry={() => void inbound.refetch()} />
            ) : (
              <Loading lines={5} />
            ))}
          {inbound.data && rows.length === 0 && (
            <Empty title={t('floor.deliveries.none')} cure={t('floor.deliveries.noneCure')} />
          )}
          <ul>
            {rows.map((row) => {
              const expected = row.lines.reduce((sum, line) => sum + line.expected, 0)
              const received = row.lines.reduce((sum, line) => sum + line.received, 0)
              return (
                <li
                  key={row.inboundId}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-0"
                >
                  <Link
                    to="/deliveries/$inbound"
                    params={{ inbound: row.inboundId }}
                    className="link min-w-32 break-all"
                  >
                    {row.reference ?? row.supplier ?? row.inboundId.slice(0, 8)}
                  </Link>
                  <Standing shape={shapeOfInbound[row.state]}>{t(`floor.inbound.${row.state}`)}</Standing>
                  <span className="text-ink-2">{row.locationCode}</span>
                  <span className="tabular-nums">
                    {t('floor.receivedOf', { n: n(received), of: n(expected) })}
                  </span>
                  {row.expectedOn !== null && (
                    <span className="text-ink-2">{formatDay(locale, row.expectedOn)}</span>
                  )}
                </li>
              )
            })}
          </ul>
          <More query={inbound} />
        </Panel>
        <ToldDeliveries kind="receipt" />
      </div>
    </>
  )
}

function NewDelivery({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const key = useActionKey()
  const [typed, setTyped] = useState({ location: '', supplier: '', reference: '', expectedOn: '' })
  const kept = useNewLines()
  const [lines] = kept
  const location = useChosenLocation(typed.location)
  const make = useMutation({
    mutationFn: () => {
      const { supplier, reference, expectedOn } = typed
      const body = {
        location,
        supplier: supplier.trim() || null,
        reference: reference.trim() || null,
        expectedOn: expectedOn || null,
        lines: sentLines(lines),
      }
      return hub.createInboundShipment(body, key.current())
    },
    onSuccess: ({ inboundId }) => {
      key.next()
      // Not waited for: the stream may begin it again and again.
      void queryClient.invalidateQueries({ queryKey: ['overview', 'inbound'] })
      void navigate({ to: '/deliveries/$inbound', params: { inbound: inboundId } })
    },
  })
  const problem = useProblemText(make.error)
  return (
    <form
      className="panel mb-4 max-w-3xl space-y-4 p-4"
      aria-label={t('floor.deliveries.announce')}
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate()
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <LocationChoice
          id="delivery-location"
          value={typed.location}
          onChange={(code) => setTyped({ ...typed, location: code })}
        />
        <TextField
          id="delivery-supplier"
          label={t('floor.supplier')}
          value={typed.supplier}
          onChange={(supplier) => setTyped({ ...typed, supplier })}
        />
        <TextField
          id="delivery-reference"
          label={t('floor.reference')}
          value={typed.reference}
          onChange={(reference) => setTyped({ ...typed, reference })}
        />
        <DayField
          id="delivery-expected"
          label={t('floor.expectedOn')}
          value={typed.expectedOn}
          onChange={(expectedOn) => setTyped({ ...typed, expectedOn })}
        />
      </div>
      <NewLines kept={kept} />
      {make.isError && (
        <p role="alert" className="text-red">
          {problem}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <button
          type="submit"
          className="control control-strong"
          disabled={make.isPending || location === '' || sentLines(lines).length === 0}
        >
          {t('floor.deliveries.announceAction')}
        </button>
        <button type="button" className="control" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
