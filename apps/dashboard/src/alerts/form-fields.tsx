import { type ReactNode, useId } from 'react'

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
      <span className="break-words">{props.label}</span>
    </label>
  )
}
