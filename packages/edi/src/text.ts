import { Invalid } from '@plimsoll/connector-kit'

/** A text that must arrive whole. @throws Invalid where the field is shorter */
export function within(text: string, max: number, field: string): string {
  if (text.length > max)
    throw new Invalid(`"${text}" is longer than the ${max} characters of the field`, field)
  return text
}

/** A text that only describes: cut, and what would separate becomes a space. */
export function described(text: string, max: number, separators: object): string {
  const forbidden = Object.values(separators).filter((each) => typeof each === 'string')
  return [...text]
    .map((character) => (forbidden.includes(character) || /\p{Cc}/u.test(character) ? ' ' : character))
    .join('')
    .slice(0, max)
    .trim()
}

/** Breaks texts at spaces into lines of `width`. @throws Invalid where that makes more than `max` lines */
export function wrapped(texts: readonly string[], width: number, max: number, field: string): string[] {
  const lines = texts.flatMap((text) => wrap(text, width, field))
  if (lines.length > max)
    throw new Invalid(`takes ${lines.length} lines of ${width} characters, ${max} are there`, field)
  return lines
}

function wrap(text: string, width: number, field: string): string[] {
  if (text.length <= width) return [text]
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    within(word, width, field)
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
