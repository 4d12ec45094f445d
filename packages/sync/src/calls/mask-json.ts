import { MASK, type MaskRules, maskName, maskNamed, maskText } from './mask-values.ts'
import { isPrivateName } from './private-names.ts'

/**
 * JSON as it may be kept, of a text that may have been cut anywhere: read token by token, so that an answer of megabytes
 * costs no more than its beginning. Under a private name every text and every number is masked; what was cut in the
 * middle of a token is left out.
 * @param nested how deep JSON within texts of JSON may be followed
 * @returns undefined for what is no JSON: nobody can tell what is in it
 */
export function maskJson(
  text: string,
  rules: MaskRules,
  { charsMax, nested = 2 }: { charsMax: number; nested?: number },
): string | undefined {
  const open: Level[] = []
  let written = ''
  let at = 0
  const top = () => open[open.length - 1]

  while (written.length < charsMax) {
    at = skipSpace(text, at)
    if (at >= text.length) return written
    const sign = text[at] as string
    if (sign === '{' || sign === '[') {
      const parent = top()
      open.push({
        isObject: sign === '{',
        isMasked: isMaskedHere(parent),
        name: parent?.name,
        awaits: 'name',
      })
      written += sign
      at += 1
    } else if (sign === '}' || sign === ']') {
      const closed = open.pop()
      if (closed === undefined || closed.isObject !== (sign === '}')) return undefined
      written += sign
      at += 1
    } else if (sign === ',' || sign === ':') {
      const level = top()
      if (level === undefined) return undefined
      if (level.isObject) level.awaits = sign === ',' ? 'name' : 'value'
      written += sign
      at += 1
    } else {
      const token = readToken(text, at)
      if (token === 'cut') return written
      if (token === undefined) return undefined
      const level = top()
      const isName = level?.isObject === true && level.awaits === 'name'
      if (isName && typeof token.value === 'string') {
        level.name = token.value
        level.isPrivate = isPrivateName(token.value, rules.names)
        written += JSON.stringify(maskName(token.value, rules))
      } else {
        written += maskScalar(token, level, rules, nested)
      }
      at = token.end
    }
  }
  return `${written}…`
}

/** An object or a list that is open. */
type Level = {
  isObject: boolean
  /** It stands under a private name. */
  isMasked: boolean
  /** The name under which the next value stands; of a list, that of the list. */
  name: string | undefined
  isPrivate?: boolean
  awaits: 'name' | 'value'
}

function isMaskedHere(level: Level | undefined): boolean {
  return level !== undefined && (level.isMasked || (level.isObject && level.isPrivate === true))
}

type Token = { value: string | number | boolean | null; source: string; end: number }

const STRING = /"(?:[^"\\]|\\[\s\S])*"/y
const BARE = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** What may go on to be a text, a number or a word once more of it is read. */
const BEGUN = /^(?:"|-?[\d.eE+-]*$|t(r(ue?)?)?$|f(a(l(se?)?)?)?$|n(u(ll?)?)?$)/

/** @returns cut: the text ends within it */
function readToken(text: string, at: number): Token | 'cut' | undefined {
  const pattern = text[at] === '"' ? STRING : BARE
  pattern.lastIndex = at
  const source = pattern.exec(text)?.[0]
  const end = at + (source?.length ?? 0)
  // A number at the end of what was cut may go on.
  if (source === undefined || (pattern === BARE && end === text.length && at > 0 && /\d$/.test(source)))
    return BEGUN.test(text.slice(at, at + 40)) ? 'cut' : undefined
  try {
    return { value: JSON.parse(source) as Token['value'], source, end }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function maskScalar(
  { value, source }: Token,
  level: Level | undefined,
  rules: MaskRules,
  nested: number,
): string {
  if (typeof value === 'boolean' || value === null) return source
  if (isMaskedHere(level)) return JSON.stringify(MASK)
  if (typeof value === 'number') {
    const masked = maskText(source, rules)
    return masked === source ? source : JSON.stringify(MASK)
  }
  if (/^\s*[{[]/.test(value)) {
    const inner =
      nested > 0 ? maskJson(value, rules, { charsMax: NESTED_MAX, nested: nested - 1 }) : undefined
    return JSON.stringify(inner ?? MASK)
  }
  if (/^\s*</.test(value)) return JSON.stringify(MASK)
  return JSON.stringify(maskNamed(level?.name, value, rules))
}

const NESTED_MAX = 2_000

/** RFC 8259, section 2. */
const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

function skipSpace(text: string, from: number): number {
  let at = from
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  return at
}
