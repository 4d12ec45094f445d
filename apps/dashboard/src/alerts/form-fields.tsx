import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useId } from 'react'
import { fieldClass } from '../connect/connect-fields.tsx'
import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

/** A field under its name; what it takes in is given its id and its hint. */
export function Field(props: {
  label: string
  hint?: string
  children: (field: { id: string; 'aria-describedby': string | undefined }) => ReactNode
}) {
  const id = useId()
  const hintId = props.hint === undefined ? undefined : `${id}-hint`
  return (
    <div className="grid min-w-0 content-start gap-0.5">
      <label htmlFor={id} className="text-xs text-ink-2">
        {props.label}
      </label>
      {props.children({ id, 'aria-describedby': hintId })}
      {props.hint !== undefined && (
        <p id={hintId} className="text-xs text-ink-2">
          {props.hint}
        </p>
      )}
    </div>
  )
}

export function Switch(props: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <label className="flex min-h-8 items-center gap-2">
      <input type="checkbox" checked={props.isOn} onChange={({ target }) => props.onChange(target.checked)} />
      <span className="wrap-anywhere">{props.label}</span>
    </label>
  )
}

/** One of a few, each by its word. */
export function Choice<Value extends string>(props: {
  label: string
  choices: readonly Value[]
  value: Value
  word: (choice: Value) => string
  isDisabled?: boolean
  onChange: (value: Value) => void
}) {
  return (
    <Field label={props.label}>
      {(field) => (
        <select
          {...field}
          className={fieldClass}
          disabled={props.isDisabled}
          value={props.value}
          onChange={({ target }) =>
            props.onChange(props.choices.find((each) => each === target.value) ?? props.value)
          }
        >
          {props.choices.map((each) => (
            <option key={each} value={each}>
              {props.word(each)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

export function NameField(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Field label={props.label}>
      {(field) => (
        <input
          {...field}
          required
          maxLength={100}
          className={fieldClass}
          value={props.value}
          onChange={({ target }) => props.onChange(target.value)}
        />
      )}
    </Field>
  )
}

/** A whole number that must be given; while none is typed it is not a number. */
export function NumberField(props: {
  label: string
  hint?: string
  min: number
  max: number
  value: number
  onChange: (value: number) => void
}) {
  return (
    <Field label={props.label} {...(props.hint !== undefined && { hint: props.hint })}>
      {(field) => (
        <input
          {...field}
          type="number"
          min={props.min}
          max={props.max}
          required
          className={fieldClass}
          value={Number.isNaN(props.value) ? '' : props.value}
          onChange={({ target }) => props.onChange(target.valueAsNumber)}
        />
      )}
    </Field>
  )
}

/** A form of alerts: it saves what stands in it, says why it could not, and can be left. */
export function SavedForm(props: {
  save: string
  onSave: () => Promise<unknown>
  onClose: () => void
  children: ReactNode
}) {
  const { t } = useLanguage()
  const client = useQueryClient()
  const save = useMutation({
    mutationFn: props.onSave,
    onSuccess: props.onClose,
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  })
  const problem = useProblemText(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="grid gap-3 sm:grid-cols-2" aria-label={props.save}>
      {props.children}
      {save.isError && (
        <p role="alert" className="text-red sm:col-span-2">
          {problem}
        </p>
      )}
      <div className="flex flex-wrap gap-2 sm:col-span-2">
        <button type="submit" className="control control-strong" disabled={save.isPending}>
          {props.save}
        </button>
        <button type="button" className="control" onClick={props.onClose}>
          {t('app.cancel')}
        </button>
      </div>
    </form>
  )
}
