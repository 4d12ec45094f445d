import type { FormField } from '@plimsoll/client'

/** A form that a connector's schemas drew: what stands in its fields, what is missing, and what is sent. */
export type Part = 'settings' | 'credentials' | 'given'
/** As it stands in the fields: by `part.name`. Texts, lists and numbers are text until they are sent. */
export type Typed = Readonly<Record<string, string | boolean | readonly string[]>>
export type Section = { part: Part; fields: readonly FormField[] }

export function keyOf(part: Part, name: string): string {
  return `${part}.${name}`
}

/** The fields as they are before anybody types: what the connector gives, or nothing. */
export function emptyOf(sections: readonly Section[]): Typed {
  return Object.fromEntries(
    sections.flatMap(({ part, fields }) => fields.map((field) => [keyOf(part, field.name), startOf(field)])),
  )
}

function startOf({ kind, default: given }: FormField): string | boolean | readonly string[] {
  switch (kind) {
    case 'switch':
      return given === true
    case 'choices':
      return Array.isArray(given) ? given.map(String) : []
    case 'list':
      return Array.isArray(given) ? given.join('\n') : ''
    case 'text':
    case 'number':
    case 'choice':
      return given === undefined || given === null ? '' : String(given)
    default: {
      const never: never = kind
      return never
    }
  }
}

/** The keys of the fields that must be filled in and are not. A switch always says something. */
export function missingIn(sections: readonly Section[], typed: Typed): string[] {
  return sections.flatMap(({ part, fields }) =>
    fields
      .filter(
        ({ name, kind, required }) => required && kind !== 'switch' && isEmpty(typed[keyOf(part, name)]),
      )
      .map(({ name }) => keyOf(part, name)),
  )
}

function isEmpty(value: Typed[string] | undefined): boolean {
  if (value === undefined) return true
  return typeof value === 'string' ? value.trim() === '' : typeof value !== 'boolean' && value.length === 0
}

/** What is sent of one section, in the kinds that its fields have; an optional field that is empty is left out. */
export function bodyOf({ part, fields }: Section, typed: Typed): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(({ name, kind, required }): [string, unknown][] => {
      const value = typed[keyOf(part, name)]
      if (value === undefined || (!required && isEmpty(value))) return []
      return [[name, toSent(kind, value)]]
    }),
  )
}

function toSent(kind: FormField['kind'], value: Typed[string]): unknown {
  if (typeof value !== 'string') return value
  if (kind === 'list') {
    return value
      .split(/[\n,]/)
      .map((each) => each.trim())
      .filter((each) => each !== '')
  }
  // What is no number is sent as it is: the hub says what is wrong with it.
  if (kind === 'number') return Number.isFinite(Number(value)) ? Number(value) : value
  return value
}

/** The key of the field that the hub found fault with, where the form has it. */
export function faultyField(sections: readonly Section[], named: string | undefined): string | undefined {
  if (named === undefined) return undefined
  const keys = sections.flatMap(({ part, fields }) => fields.map(({ name }) => keyOf(part, name)))
  return [...keys, 'name', 'location'].find((key) => named === key || named.startsWith(`${key}.`))
}
