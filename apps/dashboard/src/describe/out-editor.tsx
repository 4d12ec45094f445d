import type { SampleWritten } from '@plimsoll/client'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useCalm } from '../clock.ts'
import { fieldClass } from '../connect/connect-fields.tsx'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { useSaid, wrongFor } from '../parts/said.ts'
import { Scrolling } from '../parts/scrolling.tsx'
import { contentOf, type Json, type OutDraft, outOf, type Place } from './draft.ts'
import { FormatFields, noteOf } from './format-fields.tsx'
import { Folded, LongField, TextField, textIn, wrongIn } from './terms-fields.tsx'

/** What an order says, and the name under which it is usually told. */
const values = [
  ['shipmentId', 'Reference'],
  ['number', 'Order'],
  ['locationId', 'Site'],
  ['recipient.name', 'Name'],
  ['recipient.company', 'Company'],
  ["$join(recipient.addressLines, ', ')", 'Street'],
  ['recipient.postalCode', 'Zip'],
  ['recipient.city', 'City'],
  ['recipient.region', 'Region'],
  ['recipient.country', 'Country'],
  ['recipient.phone', 'Phone'],
  ['recipient.email', 'Email'],
  ['line.sku', 'Article'],
  ['line.quantity', 'Units'],
  ['line.lot', 'Batch'],
  ['line.title', 'Title'],
  ['line.lineId', 'Line'],
  ['method', 'Service'],
  ['placedAt', 'Placed'],
  ['shipBy', 'ShipBy'],
  ['note', 'Note'],
] as const
const usual = new Set([
  'shipmentId',
  'locationId',
  'recipient.name',
  'recipient.postalCode',
  'recipient.city',
  'recipient.country',
  'line.sku',
  'line.quantity',
  values[5][0],
])

/** What a person begins with: a table in the manner of the files that come. */
export function startOfRequests(separator: string, zone: string): OutDraft {
  return {
    terms: {
      file: 'ORDER_{id}.csv',
      format: { kind: 'csv', separator, headerRow: 1 },
      encoding: 'utf-8',
      zone,
    },
    columns: values.flatMap(([text, name]) => (usual.has(text) ? [{ name, text }] : [])),
    whole: undefined,
  }
}

/** How the warehouse is asked to send an order, with what it would get for an example. */
export function OutEditor(props: {
  connector: string
  draft: OutDraft
  places: readonly Place[]
  hasFolder: boolean
  onChange: (draft: OutDraft) => void
}) {
  const { draft, onChange, places, connector } = props
  const { t, language } = useLanguage()
  const terms = { feed: 'shipment-requests', description: outOf(draft), places }
  const key = JSON.stringify(terms)
  const calm = useCalm({ key, terms }, key, 250)
  const { data, error, refetch } = useQuery({
    queryKey: ['writing', calm.key],
    queryFn: ({ signal }) => hub.writeSample(connector, calm.terms, signal),
    placeholderData: keepPreviousData,
    gcTime: 0,
  })
  const wrong = wrongFor(language, data?.wrong ?? [])
  const isTable = ['csv', 'fixed-width', 'ndjson'].includes(
    textIn((draft.terms.format ?? {}) as Json, 'kind'),
  )
  const text = (name: string) => ({
    id: `out-${name}`,
    value: textIn(draft.terms, name),
    wrong: wrongIn(wrong, name),
    isCode: true,
    onChange: (value: string) => onChange({ ...draft, terms: { ...draft.terms, [name]: value } }),
  })
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <div className="min-w-0 space-y-3">
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField {...text('file')} label={t('describe.outFile')} hint={t('describe.outFileHint')} />
          {props.hasFolder && <TextField {...text('folder')} label={t('describe.folder')} />}
        </div>
        <Folded title={t('describe.formatTitle')} note={noteOf(draft.terms)}>
          <FormatFields
            id="out"
            isOut
            terms={draft.terms}
            wrong={wrong}
            onChange={(next) => onChange({ ...draft, terms: next })}
          />
        </Folded>
        {draft.whole === undefined && isTable ? (
          <OutColumns draft={draft} onChange={onChange} />
        ) : (
          <LongField
            id="out-whole"
            label={t('describe.outWhole')}
            hint={t('describe.outWholeHint')}
            rows={8}
            value={draft.whole ?? contentOf(draft.columns)}
            wrong={wrongIn(wrong, 'content')}
            onChange={(whole) => onChange({ ...draft, whole })}
          />
        )}
        {draft.whole === undefined && isTable && (
          <button
            type="button"
            className="control"
            onClick={() => onChange({ ...draft, whole: contentOf(draft.columns) })}
          >
            {t('describe.outAsWhole')}
          </button>
        )}
      </div>
      <div className="min-w-0">
        {data === undefined ? (
          error ? (
            <Failure error={error} onRetry={() => void refetch()} />
          ) : (
            <Loading lines={4} />
          )
        ) : (
          <Preview written={data} />
        )}
      </div>
    </div>
  )
}

