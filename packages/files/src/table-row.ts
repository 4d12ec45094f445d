/** One row of a table as it stands in a file. */
export type TableRow = {
  /** Counted as the editor or Excel does, from 1. A row of several lines is known by its first. */
  number: number
  cells: string[]
  /** Cells whose text is not what the person meant. */
  badCells?: BadCell[]
}

export type BadCell = {
  index: number
  code: 'formula-without-value' | 'formula-error' | 'digits-lost'
  /** Such as B12. */
  address: string
}

export const COLUMNS_MAX = 500
/** Twice what an Excel sheet can hold. */
export const ROWS_MAX = 2_100_000

export function isBlank(row: TableRow): boolean {
  return row.badCells === undefined && row.cells.every((cell) => cell.trim() === '')
}
