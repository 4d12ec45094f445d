import type { CatalogueItem, CatalogueRow, Rounding } from '@plimsoll/stock'
import { escapeText, joinList, joinPair, splitList, splitPair, unescapeText } from './cell-lists.ts'

/** How the parts of an item stand in one cell each, and back: what is written is read as it was. */
type Unit = NonNullable<CatalogueRow['units']>[number]
type Barcode = NonNullable<CatalogueRow['barcodes']>[number]
/** What is wrong with a cell, in words that follow its name. */
type Wrong = { wrong: string }

const UNIT_FACTOR = /^(\d{1,16})(?::(down|up|nearest|refuse))?$/

/** `case=12 | pallet=480:down` */
export function readUnitsCell(cell: string): { units: Unit[] } | Wrong {
  const units: Unit[] = []
  for (const part of splitList(cell)) {
    const [code = '', amount = ''] = splitPair(part) ?? []
    const [, factor, rounding] = UNIT_FACTOR.exec(amount) ?? []
    if (code === '' || factor === undefined) return { wrong: `holds "${part}"; write units as case=12` }
    units.push({ code, factor: Number(factor), rounding: toRounding(rounding) })
  }
  return { units }
}

export function writeUnitsCell(units: CatalogueItem['units']): string {
  return joinList(
    units.map(({ code, factor, rounding }) =>
      joinPair(code, rounding === 'refuse' ? String(factor) : `${factor}:${rounding}`),
    ),
  )
}

/** `6901234567892 | case=10614141000415 | text:12345678`, the last an internal code that only looks like a GTIN. */
export function readBarcodesCell(cell: string): Barcode[] {
  return splitList(cell).map((part): Barcode => {
    const [unit, code] = splitPair(part) ?? [null, unescapeText(part)]
    return code.startsWith(TEXT)
      ? { barcode: code.slice(TEXT.length).trim(), kind: 'text', unit }
      : { barcode: code, unit }
  })
}

const TEXT = 'text:'

export function writeBarcodesCell(barcodes: CatalogueItem['barcodes']): string {
  return joinList(
    barcodes.map(({ barcode, kind, unit }) => {
      const isPlain = kind === 'gtin' || (!/^\d+$/.test(barcode) && !barcode.startsWith(TEXT))
      const code = isPlain ? escapeText(barcode) : `${TEXT}${escapeText(barcode)}`
      return unit === null ? code : `${escapeText(unit)}=${code}`
    }),
  )
}

/** `color=Red | size=M`, for options and for names by language. */
export function readPairsCell(cell: string): { pairs: Record<string, string> } | Wrong {
  const pairs = new Map<string, string>()
  for (const part of splitList(cell)) {
    const pair = splitPair(part)
    if (pair === undefined || pair[0] === '') return { wrong: `holds "${part}"; write it as name=value` }
    if (pairs.has(pair[0])) return { wrong: `names "${pair[0]}" twice` }
    pairs.set(...pair)
  }
  return { pairs: Object.fromEntries(pairs) }
}

export function writePairsCell(pairs: Readonly<Record<string, string>>): string {
  return joinList(Object.entries(pairs).map(([name, value]) => joinPair(name, value)))
}

function toRounding(word: string | undefined): Rounding | undefined {
  return word === 'down' || word === 'up' || word === 'nearest' || word === 'refuse' ? word : undefined
}
