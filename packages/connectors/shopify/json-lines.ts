import { Malformed } from '@plimsoll/connector-kit'

/**
 * The whole lines of a part of a file, and how many bytes they take: where the next part begins. A part may end in the
 * middle of a line, and of a character.
 * @param isLast nothing comes after it: then what has no line end is a line too
 * @throws Malformed for a line longer than a part: reading on would never end
 */
export function linesIn(part: Uint8Array, isLast: boolean): { lines: string[]; bytes: number } {
  const end = isLast ? part.length : part.lastIndexOf(LINE_FEED) + 1
  const text = Buffer.from(part.subarray(0, end)).toString('utf8')
  if (end === 0 && !isLast) throw new Malformed('A line of the file does not end', text)
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return { lines, bytes: end }
}

const LINE_FEED = 0x0a
