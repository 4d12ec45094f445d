import type { StockCountShape } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { TextField } from '../describe/terms-fields.tsx'
import { formatNumber } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { ScanField } from '../orders/scan-field.tsx'
import { useProblemText } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { CountedOtherwise } from './counted-otherwise.tsx'
import { type Counts, enteredLines, keyOf, notWrittenDown, withoutWritten } from './counting-entries.ts'
import { toUnits } from './entry.ts'
import { useActionKey } from './use-action-key.ts'
import { useKept } from './use-kept.ts'
import { useScan } from './use-scan.ts'
import type { Sheet } from './use-sheet.ts'

const counterKey = 'plimsoll.counter'
/** So many lines are laid out at once; what is scanned may be on any. */
const SHOWN_STEP = 300

/** What is counted so far is kept here until it is written down, whoever else saves meanwhile; a scan adds to the line of its item. */
export function Counting({ count, sheet }: { count: StockCountShape; sheet: Sheet }) {
  const { t, locale } = useLanguage()
  const key = useActionKey()
  const [counter, setCounter] = useState(() => localStorage.getItem(counterKey) ?? '')
  const [counts, latest, setCounts] = useKept<Counts>({})
  const [shownMax, setShownMax] = useState(SHOWN_STEP)
  const open = sheet.rows.filter(({ counted }) => counted === null)
  const set = (line: string, typed: Counts[string] | undefined) => {
    const { [line]: _, ...rest } = latest()
    setCounts(typed === undefined ? rest : { ...rest, [line]: typed })
  }
  const { scan, text, isBad } = useScan((read) => {
    const own = open.filter(({ sku }) => sku === read.sku)
    const [line] = own
    if (line === undefined && !sheet.isWhole) return { text: t('floor.counts.comes'), isGood: false }
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
    const before = latest()[keyOf(line)]
    const next = (typeof before === 'number' ? before : 0) + read.units
    set(keyOf(line), next)
    return { text: t('floor.scanned', { sku: read.sku, n: formatNumber(locale, next) }), isGood: true }
  })
  const entries = enteredLines(open, counts)
  const enter = useMutation({
    mutationFn: (sent: { lines: typeof open; counts: Counts }) => {
      localStorage.setItem(counterKey, counter.trim())
      const body = { counter: counter.trim(), entries: enteredLines(sent.lines, sent.counts) }
      return hub.doStockCount(count.countId, 'enter', body, key.current())
    },
    onSuccess: async (_, sent) => {
      key.next()
      // Read first: what was written down stays in its field until its line is known to be counted.
      await queryClient.invalidateQueries({ queryKey: ['overview', 'count', count.countId] })
      setCounts(withoutWritten(latest(), sent.lines, sent.counts))
    },
  })
  const problem = useProblemText(enter.error)
  // The first of them, and every one that something is entered for: a scan is seen wherever its line is.
  const shown = open.filter((line, at) => at < shownMax || counts[keyOf(line)] !== undefined)
  return (
    <Panel title={t('floor.counts.counting')}>
      <div className="space-y-3 border-b border-line p-4">
        <TextField id="counter" label={t('floor.counts.counter')} value={counter} onChange={setCounter} />
        <ScanField label={t('floor.scan')} onScan={scan} />
        <p role="status" className={isBad ? 'text-red' : 'text-ink-2'}>
          {text}
        </p>
      </div>
      <CountedOtherwise
        countId={count.countId}
        lines={notWrittenDown(sheet.rows, counts, enter.isPending ? enter.variables.counts : {})}
        onLeave={(line) => set(keyOf(line), undefined)}
      />
      {open.length === 0 && (
        <p className="px-4 py-3 text-ink-2">
          {t(sheet.isWhole ? 'floor.counts.allCounted' : 'floor.counts.comes')}
        </p>
      )}
      <ul>
        {shown.map((line) => (
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
                  value={counts[keyOf(line)]?.toString() ?? ''}
                  onChange={(typed) => set(keyOf(line), typed.trim() === '' ? undefined : toUnits(typed))}
                />
              </div>
            ) : (
              <div className="w-full sm:w-72">
                <TextField
                  id={`serials-${line.line}`}
                  label={t('floor.serials')}
                  hint={t('floor.serialsHint')}
                  value={counts[keyOf(line)]?.toString() ?? ''}
                  onChange={(typed) => set(keyOf(line), typed === '' ? undefined : typed)}
                />
              </div>
            )}
          </li>
        ))}
      </ul>
      {shown.length < open.length && (
        <p className="flex flex-wrap items-center gap-3 px-4 py-2 text-ink-2">
          {t('floor.counts.more', {
            n: formatNumber(locale, shown.length),
            of: formatNumber(locale, open.length),
          })}
          <button type="button" className="control" onClick={() => setShownMax(shownMax + SHOWN_STEP)}>
            {t('app.more')}
          </button>
        </p>
      )}
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
          onClick={() => enter.mutate({ lines: open, counts: latest() })}
        >
          {t('floor.counts.enter', { n: formatNumber(locale, entries.length) })}
        </button>
      </div>
    </Panel>
  )
}
