import type { CustomerReturnShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { OnlyFor } from '../accounts/only-for.tsx'
import { meaningOf } from '../describe/feed-fields.ts'
import { TextField } from '../describe/terms-fields.tsx'
import { formatNumber } from '../format.ts'
import { hub, queryClient, returnNoticeQuery, returnOneQuery } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ScanField } from '../orders/scan-field.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { shapeOfReturn } from './document-shapes.ts'
import { toUnits } from './entry.ts'
import {
  conditions,
  type Inspected,
  inspectedLines,
  inspectScan,
  openOf,
  withoutInspected,
} from './inspection.ts'
import { ReturnNoticePanel } from './return-notice-panel.tsx'
import { useActionKey } from './use-action-key.ts'
import { useKept } from './use-kept.ts'
import { useScan } from './use-scan.ts'

/**
 * One return: each unit is looked at and may be sold again, is damaged, or is disposed of; by one's own people here, by a warehouse
 * where it comes to one, which is told of it.
 */
export function ReturnScreen() {
  const { t } = useLanguage()
  const { return: id } = useParams({ from: '/returns/$return' })
  const { data, error, refetch } = useQuery(returnOneQuery(id))
  return (
    <>
      <Link to="/returns" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('floor.returns.title')}
      </Link>
      <Heading
        title={data?.number ?? t('floor.returns.one')}
        note={
          data && (
            <span className="inline-flex flex-wrap gap-x-3">
              <Standing shape={shapeOfReturn[data.state]}>{t(`floor.return.${data.state}`)}</Standing>
              {data.locationCode}
              {data.announcedBy !== null && (
                <span>{t('floor.returns.grantedBy', { channel: data.announcedBy })}</span>
              )}
              {data.orderId !== null && (
                <Link to="/orders/$order" params={{ order: data.orderId }} className="link">
                  {t('floor.returns.order')}
                </Link>
              )}
            </span>
          )
        }
      />
      {data ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.4fr)_minmax(20rem,1fr)]">
          <div className="min-w-0">
            <OnlyFor needs="operator">
              <Inspection key={id} of={data} />
            </OnlyFor>
          </div>
          <OnlyFor needs="operator" isQuiet>
            <ReturnNoticePanel returnId={id} isOpen={isOpenReturn(data)} />
          </OnlyFor>
        </div>
      ) : (
        <div className="panel">
          {error ? <Failure error={error} onRetry={() => void refetch()} /> : <Loading lines={5} />}
        </div>
      )}
    </>
  )
}

function isOpenReturn({ state }: CustomerReturnShape): boolean {
  return state === 'announced' || state === 'partly-inspected'
}

