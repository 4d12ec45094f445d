import { type Connector, type FormField, formOf, fromTyped } from '@plimsoll/connector-kit'
import type { z } from 'zod'
import { CommandProblem } from './output.ts'

/**
 * Settings as typed with `--set`, in the kinds that the connector's schema has.
 * @throws CommandProblem naming the setting, the cure, and all that the connector takes
 */
export function readSettings(
  connector: Connector,
  typed: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { settings, name } = connector.manifest
  const fields = formOf(settings)
  const unknown = Object.keys(typed).find((each) => !fields.some((field) => field.name === each))
  if (unknown !== undefined)
    throw new CommandProblem(`${name} has no setting "${unknown}". ${sayWhatItTakes(connector)}`)
  const read = fromTyped(fields, typed)
  const wrong = findWrong(settings, fields, read)
  if (wrong === undefined) return read
  const { field, why } = wrong
  const isMissing = field !== undefined && !Object.hasOwn(read, field.name)
  const said = isMissing
    ? `${name} needs the setting "${field.name}" (${field.title.en}): give it with --set ${field.name}=….`
    : `--set ${field?.name ?? ''}: ${why}.`
  throw new CommandProblem(`${said} ${sayWhatItTakes(connector)}`)
}

/**
 * Checks credentials of a file before anything is opened. Their values are secret, and never repeated.
 * @param part `credentials`, or what a page on which access is granted needs before
 */
export function assertCredentials(
  connector: Connector,
  schema: z.ZodType,
  credentials: unknown,
  part: string,
): void {
  const wrong = findWrong(schema, formOf(schema), credentials)
  if (wrong === undefined) return
  const { field, path, why } = wrong
  const isMissing = field !== undefined && !hasOwn(credentials, field.name)
  const said = isMissing
    ? `${field.title.en} is missing; put it into the JSON file of --credentials`
    : `${field === undefined ? '' : `${field.title.en}: `}${why}`
  const takes = `It takes ${sayFields(formOf(schema))}. More: plimsoll connectors ${connector.manifest.id}`
  throw new CommandProblem(`${[part, ...path].join('.')}: ${said}. ${takes}`)
}

/** The fields of a form in one line: `shop (Shop address), endpoint (Simulator address, optional)`. */
export function sayFields(fields: readonly FormField[]): string {
  return fields
    .map((field) => `${field.name} (${[field.title.en, ...traitsOf(field)].join(', ')})`)
    .join(', ')
}

/** `secret`, `optional`, and what may be chosen. */
export function traitsOf({
  secret,
  required,
  options,
}: Pick<FormField, 'secret' | 'required' | 'options'>): string[] {
  return [
    ...(secret ? ['secret'] : []),
    ...(required ? [] : ['optional']),
    ...(options.length === 0 ? [] : [options.map(({ value }) => value).join(' | ')]),
  ]
}

function sayWhatItTakes({ manifest }: Connector): string {
  const { id, settings, credentials } = manifest
  return `With --set it takes ${sayFields(formOf(settings))}; with --credentials ${sayFields(formOf(credentials))}. More: plimsoll connectors ${id}`
}

type Wrong = { field: FormField | undefined; path: PropertyKey[]; why: string }

function findWrong(schema: z.ZodType, fields: readonly FormField[], value: unknown): Wrong | undefined {
  const parsed = schema.safeParse(value)
  if (parsed.success) return undefined
  const [issue] = parsed.error.issues
  const path = issue?.path ?? []
  const field = fields.find(({ name }) => name === path[0])
  // The schema's own words where it refuses what has the right kind, ours where the kind itself is wrong.
  const isKind = issue?.code === 'invalid_type' || issue?.code === 'invalid_value'
  const why = field !== undefined && isKind ? sayKind(field) : (issue?.message ?? 'it is not valid')
  return { field, path, why: why.replace(/\.$/, '') }
}

function sayKind({ kind, options }: FormField): string {
  const values = options.map(({ value }) => value).join(', ')
  switch (kind) {
    case 'text':
      return 'give a text'
    case 'number':
      return 'give a number'
    case 'switch':
      return 'say true or false'
    case 'choice':
      return `choose one of ${values}`
    case 'choices':
      return `choose among ${values}, with commas between them`
    case 'list':
      return 'give texts with commas between them'
    default: {
      const never: never = kind
      return never
    }
  }
}

function hasOwn(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
}
