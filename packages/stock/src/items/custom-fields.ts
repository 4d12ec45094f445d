import { type Refusal, refuse } from '../errors.ts'

/** Fields that a brand adds to its items. Each is defined once, with its type, before an item may have it. */
export type CustomFieldType = 'string' | 'number' | 'boolean'
export type CustomField = { key: string; type: CustomFieldType; name: string }
export type CustomValues = Record<string, string | number | boolean>
/** Null takes a value away; what is not named is left alone. */
export type CustomInput = Record<string, string | number | boolean | null>

export const CUSTOM_KEY = /^[a-z][A-Za-z0-9_]{0,49}$/
export const CUSTOM_TEXT_MAX = 1_000

/** Puts values over those there are, each checked against the definition of its field. */
export function mergeCustom(
  before: CustomValues,
  input: CustomInput | undefined,
  types: ReadonlyMap<string, CustomFieldType>,
): { kind: 'custom'; custom: CustomValues } | Refusal {
  const custom = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(input ?? {})) {
    if (value === null) {
      custom.delete(key)
      continue
    }
    const field = `custom.${key}`
    const type = types.get(key)
    if (type === undefined) {
      return refuse('unknown-custom-field', field, `There is no custom field "${key}".`)
    }
    const bad = findBadValue(value, type, field)
    if (bad !== undefined) return bad
    custom.set(key, value)
  }
  return { kind: 'custom', custom: Object.fromEntries(custom) }
}

function findBadValue(
  value: string | number | boolean,
  type: CustomFieldType,
  field: string,
): Refusal | undefined {
  if (typeof value !== type) {
    return refuse('invalid-custom-field', field, `${JSON.stringify(value)} is not a ${type}, as ${field} is.`)
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return refuse('invalid-custom-field', field, `${value} is no number that can be kept.`)
  }
  if (typeof value !== 'string') return undefined
  if (value.length > CUSTOM_TEXT_MAX) {
    return refuse('invalid-custom-field', field, `The text has more than ${CUSTOM_TEXT_MAX} characters.`)
  }
  return value.isWellFormed() && !value.includes('\u0000')
    ? undefined
    : refuse('invalid-custom-field', field, 'The text holds a character that cannot be stored.')
}
