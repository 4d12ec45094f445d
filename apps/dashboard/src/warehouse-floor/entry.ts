/** What a person or a scanner has put on a line of a document so far. Pure. */
export type Entry = {
  /** Base units. */
  units: number
  damaged: number
  lot: string
  expiresOn: string
  /** As typed: numbers with commas or spaces between. */
  serials: string
}
export type Entries = Readonly<Record<number, Entry>>
export type Scannable = { line: number; sku: string; open: number }

export const noEntry: Entry = { units: 0, damaged: 0, lot: '', expiresOn: '', serials: '' }

export type Scanned =
  | { kind: 'entered'; line: number; sku: string; entries: Entries }
  /** No line is of this item. */
  | { kind: 'other-item'; sku: string }

/**
 * A scanner has read a code that means so many units of an item: they go onto the first of its lines that has room, the
 * last where none has: more than was announced may have come.
 */
export function enterScan(
  lines: readonly Scannable[],
  entries: Entries,
  { sku, units }: { sku: string; units: number },
): Scanned {
  const own = lines.filter((line) => line.sku === sku)
  const line = own.find((each) => (entries[each.line]?.units ?? 0) < each.open) ?? own.at(-1)
  if (line === undefined) return { kind: 'other-item', sku }
  const before = entries[line.line] ?? noEntry
  return {
    kind: 'entered',
    line: line.line,
    sku,
    entries: { ...entries, [line.line]: { ...before, units: before.units + units } },
  }
}

/** Lines that say something, as receiving takes them. */
export function receivedLines(entries: Entries): Record<string, unknown>[] {
  return Object.entries(entries).flatMap(([line, { units, damaged, lot, expiresOn, serials }]) =>
    units === 0
      ? []
      : [
          {
            line: Number(line),
            quantity: units,
            ...(damaged > 0 && { damaged }),
            ...(lot.trim() !== '' && { lot: lot.trim() }),
            ...(expiresOn !== '' && { expiresOn }),
            ...(serials.trim() !== '' && { serials: toSerials(serials) }),
          },
        ],
  )
}

export function toSerials(text: string): string[] {
  return text.split(/[,;\s]+/).filter((each) => each !== '')
}

/** Whether more is entered than was to come. */
export function isOver(lines: readonly Scannable[], entries: Entries): boolean {
  return lines.some(({ line, open }) => (entries[line]?.units ?? 0) > open)
}

/** What is typed as a number of units: none where it is no number. */
export function toUnits(text: string): number {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0
}
