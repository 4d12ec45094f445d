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
    units === 0 && damaged === 0
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

/**
 * What is left of the entries after `sent` was booked: what was scanned or typed meanwhile. Its lot and day stay where units are
 * left: they are of the same item.
 */
export function withoutReceived(entries: Entries, sent: Entries): Entries {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([line, entry]): [string, Entry][] => {
      const gone = sent[Number(line)]
      // Of a line that said nothing, nothing was booked.
      if (gone === undefined || receivedLines({ [line]: gone }).length === 0) return [[line, entry]]
      const units = Math.max(0, entry.units - gone.units)
      const damaged = Math.max(0, entry.damaged - gone.damaged)
      const isDone = units === 0 && damaged === 0
      const booked = new Set(toSerials(gone.serials))
      const left: Entry = {
        units,
        damaged,
        lot: isDone && entry.lot === gone.lot ? '' : entry.lot,
        expiresOn: isDone && entry.expiresOn === gone.expiresOn ? '' : entry.expiresOn,
        serials: toSerials(entry.serials)
          .filter((each) => !booked.has(each))
          .join(', '),
      }
      return Object.values(left).every((each) => each === 0 || each === '') ? [] : [[line, left]]
    }),
  )
}

export function toSerials(text: string): string[] {
  return text.split(/[,;\s]+/).filter((each) => each !== '')
}

/** Whether more is entered than was to come. */
export function isOver(lines: readonly Scannable[], entries: Entries): boolean {
  return lines.some(({ line, open }) => (entries[line]?.units ?? 0) > open)
}

/** Whether more of a line is damaged than arrived: what is damaged arrived too. */
export function isTooDamaged({ units, damaged }: Entry): boolean {
  return damaged > units
}

/** What is typed as a number of units: none where it is no number. */
export function toUnits(text: string): number {
  return /^\d{1,9}$/.test(text.trim()) ? Number(text) : 0
}
