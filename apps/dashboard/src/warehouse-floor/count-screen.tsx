import type { StockCountLines, StockCountShape } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { TextField } from '../describe/terms-fields.tsx'
import { formatChange, formatNumber } from '../format.ts'
import { countLinesQuery, countQuery, hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ScanField } from '../orders/scan-field.tsx'
import { Failure, Loading, useProblemText } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { Standing } from '../parts/standing.tsx'
import { shapeOfCount } from './document-shapes.ts'
import { toSerials, toUnits } from './entry.ts'
import { useActionKey } from './use-action-key.ts'
import { useKept } from './use-kept.ts'
import { useScan } from './use-scan.ts'

/** One stock count: scanned and typed on a phone, then approved, then written into the ledger. */
export function CountScreen() {
  const { t, locale } = useLanguage()
  const { count: id } = useParams({ from: '/counts/$count' })
  const count = useQuery(countQuery(id))
  const lines = useQuery(countLinesQuery(id))
  const error = count.error ?? lines.error
  const retry = () => {
    void count.refetch()
    void lines.refetch()
  }
  return (
    <>
      <Link to="/counts" className="link mb-2 inline-flex min-h-7 items-center gap-1">
        <ArrowLeft size={15} aria-hidden />
        {t('floor.counts.title')}
      </Link>
      <Heading
        title={
          count.data === undefined
            ? t('floor.counts.one')
            : (count.data.reference ?? t('floor.counts.of', { location: count.data.locationCode }))
        }
        note={
          count.data &&
          lines.data && (
            <span className="inline-flex flex-wrap gap-x-3">
              <Standing shape={shapeOfCount[count.data.state]}>
                {t(`floor.count.${count.data.state}`)}
              </Standing>
              {t('floor.counts.progress', {
                n: formatNumber(locale, lines.data.counted),
                of: formatNumber(locale, lines.data.total),
              })}
            </span>
          )
        }
      />
      {count.data && lines.data ? (
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.4fr)_minmax(20rem,1fr)]">
          {count.data.state === 'counting' ? (
            <Counting key={lines.data.counted} count={count.data} sheet={lines.data} />
          ) : (
            <Sheet sheet={lines.data} />
          )}
          <Ending count={count.data} sheet={lines.data} />
        </div>
      ) : (
        <div className="panel">
          {error ? <Failure error={error} onRetry={retry} /> : <Loading lines={6} />}
        </div>
      )}
    </>
  )
}

type Row = StockCountLines['rows'][number]
const keyOf = ({ sku, lot }: Pick<Row, 'sku' | 'lot'>) => JSON.stringify([sku, lot])
const counterKey = 'plimsoll.counter'

