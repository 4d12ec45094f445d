import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { NotYours, OnlyFor } from '../accounts/only-for.tsx'
import { TextField } from '../describe/terms-fields.tsx'
import { formatNumber } from '../format.ts'
import { hub, queryClient, returnsQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { More } from '../parts/more.tsx'
import { Empty, Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Ago } from '../parts/number.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { shapeOfReturn } from './document-shapes.ts'
import { FloorTabs } from './floor-tabs.tsx'
import { LocationChoice, useChosenLocation } from './location-choice.tsx'
import { NewLines, sentLines, useNewLines } from './new-lines.tsx'
import { ToldDeliveries } from './told-deliveries.tsx'
import { useActionKey } from './use-action-key.ts'

/** What customers send back: to your own people, who inspect it, and to warehouses, which tell what it is. */
export function ReturnsScreen() {
  const { t, locale } = useLanguage()
  const [isNew, setNew] = useState(false)
  const returns = useInfiniteQuery(returnsQuery)
  const rows = returns.data?.pages.flatMap((page) => page.rows) ?? []
  const n = (value: number) => formatNumber(locale, value)
  return (
    <>
      <Heading title={t('floor.returns.title')}>
        <OnlyFor needs="operator" isQuiet>
          <button
            type="button"
            className="control control-strong"
            aria-expanded={isNew}
            onClick={() => setNew(!isNew)}
          >
            <Plus size={15} aria-hidden />
            {t('floor.returns.note')}
          </button>
        </OnlyFor>
      </Heading>
      <FloorTabs />
      <NotYours needs="operator" />
      {isNew && <NewReturn onClose={() => setNew(false)} />}
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Panel title={t('floor.returns.own')} table={{ operation: 'listReturns' }}>
          {!returns.data &&
            (returns.error ? (
              <Failure error={returns.error} onRetry={() => void returns.refetch()} />
            ) : (
              <Loading lines={5} />
            ))}
          {returns.data && rows.length === 0 && (
            <Empty title={t('floor.returns.none')} cure={t('floor.returns.noneCure')} />
          )}
          <ul>
            {rows.map((row) => {
              const announced = row.lines.reduce((sum, line) => sum + line.announced, 0)
              const seen = row.lines.reduce(
                (sum, line) => sum + line.restocked + line.damaged + line.disposed,
                0,
              )
              return (
                <li
                  key={row.returnId}
                  className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-0"
                >
                  <Link
                    to="/returns/$return"
                    params={{ return: row.returnId }}
                    className="link min-w-28 break-all"
                  >
                    {row.number}
                  </Link>
                  <Standing shape={shapeOfReturn[row.state]}>{t(`floor.return.${row.state}`)}</Standing>
                  <span className="text-ink-2">{row.locationCode}</span>
                  {row.announcedBy !== null && (
                    <span className="text-ink-2">
                      {t('floor.returns.grantedBy', { channel: row.announcedBy })}
                    </span>
                  )}
                  <span className="tabular-nums">
                    {t('floor.inspectedOf', { n: n(seen), of: n(announced) })}
                  </span>
                  <Ago at={row.createdAt} className="text-ink-2" />
                </li>
              )
            })}
          </ul>
          <More query={returns} />
        </Panel>
        <ToldDeliveries kind="return" />
      </div>
    </>
  )
}

function NewReturn({ onClose }: { onClose: () => void }) {
  const { t } = useLanguage()
  const navigate = useNavigate()
  const key = useActionKey()
  const [typed, setTyped] = useState({ location: '', number: '', shipmentId: '' })
  const kept = useNewLines()
  const [lines] = kept
  const location = useChosenLocation(typed.location)
  const make = useMutation({
    mutationFn: () => {
      const { number, shipmentId } = typed
      const body = {
        number: number.trim(),
        location,
        shipmentId: shipmentId.trim() || null,
        lines: sentLines(lines),
      }
      return hub.createReturn(body, key.current())
    },
    onSuccess: ({ returnId }) => {
      key.next()
      // Not waited for: the stream may begin it again and again.
      void queryClient.invalidateQueries({ queryKey: ['overview', 'returns'] })
      void navigate({ to: '/returns/$return', params: { return: returnId } })
    },
  })
  const problem = useProblemText(make.error)
  return (
    <form
      className="panel mb-4 max-w-3xl space-y-4 p-4"
      aria-label={t('floor.returns.note')}
      onSubmit={(event) => {
        event.preventDefault()
        make.mutate()
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          id="return-number"
          label={t('floor.returns.number')}
          hint={t('floor.returns.numberHint')}
          value={typed.number}
          onChange={(number) => setTyped({ ...typed, number })}
        />
        <LocationChoice
          id="return-location"
          value={typed.location}
          onChange={(code) => setTyped({ ...typed, location: code })}
        />
        <TextField
          id="return-shipment"
          label={t('floor.returns.shipment')}
          hint={t('floor.returns.shipmentHint')}
          isCode
          value={typed.shipmentId}
          onChange={(shipmentId) => setTyped({ ...typed, shipmentId })}
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
          disabled={
            make.isPending || location === '' || typed.number.trim() === '' || sentLines(lines).length === 0
          }
        >
          {t('floor.returns.noteAction')}
        </button>
        <button type="button" className="control" onClick={onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
