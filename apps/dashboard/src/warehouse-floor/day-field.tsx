/** A day, as the browser lets one choose it. */
export function DayField(props: {
  id: string
  label: string
  value: string
  onChange: (value: string) => void
}) {
  return (
    <div className="min-w-0">
      <label htmlFor={props.id} className="font-medium">
        {props.label}
      </label>
      <input
        id={props.id}
        type="date"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className="mt-1 min-h-9 w-full min-w-0 rounded border border-line-2 bg-surface px-2.5"
      />
    </div>
  )
}
