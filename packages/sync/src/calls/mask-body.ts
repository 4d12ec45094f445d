import { maskJson } from './mask-json.ts'
import { MASK, type MaskRules, maskName, maskNamed, maskText } from './mask-values.ts'
import { isPrivateName } from './private-names.ts'

/** Of a body so much is looked at, and so much of what may be kept is kept. */
export const LOOKED_AT_MAX = 6_000
export const KEPT_MAX = 2_000

/**
 * The beginning of a body as it may be kept: JSON, a form or XML, name by name.
 * @param said.begin at most `LOOKED_AT_MAX` signs of it; it may be cut anywhere
 * @returns undefined where nothing of it can be kept: a web page, a file, whatever has no names that tell what is in it
 */
export function maskBody(
  said: { begin: string; isCut: boolean },
  contentType: string | undefined,
  rules: MaskRules,
): string | undefined {
  const begin = said.begin.trimStart()
  const masked = /^[{["]/.test(begin)
    ? maskJson(begin, rules, { charsMax: KEPT_MAX })
    : /^<\?xml|^<[\w:]+[^>]*xmlns/.test(begin)
      ? maskXml(begin, rules)
      : contentType?.includes('form-urlencoded') === true
        ? maskForm(begin, said.isCut, rules)
        : undefined
  // Whatever the reading has missed: what proves the connection is never kept.
  if (masked === undefined || rules.secrets.some((secret) => masked.includes(secret))) return undefined
  return masked.length > KEPT_MAX ? `${masked.slice(0, KEPT_MAX)}…` : masked
}

/** Of one that is cut the last value may be a part of a secret, which nobody would know again. */
function maskForm(text: string, isCut: boolean, rules: MaskRules): string {
  const pairs = text.split('&')
  return (isCut ? pairs.slice(0, -1) : pairs)
    .flatMap((pair) => {
      const [[name, value] = []] = [...new URLSearchParams(pair)]
      if (name === undefined || value === undefined) return []
      const kept = isPrivateName(name, rules.names) ? MASK : maskFormValue(name, value, rules)
      return [`${maskName(name, rules)}=${kept}`]
    })
    .join('&')
}

function maskFormValue(name: string, value: string, rules: MaskRules): string {
  if (/^\s*[{[]/.test(value)) return maskJson(value, rules, { charsMax: KEPT_MAX }) ?? MASK
  return /^\s*</.test(value) ? MASK : maskNamed(name, value, rules)
}

const XML_PART = /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[^>]*\?>|<[^<>]*>|[^<]+/y

function maskXml(text: string, rules: MaskRules): string | undefined {
  const names: string[] = []
  let privateFrom: number | undefined
  let written = ''
  XML_PART.lastIndex = 0
  for (let match = XML_PART.exec(text); match !== null; match = XML_PART.exec(text)) {
    const [part] = match
    if (written.length > KEPT_MAX) return written
    const isAtEnd = match.index + part.length >= text.length
    if (part.startsWith('<!--')) continue
    if (part.startsWith('<?')) written += '<?xml?>'
    else if (part.startsWith('</')) {
      names.pop()
      if (privateFrom !== undefined && names.length < privateFrom) privateFrom = undefined
      written += maskText(part, rules)
    } else if (part.startsWith('<![CDATA[')) written += MASK
    else if (part.startsWith('<!')) return undefined
    else if (part.startsWith('<')) {
      const name = /^<([^\s/>]+)/.exec(part)?.[1] ?? ''
      written += `<${maskName(name, rules)}${part.endsWith('/>') ? '/' : ''}>`
      if (part.endsWith('/>')) continue
      names.push(name)
      if (privateFrom === undefined && isPrivateName(name, rules.names)) privateFrom = names.length
    } else if (part.trim() === '') written += ''
    else if (isAtEnd)
      return written // it may have been cut
    else if (privateFrom !== undefined) written += MASK
    else written += maskNamed(names.at(-1), unescapeXml(part), rules)
  }
  return written
}

function unescapeXml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
