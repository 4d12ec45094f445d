/** How a number is meant, as far as it matters for reading it. */
export type NumberKind = { kind: 'plain' } | { kind: 'date' } | { kind: 'padded'; digits: number }

/** The dates among the formats that are not spelled out in a file; 27 to 36 and 50 to 58 are those of East Asia. */
const BUILT_IN_DATES = [
  [14, 22],
  [27, 36],
  [45, 47],
  [50, 58],
] as const

/**
 * @param id `numFmtId` of the cell's style
 * @param code the format itself, where the file spells it out
 */
export function numberKindOf(id: number, code: string | undefined): NumberKind {
  if (code === undefined) {
    return BUILT_IN_DATES.some(([from, to]) => id >= from && id <= to) ? { kind: 'date' } : { kind: 'plain' }
  }
  // A SKU such as 00123 is often a number with a format of five zeros.
  if (/^0{2,}$/.test(code)) return { kind: 'padded', digits: code.length }
  const bare = code.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  return !/general/i.test(bare) && /[ymdhs]/i.test(bare) ? { kind: 'date' } : { kind: 'plain' }
}

const DAY_MS = 86_400_000

/**
 * Excel's serial number of a day as text: 2026-12-31, with the time of day where there is one.
 * @param is1904 the workbook counts from 1904, as old Macs did
 */
export function serialToText(serial: number, is1904: boolean): string | undefined {
  // Excel believes in 29 February 1900, so days before March 1900 are one off.
  const days = is1904 ? serial + 1_462 : serial < 60 ? serial + 1 : serial
  const instant = new Date(Date.UTC(1899, 11, 30) + Math.round((days * DAY_MS) / 1_000) * 1_000)
  if (days < 0 || days > 2_958_466 || Number.isNaN(instant.getTime())) return undefined
  const text = instant.toISOString().slice(0, 19)
  return text.endsWith('T00:00:00') ? text.slice(0, 10) : text
}
