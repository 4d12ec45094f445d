/**
 * Several things in one cell: `case=12 | pallet=480`. A backslash before a sign that parts takes its meaning away. People
 * may also part by ; and by line breaks.
 */
export function splitList(text: string): string[] {
  return splitAt(text, /[|;；\n]/u)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

export function joinList(parts: readonly string[]): string {
  return parts.join(' | ')
}

/** `name=value` at the first equals sign; undefined without one. */
export function splitPair(part: string): [name: string, value: string] | undefined {
  const [name = '', ...rest] = splitAt(part, /=/)
  return rest.length === 0 ? undefined : [unescapeText(name).trim(), unescapeText(rest.join('=')).trim()]
}

export function joinPair(name: string, value: string): string {
  return `${escapeText(name)}=${escapeText(value)}`
}

/** A part that is no pair, as it was meant. */
export function unescapeText(part: string): string {
  return part.replace(/\\(.)/gsu, '$1')
}

export function escapeText(text: string): string {
  return text.replace(/[\\|;；=]/gu, (sign) => `\\${sign}`)
}

/** Parts between signs that no backslash stands before; the backslashes stay for what is parted further. */
function splitAt(text: string, sign: RegExp): string[] {
  const parts: string[] = []
  let part = ''
  let isEscaped = false
  for (const character of text) {
    if (!isEscaped && sign.test(character)) {
      parts.push(part)
      part = ''
    } else part += character
    isEscaped = character === '\\' && !isEscaped
  }
  return [...parts, part]
}