/** What is counted so far is kept here until it is written down; a scan adds to the line of its item. */
function Counting({ count, sheet }: { count: StockCountShape; sheet: StockCountLines }) {
  const { t, locale } = useLanguage()
  const key = useActionKey()
  const [counter, setCounter] = useState(() => localStorage.getItem(counterKey) ?? '')
  const [units, latest, setUnits] = useKept<Readonly<Record<string, number>>>({})
  const [serials, setSerials] = useState<Readonly<Record<string, string>>>({})
  const open = sheet.rows.filter(({ counted }) => counted === null)
  const { scan, text, isBad } = useScan((read) => {
    const own = open.filter(({ sku }) => sku === read.sku)
    const [line] = own
    if (line === undefined) {
      const isCounted = sheet.rows.some(({ sku }) => sku === read.sku)
      return {
        text: t(isCounted ? 'floor.counts.counted' : 'floor.notOfThis', { sku: read.sku }),
        isGood: false,
      }
    }
    // Which lot it is of stands on the box, not in its barcode.
    if (line.serials !== null)
      return { text: t('floor.counts.whichSerials', { sku: read.sku }), isGood: false }
    if (own.length > 1 || line.lot !== null)
      return { text: t('floor.counts.whichLot', { sku: read.sku }), isGood: false }
    const next = (latest()[keyOf(line)] ?? 0) + read.units
    setUnits({ ...latest(), [keyOf(line)]: next })
    return { text: t('floor.scanned', { sku: read.sku, n: formatNumber(locale, next) }), isGood: true }
  })
  const entries = open.flatMap((line) => {
    const key = keyOf(line)
    const lot = line.lot === null ? {} : { lot: line.lot }
    if (line.serials !== null) {
      // Each unit has its number: how many there are follows from them.
      const found = toSerials(serials[key] ?? '')
      return found.length === 0 ? [] : [{ sku: line.sku, quantity: found.length, serials: found, ...lot }]
    }
    const quantity = units[key]
    return quantity === undefined ? [] : [{ sku: line.sku, quantity, ...lot }]
  })
  const enter = useMutation({
    mutationFn: () => {
      localStorage.setItem(counterKey, counter.trim())
      return hub.doStockCount(count.countId, 'enter', { counter: counter.trim(), entries }, key.current())
    },
    onSuccess: () => {
      key.next()
      return queryClient.invalidateQueries({ queryKey: ['overview', 'count', count.countId] })
    },
  })
  const problem = useProblemText(enter.error)
  return (
    <Panel title={t('floor.counts.counting')}>
      <div className="space-y-3 border-b border-line p-4">
        <TextField id="counter" label={t('floor.counts.counter')} value={counter} onChange={setCounter} />
        <ScanField label={t('floor.scan')} onScan={scan} />
        <p role="status" className={isBad ? 'text-red' : 'text-ink-2'}>
          {text}
        </p>
      </div>
      {open.length === 0 && <p className="px-4 py-3 text-ink-2">{t('floor.counts.allCounted')}</p>}
      <ul>
        {open.map((line) => (
          <li key={line.line} className="flex flex-wrap items-end gap-3 border-b border-line px-4 py-2">
            <p className="min-w-32 flex-1">
              <span className="font-mono break-all">{line.sku}</span>
              <span className="block text-ink-2">
                {[
                  line.bin ?? t('floor.pick.noBin'),
                  line.lot,
                  line.expected === null
                    ? null
                    : t('floor.counts.expected', { n: formatNumber(locale, line.expected) }),
                ]
                  .filter((each) => each !== null)
                  .join(' · ')}
              </span>
            </p>
            {line.serials === null ? (
              <div className="w-32">
                <TextField
                  id={`counted-${line.line}`}
                  label={t('floor.counted')}
                  kind="number"
                  value={units[keyOf(line)]?.toString() ?? ''}
                  onChange={(typed) => {
                    const { [keyOf(line)]: _, ...rest } = units
                    setUnits(typed.trim() === '' ? rest : { ...rest, [keyOf(line)]: toUnits(typed) })
                  }}
                />
              </div>
            ) : (
              <div className="w-full sm:w-72">
                <TextField
                  id={`serials-${line.line}`}
                  label={t('floor.serials')}
                  hint={t('floor.serialsHint')}
                  value={serials[keyOf(line)] ?? ''}
                  onChange={(typed) => setSerials({ ...serials, [keyOf(line)]: typed })}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {sheet.next !== null && <p className="px-4 py-2 text-ink-2">{t('floor.counts.more')}</p>}
      <div className="space-y-3 p-4">
        {enter.isError && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        <button
          type="button"
          className="control control-strong min-h-11"
          disabled={enter.isPending || entries.length === 0 || counter.trim() === ''}
          onClick={() => enter.mutate()}
        >
          {t('floor.counts.enter', { n: formatNumber(locale, entries.length) })}
        </button>
      </div>
    </Panel>
  )
}

/** What was counted, beside what the ledger says of the moment of counting. */
function Sheet({ sheet }: { sheet: StockCountLines }) {
  const { t, locale } = useLanguage()
  return (
    <Panel title={t('floor.counts.sheet')}>
      <ul>
        {sheet.rows.map((line) => (
          <li
            key={line.line}
            className="flex flex-wrap items-baseline gap-x-4 border-b border-line px-4 py-2 last:border-0"
          >
            <span className="min-w-32 flex-1 font-mono break-all">
              {line.sku}
              {line.lot !== null && <span className="font-sans text-ink-2"> · {line.lot}</span>}
            </span>
            <span className="tabular-nums">
              {line.counted === null ? t('floor.counts.notCounted') : formatNumber(locale, line.counted)}
            </span>
            {line.difference !== null && (
              <span
                className={`min-w-12 text-right tabular-nums ${line.difference === 0 ? 'text-ink-2' : 'font-semibold text-red'}`}
              >
                {formatChange(locale, line.difference)}
              </span>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** Approving, writing into the ledger, giving up. */
function Ending({ count, sheet }: { count: StockCountShape; sheet: StockCountLines }) {
  const { t } = useLanguage()
  const key = useActionKey()
  const [approver, setApprover] = useState('')
  const [leaves, setLeaves] = useState(false)
  const [zeros, setZeros] = useState(false)
  const act = useMutation({
    mutationFn: ({ verb, body }: { verb: string; body: unknown }) =>
      hub.doStockCount(count.countId, verb, body, key.current()),
    onSuccess: () => {
      key.next()
      return queryClient.invalidateQueries({ queryKey: ['overview', 'count', count.countId] })
    },
  })
  const problem = useProblemText(act.error)
  if (count.state === 'posted' || count.state === 'cancelled') {
    return (
      <Panel title={t('floor.counts.ending')}>
        <p className="px-4 py-3 text-ink-2">{t(`floor.counts.end.${count.state}`)}</p>
      </Panel>
    )
  }
  const isWhole = sheet.counted === sheet.total
  return (
    <Panel title={t('floor.counts.ending')}>
      <div className="space-y-3 p-4">
        {count.state === 'counting' ? (
          <>
            <TextField
              id="approver"
              label={t('floor.counts.approver')}
              value={approver}
              onChange={setApprover}
            />
            {!isWhole && (
              <label className="flex min-h-8 items-center gap-2">
                <input
                  type="checkbox"
                  checked={leaves}
                  onChange={(event) => setLeaves(event.target.checked)}
                />
                {t('floor.counts.leave')}
              </label>
            )}
            <button
              type="button"
              className="control control-strong"
              disabled={
                act.isPending || approver.trim() === '' || (!isWhole && !leaves) || sheet.counted === 0
              }
              onClick={() =>
                act.mutate({
                  verb: 'approve',
                  body: { approver: approver.trim(), ...(leaves && { leaveUncounted: true }) },
                })
              }
            >
              {t('floor.counts.approve')}
            </button>
          </>
        ) : (
          <>
            <p className="text-ink-2">{t('floor.counts.postText')}</p>
            {(sheet.zeros ?? 0) > 0 && (
              <label className="flex min-h-8 items-center gap-2">
                <input type="checkbox" checked={zeros} onChange={(event) => setZeros(event.target.checked)} />
                {t('floor.counts.zeros', { count: sheet.zeros ?? 0, n: sheet.zeros ?? 0 })}
              </label>
            )}
            <button
              type="button"
              className="control control-strong"
              disabled={act.isPending}
              onClick={() => act.mutate({ verb: 'post', body: zeros ? { confirmZeros: true } : {} })}
            >
              {t('floor.counts.post')}
            </button>
          </>
        )}
        {act.isError && (
          <p role="alert" className="text-red">
            {problem}
          </p>
        )}
        <p>
          <button
            type="button"
            className="control"
            disabled={act.isPending}
            onClick={() => act.mutate({ verb: 'cancel', body: {} })}
          >
            {t('floor.counts.cancel')}
          </button>
        </p>
      </div>
    </Panel>
  )
}
