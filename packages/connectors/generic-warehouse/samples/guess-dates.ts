import { readMoment } from '../formats/moments.ts'

/** Ways in which files write moments, the more particular first. A day of a month is tried before a month of a day. */
const PATTERNS = [
  'YYYYMMDDHHmmss',
  'YYYYMMDDHHmm',
  'YYYYMMDD',
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD HH:mm',
  'YYYY-MM-DD',
  'YYYY/MM/DD HH:mm:ss',
  'YYYY/MM/DD HH:mm',
  'YYYY/MM/DD',
  'DD.MM.YYYY HH:mm:ss',
  'DD.MM.YYYY HH:mm',
  'DD.MM.YYYY',
  'DD/MM/YYYY HH:mm:ss',
  'DD/MM/YYYY HH:mm',
  'DD/MM/YYYY',
  'MM/DD/YYYY HH:mm:ss',
  'MM/DD/YYYY HH:mm',
  'MM/DD/YYYY',
  'YYYY年MM月DD日',
]

/** The first way in which all of them are written; undefined: none, or they need no pattern. */
export function guessDates(texts: readonly string[]): string | undefined {
  const written = texts.map((text) => text.trim()).filter((text) => text !== '')
  if (written.length === 0) return undefined
  return PATTERNS.find((pattern) => written.every((text) => isSensible(readMoment(text, pattern, 'Z'))))
}

function isSensible(moment: Date | undefined): boolean {
  if (moment === undefined) return false
  const year = moment.getUTCFullYear()
  return year >= 1990 && year <= 2100
}

/** What in a file's name says when it was made, and the pattern that fits all files of its kind. */
export function guessName(name: string): { files: string; sequence?: string; stamp?: string } {
  const ending = /\.[A-Za-z0-9]{1,5}$/.exec(name)?.[0] ?? ''
  const stem = name.slice(0, name.length - ending.length)
  const stamp = [...stem.matchAll(/\d{14}|\d{12}|\d{8}/g)].find(
    ([digits]) => guessDates([digits]) !== undefined,
  )
  if (stamp !== undefined) {
    const prefix = stem.slice(0, stamp.index)
    const escaped = prefix.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return { files: `${prefix}*${ending}`, sequence: `${escaped}(\\d{${stamp[0].length}})`, stamp: stamp[0] }
  }
  const number = /^(.*?)\d+[^\d]*$/.exec(stem)
  const prefix = number?.[1] ?? stem
  return { files: prefix === '' ? `*${ending}` : `${prefix}*${ending}` }
}
