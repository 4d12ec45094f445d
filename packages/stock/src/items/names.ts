import { type Refusal, refuse } from '../errors.ts'
import { isPlain } from './barcodes.ts'

/** Names by language: a tag of BCP 47 in its canonical writing, such as `zh-CN`. The default name stands beside them. */
export type Names = Record<string, string>
/** Null takes a name away; what is not named is left alone. */
export type NamesInput = Record<string, string | null>

export const SKU_MAX = 200
export const NAME_MAX = 500

/** Puts names over those there are. */
export function mergeNames(
  before: Names,
  input: NamesInput | undefined,
): { kind: 'names'; names: Names } | Refusal {
  const names = new Map(Object.entries(before))
  const seen = new Set<string>()
  for (const [written, name] of Object.entries(input ?? {})) {
    const tag = canonicalTag(written)
    if (tag === undefined) return refuse('invalid-language-tag', 'names', `"${written}" is no language tag.`)
    if (seen.has(tag)) return refuse('invalid-language-tag', 'names', `The language ${tag} is named twice.`)
    seen.add(tag)
    const bad = name === null ? undefined : findBadName(name, `names.${tag}`)
    if (bad !== undefined) return bad
    if (name === null) names.delete(tag)
    else names.set(tag, name)
  }
  return { kind: 'names', names: Object.fromEntries(names) }
}

/** A name may have line breaks in it, as files have; it may not be empty. */
export function findBadName(name: string, field: string): Refusal | undefined {
  if (name.trim() === '') return refuse('invalid-text', field, `The ${field} is empty.`)
  if (name.length > NAME_MAX) {
    return refuse('invalid-text', field, `The ${field} has more than ${NAME_MAX} characters.`)
  }
  return name.isWellFormed() && !name.includes('\u0000')
    ? undefined
    : refuse('invalid-text', field, `The ${field} holds a character that cannot be stored.`)
}

/** Codes are typed and scanned: no control characters, and no space at an end that nobody sees. */
export function findBadCode(code: string, field: string, lengthMax: number): Refusal | undefined {
  if (code.trim() === '') return refuse('invalid-text', field, `The ${field} is empty.`)
  if (code.length > lengthMax) {
    return refuse('invalid-text', field, `The ${field} "${code}" has more than ${lengthMax} characters.`)
  }
  return code === code.trim() && isPlain(code)
    ? undefined
    : refuse(
        'invalid-text',
        field,
        `The ${field} "${code}" begins or ends with a space, or holds a control character.`,
      )
}

function canonicalTag(written: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(written)[0]
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
