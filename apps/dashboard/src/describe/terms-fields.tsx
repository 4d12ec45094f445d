import type { ReactNode } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { useLanguage } from '../language.ts'
import type { Json } from './draft.ts'

/** Small fields of a description, each with what the hub found wrong in it. */
export type Wrong = readonly { field: string; message: string }[]

type FieldProps = {
  id: string
  label: string
  value: string
  onChange: (value: string) => void
  wrong?: string | undefined
  hint?: string | undefined
}

export function TextField(
  props: FieldProps & { options?: readonly string[]; isCode?: boolean; kind?: 'number' | 'password' },
) {
  return (
    <Around {...props}>
      <input
        id={props.id}
        value={props.value}
        type={props.kind === 'password' ? 'password' : 'text'}
        inputMode={props.kind === 'number' ? 'numeric' : undefined}
        autoComplete={props.kind === 'password' ? 'new-password' : 'off'}
        autoCapitalize="off"
        spellCheck={false}
        list={props.options === undefined ? undefined : `${props.id}-options`}
        aria-invalid={props.wrong !== undefined}
        aria-describedby={describedBy(props)}
        onChange={(event) => props.onChange(event.target.value)}
        className={`${fieldClass} ${props.isCode === true ? 'font-mono' : ''}`}
      />
      {props.options !== undefined && (
        <datalist id={`${props.id}-options`}>
          {props.options.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </Around>
  )
}

export function LongField(props: FieldProps & { rows?: number }) {
  return (
    <Around {...props}>
      <textarea
        id={props.id}
        value={props.value}
        rows={props.rows ?? 3}
        spellCheck={false}
        autoCapitalize="off"
        aria-invalid={props.wrong !== undefined}
        aria-describedby={describedBy(props)}
        onChange={(event) => props.onChange(event.target.value)}
        className={`${fieldClass} py-1.5 font-mono`}
      />
    </Around>
  )
}

export function ChoiceField(props: FieldProps & { options: readonly { value: string; label: string }[] }) {
  return (
    <Around {...props}>
      <select
        id={props.id}
        value={props.value}
        aria-invalid={props.wrong !== undefined}
        aria-describedby={describedBy(props)}
        onChange={(event) => props.onChange(event.target.value)}
        className={fieldClass}
      >
        {props.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </Around>
  )
}

function Around({
  id,
  label,
  wrong,
  hint,
  children,
}: Omit<FieldProps, 'value' | 'onChange'> & { children: ReactNode }) {
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {wrong !== undefined && (
        <p id={`${id}-wrong`} className="mt-1 text-red">
          {wrong}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-ink-2">
          {hint}
        </p>
      )}
    </div>
  )
}

function describedBy({ id, wrong, hint }: FieldProps): string | undefined {
  const ids = [wrong !== undefined && `${id}-wrong`, hint !== undefined && `${id}-hint`].filter(Boolean)
  return ids.length === 0 ? undefined : ids.join(' ')
}

/** What the hub says is wrong with one field or what lies below it. */
export function wrongIn(wrong: Wrong, field: string): string | undefined {
  return wrong.find((each) => each.field === field || each.field.startsWith(`${field}.`))?.message
}

export function textIn(terms: Json, key: string): string {
  const value = terms[key]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** A part of a description that can be opened. */
export function Folded(props: { title: string; note?: string; isOpen?: boolean; children: ReactNode }) {
  const { t } = useLanguage()
  return (
    <details open={props.isOpen} className="group rounded border border-line">
      <summary className="flex min-h-10 cursor-pointer flex-wrap items-center gap-x-3 px-3 py-1.5 font-medium">
        {props.title}
        {props.note !== undefined && <span className="font-normal break-all text-ink-2">{props.note}</span>}
        <span className="ml-auto text-xs font-normal text-ink-2 group-open:hidden">
          {t('describe.change')}
        </span>
      </summary>
      <div className="border-t border-line p-3">{props.children}</div>
    </details>
  )
}
