import { useLanguage } from '../language.ts'
import type { Json } from './draft.ts'
import { encodings, formatKinds } from './feed-fields.ts'
import { ChoiceField, LongField, TextField, textIn, type Wrong, wrongIn } from './terms-fields.tsx'

type Props = {
  id: string
  terms: Json
  wrong: Wrong
  onChange: (terms: Json) => void
  /** What goes out is no workbook. */
  isOut?: boolean
}

/** How rows lie in a file: its kind, what cuts them, and in which encoding. */
export function FormatFields(props: Props) {
  const { id, terms, wrong, onChange } = props
  const { t } = useLanguage()
  const format = (terms.format ?? { kind: 'csv' }) as Json
  const kind = textIn(format, 'kind')
  const set = (changes: Json) => onChange({ ...terms, format: tidy({ ...format, ...changes }) })
  const text = (name: string) => ({
    id: `${id}-${name}`,
    value: textIn(format, name),
    wrong: wrongIn(wrong, `format.${name}`),
    onChange: (value: string) => set({ [name]: value }),
  })
  const number = (name: string, start: string) => ({
    ...text(name),
    value: textIn(format, name) || start,
    kind: 'number' as const,
    onChange: (value: string) => set({ [name]: /^\d+$/.test(value) ? Number(value) : value }),
  })
  const kinds = formatKinds.filter((each) => props.isOut !== true || each !== 'excel')
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
      <ChoiceField
        {...text('kind')}
        label={t('describe.kind')}
        options={kinds.map((value) => ({ value, label: t(`describe.kinds.${value}`) }))}
        onChange={(value) => onChange({ ...terms, format: startOf(value) })}
      />
      {kind === 'csv' && (
        <>
          <ChoiceField
            {...text('separator')}
            value={textIn(format, 'separator') || ','}
            label={t('describe.separator')}
            options={[
              { value: ',', label: t('describe.separators.comma') },
              { value: ';', label: t('describe.separators.semicolon') },
              { value: '\t', label: t('describe.separators.tab') },
              { value: '|', label: t('describe.separators.bar') },
            ]}
          />
          <ChoiceField
            {...text('quote')}
            value={textIn(format, 'quote') || '"'}
            label={t('describe.quote')}
            options={[
              { value: '"', label: '"…"' },
              { value: "'", label: "'…'" },
              { value: 'none', label: t('app.none') },
            ]}
          />
        </>
      )}
      {(kind === 'csv' || kind === 'excel') && (
        <TextField
          {...number('headerRow', '1')}
          label={t('describe.headerRow')}
          hint={kind === 'csv' ? t('describe.headerRowHint') : undefined}
        />
      )}
      {kind === 'csv' && format.headerRow === 0 && (
        <TextField
          {...text('columns')}
          value={Array.isArray(format.columns) ? format.columns.join(', ') : ''}
          label={t('describe.columnNames')}
          hint={t('describe.columnNamesHint')}
          onChange={(value) => set({ columns: value.split(',').map((each) => each.trim()) })}
        />
      )}
      {kind === 'fixed-width' && (
        <div className="sm:col-span-2">
          <FixedColumns
            id={`${id}-columns`}
            format={format}
            wrong={wrongIn(wrong, 'format.columns')}
            onSet={set}
          />
        </div>
      )}
      {kind === 'excel' && (
        <TextField {...text('sheet')} label={t('describe.sheet')} hint={t('describe.sheetHint')} />
      )}
      {(kind === 'csv' || kind === 'fixed-width') && (
        <TextField {...text('trailer')} label={t('describe.trailer')} hint={t('describe.trailerHint')} />
      )}
      {(kind === 'xml' || kind === 'json') && props.isOut !== true && (
        <TextField
          id={`${id}-rows`}
          value={textIn(terms, 'rows') || '$'}
          label={t('describe.rowsAt')}
          hint={t('describe.rowsAtHint')}
          isCode
          wrong={wrongIn(wrong, 'rows')}
          onChange={(rows) => onChange({ ...terms, rows })}
        />
      )}
      {kind !== 'excel' && (
        <ChoiceField
          id={`${id}-encoding`}
          value={textIn(terms, 'encoding') || 'utf-8'}
          label={t('describe.encoding')}
          wrong={wrongIn(wrong, 'encoding')}
          options={encodings.map((value) => ({ value, label: value.toUpperCase() }))}
          onChange={(encoding) => onChange({ ...terms, encoding })}
        />
      )}
      {props.isOut !== true && (
        <ChoiceField
          id={`${id}-decimal`}
          value={textIn(terms, 'decimal') || '.'}
          label={t('describe.decimal')}
          options={[
            { value: '.', label: '1,200.5' },
            { value: ',', label: '1.200,5' },
          ]}
          onChange={(decimal) => onChange({ ...terms, decimal })}
        />
      )}
    </div>
  )
}

/** A column a line: name, first character, how many. */
function FixedColumns(props: {
  id: string
  format: Json
  wrong: string | undefined
  onSet: (changes: Json) => void
}) {
  const { t } = useLanguage()
  const columns = (props.format.columns ?? {}) as Record<
    string,
    { from?: unknown; length?: unknown; pad?: unknown }
  >
  const lines = Object.entries(columns).map(([name, { from, length }]) =>
    [name, from, length].filter((each) => each !== undefined && each !== '').join(' '),
  )
  const read = (text: string) =>
    Object.fromEntries(
      text.split('\n').map((line) => {
        const [, name = line, from, length] = /^(.*?)(?: +(\d+))?(?: +(\d+))? *$/.exec(line) ?? []
        const pad = columns[name]?.pad
        return [name, { from: toNumber(from), length: toNumber(length), ...(pad !== undefined && { pad }) }]
      }),
    )
  return (
    <LongField
      id={props.id}
      label={t('describe.fixedColumns')}
      hint={t('describe.fixedColumnsHint')}
      rows={Math.min(10, lines.length + 1)}
      value={lines.join('\n')}
      wrong={props.wrong}
      onChange={(text) => props.onSet({ columns: read(text) })}
    />
  )
}

function toNumber(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

function startOf(kind: string): Json {
  if (kind === 'csv') return { kind, separator: ',', headerRow: 1 }
  if (kind === 'fixed-width') return { kind, columns: { C1: { from: 1, length: 10 } } }
  return { kind }
}

/** An empty field says nothing. */
function tidy(format: Json): Json {
  const kept = Object.entries(format).filter(([, value]) => value !== '')
  const tidied = Object.fromEntries(kept)
  if (tidied.kind === 'csv' && tidied.headerRow !== 0) delete tidied.columns
  if (tidied.kind === 'csv' && tidied.headerRow === 0 && tidied.columns === undefined)
    tidied.columns = ['C1', 'C2']
  return tidied
}

/** A format in a few signs: `csv · ; · utf-8`. */
export function noteOf(terms: Json): string {
  const format = (terms.format ?? {}) as Json
  const separator = format.separator === '\t' ? 'TAB' : textIn(format, 'separator')
  return [textIn(format, 'kind'), separator, textIn(terms, 'encoding')]
    .filter((each) => each !== '')
    .join(' · ')
}
