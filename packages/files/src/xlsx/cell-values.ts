import type { BadCell } from '../table-row.ts'
import { unescapeText } from './escaped-text.ts'
import { type NumberKind, serialToText } from './number-formats.ts'

/** A cell as the file says it. */
export type RawCell = {
  type: string
  /** Undefined: the cell has no value at all. */
  value: string | undefined
  hasFormula: boolean
  numberKind: NumberKind
}

export type CellText = { text: string; bad?: BadCell['code'] }

/**
 * What a person sees in a cell, as text.
 * @param sharedText the text that a number stands for in cells of that type
 */
export function toCellText(
  cell: RawCell,
  workbook: { is1904: boolean; sharedText(index: number): string | undefined },
): CellText {
  const { type, value } = cell
  // A formula that was never worked out: the program that wrote the file left that to Excel.
  if (value === undefined) return cell.hasFormula ? { text: '', bad: 'formula-without-value' } : { text: '' }
  switch (type) {
    case 's':
      return { text: value === '' ? '' : (workbook.sharedText(Number(value)) ?? '') }
    case 'str':
    case 'inlineStr':
      return { text: unescapeText(value) }
    case 'd':
      return { text: value }
    case 'b':
      return { text: value === '1' || value === 'true' ? 'TRUE' : 'FALSE' }
    case 'e':
      return { text: value, bad: 'formula-error' }
    default:
      if (value === '') return cell.hasFormula ? { text: '', bad: 'formula-without-value' } : { text: '' }
      return numberToText(value, cell.numberKind, workbook.is1904)
  }
}

/** Excel keeps 15 digits of a number; whole numbers from here on have lost some. */
const EXACT_MAX = 1e15

function numberToText(value: string, numberKind: NumberKind, is1904: boolean): CellText {
  const number = Number(value)
  if (!Number.isFinite(number)) return { text: value }
  if (numberKind.kind === 'date') return { text: serialToText(number, is1904) ?? value }
  if (Math.abs(number) >= EXACT_MAX) return { text: number.toExponential(), bad: 'digits-lost' }
  // As Excel shows it: 0.1 + 0.2 is 0.3.
  const shown = Number(number.toPrecision(15))
  const text = Math.abs(shown) < 1e-6 && shown !== 0 ? shown.toFixed(15).replace(/0+$/, '') : String(shown)
  if (numberKind.kind === 'padded' && Number.isInteger(shown) && shown >= 0) {
    return { text: text.padStart(numberKind.digits, '0') }
  }
  return { text }
}
