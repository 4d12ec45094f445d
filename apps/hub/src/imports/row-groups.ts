import { type Header, type ReadRow, RowKeys, type RowProblem, rowProblem } from '@plimsoll/files'
import type { GroupedRow } from './row-chunks.ts'
import type { Sheet } from './sheet.ts'

type Columns = Sheet['columns']

/**
 * Which group a row belongs to, by the column that the sheet groups by: the rows of a kit say together what it is made
 * of. To be asked row by row in the order of the file: an empty cell, as a merged one leaves it, means the group above.
 */
export function groupingOf(sheet: Sheet, header: Header): ((row: ReadRow<Columns>) => string) | undefined {
  const { groupBy } = sheet
  if (groupBy === undefined) return undefined
  const index = header.columns.find(({ field }) => field === groupBy)?.index ?? -1
  let last = ''
  return ({ cells }) => {
    const written = (cells[index] ?? '').trim()
    if (written !== '') last = written
    return last
  }
}

/** Good rows of groups that have a bad one: a kit without one of its parts would be another kit. */
export function findRowsOfBadGroups(
  sheet: Sheet,
  rows: readonly GroupedRow<Columns>[],
  isBad: (row: GroupedRow<Columns>) => boolean,
): RowProblem[] {
  if (sheet.groupBy === undefined) return []
  const badRows = new Map<string | undefined, number>()
  for (const row of rows) if (isBad(row) && !badRows.has(row.group)) badRows.set(row.group, row.number)
  return rows.flatMap((row) => {
    const badRow = badRows.get(row.group)
    if (badRow === undefined || isBad(row)) return []
    const message = `row ${badRow} of "${row.group}" is wrong, so the others are not taken either`
    return [rowProblem('group-wrong', { row: row.number }, message)]
  })
}

/** Finds groups whose rows do not stand together, over a whole file. */
export class ScatteredGroups {
  readonly #groups = new RowKeys()
  readonly #seen = new Set<number>()
  #last: string | undefined

  find({ group, number }: GroupedRow<Columns>): RowProblem[] {
    if (group === undefined || group === this.#last) return []
    this.#last = group
    const first = this.#groups.add(group, '', number)
    if (first === undefined) return []
    const message = `rows of "${group}" stand here and from row ${first.row} on, with others between`
    const problems = [rowProblem('rows-apart', { row: number, value: group }, message)]
    // The first of them is wrong too: by itself it would pass for the whole.
    if (!this.#seen.has(first.row)) {
      this.#seen.add(first.row)
      problems.push(rowProblem('rows-apart', { row: first.row, value: group }, message))
    }
    return problems
  }
}
