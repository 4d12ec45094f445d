import type { FormField } from '@plimsoll/client'
import { type ReactNode, useState } from 'react'
import { useLanguage } from '../language.ts'
import { keyOf, type Section, type Typed } from './connect-form.ts'

/** What stands beside one field when it is wrong. `words`: of the hub or the platform, in English. */
export type Fault = { key: string; text: string; words: string | undefined }

/** The fields of one section, drawn from what the connector says of them. */
export function ConnectFields(props: {
  section: Section
  typed: Typed
  faults: readonly Fault[]
  onType: (key: string, value: Typed[string]) => void
}) {
  const { section, typed, faults, onType } = props
  return section.fields.map((field) => {
    const key = keyOf(section.part, field.name)
    return (
      <Field
        key={key}
        id={key}
        field={field}
        value={typed[key] ?? ''}
        fault={faults.find((each) => each.key === key)}
        onType={(value) => onType(key, value)}
      />
    )
  })
}

type FieldProps = {
  id: string
  field: FormField
  value: Typed[string]
  fault: Fault | undefined
  onType: (value: Typed[string]) => void
}

function Field(props: FieldProps) {
  const { t, language } = useLanguage()
  const { id, field, fault } = props
  const title = field.title[language]
  const help = [
    field.help?.[language],
    field.secret && t('connect.secretNote'),
    field.kind === 'list' && t('connect.listHelp'),
  ]
    .filter((each) => typeof each === 'string')
    .join(' ')
  if (field.kind === 'switch' || field.kind === 'choices') {
    return (
      <fieldset className="min-w-0" aria-describedby={described(id, help, fault)}>
        <legend className="font-medium">
          <Title title={title} isOptional={!field.required && field.kind === 'choices'} />
        </legend>
        <Ticks {...props} />
        <Notes id={id} help={help} fault={fault} />
      </fieldset>
    )
  }
  return (
    <Labelled id={id} title={title} isOptional={!field.required} help={help} fault={fault}>
      <Input {...props} describedBy={described(id, help, fault)} />
    </Labelled>
  )
}

/** A label over a field, with what helps and what is wrong beneath it. */
export function Labelled(props: {
  id: string
  title: string
  isOptional?: boolean
  help: string
  fault: Fault | undefined
  children: ReactNode
}) {
  return (
    <div className="min-w-0">
      <label htmlFor={props.id} className="font-medium">
        <Title title={props.title} isOptional={props.isOptional === true} />
      </label>
      {props.children}
      <Notes id={props.id} help={props.help} fault={props.fault} />
    </div>
  )
}

/** What assistive technology reads with a field. */
export function described(id: string, help: string, fault: Fault | undefined): string | undefined {
  const ids = [fault !== undefined && `${id}-fault`, help !== '' && `${id}-help`].filter(Boolean)
  return ids.length === 0 ? undefined : ids.join(' ')
}

export const fieldClass =
  'mt-1 min-h-9 w-full min-w-0 rounded border bg-surface px-2.5 placeholder:text-ink-3 aria-invalid:border-red-fill border-line-2'

function Title({ title, isOptional }: { title: string; isOptional: boolean }) {
  const { t } = useLanguage()
  return (
    <>
      {title}
      {isOptional && <span className="font-normal text-ink-2"> · {t('connect.optional')}</span>}
    </>
  )
}

function Notes({ id, help, fault }: { id: string; help: string; fault: Fault | undefined }) {
  return (
    <>
      {fault && (
        <p id={`${id}-fault`} className="mt-1 text-red">
          {fault.text}
          {fault.words && (
            <span lang="en" className="block">
              {fault.words}
            </span>
          )}
        </p>
      )}
      {help !== '' && (
        <p id={`${id}-help`} className="mt-1 text-xs text-ink-2">
          {help}
        </p>
      )}
    </>
  )
}

function Input({
  id,
  field,
  value,
  fault,
  onType,
  describedBy,
}: FieldProps & { describedBy: string | undefined }) {
  const { t, language } = useLanguage()
  const [isShown, setShown] = useState(false)
  const text = typeof value === 'string' ? value : ''
  const common = {
    id,
    value: text,
    'aria-invalid': fault !== undefined,
    'aria-describedby': describedBy,
    'aria-required': field.required,
  }
  if (field.kind === 'choice') {
    return (
      <select {...common} onChange={(event) => onType(event.target.value)} className={fieldClass}>
        {(text === '' || !field.required) && <option value="">{t('connect.choose')}</option>}
        {field.options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title[language]}
          </option>
        ))}
      </select>
    )
  }
  if (field.kind === 'list') {
    return (
      <textarea
        {...common}
        rows={3}
        onChange={(event) => onType(event.target.value)}
        className={`${fieldClass} py-1.5`}
      />
    )
  }
  const input = (
    <input
      {...common}
      type={field.secret && !isShown ? 'password' : 'text'}
      inputMode={field.kind === 'number' ? 'decimal' : undefined}
      // Not the password of this site, and nothing for a dictionary.
      autoComplete={field.secret ? 'new-password' : 'off'}
      autoCapitalize="off"
      spellCheck={false}
      onChange={(event) => onType(event.target.value)}
      className={fieldClass}
    />
  )
  if (!field.secret) return input
  return (
    <div className="flex items-end gap-2">
      {input}
      <button
        type="button"
        className="control min-h-9 shrink-0"
        aria-pressed={isShown}
        aria-label={`${t(isShown ? 'connect.hide' : 'connect.show')}: ${field.title[language]}`}
        onClick={() => setShown(!isShown)}
      >
        {t(isShown ? 'connect.hide' : 'connect.show')}
      </button>
    </div>
  )
}

/** One tick for a switch, one for each choice where several may be taken. */
function Ticks({ id, field, value, onType }: FieldProps) {
  const { t, language } = useLanguage()
  if (field.kind === 'switch') {
    return (
      <label className="mt-1 flex min-h-8 items-center gap-2">
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={(event) => onType(event.target.checked)}
        />
        {t('connect.yes')}
      </label>
    )
  }
  const chosen = typeof value === 'object' ? value : []
  return (
    <div className="mt-1 flex max-h-56 flex-wrap gap-x-5 overflow-y-auto">
      {field.options.map((option, at) => (
        <label key={option.value} className="flex min-h-8 items-center gap-2">
          <input
            id={at === 0 ? id : undefined}
            type="checkbox"
            checked={chosen.includes(option.value)}
            onChange={(event) =>
              onType(
                field.options
                  .map((each) => each.value)
                  .filter((each) => (each === option.value ? event.target.checked : chosen.includes(each))),
              )
            }
          />
          {option.title[language]}
        </label>
      ))}
    </div>
  )
}
