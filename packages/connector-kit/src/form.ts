import { z } from 'zod'

/**
 * A form drawn from a schema. A field says by `.meta()`: `title` and `description` in English, the same in Chinese
 * under `zh`, `secret: true` where it is one, and `options` where the values of a choice have names. `z.enum` is one
 * choice, `z.array(z.enum(…))` several, `z.array(z.string())` a list that is typed.
 */
export type FormField = {
  name: string
  kind: 'text' | 'number' | 'switch' | 'choice' | 'choices' | 'list'
  title: Words
  help: Words | undefined
  secret: boolean
  required: boolean
  options: { value: string; title: Words }[]
  default: unknown
}

export type Words = { en: string; zh: string }

export type FieldMeta = {
  title?: string
  description?: string
  zh?: { title?: string; description?: string }
  secret?: boolean
  options?: Readonly<Record<string, string | Words>>
}

/** @throws TypeError for a schema that no form can be drawn of: a bug of the connector */
export function formOf(schema: z.ZodType): FormField[] {
  // What is typed in, not what comes out: transforms and defaults are the schema's own business.
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  if (json.type !== 'object') throw new TypeError('a form is drawn of an object')
  const required = new Set(json.required)
  return Object.entries(json.properties ?? {}).map(([name, field]) => {
    if (typeof field === 'boolean') throw new TypeError(`${name}: nothing can be typed in for it`)
    return toField(name, field, required.has(name))
  })
}

type JsonField = z.core.JSONSchema.BaseSchema & FieldMeta

function toField(name: string, field: JsonField, required: boolean): FormField {
  const { kind, values } = shapeOf(name, field)
  const title = field.title ?? name
  return {
    name,
    kind,
    title: { en: title, zh: field.zh?.title ?? title },
    help:
      field.description === undefined
        ? undefined
        : { en: field.description, zh: field.zh?.description ?? field.description },
    secret: field.secret === true,
    required,
    options: values.map((value) => ({ value, title: toWords(field.options?.[value] ?? value) })),
    default: field.default,
  }
}

function shapeOf(name: string, field: JsonField): { kind: FormField['kind']; values: string[] } {
  if (field.enum !== undefined) return { kind: 'choice', values: field.enum.map(String) }
  switch (field.type) {
    case 'string':
      return { kind: 'text', values: [] }
    case 'number':
    case 'integer':
      return { kind: 'number', values: [] }
    case 'boolean':
      return { kind: 'switch', values: [] }
    case 'array': {
      const { items } = field
      if (typeof items !== 'object' || Array.isArray(items)) break
      return items.enum === undefined
        ? { kind: 'list', values: [] }
        : { kind: 'choices', values: items.enum.map(String) }
    }
  }
  throw new TypeError(`${name}: no form field is drawn of ${field.type ?? 'it'}`)
}

function toWords(words: string | Words): Words {
  return typeof words === 'string' ? { en: words, zh: words } : words
}

/**
 * What was typed in as text (a command line, a plain form) in the kinds that the fields have; the schema judges it
 * afterwards. Several values stand with commas between them. An empty optional field is left out.
 */
export function fromTyped(
  fields: readonly FormField[],
  typed: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const byName = new Map(fields.map((field) => [field.name, field]))
  return Object.fromEntries(
    Object.entries(typed).flatMap(([name, text]): [string, unknown][] => {
      const field = byName.get(name)
      if (field !== undefined && text === '' && !field.required) return []
      return [[name, field === undefined ? text : readTyped(field.kind, text)]]
    }),
  )
}

function readTyped(kind: FormField['kind'], text: string): unknown {
  switch (kind) {
    case 'text':
    case 'choice':
      return text
    case 'number':
      return text.trim() === '' ? text : Number(text)
    case 'switch':
      return text === 'true' || text === 'yes' || text === 'on'
        ? true
        : text === 'false' || text === 'no' || text === 'off'
          ? false
          : text
    case 'choices':
    case 'list':
      return text
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '')
    default: {
      const never: never = kind
      return never
    }
  }
}