function OutColumns({ draft, onChange }: { draft: OutDraft; onChange: (draft: OutDraft) => void }) {
  const { t } = useLanguage()
  const { columns } = draft
  const set = (next: OutDraft['columns']) => onChange({ ...draft, columns: next })
  const swap = (at: number, with_: number) => {
    const next = [...columns]
    const [one, other] = [next[at], next[with_]]
    if (one === undefined || other === undefined) return
    next[at] = other
    next[with_] = one
    set(next)
  }
  return (
    <fieldset>
      <legend className="font-medium">{t('describe.outColumns')}</legend>
      <ol className="mt-1 space-y-1.5">
        {columns.map((column, at) => (
          <li key={`${at}`} className="flex flex-wrap items-start gap-1.5">
            <input
              value={column.name}
              aria-label={t('describe.outColumn', { n: at + 1 })}
              onChange={(event) =>
                set(columns.map((each, nth) => (nth === at ? { ...each, name: event.target.value } : each)))
              }
              className={`${fieldClass} mt-0 flex-1 basis-28`}
            />
            <OutValue
              text={column.text}
              label={column.name}
              onChange={(text) => set(columns.map((each, nth) => (nth === at ? { ...each, text } : each)))}
            />
            <span className="ml-auto flex">
              <Small
                label={t('describe.up', { name: column.name })}
                isOff={at === 0}
                onClick={() => swap(at, at - 1)}
              >
                <ArrowUp size={15} aria-hidden />
              </Small>
              <Small
                label={t('describe.down', { name: column.name })}
                isOff={at === columns.length - 1}
                onClick={() => swap(at, at + 1)}
              >
                <ArrowDown size={15} aria-hidden />
              </Small>
              <Small
                label={t('describe.remove', { name: column.name })}
                isOff={columns.length === 1}
                onClick={() => set(columns.filter((_, nth) => nth !== at))}
              >
                <X size={15} aria-hidden />
              </Small>
            </span>
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="control mt-2"
        onClick={() => set([...columns, { name: `C${columns.length + 1}`, text: 'number' }])}
      >
        <Plus size={15} aria-hidden />
        {t('describe.outAdd')}
      </button>
    </fieldset>
  )
}

function OutValue({
  text,
  label,
  onChange,
}: {
  text: string
  label: string
  onChange: (text: string) => void
}) {
  const { t } = useLanguage()
  const known = values.find(([value]) => value === text)
  const [isOwn, setOwn] = useState(false)
  const isExpression = isOwn || known === undefined
  return (
    <span className="min-w-0 flex-[2] basis-44">
      <select
        value={isExpression ? '=' : text}
        aria-label={t('describe.outValue', { name: label })}
        onChange={(event) => {
          setOwn(event.target.value === '=')
          if (event.target.value !== '=') onChange(event.target.value)
        }}
        className={`${fieldClass} mt-0`}
      >
        {values.map(([value, name]) => (
          <option key={value} value={value}>
            {t(`describe.orderValue.${name}`)}
          </option>
        ))}
        <option value="=">{t('describe.expression')}</option>
      </select>
      {isExpression && (
        <input
          value={text}
          aria-label={t('describe.expressionFor', { name: label })}
          spellCheck={false}
          autoCapitalize="off"
          onChange={(event) => onChange(event.target.value)}
          className={`${fieldClass} font-mono`}
        />
      )}
    </span>
  )
}

function Small(props: { label: string; isOff: boolean; onClick: () => void; children: ReactNode }) {
  return (
    <button
      type="button"
      className="control min-h-9 border-transparent px-2"
      aria-label={props.label}
      title={props.label}
      disabled={props.isOff}
      onClick={props.onClick}
    >
      {props.children}
    </button>
  )
}

function Preview({ written }: { written: SampleWritten }) {
  const { t, language } = useLanguage()
  const said = useSaid()(written)
  return (
    <section aria-label={t('describe.preview')} className="space-y-2">
      <h3 className="font-medium">{t('describe.preview')}</h3>
      {written.name !== null && <p className="font-mono text-xs break-all text-ink-2">{written.name}</p>}
      {written.text !== null && <Text label={t('describe.preview')}>{written.text}</Text>}
      {[
        ...(said === null ? [] : [said]),
        ...wrongFor(language, written.wrong).map(({ field, message }) => `${field}: ${message}`),
      ].map((text) => (
        <p key={text} role="alert" className="border-l-2 border-red-fill bg-red-soft px-3 py-2">
          {text}
        </p>
      ))}
      <details>
        <summary className="min-h-6 cursor-pointer text-ink-2">{t('describe.example')}</summary>
        <Text label={t('describe.example')}>{JSON.stringify(written.example, null, 2)}</Text>
      </details>
    </section>
  )
}

function Text({ label, children }: { label: string; children: string }) {
  return (
    <div className="mt-1 rounded border border-line bg-sunken p-3 text-xs">
      <Scrolling label={label}>
        <pre className="w-max">{children}</pre>
      </Scrolling>
    </div>
  )
}
