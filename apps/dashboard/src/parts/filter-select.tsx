import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { connectionsQuery } from '../hub.ts'

/** One choice of a list's filters, all of the width on a phone. `children` are the options but the first, which is all. */
export function FilterSelect(props: {
  label: string
  all: string
  value: string | undefined
  onChange(value: string | undefined): void
  children: ReactNode
}) {
  return (
    <label className="flex min-w-0 max-w-full items-center gap-2 max-sm:w-full">
      <span className="shrink-0 text-ink-2">{props.label}</span>
      <select
        value={props.value ?? ''}
        onChange={({ target }) => props.onChange(target.value === '' ? undefined : target.value)}
        className="h-9 min-w-0 rounded border border-line-2 bg-surface px-2 max-sm:flex-1"
      >
        <option value="">{props.all}</option>
        {props.children}
      </select>
    </label>
  )
}

/** The same of all connections; `children` come after them. */
export function ConnectionFilter(
  props: Omit<Parameters<typeof FilterSelect>[0], 'children'> & {
    children?: ReactNode
  },
) {
  const connections = useQuery(connectionsQuery).data?.rows ?? []
  return (
    <FilterSelect {...props}>
      {connections.map(({ connectionId, name }) => (
        <option key={connectionId} value={connectionId}>
          {name}
        </option>
      ))}
      {props.children}
    </FilterSelect>
  )
}