function Inspection({ of }: { of: CustomerReturnShape }) {
  const { t, locale } = useLanguage()
  const n = (value: number) => formatNumber(locale, value)
  const key = useActionKey()
  const [inspected, latest, setInspected] = useKept<Inspected>({})
  const [scansAs, setScansAs] = useState<(typeof conditions)[number]>('sellable')
  const [reason, setReason] = useState('')
  const [isAsking, setAsking] = useState(false)
  const isOpen = isOpenReturn(of)
  const notice = useQuery(returnNoticeQuery(of.returnId))
  // A warehouse looks at what comes to it; until it is known whether it comes to one, nobody is asked to.
  const isOurs = isOpen && notice.data?.warehouse === null
  const warehouse = notice.data?.warehouse
  const { scan, text, isBad } = useScan((read) => {
    const next = inspectScan(of.lines, latest(), { ...read, condition: scansAs })
    if (next === undefined) return { text: t('floor.notOfThis', { sku: read.sku }), isGood: false }
    setInspected(next)
    return {
      text: t('floor.scannedAs', { sku: read.sku, condition: t(`describe.meaning.${meaningOf(scansAs)}`) }),
      isGood: true,
    }
  })
  const keep = (changed: CustomerReturnShape) => {
    key.next()
    setAsking(false)
    queryClient.setQueryData(returnOneQuery(of.returnId).queryKey, changed)
    void queryClient.invalidateQueries(returnNoticeQuery(of.returnId))
  }
  const save = useMutation({
    mutationFn: (sent: { inspected: Inspected; reason: string }) =>
      hub.inspectReturn(
        of.returnId,
        {
          lines: inspectedLines(sent.inspected),
          ...(sent.reason.trim() !== '' && { reason: sent.reason.trim() }),
        },
        key.current(),
      ),
    onSuccess: (changed, sent) => {
      keep(changed)
      setInspected(withoutInspected(latest(), sent.inspected))
      setReason((typed) => (typed === sent.reason ? '' : typed))
    },
  })
  const cancel = useMutation({
    mutationFn: () => hub.cancelReturn(of.returnId, key.current()),
    onSuccess: keep,
  })
  const problem = useProblemText(save.error ?? cancel.error)
  return (
    <Panel title={t(isOurs ? 'floor.returns.inspect' : 'floor.deliveries.lines')} className="max-w-3xl">
      {isOpen && warehouse != null && (
        <p className="border-b border-line px-4 py-3 text-ink-2">
          {t('floor.returnNotice.inspects', { warehouse })}
        </p>
      )}
      {isOurs && (
        <div className="space-y-3 border-b border-line p-4">
          <fieldset>
            <legend className="font-medium">{t('floor.returns.scansAs')}</legend>
            <div className="mt-1 flex flex-wrap gap-2">
              {conditions.map((condition) => (
                <label
                  key={condition}
                  className="control min-h-11 has-checked:border-sea has-checked:bg-sea-soft sm:min-h-9"
                >
                  <input
                    type="radio"
                    name="condition"
                    checked={scansAs === condition}
                    onChange={() => setScansAs(condition)}
                  />
                  {t(`describe.meaning.${meaningOf(condition)}`)}
                </label>
              ))}
            </div>
          </fieldset>
          <ScanField label={t('floor.scan')} onScan={scan} />
          <p role="status" className={isBad ? 'text-red' : 'text-ink-2'}>
            {text}
          </p>
        </div>
      )}
      <ul>
        {of.lines.map((line) => (
          <li key={line.line} className="border-b border-line px-4 py-2.5 last:border-0">
            <p>
              <Link to="/items/$sku" params={{ sku: line.sku }} className="link font-mono break-all">
                {line.sku}
              </Link>
              <span className="block text-ink-2">
                {t('floor.returns.standing', {
                  announced: n(line.announced),
                  restocked: n(line.restocked),
                  damaged: n(line.damaged),
                  disposed: n(line.disposed),
                })}
              </span>
            </p>
            {isOurs && openOf(line) > 0 && (
              <div className="mt-2 grid grid-cols-3 gap-2 sm:max-w-md">
                {conditions.map((condition) => (
                  <TextField
                    key={condition}
                    id={`inspect-${line.line}-${condition}`}
                    label={t(`describe.meaning.${meaningOf(condition)}`)}
                    kind="number"
                    value={inspected[line.line]?.[condition]?.toString() ?? ''}
                    onChange={(units) =>
                      setInspected({
                        ...inspected,
                        [line.line]: { ...inspected[line.line], [condition]: toUnits(units) },
                      })
                    }
                  />
                ))}
              </div>
            )}
          </li>
        ))}
      </ul>
      {isOpen && (
        <div className="space-y-3 border-t border-line p-4">
          {isOurs && (
            <TextField id="inspect-reason" label={t('floor.reason')} value={reason} onChange={setReason} />
          )}
          {(save.isError || cancel.isError) && (
            <p role="alert" className="text-red">
              {problem}
            </p>
          )}
          <div className="flex flex-wrap gap-2">
            {isOurs && (
              <button
                type="button"
                className="control control-strong min-h-11 sm:min-h-9"
                disabled={save.isPending || inspectedLines(inspected).length === 0}
                onClick={() => save.mutate({ inspected: latest(), reason })}
              >
                {t('floor.returns.save')}
              </button>
            )}
            <button type="button" className="control" onClick={() => setAsking(true)}>
              {t('floor.returns.cancel')}
            </button>
          </div>
        </div>
      )}
      <Confirm
        isOpen={isAsking}
        title={t('floor.returns.cancelTitle')}
        text={t(warehouse != null ? 'floor.returnNotice.cancelText' : 'floor.returns.cancelText')}
        action={t('floor.returns.cancel')}
        dismiss={t('orders.cancelOrder.keep')}
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      />
    </Panel>
  )
}
