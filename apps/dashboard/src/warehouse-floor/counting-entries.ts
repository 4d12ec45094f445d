import { toSerials } from './entry.ts'

/** What is counted on a sheet and not written down yet, by line: units, or serial numbers as typed. Pure. */
export type Counts = Readonly<Record<string, number | string>>
type Line = { sku: string; lot: string | null; serials: object | null; counted: number | null }

export const keyOf = ({ sku, lot }: Pick<Line, 'sku' | 'lot'>): string => JSON.stringify([sku, lot])

/** Lines that say something, as the hub takes them. */
export function enteredLines(
  lines: readonly Line[],
  counts: Counts,
): { sku: string; lot?: string; quantity: number; serials?: string[] }[] {
  return lines.flatMap((line) => {
    const entered = counts[keyOf(line)]
    const of = { sku: line.sku, ...(line.lot !== null && { lot: line.lot }) }
    if (entered === undefined) return []
    if (line.serials === null) return typeof entered === 'number' ? [{ ...of, quantity: entered }] : []
    // Each unit has its number: how many there are follows from them.
    const serials = toSerials(String(entered))
    return serials.length === 0 ? [] : [{ ...of, quantity: serials.length, serials }]
  })
}

/**
 * What is left to write down after `sent` was. A line that was added to meanwhile stays whole: the sheet takes a line once, and
 * whoever has it counted again counts all of it.
 * @param lines those that were sent, if anything is entered for them
 */
export function withoutWritten(counts: Counts, lines: readonly Line[], sent: Counts): Counts {
  const written = new Set(
    lines.filter((line) => enteredLines([line], sent).length > 0).map((line) => keyOf(line)),
  )
  return Object.fromEntries(
    Object.entries(counts).filter(([key, entered]) => !written.has(key) || entered !== sent[key]),
  )
}

/**
 * What is entered here of lines that are counted by now, by somebody else or before the last scan.
 * @param onItsWay what is being written down as it is looked at
 */
export function notWrittenDown<Row extends Line>(
  rows: readonly Row[],
  counts: Counts,
  onItsWay: Counts,
): { line: Row; units: number }[] {
  return rows.flatMap((line) => {
    const key = keyOf(line)
    if (line.counted === null || counts[key] === onItsWay[key]) return []
    const [entered] = enteredLines([line], counts)
    return entered === undefined ? [] : [{ line, units: entered.quantity }]
  })
}
