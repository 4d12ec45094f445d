/**
 * What can be wrong with a file, a row or a cell: stable code, HTTP status, whose fault, and the cure. Codes of rows
 * are never answered by themselves: they stand in the list of an import's problems, for the dashboard to translate.
 * A test holds this list equal to docs/reference/errors.md.
 */
export const fileErrors = {
  'file-empty': {
    status: 422,
    fault: 'yours',
    cure: 'Give a file with a header and at least one row below it.',
  },
  'file-unreadable': {
    status: 422,
    fault: 'yours',
    cure: 'Open it where it was made, save it again, and import that.',
  },
  'file-old-excel': {
    status: 422,
    fault: 'yours',
    cure: 'Save it as "Excel workbook (.xlsx)" without a password.',
  },
  'file-not-text': { status: 422, fault: 'yours', cure: 'Save it as "CSV UTF-8" and import it again.' },
  'file-too-large': { status: 413, fault: 'yours', cure: 'Split it into several files.' },
  'file-unpacks-too-large': {
    status: 422,
    fault: 'yours',
    cure: 'Save the sheet as "CSV UTF-8", or delete its empty, formatted rows.',
  },
  'quote-open': {
    status: 422,
    fault: 'yours',
    cure: 'Close the quotation mark, or double it where it is part of the text.',
  },
  'sheet-unknown': { status: 422, fault: 'yours', cure: 'Name one of the sheets of the file.' },
  'header-missing': { status: 422, fault: 'yours', cure: 'Put the names of the columns into the first row.' },
  'column-missing': {
    status: 422,
    fault: 'yours',
    cure: 'Add the column, or give it the name that is expected.',
  },
  'column-twice': { status: 422, fault: 'yours', cure: 'Keep one of the two columns, or rename the other.' },
  'column-unknown': { status: 422, fault: 'yours', cure: 'Rename the column if it should be read.' },
  'title-skipped': { status: 422, fault: 'yours', cure: 'Nothing to do, if these rows are no data.' },
  'cell-empty': {
    status: 422,
    fault: 'yours',
    cure: 'Fill the cell in; a merged cell counts for its first row alone.',
  },
  'cell-invalid': { status: 422, fault: 'yours', cure: 'Correct the cell.' },
  'not-whole-number': {
    status: 422,
    fault: 'yours',
    cure: 'Write a whole number in plain digits, such as 1200.',
  },
  'number-out-of-range': { status: 422, fault: 'yours', cure: 'Write a number within the range named.' },
  'not-a-date': { status: 422, fault: 'yours', cure: 'Write the date as 2026-12-31.' },
  'digits-lost': {
    status: 422,
    fault: 'yours',
    cure: 'Format the column as text and fill it in again from the source: the digits cannot be got back.',
  },
  'formula-without-value': { status: 422, fault: 'yours', cure: 'Paste values only.' },
  'formula-error': { status: 422, fault: 'yours', cure: 'Correct the formula, or paste values only.' },
  'row-twice': { status: 422, fault: 'yours', cure: 'Keep one of the two rows.' },
  'row-repeated': { status: 422, fault: 'yours', cure: 'Nothing to do: it counts once.' },
  contradiction: { status: 422, fault: 'yours', cure: 'Write the same in all rows of one SKU or order.' },
  'rows-apart': {
    status: 422,
    fault: 'yours',
    cure: 'Sort the file by this column, so that they stand together.',
  },
  'group-wrong': {
    status: 422,
    fault: 'yours',
    cure: 'Correct the row named; nothing is wrong with this one.',
  },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>

export type FileErrorCode = keyof typeof fileErrors

/** A file that cannot be read as a whole. The message says what and where; the catalogue has the cure. */
export class FileProblem extends Error {
  readonly code: FileErrorCode

  constructor(code: FileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FileProblem'
    this.code = code
  }
}

/** What is wrong with one row, or with the header; a warning hinders nothing. */
export type RowProblem = {
  /** Counted as the editor or Excel does, from 1. */
  row: number
  level: 'error' | 'warning'
  code: string
  /** As the file calls it; null where the whole row is meant. */
  column: string | null
  /** What stands there. */
  value: string | null
  message: string
  cure: string
}

/** A problem of this package's catalogue. */
export function rowProblem(
  code: FileErrorCode,
  place: { row: number; column?: string | null; value?: string | null; level?: RowProblem['level'] },
  message: string,
): RowProblem {
  const { row, column = null, value = null, level = 'error' } = place
  return {
    row,
    level,
    code,
    column,
    value: value === null ? null : value.slice(0, 200),
    message,
    cure: fileErrors[code].cure,
  }
}
