import { Malformed } from '@plimsoll/connector-kit'
import type { FileRow } from './csv.ts'

export type FixedTerms = {
  /** `from` counts characters from 1. */
  columns: Readonly<Record<string, { from: number; length: number; pad: 'right' | 'left' | 'zeros' }>>
  /** Rows that begin so are rows; absent: all are. */
  only?: string | undefined
  /** A line that begins so ends the file, and says how many rows there were; absent: none does. */
  trailer?: string | undefined
}

/** A line a row; spaces around a cell are none of it, an empty one is left out (I12). @throws Malformed where it is cut off */
export function readFixed(text: string, { columns, only, trailer }: FixedTerms, name: string): FileRow[] {
  const fail = (why: string): never => {
    throw new Malformed(`${name} is not read: ${why}.`, '')
  }
  const lines = text.split(/\r\n|\n|\r/).map((line, at) => ({ number: at + 1, line: [...line] }))
  const begins = (line: readonly string[], prefix: string) => line.slice(0, prefix.length).join('') === prefix
  const end = trailer === undefined ? -1 : lines.findIndex(({ line }) => begins(line, trailer))
  if (trailer !== undefined && end < 0) return fail(`it does not end with ${trailer}: it was cut off`)
  const rows = (end < 0 ? lines : lines.slice(0, end))
    .filter(({ line }) => line.some((character) => character.trim() !== ''))
    .filter(({ line }) => only === undefined || begins(line, only))
  const told =
    trailer === undefined ? undefined : lines[end]?.line.slice(trailer.length).join('').match(/\d+/)?.[0]
  if (told !== undefined && Number(told) !== rows.length)
    return fail(`it says ${Number(told)} rows and has ${rows.length}`)
  return rows.map(({ number, line }) => {
    const present = Object.entries(columns).flatMap(([column, { from, length }]): [string, string][] => {
      const cell = line
        .slice(from - 1, from - 1 + length)
        .join('')
        .trim()
      return cell === '' ? [] : [[column, cell]]
    })
    return { number, values: Object.fromEntries(present) }
  })
}

/** @throws Malformed, not sent, where a value is longer than its place: cut off it would mean something else */
export function writeFixed(
  rows: readonly Record<string, unknown>[],
  { columns, only, trailer }: FixedTerms,
): string {
  const width = Math.max(...Object.values(columns).map(({ from, length }) => from - 1 + length))
  const lines = rows.map((row) => {
    const line = Array.from({ length: width }, () => ' ')
    for (const [at, character] of [...(only ?? '')].entries()) line[at] = character
    for (const [column, { from, length, pad }] of Object.entries(columns)) {
      const value = Object.hasOwn(row, column) ? row[column] : undefined
      if (value === undefined || value === null) continue
      const characters = [...String(value)]
      if (characters.length > length)
        throw new Malformed(
          `${column}: ${characters.length} characters do not fit into its ${length}.`,
          '',
          false,
        )
      if (characters.some((character) => /[\r\n]/.test(character)))
        throw new Malformed(`${column}: it holds a line break.`, '', false)
      const rest = Array.from({ length: length - characters.length }, () => (pad === 'zeros' ? '0' : ' '))
      const placed = pad === 'right' ? [...characters, ...rest] : [...rest, ...characters]
      for (const [at, character] of placed.entries()) line[from - 1 + at] = character
    }
    return `${line.join('').trimEnd()}\r\n`
  })
  return `${lines.join('')}${trailer === undefined ? '' : `${trailer}${rows.length}\r\n`}`
}
